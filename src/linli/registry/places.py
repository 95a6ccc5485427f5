"""Which sites, vehicles and other resources does the city have, and which are near?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from linli import bulk
from linli.columns import AreaPathField
from linli.errors import N_
from linli.geo import Point, box, distance_m
from linli.registry.areas import Area, within


class SiteKind(models.TextChoices):
    """What a site is for."""

    HOSPITAL = "hospital", N_("hospital")
    SHELTER_HOSPITAL = "shelter_hospital", N_("shelter hospital")
    CLINIC = "clinic", N_("clinic")
    STATION = "station", N_("community service station")
    SHOP = "shop", N_("shop")
    GATE = "gate", N_("gate")
    DEPOT = "depot", N_("depot")
    OTHER = "other", N_("other site")


class Site(models.Model):
    """A place where something is done for residents."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, choices=SiteKind)
    name_zh = models.CharField(max_length=160)
    name_en = models.CharField(max_length=240, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="sites")
    path = AreaPathField()
    organisation_id = models.BigIntegerField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    source = models.CharField(max_length=200)
    as_of = models.DateField()

    class Meta:
        app_label = "registry"
        indexes = [models.Index(fields=["path", "kind"], name="site_path")]


class VehicleKind(models.TextChoices):
    """What a vehicle is."""

    CAR = "car", N_("car")
    WHEELCHAIR_VAN = "wheelchair_van", N_("wheelchair van")
    BUS = "bus", N_("bus")
    AMBULANCE = "ambulance", N_("ambulance")
    TRUCK = "truck", N_("truck")


class Vehicle(models.Model):
    """A vehicle that can be called on, and where it stands."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, choices=VehicleKind)
    plate = models.CharField(max_length=20, unique=True)
    n_seats = models.SmallIntegerField()
    n_wheelchairs = models.SmallIntegerField(default=0)
    area = models.ForeignKey(Area, models.PROTECT, related_name="vehicles")
    path = AreaPathField()
    organisation_id = models.BigIntegerField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    valid_until = models.DateField(null=True)
    source = models.CharField(max_length=200)
    as_of = models.DateField()

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["path", "kind"], name="vehicle_path"),
            models.Index(fields=["kind", "latitude"], name="vehicle_near"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(n_seats__gt=0), name="vehicle_has_seats")
        ]


class Resource(models.Model):
    """Anything else somebody can lend or give: a skill, a room, equipment, stock."""

    id = models.BigAutoField(primary_key=True)
    what = models.CharField(max_length=40)  # the code of the kind of thing, such as generator
    name_zh = models.CharField(max_length=160)
    name_en = models.CharField(max_length=240, blank=True)
    quantity = models.FloatField(default=1)
    unit = models.CharField(max_length=24, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="resources")
    path = AreaPathField()
    organisation_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    valid_until = models.DateField(null=True)
    source = models.CharField(max_length=200)
    as_of = models.DateField()

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["path", "what"], name="resource_path"),
            models.Index(fields=["what", "latitude"], name="resource_near"),
        ]


@dataclass(frozen=True)
class Found:
    """Something near: its table and id, its name, how far in metres, and whose it is."""

    kind: str
    id: int
    name: str
    distance_m: float
    area_id: int
    organisation_id: int | None
    as_of: str


def near(
    what: str,
    point: Point,
    radius_m: float,
    *,
    most: int = 50,
    ranges: Sequence[tuple[str, str]] | None = None,
) -> list[Found]:
    """Vehicles and resources of a kind within a radius in metres, the nearest first (S85).

    ``ranges`` narrows them to what an actor reaches (what policy.scope gives).
    """
    west, south, east, north = box(point, radius_m)
    inside = {
        "latitude__gte": south,
        "latitude__lte": north,
        "longitude__gte": west,
        "longitude__lte": east,
    }
    reach = models.Q() if ranges is None else within(ranges)
    rows: list[Vehicle | Resource] = [
        *Vehicle.objects.filter(reach, kind=what, **inside),
        *Resource.objects.filter(reach, what=what, **inside),
    ]
    found = (_found(row, point) for row in rows)
    return sorted((f for f in found if f.distance_m <= radius_m), key=lambda f: f.distance_m)[:most]


def _found(row: Vehicle | Resource, point: Point) -> Found:
    metres = distance_m(point, (row.longitude or 0.0, row.latitude or 0.0))
    name = row.plate if isinstance(row, Vehicle) else row.name_zh
    return Found(
        row._meta.model_name or "",
        row.id,
        name,
        metres,
        row.area_id,
        row.organisation_id,
        row.as_of.isoformat(),
    )


LOADED_SITES = (
    "id", "kind", "name_zh", "name_en", "area", "path", "organisation_id", "longitude",
    "latitude", "valid_from", "valid_until", "source", "as_of",
)  # fmt: skip


def load_sites(rows: Iterable[Sequence[Any]]) -> int:
    """Add sites in bulk, as plain values in the order of LOADED_SITES."""
    return bulk.insert(Site, LOADED_SITES, rows)


LOADED_VEHICLES = (
    "id", "kind", "plate", "n_seats", "n_wheelchairs", "area", "path", "organisation_id",
    "longitude", "latitude", "valid_until", "source", "as_of",
)  # fmt: skip


def load_vehicles(rows: Iterable[Sequence[Any]]) -> int:
    """Add vehicles in bulk, as plain values in the order of LOADED_VEHICLES."""
    return bulk.insert(Vehicle, LOADED_VEHICLES, rows)


LOADED_RESOURCES = (
    "id", "what", "name_zh", "name_en", "quantity", "unit", "area", "path",
    "organisation_id", "account_id", "longitude", "latitude", "valid_until", "source",
    "as_of",
)  # fmt: skip


def load_resources(rows: Iterable[Sequence[Any]]) -> int:
    """Add resources in bulk, as plain values in the order of LOADED_RESOURCES."""
    return bulk.insert(Resource, LOADED_RESOURCES, rows)

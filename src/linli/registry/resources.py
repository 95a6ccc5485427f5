"""What else can somebody lend or give, and what of all that is near?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from linli import bulk, clock
from linli.columns import AreaPathField
from linli.geo import Point, box, distance_m
from linli.registry.areas import Area, within
from linli.registry.vehicles import Vehicle


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


LOADED = (
    "id", "what", "name_zh", "name_en", "quantity", "unit", "area", "path",
    "organisation_id", "account_id", "longitude", "latitude", "valid_until", "source",
    "as_of",
)  # fmt: skip


def load(rows: Iterable[Sequence[Any]]) -> int:
    """Add resources in bulk, as plain values in the order of LOADED."""
    return bulk.insert(Resource, LOADED, rows)


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
    on: date | None = None,
    ranges: Sequence[tuple[str, str]] | None = None,
) -> list[Found]:
    """Vehicles and resources of a kind within a radius in metres, the nearest first (S85).

    Those whose last day has passed are left out, as of a day or of the city's today. ``ranges``
    narrows them to what an actor reaches (what policy.scope gives).
    """
    west, south, east, north = box(point, radius_m)
    inside = {
        "latitude__gte": south,
        "latitude__lte": north,
        "longitude__gte": west,
        "longitude__lte": east,
    }
    day = on or clock.day(clock.now())
    lasting = models.Q(valid_until=None) | models.Q(valid_until__gte=day)
    if ranges is not None:
        lasting &= within(ranges)
    rows: list[Vehicle | Resource] = [
        *Vehicle.objects.filter(lasting, kind=what, **inside),
        *Resource.objects.filter(lasting, what=what, **inside),
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

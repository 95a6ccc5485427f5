"""Which vehicles can be called on, and where do they stand?"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from linli import bulk
from linli.columns import AreaPathField
from linli.errors import N_
from linli.registry.areas import Area


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


LOADED = (
    "id", "kind", "plate", "n_seats", "n_wheelchairs", "area", "path", "organisation_id",
    "longitude", "latitude", "valid_until", "source", "as_of",
)  # fmt: skip


def load(rows: Iterable[Sequence[Any]]) -> int:
    """Add vehicles in bulk, as plain values in the order of LOADED."""
    return bulk.insert(Vehicle, LOADED, rows)

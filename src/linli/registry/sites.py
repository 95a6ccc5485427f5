"""Which sites does the city have, where something is done for residents?"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from linli import bulk
from linli.columns import AreaPathField
from linli.errors import N_
from linli.registry.areas import Area


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


LOADED = (
    "id", "kind", "name_zh", "name_en", "area", "path", "organisation_id", "longitude",
    "latitude", "valid_from", "valid_until", "source", "as_of",
)  # fmt: skip


def load(rows: Iterable[Sequence[Any]]) -> int:
    """Add sites in bulk, as plain values in the order of LOADED."""
    return bulk.insert(Site, LOADED, rows)

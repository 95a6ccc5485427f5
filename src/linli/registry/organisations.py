"""Which organisations take part, permanent or temporary, where and until when?"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from linli import bulk
from linli.columns import AreaPathField
from linli.errors import N_
from linli.registry.areas import Area


class OrganisationKind(models.TextChoices):
    """What an organisation is."""

    COMMITTEE = "committee", N_("residents' committee")
    OFFICE = "office", N_("government office")
    BUREAU = "bureau", N_("bureau")
    UTILITY = "utility", N_("utility")
    HEALTH = "health", N_("health institution")
    SHOP = "shop", N_("shop or wholesaler")
    TRANSPORT = "transport", N_("transport company")
    PROPERTY = "property", N_("property manager")
    CHARITY = "charity", N_("charity")
    ARMY = "army", N_("army unit")
    BANK = "bank", N_("bank")
    MEDIA = "media", N_("press and broadcasting")
    PARTY = "party", N_("party organisation")
    OTHER = "other", N_("other organisation")


class Organisation(models.Model):
    """A body that can own work. A temporary one has an end date, and hands over when it ends."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=16, choices=OrganisationKind)
    name_zh = models.CharField(max_length=160)
    name_en = models.CharField(max_length=240, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    area = models.ForeignKey(Area, models.PROTECT, related_name="organisations")
    path = AreaPathField()
    phone = models.CharField(max_length=40, blank=True)
    temporary = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        app_label = "registry"
        indexes = [models.Index(fields=["path", "kind"], name="organisation_path")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(temporary=False) | models.Q(valid_until__isnull=False),
                name="temporary_ends",
            )
        ]


LOADED = (
    "id", "kind", "name_zh", "name_en", "parent", "area", "path", "phone", "temporary",
    "valid_from", "valid_until", "source",
)  # fmt: skip


def load(rows: Iterable[Sequence[Any]]) -> int:
    """Add organisations in bulk, as plain values in the order of LOADED."""
    return bulk.insert(Organisation, LOADED, rows)

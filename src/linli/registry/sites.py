"""Which sites does the city have, where something is done for residents?"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from linli import bulk
from linli.columns import AreaPathField
from linli.errors import N_, NotFound, Word
from linli.registry.areas import Area


class SiteKind(models.TextChoices):
    """What a site is for."""

    HOSPITAL = "hospital", N_("hospital")
    DESIGNATED_HOSPITAL = "designated_hospital", N_("designated hospital")
    SHELTER_HOSPITAL = "shelter_hospital", N_("shelter hospital")
    ISOLATION = "isolation", N_("isolation site")
    OBSERVATION = "observation", N_("observation site")
    RECOVERY = "recovery", N_("recovery station")
    CLINIC = "clinic", N_("clinic")
    STATION = "station", N_("community service station")
    SHOP = "shop", N_("shop")
    GATE = "gate", N_("gate")
    DEPOT = "depot", N_("depot")
    OTHER = "other", N_("other site")


class SiteStage(models.TextChoices):
    """Where a site stands on its way into use and out of it; its conversion moves it."""

    UNASKED = "", N_("never asked for")
    CHOSEN = "chosen", N_("chosen")
    CONVERTING = "converting", N_("being converted")
    OPEN = "open", N_("open")
    CLOSING = "closing", N_("closing")
    CLOSED = "closed", N_("closed")


class SiteLevel(models.TextChoices):
    """The level of a hospital, as the health office grades it."""

    UNTOLD = "", N_("level not told")
    PRIMARY = "primary", N_("primary")
    SECONDARY = "secondary", N_("secondary")
    TERTIARY = "tertiary", N_("tertiary")


# Kinds that take people in only after a conversion with its safety checks (S29).
CONVERTED = frozenset(
    {
        SiteKind.DESIGNATED_HOSPITAL,
        SiteKind.SHELTER_HOSPITAL,
        SiteKind.ISOLATION,
        SiteKind.OBSERVATION,
        SiteKind.RECOVERY,
    }
)


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
    stage = models.CharField(
        max_length=12, choices=SiteStage, blank=True, default=SiteStage.UNASKED, db_default=""
    )
    level = models.CharField(
        max_length=12, choices=SiteLevel, blank=True, default=SiteLevel.UNTOLD, db_default=""
    )
    batch = models.SmallIntegerField(null=True)  # in which its conversion puts it into use
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    source = models.CharField(max_length=200)
    as_of = models.DateField()

    class Meta:
        app_label = "registry"
        indexes = [models.Index(fields=["path", "kind"], name="site_path")]


def takes_people() -> models.Q:
    """The sites that take people in now: converted and open, or of a kind that needs none."""
    needs_none = [kind.value for kind in SiteKind if kind not in CONVERTED]
    return models.Q(stage=SiteStage.OPEN) | models.Q(stage=SiteStage.UNASKED, kind__in=needs_none)


def get(site_id: int) -> Site:
    """The site, or a sentence that there is none."""
    found = Site.objects.filter(id=site_id).first()
    if found is None:
        raise NotFound(what=Word(N_("site")), value=site_id)
    return found


def set_stage(site_id: int, stage: str) -> None:
    """Move a site on; only its conversion asks for this."""
    Site.objects.filter(id=site_id).update(stage=stage)


def set_batch(site_id: int, batch: int, level: str) -> None:
    """Say in which batch a site is put into use, and its level where it is told."""
    told = {"level": level} if level else {}
    Site.objects.filter(id=site_id).update(batch=batch, **told)


LOADED = (
    "id", "kind", "name_zh", "name_en", "area", "path", "organisation_id", "longitude",
    "latitude", "valid_from", "valid_until", "source", "as_of",
)  # fmt: skip


def load(rows: Iterable[Sequence[Any]]) -> int:
    """Add sites in bulk, as plain values in the order of LOADED."""
    return bulk.insert(Site, LOADED, rows)

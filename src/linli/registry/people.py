"""Who lives here, and what do they need? One row a person; duplicates point at their survivor."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import Q

from linli import bulk
from linli.columns import AreaPathField, MomentField
from linli.errors import N_
from linli.registry.areas import Area
from linli.registry.households import Household


class Sex(models.TextChoices):
    """As registered."""

    FEMALE = "f", N_("female")
    MALE = "m", N_("male")
    UNKNOWN = "", N_("unknown")


class Person(models.Model):
    """A resident, in the care of one responsible area wherever they live or stay just now."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    pinyin = models.CharField(max_length=160, blank=True)  # lower case, one space a syllable
    sex = models.CharField(max_length=1, choices=Sex, blank=True)
    birth_date = models.DateField(null=True)
    phone = models.CharField(max_length=40, blank=True)
    document = models.CharField(max_length=40, blank=True)
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="people")
    relation = models.CharField(max_length=24, blank=True)  # to the head of the household
    floating = models.BooleanField(default=False)  # registered elsewhere (流动人口)
    needs = models.JSONField(default=list)  # codes: lone_elder, wheelchair, dialysis, pregnant ...
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")  # the responsible area
    path = AreaPathField()
    survivor_id = models.BigIntegerField(null=True)  # whom this duplicate was merged into
    source = models.CharField(max_length=120)
    as_of = models.DateField()
    changed_at = MomentField()

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["path", "id"], name="person_path"),
            models.Index(fields=["name", "birth_date"], name="person_name"),
            models.Index(fields=["pinyin"], name="person_pinyin"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="person_phone"),
            models.Index(fields=["document"], condition=~Q(document=""), name="person_document"),
            models.Index(
                fields=["survivor_id"], condition=Q(survivor_id__isnull=False), name="person_merged"
            ),
        ]


LOADED = (
    "id", "code", "name", "pinyin", "sex", "birth_date", "phone", "document", "household",
    "relation", "floating", "needs", "area", "path", "survivor_id", "source", "as_of",
    "changed_at",
)  # fmt: skip


def load(rows: Iterable[Sequence[Any]]) -> int:
    """Add people in bulk, as plain values in the order of LOADED."""
    return bulk.insert(Person, LOADED, rows)

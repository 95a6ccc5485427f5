"""What is said to be true of an area, as of when, and by whom? No count without date and source."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from linli import bulk
from linli.columns import AreaPathField
from linli.registry.areas import Area


class Fact(models.Model):
    """One figure about an area. Two sources may disagree: both rows stay, each with its date."""

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, models.CASCADE, related_name="facts")
    path = AreaPathField()
    key = models.CharField(max_length=80)
    value = models.FloatField()
    unit = models.CharField(max_length=40)
    as_of = models.DateField()
    source = models.CharField(max_length=240)

    class Meta:
        app_label = "registry"
        indexes = [models.Index(fields=["path", "key"], name="fact_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "key", "as_of", "source"], name="one_fact_a_source_and_day"
            )
        ]


def latest(area_id: int, key: str) -> Fact | None:
    """The newest figure for a key; the others stay readable beside it."""
    return Fact.objects.filter(area_id=area_id, key=key).order_by("-as_of", "-id").first()


LOADED = (
    "id", "area", "path", "key", "value", "unit", "as_of", "source",
)  # fmt: skip


def load(rows: Iterable[Sequence[Any]]) -> int:
    """Add figures in bulk, as plain values in the order of LOADED."""
    return bulk.insert(Fact, LOADED, rows)


def of_area(area_id: int, *, most: int) -> list[Fact]:
    """The figures about one area, by key and the newest first; no source hides another."""
    return list(Fact.objects.filter(area_id=area_id).order_by("key", "-as_of", "-id")[:most])

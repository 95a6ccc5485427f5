"""Which households are there, behind which door, and which grid answers for them?"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from linli import bulk
from linli.columns import AreaPathField, MomentField
from linli.registry.areas import Area


class Household(models.Model):
    """People behind one door. Its home is a building or compound; its grid is responsible.

    ``path`` is the path of the responsible area: access follows responsibility, not residence.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")  # the responsible grid
    path = AreaPathField()
    home = models.ForeignKey(Area, models.PROTECT, related_name="+")  # building or compound
    compound_id = models.BigIntegerField(null=True)
    floor = models.SmallIntegerField(null=True)
    door = models.CharField(max_length=40)
    phone = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=120)
    as_of = models.DateField()
    changed_at = MomentField()

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["path", "id"], name="household_path"),
            models.Index(fields=["home", "door"], name="household_door"),
            models.Index(fields=["compound_id"], name="household_compound"),
        ]


LOADED = (
    "id", "code", "area", "path", "home", "compound_id", "floor", "door", "phone", "note",
    "source", "as_of", "changed_at",
)  # fmt: skip


def load(rows: Iterable[Sequence[Any]]) -> int:
    """Add households in bulk, as plain values in the order of LOADED."""
    return bulk.insert(Household, LOADED, rows)

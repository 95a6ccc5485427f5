"""Who lives here? One row a person; a duplicate that was merged points at its survivor."""

import json
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from linli import bulk
from linli.columns import AreaPathField, MomentField
from linli.errors import N_
from linli.registry import names
from linli.registry.areas import Area
from linli.registry.households import Household


class Sex(models.TextChoices):
    """As registered."""

    FEMALE = "f", N_("female")
    MALE = "m", N_("male")
    UNKNOWN = "", N_("unknown")


class Left(models.TextChoices):
    """Why somebody is not of this city any more."""

    DIED = "died", N_("has died")
    MOVED = "moved", N_("has moved away")
    VISIT = "visit", N_("was here on a visit only")
    MISTAKE = "mistake", N_("was entered by mistake")
    NO = "", N_("lives here")


REPORTED = "case report"  # the source of somebody whom a report of a case named and nobody knew
REPORTED_ONLY = Q(source=REPORTED, household=None, left_on=None)


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
    left_on = models.DateField(null=True)  # from this day on nobody expects to meet them here
    left_because = models.CharField(max_length=8, choices=Left, blank=True, db_default="")
    left_source = models.CharField(max_length=120, blank=True, db_default="")
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
            models.Index(fields=["birth_date", "path"], name="person_born"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="person_phone"),
            models.Index(fields=["document"], condition=~Q(document=""), name="person_document"),
            models.Index(
                fields=["survivor_id"], condition=Q(survivor_id__isnull=False), name="person_merged"
            ),
            models.Index(fields=["path"], condition=Q(left_on__isnull=False), name="person_left"),
            models.Index(
                fields=["left_because", "left_on", "id"],
                condition=Q(left_on__isnull=False),
                name="person_leaving",
            ),
            models.Index(fields=["as_of", "id"], condition=REPORTED_ONLY, name="person_reported"),
        ]

    @property
    def is_reported_only(self) -> bool:
        """Whether nothing is known of them but that a case was reported."""
        return self.source == REPORTED and self.household_id is None and self.left_on is None

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the row, and the parts of the name with it."""
        with transaction.atomic():
            before = [named(p) for p in Person.objects.filter(id=self.id, survivor_id=None)]
            super().save(*args, **kwargs)
            names.change(before, [named(self)] if self.survivor_id is None else [])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Drop the row, and the parts of the name with it."""
        with transaction.atomic():
            names.change([named(self)], [])
            return super().delete(*args, **kwargs)


def named(person: Person) -> names.Named:
    """What of a person decides how it is found."""
    return names.Named(person.id, person.path, person.name, person.pinyin, person.needs)


def resolve(person_id: int) -> int:
    """The id of who stands for this person now: itself, or whom it was merged into."""
    seen = set()
    while person_id not in seen:
        seen.add(person_id)
        row = Person.objects.filter(id=person_id).values_list("survivor_id", flat=True).first()
        if row is None:
            break
        person_id = row
    return person_id


LOADED = (
    "id", "code", "name", "pinyin", "sex", "birth_date", "phone", "document", "household",
    "relation", "floating", "needs", "area", "path", "survivor_id", "source", "as_of",
    "changed_at",
)  # fmt: skip
LOAD_BATCH = 20_000


def load(rows: Iterable[Sequence[Any]], *, findable: bool = True) -> int:
    """Add people in bulk, as plain values in the order of LOADED, with the parts of their names.

    A load of very many leaves those out (``findable=False``) and calls `make_findable` at its end.
    """
    count = 0
    waiting = iter(rows)
    while batch := list(islice(waiting, LOAD_BATCH)):
        count += bulk.insert(Person, LOADED, batch)
        if findable:
            names.add(_loaded(row) for row in batch if row[14] is None)
    return count


def make_findable() -> int:
    """Make the parts of everybody's name anew; returns how many there are."""
    people = Person.objects.filter(survivor_id=None).values_list(*_NAMED)
    return names.rebuild(names.Named(*row) for row in people.iterator(chunk_size=LOAD_BATCH))


_NAMED = ("id", "path", "name", "pinyin", "needs")


def _loaded(row: Sequence[Any]) -> names.Named:
    needs = json.loads(row[11]) if isinstance(row[11], str) else row[11]
    return names.Named(id=row[0], path=row[13], name=row[2], pinyin=row[3], needs=needs)

"""Where does a step or a need of a plan go? The places of its sort in an area today."""

from bisect import bisect_left
from collections import Counter
from datetime import date
from itertools import accumulate
from typing import Any

from django.db import models
from django.db.models import Count, Q, QuerySet

from linli.plans.filling import Place
from linli.plans.plan import Each, Whereabouts
from linli.policy.can import end_of
from linli.registry.areas import Area, under
from linli.registry.households import Household
from linli.registry.organisations import Organisation
from linli.registry.person import Person
from linli.registry.sites import Site


def lasting(day: date) -> Q:
    """The rows that are there on a day."""
    return Q(valid_until=None) | Q(valid_until__gte=day)


def places_of(each: Each, area: Area, day: date) -> list[Place]:
    """The places of a sort in an area, in order of their path and number."""
    if each.sort is Whereabouts.AREA:
        return [_of_area(area)]
    rows = _rows(each, area, day)
    if each.sort is Whereabouts.UNIT:
        said = rows.order_by("path").values_list("id", "name_zh", "name_en", "path")
        return [Place(*row) for row in said]
    said = rows.order_by("path", "id").values_list("area_id", "name_zh", "name_en", "path", "id")
    if each.sort is Whereabouts.SITE:
        return [Place(area, zh, en, at, site_id=one) for area, zh, en, at, one in said]
    return [Place(area, zh, en, at, organisation_id=one) for area, zh, en, at, one in said]


def n_places_of(each: Each, area: Area, day: date) -> int:
    """How many places of a sort there are in an area."""
    return 1 if each.sort is Whereabouts.AREA else _rows(each, area, day).count()


def _rows(each: Each, area: Area, day: date) -> QuerySet[Any]:
    tables: dict[Whereabouts, type[models.Model]] = {
        Whereabouts.UNIT: Area, Whereabouts.SITE: Site, Whereabouts.ORGANISATION: Organisation,
    }  # fmt: skip
    rows = tables[each.sort]._default_manager.filter(under(area.path), lasting(day))
    return rows.filter(kind=each.kind)


def _of_area(area: Area) -> Place:
    return Place(area.id, area.name_zh, area.name_en, area.path)


class Heads:
    """How many people or households are on record, in any part of an area; read once."""

    def __init__(self, area: Area) -> None:
        self.area = area
        self._known: dict[str, tuple[list[str], list[int]]] = {}

    def people(self, path: str) -> int:
        """Residents on record in the subtree of a path."""
        return self._count("people", path)

    def households(self, path: str) -> int:
        """Households on record in the subtree of a path."""
        return self._count("households", path)

    def _count(self, what: str, path: str) -> int:
        if what not in self._known:
            self._known[what] = _by_path(what, self.area)
        paths, sums = self._known[what]
        first, last = bisect_left(paths, path), bisect_left(paths, end_of(path))
        return sums[last] - sums[first]


def _by_path(what: str, area: Area) -> tuple[list[str], list[int]]:
    """The paths on record in their order, and how many there are before each."""
    if what == "people":
        here = Person.objects.filter(under(area.path))
        found = _counted(here)
        # Merged and departed are few and have indexes of their own: all are counted by an index.
        merged = here.filter(survivor_id__isnull=False)
        found.subtract(_counted(merged))
        found.subtract(_counted(here.filter(survivor_id=None, left_on__isnull=False)))
    else:
        found = _counted(Household.objects.filter(under(area.path)))
    paths = sorted(found)
    return paths, [0, *accumulate(found[path] for path in paths)]


def _counted(rows: QuerySet[Any]) -> Counter[str]:
    return Counter(dict(rows.values_list("path").annotate(n=Count("id")).order_by()))

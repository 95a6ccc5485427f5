"""Where does a step or a need of a plan go? The places of its sort in an area today."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from itertools import accumulate

from django.db.models import Count, Q

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
    here = under(area.path) & lasting(day)
    if each.sort is Whereabouts.UNIT:
        return [_of_area(one) for one in Area.objects.filter(here, kind=each.kind).order_by("path")]
    if each.sort is Whereabouts.SITE:
        rows = Site.objects.filter(here, kind=each.kind).order_by("path", "id")
        return [Place(r.area_id, r.name_zh, r.name_en, r.path, site_id=r.id) for r in rows]
    bodies = Organisation.objects.filter(here, kind=each.kind).order_by("path", "id")
    return [Place(r.area_id, r.name_zh, r.name_en, r.path, organisation_id=r.id) for r in bodies]


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
    rows = (
        Person.objects.filter(under(area.path), survivor_id=None, left_on=None)
        if what == "people"
        else Household.objects.filter(under(area.path))
    )
    found: Sequence[tuple[str, int]] = sorted(
        rows.values_list("path").annotate(n=Count("id")).order_by()
    )
    return [path for path, _ in found], [0, *accumulate(n for _, n in found)]

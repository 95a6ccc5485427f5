"""What is on record where plans are to run? Each table is read once, however many plans ask.

What was read holds for one look: whoever looks again reads again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q

from linli import clock
from linli.loops.beds import ledger
from linli.plans.filling import Place
from linli.plans.plan import HOUR_S, Each, PlaceNeed, PlaceSort, Plan
from linli.plans.targets import Heads, lasting, n_places_of, places_of
from linli.registry.areas import Area, under
from linli.registry.plans import Reserve, ReserveKind, in_force, serves
from linli.registry.qualifications import Qualification
from linli.registry.resources import Resource
from linli.registry.roster import Absence, Assignment, Post
from linli.registry.sites import Site, takes_people
from linli.registry.vehicles import Vehicle
from linli.registry.wards import SEVERITY_RANK, Ward

KINDS = {
    PlaceSort.BEDS: ReserveKind.WARDS,
    PlaceSort.SITES: ReserveKind.SITES,
    PlaceSort.VEHICLES: ReserveKind.VEHICLES,
}


@dataclass(frozen=True, slots=True)
class Chair:
    """A post as a plan needs it: where it is, and what it is called."""

    id: int
    path: str
    area_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Term:
    """Somebody in a post from one moment to another (None: no end known); UTC seconds."""

    account_id: int
    name: str
    starts_at: int
    ends_at: int | None
    deputy: bool


@dataclass(frozen=True)
class Roster:
    """The posts of some roles in an area, by role; who was, is or will be in them, and is away."""

    posts: Mapping[str, Sequence[Chair]]
    terms: Mapping[int, Sequence[Term]]  # by post
    away: Mapping[int, Sequence[tuple[int, int]]]  # by account
    qualified: Mapping[tuple[str, int], Sequence[tuple[date, date | None]]]  # by kind and account


class Known:
    """The records of an area at a moment, for some plans.

    ``exercise``: whose beds are taken, those of the city or those of its exercises.
    """

    def __init__(self, area: Area, plans: Sequence[Plan], *, now: int, exercise: bool) -> None:
        self.area, self.now, self.exercise = area, now, exercise
        self.day = clock.day(clock.moment(now))
        self.heads = Heads(area)
        self._plans = tuple(plans)
        self._places: dict[Each, list[Place]] = {}
        self._n_places: dict[Each, int] = {}

    def places(self, each: Each) -> list[Place]:
        """The places of a sort, in order of their path and number."""
        if each not in self._places:
            self._places[each] = places_of(each, self.area, self.day)
        return self._places[each]

    def n_places(self, each: Each) -> int:
        """How many places of a sort there are."""
        if each in self._places:
            return len(self._places[each])
        if each not in self._n_places:
            self._n_places[each] = n_places_of(each, self.area, self.day)
        return self._n_places[each]

    def reserves(self, kind: str, record_id: int) -> Sequence[Reserve]:
        """What is held back of a record."""
        return self._reserves.get((kind, record_id), ())

    def lent(self, kind: str, code: str) -> set[int]:
        """The records held back for a plan in this area, wherever they lie."""
        return {
            record
            for (of, record), held in self._reserves.items()
            if of == kind and any(serves(one, code, self.area.path) for one in held)
        }

    def stock(self, what: str, code: str) -> list[Resource]:
        """The stock of a sort that lies in the area, or is lent to the plan in it."""
        lent = self.lent(ReserveKind.RESOURCES, code)
        return [row for row in self._stock.get(what, ()) if self._counts(row, lent)]

    def spots(self, need: PlaceNeed, code: str) -> list[tuple[Any, float]]:
        """The wards, sites or vehicles that a plan may count, and how much each has."""
        lent = self.lent(KINDS[need.sort], code)
        return [(row, n) for row, n in self._of_sort(need) if self._counts(row, lent)]

    @cached_property
    def roster(self) -> Roster:
        """The posts of every role that the plans name."""
        needs = [need for plan in self._plans for need in plan.roles]
        if not needs:
            return Roster({}, {}, {}, {})
        until = self.now + max(need.hours for need in needs) * HOUR_S
        roles = sorted({need.role.value for need in needs})
        terms = self._terms(roles, until)
        accounts = {term.account_id for listed in terms.values() for term in listed}
        kinds = {need.qualification for need in needs if need.qualification}
        return Roster(
            self._posts(roles), terms, self._away(accounts, until), _qualified(kinds, accounts)
        )

    def _posts(self, roles: Collection[str]) -> Mapping[str, Sequence[Chair]]:
        rows = Post.objects.filter(under(self.area.path), role__in=roles).order_by("path", "id")
        found: dict[str, list[Chair]] = defaultdict(list)
        for role, post, path, area, title in rows.values_list(
            "role", "id", "path", "area_id", "title"
        ):
            found[role].append(Chair(post, path, area, title or role))
        return found

    def _terms(self, roles: Collection[str], until: int) -> Mapping[int, Sequence[Term]]:
        rows = Assignment.objects.filter(
            under(self.area.path, "post__path"), post__role__in=roles, account__is_active=True,
            starts_at__lte=until,
        ).annotate(begins=_seconds("starts_at"), over=_seconds("ends_at"))  # fmt: skip
        found: dict[int, list[Term]] = defaultdict(list)
        for post, *term in rows.order_by("id").values_list(
            "post_id", "account_id", "account__display_name", "begins", "over", "deputy"
        ):
            found[post].append(Term(*term))
        for listed in found.values():
            listed.sort(key=lambda one: one.starts_at)
        return found

    def _away(
        self, accounts: Collection[int], until: int
    ) -> Mapping[int, Sequence[tuple[int, int]]]:
        rows = Absence.objects.filter(ends_at__gt=self.now, starts_at__lte=until)
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for account, starts, ends in rows.values_list("account_id", "starts_at", "ends_at"):
            if account in accounts:
                found[account].append((clock.seconds(starts), clock.seconds(ends)))
        return found

    @cached_property
    def _reserves(self) -> Mapping[tuple[str, int], Sequence[Reserve]]:
        found: dict[tuple[str, int], list[Reserve]] = defaultdict(list)
        for one in Reserve.objects.filter(in_force(self.day)).order_by("id"):
            found[one.kind, one.record_id].append(one)
        return found

    def _there(self, kind: str) -> Q:
        """What lies in the area, or is held back for one of the plans in it."""
        lent = {row for plan in self._plans for row in self.lent(kind, plan.code)}
        return under(self.area.path) | Q(id__in=lent)

    def _counts(self, row: Any, lent: set[int]) -> bool:
        return row.path.startswith(self.area.path) or row.id in lent

    @cached_property
    def _stock(self) -> Mapping[str, Sequence[Resource]]:
        wanted = {need.what for plan in self._plans for need in plan.stock}
        found: dict[str, list[Resource]] = defaultdict(list)
        rows = Resource.objects.filter(self._there(ReserveKind.RESOURCES), what__in=wanted)
        for row in rows.order_by("path", "id") if wanted else ():
            found[row.what].append(row)
        return found

    def _of_sort(self, need: PlaceNeed) -> Iterable[tuple[Any, float]]:
        if need.sort is PlaceSort.VEHICLES:
            fit = [v for v in self._vehicles if v.kind == need.kind and v.n_seats >= need.seats]
            return [(row, 1.0) for row in fit]
        if need.sort is PlaceSort.SITES:
            return [(row, 1.0) for row in self._sites if row.kind == need.kind]
        least = SEVERITY_RANK[need.severity] if need.severity else 0
        return [
            (ward, float(max(0, ward.n_beds - ward.n_blocked - self._taken.get(ward.id, 0))))
            for ward in self._wards
            if ward.category == need.kind and ward.severity_rank >= least
        ]

    def _kinds(self, sort: PlaceSort) -> set[str]:
        return {n.kind for plan in self._plans for n in plan.places if n.sort is sort}

    @cached_property
    def _vehicles(self) -> Sequence[Vehicle]:
        rows = Vehicle.objects.filter(
            self._there(ReserveKind.VEHICLES),
            lasting(self.day),
            kind__in=self._kinds(PlaceSort.VEHICLES),
        )
        return list(rows.order_by("path", "id"))

    @cached_property
    def _sites(self) -> Sequence[Site]:
        rows = Site.objects.filter(
            self._there(ReserveKind.SITES), lasting(self.day), kind__in=self._kinds(PlaceSort.SITES)
        )
        return list(rows.order_by("path", "id"))

    @cached_property
    def _wards(self) -> Sequence[Ward]:
        open_sites = Site.objects.filter(lasting(self.day)).filter(takes_people())
        rows = Ward.objects.filter(
            self._there(ReserveKind.WARDS),
            category__in=self._kinds(PlaceSort.BEDS),
            site__in=open_sites,
        )
        return list(rows.select_related("site").order_by("path", "id"))

    @cached_property
    def _taken(self) -> Mapping[int, int]:
        return ledger.taken([ward.id for ward in self._wards], exercise=self.exercise)


def _seconds(field: str) -> ExpressionWrapper:
    """A moment as the number that it is kept as: of a city's roster there are very many."""
    return ExpressionWrapper(F(field), output_field=BigIntegerField())


def _qualified(
    kinds: Collection[str], accounts: Collection[int]
) -> Mapping[tuple[str, int], Sequence[tuple[date, date | None]]]:
    found: dict[tuple[str, int], list[tuple[date, date | None]]] = defaultdict(list)
    rows = Qualification.objects.filter(kind__in=kinds)
    for kind, account, gained, until in (
        rows.values_list("kind", "account_id", "gained_on", "valid_until") if kinds else ()
    ):
        if account in accounts:
            found[kind, account].append((gained, until))
    return found

"""Are there the free beds, the sites and the vehicles that a plan takes?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from linli import clock
from linli.errors import N_, Phrase
from linli.loops.beds import ledger
from linli.plans.lines import Line, Part, Short, Verdict, Why, labelled, word
from linli.plans.plan import PLACE_NAMES, PlaceNeed, PlaceSort
from linli.plans.targets import Heads, lasting
from linli.registry.areas import Area, under
from linli.registry.plans import Reserve, ReserveKind, in_force, serves
from linli.registry.sites import Site, takes_people
from linli.registry.vehicles import Vehicle
from linli.registry.wards import SEVERITY_RANK, Ward

KINDS = {
    PlaceSort.BEDS: ReserveKind.WARDS,
    PlaceSort.SITES: ReserveKind.SITES,
    PlaceSort.VEHICLES: ReserveKind.VEHICLES,
}


@dataclass(frozen=True)
class Spot:
    """A ward, site or vehicle as a plan counts it."""

    kind: ReserveKind
    id: int
    name_zh: str
    name_en: str
    area_id: int
    counts: float  # for this plan alone
    held_by_others: float
    reserved: float
    known_at: int

    @property
    def counted_at(self) -> datetime:
        """When it was counted last."""
        return clock.moment(self.known_at)


def place_lines(
    code: str, needs: Sequence[PlaceNeed], area: Area, heads: Heads, *, now: int, exercise: bool
) -> list[Line]:
    """A line for each sort of place that a plan takes."""
    return [_line(n, code, need, area, heads, now, exercise) for n, need in enumerate(needs)]


def spots_of(code: str, need: PlaceNeed, area: Area, *, now: int, exercise: bool) -> list[Spot]:
    """The wards, sites or vehicles behind the number."""
    holds = list(
        Reserve.objects.filter(in_force(clock.day(clock.moment(now))), kind=KINDS[need.sort])
    )
    lent = {h.record_id for h in holds if serves(h, code, area.path)}
    return [_spot(need, row, n, code, area, holds) for row, n in _rows(need, area, lent, now,
                                                                       exercise)]  # fmt: skip


def _rows(
    need: PlaceNeed, area: Area, lent: set[int], now: int, exercise: bool
) -> list[tuple[Any, float]]:
    """The rows of the sort in the area or lent to it, and how much each has."""
    here = under(area.path) | Q(id__in=lent)
    there = lasting(clock.day(clock.moment(now)))
    if need.sort is PlaceSort.VEHICLES:
        vehicles = Vehicle.objects.filter(here, there, kind=need.kind, n_seats__gte=need.seats)
        return [(row, 1.0) for row in vehicles.order_by("path", "id")]
    if need.sort is PlaceSort.SITES:
        sites = Site.objects.filter(here, there, kind=need.kind)
        return [(row, 1.0) for row in sites.order_by("path", "id")]
    open_sites = Site.objects.filter(there).filter(takes_people())
    wards = Ward.objects.filter(here, category=need.kind, site__in=open_sites)
    if need.severity:
        wards = wards.filter(severity_rank__gte=SEVERITY_RANK[need.severity])
    found = list(wards.select_related("site").order_by("path", "id"))
    taken = ledger.taken([ward.id for ward in found], exercise=exercise)
    return [(w, float(max(0, w.n_beds - w.n_blocked - taken.get(w.id, 0)))) for w in found]


def _line(
    n: int, code: str, need: PlaceNeed, area: Area, heads: Heads, now: int, exercise: bool
) -> Line:
    spots = spots_of(code, need, area, now=now, exercise=exercise)
    needed: float | None = need.count
    if need.count is None:
        people = heads.people(area.path)
        needed = float(math.ceil(people * (need.per_1000 or 0) / 1000)) if people else None
    have = sum(spot.counts for spot in spots)
    others = sum(min(spot.held_by_others, spot.counts) for spot in spots)
    known = max((spot.known_at for spot in spots), default=None)
    short: Short | None = None
    if needed is None:
        short = Short(area.id, Why.NO_PEOPLE, None, have if spots else None)
    elif not spots:
        short = Short(area.id, Why.NO_ROWS, needed, None)
    elif have < needed:
        short = Short(area.id, Why.TOO_FEW, needed, have, known)
    verdict = Verdict.COVERED
    if short is not None:
        verdict = Verdict.SHORT if short.why is Why.TOO_FEW else Verdict.NO_RECORD
    return Line(
        part=Part.PLACE,
        key=f"place-{n}",
        label=_label(need),
        needed=needed,
        have=have if spots else None,
        verdict=verdict,
        together=have - others if spots else None,
        reserved=sum(spot.reserved for spot in spots),
        n_covered=int(short is None),
        known_at=known,
        shorts=() if short is None else (short,),
        pool=f"{need.sort}:{need.kind}:{need.severity}:{need.seats}",
    )


def _spot(
    need: PlaceNeed, row: Any, n: float, code: str, area: Area, holds: Sequence[Reserve]
) -> Spot:
    mine = [h for h in holds if h.record_id == row.id]
    own = sum(h.quantity for h in mine if serves(h, code, area.path))
    others = sum(h.quantity for h in mine) - own
    inside = row.path.startswith(area.path)
    if need.sort is PlaceSort.BEDS:
        zh, en = f"{row.site.name_zh} {row.name_zh}", f"{row.site.name_en} {row.name_en}"
        area_id, known = row.site.area_id, clock.seconds(row.counted_at)
    else:
        plate = getattr(row, "plate", "")
        zh, en = plate or row.name_zh, plate or row.name_en
        area_id, known = row.area_id, clock.midnight_s(row.as_of)
    counts = n if inside else min(own, n)
    return Spot(KINDS[need.sort], row.id, zh, en, area_id, counts, others if inside else 0.0, own,
                known)  # fmt: skip


def _label(need: PlaceNeed) -> Phrase:
    sort, kind = word(PLACE_NAMES[need.sort]), word(need.label)
    if need.severity:
        return labelled(N_("{sort}: {kind}, at least {severity}"), sort=sort, kind=kind,
                        severity=word(need.severity_label))  # fmt: skip
    if need.seats:
        return labelled(N_("{sort}: {kind} with {n} seats or more"), sort=sort, kind=kind,
                        n=need.seats)  # fmt: skip
    return labelled(N_("{sort}: {kind}"), sort=sort, kind=kind)

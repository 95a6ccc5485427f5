"""Are there the free beds, the sites and the vehicles that a plan takes?"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from linli import clock
from linli.errors import N_, Phrase
from linli.plans.known import KINDS, Known
from linli.plans.lines import Line, Part, Short, Verdict, Why, labelled, word
from linli.plans.plan import PLACE_NAMES, PlaceNeed, PlaceSort, Plan
from linli.registry.plans import ReserveKind, serves


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


def place_lines(plan: Plan, known: Known) -> list[Line]:
    """A line for each sort of place that a plan takes."""
    return [_line(n, plan, need, known) for n, need in enumerate(plan.places)]


def spots_of(plan: Plan, need: PlaceNeed, known: Known) -> list[Spot]:
    """The wards, sites or vehicles behind the number."""
    return [_spot(need, row, n, plan, known) for row, n in known.spots(need, plan.code)]


def _line(n: int, plan: Plan, need: PlaceNeed, known: Known) -> Line:
    area = known.area
    spots = spots_of(plan, need, known)
    needed: float | None = need.count
    if need.count is None:
        people = known.heads.people(area.path)
        needed = float(math.ceil(people * (need.per_1000 or 0) / 1000)) if people else None
    have = sum(spot.counts for spot in spots)
    others = sum(min(spot.held_by_others, spot.counts) for spot in spots)
    counted_at = max((spot.known_at for spot in spots), default=None)
    short: Short | None = None
    if needed is None:
        short = Short(area.id, Why.NO_PEOPLE, None, have if spots else None)
    elif not spots:
        short = Short(area.id, Why.NO_ROWS, needed, None)
    elif have < needed:
        short = Short(area.id, Why.TOO_FEW, needed, have, counted_at)
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
        known_at=counted_at,
        shorts=() if short is None else (short,),
        pool=f"{need.sort}:{need.kind}:{need.severity}:{need.seats}",
    )


def _spot(need: PlaceNeed, row: Any, n: float, plan: Plan, known: Known) -> Spot:
    mine = known.reserves(KINDS[need.sort], row.id)
    own = sum(h.quantity for h in mine if serves(h, plan.code, known.area.path))
    others = sum(h.quantity for h in mine) - own
    inside = row.path.startswith(known.area.path)
    if need.sort is PlaceSort.BEDS:
        zh, en = f"{row.site.name_zh} {row.name_zh}", f"{row.site.name_en} {row.name_en}"
        area_id, counted_at = row.site.area_id, clock.seconds(row.counted_at)
    else:
        plate = getattr(row, "plate", "")
        zh, en = plate or row.name_zh, plate or row.name_en
        area_id, counted_at = row.area_id, clock.midnight_s(row.as_of)
    counts = n if inside else min(own, n)
    return Spot(KINDS[need.sort], row.id, zh, en, area_id, counts, others if inside else 0.0, own,
                counted_at)  # fmt: skip


def _label(need: PlaceNeed) -> Phrase:
    sort, kind = word(PLACE_NAMES[need.sort]), word(need.label)
    if need.severity:
        return labelled(N_("{sort}: {kind}, at least {severity}"), sort=sort, kind=kind,
                        severity=word(need.severity_label))  # fmt: skip
    if need.seats:
        return labelled(N_("{sort}: {kind} with {n} seats or more"), sort=sort, kind=kind,
                        n=need.seats)  # fmt: skip
    return labelled(N_("{sort}: {kind}"), sort=sort, kind=kind)

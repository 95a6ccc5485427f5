"""How much of the stock that a plan takes is there, fit until its end, and how much is held back?

A row counts where it lies in the area, or where it is held back for this plan there: lent to it.
What another plan holds back is there for this plan alone, and gone when both run.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from linli import clock
from linli.errors import N_, Phrase, Word
from linli.plans.known import Known
from linli.plans.lines import Line, Part, Short, TwoTongues, Verdict, Why, labelled, word
from linli.plans.plan import PER_NAMES, Both, Per, Plan, StockNeed
from linli.registry.plans import ReserveKind, serves
from linli.registry.resources import Resource

EVEN = 1e-9  # what a sum of fractions may be off; beyond it a part of a piece is a whole one


@dataclass(frozen=True)
class Lot:
    """A row of stock as a plan counts it: how much of it, and how much other plans hold back."""

    resource: Resource
    counts: float  # for this plan alone
    held_by_others: float
    reserved: float  # for this plan here
    why: Why | None = None  # why none of it counts


def stock_lines(plan: Plan, known: Known) -> list[Line]:
    """A line for each sort of stock that a plan takes."""
    return [_line(n, plan, need, known) for n, need in enumerate(plan.stock)]


def lots_of(plan: Plan, need: StockNeed, known: Known) -> list[Lot]:
    """The rows behind the number, those that do not count with the reason."""
    last = clock.day(clock.moment(known.now + plan.lasts_s))
    return [_lot(row, plan, need, known, last) for row in known.stock(need.what, plan.code)]


def _line(n: int, plan: Plan, need: StockNeed, known: Known) -> Line:
    area = known.area
    needed, unknown = _needed(need, known)
    lots = lots_of(plan, need, known)
    have = sum(lot.counts for lot in lots)
    others = sum(min(lot.held_by_others, lot.counts) for lot in lots)
    short: Short | None = None
    if unknown is not None:
        short = Short(area.id, unknown, None, have if lots else None)
    elif not lots:
        short = Short(area.id, Why.NO_ROWS, needed, None)
    elif needed is not None and have < needed:
        short = Short(area.id, _why(lots), needed, have, _since(lots))
    verdict = Verdict.COVERED
    if short is not None:
        no_record = {Why.NO_ROWS, Why.NO_PEOPLE, Why.NO_PLACE, Why.OTHER_UNIT}
        verdict = Verdict.NO_RECORD if short.why in no_record else Verdict.SHORT
    return Line(
        part=Part.STOCK,
        key=f"stock-{n}",
        label=_label(need),
        needed=needed,
        have=have if lots else None,
        verdict=verdict,
        unit=need.unit,
        together=have - others if lots else None,
        reserved=sum(lot.reserved for lot in lots),
        n_covered=int(short is None),
        known_at=_since(lots),
        shorts=() if short is None else (short,),
        pool=f"stock:{need.what}:{need.unit}",
    )


def _needed(need: StockNeed, known: Known) -> tuple[float | None, Why | None]:
    """What the area takes, or why that is not known."""
    if need.per is Per.PLACE:
        n = known.n_places(need.each)
        return (None, Why.NO_PLACE) if not n else (float(math.ceil(n * need.of_one - EVEN)), None)
    heads, path = known.heads, known.area.path
    n = heads.people(path) if need.per is Per.PERSON else heads.households(path)
    return (None, Why.NO_PEOPLE) if not n else (float(math.ceil(n * need.of_one - EVEN)), None)


def _lot(row: Resource, plan: Plan, need: StockNeed, known: Known, last: date) -> Lot:
    mine = known.reserves(ReserveKind.RESOURCES, row.id)
    own = sum(h.quantity for h in mine if serves(h, plan.code, known.area.path))
    others = sum(h.quantity for h in mine) - own
    inside = row.path.startswith(known.area.path)
    counts = row.quantity if inside else min(own, row.quantity)
    if need.unit and row.unit != need.unit:
        return Lot(row, 0.0, 0.0, 0.0, Why.OTHER_UNIT)
    if row.valid_until is not None and row.valid_until < max(known.day, last):
        return Lot(row, 0.0, 0.0, own, Why.EXPIRES)
    return Lot(row, counts, others if inside else 0.0, own)


def _why(lots: Sequence[Lot]) -> Why:
    if all(lot.why is Why.OTHER_UNIT for lot in lots):
        return Why.OTHER_UNIT
    return Why.EXPIRES if any(lot.why is Why.EXPIRES for lot in lots) else Why.TOO_FEW


def _since(lots: Sequence[Lot]) -> int | None:
    """The newest day on which any of it was counted."""
    return max((clock.midnight_s(lot.resource.as_of) for lot in lots), default=None)


def _label(need: StockNeed) -> Phrase:
    name = both(need.name)
    if need.a_day is not None:
        return labelled(N_("{name}: {a_day} a day for {days} days, for {per}"), name=name,
                        a_day=f"{need.a_day:g}", days=need.days, per=_per(need))  # fmt: skip
    return labelled(N_("{name}: {n} for {per}"), name=name, n=f"{need.quantity:g}", per=_per(need))


def _per(need: StockNeed) -> Word:
    return word(need.each.label if need.per is Per.PLACE else PER_NAMES[need.per])


def both(text: Both) -> TwoTongues:
    """A text of the plan inside a label."""
    return TwoTongues(text.zh, text.en)

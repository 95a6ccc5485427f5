"""What do the formulas give for each unit? Counts in one statement a term, for all units at once.

Unknown is not zero: a figure that cannot be counted says why, and nothing else is written there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Count, FloatField, Sum
from django.db.models.functions import Cast

from linli import clock
from linli.analysis.evaluation.formulas import Formula, Term
from linli.analysis.evaluation.table import Missing
from linli.errors import N_
from linli.loops import catalogue
from linli.policy.can import PATH_STEP
from linli.registry.areas import Area, Tier, under
from linli.registry.facts import Fact
from linli.studies.evaluation.records import RECORDS, rows_of


class Why(StrEnum):
    """Why there is no value."""

    AWAITED = "awaited"
    NO_LOOP = "no_loop"
    NONE_RECORDED = "none_recorded"
    NOTHING_TO_DIVIDE = "nothing_to_divide"
    HIGHER_TIER = "higher_tier"
    NO_FACT = "no_fact"


WHY: dict[Why, str] = {
    Why.AWAITED: N_("Nothing can be counted yet."),
    Why.NO_LOOP: N_("The loop it counts is not here."),
    Why.NONE_RECORDED: N_("Nobody has recorded any in the whole city."),
    Why.NOTHING_TO_DIVIDE: N_("There is nothing here to divide by."),
    Why.HIGHER_TIER: N_("It is counted from a higher tier up."),
    Why.NO_FACT: N_("Nobody has entered the figure."),
}
MISSING: dict[Why, Missing] = {
    Why.AWAITED: Missing.NOT_COLLECTED,
    Why.NO_LOOP: Missing.NOT_COLLECTED,
    Why.NONE_RECORDED: Missing.NOT_COLLECTED,
    Why.NOTHING_TO_DIVIDE: Missing.NOT_APPLICABLE,
    Why.HIGHER_TIER: Missing.NOT_APPLICABLE,
    Why.NO_FACT: Missing.NOT_COLLECTED,
}


@dataclass(frozen=True)
class Figure:
    """One indicator of one unit: what was counted, or why nothing was."""

    value: float | None = None
    count: float | None = None
    per: float | None = None
    why: Why | None = None

    def kept(self) -> list[Any]:
        """As a snapshot keeps it."""
        return [self.value, self.count, self.per, self.why]

    @classmethod
    def of(cls, kept: Sequence[Any]) -> "Figure":
        """From what a snapshot keeps."""
        value, count, per, why = kept
        return cls(value, count, per, Why(why) if why else None)


Figures = dict[int, dict[str, Figure]]  # by area id, then indicator


def counted(
    areas: Iterable[Area], formulas: Mapping[str, Formula], *, now: int, exercise: bool
) -> Figures:
    """The figures of each of these areas; one statement a term, however many areas there are."""
    listed = list(areas)
    found: Figures = {area.id: {} for area in listed}
    seen: dict[Term, dict[str, float]] = {}

    def sums(terms: Sequence[Term]) -> dict[str, float]:
        total = dict.fromkeys((area.path for area in listed), 0.0)
        for term in terms:
            if term not in seen:
                seen[term] = by_area(term, listed, now=now, exercise=exercise)
            for path, n in seen[term].items():
                total[path] += term.times * n
        return total

    for name, formula in formulas.items():
        why = _why_none(formula, now=now, exercise=exercise)
        count, per = ({}, {}) if why else (sums(formula.count), sums(formula.per))
        facts = _facts(formula, listed, now=now) if formula.fact else {}
        for area in listed:
            if why:
                figure = Figure(why=why)
            elif formula.fact:
                value = facts.get(area.id)
                figure = Figure(why=Why.NO_FACT) if value is None else Figure(value)
            else:
                figure = _figure(formula, area, count[area.path], per[area.path])
            found[area.id][name] = figure
    return found


def _figure(formula: Formula, area: Area, count: float, per: float) -> Figure:
    if (area.tier or Tier.COMMUNITY) < Tier[formula.from_tier.upper()]:
        return Figure(why=Why.HIGHER_TIER)
    divided = bool(formula.per)
    if divided and per <= 0:
        return Figure(count=count, per=per, why=Why.NOTHING_TO_DIVIDE)
    value = formula.times * (count / per if divided else count)
    if formula.most is not None:
        value = min(value, formula.most)
    return Figure(value, count, per if divided else None)


def _why_none(formula: Formula, *, now: int, exercise: bool) -> Why | None:
    """What keeps a formula from being counted anywhere in the city."""
    if not formula.collected:
        return Why.AWAITED
    terms = (*formula.count, *formula.per)
    loops = {value for term in terms for name, values in term.where if name == "loop"
             for value in values}  # fmt: skip
    if loops - set(catalogue.all_loops()):
        return Why.NO_LOOP
    if formula.needs and not rows_of(formula.needs, now=now, exercise=exercise).exists():
        return Why.NONE_RECORDED
    return None


def by_area(term: Term, areas: Sequence[Area], *, now: int, exercise: bool) -> dict[str, float]:
    """What a term gives in each area: rows anywhere below count, and above where it says so."""
    records = RECORDS[term.records]
    rows = rows_of(term, now=now, exercise=exercise)
    what: Any = (
        Sum(Cast(records.measures[term.measure], FloatField())) if term.measure else Count("pk")
    )
    if records.path is None:
        n = rows.aggregate(n=what)["n"] or 0.0
        return dict.fromkeys((area.path for area in areas), float(n))
    paths = [area.path for area in areas]
    grouped = rows.filter(under(_shared(paths), records.path)).order_by().values_list(records.path)
    found = dict.fromkeys(paths, 0.0)
    lengths = sorted({len(path) for path in paths})
    for path, n in grouped.annotate(n=what).values_list(records.path, "n"):
        for length in lengths:
            if path[:length] in found and len(path) >= length:
                found[path[:length]] += n or 0.0
    if term.above:
        _add_above(found, rows, records.path)
    return found


def _add_above(found: dict[str, float], rows: Any, column: str) -> None:
    above = {path[:n] for path in found for n in range(PATH_STEP, len(path), PATH_STEP)}
    counts: dict[str, int] = {}
    for path in rows.filter(**{f"{column}__in": sorted(above)}).values_list(column, flat=True):
        counts[path] = counts.get(path, 0) + 1
    for path in found:
        found[path] += sum(counts.get(path[:n], 0) for n in range(PATH_STEP, len(path), PATH_STEP))


def _shared(paths: Sequence[str]) -> str:
    """The longest path that all of these lie under."""
    first, last = min(paths), max(paths)
    n = 0
    while n < min(len(first), len(last)) and first[n] == last[n]:
        n += 1
    return first[: n - n % PATH_STEP]


def _facts(formula: Formula, areas: Sequence[Area], *, now: int) -> dict[int, float]:
    """The newest figure with a key of each area."""
    ids = {area.id for area in areas}
    top = _shared([area.path for area in areas])
    day = clock.day(clock.moment(now))
    known = Fact.objects.filter(under(top), key=formula.fact, as_of__lte=day)
    rows = known.order_by("as_of", "id")
    return {row.area_id: row.value for row in rows if row.area_id in ids}

"""How is an answer read? Rows for tables, series for curves, areas for a map: for any face."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf, sqrt
from typing import Any

from linli.analysis.simulation.compare import WEIGHED
from linli.analysis.simulation.disease import shipped
from linli.analysis.simulation.waits import WAIT_NAMES
from linli.analysis.simulation.words import SERIES_NAMES, deaths_told
from linli.errors import N_, Phrase, Problem
from linli.registry.areas import Area
from linli.studies.simulation.followed import Followed, Marked, followed, numbers_by_day
from linli.studies.simulation.on_curve import pasts_of
from linli.studies.simulation.study import simulated
from linli.studies.simulation.tables import WhatIf


@dataclass(frozen=True)
class Cell:
    """One outcome of one choice: its worlds, and how it differs from the first choice."""

    mean: float
    low: float  # of nine worlds of ten
    high: float
    less: float | None  # mean of the paired differences; None of the first choice
    less_low: float | None
    less_high: float | None
    is_clear: bool


@dataclass(frozen=True)
class Row:
    """One choice: its outcomes in order, and whether no other does as well in everything.

    A cell is None where the choice does not count the outcome.
    """

    name: str
    unbeaten: bool
    cells: tuple[tuple[str, Cell | None], ...]


def outcomes_of(result: Mapping[str, Any]) -> tuple[str, ...]:
    """What is weighed; deliveries only where somebody counts them."""
    counts = result["counts_deliveries"]
    return tuple(o for o in WEIGHED if o != "undelivered_days" or counts)


def rows_of(result: Mapping[str, Any]) -> list[Row]:
    """The table of differences; never one number."""
    outcomes = outcomes_of(result)
    return [
        Row(
            name, name in result["unbeaten"] and len(result["names"]) > 1,
            tuple((outcome, _cell(result["outcomes"][name].get(outcome))) for outcome in outcomes),
        )
        for name in result["names"]
    ]  # fmt: skip


def _cell(told: Mapping[str, Any] | None) -> Cell | None:
    if told is None:
        return None
    less = told["less"] or {}
    return Cell(
        told["mean"], told["low"], told["high"], less.get("mean"), less.get("low"),
        less.get("high"), bool(less.get("is_clear")),
    )  # fmt: skip


def deaths_late(result: Mapping[str, Any], disease_code: str) -> Phrase | None:
    """What so few days do not tell of deaths."""
    _, middle, _ = result["bands"][result["names"][0]]["deaths"]
    return deaths_told(shipped(simulated(disease_code)), len(middle))


@dataclass(frozen=True)
class Short:
    """What is short under some choice: its name, and each choice's wait.

    None: nobody waits; empty: nobody counts it.
    """

    title: str
    choices: tuple[Mapping[str, Sequence[float]] | None, ...]


def waits_of(result: Mapping[str, Any]) -> list[Short]:
    """Who waits for what, and how long: only what is short under some choice."""
    kept = result.get("waits", {})
    found = []
    for kind, title in WAIT_NAMES.items():
        waits = [kept.get(name, {}).get(kind) for name in result["names"]]
        nothing: dict[str, Sequence[float]] | None = {} if kind == "deliveries" else None
        seen = tuple(nothing if w is None else w if w["most"][0] > 0 else None for w in waits)
        if any(seen):
            found.append(Short(title, seen))
    return found


@dataclass(frozen=True)
class Curve:
    """A series of all choices: for each day the middle world and the band of nine of ten."""

    name: str
    title: str
    choices: tuple[str, ...]
    rows: tuple["CurveDay", ...]
    past_title: str  # what is known of the days before; empty: nothing is
    followed: tuple[Followed, ...]  # marks that lie on it


@dataclass(frozen=True)
class CurveDay:
    """One day of a curve: what is known of it, or its choices; and which marks stand there."""

    day: date
    past: float | None
    choices: tuple[tuple[float, float, float] | None, ...]  # middle, low, high
    marks: str  # their numbers


PAST_TITLES = {"reports": N_("by the records"), "infections": N_("estimated from days of onset")}


def curves_of(
    result: Mapping[str, Any], names: Iterable[str], marks: Sequence[Marked] = ()
) -> list[Curve]:
    """Curves that have something to show, with the marks that lie on them."""
    first = date.fromisoformat(result["starts_on"])
    choices, numbers = tuple(result["names"]), numbers_by_day(marks)
    made = []
    for name in names:
        bands = [result["bands"][choice][name] for choice in choices]
        nobody = not any(any(high) for _, _, high in bands)
        if nobody or (name == "shelter_queue" and not _shelters_open(result)):
            continue
        past = pasts_of(result).get(name, [])
        rows = tuple(
            CurveDay(
                first + timedelta(days=n), past[n + len(past)] if n < 0 else None,
                tuple((b[1][n], b[0][n], b[2][n]) if n >= 0 else None for b in bands),
                numbers.get(n, ""),
            )
            for n in range(-len(past), len(bands[0][1]))
        )  # fmt: skip
        title = PAST_TITLES[name] if past else ""
        found = tuple(followed(marks, bands, past))
        made.append(Curve(name, SERIES_NAMES[name], choices, rows, title, found))
    return made


SURE = 2.0  # standard errors beyond which a difference in one place is not luck alone


def _shelters_open(result: Mapping[str, Any]) -> bool:
    """Whether a shelter takes anybody in under some choice; nobody waits for what nobody opens."""
    return any(any(result["bands"][name]["shelter_in"][2]) for name in result["names"])


@dataclass(frozen=True)
class Place:
    """Infections of one area under each choice, and less the first choice."""

    area: Area
    people: int
    infections: tuple[float, ...]
    errors: tuple[float, ...] = ()  # standard errors of the differences from the first choice

    @property
    def less(self) -> tuple[float, ...]:
        """Each choice less the first."""
        return tuple(n - self.infections[0] for n in self.infections)

    def less_beyond_luck(self, choice: int) -> float:
        """A choice less the first; 0 where the luck of the worlds alone may have made it."""
        unsure = self.errors[choice] if self.errors else 0.0
        less = self.less[choice]
        return less if abs(less) > SURE * unsure else 0.0


def places_of(result: Mapping[str, Any], *, by: str = "compound") -> list[Place]:
    """Infections by compound or community, those with most under the first choice first."""
    key = "area_id" if by == "compound" else "community_id"
    sums: dict[int, list[float]] = {}
    squares: dict[int, list[float]] = {}
    people: dict[int, int] = {}
    for row in result["compounds"]:
        area_id = row[key]
        if not area_id:
            continue
        held = sums.setdefault(area_id, [0.0] * len(row["infections"]))
        sums[area_id] = [a + b for a, b in zip(held, row["infections"], strict=True)]
        people[area_id] = people.get(area_id, 0) + row["people"]
        errors = [inf if e is None else e for e in row.get("errors", ())] or [0.0] * len(held)
        known = squares.setdefault(area_id, [0.0] * len(held))
        squares[area_id] = [a + b * b for a, b in zip(known, errors, strict=True)]
    areas = Area.objects.in_bulk(sums)
    made = [
        Place(areas[area_id], people[area_id], tuple(values),
              tuple(sqrt(square) for square in squares[area_id]))
        for area_id, values in sums.items() if area_id in areas
    ]  # fmt: skip
    return sorted(made, key=lambda place: (-place.infections[0], place.area.id))


@dataclass(frozen=True)
class First:
    """A compound whose gates would spare much, and how much."""

    area: Area
    community: Area | None
    spares: float


def close_first(result: Mapping[str, Any]) -> list[First]:
    """Which compounds first: by what their gates would have spared in the worlds as it is now."""
    listed = result["close_first"]
    areas = Area.objects.in_bulk([row["area_id"] for row in listed])
    above = Area.objects.in_bulk([a.community_id for a in areas.values() if a.community_id])
    return [
        First(area, above.get(area.community_id or 0), row["spares"])
        for row in listed if (area := areas.get(row["area_id"])) is not None
    ]  # fmt: skip


@dataclass(frozen=True)
class Clear:
    """A street or community: the share of worlds in which nobody unknown is infected there."""

    area: Area
    by_week: tuple[float, ...]


def open_first(result: Mapping[str, Any], *, level: str = "street") -> list[Clear]:
    """Which streets first when reopening: those most surely without anybody unknown, by week."""
    listed = result["clear"][level]
    areas = Area.objects.in_bulk([row["area_id"] for row in listed])
    made = [
        Clear(area, tuple(row["by_week"]))
        for row in listed if (area := areas.get(row["area_id"])) is not None
    ]  # fmt: skip
    return sorted(made, key=lambda one: (tuple(-s for s in one.by_week[::-1]), one.area.path))


def problem_of(found: WhatIf) -> Problem | None:
    """Why there is no answer; to be told in the reader's language."""
    kept = found.problem
    return Problem(kept["sentence"], **kept["values"]) if kept else None


def cited(found: WhatIf) -> dict[str, Any]:
    """What a report has to name so that the run can be made again."""
    seeds = found.result.get("seeds", [])
    return {
        "id": found.id, "fingerprint": found.fingerprint, "version": found.version,
        "seeds": f"{seeds[0]}–{seeds[-1]}" if seeds else "", "asked_at": found.asked_at,
    }  # fmt: skip

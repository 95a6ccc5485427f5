"""What stands out in all signals up to the end of a day? One look at every series, by a plan."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic import definition
from linli.analysis.epidemic.definition import Change
from linli.analysis.warning.chances import adjusted, chances, explained
from linli.analysis.warning.detect import Method, detect
from linli.analysis.warning.finding import CODES, Findings
from linli.loops.cases.definitions import diseases
from linli.registry.areas import Area
from linli.studies import illness
from linli.studies.epidemic import marks
from linli.studies.signals import CASES, ONSETS, Signals, words
from linli.studies.warning.plan import Level, Plan, Watch, level_of

OF_CASES = (CASES, ONSETS)  # signals that go by the definition of a case
PICTURED_DAYS = 21  # of a series that stands out
BREAK_LEVELS = (Level.CITY, Level.DISTRICT)  # few cases jump all the time


@dataclass(frozen=True)
class Series:
    """Counts of one signal at one level, ready to be tested: the last column is ``day``.

    ``rows``: the places of the areas among all. ``counts``: shape (areas, days), a nowcast where
    cases are told late, and with declared changes of definition taken out. ``told``: the share of
    the last day's cases that is told by now; the rest is a guess and no evidence.
    """

    signal: str
    level: Level
    watch: Watch
    rows: NDArray[np.int64]
    counts: NDArray[np.float64]
    day: date
    people: NDArray[np.float64] | None = None
    told: float = 1.0

    def tested(self, last: int = 1) -> Findings:
        """What the method of the plan says of the last days, each with its chance.

        Fewer cases than the plan asks for are no warning, and the bound says so.
        """
        options = dict(self.watch.options)
        if self.watch.method is Method.TAIL:
            options["people"] = self.people
        found = self._detected(last, options)
        least = self.watch.least_cases
        return replace(
            found,
            p=chances(found),
            upper=np.maximum(found.upper, least - 1),  # NaN stays
            alarm=found.alarm & (found.observed >= least),
        )

    def _detected(self, last: int, options: Mapping[str, Any]) -> Findings:
        """The method on as many cases as are told; a nowcast is no more certain than these.

        Chances of counts are reckoned on the cases told. A spread of whole days is that of a day of
        which a share is told times one over its root.
        """
        if self.told >= 1:
            return detect(self.counts, self.watch.method, last=last, **options)
        if self.watch.method in (Method.C1, Method.C2):
            found = detect(self.counts, self.watch.method, last=last, **options)
            upper = found.expected + (found.upper - found.expected) / np.sqrt(self.told)
            return replace(found, upper=upper, alarm=found.alarm & (found.observed > upper))
        factor = np.full(self.counts.shape[1], 1 / self.told)
        return detect(self.counts, self.watch.method, last=last, factor=factor, **options)


@dataclass(frozen=True)
class Loud:
    """One series that stands out: how far, how surely, and who stands for it."""

    signal: str
    level: Level
    area: Area
    day: date
    method: str
    observed: float
    expected: float
    upper: float
    p: float
    adjusted: float
    row: int = 0  # its place in its series
    past: Mapping[str, Any] = field(default_factory=dict)
    told_by: int | None = None  # the area that stands for it

    @property
    def excess(self) -> float:
        """How many more than expected."""
        return self.observed - self.expected


@dataclass(frozen=True)
class Night:
    """All of one look: what stands out, the most telling first, and what could not be told."""

    day: date
    loud: tuple[Loud, ...]
    n_series: int
    statuses: Mapping[str, int]
    breaks: tuple[Mapping[str, Any], ...]
    notes: tuple[Mapping[str, Any], ...]
    inputs: str


def look(found: Signals, plan: Plan, *, people: NDArray[np.float64] | None = None) -> Night:
    """Test every series that the plan watches on the last day of the signals.

    ``people``: in each area, for methods that compare by people.
    """
    notes: list[dict[str, Any]] = []
    all_series = ready(found, plan, people=people, notes=notes)
    parts = [(series, series.tested()) for series in all_series]
    statuses: Counter[str] = Counter()
    p, family, at = [], [], []
    for n, (series, findings) in enumerate(parts):
        statuses.update(str(CODES[code]) for code in findings.status[:, -1])
        p.append(_chance(findings)[:, -1])
        family += [series.level] * len(series.rows)
        at += [(n, row) for row in range(len(series.rows))]
    weighed = adjusted(np.concatenate(p), family) if p else np.empty(0)
    loud = [
        _loud(found, *parts[n], row, float(share))
        for (n, row), share in zip(at, weighed, strict=True)
        if share <= plan.false_share and parts[n][1].alarm[row, -1]
    ]
    loud = _pictured(_told_once(loud, plan), parts)
    loud.sort(key=lambda one: (one.told_by is not None, one.adjusted, one.p, -one.excess,
                               one.signal, one.area.path))  # fmt: skip
    return Night(
        found.days[-1], tuple(loud), len(at), dict(statuses), tuple(_breaks(found, plan)),
        tuple(notes), fingerprint(found),
    )  # fmt: skip


def ready(
    found: Signals,
    plan: Plan,
    *,
    people: NDArray[np.float64] | None = None,
    notes: list[dict[str, Any]] | None = None,
    only: str = "",
) -> list[Series]:
    """The counts of every signal at every level that is watched; ``only``: of one signal."""
    levels = np.array([level_of(area.kind) or "" for area in found.frame.areas])
    told = notes if notes is not None else []
    made = []
    for signal in sorted(found.counts):
        for level in plan.levels:
            watch, rows = plan.watch_of(signal, level), np.flatnonzero(levels == level)
            if watch is None or not len(rows) or (only and signal != only):
                continue
            if watch.method is Method.TAIL:
                empty = rows[~(people[rows] > 0)] if people is not None else rows
                told += [_note("no_people", signal, level, n=len(empty))] if len(empty) else []
                rows = np.setdiff1d(rows, empty)
                if len(rows) < 2:
                    continue
            counts, day, share = _counts(found, signal, rows, plan, told, level)
            if counts.shape[1]:
                own = None if people is None else people[rows]
                made.append(Series(signal, level, watch, rows, counts, day, own, share))
    return made


def fingerprint(found: Signals) -> str:
    """The same for the same areas, days, counts and changes of definition."""
    declared = [(m.path, m.disease, m.first_on, m.last_on, m.backlog_days, m.ratio)
                for m in found.definitions]  # fmt: skip
    digest = sha256(repr((found.area_ids, found.days, declared)).encode())
    for name in sorted(found.counts):
        digest.update(name.encode() + found.counts[name].tobytes())
    return digest.hexdigest()[:16]


def past(series: Series, row: int, findings: Findings, *, last: int = PICTURED_DAYS) -> dict:
    """The picture of one series: its last days with what was expected, None where not known."""
    n = min(last, series.counts.shape[1])
    width = findings.observed.shape[1]
    lacking = [None] * (n - width)
    return {
        "first": (series.day - timedelta(days=n - 1)).isoformat(),
        "counts": _plain(series.counts[row, -n:]),
        "expected": [*lacking, *_plain(findings.expected[row, -n:])][-n:],
        "upper": [*lacking, *_plain(findings.upper[row, -n:])][-n:],
        "alarm": [*[False] * (n - width), *findings.alarm[row, -n:].tolist()][-n:],
    }


def _counts(
    found: Signals,
    signal: str,
    rows: NDArray[np.int64],
    plan: Plan,
    notes: list[dict[str, Any]],
    level: Level,
) -> tuple[NDArray[np.float64], date, float]:
    """The counts to be tested, the day of the last of them, and which share of it is told."""
    counts, day, share = found.counts[signal][rows], found.days[-1], 1.0
    if signal.startswith(ONSETS):
        counts, day, share = _nowcast(found, signal, rows, plan)
        if not counts.shape[1]:
            notes.append(_note("not_told_yet", signal, level, n=len(rows)))
    evened = counts.copy()
    for places, changes in declared(found, plan, signal, rows, found.days[: counts.shape[1]]):
        if changes and counts.shape[1]:
            evened[places] = definition.even(counts[places], changes).counts
    return evened, day, share


def declared(
    found: Signals, plan: Plan, signal: str, rows: NDArray[np.int64], days: Sequence[date]
) -> list[tuple[list[int], list[Change]]]:
    """The changes of a signal as columns of some days, with the places in ``rows`` they hold for.

    How cases are counted is declared once for all studies, for an area and all below
    (`studies.epidemic.marks`); of other signals the plan says it.
    """
    if not signal.startswith(OF_CASES):
        return [(list(range(len(rows))), _of_plan(plan, signal, days))]
    disease = words(signal)[1]
    groups: dict[tuple[int, ...], tuple[list[int], list[Change]]] = {}
    for place, row in enumerate(rows):
        own = marks.of_area(found.definitions, found.frame.areas[row].path, disease)
        key = tuple(mark.id for mark in own)
        if key not in groups:
            changes = marks.changes(own, first=days[0], n_days=len(days)) if days else []
            groups[key] = ([], changes)
        groups[key][0].append(place)
    return list(groups.values())


def _of_plan(plan: Plan, signal: str, days: Sequence[date]) -> list[Change]:
    """The declared changes of a signal as columns of some days; those outside are left out."""
    made = []
    for one in plan.changes_of(signal):
        inside = [n for n, day in enumerate(days) if one.first <= day <= one.last]
        if inside:
            gone = (days[inside[0]] - one.first).days  # of the backlog, before the first column
            backlog = min(max(one.backlog - gone, 0), len(inside))
            made.append(Change(inside[0], inside[-1], backlog, one.ratio))
    return made


def _nowcast(
    found: Signals, signal: str, rows: NDArray[np.int64], plan: Plan
) -> tuple[NDArray[np.float64], date, float]:
    """Cases by onset as they will stand, up to the last day of which enough is told."""
    n_delays = plan.most_delay + 1
    if len(found.days) <= n_delays:
        return np.empty((len(rows), 0)), found.days[-1], 1.0
    areas = tuple(found.frame.areas[n] for n in rows)
    frame = type(found.frame)(areas, found.days, found.frame.exercise)
    cases = found.cases.get(signal.removeprefix(ONSETS), [])
    triangle = illness.onset_triangle(frame, cases, n_delays=n_delays, as_of=found.days[-1])
    expected, share = illness.expected_onsets(triangle, least_share=plan.least_told)
    known = np.flatnonzero(np.mean(~np.isnan(expected), axis=0) > 0.5)
    if not len(known):
        return np.empty((len(rows), 0)), found.days[-1], 1.0
    end = int(known[-1]) + 1
    kept = np.where(np.isnan(found.counts[signal][rows, :end]), np.nan, expected[:, :end])
    return kept, found.days[end - 1], float(np.median(share[:, end - 1]))


def _chance(findings: Findings) -> NDArray[np.float64]:
    return findings.p if findings.p is not None else np.full(findings.observed.shape, np.nan)


def _loud(found: Signals, series: Series, findings: Findings, row: int, share: float) -> Loud:
    return Loud(
        series.signal, series.level, found.frame.areas[series.rows[row]], series.day,
        str(series.watch.method), float(findings.observed[row, -1]),
        float(findings.expected[row, -1]), float(findings.upper[row, -1]),
        float(_chance(findings)[row, -1]), share, row,
    )  # fmt: skip


def _told_once(loud: Sequence[Loud], plan: Plan) -> list[Loud]:
    """Of each signal, say which area stands for those around it."""
    told = []
    for signal in dict.fromkeys(one.signal for one in loud):
        mine = [one for one in loud if one.signal == signal]
        contains = np.array([[_contains(a, b) for b in mine] for a in mine], dtype=bool)
        excess = np.array([one.excess for one in mine])
        by = explained(contains, excess, share=plan.explained)
        told += [
            one if n is None else replace(one, told_by=mine[n].area.id)
            for one, n in zip(mine, by, strict=True)
        ]
    return told


def _contains(one: Loud, other: Loud) -> bool:
    """Whether the people of the one take in the other's: by the tree, or a compound of grids."""
    if one.area.path != other.area.path and other.area.path.startswith(one.area.path):
        return True
    beside = one.level is Level.COMPOUND and other.level is Level.GRID
    return beside and one.area.community_id == other.area.community_id


def _pictured(loud: Sequence[Loud], parts: Sequence[tuple[Series, Findings]]) -> list[Loud]:
    """Each with its last days, tested one by one; a method that compares areas tests them all."""
    made = []
    for series, _ in parts:
        mine = [one for one in loud
                if (one.signal, one.level) == (series.signal, series.level)]  # fmt: skip
        if not mine:
            continue
        rows = [one.row for one in mine]
        if series.watch.method is not Method.TAIL:
            series = replace(series, rows=series.rows[rows], counts=series.counts[rows])
            rows = list(range(len(mine)))
        findings = series.tested(last=min(PICTURED_DAYS, series.counts.shape[1]))
        made += [
            replace(one, past=past(series, row, findings))
            for one, row in zip(mine, rows, strict=True)
        ]
    return made


def _breaks(found: Signals, plan: Plan) -> list[dict[str, Any]]:
    """Jumps of a city or a district that look like another way of counting, undeclared."""
    told = []
    wide = [n for n, area in enumerate(found.frame.areas) if level_of(area.kind) in BREAK_LEVELS]
    rows = np.array(wide, dtype=np.int64)
    for signal, counts in sorted(found.counts.items()):
        for places, changes in declared(found, plan, signal, rows, found.days):
            mine = rows[places]
            for row, at in np.argwhere(definition.breaks(counts[mine], changes)).tolist():
                area, day = found.frame.areas[mine[row]], found.days[at]
                told.append({"signal": signal, "area_id": area.id, "path": area.path,
                             "day": day.isoformat(), "count": float(counts[mine[row], at]),
                             "edition": _edition(signal, day)})  # fmt: skip
    return told


def _edition(signal: str, day: date) -> str:
    """The edition of the disease's definition that began or ended about that day, if one did."""
    known = diseases().get(words(signal)[1])
    near = [
        edition.name for edition in (known.editions if known else ())
        if abs((edition.starts - day).days) <= 1
    ]  # fmt: skip
    return near[0] if near else ""


def _note(code: str, signal: str, level: Level, *, n: int) -> dict[str, Any]:
    return {"code": code, "signal": signal, "level": str(level), "n": n}


def _plain(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(v) else round(float(v), 3) for v in values]

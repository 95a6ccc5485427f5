"""What does the board of warnings show? Rows of the last run, who decides, and how late (S99)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli import clock
from linli.analysis.warning.detect import Method
from linli.errors import N_, BadInput, Problem
from linli.loops.warnings import known
from linli.loops.warnings.known import Warned
from linli.policy.can import Actor, Ask, can, scope
from linli.policy.powers import roles_for
from linli.registry.accounts import Account
from linli.registry.areas import Area, under
from linli.studies import signals
from linli.studies.warning import night, people
from linli.studies.warning.night import PICTURED_DAYS, Series
from linli.studies.warning.plan import Level, Plan, level_of
from linli.studies.warning.tables import WarningRow, WarningRun

SEE = "warning.see"
MOST_ROWS = 60
EARLIEST = date(1990, 1, 1)  # before any record
NOTES = {
    "no_people": N_("{n} areas without people were left out. Enter their people."),
    "not_told_yet": N_("Too little is told yet for a nowcast of {n} areas. Look again later."),
}


@dataclass(frozen=True)
class Lag:
    """How long one warning took to be decided: from the day of its first signal."""

    item: Warned
    first_on: date
    decided_on: date | None
    days: int  # to the decision, or to today where nobody has decided

    @property
    def is_decided(self) -> bool:
        """Whether somebody has decided."""
        return self.decided_on is not None


@dataclass(frozen=True)
class Lags:
    """Over all warnings of an area: how many are decided, how fast, and how long others wait."""

    lags: tuple[Lag, ...]

    @property
    def decided(self) -> list[Lag]:
        """Those that somebody decided."""
        return [lag for lag in self.lags if lag.is_decided]

    @property
    def waiting(self) -> list[Lag]:
        """Those that nobody has decided."""
        return [lag for lag in self.lags if not lag.is_decided]

    @property
    def median_days(self) -> float | None:
        """The days within which half of the decisions were made; None where there is none."""
        return float(median(lag.days for lag in self.decided)) if self.decided else None

    @property
    def longest_wait_days(self) -> int | None:
        """How long the oldest one nobody has decided waits; None where none does."""
        return max((lag.days for lag in self.waiting), default=None)

    @property
    def first_signal_on(self) -> date | None:
        """The day of the first signal of all."""
        return min((lag.first_on for lag in self.lags), default=None)

    @property
    def first_decision_on(self) -> date | None:
        """The day of the first decision of all."""
        return min((lag.decided_on for lag in self.lags if lag.decided_on), default=None)

    @property
    def days_to_first_decision(self) -> int | None:
        """From the first signal of all to the first decision of all; None while there is none."""
        if self.first_signal_on is None or self.first_decision_on is None:
            return None
        return (self.first_decision_on - self.first_signal_on).days


@dataclass(frozen=True)
class Line:
    """One series that stands out, as the board shows it."""

    row: WarningRow
    area: Area
    item: Warned | None
    holder: str
    lag: Lag | None
    told_by: Area | None


@dataclass(frozen=True)
class Break:
    """A jump that looks like another way of counting."""

    signal: str
    area: Area
    day: date
    count: float
    edition: str


@dataclass(frozen=True)
class Board:
    """The last run within an area: the warnings ranked, and how fast they are decided."""

    run: WarningRun | None
    area: Area
    lines: tuple[Line, ...]
    n_more: int  # rows that are not shown
    n_told_by_parts: int
    lags: Lags
    breaks: tuple[Break, ...]
    waiting: tuple[Line, ...]  # of earlier days, still to be decided


def board(
    actor: Actor, area: Area, *, signal: str = "", day: date | None = None, parts: bool = False
) -> Board:
    """The board of an area; ``parts``: rows that a part of their area stands for, too.

    Raises NotAllowed for an area out of reach.
    """
    can(actor, Ask(SEE, roles_for(SEE), area.path)).required()
    made = latest(exercise=actor.exercise, day=day)
    all_lags = lags(actor, area, signal=signal)
    if made is None:
        return Board(None, area, (), 0, 0, all_lags, (), ())
    rows = WarningRow.objects.filter(under(area.path), run=made)
    if signal:
        rows = rows.filter(signal=signal)
    n_parts = rows.exclude(told_by=None).count()
    shown = list((rows if parts else rows.filter(told_by=None)).order_by("rank")[: MOST_ROWS + 1])
    n_more = max(rows.count() - (0 if parts else n_parts) - MOST_ROWS, 0)
    lines = _lines(shown[:MOST_ROWS], all_lags)
    breaks = tuple(
        Break(one["signal"], Area.objects.get(id=one["area_id"]), date.fromisoformat(one["day"]),
              one["count"], one["edition"])
        for one in made.breaks
        if one["path"].startswith(area.path) and signal in ("", one["signal"])
    )  # fmt: skip
    here = {line.item.id for line in lines if line.item}
    older = [lag.item for lag in all_lags.waiting if lag.item.id not in here]
    return Board(made, area, tuple(lines), n_more, n_parts, all_lags, breaks,
                 tuple(_waiting(older[:MOST_ROWS], all_lags)))  # fmt: skip


def latest(*, exercise: bool, day: date | None = None) -> WarningRun | None:
    """The newest run, or the newest of a day."""
    rows = WarningRun.objects.filter(exercise=exercise)
    if day is not None:
        rows = rows.filter(day=day)
    return rows.order_by("-day", "-id").first()


def lags(actor: Actor, area: Area, *, signal: str = "") -> Lags:
    """How long each warning of an area took or waits, those undecided first, then the newest."""
    reach = scope(actor, roles_for(SEE))
    rows = known.in_reach(reach, area.path, signal=signal, exercise=actor.exercise)
    today = clock.day(clock.now())
    found = [_lag(item, today) for item in rows]
    return Lags(tuple(sorted(found, key=lambda lag: (lag.is_decided, -lag.item.id))))


@dataclass(frozen=True)
class Pictured:
    """One series of one area: its last days, and what its method says of the last one."""

    signal: str
    area: Area
    level: Level
    day: date
    method: str
    past: dict[str, Any]
    observed: float | None
    expected: float | None
    upper: float | None
    alarm: bool
    p: float | None
    why: Problem  # how sound that is
    items: tuple[Lag, ...]


def pictured(
    actor: Actor, area: Area, signal: str, plan: Plan, *, day: date | None = None
) -> Pictured:
    """One series of one area, tested now; raises BadInput where it is not watched.

    Method by method it is the same as in a run: what is compared with other areas, or learns its
    delays from them, is read with all areas of its level.
    """
    can(actor, Ask(SEE, roles_for(SEE), area.path)).required()
    level = level_of(area.kind)
    watch = plan.watch_of(signal, level) if level is not None else None
    if level is None or watch is None:
        raise BadInput(N_("{signal} is not watched in an area of this kind. Choose a wider one, "
                          "or another signal."), signal=signal[:40])  # fmt: skip
    until = whole_day(day)
    found = _series(area, signal, level, plan, until, exercise=actor.exercise)
    row = [found_area.id for found_area in found[1]].index(area.id)
    series = found[0]
    findings = series.tested(last=min(PICTURED_DAYS, series.counts.shape[1]))
    mine = [lag for lag in lags(actor, area, signal=signal).lags if lag.item.area_id == area.id]
    return Pictured(
        signal=signal, area=area, level=level, day=series.day, method=str(watch.method),
        past=night.past(series, row, findings), observed=_last(findings.observed, row),
        expected=_last(findings.expected, row), upper=_last(findings.upper, row),
        alarm=bool(findings.alarm[row, -1]),
        p=None if findings.p is None else _last(findings.p, row), why=findings.why(row),
        items=tuple(mine),
    )  # fmt: skip


def whole_day(day: date | None) -> date:
    """A day that is over, yesterday if none is named; raises BadInput for another."""
    yesterday = clock.day(clock.now()) - timedelta(days=1)
    if day is not None and not EARLIEST <= day <= yesterday:
        raise BadInput(
            N_("{day} is not over yet, or lies too far back. Choose a day from {first} to {last}."),
            day=day, first=EARLIEST, last=yesterday,
        )  # fmt: skip
    return day or yesterday


def _last(values: NDArray[np.float64], row: int) -> float | None:
    """The last value of a series, None where it is not known."""
    found = float(values[row, -1])
    return None if np.isnan(found) else found


def _series(
    area: Area, signal: str, level: Level, plan: Plan, until: date, *, exercise: bool
) -> tuple[Series, Sequence[Area]]:
    """The series of an area at its level, alone or with all others where its method needs them."""
    watch = plan.watch_of(signal, level)
    together = signal.startswith(signals.ONSETS) or (
        watch is not None and watch.method is Method.TAIL
    )
    areas = [area]
    if together:
        every = Area.objects.filter(valid_until=None).order_by("path")
        areas = [one for one in every if level_of(one.kind) is level]
    first = until - timedelta(days=plan.history_days)
    counted = signals.count(areas, first, until, exercise=exercise)
    alone = watch is None or watch.method is not Method.TAIL
    made = night.ready(
        counted, plan, only=signal, people=None if alone else people.registered(counted.frame)
    )
    rows = [areas[n].id for n in made[0].rows] if made else []
    if area.id not in rows:
        raise BadInput(N_("Nothing is known of {signal} here yet."), signal=signal[:40])
    return made[0], [areas[n] for n in made[0].rows]


def _lag(item: Warned, today: date) -> Lag:
    decided = clock.day(item.closed_at) if item.closed_at else None
    return Lag(item, item.first_day, decided, ((decided or today) - item.first_day).days)


def _lines(rows: Sequence[WarningRow], found: Lags) -> list[Line]:
    wanted = {row.area_id for row in rows} | {row.told_by for row in rows if row.told_by}
    areas = Area.objects.in_bulk(wanted)
    items = known.by_id(row.item_id for row in rows if row.item_id)
    holders = _names(items.values())
    took = {lag.item.id: lag for lag in found.lags}
    lines = []
    for row in rows:
        item = items.get(row.item_id or 0)
        holder = holders.get(item.holder_id or 0, "") if item else ""
        told_by = areas.get(row.told_by or 0)
        lines.append(
            Line(row, areas[row.area_id], item, holder, took.get(row.item_id or 0), told_by)
        )
    return lines


def _waiting(items: Sequence[Warned], found: Lags) -> list[Line]:
    """Undecided warnings whose series does not stand out any more, with the row that raised it."""
    rows = {
        (row.item_id, row.area_id): row
        for row in WarningRow.objects.filter(item_id__in=[i.id for i in items]).order_by("id")
    }
    mine = [rows[i.id, i.area_id] for i in items if (i.id, i.area_id) in rows]
    return _lines(mine, found)


def _names(items: Iterable[Warned]) -> dict[int, str]:
    wanted = {item.holder_id for item in items if item.holder_id}
    return dict(Account.objects.filter(id__in=wanted).values_list("id", "display_name"))

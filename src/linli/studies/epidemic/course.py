"""How does an outbreak go? R, what is still to be reported, what may come, and what followed what.

One course is made of one series, whether it comes from this city's records or from a file. What
cannot be said is left out with its reason in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic import definition, intervals, nowcast, reproduction
from linli.analysis.epidemic.afterwards import AFTER_DAYS, then_and_later
from linli.analysis.epidemic.definition import Change
from linli.analysis.epidemic.forecast import LEVELS as AHEAD_LEVELS
from linli.analysis.epidemic.forecast import Forecast, forecast
from linli.analysis.epidemic.nowcast import Nowcast
from linli.analysis.epidemic.onsets import onsets
from linli.analysis.epidemic.reproduction import Reproduction
from linli.errors import N_, BadInput, Problem
from linli.studies.epidemic.asked import MOST_SERIAL_DAYS, Asked, serial_of
from linli.studies.epidemic.marks import Mark
from linli.studies.epidemic.records import UNKNOWN, Cases
from linli.studies.tables import EPOCH

Floats = NDArray[np.float64]
LEVELS = tuple(round(0.025 * n, 3) for n in range(1, 40))
MOST_DAYS = 150  # of a course; longer ones are shown from their end
MOST_DELAY = 30  # days from onset to report that are told apart
LEAST_DAYS = 14
LEAST_CASES = 20  # with both days, before a nowcast is made; assumed
LEAST_ONSETS = 0.5  # of the cases, for R by day of onset; assumed
COMPLETE_AFTER = 21  # days from onset after which nearly all are reported; assumed
WEEK = 7


@dataclass(frozen=True)
class Series:
    """What is known by day: reports as counted, and by onset where cases tell it. From ``first``.

    ``evened``: reports as one definition would have counted them. ``onset``: (days,) reported by
    now, by day of onset. ``delay``: mean, spread and number of the delays behind it.
    """

    first: int
    reports: Floats
    evened: Floats
    changes: tuple[Change, ...] = ()
    ratios: tuple[float, ...] = ()
    set_aside: float = 0.0
    breaks: tuple[int, ...] = ()
    onset: Floats | None = None
    delay: tuple[float, float] | None = None
    n_delays: int = 0

    def day(self, at: int) -> date:
        """The day of a column."""
        return EPOCH + timedelta(days=self.first + int(at))

    @property
    def n_days(self) -> int:
        """How many days."""
        return len(self.reports)


@dataclass(frozen=True)
class Followed:
    """What stood on a curve on the day of a mark and AFTER_DAYS later; None: not known (yet)."""

    mark: Mark
    then_on: date
    count: float
    count_then: float | None
    r: float | None
    r_then: float | None


@dataclass(frozen=True)
class Course:
    """One area's outbreak. Each of ``now``, ``r`` and ``ahead`` is None where it cannot be said."""

    name: str
    series: Series
    by: str
    now: Nowcast | None = None
    n_now: int = 0  # days of the series that the nowcast can speak of
    r: Reproduction | None = None
    ahead: Forecast | None = None
    marks: tuple[Mark, ...] = ()
    lacking: tuple[Problem, ...] = ()
    n_no_onset: int = 0
    n_reversed: int = 0
    asked: Asked = field(default_factory=Asked)

    def r_at(self, at: int) -> float | None:
        """R of the window that ends on a column, where it can be trusted."""
        if self.r is None:
            return None
        found = np.flatnonzero(self.r.last == at)
        if not len(found) or self.r.standing[0, found[0]] != reproduction.OK:
            return None
        return float(self.r.mean[0, found[0]])

    @property
    def latest(self) -> tuple[date, float, float, float] | None:
        """The last R that can be trusted: its day, mean and 95 % interval."""
        if self.r is None:
            return None
        sound = np.flatnonzero(self.r.standing[0] == reproduction.OK)
        if not len(sound):
            return None
        k = sound[-1]
        mean, low, high = (float(v[0, k]) for v in (self.r.mean, self.r.low, self.r.high))
        return self.series.day(self.r.last[k]), mean, low, high

    @property
    def goes_by(self) -> str:
        """By what R goes: onset, report, or reports taken_back to onsets."""
        if self.by == "report" and (self.asked.delay or self.series.delay):
            return "taken_back"
        return self.by

    @property
    def week(self) -> float:
        """Reported in the last seven days."""
        return float(self.series.reports[-WEEK:].sum())

    @property
    def now_until(self) -> date:
        """The last day of which a nowcast speaks; of later ones too little is reported."""
        return self.series.day(self.n_now - 1)

    @property
    def onset_week(self) -> float:
        """Reported by now of those who fell ill in the last seven days that a nowcast speaks of."""
        if self.series.onset is None:
            return 0.0
        return float(self.series.onset[: self.n_now][-WEEK:].sum())

    @property
    def expected_week(self) -> tuple[float, float, float] | None:
        """Of the same days the middle, low and high of 95 %; all lie high or low together."""
        if self.now is None or not self.n_now:
            return None
        return week_of(self.now.quantiles[0, : self.n_now])

    @property
    def next(self) -> tuple[float, float, float, date] | None:
        """The last day of the forecast: middle, low and high of 90 %, and which day it is."""
        if self.ahead is None:
            return None
        said = self.ahead.quantiles[0, -1]
        middle, low, high = (float(said[AHEAD_LEVELS.index(q)]) for q in (0.5, 0.05, 0.95))
        last = self.series.n_days + len(self.ahead.quantiles[0]) - 1
        return middle, low, high, self.series.day(last)

    def followed(self) -> list[Followed]:
        """What stood on the curve on the day of each mark, and half a month later."""
        found, reports = [], self.series.reports.tolist()
        for mark in self.marks:
            at = (mark.on - self.series.day(0)).days
            count, later = then_and_later(reports, at)
            if count is None:
                continue
            then = at + AFTER_DAYS
            found.append(
                Followed(mark, self.series.day(then), count, later, self.r_at(at), self.r_at(then))
            )
        return found


def week_of(quantiles: Floats) -> tuple[float, float, float]:
    """The last seven days of a nowcast (days, LEVELS) together: middle, low and high of 95 %."""
    whole = quantiles[-WEEK:].sum(axis=0)
    middle, low, high = (float(whole[LEVELS.index(level)]) for level in (0.5, 0.025, 0.975))
    return middle, low, high


def of_cases(
    cases: Cases,
    *,
    name: str,
    disease: str,
    last: int,
    asked: Asked,
    changes: Sequence[Change] = (),
    marks: Sequence[Mark] = (),
) -> Course:
    """The course of cases that tell the days of report and, mostly, of onset, up to a last day."""
    series = _series_of(cases, first_of(cases, last), last, tuple(changes))
    lacking: list[Problem] = []
    by = asked.by or _by(cases, changes)
    now = _nowcast(cases, series, lacking) if by == "onset" else None
    n_now = 0 if now is None else _n_known(now)
    return _finished(
        Course(name, series, by, now, n_now, marks=tuple(marks), n_no_onset=cases.n_no_onset,
               n_reversed=cases.n_reversed, asked=asked),
        disease, lacking,
    )  # fmt: skip


def of_counts(
    first: int,
    counts: Floats,
    *,
    name: str,
    disease: str,
    asked: Asked,
    changes: Sequence[Change] = (),
    marks: Sequence[Mark] = (),
) -> Course:
    """The course of counts by day, such as a city publishes; no nowcast, for no case is known."""
    lacking: list[Problem] = [
        Problem(N_("Counts by day do not tell how late they came in: there is no nowcast. Give one "
                   "row a case, with its day of onset and of report."))
    ]  # fmt: skip
    cut = max(len(counts) - MOST_DAYS, 0)
    kept = [c for c in (_later(change, cut) for change in changes) if c is not None]
    series = _evened(first + cut, counts[cut:], tuple(kept))
    return _finished(
        Course(name, series, asked.by or "report", marks=tuple(marks), asked=asked),
        disease, lacking,
    )  # fmt: skip


def first_of(cases: Cases, last: int) -> int:
    """The first day of a course: that of the first case, within the last MOST_DAYS."""
    if not len(cases.reported):
        return last - LEAST_DAYS + 1
    known = cases.onset[cases.onset != UNKNOWN]
    earliest = min(int(cases.reported.min()), int(known.min()) if len(known) else last)
    return min(max(earliest, last - MOST_DAYS + 1), last - LEAST_DAYS + 1)


def triangle_of(cases: Cases, first: int, n_days: int, *, n_parts: int = 0) -> Floats:
    """The reporting triangle of cases with both days: of all, or of each part."""
    use = (cases.onset != UNKNOWN) & (cases.onset >= first)
    area = np.zeros(int(use.sum()), dtype=np.int64)
    if n_parts:
        use &= cases.part != UNKNOWN
        area = cases.part[use]
    return nowcast.triangle(
        cases.onset[use] - first, cases.reported[use] - first, area, n_areas=max(n_parts, 1),
        n_days=n_days, n_delays=min(MOST_DELAY + 1, n_days - 1), as_of=n_days - 1,
    )  # fmt: skip


def _by(cases: Cases, changes: Sequence[Change]) -> str:
    """By onset where most tell it; a change of definition can only be taken out of reports."""
    told = 1 - cases.n_no_onset / max(len(cases.onset), 1)
    return "onset" if told >= LEAST_ONSETS and not changes else "report"


def _series_of(cases: Cases, first: int, last: int, changes: tuple[Change, ...]) -> Series:
    n_days = last - first + 1
    inside = cases.reported >= first
    reports = np.bincount(cases.reported[inside] - first, minlength=n_days).astype(float)
    series = _evened(first, reports, changes)
    known = (cases.onset != UNKNOWN) & (cases.onset >= first)
    onset = np.bincount(cases.onset[known] - first, minlength=n_days).astype(float)
    delays = (cases.reported - cases.onset)[known]
    complete = delays[cases.onset[known] <= last - COMPLETE_AFTER]
    told = complete if len(complete) >= LEAST_CASES else delays
    delay = (float(told.mean()), float(told.std())) if len(told) >= LEAST_CASES else None
    return Series(
        first, reports, series.evened, changes, series.ratios, series.set_aside, series.breaks,
        onset, delay, len(told),
    )  # fmt: skip


def _evened(first: int, reports: Floats, changes: tuple[Change, ...]) -> Series:
    even = definition.even(reports[None], changes)
    broken = tuple(int(at) for at in np.flatnonzero(definition.breaks(reports[None], changes)[0]))
    return Series(first, reports, even.counts[0], changes, even.ratios,
                  float(even.set_aside.sum()), broken)  # fmt: skip


def _later(change: Change, cut: int) -> Change | None:
    """A change as columns that begin so many days later; None where it ended before."""
    if change.last < cut:
        return None
    lost = max(cut - change.first, 0)
    return Change(max(change.first - cut, 0), change.last - cut, max(change.backlog - lost, 0),
                  change.ratio)  # fmt: skip


def _nowcast(cases: Cases, series: Series, lacking: list[Problem]) -> Nowcast | None:
    n = int(((cases.onset != UNKNOWN) & (cases.onset >= series.first)).sum())
    if n < LEAST_CASES:
        lacking.append(Problem(
            N_("Only {n} confirmed cases tell the day of onset; a nowcast takes {least}."),
            n=n, least=LEAST_CASES,
        ))  # fmt: skip
        return None
    table = triangle_of(cases, series.first, series.n_days)
    return nowcast.nowcast(table, levels=LEVELS)


def _n_known(now: Nowcast) -> int:
    """How many days from the first on are known by a fiftieth or more."""
    known = np.flatnonzero(now.known[0])
    return int(known[-1]) + 1 if len(known) else 0


def _finished(course: Course, disease: str, lacking: list[Problem]) -> Course:
    """The course with R and the forecast, or with why there is none."""
    try:
        serial = serial_of(disease, course.asked)
    except BadInput as problem:
        return replace(course, lacking=(*lacking, problem))
    r = _r(course, serial, lacking)
    ahead = None
    try:
        ahead = forecast(course.series.evened[None], course.asked.ahead, interval=serial,
                         levels=AHEAD_LEVELS)  # fmt: skip
    except BadInput as problem:
        lacking.append(problem)
    return replace(course, r=r, ahead=ahead, lacking=tuple(lacking))


def _r(course: Course, serial: Floats, lacking: list[Problem]) -> Reproduction | None:
    window = course.asked.window
    try:
        if course.now is not None:
            courses = np.moveaxis(course.now.quantiles[:, : course.n_now], 2, 0)
            found = reproduction.over_courses(courses, serial, window=window)
        elif course.by == "onset" and course.series.onset is not None:
            return None  # what is reported by now falls towards its end: no R without a nowcast
        else:
            found = reproduction.reproduction(_by_onset(course), serial, window=window)
    except BadInput as problem:
        lacking.append(problem)
        return None
    if not (found.standing == reproduction.OK).any():
        lacking.append(Problem(
            N_("No {window} days hold {least} cases: R would be mostly a guess."),
            window=window, least=reproduction.LEAST_CASES,
        ))  # fmt: skip
        return None
    return found


def _by_onset(course: Course) -> Floats:
    """Reports taken back to onsets where it is known how late they come."""
    delay = course.asked.delay or course.series.delay
    if delay is None or course.by == "onset":
        return course.series.evened[None]
    chances = intervals.delay_chances(*delay, MOST_SERIAL_DAYS)
    return np.asarray(onsets(course.series.evened[None], chances))

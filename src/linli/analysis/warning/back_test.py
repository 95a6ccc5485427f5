"""What would each method have said, and when? Days of lead before an event, and false alarms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.warning.detect import Method, detect
from linli.analysis.warning.finding import ALL_ZERO, MISSING, NO_VARIANCE, OK, TOO_FEW, TOO_SHORT
from linli.errors import N_, BadInput

SOUND = (OK, ALL_ZERO, NO_VARIANCE, TOO_FEW)  # a finding that says warn, or do not
WATCHES = (Method.CUSUM, Method.GLR)  # their watch begins with the first day tested
LEARN_DAYS = 14  # that such a watch learns its level from; assumed
MOST_LEAD = 21  # days before an event in which an alarm is of that event; assumed
METHODS = (Method.C1, Method.C2, Method.C3, Method.BAYES, Method.CUSUM, Method.GLR)


@dataclass(frozen=True)
class Said:
    """What one method would have said of many series.

    ``alarm``: on which day it would have warned, seen from that day; shape (areas, days).
    ``sound``: whether it could say anything. ``first``: the column of the first alarm that is of
    the event, -1 if there is none. ``lead_days``: of that alarm before the event, NaN if there is
    none; below 0 it came afterwards. ``false``: alarms of no event. ``quiet``: days without one on
    which the method could have warned, shape (areas,).
    """

    method: Method
    alarm: NDArray[np.bool_]
    sound: NDArray[np.bool_]
    first: NDArray[np.int64]
    lead_days: NDArray[np.float64]
    false: NDArray[np.int64]
    quiet: NDArray[np.int64]
    too_short: bool  # no day had past enough


Seen = Callable[[int], NDArray[np.float64]]


def back_test(
    counts: NDArray[np.float64],
    events: NDArray[np.float64],
    methods: Sequence[Method] = METHODS,
    *,
    most_lead: int = MOST_LEAD,
    options: Mapping[Method, Mapping[str, Any]] | None = None,
    as_of: Seen | None = None,
) -> list[Said]:
    """Ask each method day by day what it would have said, with no look ahead.

    Parameters
    ----------
    counts
        Shape (areas, days), oldest first; NaN where not known.
    events
        The column of the day on which each area's event was known, NaN for none; shape (areas,).
    most_lead
        An alarm so many days before the event, or fewer, is of the event; so is any after it.
    as_of
        Where cases are told late: the counts as they were known, or nowcast, on a day, given its
        column; the last one known is tested. Without it a count is known on its own day.

    Raises
    ------
    BadInput
        For an event outside the days.
    """
    n_areas, n_days = counts.shape
    known = events[~np.isnan(events)]
    if events.shape != (n_areas,) or ((known < 0) | (known >= n_days)).any():
        raise BadInput(N_("An event lies outside the days of the counts. Give a day among them."))
    found = []
    for method in methods:
        given = dict((options or {}).get(method, {}))
        alarm, sound, short = (
            _whole(counts, method, given) if as_of is None
            else _day_by_day(as_of, (n_areas, n_days), method, given)
        )  # fmt: skip
        found.append(_judged(method, alarm, sound, events, most_lead, too_short=short))
    return found


def _whole(
    counts: NDArray[np.float64], method: Method, options: Mapping[str, Any]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], bool]:
    """All days at once: every method looks back only."""
    n_days = counts.shape[1]
    last = n_days - (LEARN_DAYS if method in WATCHES else 0)
    alarm, sound = np.zeros(counts.shape, dtype=bool), np.zeros(counts.shape, dtype=bool)
    if last < 1:
        return alarm, sound, True
    findings = detect(counts, method, last=last, **options)
    alarm[:, findings.times] = findings.alarm
    sound[:, findings.times] = np.isin(findings.status, SOUND)
    short = bool(np.isin(findings.status, (TOO_SHORT, MISSING)).all())
    return alarm, sound, short


def _day_by_day(
    as_of: Seen, shape: tuple[int, int], method: Method, options: Mapping[str, Any]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], bool]:
    """Each day with what was known then."""
    alarm, sound = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for day in range(shape[1]):
        counts = as_of(day)
        width = counts.shape[1]
        if width <= (LEARN_DAYS if method in WATCHES else 0):
            continue
        last = width - LEARN_DAYS if method in WATCHES else 1
        findings = detect(counts, method, last=last, **options)
        alarm[:, day] = findings.alarm[:, -1]
        sound[:, day] = np.isin(findings.status[:, -1], SOUND)
    return alarm, sound, not bool(sound.any())


def _judged(
    method: Method,
    alarm: NDArray[np.bool_],
    sound: NDArray[np.bool_],
    events: NDArray[np.float64],
    most_lead: int,
    *,
    too_short: bool,
) -> Said:
    days = np.arange(alarm.shape[1])
    of_event = days[None, :] >= np.where(np.isnan(events), np.inf, events - most_lead)[:, None]
    hits = alarm & of_event
    first = np.where(hits.any(axis=1), hits.argmax(axis=1), -1)
    lead = np.where(first >= 0, events - first, np.nan)
    return Said(
        method, alarm, sound, first.astype(np.int64), lead,
        (alarm & ~of_event).sum(axis=1), (sound & ~of_event).sum(axis=1), too_short,
    )  # fmt: skip

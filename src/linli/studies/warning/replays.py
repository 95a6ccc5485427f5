"""What would each method have said, and when? On the city's own records, or on a file (S99)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli import clock
from linli.analysis.warning.back_test import METHODS, MOST_LEAD, Said, back_test
from linli.analysis.warning.detect import Method
from linli.errors import N_, BadInput
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.areas import Area
from linli.registry.declarations import Declaration, Mode
from linli.studies import signals, tables
from linli.studies.epidemic.counts import Counts
from linli.studies.frames import Frame
from linli.studies.signals import ONSETS, Signals
from linli.studies.warning import board, night
from linli.studies.warning.detectors import known
from linli.studies.warning.plan import Plan

HISTORY_DAYS = 120  # read before the day of the replay
OPTIONS: dict[Method, dict[str, Any]] = {  # of some weeks: no year to learn a season from
    Method.BAYES: {"half_window": 14, "alpha": 0.001},  # as in the plan that is shipped
    Method.GLR: {"trend": False, "harmonics": 0},
}
WHENCE = {
    "told": N_("as you say"),
    "decision": N_("the first decision on a warning here"),
    "declaration": N_("the emergency was declared"),
    "none": N_("no day is given, so no lead is counted"),
}


@dataclass(frozen=True)
class Verdict:
    """What one method would have said of one area."""

    method: Method
    first_on: date | None  # of the alarm that is of the event
    lead_days: int | None  # before the event; below 0 after it
    alarms: tuple[date, ...]  # all of them
    n_false: int
    n_quiet: int
    too_short: bool


@dataclass(frozen=True)
class Replay:
    """All methods on one area: the counts, the day it was known, and each method's word."""

    name: str
    first: date
    step: int
    counts: NDArray[np.float64]  # one a time
    event_on: date | None
    whence: str  # one of WHENCE
    verdicts: tuple[Verdict, ...]

    def told(self) -> dict[str, Any]:
        """All of it for a machine to read."""
        return {
            "area": self.name,
            "first": self.first.isoformat(),
            "step_days": self.step,
            "counts": [None if np.isnan(v) else round(float(v), 3) for v in self.counts],
            "event_on": self.event_on.isoformat() if self.event_on else None,
            "event_from": self.whence,
            "methods": [
                {
                    "method": str(one.method),
                    "first_on": one.first_on.isoformat() if one.first_on else None,
                    "lead_days": one.lead_days,
                    "alarms": [day.isoformat() for day in one.alarms],
                    "false_alarms": one.n_false,
                    "quiet_times": one.n_quiet,
                    "too_short": one.too_short,
                }
                for one in self.verdicts
            ],
        }


def on_records(
    actor: Actor,
    area: Area,
    signal: str,
    plan: Plan,
    *,
    event_on: date | None = None,
    until: date | None = None,
    name: str = "",
) -> Replay:
    """Replay one signal of one area; what is told late is seen as it was known on each day.

    The day it was known is the one given, else the first decision on a warning here, else the day
    an emergency was declared. Raises NotAllowed, BadInput for a signal nobody counts here.
    """
    can(actor, Ask(board.SEE, roles_for(board.SEE), area.path)).required()
    last = until or clock.day(clock.now()) - timedelta(days=1)
    first = last - timedelta(days=HISTORY_DAYS)
    found = signals.count([area], first, last, exercise=actor.exercise)
    if signal not in found.counts:
        raise BadInput(N_("Nothing is known of {signal} here yet."), signal=signal[:40])
    begins = _first_known(found.counts[signal][0])
    if begins is None:
        raise BadInput(N_("Nothing is known of {signal} here yet."), signal=signal[:40])
    found = _cut(found, begins, len(found.days))
    event, whence = (event_on, "told") if event_on else _event(actor, area, signal, found.days)
    column = np.array([np.nan if event is None else float((event - found.days[0]).days)])
    counts = found.counts[signal]
    as_of = None
    if signal.startswith(ONSETS):

        def as_of(day: int) -> NDArray[np.float64]:
            return _known_on(found, signal, day, plan)

    said = back_test(counts, column, METHODS, options=OPTIONS, as_of=as_of)
    return _replays([name or area.name_zh], found.days[0], 1, counts, said, [event], whence)[0]


def on_counts(
    counts: Counts,
    methods: Sequence[str] = (),
    *,
    event: str = "",
    most_lead: int = MOST_LEAD,
) -> list[Replay]:
    """Replay every area of a file; the event is the same day for all."""
    column = float(counts.at(event)) if event else np.nan
    chosen = [known(name) for name in methods] or list(METHODS)
    if Method.TAIL in chosen:
        raise BadInput(N_("The method tail compares areas day by day, and cannot be replayed."))
    said = back_test(
        counts.counts, np.full(len(counts.areas), column), chosen, most_lead=most_lead,
        options=OPTIONS,
    )  # fmt: skip
    first = date.fromisoformat(counts.day(0))
    event_on = None if np.isnan(column) else date.fromisoformat(tables.shown_day(
        counts.first + counts.step * column))  # fmt: skip
    return _replays(counts.areas, first, counts.step, counts.counts, said,
                    [event_on] * len(counts.areas), "told" if event else "none")  # fmt: skip


def _replays(
    names: Sequence[str],
    first: date,
    step: int,
    counts: NDArray[np.float64],
    said: Sequence[Said],
    events: Sequence[date | None],
    whence: str,
) -> list[Replay]:
    def day(at: int) -> date:
        return first + timedelta(days=step * at)

    return [
        Replay(
            name, first, step, counts[n], events[n], whence,
            tuple(
                Verdict(
                    one.method,
                    day(int(one.first[n])) if one.first[n] >= 0 else None,
                    None if np.isnan(one.lead_days[n]) else int(one.lead_days[n]) * step,
                    tuple(day(int(at)) for at in np.flatnonzero(one.alarm[n])),
                    int(one.false[n]), int(one.quiet[n]), one.too_short,
                )
                for one in said
            ),
        )
        for n, name in enumerate(names)
    ]  # fmt: skip


def _event(actor: Actor, area: Area, signal: str, days: Sequence[date]) -> tuple[date | None, str]:
    """When it was known: the first decision, else the first declaration; none outside the days."""
    decided = board.lags(actor, area, signal=signal).first_decision_on
    if decided is not None and days[0] <= decided <= days[-1]:
        return decided, "decision"
    rows = Declaration.objects.filter(mode=Mode.EMERGENCY, exercise=actor.exercise)
    over = [one.starts_at for one in rows.order_by("starts_at") if area.path.startswith(one.path)]
    declared = [clock.day(clock.moment(_seconds(at))) for at in over]
    inside = [day for day in declared if days[0] <= day <= days[-1]]
    return (inside[0], "declaration") if inside else (None, "none")


def _seconds(at: Any) -> float:
    return at if isinstance(at, int | float) else clock.seconds(at)


def _first_known(counts: NDArray[np.float64]) -> int | None:
    there = np.flatnonzero(~np.isnan(counts))
    return int(there[0]) if len(there) else None


def _cut(found: Signals, begin: int, end: int) -> Signals:
    """The same signals from one column up to another."""
    days = found.days[begin:end]
    frame = Frame(found.frame.areas, days, found.frame.exercise)
    counts = {name: count[:, begin:end] for name, count in found.counts.items()}
    return replace(found, days=days, counts=counts, frame=frame)


def _known_on(found: Signals, signal: str, day: int, plan: Plan) -> NDArray[np.float64]:
    """The nowcast as it would have been on a day, up to the last day of which enough was told."""
    then = _cut(found, 0, day + 1)
    disease = signal.removeprefix(ONSETS)
    told = [case for case in found.cases.get(disease, []) if case.ill.day <= then.days[-1]]
    then = replace(then, cases={disease: told})
    made = night.ready(then, plan, only=signal)
    return made[0].counts if made else np.empty((len(found.frame.areas), 0))

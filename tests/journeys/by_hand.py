"""What should an item's clock say? Worked out from its events alone, as one would on paper.

Nothing here asks the engine: limits are read from the shipped file, working time is counted day
by day, rungs are compared with what has run.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from linli.loops import office

ZONE = ZoneInfo("Asia/Shanghai")
UNITS_S = {"m": 60, "h": 3600, "d": 86_400}
TIERS = {"community": 0, "street": 1, "district": 2, "city": 3}
OFFICE_HOURS = ((time(8, 30), time(12)), (time(14), time(17, 30)))
GOES_ON = frozenset({"tell_more", "take_up"})  # the clock goes on where it was held
HOLDS = frozenset({"ask_resident"})
STAYS = frozenset({"read", "deliver", "me_too", "take_in", "back_check", "rung"})
SHIPPED = tomllib.loads(files("linli.loops.requests").joinpath("limits.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Step:
    """An event as the ledger keeps it; ``at`` in UTC seconds."""

    step: str
    to_stage: str
    tier: int
    at: int


@dataclass(frozen=True)
class Due:
    """What should be so: the tier that answers, whether it is late, and the rungs passed."""

    tier: int
    late: bool
    rungs: int


def due(events: Sequence[Step], item_class: str, now: int) -> Due | None:
    """What a clock should have done by now; None where there is no limit."""
    spans: list[list[int]] = []
    begun = events[0]
    for event in events:
        if event.step in STAYS:
            continue
        if event.step in GOES_ON:
            spans.append([event.at, now])
        elif event.step in HOLDS:
            spans[-1][1] = event.at  # what had run stays, and so does the stage it ran in
            continue
        else:
            spans = [[event.at, now]]
        tier = begun.tier if event.step in GOES_ON else event.tier
        begun = Step(event.step, event.to_stage, tier, event.at)
    rule = _rule(begun.to_stage, item_class)
    if rule is None:
        return None
    limit = int(rule["limit"][:-1]) * UNITS_S[rule["limit"][-1]]
    run = sum(_counted(a, b, rule.get("calendar", "always")) for a, b in spans)
    rungs = SHIPPED["ladder"][rule.get("ladder", "default")]
    passed = [r for r in rungs if round(float(r["at"][:-1]) / 100 * limit) <= run]
    return Due(
        tier=max([begun.tier, *(TIERS[r["tier"]] for r in passed)]),
        late=any(float(r["at"][:-1]) >= 100 for r in passed),
        rungs=len(passed),
    )


def _rule(stage: str, item_class: str) -> Mapping[str, str] | None:
    fitting = [
        rule
        for rule in SHIPPED["clock"]
        if rule["stage"] == stage
        and rule.get("class", item_class) == item_class
        and rule.get("mode", "peace") == "peace"
    ]
    return max(fitting, key=lambda rule: "class" in rule) if fitting else None


def _counted(start: int, end: int, calendar: str) -> int:
    if calendar == "always":
        return end - start
    return sum(
        max(0, min(end, stops) - max(start, begins)) for begins, stops in _open_hours(start, end)
    )


@cache
def _holidays() -> dict[date, tuple[tuple[time, time], ...]]:
    return office.shipped().exceptions


def _open_hours(start: int, end: int) -> Iterable[tuple[int, int]]:
    day = datetime.fromtimestamp(start, ZONE).date()
    holidays = _holidays()
    while day <= datetime.fromtimestamp(end, ZONE).date():
        hours = holidays.get(day, OFFICE_HOURS if day.weekday() < 5 else ())
        for begins, stops in hours:
            yield (
                int(datetime.combine(day, begins, ZONE).timestamp()),
                int(datetime.combine(day, stops, ZONE).timestamp()),
            )
        day += timedelta(days=1)

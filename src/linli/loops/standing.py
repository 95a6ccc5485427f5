"""How does an item stand, and what does a step change? The arithmetic of a move, no table here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from linli.loops.ladder import RungAt
from linli.loops.loop import Allotment, Stage, State, Step
from linli.loops.scene import Place, Scene


@dataclass(slots=True)
class Standing:
    """An item's columns as plain values; moments are UTC seconds."""

    id: int
    uid: Any
    loop: str
    version: int
    kind: str
    item_class: str
    stage: str
    state: str
    area_id: int
    path: str
    community_id: int
    unit_id: int
    tier: int
    found_tier: int
    solved_tier: int | None
    holder_id: int | None
    organisation_id: int | None
    topic: str
    subject_kind: str
    subject_id: int | None
    parent_id: int | None
    carrier_id: int | None
    duplicate_of: int | None
    quantity: float | None
    happened_at: int
    opened_at: int
    entered_at: int
    due_at: int | None
    replied_at: int | None
    reply_seen_at: int | None
    rating_asked_at: int | None
    closed_at: int | None
    limit_set_id: int | None
    clock_id: int | None
    calendar: str
    entered_c: int
    next_c: int | None
    used_c: int | None
    level: int
    late: bool
    missed: bool
    in_time: bool | None
    n_events: int
    n_reopened: int
    n_me_too: int
    outcome: str
    solved: bool | None
    satisfied: int | None
    back_check: str
    channel: str
    opened_by: int | None
    token_hash: str
    title: str
    data: Any
    exercise: bool


COLUMNS: tuple[str, ...] = tuple(Standing.__slots__)
Changes = dict[str, Any]


def enter(standing: Standing, stage: Stage, scene: Scene) -> Changes:
    """The columns that follow from arriving at a stage now: state and a fresh clock."""
    changes: Changes = {"stage": stage.name, "state": stage.state.value, "entered_at": scene.now}
    if stage.state is State.CLOSED:
        return changes | {"closed_at": scene.now, "next_c": None, "used_c": None}
    if stage.keeps_clock:
        return changes
    if stage.holds_clock and standing.used_c is not None:
        return changes  # held already: what had run stays what had run
    if stage.holds_clock:
        used = scene.calendar(standing.calendar).count(scene.now) - standing.entered_c
        return changes | {"used_c": used, "next_c": None}
    return changes | start_clock(standing, stage.name, scene) | {"closed_at": None}


def start_clock(standing: Standing, stage: str, scene: Scene) -> Changes:
    """A fresh clock for a stage; without a limit the item has no target, and says so."""
    ticking = scene.ticking(standing.limit_set_id, stage, standing.item_class, standing.path)
    fresh: Changes = {"level": 0, "late": False, "used_c": None}
    if ticking is None:
        return fresh | {
            "clock_id": None,
            "calendar": "always",
            "entered_c": scene.now,
            "next_c": None,
            "due_at": None,
        }
    calendar = scene.calendar(ticking.calendar)
    entered = calendar.count(scene.now)
    return fresh | {
        "clock_id": ticking.id,
        "calendar": ticking.calendar,
        "entered_c": entered,
        "next_c": None if ticking.first_s is None else entered + ticking.first_s,
        "due_at": calendar.moment(entered + ticking.limit_s),
    }


def resume(standing: Standing, stage: Stage, scene: Scene, rungs: Sequence[RungAt]) -> Changes:
    """The clock goes on where it was held; ``rungs`` are those of the item's own clock."""
    calendar = scene.calendar(standing.calendar)
    used = standing.used_c or 0
    entered = calendar.count(scene.now) - used
    changes: Changes = {
        "stage": stage.name,
        "state": stage.state.value,
        "entered_at": scene.now,
        "entered_c": entered,
        "used_c": None,
        "next_c": _next(entered, standing.level, rungs),
    }
    ticking = scene.ticking_by_id(standing.limit_set_id, standing.clock_id)
    if ticking is not None:
        changes["due_at"] = calendar.moment(entered + ticking.limit_s)
    return changes


def passed(standing: Standing, rungs: Sequence[RungAt], count: int) -> list[RungAt]:
    """The rungs that an item has gone by, when its calendar has counted this far."""
    return [
        r for r in rungs if r.level > standing.level and standing.entered_c + r.after_s <= count
    ]


def climb(
    standing: Standing, place: Place, rungs: Sequence[RungAt], over: Sequence[RungAt]
) -> Changes:
    """The columns that follow from passing some of its clock's rungs: what the tick sets too."""
    level = max((r.level for r in over), default=standing.level)
    tier = max([standing.tier, *(r.tier for r in over)])
    late = bool(standing.late) or any(r.late for r in over)
    return {
        "level": level,
        "tier": tier,
        "unit_id": place.unit(tier) if tier > standing.tier else standing.unit_id,
        "late": late,
        "missed": bool(standing.missed) or (late and standing.replied_at is None),
        "holder_id": None if any(r.clears_holder for r in over) else standing.holder_id,
        "next_c": _next(standing.entered_c, level, rungs),
    }


def _next(entered_c: int, level: int, rungs: Sequence[RungAt]) -> int | None:
    return min((entered_c + r.after_s for r in rungs if r.level > level), default=None)


def rise(standing: Standing, place: Place, tiers: int, top: int = 3) -> Changes:
    """The item goes up: another unit answers, and nobody there holds it yet."""
    tier = min(standing.tier + tiers, top)
    return {"tier": tier, "unit_id": place.unit(tier), "holder_id": None}


def allot(standing: Standing, place: Place, allotment: Allotment) -> Changes:
    """Who answers from now on; an item never falls below the tier it has risen to."""
    tier = max(allotment.tier, standing.tier)
    return {
        "tier": tier,
        "unit_id": place.unit(tier),
        "holder_id": allotment.holder_id,
        "organisation_id": allotment.organisation_id,
        "topic": allotment.topic,
    }


def reopening(standing: Standing, step: Step, place: Place) -> Changes:
    """One more re-opening; from the ``rises_from``-th one a tier up, before that to the owner."""
    count = standing.n_reopened + 1
    changes: Changes = {"n_reopened": count, "solved": None, "outcome": "", "solved_tier": None}
    if step.rises_from and count >= step.rises_from:
        changes |= rise(standing, place, 1)
    return changes


TALLIES: tuple[str, ...] = (
    "n_opened",
    "n_open",
    "n_waiting",
    "n_unheld",
    "n_late",
    "n_no_target",
    "n_street",
    "n_district",
    "n_city",
    "n_closed",
    "n_replied",
    "n_in_time",
    "n_missed",
    "n_asked",
    "n_rated",
    "n_solved",
    "n_scored",
    "n_satisfied",
    "n_reopened",
)


def counts(s: Standing | None) -> tuple[int, ...]:
    """What one item adds to each tally column; nothing before it exists."""
    if s is None:
        return (0,) * len(TALLIES)
    alive = s.state != State.CLOSED
    return (
        1,
        int(s.state == State.OPEN),
        int(s.state == State.WAITING),
        int(s.state == State.OPEN and s.holder_id is None),
        int(alive and bool(s.late)),
        int(alive and s.clock_id is None),
        int(alive and s.tier == 1),
        int(alive and s.tier == 2),
        int(alive and s.tier == 3),
        int(not alive),
        int(s.replied_at is not None),
        int(s.replied_at is not None and bool(s.in_time)),
        int(s.in_time is not None and not s.in_time if s.replied_at else bool(s.missed)),
        int(not alive and s.rating_asked_at is not None),
        int(not alive and s.solved is not None),
        int(not alive and bool(s.solved)),
        int(not alive and s.satisfied is not None),
        int(not alive and (s.satisfied or 0) >= 4),
        s.n_reopened,
    )

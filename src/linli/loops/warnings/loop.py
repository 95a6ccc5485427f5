"""The warning loop (S93, S99): a signal that stands out is accepted or dismissed, by name.

Linli raises it for whoever answers for the area, and does nothing else: what follows from a
warning is decided by a person, who says what will be done or why it is nothing.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Allotment, Form, Loop, Stage, State, Step, stages
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import DUTY_OFFICERS, Role
from linli.registry.areas import Tier

LINLI = frozenset({Role.SYSTEM})
DECIDERS = DUTY_OFFICERS | {Role.SECRETARY, Role.TRACER}
TOPIC = "warning"  # of a post whose holder answers for warnings; else whoever answers for all
CODE = "^[a-z0-9_.-]+$"


class WarningAsk(Form):
    """What was seen where nobody expected it: the signal, its day, and how far it stands out."""

    signal: str = Field(max_length=40, pattern=CODE)
    day: date  # of the count that raised it
    observed: float = Field(ge=0)
    expected: float = Field(ge=0)
    upper: float = Field(ge=0)  # above this the method warns
    p: float = Field(ge=0, le=1)  # the chance of so many if nothing had changed
    method: str = Field(max_length=24, pattern=CODE)
    found_in: int = Field(gt=0)  # the number of the look that found it
    before_id: int | None = Field(default=None, gt=0)  # a warning dismissed that has grown since


class WarningSeen(Form):
    """The same signal stands out on a later day, too."""

    day: date
    observed: float = Field(ge=0)
    expected: float = Field(ge=0)
    p: float = Field(ge=0, le=1)


class WarningAction(StrEnum):
    """What is done about it."""

    INVESTIGATE = "investigate"
    SCREEN = "screen"
    TEST = "test"
    INFORM = "inform"
    OTHER = "other"


ACTION_NAMES = {
    WarningAction.INVESTIGATE: N_("investigate on the spot"),
    WarningAction.SCREEN: N_("hold a round of screening"),
    WarningAction.TEST: N_("test people"),
    WarningAction.INFORM: N_("inform who works there"),
    WarningAction.OTHER: N_("something else"),
}


class WarningCause(StrEnum):
    """Why it is nothing."""

    RECORDING = "recording"
    DEFINITION = "definition"
    KNOWN = "known"
    EXPLAINED = "explained"
    CHANCE = "chance"


CAUSE_NAMES = {
    WarningCause.RECORDING: N_("entered late, twice or wrongly"),
    WarningCause.DEFINITION: N_("counted by another definition"),
    WarningCause.KNOWN: N_("part of an outbreak that is known"),
    WarningCause.EXPLAINED: N_("something else explains it"),
    WarningCause.CHANCE: N_("looked into, and nothing was found"),
}


class WarningAccepted(Form):
    """What will be done, and the reason."""

    action: WarningAction = Field(
        title=N_("What will be done?"),
        json_schema_extra={"names": {code.value: name for code, name in ACTION_NAMES.items()}},
    )
    note: str = Field(min_length=2, max_length=600, title=N_("Why? No names of residents."))


class WarningDismissed(Form):
    """Why it is nothing."""

    cause: WarningCause = Field(
        title=N_("Why is it nothing?"),
        json_schema_extra={"names": {code.value: name for code, name in CAUSE_NAMES.items()}},
    )
    note: str = Field(min_length=2, max_length=600, title=N_("Why? No names of residents."))


def _owner(item: Standing, form: Mapping[str, Any], scene: Scene) -> Allotment:
    """Whoever answers for warnings in the area; where nobody does, in the unit above."""
    place = scene.place(item.area_id)
    for tier in range(item.found_tier, Tier.CITY + 1):
        holder = scene.answers(place.unit(tier), TOPIC)
        if holder is not None:
            reason = "answers" if tier == item.found_tier else "unit_above"
            return Allotment(tier, holder, reason, topic=TOPIC)
    return Allotment(item.found_tier, None, "vacant", topic=TOPIC)


def _again(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """One more day; the first day and what was seen then stay."""
    data = item.data
    greatest = max(float(data.get("greatest", data["observed"])), float(form["observed"]))
    n_days = int(data.get("n_days", 1)) + 1
    return {"data": {**data, "last_day": form["day"], "n_days": n_days, "greatest": greatest}}


def _decided(outcome: str, what: str) -> Any:
    def effect(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
        return {
            "replied_at": scene.now,
            "in_time": None if item.clock_id is None else not item.missed,
            "solved_tier": item.tier,
            "outcome": outcome,
            "data": {**item.data, what: form[what], "decided_by": scene.actor.id},
        }

    return effect


LOOP = Loop(
    name="warning",
    label=N_("warning"),
    opens="found",
    opened_by=LINLI,
    asks=WarningAsk,
    seen_by=DECIDERS | {Role.ANALYST, Role.AUDITOR},
    classes={
        "urgent": N_("far above what was expected"),
        "normal": N_("above what was expected"),
    },
    about_residents=False,
    subject="place",
    reasons={
        "answers": N_("Whoever answers for warnings there, or for all that the unit does."),
        "unit_above": N_("Nobody answers in the unit, so whoever answers above has it."),
        "vacant": N_("Nobody answers in any unit: the ladder hands it up."),
    },
    stages=(
        Stage("found", N_("found"), auto="hand"),
        Stage("raised", N_("to be decided")),
        Stage("looked_into", N_("being looked into")),
        Stage("accepted", N_("accepted"), State.CLOSED),
        Stage("dismissed", N_("dismissed"), State.CLOSED),
    ),
    steps=(
        Step("hand", N_("hand to who answers"), stages("found"), "raised", by=LINLI, allots=_owner),
        Step("take", N_("look into it"), stages("raised"), "looked_into", by=DECIDERS, takes=True),
        Step(
            "accept",
            N_("accept"),
            stages("raised", "looked_into"),
            "accepted",
            by=DECIDERS,
            asks=WarningAccepted,
            effect=_decided("accepted", "action"),
        ),
        Step(
            "dismiss",
            N_("dismiss"),
            stages("raised", "looked_into"),
            "dismissed",
            by=DECIDERS,
            asks=WarningDismissed,
            effect=_decided("dismissed", "cause"),
        ),
        Step(
            "seen_again",
            N_("stands out again"),
            stages("raised", "looked_into", "accepted", "dismissed"),
            "raised",
            by=LINLI,
            asks=WarningSeen,
            effect=_again,
            stays=True,
        ),
    ),
)

"""The gap loop: what a plan lacks has an owner and a limit until the plan's lead closes it (S95).

Whoever mends a gap does not say that it is mended: whoever leads the plan does, or the records do.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Allotment, Form, Gate, Loop, Stage, State, Step, Unmet, stages
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import DESKS, DUTY_OFFICERS, Role

LINLI = frozenset({Role.SYSTEM})
MENDERS = DESKS | {Role.ADMINISTRATOR, Role.DATA_OFFICE}  # who may appoint, lend and record


class GapAsk(Form):
    """What lacks for which plan, how much of it, and who is to mend it."""

    personal: ClassVar[frozenset[str]] = frozenset({"what", "why"})

    plan: str = Field(min_length=2, max_length=40, title=N_("Which plan?"))
    run_id: int = Field(gt=0, title=N_("Number of the run"))
    lead_id: int = Field(gt=0, title=N_("Who leads the plan?"))
    what: str = Field(min_length=2, max_length=200, title=N_("What lacks?"))
    why: str = Field(default="", max_length=200, title=N_("Why?"))
    needed: float | None = Field(default=None, ge=0, title=N_("How much does it take?"))
    have: float | None = Field(default=None, ge=0, title=N_("How much is there?"))
    unit_id: int = Field(gt=0, title=N_("Which unit is to mend it?"))
    account_id: int | None = Field(default=None, gt=0, title=N_("Who answers there?"))


class GapMended(Form):
    """What was done about it."""

    personal: ClassVar[frozenset[str]] = frozenset({"done"})

    done: str = Field(min_length=2, max_length=400, title=N_("What was done?"))


class GapWord(Form):
    """Why it is sent back, or left as it is."""

    personal: ClassVar[frozenset[str]] = frozenset({"reason"})

    reason: str = Field(min_length=2, max_length=400, title=N_("Why?"))


def _to_the_unit(item: Standing, data: Mapping[str, Any], scene: Scene) -> Allotment:
    """The nearest unit that somebody answers for has it."""
    place = scene.place(item.area_id)
    tier = next((t for t, unit in enumerate(place.units) if unit == data["unit_id"]), item.tier)
    holder = scene.answers(place.unit(tier), "")
    return Allotment(tier, holder, "nearest" if holder is not None else "nobody")


def _mended(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    said = {"done": form["done"], "mended_by": scene.actor.id}
    return {"data": {**item.data, **said}, "replied_at": scene.now,
            "in_time": None if item.clock_id is None else not item.missed}  # fmt: skip


def _leads(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Whoever started the plan, or a commander in their stead; never who mended it."""
    commands = bool(scene.actor.holds({Role.DISTRICT_COMMAND, Role.CITY_COMMAND}))
    if scene.actor.id != item.data["lead_id"] and not commands:
        return Unmet("leads", N_("Whoever leads the plan says so, or a commander in their stead."))
    if item.data.get("mended_by") == scene.actor.id:
        return Unmet("leads", N_("You mended it. Let somebody else who leads look at it."))
    return None


def _closed(outcome: str) -> Any:
    def effect(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
        said = {"reason": form["reason"]} if form.get("reason") else {}
        return {"outcome": outcome, "solved_tier": item.tier, "data": {**item.data, **said}}

    return effect


LEADS = Gate("leads", N_("whoever leads the plan says so"), _leads)

LOOP = Loop(
    name="gap",
    label=N_("gap of a plan"),
    opens="found",
    opened_by=LINLI,
    asks=GapAsk,
    seen_by=MENDERS | {Role.AUDITOR},
    classes={
        "step": N_("a step or its loop"),
        "role": N_("a role that nobody fills"),
        "stock": N_("stock that lacks"),
        "place": N_("beds, sites or vehicles that lack"),
    },
    about_residents=False,
    subject="place",
    first_allot=_to_the_unit,
    reasons={
        "nearest": N_("It is for the nearest unit that somebody answers for."),
        "nobody": N_("Nobody answers for any unit here, so the highest has it."),
    },
    stages=(
        Stage("found", N_("found, nobody sees to it yet")),
        Stage("taken", N_("being mended")),
        Stage("mended", N_("said to be mended; to be looked at")),
        Stage("closed", N_("mended"), State.CLOSED),
        Stage("borne", N_("left as it is, with a reason"), State.CLOSED),
    ),
    steps=(
        Step("take", N_("see to it"), stages("found"), "taken", by=MENDERS, takes=True),
        Step("mend", N_("say what was done"), stages("found", "taken"), "mended", by=MENDERS,
             asks=GapMended, effect=_mended),
        Step("accept", N_("it is mended"), stages("mended"), "closed", by=DUTY_OFFICERS,
             gates=(LEADS,), effect=_closed("mended")),
        Step("return", N_("it is not"), stages("mended"), "taken", by=DUTY_OFFICERS,
             asks=GapWord, gates=(LEADS,), reopens=True, rises_from=2),
        Step("bear", N_("leave it as it is"), stages("found", "taken", "mended"), "borne",
             by=DUTY_OFFICERS, asks=GapWord, gates=(LEADS,), effect=_closed("borne")),
        Step("fill", N_("the records show it covered"), stages("found", "taken", "mended"),
             "closed", by=LINLI, effect=_closed("mended")),
    ),
)  # fmt: skip

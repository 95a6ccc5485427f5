"""The investigation loop: within a day every confirmed case is asked, and nobody is left open.

It cannot finish while anybody found or named is undecided (S22). Whoever does not come to it in
time loses it to the next tier; the ladder sees to that.
"""

from collections.abc import Mapping
from typing import Any

from linli.errors import N_
from linli.loops.exposures import count
from linli.loops.investigations.forms import (
    InvestigationAsk,
    InvestigationBegin,
    InvestigationFinish,
)
from linli.loops.loop import Allotment, Gate, Loop, Stage, State, Step, Unmet, stages
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import TRACERS, Role
from linli.registry.roster import holders_above

LINLI = frozenset({Role.SYSTEM})


def to_a_tracer(item: Standing, form: Mapping[str, Any], scene: Scene) -> Allotment:
    """Whoever traces here and holds the fewest investigations given out in this call.

    Where nobody traces, whoever is first responsible for the unit has it.
    """
    del form
    known: dict[str, list[int]] = scene.memo.setdefault("tracers", {})  # type: ignore[assignment]
    if item.path not in known:
        known[item.path] = sorted(set(holders_above(item.path, [Role.TRACER], scene.now)))
    given: dict[int, int] = scene.memo.setdefault("traced", {})  # type: ignore[assignment]
    tracers = known[item.path]
    if not tracers:
        unit = scene.place(item.area_id).unit(item.tier)
        return Allotment(item.tier, scene.answers(unit, ""), "no_tracer")
    chosen = min(tracers, key=lambda account: (given.get(account, 0), account))
    given[chosen] = given.get(chosen, 0) + 1
    return Allotment(item.tier, chosen, "tracer")


def _undecided(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    del form, scene
    left = count.undecided(item.parent_id)
    if not left:
        return None
    return Unmet(
        "decided",
        N_("{n} people found or named are not decided on yet. Decide on each."),
        {"n": left},
    )


def _looked(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    del form, scene
    if item.data.get("looked"):
        return None
    return Unmet("looked", N_("Nobody was looked for yet. Look for those who were there too."))


def _found(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    del form
    return {"data": {**item.data, "looked": scene.now}}


def _finished(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    del form, scene
    return {"outcome": "traced", "solved_tier": item.tier}


DECIDED = Gate("decided", N_("everybody found or named is decided on"), _undecided)
LOOKED = Gate("looked", N_("those who were there too were looked for"), _looked)

LOOP = Loop(
    name="investigation",
    label=N_("investigation"),
    opens="opened",
    opened_by=LINLI,
    asks=InvestigationAsk,
    seen_by=TRACERS | {Role.AUDITOR},
    classes={"case": N_("of a confirmed case")},
    subject="person",
    first_allot=to_a_tracer,
    when_parent_closes="stop",
    reasons={
        "tracer": N_("Of those who trace here this one was given the fewest."),
        "no_tracer": N_("Nobody traces here, so whoever is first responsible has it."),
    },
    stages=(
        Stage("opened", N_("opened")),
        Stage("interviewing", N_("interviewing"), keeps_clock=True),
        Stage("traced", N_("traced"), State.CLOSED),
        Stage("stopped", N_("stopped: no case"), State.CLOSED),
    ),
    steps=(
        Step(
            "begin",
            N_("begin the interview"),
            stages("opened"),
            "interviewing",
            by=TRACERS,
            asks=InvestigationBegin,
            takes=True,
        ),
        Step(
            "look",
            N_("look for those who were there too"),
            stages("opened", "interviewing"),
            "interviewing",
            by=TRACERS | LINLI,
            stays=True,
            effect=_found,
        ),
        Step(
            "finish",
            N_("finish"),
            stages("interviewing"),
            "traced",
            by=TRACERS,
            asks=InvestigationFinish,
            gates=(LOOKED, DECIDED),
            effect=_finished,
        ),
        Step("stop", N_("stop"), stages("opened", "interviewing"), "stopped", by=LINLI),
    ),
)

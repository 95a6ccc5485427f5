"""The contact loop: somebody who met a case is followed up until a rule lets them go.

One person is one contact, however many cases named them; the exposures say which. What is done
and for how long is data by disease and class of risk (``observation``).
"""

from collections.abc import Mapping
from typing import Any

from linli.errors import N_
from linli.loops.contacts import effects, gates
from linli.loops.contacts.forms import (
    ContactAsk,
    ContactClear,
    ContactHand,
    ContactMetAgain,
    ContactNote,
    ContactRisk,
    ContactTurn,
)
from linli.loops.follow_ups.forms import ContactIll
from linli.loops.follow_ups.teams import Teams, teams
from linli.loops.loop import Allotment, Loop, Stage, State, Step, stages
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.policy.roles import FOLLOWERS, TRACERS, Role

LINLI = frozenset({Role.SYSTEM})
ALIVE = stages("named", "to_reach", "followed", "missed", "ill")


def to_the_nearest(item: Standing, form: Mapping[str, Any], scene: Scene) -> Allotment:
    """The worker of the grid with the fewest contacts; above it where a grid has nobody."""
    del form
    if "teams" not in scene.memo:
        scene.memo["teams"] = teams(scene.now)
    here: Teams = scene.memo["teams"]  # type: ignore[assignment]
    holder = here.nearest(item.path, 1)
    return Allotment(item.tier, holder, "nearest" if holder else "nobody_near")


def handed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Allotment:
    """Who was chosen, by a person or by the schedule."""
    del scene
    return Allotment(item.tier, form["holder_id"], "chosen")


LOOP = Loop(
    name="contact",
    label=N_("contact"),
    opens="named",
    opened_by=LINLI,
    asks=ContactAsk,
    seen_by=FOLLOWERS | {Role.AUDITOR},
    classes={
        "close": N_("close contact"),
        "second": N_("contact of a close contact"),
        "general": N_("general contact"),
    },
    subject="person",
    first_allot=to_the_nearest,
    reasons={
        "nearest": N_("Of those who work nearest this one has the fewest contacts."),
        "chosen": N_("The schedule, or somebody at the desk, chose this person."),
        "nobody_near": N_("Nobody works near here, so nobody has it yet."),
    },
    stages=(
        Stage("named", N_("named"), auto="manage"),
        Stage("to_reach", N_("to be reached")),
        Stage("followed", N_("followed up")),
        Stage("missed", N_("not seen when due")),
        Stage("ill", N_("has symptoms"), auto="turn_by_rule"),
        Stage("turned", N_("became a case"), State.CLOSED),
        Stage("released", N_("released"), State.CLOSED),
        Stage("stopped", N_("stopped: met no case"), State.CLOSED),
    ),
    steps=(
        Step(
            "manage",
            N_("plan what is done"),
            stages("named"),
            "to_reach",
            by=LINLI,
            effect=effects.managed,
            children=effects.placements,
        ),
        Step(
            "hand",
            N_("hand to somebody else"),
            ALIVE,
            "followed",
            by=TRACERS | LINLI,
            asks=ContactHand,
            stays=True,
            allots=handed,
        ),
        Step("see", N_("seen"), stages("to_reach", "missed"), "followed", by=LINLI),
        Step(
            "miss",
            N_("not seen"),
            stages("to_reach", "followed"),
            "missed",
            by=LINLI,
        ),
        Step(
            "note",
            N_("note a follow-up"),
            ALIVE,
            "followed",
            by=FOLLOWERS | LINLI,
            asks=ContactNote,
            stays=True,
        ),
        Step(
            "fall_ill",
            N_("has symptoms"),
            stages("to_reach", "followed", "missed"),
            "ill",
            by=FOLLOWERS | LINLI,
            asks=ContactIll,
            effect=effects.ill,
        ),
        Step(
            "turn_by_rule",
            N_("becomes a case by its symptoms"),
            stages("ill"),
            "turned",
            by=LINLI,
            gates=(gates.RULE,),
            effect=effects.turned,
            children=effects.cases,
        ),
        Step(
            "turn",
            N_("becomes a case"),
            ALIVE,
            "turned",
            by=LINLI | {Role.TRACER, Role.CLINICIAN},
            asks=ContactTurn,
            effect=effects.turned,
            children=effects.cases,
        ),
        Step(
            "clear",
            N_("the symptoms are of something else"),
            stages("ill"),
            "followed",
            by=frozenset({Role.CLINICIAN, Role.TRACER}) | LINLI,
            asks=ContactClear,
            gates=(gates.TESTED,),
        ),
        Step(
            "change_risk",
            N_("change the class of risk"),
            ALIVE,
            "followed",
            by=TRACERS,
            asks=ContactRisk,
            stays=True,
            effect=effects.other_risk,
        ),
        Step(
            "meet_again",
            N_("met a case again"),
            ALIVE,
            "followed",
            by=TRACERS | LINLI,
            asks=ContactMetAgain,
            stays=True,
            effect=effects.met_again,
        ),
        Step(
            "release",
            N_("release"),
            stages("to_reach", "followed"),
            "released",
            by=TRACERS | LINLI,
            gates=(gates.OVER, gates.SEEN, gates.QUIET, gates.TESTED),
            effect=effects.released,
        ),
        Step("stop", N_("stop"), ALIVE, "stopped", by=LINLI, effect=effects.stopped),
    ),
)

"""The vacancy loop (S04): a unit for which nobody answers is seen to until somebody does."""

from collections.abc import Mapping
from typing import Any

from linli.errors import N_
from linli.loops.loop import Allotment, Form, Gate, Loop, Stage, State, Step, Unmet, stages
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import DESKS, Role

LINLI = frozenset({Role.SYSTEM})
SEATERS = DESKS | {Role.ADMINISTRATOR}  # who may appoint


class VacancyAsk(Form):
    """From when on nobody answers, in UTC seconds."""

    at: int


def above(item: Standing, form: Mapping[str, Any], scene: Scene) -> Allotment:
    """Whoever answers for the unit above is asked: below it there is nobody to ask."""
    tier = min(item.found_tier + 1, 3)
    unit = scene.place(item.area_id).unit(tier)
    return Allotment(tier, scene.answers(unit, ""), "unit_above")


def _filled(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": "filled", "solved_tier": item.tier}


def _nobody(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    if scene.answers(item.area_id, "") is not None:
        return None
    return Unmet("somebody", N_("Nobody reachable answers for this unit yet. Appoint somebody."))


SOMEBODY = Gate("somebody", N_("somebody answers for the unit"), _nobody)

LOOP = Loop(
    name="vacancy",
    label=N_("vacancy"),
    opens="found",
    opened_by=LINLI,
    asks=VacancyAsk,
    seen_by=SEATERS | {Role.AUDITOR},
    classes={"now": N_("nobody answers now"), "soon": N_("nobody will answer soon")},
    about_residents=False,
    subject="place",
    reasons={
        "unit_above": N_(
            "Nobody answers for the unit, so whoever answers for the one above has it."
        ),
    },
    stages=(
        Stage("found", N_("found"), auto="ask_above"),
        Stage("asked", N_("asked of the unit above")),
        Stage("taken", N_("being filled")),
        Stage("filled", N_("filled"), State.CLOSED),
        Stage("void", N_("the unit is no more"), State.CLOSED),
    ),
    steps=(
        Step(
            "ask_above", N_("ask the unit above"), stages("found"), "asked", by=LINLI, allots=above
        ),
        Step("take", N_("see to it"), stages("asked"), "taken", by=SEATERS, takes=True),
        Step(
            "fill",
            N_("somebody answers"),
            stages("found", "asked", "taken"),
            "filled",
            by=LINLI,
            gates=(SOMEBODY,),
            effect=_filled,
        ),
        Step("void", N_("unit dissolved"), stages("found", "asked", "taken"), "void", by=LINLI),
    ),
)

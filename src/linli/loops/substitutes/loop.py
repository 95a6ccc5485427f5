"""The substitute: an estate without guard, fence or cleaning gets one, until a day (S67)."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Form, Loop, Stage, State, Step, stages
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import COMMUNITY_STAFF, FIELD_STAFF, Role

LINLI = frozenset({Role.SYSTEM})
PLACERS = frozenset({Role.COMMUNITY_DESK, Role.SECRETARY, Role.STREET_DUTY})


class SubstituteFor(StrEnum):
    """What is stood in for."""

    GUARD = "guard"
    FENCE = "fence"
    CLEANING = "cleaning"


FOR_NAMES: dict[str, str] = {
    SubstituteFor.GUARD: N_("guards in place of a gatehouse"),
    SubstituteFor.FENCE: N_("a barrier in place of a fence"),
    SubstituteFor.CLEANING: N_("cleaning in place of a property manager"),
}


class SubstituteAsk(Form):
    """Which estate lacks it."""

    estate: str = Field(min_length=1, max_length=120, title=N_("Which estate?"))


class SubstitutePlaced(Form):
    """What stands in, by whom, and until when it is promised."""

    what: str = Field(min_length=2, max_length=200, title=N_("What stands in?"))
    who: str = Field(min_length=2, max_length=120, title=N_("Which body does it?"))
    until: date = Field(title=N_("Until which day is it promised?"))


class SubstituteNeedless(Form):
    """Why none is needed."""

    reason: str = Field(min_length=2, max_length=400, title=N_("Why?"))


def _placed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": "in_place", "data": {**item.data, "placed": dict(form)}}


def _needless(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": "needless", "data": {**item.data, "reason": form["reason"]}}


LOOP = Loop(
    name="substitute",
    label=N_("substitute for an estate"),
    opens="lacking",
    opened_by=LINLI | PLACERS,
    asks=SubstituteAsk,
    seen_by=FIELD_STAFF | {Role.AUDITOR},
    classes=FOR_NAMES,
    about_residents=False,
    subject="place",
    stages=(
        Stage("lacking", N_("nothing stands in yet")),
        Stage("in_place", N_("in place"), State.CLOSED),
        Stage("needless", N_("not needed"), State.CLOSED),
    ),
    steps=(
        Step(
            "place",
            N_("say what stands in"),
            stages("lacking"),
            "in_place",
            by=COMMUNITY_STAFF | {Role.STREET_DUTY},
            asks=SubstitutePlaced,
            effect=_placed,
        ),
        Step(
            "spare",
            N_("none is needed"),
            stages("lacking"),
            "needless",
            by=frozenset({Role.SECRETARY, Role.STREET_DUTY}),
            asks=SubstituteNeedless,
            effect=_needless,
        ),
    ),
)

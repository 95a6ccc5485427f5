"""The call: somebody in special care had no contact today, and somebody makes it (S43)."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Form, Loop, Stage, State, Step, stages
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import COMMUNITY_STAFF, Role

LINLI = frozenset({Role.SYSTEM})
CALLERS = COMMUNITY_STAFF | {Role.STREET_DUTY}


class CallAsk(Form):
    """The first day without contact, and how many there have been."""

    day: date
    n_days: int = Field(default=1, ge=1)


class Way(StrEnum):
    """How somebody was reached."""

    DOOR = "door"
    PHONE = "phone"
    FAMILY = "family"


WAY_NAMES = {
    "door": N_("at the door"),
    "phone": N_("by phone"),
    "family": N_("through the family"),
}


class CallMade(Form):
    """How somebody was reached, and whether they are well."""

    personal: ClassVar[frozenset[str]] = frozenset({"note"})

    by: Way = Field(title=N_("How were they reached?"), json_schema_extra={"names": {**WAY_NAMES}})
    well: bool = Field(default=True, title=N_("Are they well?"))
    note: str = Field(default="", max_length=400)


class CallTried(Form):
    """What was tried in vain."""

    personal: ClassVar[frozenset[str]] = frozenset({"note"})

    note: str = Field(min_length=2, max_length=400)


class CallDay(Form):
    """One more day without contact."""

    day: date


def _made(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": "well" if form["well"] else "not_well"}


def _seen(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": "seen"}


def _another(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"data": {**item.data, "n_days": item.data["n_days"] + 1, "last_day": form["day"]}}


LOOP = Loop(
    name="call",
    label=N_("daily contact"),
    opens="owed",
    opened_by=LINLI,
    asks=CallAsk,
    seen_by=CALLERS,
    classes={
        "urgent": N_("urgent: old and alone"),
        "normal": N_("in special care"),
    },
    subject="person",
    stages=(
        Stage("owed", N_("no contact yet")),
        Stage("reached", N_("reached"), State.CLOSED),
    ),
    steps=(
        Step(
            "reach",
            N_("reached"),
            stages("owed"),
            "reached",
            by=CALLERS,
            asks=CallMade,
            effect=_made,
        ),
        Step("try", N_("tried in vain"), stages("owed"), "owed", by=CALLERS, asks=CallTried,
             stays=True),
        Step("seen", N_("seen by the round"), stages("owed"), "reached", by=LINLI, effect=_seen),
        Step(
            "another_day",
            N_("one more day without contact"),
            stages("owed"),
            "owed",
            by=LINLI,
            asks=CallDay,
            effect=_another,
            stays=True,
        ),
    ),
)  # fmt: skip

"""The remedy loop (S32): an apology in person, and what else is owed, one item a person.

Whoever it was done to closes it: by themselves, or, without an account or a phone, by the word
that their community's desk took from them.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Form, Loop, Stage, State, Step, stages
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import DESKS, EVERYONE, FIELD_STAFF, Role

LINLI = frozenset({Role.SYSTEM})


class RemedyHow(StrEnum):
    """How it was done."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    FAMILY = "family"


HOW_NAMES = {
    RemedyHow.IN_PERSON: N_("in person"),
    RemedyHow.PHONE: N_("by phone"),
    RemedyHow.FAMILY: N_("to the family"),
}


class RemedyAsk(Form):
    """To whom it is owed, and on which transfer it happened."""

    person_id: int = Field(gt=0)
    transfer_id: int = Field(gt=0)


class RemedyDone(Form):
    """How it was done, and what was said."""

    personal: ClassVar[frozenset[str]] = frozenset({"note"})

    how: RemedyHow = Field(
        title=N_("How was it done?"),
        json_schema_extra={"names": {code.value: name for code, name in HOW_NAMES.items()}},
    )
    note: str = Field(min_length=2, max_length=500, title=N_("What was said?"))


class RemedyWord(Form):
    """What they say to it."""

    personal: ClassVar[frozenset[str]] = frozenset({"note"})

    note: str = Field(default="", max_length=500, title=N_("What do they say?"))


def _done(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {
        "replied_at": scene.now,
        "in_time": None if item.clock_id is None else not item.missed,
        "solved_tier": item.tier,
    }


def _ends(outcome: str) -> Any:
    def effect(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
        return {"outcome": outcome}

    return effect


LOOP = Loop(
    name="remedy",
    label=N_("remedy"),
    opens="owed",
    opened_by=LINLI,
    asks=RemedyAsk,
    subject="person",
    seen_by=FIELD_STAFF,
    classes={"apology": N_("an apology"), "other": N_("another remedy")},
    stages=(
        Stage("owed", N_("owed"), public=N_("Something is owed to you. Somebody will come.")),
        Stage("done", N_("done"), public=N_("Somebody came. Was it enough? Tell us.")),
        Stage("accepted", N_("accepted"), State.CLOSED, public=N_("You said that it was enough.")),
        Stage("declined", N_("declined"), State.CLOSED, public=N_("You said no to it.")),
    ),
    steps=(
        Step(
            "do",
            N_("say that it was done"),
            stages("owed"),
            "done",
            by=DESKS,
            asks=RemedyDone,
            effect=_done,
        ),
        Step(
            "accept",
            N_("it was enough"),
            stages("done"),
            "accepted",
            by=DESKS | EVERYONE,
            asks=RemedyWord,
            own=True,
            effect=_ends("accepted"),
        ),
        Step(
            "object",
            N_("it was not enough"),
            stages("done"),
            "owed",
            by=DESKS | EVERYONE,
            asks=RemedyWord,
            own=True,
            reopens=True,
            rises_from=1,
        ),
        Step(
            "decline",
            N_("they want none"),
            stages("owed", "done"),
            "declined",
            by=DESKS | EVERYONE,
            asks=RemedyWord,
            own=True,
            effect=_ends("declined"),
        ),
    ),
)

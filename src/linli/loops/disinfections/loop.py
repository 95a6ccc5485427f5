"""The disinfection: a place, a day, done with evidence or missed in sight (S16, S26)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Form, Loop, Stage, State, Step, stages
from linli.loops.photos.gate import PHOTO
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import COMMUNITY_STAFF, FIELD_STAFF, Role

LINLI = frozenset({Role.SYSTEM})


class DisinfectionAsk(Form):
    """What is to be disinfected, and with what, on which day."""

    place: str = Field(min_length=2, max_length=120)
    day: date
    agent: str = Field(default="", max_length=80)
    photo: bool = Field(default=False, title=N_("A photo has to show that it is done"))


class DisinfectionDone(Form):
    """The evidence: what was used, how strong, and which parts of the place were done."""

    agent: str = Field(min_length=2, max_length=80, title=N_("Agent"))
    strength_mg_per_l: int | None = Field(
        default=None, ge=1, le=100_000, title=N_("Strength in mg per litre")
    )
    parts: str = Field(min_length=2, max_length=400, title=N_("Which parts of the place?"))


class DisinfectionSkip(Form):
    """Why it is not needed today."""

    reason: str = Field(min_length=2, max_length=400, title=N_("Why?"))


def _done(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": "done", "data": {**item.data, "evidence": dict(form)}}


def _skipped(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": "not_needed", "data": {**item.data, "reason": form["reason"]}}


def _missed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": "missed"}


LOOP = Loop(
    name="disinfection",
    label=N_("disinfection"),
    opens="due",
    opened_by=LINLI | COMMUNITY_STAFF,
    asks=DisinfectionAsk,
    seen_by=FIELD_STAFF | {Role.AUDITOR},
    classes={"routine": N_("routine"), "flagged": N_("building without toilet or kitchen")},
    about_residents=False,
    subject="place",
    photos=True,
    stages=(
        Stage("due", N_("due today")),
        Stage("done", N_("done"), State.CLOSED),
        Stage("not_needed", N_("not needed"), State.CLOSED),
        Stage("missed", N_("missed"), State.CLOSED),
    ),
    steps=(
        Step(
            "do",
            N_("say it is done"),
            stages("due"),
            "done",
            by=COMMUNITY_STAFF,
            asks=DisinfectionDone,
            gates=(PHOTO,),
            effect=_done,
        ),
        Step(
            "skip",
            N_("not needed today"),
            stages("due"),
            "not_needed",
            by=frozenset({Role.SECRETARY}),
            asks=DisinfectionSkip,
            effect=_skipped,
        ),
        Step("miss", N_("the day is over"), stages("due"), "missed", by=LINLI, effect=_missed),
    ),
)

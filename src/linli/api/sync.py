"""How does a device send what it did while the line was cut? All of it at once, in any order."""

from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Body, Router
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Id, door, purpose_of
from linli.api.faults import Fault, fault_of
from linli.api.openings import Happened, class_of
from linli.api.reading import refuse_no_text
from linli.errors import N_, BadInput, Problem, SignInNeeded
from linli.knocks import doors
from linli.loops import catalogue, sync
from linli.loops.opening import Channel, Opening
from linli.loops.sync import MOST_AT_ONCE, Act, Came
from linli.policy.roles import STAFF, Role
from linli.registry.forms import RecordForm

router = Router(tags=["sync"])
_enum: Any = StrEnum
SyncChannel = _enum("SyncChannel", {one.name: one.value for one in Channel})


class NoSuchAct(BadInput):
    """An act says neither what it opens nor which step of which item it is."""

    code = "no_such_act"
    sentence = N_("An act opens an item in an area, or takes a step of an item named by id or uid.")


class SyncAct(RecordForm):
    """One act: with ``area_id`` it opens an item; with ``step`` it moves one, by id or uid."""

    uid: UUID
    happened_at: Happened
    seq: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    loop: Annotated[str, Field(max_length=24)]
    area_id: Id | None = None
    kind: Annotated[str, Field(max_length=40)] = ""
    title: Annotated[str, Field(max_length=160)] = ""
    channel: SyncChannel = SyncChannel.API  # type: ignore[valid-type]
    on_behalf: bool = False
    step: Annotated[str, Field(max_length=24)] = ""
    item_id: Id | None = None
    item_uid: UUID | None = None
    form: dict[str, Any] = Field(default_factory=dict)


class SyncBatch(RecordForm):
    """What a device did, up to 500 acts; each stays on it until it has an answer."""

    acts: Annotated[list[SyncAct], Field(min_length=1, max_length=MOST_AT_ONCE)]


class SyncAnswer(BaseModel):
    """What came of one act. Overtaken: it stands in the history; rejected: the device keeps it."""

    uid: UUID
    came: Literal["accepted", "duplicate", "overtaken", "rejected"]
    item_id: int | None
    stage: str
    fault: Fault | None = None


class SyncAnswers(BaseModel):
    """An answer for each act, in their order."""

    answers: list[SyncAnswer]


@router.post(
    "/sync",
    response=SyncAnswers,
    operation_id="sync",
    summary="Merge what was done while the line was cut; twice is once",
    openapi_extra=door("own.see", roles=STAFF | {Role.RESIDENT}, placed=False),
)
def merge(request: HttpRequest, body: Body[SyncBatch]) -> Any:
    """Taken in the order in which it happened; each act alone, by what its own step asks."""
    actor = actor_of(request)
    if actor.id is None:
        raise SignInNeeded()
    answers: dict[int, SyncAnswer] = {}
    acts: dict[int, Act] = {}
    for place, one in enumerate(body.acts):
        try:
            if one.area_id is not None:
                doors.knock_to_file(request, actor)  # as often as by the other doors, and no more
            acts[place] = _act(one)
        except Problem as problem:  # the others go on
            answers[place] = _told(sync.Answer(one.uid, Came.REJECTED, problem=problem))
    merged = sync.merge(
        actor, list(acts.values()), now=clock.now_s(), purpose=purpose_of(request) or ""
    )
    answers |= {place: _told(one) for place, one in zip(acts, merged, strict=True)}
    return SyncAnswers(answers=[answers[place] for place in range(len(body.acts))])


def _told(one: sync.Answer) -> SyncAnswer:
    fault = fault_of(one.problem) if one.problem else None
    return SyncAnswer(
        uid=one.uid, came=one.came.value, item_id=one.item_id, stage=one.stage, fault=fault
    )


def _act(said: SyncAct) -> Act:
    refuse_no_text(said.model_dump())
    loop = catalogue.get(said.loop)
    opening = None
    named = (said.item_id is None) is not (said.item_uid is None)
    if said.area_id is not None and not said.step and not named:
        opening = Opening(
            said.area_id, class_of(loop, said.kind), said.form, kind=said.kind, title=said.title,
            channel=str(said.channel),
        )  # fmt: skip
    elif said.area_id is not None or not said.step or not named:
        raise NoSuchAct
    return Act(
        said.uid, clock.seconds(said.happened_at), said.loop, said.seq, opening, said.on_behalf,
        said.step, said.item_id, said.item_uid, said.form,
    )  # fmt: skip

"""What opens an item, and how does it stand at first?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from linli import uids
from linli.errors import N_, BadInput, Word
from linli.forms import BadForm
from linli.loops import limits
from linli.loops import standing as arithmetic
from linli.loops.loop import Form, Loop, State
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.policy.can import Ask, Holding, can
from linli.policy.roles import Purpose
from linli.registry.declarations import Mode


class Channel(StrEnum):
    """By which door an item came in."""

    PAGE = "page"
    PHONE = "phone"
    VISIT = "visit"
    PAPER = "paper"
    API = "api"
    OPEN311 = "open311"


@dataclass(frozen=True)
class Opening:
    """What opens an item: where it belongs, what it is, and what its form was filled with."""

    area_id: int
    item_class: str
    data: Mapping[str, Any]
    kind: str = ""
    title: str = ""
    uid: UUID = field(default_factory=uids.fresh)
    happened_at: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None
    parent_id: int | None = None
    token_hash: str = ""
    channel: str = ""
    opened_by: int | None = None
    quantity: float | None = None
    loop: str = ""  # of a child that is of another loop than its parent's step names


def new(loop: Loop, opening: Opening, scene: Scene) -> tuple[Standing, Holding]:
    """The item as it stands on opening, and the holding that let it be opened."""
    place = scene.place(opening.area_id)
    ask = Ask(
        verb=f"{loop.name}.open",
        roles=loop.opened_by,
        path=place.path,
        purpose=Purpose(scene.purpose) if scene.purpose else None,
        about_residents=loop.about_residents,
        own=True,
    )
    holding = can(scene.actor, ask).required()
    if opening.item_class not in loop.classes:
        raise BadInput(
            N_("{given} is no class of {loop}. Choose one of: {known}."),
            given=opening.item_class,
            loop=Word(loop.label),
            known=tuple(loop.classes),
        )
    if loop.emergency_only and scene.mode(place.path) != Mode.EMERGENCY:
        raise BadInput(
            N_("A {loop} needs a declared emergency, and none is in force here. Declare it first."),
            loop=Word(loop.label),
        )
    happened = opening.happened_at if opening.happened_at is not None else scene.now
    if happened > scene.now:
        raise BadInput(N_("What is told cannot have happened in the future. Check the time."))
    in_force = limits.newest(loop.name)
    tier = place.lowest_tier
    made = Standing(
        id=0,
        uid=opening.uid,
        loop=loop.name,
        version=loop.version,
        kind=opening.kind,
        item_class=opening.item_class,
        stage=loop.opens,
        state=State.OPEN,
        area_id=place.id,
        path=place.path,
        community_id=place.unit(0),
        unit_id=place.unit(tier),
        tier=tier,
        found_tier=tier,
        solved_tier=None,
        holder_id=None,
        organisation_id=None,
        topic="",
        subject_kind=opening.subject_kind,
        subject_id=opening.subject_id,
        parent_id=opening.parent_id,
        carrier_id=None,
        duplicate_of=None,
        quantity=opening.quantity,
        happened_at=happened,
        opened_at=scene.now,
        entered_at=scene.now,
        due_at=None,
        replied_at=None,
        reply_seen_at=None,
        rating_asked_at=None,
        closed_at=None,
        limit_set_id=in_force.id if in_force else None,
        clock_id=None,
        calendar="always",
        entered_c=scene.now,
        next_c=None,
        used_c=None,
        level=0,
        late=False,
        missed=False,
        in_time=None,
        n_events=0,
        n_reopened=0,
        n_me_too=0,
        outcome="",
        solved=None,
        satisfied=None,
        back_check="",
        channel=opening.channel,
        opened_by=opening.opened_by,
        token_hash=opening.token_hash,
        title=opening.title[:160],
        data=check_form(loop.asks, opening.data),
        exercise=scene.actor.exercise,
    )
    if loop.first_allot is not None:
        allotment = loop.first_allot(made, made.data, scene)
        for column, value in arithmetic.allot(made, place, allotment).items():
            setattr(made, column, value)
    for column, value in arithmetic.enter(made, loop.stage(loop.opens), scene).items():
        setattr(made, column, value)
    return made, holding


def check_form(form: type[Form], data: Mapping[str, Any]) -> dict[str, Any]:
    """The data as the form reads it; raises BadInput naming each field that is wrong."""
    try:
        return form.model_validate(dict(data)).model_dump(mode="json", exclude_none=True)
    except ValidationError as error:
        raise BadForm(error.errors()) from None

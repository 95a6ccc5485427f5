"""What opens an item through the API: its form, who acts, and what is told back."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from ninja import Status
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, create_model
from pydantic_core import PydanticCustomError

from linli import clock, uids
from linli.api.doors import Id
from linli.errors import N_, Problem
from linli.loops import catalogue, token
from linli.loops.advance import Moved
from linli.loops.loop import Loop
from linli.loops.opening import Opening
from linli.loops.requests.forms import Channel
from linli.policy.can import OWNERS, Actor

EARLIEST_YEAR, LATEST_YEAR = 1970, 2200


def _sane(moment: Any) -> Any:
    if not EARLIEST_YEAR < moment.year < LATEST_YEAR:
        raise PydanticCustomError("datetime_out_of_range", "a moment of this age of the world")
    return moment


def _written(moment: Any) -> Any:
    """A moment is written as one; a number would be read as seconds since 1970."""
    if isinstance(moment, datetime) or (isinstance(moment, str) and "-" in moment.strip()[1:]):
        return moment
    raise PydanticCustomError("datetime_type", "a moment as it is written")


Happened = Annotated[AwareDatetime, AfterValidator(_sane), BeforeValidator(_written)]


class NotAsStaff(Problem):
    """Something is asked on somebody's behalf by who holds no post."""

    code = "not_as_staff"
    status = 403
    sentence = N_("Only who holds a post may ask on somebody's behalf. Ask in your own name.")


def opening_form(loop: Loop, word: str) -> Any:
    """The typed body that opens an item of a loop."""
    enum: Any = StrEnum  # of a name that is made here, which the checker does not follow
    channels = enum(f"{word}Channel", {c.name: c.value for c in Channel})
    made: Any = create_model  # its overloads do not know fields that come as values
    return made(
        f"{word}Opening",
        __doc__="What opens an item: where, what, and its form; the same uid twice is once.",
        __config__={"extra": "forbid"},
        area_id=(Id, Field(description="The grid, community or other area it belongs to.")),
        kind=(Annotated[str, Field(max_length=40)], ""),
        form=(loop.asks, ...),
        title=(Annotated[str, Field(max_length=160)], ""),
        uid=(UUID | None, None),
        happened_at=(Happened | None, None),
        channel=(channels, channels.API),
        on_behalf=(bool, Field(default=False, description="Asked by staff for somebody else.")),
    )


def acting(actor: Actor, loop: Loop, on_behalf: bool) -> Actor:
    """Who acts: for somebody else only by a post, never as the resident one also is."""
    if not on_behalf:
        return actor
    posts = tuple(h for h in actor.holds(loop.opened_by) if h.role not in OWNERS)
    if not posts:
        raise NotAsStaff()
    return replace(actor, holdings=posts)


def opening_of(loop: Loop, body: Any, actor: Actor, text: str, key: str | None) -> Opening:
    """What the engine opens from a body; ``text`` is the token to follow it by, if any."""
    return Opening(
        area_id=body.area_id,
        item_class=class_of(loop, body.kind),
        data=body.form.model_dump(mode="json"),
        kind=body.kind,
        title=body.title,
        uid=body.uid or _uid_of(key, actor, body) or uids.fresh(),
        happened_at=happened(body.happened_at),
        channel=body.channel.value,
        opened_by=None if body.on_behalf else actor.id,
        token_hash=token.digest(text) if text else "",
    )


def class_of(loop: Loop, kind: str) -> str:
    """The class that the loop's own filing gives a kind; the last one declared without it."""
    folder = catalogue.folder_of(loop)
    if folder and find_spec(f"{folder}.filing"):
        found: str = import_module(f"{folder}.filing").class_of(kind, clock.day(clock.now()))
        return found
    return list(loop.classes)[-1]


def _uid_of(key: str | None, actor: Actor, body: Any) -> UUID | None:
    """The uid of an Idempotency-Key with its body: two visitors who both send "1" stay two."""
    if not key:
        return None
    return uuid5(NAMESPACE_URL, f"linli:{actor.id}:{key}:{body.model_dump_json()}")


def told_of(answer: Any, moved: Moved, uid: UUID, text: str) -> Any:
    """The answer to an opening: 201 when it was made now, 200 when it was there already."""
    told = answer(
        id=moved.item_id,
        uid=uid,
        stage=moved.stage,
        again=moved.again,
        token=None if moved.again else text or None,
    )
    return Status(200 if moved.again else 201, told)


def happened(moment: Any) -> int | None:
    """The seconds of a moment that was told, None if none was."""
    return None if moment is None else clock.seconds(moment)

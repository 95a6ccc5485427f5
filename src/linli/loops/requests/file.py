"""How does a request come in, by whichever door? And how does somebody join one that is there?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from linli import clock, uids
from linli.errors import N_, NotFound, Taken, Word
from linli.loops import token as tokens
from linli.loops.advance import Opening, advance, open_item
from linli.loops.ledger import Item, Voice
from linli.loops.requests.filing import UnknownType, class_of
from linli.loops.requests.forms import Channel
from linli.loops.requests.loop import LOOP
from linli.loops.scene import Scene
from linli.policy.can import SYSTEM, Actor
from linli.policy.roles import FIELD_STAFF, Purpose
from linli.registry.duties import RequestType

TITLE_LENGTH = 60  # what a list shows of the description


@dataclass(frozen=True)
class Filed:
    """A request that is in: the item, and the token that follows it.

    Sent twice, it is filed once: the second answer has no token, which only the first one told.
    """

    item_id: int
    stage: str
    token: str = ""
    again: bool = False


def file_request(
    actor: Actor,
    *,
    now: int,
    kind: str,
    area_id: int,
    data: Mapping[str, Any],
    channel: Channel,
    uid: UUID | None = None,
    subject: tuple[str, int] | None = None,
    happened_at: int | None = None,
    on_behalf: bool = False,
) -> Filed:
    """File a request of a type at an area; its class follows from the type.

    ``on_behalf``: whoever works here writes down what somebody else asks, so it is not their
    own. Raises UnknownType, NotFound for an unknown area, NotAllowed, BadForm for the rest.
    """
    if not kind:
        raise UnknownType(given="-")
    item_class = class_of(kind, clock.day(clock.moment(now)))
    if on_behalf:
        actor = replace(actor, holdings=actor.holds(FIELD_STAFF))
    made = tokens.make()
    subject_kind, subject_id = subject or ("", None)
    moved = open_item(
        LOOP,
        Opening(
            area_id,
            item_class,
            data,
            kind=kind,
            title=_title(data),
            uid=uid or uids.fresh(),
            token_hash=tokens.digest(made),
            channel=channel.value,
            opened_by=None if on_behalf else actor.id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            happened_at=happened_at,
        ),
        Scene(actor, now, Purpose.SERVICE.value if on_behalf else ""),
    )
    return Filed(moved.item_id, moved.stage, "" if moved.again else made, moved.again)


def join_request(actor: Actor, item_id: int, *, now: int, on_behalf: bool = False) -> str:
    """Say "me too" to a request, for oneself or for a caller; returns a token to follow it by.

    Others may join what is public; who works there writes down a caller's voice with any.
    Raises NotFound for a request out of sight, Taken for a second voice of one account.
    """
    row = (
        Item.objects.filter(id=item_id, loop=LOOP.name).values("kind", "opened_by", "path").first()
    )
    if row is None or not (
        _is_public(row["kind"]) or (on_behalf and _works_at(actor, row["path"]))
    ):
        raise NotFound(what=Word(N_("request")), value=item_id)
    if actor.id is not None and row["opened_by"] == actor.id:
        raise _joined_already(item_id)
    account_id = None if on_behalf else actor.id
    made = tokens.make()
    try:
        with transaction.atomic():
            Voice.objects.create(
                item_id=item_id, at=now, account_id=account_id, token_hash=tokens.digest(made)
            )
            advance(item_id, "me_too", Scene(replace(SYSTEM, exercise=actor.exercise), now))
    except IntegrityError:
        raise _joined_already(item_id) from None
    return made


def _is_public(kind: str) -> bool:
    return RequestType.objects.filter(code=kind, public=True).exists()


def _works_at(actor: Actor, path: str) -> bool:
    return any(path.startswith(h.path) for h in actor.holds(FIELD_STAFF))


def _joined_already(item_id: int) -> Taken:
    return Taken(what=Word(N_("Your voice for request")), value=item_id)


def _title(data: Mapping[str, Any]) -> str:
    """The first words of the description, for lists."""
    words = " ".join(str(data.get("description", "")).split())
    return words if len(words) <= TITLE_LENGTH else f"{words[: TITLE_LENGTH - 1]}…"

"""Where did my gift go? Told to whoever gave it, by the token they were given.

Organisations and sums; no name of a receiver, since a list of who stands where is nobody's gift.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from linli import clock, uids
from linli.errors import N_, NotFound, Word
from linli.loops import catalogue, find
from linli.loops import token as tokens
from linli.loops.advance import Opening, advance, open_item
from linli.loops.donations.loop import LOOP, DonationAsk
from linli.loops.donations.shares import Share, Whereabouts, whereabouts
from linli.loops.ledger import Event, Item
from linli.loops.loop import Stage
from linli.loops.opening import Channel, check_form
from linli.loops.scene import Scene
from linli.policy.can import Actor
from linli.registry.organisations import Organisation


@dataclass(frozen=True)
class Given:
    """A gift that is promised: its number, and the token that follows it, told once."""

    item_id: int
    token: str
    again: bool = False


@dataclass(frozen=True)
class Part:
    """One part of a gift as its donor sees it."""

    share: Share
    organisation: Organisation | None
    received_at: datetime | None

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return catalogue.get("handover").stage(self.share.stage)


@dataclass(frozen=True)
class Trace:
    """A gift from end to end: what it is, where it stands, its sums, its parts, what happened."""

    number: int
    what: str
    quantity: float
    unit: str
    stage: Stage
    sums: Whereabouts
    parts: tuple[Part, ...]
    history: tuple[tuple[Stage, Any], ...]
    can_withdraw: bool

    @property
    def public(self) -> str:
        """What the donor reads."""
        return self.stage.public


def give(
    actor: Actor, area_id: int, item_class: str, data: Any, *, now: int, uid: UUID | None = None
) -> Given:
    """Promise a gift to an area, with an account or without one; the same uid again is the same."""
    made = tokens.make()
    form = check_form(DonationAsk, data)
    opening = Opening(
        area_id, item_class, form, title=form["what"], uid=uid or uids.fresh(),
        quantity=form["quantity"], token_hash=tokens.digest(made), opened_by=actor.id,
        channel=Channel.PAGE.value,
    )  # fmt: skip
    moved = open_item(LOOP, opening, Scene(actor, now))
    return Given(moved.item_id, "" if moved.again else made, moved.again)


def followed(actor: Actor, token: str) -> Trace:
    """Where the gift of a token is; raises NotFound for any other token."""
    return _traced(_by_token(actor, token))


def seen(
    actor: Actor, item_id: int, *, now: int, purpose: str | None, token: str | None = None
) -> Trace:
    """The same for whoever may see the item, or shows its token; the look is recorded."""
    view = find.item_for(actor, item_id, now=now, purpose=purpose, token=token)
    if view.loop.name != LOOP.name:
        raise NotFound(what=Word(N_("donation")), value=item_id)
    return _traced(Item.objects.get(id=item_id))


def withdraw(actor: Actor, token: str, *, now: int) -> None:
    """The donor withdraws a gift that is not here yet."""
    advance(_by_token(actor, token).id, "take_back", Scene(actor, now), own=True)


def _by_token(actor: Actor, token: str) -> Item:
    found = Item.objects.filter(
        token_hash=tokens.digest(token), loop=LOOP.name, exercise=actor.exercise
    ).first()
    if not token or found is None:
        raise NotFound(what=Word(N_("donation")), value="-")
    return found


def _traced(item: Item) -> Trace:
    sums = whereabouts(item.id, item.data)
    known = Organisation.objects.in_bulk({share.organisation_id for share in sums.shares})
    events = Event.objects.filter(item_id=item.id).order_by("n")
    moves = [(e.to_stage, e.at) for e in events if e.to_stage != e.from_stage]
    return Trace(
        number=item.id,
        what=item.data.get("what", ""),
        quantity=item.data["quantity"],
        unit=item.data.get("unit", ""),
        stage=LOOP.stage(item.stage),
        sums=sums,
        parts=tuple(
            Part(share, known.get(share.organisation_id),
                 None if share.received_at is None else clock.moment(share.received_at))
            for share in sums.shares
        ),
        history=tuple((LOOP.stage(stage), at) for stage, at in moves),
        can_withdraw=item.stage in ("promised", "agreed"),
    )  # fmt: skip

"""Who is told of a move? Who holds it now, who answers for it, and who asked for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from linli.jobs import outbox
from linli.loops import voices
from linli.loops.loop import Loop, State
from linli.loops.scene import Scene
from linli.loops.standing import Standing


@dataclass(frozen=True)
class Telling:
    """One message to be put into the outbox."""

    account_id: int
    kind: str
    item: Standing
    now: int
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Was:
    """Where an item stood before a move, as far as it decides who is told."""

    stage: str
    state: str
    holder_id: int | None
    unit_id: int | None

    @classmethod
    def of(cls, item: Standing) -> "Was":
        """How it stands now, to be compared with later."""
        return cls(item.stage, item.state, item.holder_id, item.unit_id)


NOWHERE = Was("", "", None, None)


def put(tellings: Sequence[Telling]) -> None:
    """Write messages into the outbox, in the transaction of their moves."""
    outbox.put(
        (
            t.now,
            t.kind,
            t.account_id,
            t.item.id,
            t.detail,
            t.item.item_class == "urgent",
            bool(t.item.exercise),
        )
        for t in tellings
    )


def after_move(loop: Loop, item: Standing, step: str, scene: Scene, was: Was) -> list[Telling]:
    """The messages of one move; nobody is told of what they did themselves.

    The holder is told when the item becomes theirs or comes back to them, and who answers for
    the unit when it arrives there without a holder; not at every step.
    """
    to: list[tuple[int | None, str]] = []
    back = was.state != State.OPEN
    if item.state == State.OPEN and item.holder_id is not None:
        to += [(item.holder_id, "yours")] if back or item.holder_id != was.holder_id else []
    elif item.state == State.OPEN and (back or was.holder_id or item.unit_id != was.unit_id):
        to.append((scene.answers(item.unit_id, item.topic), "unheld"))
    arrived = loop.stage(item.stage)
    if arrived.public and item.stage != was.stage:
        to.append((item.opened_by, "progress"))
        if arrived.tells_voices and item.n_me_too:
            to += [(account, "progress") for account in voices.accounts_of(item.id)]
    detail = {"loop": loop.name, "stage": item.stage, "step": step}
    return [
        Telling(account, kind, item, scene.now, detail)
        for account, kind in dict.fromkeys(to)
        if account is not None and account != scene.actor.id
    ]


def after_rungs(item: Standing, scene: Scene) -> list[Telling]:
    """The messages of the rungs that an item has passed, as the tick would send them."""
    first = scene.answers(item.unit_id, item.topic)
    kind = "late" if item.late else "due_soon"
    return [
        Telling(account, kind, item, scene.now, {"level": item.level})
        for account in sorted(told(first, item.holder_id, late=bool(item.late)))
    ]


def told(first: int | None, holder: int | None, *, late: bool) -> set[int]:
    """Before the limit the holder, from the limit on who answers for the unit as well."""
    both = {holder, first} if late or holder is None else {holder}
    return {account for account in both if account is not None}

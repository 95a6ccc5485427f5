"""Who is told of a move? The new holder, and the resident whose own item it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from linli.jobs import outbox
from linli.loops.loop import Loop
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


def after_move(loop: Loop, item: Standing, step: str, scene: Scene) -> list[Telling]:
    """The messages of one move; nobody is told of what they did themselves."""
    detail = {"loop": loop.name, "stage": item.stage, "step": step}
    tellings = []
    if item.holder_id is not None and item.holder_id != scene.actor.id and item.state == "open":
        tellings.append(Telling(item.holder_id, "yours", item, scene.now, detail))
    public = loop.stage(item.stage).public
    if public and item.opened_by is not None and item.opened_by != scene.actor.id:
        tellings.append(Telling(item.opened_by, "progress", item, scene.now, detail))
    return tellings

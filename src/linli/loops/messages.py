"""Who is told of a move? The new holder, and the resident whose own item it is."""

from collections.abc import Mapping
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

    def put(self) -> None:
        """Write it, in the transaction of the move."""
        outbox.tell(
            [self.account_id],
            self.kind,
            now=self.now,
            item_id=self.item.id,
            detail=self.detail,
            urgent=self.item.item_class == "urgent",
            exercise=bool(self.item.exercise),
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

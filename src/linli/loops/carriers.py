"""What travels together? Items on one carrier, a bus or a run, move by one step, each with its end.

What got on gets off: of those on the carrier each has moved or was refused, and none is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from linli.loops.advance import Moved, Refused, advance_many
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.scene import Scene


@dataclass(frozen=True)
class Carried:
    """What one step did with a carrier's items; the two sum to those that were on it."""

    moved: list[Moved]
    refused: dict[int, Refused]  # by item


def aboard(carrier_id: int, *, exercise: bool = False) -> list[int]:
    """The items on a carrier that are not closed yet."""
    rows = Item.objects.filter(carrier_id=carrier_id, exercise=exercise)
    return list(rows.exclude(state=State.CLOSED).order_by("id").values_list("id", flat=True))


def move(
    carrier_id: int,
    step: str,
    scene: Scene,
    *,
    data: Mapping[str, Any] | None = None,
    each: Mapping[int, Mapping[str, Any]] | None = None,
) -> Carried:
    """Take one step with everything on a carrier; ``each`` says what is an item's own."""
    ids = aboard(carrier_id, exercise=scene.actor.exercise)
    moved, refused = advance_many(ids, step, scene, data=data, each=each)
    return Carried(moved, {ids[row.index]: row for row in refused})

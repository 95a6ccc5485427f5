"""Which runs are being made up or driven, whom do they carry, and what do they look like?"""

from collections.abc import Iterable
from typing import Any, Protocol

from linli.loops.ledger import Event, Item
from linli.loops.loop import State

ON_ITS_WAY = ("drafted", "departed")


class Run(Protocol):
    """A run as far as whoever plans its way needs it: an item, or how one stands."""

    @property
    def id(self) -> Any: ...

    @property
    def stage(self) -> Any: ...

    @property
    def data(self) -> Any: ...


def under_way(*, exercise: bool) -> list[Item]:
    """Every run that is being made up or on the road, wherever it lies."""
    rows = Item.objects.filter(loop="run", stage__in=ON_ITS_WAY, exercise=exercise)
    return list(rows.exclude(state=State.CLOSED).order_by("id"))


def find(run_id: int) -> Item:
    """One run by its number."""
    return Item.objects.get(id=run_id, loop="run")


def met(run_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """The closures that each of these runs has met since it was made up, in order."""
    rows = Event.objects.filter(item_id__in=list(run_ids), step="meet_closure").order_by("n")
    found: dict[int, dict[int, None]] = {}
    for run_id, data in rows.values_list("item_id", "data"):
        if (closure_id := data.get("closure_id")) is not None:
            found.setdefault(run_id, {})[closure_id] = None
    return {run_id: tuple(ids) for run_id, ids in found.items()}

"""Which runs are being made up or driven, whom do they carry, and what do they look like?"""

from typing import Any, Protocol

from linli.loops.ledger import Item
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

"""Which warnings are there, and how do they stand?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.warnings.loop import LOOP
from linli.registry.areas import under, within

DISMISSED = "dismissed"


@dataclass(frozen=True)
class Warned:
    """A warning as it stands: of which signal and area, where it is, and who has it."""

    id: int
    signal: str
    area_id: int
    path: str
    stage: str
    state: str
    tier: int
    holder_id: int | None
    due_at: datetime | None
    used_c: int | None
    late: bool
    closed_at: datetime | None
    data: Mapping[str, Any]

    @property
    def is_closed(self) -> bool:
        """Whether somebody has decided."""
        return self.state == State.CLOSED

    @property
    def was_dismissed(self) -> bool:
        """Whether somebody has said that it is nothing."""
        return self.stage == DISMISSED

    @property
    def first_day(self) -> date:
        """The day of its first signal."""
        return date.fromisoformat(self.data["day"])

    @property
    def last_day(self) -> date:
        """The last day on which it stood out."""
        return date.fromisoformat(self.data.get("last_day", self.data["day"]))

    @property
    def greatest(self) -> float:
        """The greatest count it stood out by."""
        return float(self.data.get("greatest", self.data["observed"]))


def newest(*, exercise: bool) -> dict[tuple[str, int], Warned]:
    """The newest warning of each signal and area."""
    rows = Item.objects.filter(loop=LOOP.name, exercise=exercise).order_by("id")
    return {(row.kind, row.area_id): _warned(row) for row in rows}


def undecided(*, exercise: bool) -> list[Warned]:
    """All that nobody has decided, in the order they were raised."""
    rows = Item.objects.filter(loop=LOOP.name, exercise=exercise).exclude(state=State.CLOSED)
    return [_warned(row) for row in rows.order_by("id")]


def in_reach(
    reach: Sequence[tuple[str, str]], path: str, *, signal: str = "", exercise: bool
) -> list[Warned]:
    """All within path ranges and an area, perhaps of one signal, the newest first."""
    rows = Item.objects.filter(within(reach), under(path), loop=LOOP.name, exercise=exercise)
    if signal:
        rows = rows.filter(kind=signal)
    return [_warned(row) for row in rows.order_by("-id")]


def by_id(ids: Iterable[int]) -> dict[int, Warned]:
    """Warnings by their ids."""
    return {row.id: _warned(row) for row in Item.objects.filter(id__in=list(ids), loop=LOOP.name)}


def _warned(row: Item) -> Warned:
    return Warned(
        row.id, row.kind, row.area_id, row.path, row.stage, row.state, row.tier, row.holder_id,
        row.due_at, row.used_c, bool(row.late), row.closed_at, row.data,
    )  # fmt: skip

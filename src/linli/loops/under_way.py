"""What is under way in a drill, and whom is it about? For whoever plays its people.

No door for anybody: it asks for no right and shows all. What those people do goes through the
doors, which ask; here it is only found out what there is to do.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from linli import clock
from linli.loops.ledger import Item
from linli.loops.loop import State


@dataclass(frozen=True)
class UnderWay:
    """An exercise's item that is not closed, as far as whoever works on it needs it."""

    id: int
    loop: str
    stage: str
    item_class: str
    path: str
    parent_id: int | None
    person_id: int  # 0: about nobody
    opened_at: int
    n_events: int


def under_way(*loops: str) -> list[UnderWay]:
    """All of these loops that are not closed, the oldest id first."""
    return _read(Item.objects.filter(loop__in=loops, exercise=True).exclude(state=State.CLOSED))


def these(ids: Iterable[int | None]) -> dict[int, UnderWay]:
    """These items, closed or not."""
    rows = Item.objects.filter(id__in=[i for i in ids if i is not None], exercise=True)
    return {one.id: one for one in _read(rows)}


def people_of(loop: str, item_class: str) -> set[int]:
    """Everybody who is or was of a class, such as the confirmed cases."""
    rows = Item.objects.filter(loop=loop, exercise=True, item_class=item_class)
    return {person or 0 for person in rows.values_list("subject_id", flat=True)}


def n_ended(loop: str, outcome: str) -> int:
    """How many ended in this way."""
    rows = Item.objects.filter(loop=loop, exercise=True, state=State.CLOSED, outcome=outcome)
    return rows.count()


def _read(rows: QuerySet[Item]) -> list[UnderWay]:
    listed = rows.order_by("id").values_list(
        "id", "loop", "stage", "item_class", "path", "parent_id", "subject_id", "opened_at",
        "n_events",
    )  # fmt: skip
    return [
        UnderWay(
            id=row[0], loop=row[1], stage=row[2], item_class=row[3], path=row[4],
            parent_id=row[5], person_id=row[6] or 0, opened_at=clock.seconds(row[7]),
            n_events=row[8],
        )
        for row in listed
    ]  # fmt: skip

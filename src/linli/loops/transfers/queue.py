"""Who waits for a bed, in which order, and when does somebody look again? One rule for all (S33).

The most severely ill come first; among those equally ill, whoever has waited longest. A place in
the queue is counted over the whole city, within a category: beds are given over the whole city.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import QuerySet

from linli import clock
from linli.errors import N_
from linli.loops.beds import who
from linli.loops.beds.rules import rules
from linli.loops.ledger import Item
from linli.policy.can import Actor
from linli.registry import sight
from linli.registry.areas import within
from linli.registry.wards import SEVERITY_RANK

SEE = "transfers.queue"
RULE = N_("The most severely ill come first; among those equally ill, whoever has waited longest.")
MINUTE_S = 60


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits: the place in the queue, since when, and the next review."""

    item: Item
    position: int
    waited: timedelta
    review_at: datetime
    person: dict[str, Any]


def listed(
    actor: Actor,
    *,
    purpose: str | None,
    category: str = "",
    area_path: str = "",
    after: int = 0,
    most: int = sight.ROWS_A_PAGE,
) -> tuple[list[Waiting], int | None]:
    """A page of who waits within reach, the first in the queue first; the look is recorded."""
    seen = sight.look(actor, SEE, purpose)
    most = sight.a_page(most)
    ranges = seen.within(area_path) if area_path else seen.ranges
    mine = _waiting(actor.exercise).filter(within(ranges))
    if category:
        mine = mine.filter(kind=category)
    order = _in_order(mine)
    start = order.index(after) + 1 if after in order else 0
    page = order[start : start + most]
    items = Item.objects.in_bulk(page)
    places = _positions(actor.exercise)
    rows = [items[i] for i in page if i in items]
    people = who.people_of(rows, seen, purpose=purpose, path=area_path)
    now = clock.now()
    found = [
        Waiting(i, places.get(i.id, 0), now - i.opened_at, review_at(i, now), people[i.id])
        for i in rows
    ]
    return found, page[-1] if len(order) > start + most else None


def position(item: Any) -> int:
    """The place in the queue of one who waits, from 1 on; 0 for who does not wait."""
    if item.stage != "needed":
        return 0
    rows = _waiting(bool(item.exercise)).filter(kind=item.kind)
    rank = SEVERITY_RANK[item.item_class]
    worse = [severity for severity, r in SEVERITY_RANK.items() if r > rank]
    same = rows.filter(item_class=item.item_class)
    earlier = same.filter(opened_at__lt=item.opened_at).count()
    at_once = same.filter(opened_at=item.opened_at, id__lt=item.id).count()
    return rows.filter(item_class__in=worse).count() + earlier + at_once + 1


def review_at(item: Any, now: datetime) -> datetime:
    """When somebody looks again, by how ill they are; always ahead."""
    opened = (
        item.opened_at if isinstance(item.opened_at, datetime) else clock.moment(item.opened_at)
    )
    interval = timedelta(minutes=rules().review_minutes[item.item_class])
    n = max(1, ceil((now - opened) / interval))
    due = opened + n * interval
    return due if due > now else due + interval


def ready(actor: Actor, *, purpose: str | None) -> tuple[list[Item], dict[int, dict[str, Any]]]:
    """Who has a bed and no run yet, within reach, and who they are."""
    seen = sight.look(actor, SEE, purpose)
    rows = Item.objects.filter(
        within(seen.ranges), loop="transfer", stage="placed", exercise=actor.exercise
    )
    items = list(rows.order_by("id")[: sight.MOST_A_PAGE])
    return items, who.people_of(items, seen, purpose=purpose)


def _waiting(exercise: bool) -> QuerySet[Item]:
    return Item.objects.filter(loop="transfer", stage="needed", exercise=exercise)


def _in_order(rows: QuerySet[Item]) -> list[int]:
    """The ids in the order of the queue."""
    told = rows.values_list("id", "item_class", "opened_at")
    return [row[0] for row in sorted(told, key=_key)]


def _key(row: Sequence[Any]) -> tuple[Any, ...]:
    return (-SEVERITY_RANK[row[1]], row[2], row[0])


def _positions(exercise: bool) -> dict[int, int]:
    """Everybody's place, counted within the category."""
    told: Iterable[Any] = _waiting(exercise).values_list("id", "item_class", "opened_at", "kind")
    places: dict[int, int] = {}
    counts: dict[str, int] = {}
    for row in sorted(told, key=_key):
        counts[row[3]] = counts.get(row[3], 0) + 1
        places[row[0]] = counts[row[3]]
    return places

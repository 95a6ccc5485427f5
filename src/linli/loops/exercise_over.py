"""What becomes of the items of an exercise when it ends? They end with it, and say so."""

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.db.models import Min

from linli import clock
from linli.loops import standing as arithmetic
from linli.loops import write
from linli.loops.ledger import Event, Item
from linli.loops.loop import OVER, State
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.loops.work import Work
from linli.policy.can import SYSTEM

AT_ONCE = 500  # items in one transaction
DEEPEST = 8  # generations of items below an item; deeper ones there are none


def family(ids: Iterable[int], *, exercise: bool) -> list[int]:
    """These items and everything that was opened below them."""
    found: dict[int, None] = dict.fromkeys(ids)
    parents = list(found)
    for _ in range(DEEPEST):
        children: list[int] = []
        for n in range(0, len(parents), AT_ONCE):
            rows = Item.objects.filter(parent_id__in=parents[n : n + AT_ONCE], exercise=exercise)
            children += rows.values_list("id", flat=True)
        parents = [child for child in children if child not in found]
        if not parents:
            break
        found |= dict.fromkeys(parents)
    return list(found)


def above(item_id: int, *, exercise: bool) -> tuple[str, list[int]] | None:
    """The loop of an item, and the item with all it was opened below; None where there is none."""
    found = Item.objects.filter(id=item_id, exercise=exercise).values_list("loop", "parent_id")
    own = found.first()
    if own is None:
        return None
    loop, parent = own
    chain = [item_id]
    while parent is not None and len(chain) <= DEEPEST:
        chain.append(parent)
        parent = Item.objects.filter(id=parent).values_list("parent_id", flat=True).first()
    return loop, chain


def end_with_exercise(ids: Iterable[int], *, now: int) -> int:
    """End what of these items is open and of an exercise; returns how many ended.

    Items of the city's own work are never touched, whatever ids are given.
    """
    scene, n_ended = Scene(replace(SYSTEM, exercise=True), now), 0
    wanted = sorted(set(ids))
    for n in range(0, len(wanted), AT_ONCE):
        with transaction.atomic():
            work = Work(scene)
            items = write.load_many(wanted[n : n + AT_ONCE])
            work.hold(items)
            for item in items:
                if item.exercise and item.state != State.CLOSED:
                    _end(work, item)
                    n_ended += 1
            work.write()
    return n_ended


def _end(work: Work, item: Standing) -> None:
    loop = work.scene.loop(item.loop)
    more = loop.when_exercise_ends(item, {}, work.scene) if loop.when_exercise_ends else {}
    closed = arithmetic.enter(item, OVER, work.scene)
    work.move(item, OVER.name, {"outcome": OVER.name, **more, **closed})


def first_acts(ids: Iterable[int]) -> dict[int, int]:
    """When each account took its first step with any of these items, in UTC seconds."""
    found: dict[int, int] = {}
    wanted = list(ids)
    for n in range(0, len(wanted), AT_ONCE):
        rows = Event.objects.filter(item_id__in=wanted[n : n + AT_ONCE], actor_id__isnull=False)
        for actor, at in rows.values_list("actor_id").annotate(first=Min("at")).order_by():
            found[actor] = min(clock.seconds(at), found.get(actor, clock.seconds(at)))
    return found

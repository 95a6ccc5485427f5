"""How do many different moves, each by its own person at its own moment, go in at once?

The bulk doors of ``advance`` take one step with many items. A drill, a demo or the replay of a
worker's day has many people each doing something else; here they go in by one transaction,
through the same arithmetic, the same policy and the same gates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from linli import bulk
from linli.errors import N_, NotFound, Problem, Word
from linli.loops import write
from linli.loops.ledger import Item
from linli.loops.loop import Loop
from linli.loops.opening import Opening, new
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.loops.work import Work


@dataclass(frozen=True)
class Open:
    """Somebody opens an item."""

    loop: Loop
    opening: Opening
    scene: Scene


@dataclass(frozen=True)
class Take:
    """Somebody takes a step; ``own``: the item was shown to be the actor's own."""

    item_id: int
    step: str
    scene: Scene
    data: Mapping[str, Any] = field(default_factory=dict)
    own: bool = False


Act = Open | Take
Outcome = Standing | Problem  # how the item stands after it, or why it was refused


def act_many(acts: Sequence[Act]) -> list[Outcome]:
    """Do all acts in their order in one transaction; refused ones are told apart.

    Openings are new: an uid that is known already is the caller's to find out.
    """
    outcomes: list[Outcome] = []
    with transaction.atomic():
        ids = iter(bulk.next_ids(Item, sum(isinstance(act, Open) for act in acts)))
        taken = sorted({act.item_id for act in acts if isinstance(act, Take)})
        standing = {s.id: s for s in write.load_many(taken)}
        work: Work | None = None
        for act in acts:
            if work is None:
                work = Work(act.scene)
            work.scene = act.scene
            try:
                outcomes.append(
                    _open(work, act, next(ids))
                    if isinstance(act, Open)
                    else _take(work, act, standing)
                )
            except Problem as problem:
                outcomes.append(problem)
        if work is not None:
            work.write()
    return outcomes


def _open(work: Work, act: Open, item_id: int) -> Standing:
    made, holding = new(act.loop, act.opening, act.scene)
    made.id = item_id
    work.opened(act.loop, made, holding)
    return made


def _take(work: Work, act: Take, standing: Mapping[int, Standing]) -> Standing:
    current = standing.get(act.item_id)
    if current is None:
        raise NotFound(what=Word(N_("item")), value=act.item_id)
    work.step(current, act.step, act.data, None, act.own, None)
    return current

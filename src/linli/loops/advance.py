"""The one door to the ledger: open an item, take a step, alone or in bulk.

Each move asks policy, checks the gates, and writes item, event, tally and messages in one
transaction. A move carries an id made where it happened, so that sending it twice is once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from linli import bulk
from linli.errors import N_, NotFound, Problem, Word
from linli.loops import write
from linli.loops.ledger import Item
from linli.loops.loop import Loop
from linli.loops.opening import Opening, new
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.loops.work import Work
from linli.policy.can import Holding

__all__ = ["Moved", "Opening", "Refused", "advance", "advance_many", "open_item", "open_many"]


@dataclass(frozen=True)
class Moved:
    """What a move led to. ``again``: it had been done before, and nothing was done now."""

    item_id: int
    stage: str
    again: bool = False
    standing: Standing | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Refused:
    """A row of a bulk call that was refused, with the problem; the others went through."""

    index: int
    problem: Problem


def open_item(loop: Loop, opening: Opening, scene: Scene) -> Moved:
    """Open one item; the same uid again answers with the item that is there."""
    try:
        with transaction.atomic():
            known = write.load_by_uid(opening.uid)
            if known is not None:
                return Moved(known.id, known.stage, again=True, standing=known)
            made, holding = new(loop, opening, scene)
            made.id = bulk.next_ids(Item, 1)[0]
            work = Work(scene)
            work.opened(loop, made, holding)
            work.write()
    except IntegrityError:
        known = write.load_by_uid(opening.uid)
        if known is None:
            raise
        return Moved(known.id, known.stage, again=True, standing=known)
    return Moved(made.id, made.stage, standing=made)


def open_many(
    loop: Loop, openings: Sequence[Opening], scene: Scene
) -> tuple[list[Moved], list[Refused]]:
    """Open many items in one transaction; refused rows are told apart, the rest go in."""
    refused: list[Refused] = []
    moved: list[Moved] = []
    with transaction.atomic():
        known = _known([opening.uid for opening in openings])
        fresh: list[tuple[Standing, Holding]] = []
        for index, opening in enumerate(openings):
            if opening.uid in known:
                moved.append(replace(known[opening.uid], again=True))
                continue
            try:
                made = new(loop, opening, scene)
            except Problem as problem:
                refused.append(Refused(index, problem))
                continue
            fresh.append(made)
            known[opening.uid] = Moved(0, loop.opens)
        work = Work(scene)
        ids = bulk.next_ids(Item, len(fresh)) if fresh else []
        for item_id, (made_one, holding) in zip(ids, fresh, strict=True):
            made_one.id = item_id
            work.opened(loop, made_one, holding)
        work.write()
        moved += [Moved(one.id, one.stage, standing=one) for one, _ in fresh]
    return moved, refused


def advance(
    item_id: int,
    step: str,
    scene: Scene,
    *,
    data: Mapping[str, Any] | None = None,
    uid: UUID | None = None,
    own: bool = False,
    happened_at: int | None = None,
) -> Moved:
    """Take a step. ``own``: the caller has shown that the item is the actor's own.

    Raises NotFound, NotAllowed, StepNotPossible, BadInput, or GateShut with every unmet gate.
    """
    with transaction.atomic():
        current = write.load(item_id)
        if uid is not None:
            before = write.event_known(uid)
            if before is not None:
                return Moved(before[0], before[1], again=True, standing=current)
        if current is None:
            raise NotFound(what=Word(N_("item")), value=item_id)
        work = Work(scene)
        work.step(current, step, data or {}, uid, own, happened_at)
        work.write()
    return Moved(item_id, current.stage, standing=current)


def advance_many(
    item_ids: Iterable[int],
    step: str,
    scene: Scene,
    *,
    data: Mapping[str, Any] | None = None,
) -> tuple[list[Moved], list[Refused]]:
    """Take the same step with many items in one transaction; refused ones are told apart."""
    ids = list(item_ids)
    moved: list[Moved] = []
    refused: list[Refused] = []
    with transaction.atomic():
        found = {s.id: s for s in write.load_many(ids)}
        work = Work(scene)
        for index, item_id in enumerate(ids):
            try:
                if item_id not in found:
                    raise NotFound(what=Word(N_("item")), value=item_id)
                work.step(found[item_id], step, data or {}, None, False, None)
            except Problem as problem:
                refused.append(Refused(index, problem))
            else:
                moved.append(Moved(item_id, found[item_id].stage, standing=found[item_id]))
        work.write()
    return moved, refused


def _known(uids: Sequence[UUID]) -> dict[UUID, Moved]:
    found: dict[UUID, Moved] = {}
    for n in range(0, len(uids), 500):
        rows = Item.objects.filter(uid__in=uids[n : n + 500]).values_list("uid", "id", "stage")
        found.update({uid: Moved(item_id, stage) for uid, item_id, stage in rows})
    return found

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
from linli.errors import N_, NotFound, Problem, Taken, Word
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


@write.again_if_entangled
def open_item(loop: Loop, opening: Opening, scene: Scene) -> Moved:
    """Open one item; the same uid again answers with the item that is there."""
    try:
        with transaction.atomic():
            known = write.load_by_uid(opening.uid)
            if known is not None:
                return _there(loop, opening, known)
            made, holding = new(loop, opening, scene)
            made.id = bulk.next_ids(Item, 1)[0]
            work = Work(scene)
            work.opened(loop, made, holding)
            work.write()
    except IntegrityError:
        known = write.load_by_uid(opening.uid)
        if known is None:
            raise
        return _there(loop, opening, known)
    return Moved(made.id, made.stage, standing=made)


@write.again_if_entangled
def open_many(
    loop: Loop, openings: Sequence[Opening], scene: Scene
) -> tuple[list[Moved], list[Refused]]:
    """Open many items in one transaction; refused rows are told apart, the rest go in.

    The answers come in the order of the openings; an uid met twice is opened once.
    """
    try:
        return _open_many(loop, openings, scene)
    except IntegrityError:  # somebody else opened one of them meanwhile: now it is known
        return _open_many(loop, openings, scene)


def _open_many(
    loop: Loop, openings: Sequence[Opening], scene: Scene
) -> tuple[list[Moved], list[Refused]]:
    refused: list[Refused] = []
    with transaction.atomic():
        known = _known([opening.uid for opening in openings])
        fresh: dict[UUID, Standing] = {}
        holdings: list[Holding] = []
        first: dict[UUID, int] = {}
        for index, opening in enumerate(openings):
            if opening.uid in known or opening.uid in fresh:
                continue
            try:
                made, holding = new(loop, opening, scene)
            except Problem as problem:
                refused.append(Refused(index, problem))
                continue
            fresh[opening.uid], first[opening.uid] = made, index
            holdings.append(holding)
        work = Work(scene)
        ids = bulk.next_ids(Item, len(fresh)) if fresh else []
        for item_id, made, holding in zip(ids, fresh.values(), holdings, strict=True):
            made.id = item_id
            work.opened(loop, made, holding)
        work.write()
    moved = []
    for index, opening in enumerate(openings):
        if opening.uid in fresh:
            one = fresh[opening.uid]
            again = first[opening.uid] != index
            moved.append(Moved(one.id, one.stage, again=again, standing=one))
        elif opening.uid in known:
            moved.append(replace(known[opening.uid], again=True))
    return moved, refused


@write.again_if_entangled
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

    Raises NotFound, NotAllowed, StepNotPossible, BadInput, or GateShut with every unmet gate;
    Taken for an uid that another item's event bears.
    """
    with transaction.atomic():
        current = write.load(item_id)
        if current is None or bool(current.exercise) != scene.actor.exercise:
            raise NotFound(what=Word(N_("item")), value=item_id)
        known = write.events_known([uid])
        if uid in known:
            return _again(item_id, known[uid], uid, current)
        work = Work(scene)
        work.step(current, step, data or {}, uid, own, happened_at)
        work.write()
    return Moved(item_id, current.stage, standing=current)


@write.again_if_entangled
def advance_many(
    item_ids: Iterable[int],
    step: str,
    scene: Scene,
    *,
    data: Mapping[str, Any] | None = None,
    each: Mapping[int, Mapping[str, Any]] | None = None,
    uids: Mapping[int, UUID] | None = None,
) -> tuple[list[Moved], list[Refused]]:
    """Take the same step with many items in one transaction; refused ones are told apart.

    ``each`` gives what an item's own form says beyond ``data``, such as its outcome; ``uids``
    the id of an item's event, so that sending it twice is once.
    """
    ids = list(item_ids)
    moved: list[Moved] = []
    refused: list[Refused] = []
    common, own_data, own_uids = data or {}, each or {}, uids or {}
    with transaction.atomic():
        found = {s.id: s for s in write.load_many(ids)}
        known = write.events_known(own_uids.values())
        work = Work(scene)
        work.hold(found.values())
        for index, item_id in enumerate(ids):
            current, uid = found.get(item_id), own_uids.get(item_id)
            try:
                if current is None or bool(current.exercise) != scene.actor.exercise:
                    raise NotFound(what=Word(N_("item")), value=item_id)
                if uid in known:
                    moved.append(_again(item_id, known[uid], uid, current))
                    continue
                form = {**common, **own_data.get(item_id, {})}
                work.step(current, step, form, uid, False, None)
                if uid is not None:
                    known[uid] = (item_id, current.stage)
            except Problem as problem:
                refused.append(Refused(index, problem))
            else:
                moved.append(Moved(item_id, current.stage, standing=current))
        work.write()
    return moved, refused


def _there(loop: Loop, opening: Opening, known: Standing) -> Moved:
    """The answer to an opening that came before; to anybody else an uid says nothing."""
    if (known.loop, known.opened_by) != (loop.name, opening.opened_by):
        raise Taken(what=Word(N_("The item")), value=opening.uid)
    return Moved(known.id, known.stage, again=True, standing=known)


def _again(item_id: int, event: tuple[int, str], uid: UUID | None, current: Standing) -> Moved:
    """The answer to a move that was made before; an uid belongs to one item only."""
    if event[0] != item_id:
        raise Taken(what=Word(N_("The event")), value=uid)
    return Moved(item_id, event[1], again=True, standing=current)


def _known(uids: Sequence[UUID]) -> dict[UUID, Moved]:
    found: dict[UUID, Moved] = {}
    for n in range(0, len(uids), 500):
        rows = Item.objects.filter(uid__in=uids[n : n + 500]).values_list("uid", "id", "stage")
        found.update({uid: Moved(item_id, stage) for uid, item_id, stage in rows})
    return found

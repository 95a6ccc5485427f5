"""Which other items move when one does? Its children, its parent, and the one it is joined to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from linli.errors import N_, NotFound, Word
from linli.loops import voices, write
from linli.loops.ledger import Item
from linli.loops.loop import Move, State
from linli.loops.opening import Opening, new
from linli.loops.standing import Standing

if TYPE_CHECKING:
    from linli.loops.work import Work


def open_children(
    work: Work, loop_name: str, openings: Sequence[Opening], parent: Standing
) -> None:
    """Child items of a step, each in the loop it names; Linli opens them, whoever took the step."""
    linli = work.by_linli()
    linli.foresee([opening.area_id for opening in openings])
    loops = [work.scene.loop(one.loop or loop_name) for one in openings]
    made = [
        new(loop, replace(one, parent_id=parent.id), linli)
        for loop, one in zip(loops, openings, strict=True)
    ]
    ids = work.ids.take(len(made))
    with work.linli_acts():
        for item_id, loop, (child, holding) in zip(ids, loops, made, strict=True):
            child.id = item_id
            work.opened(loop, child, holding)
    work.parents[parent.id] = None  # with nothing to wait for it goes on at once


def retire(work: Work, ids: Sequence[int]) -> None:
    """End items that a step has made needless, as they would end with their parent."""
    work.hold(write.load_many([i for i in sorted(set(ids)) if i not in work.hand]))
    _end(work, [work.hand[i] for i in sorted(set(ids)) if i in work.hand])


def go_with(work: Work, moves: Sequence[Move]) -> None:
    """Items that go with one that moves: Linli takes a step of each, and if one cannot, none does.

    They are locked in order of id, whatever the order in which they go; what has ended by then
    stays as it is.
    """
    work.hold(write.load_many([i for i, _, _ in moves if i not in work.hand]))
    with work.linli_acts():
        for item_id, step, data in moves:
            item = work.loaded(item_id)
            if item is None:
                raise NotFound(what=Word(N_("item")), value=item_id)
            if item.state != State.CLOSED:
                work.step(item, step, data, None, False, None)


def tell_parents(work: Work) -> None:
    """When the last child has closed, the parent goes on.

    The parent is locked before its children are counted: of two that close in the same moment,
    the second one sees the first. What is in hand is written before the parent's gates are
    asked: a gate that reads the children in their table finds them as they stand now.
    """
    while work.parents:
        ids = sorted(work.parents)
        work.parents.clear()
        work.hold(write.load_many([i for i in ids if i not in work.hand]))
        ready = [i for i in ids if _waits_for_nobody(work, i)]
        if ready:
            work.put_down()
        for parent_id in ready:
            parent = work.hand[parent_id]
            step = work.scene.loop(parent.loop).when_children_close
            if step is not None and parent.state == State.WAITING:
                with work.linli_acts():
                    work.take_if_possible(parent, step)


def _waits_for_nobody(work: Work, parent_id: int) -> bool:
    parent = work.hand.get(parent_id)
    return (
        parent is not None
        and parent.state == State.WAITING
        and not _has_open_child(work, parent_id)
    )


def tell_children(work: Work, parent_id: int) -> None:
    """When the parent has closed, what is still open below it closes too."""
    rows = Item.objects.filter(parent_id=parent_id).exclude(state=State.CLOSED)
    ids = set(rows.values_list("id", flat=True))
    work.hold(write.load_many(sorted(ids - work.hand.keys())))
    mine = {s.id for s in work.hand.values() if s.parent_id == parent_id}
    _end(work, [work.hand[i] for i in sorted(ids | mine)])


def _end(work: Work, items: Sequence[Standing]) -> None:
    with work.linli_acts():
        for item in items:
            step = work.scene.loop(item.loop).when_parent_closes
            if step is not None and item.state != State.CLOSED:
                work.step(item, step, {}, None, False, None)


def tell_joined(work: Work, joined: Standing, item_id: int, step: str) -> None:
    """The item that another was joined to counts it, and carries its voices on."""
    kept = work.loaded(item_id)
    if kept is None:
        raise NotFound(what=Word(N_("item")), value=item_id)
    with work.linli_acts():
        data = {"item": joined.id, "n": voices.fresh(joined, kept)}
        work.step(kept, step, data, None, False, None)
    work.joined.append((joined, kept))


def _has_open_child(work: Work, parent_id: int) -> bool:
    mine = [s for s in work.hand.values() if s.parent_id == parent_id]
    if any(s.state != State.CLOSED for s in mine):
        return True
    known = {s.id for s in mine}
    rows = Item.objects.filter(parent_id=parent_id).exclude(state=State.CLOSED)
    return any(i not in known for i in rows.values_list("id", flat=True)[: len(known) + 1])

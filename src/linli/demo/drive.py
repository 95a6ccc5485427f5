"""How do days pass in the demo's city? Everybody acts through the engine, at moved time.

Time goes by in slots. In each slot those act whose moment has come, in order of time, and the
clocks are seen to before anybody touches an item whose limit has passed.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from linli.demo import behaviour
from linli.demo.behaviour import Deed, Who
from linli.errors import Problem
from linli.jobs import outbox
from linli.loops import office, tick, write
from linli.loops.acts import Act, Open, Take, act_many
from linli.loops.loop import Loop
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.policy.can import VISITOR, Actor, Holding
from linli.policy.roles import Purpose, Role
from linli.registry import roster

SLOT_S = 15 * 60
NOTICED_AS_ECHO = 0.5  # of echoes that a desk sees as such; assumed
STAGES_AT_REST = frozenset({"closed", "merged", "withdrawn", "handed_over"})
Progress = Callable[[int, int], None]
Work = Callable[[int], None]  # what some do together at a moment


@dataclass
class Passed:
    """What happened while time passed."""

    opened: int = 0
    steps: int = 0
    refused: dict[str, int] = field(default_factory=dict)  # by code of the problem
    told: int = 0
    item_ids: list[int] = field(default_factory=list)


class Drive:
    """A city whose residents and staff act by their habits; ``seed`` decides them all."""

    def __init__(self, *, seed: int, exercise: bool = True, slot_s: int = SLOT_S) -> None:
        self.seed, self.exercise, self.slot_s = seed, exercise, slot_s
        self.passed = Passed()
        self.visitor = replace(VISITOR, exercise=exercise)
        self._coming: list[tuple[int, int, Any]] = []  # (moment, tie, an opening or an item's id)
        self._tie = 0
        self._actors: dict[int, Actor] = {}
        self._held: dict[int, tuple[Holding, ...]] | None = None
        self._earlier: dict[UUID, UUID] = {}
        self._ids: dict[UUID, int] = {}
        self._known = Scene(self.visitor, 0)  # what all scenes have looked up so far
        self._beside: list[tuple[int, Work]] = []

    def expect(self, loop: Loop, openings: Iterable[tuple[int, Opening, int | None]]) -> None:
        """Somebody will ask: (moment, opening, account that writes it down or None)."""
        coming = list(openings)
        for at, opening, by in coming:
            self._push(at, (loop, opening, by))
        if coming:  # the roster does not change while time passes here: ask it once
            self._known = replace(self._known, now=coming[0][0])
            self._known.foresee(sorted({opening.area_id for _, opening, _ in coming}))

    def echo(self, pairs: Iterable[tuple[UUID, UUID]]) -> None:
        """Some ask for what was asked before (this request, the earlier one): a desk joins them."""
        self._earlier.update(pairs)

    def beside(self, work: Iterable[tuple[int, Work]]) -> None:
        """What others do meanwhile, (moment, work); each is done in its slot, before the clocks."""
        self._beside = sorted([*self._beside, *work], key=lambda one: one[0])

    def look_at(self, items: Iterable[Standing], now: int) -> None:
        """Take up items that are there already."""
        for item in items:
            self._plan(item, now)

    def pass_until(self, start: int, until: int, progress: Progress | None = None) -> Passed:
        """Let time pass from one moment to another (UTC seconds)."""
        for slot in range(start, until, self.slot_s):
            end = min(slot + self.slot_s, until)
            while self._coming and self._coming[0][0] < end:
                self._act_until(end)
            while self._beside and self._beside[0][0] < end:
                at, work = self._beside.pop(0)
                tick.tick(at)
                work(at)
            tick.tick(end)
            if (end - start) // behaviour.DAY != (slot - start) // behaviour.DAY:
                self.passed.told += _send_all(end)
            if progress is not None:
                progress(end - start, until - start)
        self.passed.told += _send_all(until)
        return self.passed

    def _act_until(self, end: int) -> None:
        """Everybody whose moment comes before the end of the slot, in one transaction.

        It stops at the first item whose limit passes before somebody acts on it: the clocks
        are seen to at that moment, and the rest goes on from there.
        """
        batch = []
        while self._coming and self._coming[0][0] < end:
            batch.append(heapq.heappop(self._coming))
        ids = [what for _, _, what in batch if isinstance(what, int)]
        standing = {s.id: s for s in write.load_many(ids)}
        acts: list[Act] = []
        self._known = replace(self._known, now=batch[0][0], _modes=None)
        self._known.memo["loads"] = {}  # open items by holder, within one batch
        self._known.mode("")
        for n, (at, _, what) in enumerate(batch):
            if isinstance(what, int):
                item = standing[what]
                if _owes_a_rung(item, at):
                    self._do(acts)
                    tick.tick(at)
                    for entry in batch[n:]:
                        heapq.heappush(self._coming, entry)
                    return
                acts += self._deed_of(item, at)
            else:
                loop, opening, by = what
                actor = self.visitor if by is None else self._actor(by, at)
                acts.append(Open(loop, opening, self._scene(actor, at)))
        self._do(acts)

    def _deed_of(self, item: Standing, at: int) -> Sequence[Act]:
        deed = self._joining(item) or behaviour.deed(self.seed, item)
        if deed is None:
            if item.stage not in STAGES_AT_REST:
                self._push(at + behaviour.next_look_s(item, at), item.id)
            return ()
        actor = self._who(deed, item, at)
        if actor is None:
            self._push(at + behaviour.next_look_s(item, at), item.id)
            return ()
        scene = self._scene(actor, at)
        return (Take(item.id, deed.step, scene, deed.data, own=deed.who is Who.RESIDENT),)

    def _joining(self, item: Standing) -> Deed | None:
        """An echo is joined with the earlier request the first time somebody looks at it."""
        first = self._earlier.pop(UUID(str(item.uid)), None)
        if first is None or item.stage != "assigned" or first not in self._ids:
            return None
        if behaviour.dice_for(self.seed, item, "joined").random() > NOTICED_AS_ECHO:
            return None
        return Deed(Who.UNIT, "merge", {"item": self._ids[first]})

    def _do(self, acts: Sequence[Act]) -> None:
        for act, outcome in zip(acts, act_many(acts), strict=True):
            now = act.scene.now
            if isinstance(outcome, Problem):
                self.passed.refused[outcome.code] = self.passed.refused.get(outcome.code, 0) + 1
                if isinstance(act, Take):
                    self._push(now + behaviour.HOUR, act.item_id)
                continue
            if isinstance(act, Open):
                self.passed.opened += 1
                self.passed.item_ids.append(outcome.id)
                self._ids[act.opening.uid] = outcome.id
            else:
                self.passed.steps += 1
            self._plan(outcome, now)

    def _plan(self, item: Standing, now: int) -> None:
        if item.stage not in STAGES_AT_REST:
            self._push(now + behaviour.first_look_s(self.seed, item, now), item.id)

    def _push(self, at: int, what: Any) -> None:
        self._tie += 1
        heapq.heappush(self._coming, (at, self._tie, what))

    def _scene(self, actor: Actor, at: int) -> Scene:
        """A scene that shares what was looked up before; modes are asked anew in each batch."""
        purpose = "" if actor.id is None else Purpose.SERVICE.value
        return replace(self._known, actor=actor, now=at, purpose=purpose)

    def _who(self, deed: Deed, item: Standing, at: int) -> Actor | None:
        if deed.who is Who.RESIDENT:
            return self.visitor
        account = item.holder_id if deed.who is Who.HOLDER else None
        if account is None:
            account = self._known.answers(item.unit_id, item.topic)
        return None if account is None else self._actor(account, at)

    def _actor(self, account: int, at: int) -> Actor:
        if self._held is None:  # as for who answers: the roster does not change meanwhile
            self._held = roster.all_holdings(at)
        if account not in self._actors:
            holdings = (*self._held.get(account, ()), Holding(Role.RESIDENT, ""))
            self._actors[account] = Actor(account, holdings, exercise=self.exercise)
        return self._actors[account]


def _owes_a_rung(item: Standing, at: int) -> bool:
    return item.next_c is not None and item.next_c <= office.named(item.calendar).count(at)


def _send_all(at: int) -> int:
    told = 0
    while sent := outbox.send(now=at):
        told += sent
    return told

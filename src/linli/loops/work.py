"""What does one call change? Steps worked out on items in hand, then written all at once."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from linli import bulk, uids
from linli.errors import N_, BadInput, GateShut, Problem, Sentences, StepNotPossible, Word
from linli.loops import kin, said, voices, write
from linli.loops import standing as arithmetic
from linli.loops.calendar import ALWAYS
from linli.loops.ladder import RungAt, rungs_of
from linli.loops.ledger import Item
from linli.loops.loop import Loop, State, Step, Unmet
from linli.loops.messages import NOWHERE, Telling, Was, after_move, after_rungs, put
from linli.loops.opening import check_form
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.loops.write import TallyKey
from linli.policy.can import SYSTEM, Ask, Holding, can
from linli.policy.roles import Purpose, Role

log = logging.getLogger("linli.loops")

RUNG = "rung"  # the step of an event that tells of a rung
LINLI = Holding(Role.SYSTEM, "")
AUTO_STEPS = 8  # more in a row is a loop that chases its own tail


def unmet_gates(
    step: Step, current: Standing, data: Mapping[str, Any], scene: Scene
) -> list[Unmet]:
    """Every gate of a step that is shut now."""
    return [unmet for gate in step.gates if (unmet := gate.check(current, data, scene))]


def ask_for(loop: Loop, step: Step, current: Standing, scene: Scene, own: bool) -> Ask:
    """What policy is asked before a step."""
    return Ask(
        verb=f"{loop.name}.{step.name}",
        roles=step.by,
        path=current.path,
        purpose=Purpose(scene.purpose) if scene.purpose else None,
        about_residents=loop.about_residents,
        own=own,
        says=step.label,
    )


class Work:
    """The rows that one call will write, gathered while it goes and written at its end.

    A move is taken wholly or not at all: what a refused one had begun is taken back, so that
    the others of a bulk call can be written.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.new: list[Standing] = []
        self.changes: dict[int, dict[str, Any]] = {}
        self.events: list[tuple[Any, ...]] = []
        self.said: list[said.Row] = []
        self.deltas: dict[TallyKey, list[int]] = {}
        self.messages: list[Telling] = []
        self.joined: list[tuple[Standing, Standing]] = []  # one that became part of another
        self.hand: dict[int, Standing] = {}  # each item once, however many moves it makes
        self.parents: dict[int, None] = {}  # a child of theirs has closed
        self._undo: list[Callable[[], Any]] = []
        self.ids = bulk.Ids(Item)  # of what opens below

    def hold(self, standings: Iterable[Standing]) -> None:
        """Take in items that the caller has loaded and locked."""
        self.hand.update((standing.id, standing) for standing in standings)

    def opened(self, loop: Loop, made: Standing, holding: Holding) -> None:
        """A new item: its first event, then what Linli does by itself."""
        with self._whole():
            self.new.append(made)
            self.hand[made.id] = made
            data, words = said.apart(loop.asks, made.data, made.uid, made.id)
            self.said += words
            self._event(made, "open", "", made.uid, holding, data, made.happened_at)
            self._auto(loop, made)
            self._recount(made, None, arithmetic.counts(None))
            self.messages += after_move(loop, made, "open", self.scene, NOWHERE)
            if made.state == State.CLOSED and made.parent_id is not None:
                self.parents[made.parent_id] = None

    def step(
        self,
        current: Standing,
        name: str,
        data: Mapping[str, Any],
        uid: UUID | None,
        own: bool,
        happened_at: int | None,
    ) -> None:
        """One step of one item, with the automatic steps that follow from it.

        The rungs that the tick has not come to yet are passed first, so that an answer that
        is late counts as late however busy the worker was.
        """
        step = self.scene.loop(current.loop).step(name)
        with self._whole():
            if step is not None and step.starts_at(current.stage) and not step.stays:
                self.climb(current, self.due(current))
            self._step(current, name, data, uid, own, happened_at)

    def due(self, current: Standing) -> list[RungAt]:
        """The rungs that an item has gone by and that the tick has not come to yet."""
        count = self._count_of(current)
        if current.next_c is None or current.next_c > count:
            return []
        return arithmetic.passed(current, rungs_of(current.clock_id), count)

    def climb(self, current: Standing, over: Sequence[RungAt]) -> None:
        """Pass rungs as the tick would: an event each, and the standing of the highest."""
        if not over:
            return
        before, key, tier = arithmetic.counts(current), write.tally_key(current), current.tier
        place = self.scene.place(current.area_id)
        self._set(current, arithmetic.climb(current, place, rungs_of(current.clock_id), over))
        always = current.calendar == ALWAYS.name
        for rung in over:
            self._event(
                current,
                RUNG,
                current.stage,
                uids.fresh(),
                LINLI,
                {"share": rung.share},
                current.entered_c + rung.after_s if always else self.scene.now,
                tier=max(tier, rung.tier),
                level=rung.level,
            )
        self._recount(current, key, before)
        self.messages += after_rungs(current, self.scene)

    def move(self, current: Standing, step: str, changes: Mapping[str, Any]) -> None:
        """A move that Linli makes and no step of the loop names: the end of an exercise."""
        before, key, stage = arithmetic.counts(current), write.tally_key(current), current.stage
        self._set(current, changes)
        self._event(current, step, stage, uids.fresh(), LINLI, {}, self.scene.now)
        self._recount(current, key, before)

    def take_if_possible(self, current: Standing, name: str) -> int:
        """Take a step if gates and rules let it; 1 if it was taken, 0 if not."""
        try:
            self._step(current, name, {}, None, False, None)
        except Problem as problem:
            log.info("Item %s does not take %s: %s", current.id, name, problem.code)
            return 0
        return 1

    def _step(
        self,
        current: Standing,
        name: str,
        data: Mapping[str, Any],
        uid: UUID | None,
        own: bool,
        happened_at: int | None,
    ) -> None:
        loop = self.scene.loop(current.loop)
        self.hand.setdefault(current.id, current)
        with self._whole():
            before, key, was = arithmetic.counts(current), write.tally_key(current), Was.of(current)
            self._take(loop, current, name, data, uid, own, happened_at, self.scene)
            self._auto(loop, current)
            self._recount(current, key, before)
            self.messages += after_move(loop, current, name, self.scene, was)
            if current.state == State.CLOSED and was.state != State.CLOSED:
                if current.parent_id is not None:
                    self.parents[current.parent_id] = None
                if any(step.children for step in loop.steps):
                    kin.tell_children(self, current.id)

    def write(self) -> None:
        """Write everything: items, events, tallies, messages."""
        kin.tell_parents(self)
        self.put_down()
        write.add_to_tallies(self.deltas)
        for joined, kept in self.joined:
            voices.carry(joined, kept, self.scene.now)
        put(self.messages)

    def put_down(self) -> None:
        """Write the items and events in hand, so that a gate reads in the tables what is true.

        Tallies wait until the end: many callers share them, and whoever held one while waiting
        for an item would stop the others.
        """
        write.put_down(self.new, self.changes, self.events)
        said.keep(self.said)
        for written in (self.new, self.changes, self.events, self.said):
            written.clear()

    def _take(
        self,
        loop: Loop,
        current: Standing,
        name: str,
        data: Mapping[str, Any],
        uid: UUID | None,
        own: bool,
        happened_at: int | None,
        scene: Scene,
    ) -> None:
        step = loop.step(name)
        if step is None or not step.starts_at(current.stage):
            raise StepNotPossible(
                loop=Word(loop.label),
                stage=Word(loop.stage(current.stage).label),
                step=Word(step.label) if step else name,
                possible=tuple(Word(s.label) for s in loop.steps_from(current.stage)) or "-",
            )
        holding = can(scene.actor, ask_for(loop, step, current, scene, own)).required()
        form = check_form(step.asks, data)
        at = happened_at if happened_at is not None else scene.now
        if at > scene.now:
            raise BadInput(N_("What is told cannot have happened in the future. Check the time."))
        unmet = unmet_gates(step, current, form, scene)
        if unmet:
            raise GateShut(step=Word(step.label), unmet=Sentences(unmet))
        place = scene.place(current.area_id)
        changes: dict[str, Any] = {}
        why: dict[str, Any] = {}
        stage = loop.stage(step.to)
        if step.takes:
            changes["holder_id"] = scene.actor.id
        if step.effect:
            changes |= step.effect(current, form, scene)
        if step.joins:
            changes["duplicate_of"] = form["item"]
        if step.rises:
            changes |= arithmetic.rise(current, place, step.rises)
        if step.reopens:
            changes |= arithmetic.reopening(current, step, place)
        if step.allots:
            allotment = step.allots(current, form, scene)
            changes |= arithmetic.allot(current, place, allotment)
            why = {"reason": allotment.reason, **allotment.values}
        if step.stays:
            pass  # the clock goes on
        elif step.resumes and current.used_c is None:
            changes |= {"stage": stage.name, "state": stage.state.value, "entered_at": scene.now}
        elif step.resumes:
            changes |= arithmetic.resume(current, stage, scene, rungs_of(current.clock_id))
        else:
            changes |= arithmetic.enter(current, stage, scene)
        from_stage = current.stage
        self._set(current, changes)
        uid = uid or uids.fresh()
        told, words = said.apart(step.asks, form, uid, current.id, reasons=why)
        self.said += words
        self._event(current, name, from_stage, uid, holding, told, at)
        if step.retires:
            kin.retire(self, step.retires(current, form, scene))
        if step.moves:
            kin.go_with(self, step.moves(current, form, scene))
        if step.children:
            openings = step.children(current, form, scene)
            kin.open_children(self, step.hands_over or "", openings, current)
        if step.joins and loop.when_joined:
            kin.tell_joined(self, current, form["item"], loop.when_joined)

    def loaded(self, item_id: int) -> Standing | None:
        """An item in hand, loaded and locked if it was not."""
        if item_id not in self.hand:
            self.hold([found] if (found := write.load(item_id)) is not None else [])
        return self.hand.get(item_id)

    @contextmanager
    def linli_acts(self) -> Iterator[None]:
        """What happens inside is done by Linli, whoever began it."""
        ours, self.scene = self.scene, self.by_linli()
        try:
            yield
        finally:
            self.scene = ours

    def by_linli(self) -> Scene:
        """The same moment with Linli acting."""
        return replace(self.scene, actor=replace(SYSTEM, exercise=self.scene.actor.exercise))

    def _auto(self, loop: Loop, current: Standing) -> None:
        """What Linli does by itself on arrival at a stage, as long as it can."""
        system = self.by_linli()
        for _ in range(AUTO_STEPS):
            auto = loop.stage(current.stage).auto
            if auto is None:
                return
            try:
                with self._whole():
                    self._take(loop, current, auto, {}, None, False, None, system)
            except Problem as problem:  # it stays where it is, in sight, with its clock running
                log.info("Item %s cannot take %s by itself: %s", current.id, auto, problem.code)
                return

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """All of a move, or nothing of it."""
        lists: tuple[list[Any], ...] = (
            self.new, self.events, self.messages, self.joined, self.said,
        )  # fmt: skip
        lengths = [len(rows) for rows in lists]
        parents, n_undo = dict(self.parents), len(self._undo)
        try:
            yield
        except Problem:
            while len(self._undo) > n_undo:
                self._undo.pop()()
            for made in self.new[lengths[0] :]:
                self.hand.pop(made.id, None)
            for rows, length in zip(lists, lengths, strict=True):
                del rows[length:]
            self.parents = parents
            raise

    def _set(self, current: Standing, changes: Mapping[str, Any]) -> None:
        """Put changed columns into a standing, so that they can be taken back."""
        were = {column: getattr(current, column) for column in changes}
        written = self.changes.get(current.id)
        kept = None if written is None else dict(written)

        def undo() -> None:
            for column, value in were.items():
                setattr(current, column, value)
            if kept is None:
                self.changes.pop(current.id, None)
            else:
                self.changes[current.id] = kept

        self._undo.append(undo)
        for column, value in changes.items():
            setattr(current, column, value)
        self.changes.setdefault(current.id, {}).update(changes)

    def _event(
        self,
        current: Standing,
        step: str,
        from_stage: str,
        uid: Any,
        holding: Holding,
        data: Mapping[str, Any],
        at: int,
        *,
        tier: int | None = None,
        level: int | None = None,
    ) -> None:
        self._set(current, {"n_events": current.n_events + 1})
        role = holding.role
        self.events.append(
            (
                uid,
                current.id,
                current.n_events,
                step,
                from_stage,
                current.stage,
                None if role is Role.SYSTEM else self.scene.actor.id,
                role.value,
                "" if role is Role.SYSTEM else self.scene.purpose,
                current.tier if tier is None else tier,
                current.level if level is None else level,
                at,
                self.scene.now,
                data,
                current.exercise,
            )
        )

    def _count_of(self, current: Standing) -> int:
        return self.scene.calendar(current.calendar).count(self.scene.now)

    def _recount(self, current: Standing, key: TallyKey | None, before: tuple[int, ...]) -> None:
        """Move what an item adds from the tally it was counted in to the one it is in now."""
        now = write.tally_key(current)
        self._add(key or now, [-n for n in before])
        self._add(now, arithmetic.counts(current))

    def _add(self, key: TallyKey, numbers: Sequence[int]) -> None:
        total = self.deltas.setdefault(key, [0] * len(numbers))
        for i, n in enumerate(numbers):
            total[i] += n

        def undo() -> None:
            for i, n in enumerate(numbers):
                total[i] -= n

        self._undo.append(undo)

"""What does one call change? Steps worked out on items in hand, then written all at once."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from linli import bulk
from linli.errors import GateShut, Problem, StepNotPossible, Word
from linli.loops import standing as arithmetic
from linli.loops import write
from linli.loops.ladder import rungs_of
from linli.loops.ledger import Item
from linli.loops.loop import Loop, State, Step, Unmet
from linli.loops.messages import Telling, after_move, put
from linli.loops.opening import Opening, check_form, new
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.policy.can import SYSTEM, Ask, Holding, can
from linli.policy.roles import Purpose, Role

log = logging.getLogger("linli.loops")

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
    )


class Work:
    """The rows that one call will write, gathered while it goes and written at its end."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.new: list[Standing] = []
        self.changes: dict[int, dict[str, Any]] = {}
        self.events: list[tuple[Any, ...]] = []
        self.deltas: dict[write.TallyKey, list[int]] = {}
        self.messages: list[Telling] = []

    def opened(self, loop: Loop, made: Standing, holding: Holding) -> None:
        """A new item: its first event, then what Linli does by itself."""
        self.new.append(made)
        self._event(made, "open", "", made.uid, holding, made.data, made.happened_at)
        self._auto(loop, made)
        self._count(made, arithmetic.counts(None))
        self.messages += after_move(loop, made, "open", self.scene)

    def step(
        self,
        current: Standing,
        name: str,
        data: Mapping[str, Any],
        uid: UUID | None,
        own: bool,
        happened_at: int | None,
    ) -> None:
        """One step of one item, with the automatic steps that follow from it."""
        loop = self.scene.loop(current.loop)
        before = arithmetic.counts(current)
        self._take(loop, current, name, data, uid, own, happened_at, self.scene)
        self._auto(loop, current)
        self._count(current, before)
        self.messages += after_move(loop, current, name, self.scene)
        if current.state == State.CLOSED:
            if current.parent_id is not None:
                self._tell_parent(current.parent_id, current.id)
            if any(step.hands_over for step in loop.steps):
                self._tell_children(current.id)

    def try_step(self, current: Standing, name: str) -> int:
        """Take a step and write it; 0 if a gate or a rule says no, 1 if it was taken."""
        try:
            self.step(current, name, {}, None, False, None)
        except Problem as problem:
            log.info("Item %s does not take %s: %s", current.id, name, problem.code)
            return 0
        self.write()
        return 1

    def write(self) -> None:
        """Write everything: items, events, tallies, messages."""
        if self.new:
            write.insert_items(self.new)
        fresh = {made.id for made in self.new}
        for item_id, changes in self.changes.items():
            if item_id not in fresh:
                write.update(item_id, changes)
        if len(self.events) == 1:
            write.insert_event(self.events[0])
        elif self.events:
            write.insert_events(self.events)
        write.add_to_tallies(self.deltas)
        put(self.messages)

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
        unmet = unmet_gates(step, current, form, scene)
        if unmet:
            raise GateShut(
                step=Word(step.label),
                unmet=tuple(Word(u.sentence.format(**u.values)) for u in unmet),
            )
        place = scene.place(current.area_id)
        changes: dict[str, Any] = {}
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
            form = {**form, "reason": allotment.reason, **allotment.values}
        if step.stays:
            pass  # the clock goes on
        elif step.resumes and current.used_c is None:
            changes |= {"stage": stage.name, "state": stage.state.value, "entered_at": scene.now}
        elif step.resumes:
            changes |= arithmetic.resume(current, stage, scene, rungs_of(current.clock_id))
        else:
            changes |= arithmetic.enter(current, stage, scene)
        from_stage = current.stage
        set_columns(current, changes)
        self.changes.setdefault(current.id, {}).update(changes)
        at = happened_at if happened_at is not None else scene.now
        self._event(current, name, from_stage, uid or uuid4(), holding, form, at)
        if step.hands_over and step.children:
            self._open_children(
                scene.loop(step.hands_over), step.children(current, form, scene), current
            )

    def _open_children(self, loop: Loop, openings: Sequence[Opening], parent: Standing) -> None:
        """Child items of a hand-over; Linli opens them, whoever took the step."""
        linli = self._by_linli()
        linli.foresee([opening.area_id for opening in openings])
        made = [new(loop, replace(one, parent_id=parent.id), linli) for one in openings]
        ids = bulk.next_ids(Item, len(made)) if made else []
        for item_id, (child, holding) in zip(ids, made, strict=True):
            child.id = item_id
            self.opened(loop, child, holding)

    def _tell_parent(self, parent_id: int, child_id: int) -> None:
        """When the last child has closed, the parent goes on."""
        open_children = (
            Item.objects.filter(parent_id=parent_id)
            .exclude(state=State.CLOSED)
            .exclude(id=child_id)
        )
        closing = [i for i, c in self.changes.items() if c.get("state") == State.CLOSED]
        parent = write.load(parent_id)
        if parent is None or open_children.exclude(id__in=closing).exists():
            return
        step = self.scene.loop(parent.loop).when_children_close
        if step is not None and parent.state == State.WAITING:
            ours, self.scene = self.scene, self._by_linli()
            try:
                self.step(parent, step, {}, None, False, None)
            finally:
                self.scene = ours

    def _tell_children(self, parent_id: int) -> None:
        """When the parent has closed, what is still open below it closes too."""
        open_children = Item.objects.filter(parent_id=parent_id).exclude(state=State.CLOSED)
        ours, self.scene = self.scene, self._by_linli()
        try:
            for child in write.load_many(list(open_children.values_list("id", flat=True))):
                step = self.scene.loop(child.loop).when_parent_closes
                if step is not None and child.id not in self.changes:
                    self.step(child, step, {}, None, False, None)
        finally:
            self.scene = ours

    def _by_linli(self) -> Scene:
        return replace(self.scene, actor=replace(SYSTEM, exercise=self.scene.actor.exercise))

    def _auto(self, loop: Loop, current: Standing) -> None:
        """What Linli does by itself on arrival at a stage, as long as it can."""
        system = self._by_linli()
        for _ in range(AUTO_STEPS):
            auto = loop.stage(current.stage).auto
            if auto is None:
                return
            try:
                self._take(loop, current, auto, {}, None, False, None, system)
            except Problem as problem:  # it stays where it is, in sight, with its clock running
                log.warning("Item %s cannot take %s by itself: %s", current.id, auto, problem.code)
                return

    def _event(
        self,
        current: Standing,
        step: str,
        from_stage: str,
        uid: Any,
        holding: Holding,
        data: Mapping[str, Any],
        at: int,
    ) -> None:
        current.n_events += 1
        if current.id in self.changes:
            self.changes[current.id]["n_events"] = current.n_events
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
                self.scene.purpose,
                current.tier,
                current.level,
                at,
                self.scene.now,
                data,
                current.exercise,
            )
        )

    def _count(self, current: Standing, before: tuple[int, ...]) -> None:
        total = self.deltas.setdefault(write.tally_key(current), [0] * len(arithmetic.TALLIES))
        for i, (now, then) in enumerate(zip(arithmetic.counts(current), before, strict=True)):
            total[i] += now - then


def set_columns(current: Standing, changes: Mapping[str, Any]) -> None:
    """Put changed columns into a standing."""
    for column, value in changes.items():
        setattr(current, column, value)

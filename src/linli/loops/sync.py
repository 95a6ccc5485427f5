"""What becomes of what was done while the line was cut? It is merged, and nothing is dropped (S97).

A gate, a round, a desk goes on without the centre. A device gathers acts, each with an id and a
moment made on it, and sends them when the line is back, perhaps twice. What the centre has moved
on meanwhile is not moved back: the act is written beside, into the item's history, and whoever
holds the item is told. An act that may not be taken is refused with its reason, and the device
keeps it. Limits are judged by when an act reached us; the history shows both moments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction

from linli.errors import N_, BadInput, NotAllowed, NotFound, Problem, StepNotPossible, Word
from linli.loops import catalogue, find, said, write
from linli.loops.advance import Opening, advance, open_item
from linli.loops.loop import Loop, Step
from linli.loops.messages import Telling, put
from linli.loops.opening import check_form
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.loops.work import ask_for
from linli.policy.can import OWNERS, Actor, can
from linli.policy.roles import Role

MOST_AT_ONCE = 500
AHEAD_S = 600  # how far a device's clock may be ahead; assumed
DAYS_BACK = 14  # what a device kept for longer is for a person to look at; assumed
DAY_S = 24 * 3600
OVERTAKEN = "overtaken"  # the step of an event that tells of an act that came too late to move it


class Came(StrEnum):
    """What came of an act."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # it had been taken before
    OVERTAKEN = "overtaken"  # the item had moved on; it stands in the history and moved nothing
    REJECTED = "rejected"  # the reason says why; the device keeps it


@dataclass(frozen=True)
class Act:
    """One act of a device: the opening of an item, or a step of one.

    The item of a step is named by its id, or by the uid with which it was opened on the device.
    """

    uid: UUID
    at: int  # when it happened by the device, UTC seconds
    loop: str
    seq: int = 0  # orders the acts of one second
    opening: Opening | None = None
    on_behalf: bool = False  # an opening that staff write down for somebody else
    step: str = ""
    item_id: int | None = None
    item_uid: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came of one act, and where its item stands."""

    uid: UUID
    came: Came
    item_id: int | None = None
    stage: str = ""
    problem: Problem | None = None


class ActOutOfReach(BadInput):
    """An act is of a time to come, or of one too long ago."""

    code = "act_out_of_reach"
    sentence = N_(
        "It is said to have happened {hours} hours from now. Up to {minutes} minutes ahead and "
        "{days} days back are taken. Set the clock of the device, or write it down anew."
    )


def merge(actor: Actor, acts: Sequence[Act], *, now: int, purpose: str = "") -> list[Answer]:
    """Take in what a device did, in the order in which it happened; answers in the order given.

    Each act is taken wholly or not at all, and one that is refused leaves the others alone.
    """
    if len(acts) > MOST_AT_ONCE:
        raise BadInput(
            N_("{n} acts are too many at once. Send up to {most}."), n=len(acts), most=MOST_AT_ONCE
        )
    answers: dict[int, Answer] = {}
    for place in sorted(range(len(acts)), key=lambda k: (acts[k].at, acts[k].seq, k)):
        act = acts[place]
        try:
            answers[place] = _merged(act, Scene(_asking(actor, act), now, purpose))
        except Problem as problem:
            answers[place] = Answer(act.uid, Came.REJECTED, problem=problem)
    return [answers[place] for place in range(len(acts))]


def within_reach(at: int, now: int) -> int:
    """The moment that a device tells, as it is written; raises ActOutOfReach."""
    ahead = at - now
    if not -DAYS_BACK * DAY_S <= ahead <= AHEAD_S:
        raise ActOutOfReach(hours=round(ahead / 3600), minutes=AHEAD_S // 60, days=DAYS_BACK)
    return min(at, now)


def _asking(actor: Actor, act: Act) -> Actor:
    """Who writes down what somebody else asks acts by a post, and not as the resident they are."""
    if not act.on_behalf:
        return actor
    loop = catalogue.get(act.loop)
    posts = tuple(h for h in actor.holds(loop.opened_by) if h.role not in OWNERS)
    if not posts:
        raise NotAllowed(
            N_("Only who holds a post may ask on somebody's behalf. Ask in your own name.")
        )
    return replace(actor, holdings=posts)


def _merged(act: Act, scene: Scene) -> Answer:
    loop, at = catalogue.get(act.loop), within_reach(act.at, scene.now)
    if act.opening is not None:
        mine = None if act.on_behalf else scene.actor.id
        moved = open_item(
            loop, replace(act.opening, uid=act.uid, happened_at=at, opened_by=mine), scene
        )
    else:
        item_id = _item_of(act, loop)
        step = loop.step(act.step)
        if step is None or step.by == {Role.SYSTEM}:
            raise NotFound(what=Word(N_("step")), value=act.step[:40])
        own = find.reach(scene.actor, item_id, loop=loop, roles=step.by)
        try:
            moved = advance(
                item_id, act.step, scene, data=act.data, uid=act.uid, own=own, happened_at=at
            )
        except StepNotPossible as problem:
            return _beside(act, loop, step, item_id, own, at, scene, problem)
    came = Came.DUPLICATE if moved.again else Came.ACCEPTED
    return Answer(act.uid, came, moved.item_id, moved.stage)


def _item_of(act: Act, loop: Loop) -> int:
    """The item of a step; one that was opened away is known by the uid of its opening."""
    if act.item_id is not None:
        return act.item_id
    known = write.load_by_uid(act.item_uid) if act.item_uid is not None else None
    if known is None or known.loop != loop.name:
        raise NotFound(what=Word(N_("item")), value=act.item_uid or "-")
    return known.id


@transaction.atomic
def _beside(
    act: Act, loop: Loop, step: Step, item_id: int, own: bool, at: int, scene: Scene,
    problem: StepNotPossible,
) -> Answer:  # fmt: skip
    """Write an act that came too late into the history of its item, and tell who holds it.

    Whoever might not have taken the step is refused as before, and so is a form that is wrong.
    """
    current = write.load(item_id)
    if current is None or bool(current.exercise) != scene.actor.exercise:
        raise NotFound(what=Word(N_("item")), value=item_id)
    if act.uid in write.events_known([act.uid]):
        return Answer(act.uid, Came.DUPLICATE, item_id, current.stage)
    holding = can(scene.actor, ask_for(loop, step, current, scene, own)).required()
    form = check_form(step.asks, act.data)
    told, words = said.apart(step.asks, form, act.uid, item_id)
    n = current.n_events + 1
    write.update(item_id, {"n_events": n})
    write.insert_event(
        (act.uid, item_id, n, OVERTAKEN, current.stage, current.stage, scene.actor.id,
         holding.role.value, scene.purpose, current.tier, current.level, at, scene.now,
         {**told, "step": step.name}, current.exercise)
    )  # fmt: skip
    said.keep(words)
    put(_told(current, step, scene))
    return Answer(act.uid, Came.OVERTAKEN, item_id, current.stage, problem)


def _told(current: Standing, step: Step, scene: Scene) -> Sequence[Telling]:
    """Who holds it now, or who answers for its unit, so that somebody looks at both."""
    holder = current.holder_id or scene.answers(current.unit_id, current.topic)
    if holder is None or holder == scene.actor.id:
        return []
    detail = {"loop": current.loop, "stage": current.stage, "step": step.name}
    return [Telling(holder, OVERTAKEN, current, scene.now, detail)]

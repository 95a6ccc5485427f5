"""The words of a loop: its stages, its steps, who takes them, what they ask, what must be true.

A loop is a declaration. The engine, the routes, the pages, the diagram and the table of powers
are all written from it. Pure: no table, no clock, no framework.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel

from linli.errors import N_, BadInput, Problem
from linli.policy.can import OWNERS
from linli.policy.roles import Role


class State(StrEnum):
    """Whether an item is being worked on, waits for something else, or has ended."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class Form(BaseModel):
    """What a step asks; an unknown field is refused, so that nothing sent is lost in silence.

    ``personal`` names the fields in which somebody may name a person: all free words. They are
    kept beside the sealed event, and can be destroyed at their time.
    """

    personal: ClassVar[frozenset[str]] = frozenset()

    model_config = {"extra": "forbid", "str_strip_whitespace": True, "str_max_length": 4000}


@dataclass(frozen=True, slots=True)
class Allotment:
    """Who gets an item, and why: stored with the item, so that it can be explained."""

    tier: int
    holder_id: int | None
    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)
    organisation_id: int | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Unmet:
    """A gate that is shut: its name, the sentence that says why, and what would open it."""

    gate: str
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def tell(self, translate: Callable[[str], str] = str) -> str:
        """Say it in the language that ``translate`` turns our English into."""
        return Problem(self.sentence, **self.values).tell(translate)


Check = Callable[[Any, Mapping[str, Any], Any], Unmet | None]  # (standing, data, scene)
Allot = Callable[[Any, Mapping[str, Any], Any], Allotment]
Effect = Callable[[Any, Mapping[str, Any], Any], Mapping[str, Any]]
Children = Callable[[Any, Mapping[str, Any], Any], Sequence[Any]]
Retires = Callable[[Any, Mapping[str, Any], Any], Sequence[int]]
Move = tuple[int, str, Mapping[str, Any]]  # an item, the step that it takes, what its form says
Moves = Callable[[Any, Mapping[str, Any], Any], Sequence[Move]]


@dataclass(frozen=True, slots=True)
class Gate:
    """Something that must be true before a step: a name, what it means, and the check."""

    name: str
    label: str
    check: Check


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an item can stand. ``auto`` names a step Linli takes by itself on arrival."""

    name: str
    label: str
    state: State = State.OPEN
    auto: str | None = None
    holds_clock: bool = False  # the clock stands still here and keeps what had run
    keeps_clock: bool = False  # the clock it came with goes on here
    tells_voices: bool = False  # who asked for the same is told of the arrival here
    public: str = ""  # what the resident reads


@dataclass(frozen=True, slots=True)
class Step:
    """A move from some stages to another: by whom, asking what, behind which gates.

    ``rises``: the item goes up this many tiers. ``reopens``: counts a re-opening, and from the
    ``rises_from``-th one the item goes up a tier. ``resumes``: the clock goes on where it was
    held. ``own``: its resident may take it, shown by account or token. ``effect`` gives columns
    of the item to set, from the form. ``children`` gives what opens below the item: in
    the loop that ``hands_over`` names, or in the one an opening names itself. The item waits for
    them where the step leads to a waiting stage, and goes on beside them elsewhere.
    """

    name: str
    label: str
    origin: frozenset[str]
    to: str
    by: frozenset[Role]
    asks: type[Form] = Form
    gates: tuple[Gate, ...] = ()
    allots: Allot | None = None
    effect: Effect | None = None
    rises: int = 0
    reopens: bool = False
    rises_from: int = 0
    resumes: bool = False
    own: bool = False
    takes: bool = False  # who takes the step becomes the holder
    hands_over: str | None = None
    children: Children | None = None
    retires: Retires | None = None  # items that this makes needless: each ends as by its parent
    moves: Moves | None = None  # items that go with it, by steps that Linli takes: all or none
    joins: bool = False  # the item becomes a duplicate of the one named in the form
    stays: bool = False  # a note on the way: the item stays where it is and its clock goes on

    def starts_at(self, stage: str) -> bool:
        """Whether the step can be taken from this stage."""
        return stage in self.origin


# Where an item of an exercise stands that was open when the exercise ended; no step leads there.
OVER = Stage("exercise_over", N_("ended with its exercise"), State.CLOSED)


@dataclass(frozen=True)
class Loop:
    """A whole loop. Raises BadInput when it is not sound: an unknown stage, or a dead end."""

    name: str
    label: str
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    opens: str
    opened_by: frozenset[Role]
    asks: type[Form]
    classes: Mapping[str, str]
    seen_by: frozenset[Role]
    when_children_close: str | None = None  # the step taken when the last child has closed
    when_joined: str | None = None  # the step that an item takes when another is joined to it
    when_parent_closes: str | None = None  # the step an open child takes then
    version: int = 1
    about_residents: bool = True
    emergency_only: bool = False  # opens under a declared emergency, and its words end with it
    personal: frozenset[str] = frozenset()  # of an item's data, beyond what its forms name so
    first_allot: Allot | None = None
    subject: str = "household"
    when_exercise_ends: Effect | None = None  # what else ends with an item of an exercise
    reasons: Mapping[str, str] = field(default_factory=dict)  # why an allotment, as a sentence
    photos: bool = False  # its items keep photos, seen by whoever sees the item

    def __post_init__(self) -> None:
        names = [stage.name for stage in self.stages]
        known = set(names)
        steps = [step.name for step in self.steps]
        if len(known) != len(names) or len(set(steps)) != len(steps):
            raise BadInput(N_("The loop {loop} names a stage or step twice."), loop=self.name)
        used = {self.opens} | {s.to for s in self.steps} | {o for s in self.steps for o in s.origin}
        autos = {stage.auto for stage in self.stages if stage.auto} - set(steps)
        if used - known or autos:
            raise BadInput(
                N_("The loop {loop} uses stages or steps it does not declare: {unknown}."),
                loop=self.name,
                unknown=tuple(sorted((used - known) | autos)),
            )
        stuck = known - self._can_close()
        if stuck:
            raise BadInput(
                N_("The loop {loop} never closes from: {stages}."),
                loop=self.name,
                stages=tuple(sorted(stuck)),
            )

    def _can_close(self) -> set[str]:
        done = {stage.name for stage in self.stages if stage.state is State.CLOSED}
        while True:
            moves = (s for s in self.steps if s.to in done and not s.stays)
            more = {o for s in moves for o in s.origin} - done
            if not more:
                return done
            done |= more

    def stage(self, name: str) -> Stage:
        """The stage of that name."""
        return next(stage for stage in (*self.stages, OVER) if stage.name == name)

    def step(self, name: str) -> Step | None:
        """The step of that name, None if there is none."""
        return next((step for step in self.steps if step.name == name), None)

    def personal_fields(self) -> frozenset[str]:
        """Everything in an item's data that may name a person."""
        forms = (self.asks, *(step.asks for step in self.steps))
        return self.personal.union(*(form.personal for form in forms))

    @property
    def keeps_words(self) -> bool:
        """Whether its items hold words that are destroyed at their time."""
        return self.about_residents or bool(self.personal_fields())

    @property
    def photographers(self) -> frozenset[Role]:
        """Who may add a photo: staff who may take a step."""
        return frozenset().union(*(s.by for s in self.steps)) - OWNERS - {Role.SYSTEM}

    def steps_from(self, stage: str) -> tuple[Step, ...]:
        """The steps that begin at a stage, in the order declared."""
        return tuple(step for step in self.steps if step.starts_at(stage))


def stages(*names: str) -> frozenset[str]:
    """A set of stage names."""
    return frozenset(names)


def diagram(loop: Loop) -> str:
    """The loop as a Mermaid state diagram: one arrow between two stages, with all its steps."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in loop.steps:
        for origin in sorted(step.origin):
            arrows.setdefault((origin, origin if step.stays else step.to), []).append(step.name)
    lines = ["stateDiagram-v2", f"    [*] --> {loop.opens}"]
    lines += [f"    {a} --> {b}: {', '.join(names)}" for (a, b), names in arrows.items()]
    lines += [f"    {s.name} --> [*]" for s in loop.stages if s.state is State.CLOSED]
    return "\n".join(lines)

"""Could a plan run here now? Everything it names, held against the records, with every gap.

Nothing is assumed: what is not recorded is said to be not recorded, and each gap names who is to
mend it. Reading changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from linli.errors import N_, BadInput, Word
from linli.loops import catalogue, limits
from linli.loops.scene import Scene
from linli.plans.known import Known
from linli.plans.lines import (
    Line,
    Part,
    Short,
    TwoTongues,
    Verdict,
    Why,
    labelled,
    word,
)
from linli.plans.place_lines import place_lines, spots_of
from linli.plans.plan import Plan, Step
from linli.plans.role_lines import role_lines, seats_of
from linli.plans.stock_lines import lots_of, stock_lines
from linli.policy.can import SYSTEM, Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.areas import Area, AreaKind

READY = "plans.ready"


@dataclass(frozen=True)
class Readiness:
    """How a plan stands in an area at a moment."""

    plan: Plan
    area: Area
    at: int
    lines: tuple[Line, ...]

    def of(self, part: Part) -> list[Line]:
        """The lines of one part."""
        return [line for line in self.lines if line.part is part]

    def counted(self, verdict: Verdict) -> int:
        """How many lines stand so."""
        return sum(1 for line in self.lines if line.verdict is verdict)

    @property
    def counts(self) -> dict[str, int]:
        """How many lines stand how."""
        return {verdict.value: self.counted(verdict) for verdict in Verdict}

    @property
    def gaps(self) -> list[tuple[Line, Short]]:
        """Everything that lacks, wherever it lacks."""
        return [(line, short) for line in self.lines for short in line.shorts]

    def told(self, translate: Callable[[str], str]) -> dict[str, Any]:
        """It all as plain values, in a reader's language."""
        return {
            "plan": self.plan.code, "area_id": self.area.id, "at": self.at,
            "n_lines": len(self.lines), "n_covered": self.counted(Verdict.COVERED),
            "n_short": self.counted(Verdict.SHORT),
            "n_no_record": self.counted(Verdict.NO_RECORD), "n_gaps": len(self.gaps),
            "lines": [line.told(translate) for line in self.lines],
        }  # fmt: skip


def ready_as(actor: Actor, plan: Plan, area: Area, *, now: int) -> Readiness:
    """How a plan stands in an area, for somebody who may know; raises NotAllowed, BadInput."""
    can(actor, Ask(READY, roles_for(READY), area.path)).required()
    return resolve(plan, area, now=now, exercise=actor.exercise)


def several_as(
    actor: Actor, plans: Sequence[Plan], area: Area, *, now: int
) -> dict[str, Readiness]:
    """How each of these plans that is for the area's kind stands there, without who mends what.

    Each table is read once for all of them. Raises NotAllowed.
    """
    can(actor, Ask(READY, roles_for(READY), area.path)).required()
    fit = [plan for plan in plans if area.kind in plan.areas]
    known = Known(area, fit, now=now, exercise=actor.exercise)
    return {plan.code: _held_against(plan, known) for plan in fit}


def resolve(plan: Plan, area: Area, *, now: int, exercise: bool) -> Readiness:
    """Hold everything that a plan names against the records; raises BadInput for a wrong area.

    ``exercise``: whose beds are taken, those of the city or those of its exercises.
    """
    if area.kind not in plan.areas:
        raise BadInput(
            N_("{plan} is not for a {kind}. It is for: {known}."),
            plan=TwoTongues(plan.title.zh, plan.title.en),
            kind=Word(AreaKind(area.kind).label),
            known=tuple(Word(AreaKind(kind).label) for kind in sorted(plan.areas)),
        )
    found = _held_against(plan, Known(area, [plan], now=now, exercise=exercise))
    return replace(found, lines=tuple(_with_owners(found.lines, now, exercise=exercise)))


def _held_against(plan: Plan, known: Known) -> Readiness:
    """Every line of a plan, held against what is on record."""
    lines = (
        *(_step_line(plan, step, known.n_places(step.each), known.area) for step in plan.steps),
        *role_lines(plan.roles, known),
        *stock_lines(plan, known),
        *place_lines(plan, known),
    )
    return Readiness(plan, known.area, known.now, lines)


def _step_line(plan: Plan, step: Step, n_places: int, area: Area) -> Line:
    loop = catalogue.get(step.loop)
    in_force = limits.newest(loop.name)
    limited = in_force is not None and any(
        item_class == step.item_class and mode == plan.mode
        for _, item_class, mode in in_force.clocks
    )
    short: Short | None = None
    if not n_places:
        short = Short(area.id, Why.NO_PLACE)
    elif not limited:
        short = Short(area.id, Why.NO_LIMIT)
    verdict = Verdict.COVERED
    if short is not None:
        verdict = Verdict.NO_RECORD if short.why is Why.NO_PLACE else Verdict.SHORT
    return Line(
        part=Part.STEP,
        key=f"step-{step.name}",
        label=labelled(
            N_("{title}: {loop} ({each})"), title=TwoTongues(step.title.zh, step.title.en),
            loop=word(loop.label), each=word(step.each.label),
        ),
        needed=float(n_places) if n_places else None,
        have=float(n_places) if n_places else None,
        verdict=verdict,
        n_places=n_places,
        n_covered=n_places if short is None else 0,
        known_at=None,
        shorts=() if short is None else (short,),
    )  # fmt: skip


def _with_owners(lines: Sequence[Line], now: int, *, exercise: bool) -> list[Line]:
    """Each gap with the unit that is to mend it and who answers there: the nearest that has one."""
    scene = Scene(replace(SYSTEM, exercise=exercise), now)
    areas = {short.area_id for line in lines for short in line.shorts}
    scene.foresee(sorted(areas))
    return [
        replace(line, shorts=tuple(_owned(short, scene) for short in line.shorts)) for line in lines
    ]


def _owned(short: Short, scene: Scene) -> Short:
    place = scene.place(short.area_id)
    units = [unit for unit in place.units if unit is not None]
    for unit in units:
        account = scene.answers(unit, "")
        if account is not None:
            return replace(short, unit_id=unit, account_id=account)
    return replace(short, unit_id=units[-1] if units else place.id)


@dataclass(frozen=True)
class Shared:
    """What several plans draw on together, and whether it is enough for all of them at once."""

    label: Line
    needed: dict[str, float]  # by plan
    have: float | None

    @property
    def sum_needed(self) -> float:
        """What all of them take."""
        return sum(self.needed.values())

    @property
    def lacks(self) -> float | None:
        """How many lack when all run at once."""
        return None if self.have is None else max(0.0, self.sum_needed - self.have)


def at_once(several: Iterable[Readiness]) -> list[Shared]:
    """What two plans or more draw on together, were they to run at once in the same area.

    The pool is counted once, and the needs add up.
    """
    pools: dict[str, list[tuple[str, Line]]] = defaultdict(list)
    for one in several:
        for line in one.lines:
            if line.pool:
                pools[line.pool].append((one.plan.code, line))
    found = []
    for drawn in pools.values():
        needed: dict[str, float] = defaultdict(float)
        for code, line in drawn:
            needed[code] += line.needed or 0.0
        if len(needed) > 1:
            have = [line.have for _, line in drawn if line.have is not None]
            found.append(Shared(drawn[0][1], dict(needed), max(have, default=None)))
    return found


def behind(readiness: Readiness, key: str, *, exercise: bool) -> list[Any] | None:
    """The rows behind the number of a line: seats, lots or spots; None for an unknown line."""
    plan = readiness.plan
    known = Known(readiness.area, [plan], now=readiness.at, exercise=exercise)
    part, _, n = key.partition("-")
    if part == Part.STEP:
        step = plan.step(n)
        return None if step is None else known.places(step.each)
    needs: dict[str, Sequence[Any]] = {
        Part.ROLE: plan.roles, Part.STOCK: plan.stock, Part.PLACE: plan.places,
    }  # fmt: skip
    if part not in needs or not (n.isascii() and n.isdigit()) or int(n) >= len(needs[part]):
        return None
    need = needs[part][int(n)]
    if part == Part.ROLE:
        return list(seats_of(need, known))
    if part == Part.STOCK:
        return list(lots_of(plan, need, known))
    return list(spots_of(plan, need, known))

"""How does one unit stand, by its records, and what would help it most? The study behind the page.

A unit is scored beside its neighbours of the same tier that the actor reaches, and so is each unit
directly below it. Counts are made now, or read from the snapshot of a day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from linli import clock
from linli.analysis.evaluation import diagnosis
from linli.analysis.evaluation.evaluate import Evaluation, default_recipe, evaluate
from linli.analysis.evaluation.formulas import (
    Formula,
    read_formulas,
    shipped_formulas,
)
from linli.analysis.evaluation.framework import Framework, Role, shipped
from linli.analysis.evaluation.recipe import Recipe
from linli.analysis.evaluation.table import Missing, Table
from linli.errors import N_, BadInput, Problem
from linli.policy.can import Actor, Ask, can, scope
from linli.policy.powers import roles_for
from linli.registry import declarations
from linli.registry.areas import Area, Tier, within
from linli.registry.declarations import Mode, Phase
from linli.studies.evaluation import judgements, snapshots
from linli.studies.evaluation.counting import MISSING, Figure, Figures, counted
from linli.studies.evaluation.records import vocabulary
from linli.studies.evaluation.tables import Judgement, Snapshot

SEE = "evaluation.see"
FRAMEWORK = "community"
LEAST_RANKED = 2
LEAST_COLLECTED = 0.25  # of the capacity indicators of a phase, below which no score; assumed
MOST_BESIDE = 400  # units of a tier that are scored together
Heard = Mapping[tuple[int, str], Judgement]


@dataclass(frozen=True)
class Basis:
    """What is scored by what: a framework, its formulas, and the moment they speak of."""

    framework: Framework
    formulas: Mapping[str, Formula]
    now: int
    snapshot: Snapshot | None = None  # None: counted now

    @property
    def at(self) -> datetime:
        """The moment of the counts."""
        return self.snapshot.at if self.snapshot else clock.moment(self.now)


@dataclass(frozen=True)
class Collected:
    """How much of a group is known of a unit."""

    group: str
    n: int
    n_judged: int
    of: int


@dataclass(frozen=True)
class Since:
    """What became of a unit since an earlier snapshot, over what both know and count alike."""

    at: datetime
    change: diagnosis.Change | None
    n_compared: int
    not_compared: tuple[str, ...]  # indicators that are counted otherwise now


@dataclass(frozen=True)
class Study:
    """One unit: its score beside others, and all that explains it."""

    area: Area
    basis: Basis
    phase: str
    units: tuple[Area, ...]  # the unit and those beside it
    below: tuple[Area, ...]
    figures: Figures
    judged: Heard
    result: Evaluation | None  # None: nothing of capacity is known
    parts: Evaluation | None  # the units below
    exercise: bool = False
    since: Since | None = None

    @cached_property
    def unit(self) -> int:
        """Where the unit stands among the units."""
        return [one.id for one in self.units].index(self.area.id)

    @property
    def own(self) -> Mapping[str, Figure]:
        """The unit's own figures by indicator."""
        return self.figures.get(self.area.id, {})

    @cached_property
    def in_phase(self) -> Framework:
        """What counts in the phase."""
        return self.basis.framework.in_phase(self.phase)

    @property
    def score(self) -> float | None:
        """The composite of the unit; None where too little is known."""
        if self.result is None or np.isnan(self.result.score[self.unit]):
            return None
        return round(float(self.result.score[self.unit]), 6)

    @property
    def why_no_score(self) -> Problem | None:
        """Why there is no score, as a sentence; None where there is one."""
        if self.score is not None:
            return None
        told = self.collected()
        n, of = sum(one.n for one in told), sum(one.of for one in told)
        if self.result is None or n < LEAST_COLLECTED * of:
            return Problem(
                N_("Of {of} indicators only {n} are known; a score needs at least {share}."),
                of=of, n=n, share=f"{LEAST_COLLECTED:.0%}",
            )  # fmt: skip
        thin = [
            g.id for g, ok in zip(
                self.result.tree.groups, self.result.enough[self.unit], strict=True
            ) if not ok
        ]  # fmt: skip
        return Problem(
            N_("Fewer than {share} of the parts of {groups} are known."),
            share=f"{self.result.recipe.least_share:.0%}", groups=", ".join(thin),
        )  # fmt: skip

    @property
    def rank(self) -> int | None:
        """The place among the units beside it that have a score; None without others."""
        if self.result is None or self.score is None or self.n_ranked < LEAST_RANKED:
            return None
        return int(self.result.ranks[self.unit])

    @property
    def n_ranked(self) -> int:
        """How many units beside it have a score, itself among them."""
        return 0 if self.result is None else int((~np.isnan(self.result.score)).sum())

    def collected(self) -> list[Collected]:
        """How much is known of this unit, by group of the first level."""
        roots = [r.id for r in self.in_phase.roots if self.in_phase.role(r.id) is Role.CAPACITY]
        groups = [c for root in roots for c in self.in_phase.children(root)]
        return [self._collected(group.id) for group in groups]

    @property
    def share_collected(self) -> float:
        """Of the indicators of capacity in this phase, the share that is known of this unit."""
        told = self.collected()
        return sum(one.n for one in told) / max(1, sum(one.of for one in told))

    def _collected(self, group: str) -> Collected:
        inside = [n.id for n in self.in_phase.indicators if self._lies_in(n.id, group)]
        judged = [n for n in inside if self.is_judged(n)]
        known = [n for n in inside if self._value(self.area.id, n) is not None]
        return Collected(group, len(known), len(judged), len(inside))

    def _lies_in(self, node_id: str, group: str) -> bool:
        while node_id and node_id != group:
            node_id = self.in_phase.by_id[node_id].parent
        return node_id == group

    def is_judged(self, indicator: str) -> bool:
        """Whether the unit's value is an expert's word."""
        figure = self.own.get(indicator)
        return (figure is None or figure.value is None) and (
            (self.area.id, indicator) in self.judged
        )

    def _value(self, area_id: int, indicator: str) -> float | None:
        figure = self.figures.get(area_id, {}).get(indicator)
        if figure is not None and figure.value is not None:
            return figure.value
        word = self.judged.get((area_id, indicator))
        return word.value if word else None


def framework() -> Framework:
    """The framework by which this city's records are scored."""
    return shipped(FRAMEWORK)


def basis_of(
    *, now: int, exercise: bool, path: str, as_of: int | None = None, formulas: Path | None = None
) -> Basis:
    """The framework and formulas of this city; ``as_of`` asks for the snapshot of that moment."""
    measured = framework()
    if formulas is None:
        counted_by = shipped_formulas(measured, vocabulary())
    else:
        counted_by = read_formulas(formulas.read_text("utf-8"), measured, vocabulary())
    snapshot = None
    if as_of is not None:
        snapshot = snapshots.required(
            path, framework=measured, until=min(as_of, now), exercise=exercise
        )
    return Basis(measured, counted_by, now, snapshot)


def phase_at(path: str, now: int, *, exercise: bool) -> str:
    """The phase of the framework that fits the mode declared at an area."""
    declared = declarations.in_force(path, now, exercise=exercise) or declarations.in_force(
        path, now
    )
    if declared is None or declared.mode != Mode.EMERGENCY:
        return "peacetime"
    return "recovery" if declared.phase == Phase.REOPEN else "response"


def study(
    actor: Actor, area: Area, *, basis: Basis, phase: str = "", language: str = "zh-hans",
    since: int | None = None,
) -> Study:  # fmt: skip
    """Score a unit, those beside it and those below it; raises NotAllowed or BadInput.

    ``since`` asks what moved since the last snapshot by that moment, and not since the last one.
    """
    can(actor, Ask(SEE, roles_for(SEE), area.path)).required()
    chosen = phase or phase_at(area.path, basis.now, exercise=actor.exercise)
    basis.framework.in_phase(chosen)  # refuses a phase that there is none of
    units, below = _beside(actor, area), _below(area)
    everyone = [*units, *below]
    if basis.snapshot:
        figures = snapshots.figures_of(basis.snapshot, everyone)
    else:
        figures = counted(everyone, basis.formulas, now=basis.now, exercise=actor.exercise)
    heard = judgements.heard(
        everyone, basis.framework, now=clock.seconds(basis.at), exercise=actor.exercise
    )
    recipe = default_recipe(basis.framework, phase=chosen)
    made = Study(
        area=area, basis=basis, phase=chosen, units=tuple(units), below=tuple(below),
        figures=figures, judged=heard,
        result=scored(basis.framework, units, figures, heard, recipe, language),
        parts=scored(basis.framework, below, figures, heard, recipe, language) if below else None,
        exercise=actor.exercise,
    )  # fmt: skip
    return replace(made, since=_since(made, recipe, since))


def scored(
    framework: Framework,
    areas: Iterable[Area],
    figures: Figures,
    judged: Heard,
    recipe: Recipe,
    language: str = "zh-hans",
    *,
    least: float = LEAST_COLLECTED,
) -> Evaluation | None:
    """The evaluation of some units; None where nothing of their capacity is known.

    A unit of which less than ``least`` of the phase's capacity is known has no composite: a few
    good figures would read as a good place.
    """
    listed = list(areas)
    columns = tuple(n.id for n in framework.indicators)
    values = np.full((len(listed), len(columns)), np.nan)
    reasons: dict[tuple[int, int], Missing] = {}
    for row, area in enumerate(listed):
        for at, name in enumerate(columns):
            figure = figures.get(area.id, {}).get(name)
            word = judged.get((area.id, name))
            if figure is not None and figure.value is not None:
                values[row, at] = figure.value
            elif word is not None:
                values[row, at] = word.value
            elif figure is not None and figure.why is not None:
                reasons[row, at] = MISSING[figure.why]
            else:
                reasons[row, at] = Missing.NOT_COLLECTED
    names = tuple(called(area, language) for area in listed)
    table = Table(tuple(str(a.id) for a in listed), columns, values, names, (), reasons)
    try:
        result = evaluate(table, framework, recipe)
    except BadInput:  # no indicator of this phase has a value
        return None
    if result.framework.role(result.root) is not Role.CAPACITY:
        return None
    whole = framework.in_phase(recipe.phase)
    capacity = [columns.index(n.id) for n in whole.indicators if _is_capacity(whole, n.id)]
    share = (~np.isnan(values[:, capacity])).mean(axis=1)
    told = result.scores.copy()
    told[share < least, result.tree.at(result.root)] = np.nan
    return replace(result, scores=told)


def _is_capacity(framework: Framework, node_id: str) -> bool:
    node = framework.by_id[node_id]
    while node.parent:
        node = framework.by_id[node.parent]
    return framework.role(node.id) is Role.CAPACITY


def called(area: Area, language: str) -> str:
    """The name of an area in a language, or the one it has."""
    if language.startswith("zh"):
        return area.name_zh
    return area.name_en or area.name_pinyin or area.name_zh


def reached(actor: Actor, areas: Iterable[Area]) -> list[Area]:
    """Those of some areas that the actor may see an evaluation of."""
    ranges = scope(actor, roles_for(SEE))
    return [a for a in areas if any(first <= a.path < end for first, end in ranges)]


def _beside(actor: Actor, area: Area) -> list[Area]:
    """The unit and those of its tier under the same parent, within reach."""
    if area.tier is None or area.parent_id is None:
        return [area]
    ranges = within(scope(actor, roles_for(SEE)))
    siblings = Area.objects.filter(ranges, parent_id=area.parent_id, valid_until=None)
    same = [one for one in siblings.order_by("path") if one.tier == area.tier][:MOST_BESIDE]
    return same if area in same else [area, *same]


def _below(area: Area) -> list[Area]:
    if area.tier in (None, Tier.COMMUNITY):
        return []
    children = Area.objects.filter(parent=area, valid_until=None).order_by("path")
    return [one for one in children if one.tier is not None][:MOST_BESIDE]


def _since(now: Study, recipe: Recipe, asked: int | None) -> Since | None:
    """What moved since the snapshot before, where goalposts and formulas are the same."""
    basis = now.basis
    until = clock.seconds(basis.at)
    earlier = snapshots.latest(
        now.area.path, framework=basis.framework, until=min(until, asked or until),
        exercise=now.exercise, before=basis.snapshot.id if basis.snapshot else None,
    )  # fmt: skip
    if earlier is None or now.result is None:
        return None
    digests = {name: f.digest() for name, f in basis.formulas.items()}
    if basis.snapshot:
        digests = basis.snapshot.digests
    otherwise = {name for name, digest in digests.items() if earlier.digests.get(name) != digest}
    then = snapshots.figures_of(earlier, [now.area]).get(now.area.id, {})
    both = {
        name for name, figure in now.own.items()
        if name not in otherwise and figure.value is not None
        and (before := then.get(name)) is not None and before.value is not None
    }  # fmt: skip

    def only(figures: Mapping[str, Figure]) -> Figures:
        return {now.area.id: {name: figures[name] for name in both}}

    pair = [
        scored(basis.framework, [now.area], only(figures), {}, recipe, least=0.0)
        for figures in (then, now.own)
    ]
    found = diagnosis.changes(pair[0], pair[1]) if pair[0] and pair[1] else []
    n = len(pair[0].table.columns) if pair[0] else 0
    return Since(earlier.at, found[0] if found else None, n, tuple(sorted(otherwise)))

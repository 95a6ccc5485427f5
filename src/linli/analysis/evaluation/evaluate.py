"""How does each unit score, step by step? The engine, and the one object that holds all of it."""

import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

import linli
from linli.analysis.evaluation.compiled import Compiled, availability, compiled, scores
from linli.analysis.evaluation.framework import Framework, Role
from linli.analysis.evaluation.imputation import imputed
from linli.analysis.evaluation.normalisation import low_ranks, normalised, percentile_rank
from linli.analysis.evaluation.recipe import Recipe, Weighting, recipe_from
from linli.analysis.evaluation.table import Missing, Table
from linli.analysis.evaluation.treatment import treated
from linli.analysis.evaluation.weights import weights_from
from linli.errors import N_, BadInput


@dataclass(frozen=True)
class Evaluation:
    """One evaluation with the data of every step. Arrays are (units, indicators or nodes)."""

    framework: Framework  # the part in use: its phase, and what was collected
    recipe: Recipe
    table: Table
    left_out: tuple[tuple[str, str], ...]  # indicator, reason
    filled: NDArray[np.float64]
    treated: NDArray[np.float64]
    treatments: tuple[str, ...]
    normalised: NDArray[np.float64]
    tree: Compiled
    enough: NDArray[np.bool_]
    scores: NDArray[np.float64]
    passed: NDArray[np.bool_]  # every veto condition is met
    version: str

    @cached_property
    def root(self) -> str:
        """The capacity composite; a framework of outcomes alone gives its first root."""
        roots = [r.id for r in self.framework.roots]
        capacity = [r for r in roots if self.framework.role(r) is Role.CAPACITY]
        return (capacity or roots)[0]

    def of(self, node_id: str) -> NDArray[np.float64]:
        """The scores of one node, a unit each; NaN where too little is known."""
        return self.scores[:, self.tree.at(node_id)]

    @cached_property
    def score(self) -> NDArray[np.float64]:
        """The composite of each unit."""
        return self.of(self.root)

    @cached_property
    def ranks(self) -> NDArray[np.float64]:
        """1 is best; equals share the better rank; NaN without a score."""
        return low_ranks(-self.score[:, None])[:, 0] + 1

    @cached_property
    def places(self) -> NDArray[np.float64]:
        """How many units stand below, in each indicator: (units, indicators)."""
        return low_ranks(self.normalised)

    def title(self, language: str = "en") -> str:
        """What the framework calls itself, in Chinese where it says so."""
        facts = self.framework.facts
        own = facts.get("title_zh", "") if language.startswith("zh") else ""
        return own or facts.get("title", self.framework.name)

    def percentiles(self, node_id: str) -> NDArray[np.float64]:
        """Share of other units below, rounded as the recipe says; CDC's RPL."""
        ranks = percentile_rank(self.of(node_id)[:, None])[:, 0]
        return ranks if self.recipe.decimals is None else np.round(ranks, self.recipe.decimals)

    @cached_property
    def missing_share(self) -> NDArray[np.float64]:
        """Share of each unit's indicators that had no value; imputed if the recipe imputes."""
        return np.isnan(self.table.values).mean(axis=1)

    def why_no_score(self, unit: int) -> str:
        """Which groups have too little, or nothing to say where there is a score."""
        if not np.isnan(self.score[unit]):
            return ""
        thin = [g.id for g, ok in zip(self.tree.groups, self.enough[unit], strict=True) if not ok]
        return f"fewer than {self.recipe.least_share:.0%} of the parts of {', '.join(thin)}"

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same input, recipe and framework."""
        digest = sha256(self.recipe.fingerprint().encode())
        digest.update(repr(self.framework.nodes).encode())
        digest.update(json.dumps([self.table.ids, self.table.columns]).encode())
        digest.update(np.ascontiguousarray(self.table.values).tobytes())
        return digest.hexdigest()[:16]


def default_recipe(framework: Framework, **changed: object) -> Recipe:
    """The recipe in the head of a framework's file, with changes."""
    said: dict[str, object] = {
        key.removeprefix("recipe."): value
        for key, value in framework.facts.items()
        if key.startswith("recipe.")
    }
    return recipe_from({**said, **changed})


def evaluate(table: Table, framework: Framework, recipe: Recipe | None = None) -> Evaluation:
    """Score every unit: screen, impute, treat, normalise, weigh, aggregate.

    Raises
    ------
    BadInput
        If a step cannot be taken; the sentence names the indicator.
    """
    recipe = recipe or default_recipe(framework)
    used, left_out, raw = _screened(table, framework.in_phase(recipe.phase))
    kept = Table(
        table.ids,
        tuple(n.id for n in used.indicators),
        raw,
        table.names,
        table.groups,
        _reasons(table, used),
        table.vetoes,
    )
    groups = np.array(table.groups) if table.groups else None
    nodes = used.indicators
    filled = imputed(raw, by=recipe.impute, groups=groups, names=kept.columns)
    calm = treated(filled, recipe)
    level = normalised(calm.values, nodes, recipe, groups=groups)
    _refuse_new_gaps(level, filled, kept)
    own = None
    if recipe.weighting is not Weighting.GIVEN:
        own = weights_from(level, by=recipe.weighting)
    tree = compiled(used, own)
    enough = availability(tree, ~np.isnan(raw), recipe.least_share)
    return Evaluation(
        framework=used,
        recipe=recipe,
        table=kept,
        left_out=left_out,
        filled=filled,
        treated=calm.values,
        treatments=calm.done,
        normalised=level,
        tree=tree,
        enough=enough,
        scores=scores(tree, level, recipe, enough=enough),
        passed=_passed(table, framework),
        version=linli.__version__,
    )


def _reasons(table: Table, used: Framework) -> dict[tuple[int, int], Missing]:
    """The reasons of the columns in use, under their new numbers."""
    new = {n.id: at for at, n in enumerate(used.indicators)}
    return {
        (unit, new[table.columns[at]]): reason
        for (unit, at), reason in table.reasons.items()
        if at < len(table.columns) and table.columns[at] in new
    }


def _screened(
    table: Table, framework: Framework
) -> tuple[Framework, tuple[tuple[str, str], ...], NDArray[np.float64]]:
    """Leave out what nobody collected, and the groups that are then empty; say so."""
    place = {column: at for at, column in enumerate(table.columns)}
    left_out = [
        (n.id, "not collected")
        for n in framework.indicators
        if n.id not in place or np.isnan(table.values[:, place[n.id]]).all()
    ]
    gone = {name for name, _ in left_out}
    nodes = [n for n in framework.nodes if n.id not in gone]
    while True:
        parents = {n.parent for n in nodes}
        kept = [n for n in nodes if n.kind != "group" or n.id in parents]
        if len(kept) == len(nodes):
            break
        nodes = kept
    used = Framework(framework.name, tuple(nodes), framework.facts)
    if not used.indicators:
        raise BadInput(N_("No indicator of {name} has a value. Fill one in."), name=framework.name)
    columns = [place[n.id] for n in used.indicators]
    return used, tuple(left_out), table.values[:, columns]


def _refuse_new_gaps(level: NDArray, filled: NDArray, table: Table) -> None:
    lost = np.isnan(level) & ~np.isnan(filled)
    if lost.any():
        unit, at = (int(k) for k in np.argwhere(lost)[0])
        raise BadInput(
            N_("{indicator} of {unit} is {value}, which cannot be normalised. Check the value."),
            indicator=table.columns[at],
            unit=table.ids[unit],
            value=f"{filled[unit, at]:g}",
        )


def _passed(table: Table, framework: Framework) -> NDArray[np.bool_]:
    passed = np.ones(len(table.ids), dtype=bool)
    for node in framework.vetoes:
        met = table.vetoes.get(node.id)
        passed &= (met >= (1.0 if node.worst is None else node.worst)) if met is not None else False
    return passed

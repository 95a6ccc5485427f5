"""Would another reasonable choice have changed the order? Many evaluations, run in batches."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.evaluation import sobol
from linli.analysis.evaluation.compiled import scores
from linli.analysis.evaluation.evaluate import Evaluation, evaluate
from linli.analysis.evaluation.normalisation import low_ranks
from linli.analysis.evaluation.recipe import Recipe
from linli.analysis.evaluation.sobol import Indices
from linli.errors import N_, BadInput, Problem

BATCH_CELLS = 4_000_000  # numbers held at once for scores of all nodes
BLOCK_UNITS = 2048  # units scored at once
WEIGHTS = "weights"


@dataclass(frozen=True)
class Choice:
    """A choice of the recipe that may fall otherwise: the field and its options."""

    field: str
    options: tuple[Any, ...]


@dataclass(frozen=True)
class Noise:
    """Weights that may be off by a share, up or down, independently at every level."""

    share: float = 0.25
    n_sets: int = 1000


@dataclass(frozen=True)
class Plan:
    """What varies, how often, and by which dice."""

    factors: tuple[Choice | Noise, ...]
    n: int
    seed: int

    def __post_init__(self) -> None:
        for factor in self.factors:
            if isinstance(factor, Noise):
                if not 0 < factor.share <= 1 or factor.n_sets < 1:
                    raise BadInput(N_("Noise needs a share above 0 and up to 1, and a set."))
                continue
            if factor.field not in Recipe.__dataclass_fields__ or not factor.options:
                raise BadInput(
                    N_("{given} is no choice of a recipe, or has no options. Known: {known}."),
                    given=factor.field,
                    known=tuple(Recipe.__dataclass_fields__),
                )

    def names(self) -> tuple[str, ...]:
        """What each factor is called."""
        return tuple(WEIGHTS if isinstance(f, Noise) else f.field for f in self.factors)


@dataclass(frozen=True)
class Replicates:
    """Every replicate's parameters, scores and ranks; a failed one has its reason."""

    plan: Plan
    picks: NDArray[np.intp]  # (replicates, factors): which option, or which set of weights
    scores: NDArray[np.float64]  # (units, replicates)
    ranks: NDArray[np.float64]
    failures: dict[int, str]

    def parameters(self, replicate: int) -> dict[str, Any]:
        """What this replicate chose."""
        return {
            name: f"set {pick}" if isinstance(factor, Noise) else factor.options[pick]
            for name, factor, pick in zip(
                self.plan.names(), self.plan.factors, self.picks[replicate], strict=True
            )
        }

    def rank_interval(self, *, level: float = 0.9) -> NDArray[np.float64]:
        """Low, median and high rank of each unit, shape (units, 3)."""
        tail = (1 - level) / 2
        good = self.ranks[:, ~np.isnan(self.ranks).all(axis=0)]
        return np.nanquantile(good, (tail, 0.5, 1 - tail), axis=1, method="nearest").T

    def share_in_top(self, k: int, *, bottom: bool = False) -> NDArray[np.float64]:
        """Share of the replicates in which each unit is among the first, or last, k."""
        there = ~np.isnan(self.ranks)
        n = there.sum(axis=0)
        inside = self.ranks > n - k if bottom else self.ranks <= k
        return (inside & there).sum(axis=1) / np.maximum(there.sum(axis=1), 1)


@dataclass(frozen=True)
class Sensitivity:
    """Sobol indices of the mean shift in rank, of each unit's score and of each unit's rank."""

    factors: tuple[str, ...]
    shift: Indices  # one output
    score: Indices  # one output a unit
    rank: Indices
    replicates: Replicates


def uncertainty(base: Evaluation, plan: Plan) -> Replicates:
    """Evaluate again `plan.n` times with choices drawn by scrambled Sobol points."""
    return _run(base, plan, sobol.points(plan.n, len(plan.factors), seed=plan.seed))


def sensitivity(base: Evaluation, plan: Plan) -> Sensitivity:
    """Which factor moves scores and ranks: n (2 d + 2) evaluations.

    Raises
    ------
    BadInput
        If a replicate fails, or a unit has no score in one: indices would be about other units.
    """
    d = len(plan.factors)
    at = sobol.design(plan.n, d, seed=plan.seed)
    ran = _run(base, plan, at.reshape(-1, d))
    if ran.failures:
        number, reason = next(iter(ran.failures.items()))
        raise BadInput(
            N_("Replicate {number} ({parameters}) failed: {reason} Remove that option."),
            number=number,
            parameters=str(ran.parameters(number)),
            reason=reason,
        )
    known = ~np.isnan(ran.scores).any(axis=1)
    if not known.any():
        raise BadInput(N_("No unit has a score in every replicate, so nothing can be compared."))
    shift = np.abs(ran.ranks[known] - base.ranks[known, None]).mean(axis=0)

    def shaped(outputs: NDArray) -> NDArray:
        return outputs.T.reshape(2 * d + 2, plan.n, -1)

    return Sensitivity(
        plan.names(),
        sobol.indices(shaped(shift[None]), seed=plan.seed),
        sobol.indices(shaped(ran.scores[known]), seed=plan.seed),
        sobol.indices(shaped(ran.ranks[known]), seed=plan.seed),
        ran,
    )


def _run(base: Evaluation, plan: Plan, at: NDArray) -> Replicates:
    sizes = [f.n_sets if isinstance(f, Noise) else len(f.options) for f in plan.factors]
    picks = np.minimum((at * sizes).astype(np.intp), np.array(sizes) - 1)
    noisy = {k: f for k, f in enumerate(plan.factors) if isinstance(f, Noise)}
    choices = {k: f for k, f in enumerate(plan.factors) if isinstance(f, Choice)}
    plain = list(choices)
    whole = np.full((len(base.table.ids), len(picks)), np.nan)
    failures: dict[int, str] = {}
    variants, which = np.unique(picks[:, plain], axis=0, return_inverse=True)
    for number, variant in enumerate(variants):
        rows = np.flatnonzero(which.ravel() == number)
        said = {
            one.field: one.options[pick]
            for one, pick in zip(choices.values(), variant, strict=True)
        }
        try:
            _fill(whole, rows, base, said, plan, picks, noisy)
        except Problem as problem:
            failures |= {int(row): problem.tell() for row in rows}
    ranks = np.empty_like(whole)
    step = max(1, BATCH_CELLS // max(1, len(whole)))
    for start in range(0, whole.shape[1], step):
        ranks[:, start : start + step] = low_ranks(-whole[:, start : start + step]) + 1
    return Replicates(plan, picks, whole, ranks, failures)


def _fill(
    whole: NDArray,
    rows: NDArray,
    base: Evaluation,
    said: dict[str, Any],
    plan: Plan,
    picks: NDArray,
    noisy: Mapping[int, Noise],
) -> None:
    """Evaluate one combination of choices once, then all its sets of weights in batches."""
    made = evaluate(base.table, base.framework, replace(base.recipe, **said))
    root = made.tree.at(base.root)
    if not noisy:
        whole[:, rows] = made.scores[:, root, None]
        return
    sets = {k: _noise(made, noise, plan.seed + k) for k, noise in noisy.items()}
    step = max(1, BATCH_CELLS // (min(len(whole), BLOCK_UNITS) * len(made.tree.ids)))
    for start in range(0, len(rows), step):
        batch = rows[start : start + step]
        weights = []
        for g, group in enumerate(made.tree.groups):
            shaken = np.repeat(group.weights[:, None], len(batch), axis=1)
            for k in noisy:
                shaken = shaken * sets[k][g][:, picks[batch, k]]
            weights.append(shaken / shaken.sum(axis=0))
        for first in range(0, len(whole), BLOCK_UNITS):  # units do not meet once normalised
            block = slice(first, first + BLOCK_UNITS)
            told = scores(
                made.tree,
                made.normalised[block],
                made.recipe,
                enough=made.enough[block],
                weights=tuple(weights),
            )
            whole[block, batch] = told[:, root]


def _noise(made: Evaluation, noise: Noise, seed: int) -> list[NDArray[np.float64]]:
    dice = np.random.default_rng(seed)
    return [
        1 + noise.share * dice.uniform(-1, 1, (len(g.parts), noise.n_sets))
        for g in made.tree.groups
    ]

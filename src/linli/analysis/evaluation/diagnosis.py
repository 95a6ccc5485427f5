"""What holds a place back, and what would help most? From a score back to what can be done."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from linli.analysis.evaluation.aggregation import POWERS, secant
from linli.analysis.evaluation.compiled import scores
from linli.analysis.evaluation.evaluate import Evaluation
from linli.analysis.evaluation.normalisation import low_ranks, normalised
from linli.analysis.evaluation.recipe import Aggregate, Normalise
from linli.errors import N_, BadInput

N_PEERS = 5  # of the same kind, the nearest first; assumed


@dataclass(frozen=True)
class Need:
    """One indicator that holds a unit back."""

    indicator: str
    value: float
    target: float  # in the indicator's own unit; NaN where neither target nor goalpost is known
    takes: float  # how far the value has to move, in its own unit
    shortfall: float  # on the normalised scale
    weight: float  # what one normalised point is worth in points of the score
    gain: float  # shortfall times weight: points of the score


@dataclass(frozen=True)
class Change:
    """One unit at two times, with what each indicator did to the difference."""

    unit: str
    before: float
    after: float
    by_indicator: dict[str, float]  # adds to after - before


def needs(result: Evaluation, unit: int) -> list[Need]:
    """Shortfalls to target times effective weight, the largest gain first."""
    worth = point_worth(result)[unit]
    targets = _targets(result)
    reach = _target_level(result, targets)
    found = []
    for at, node in enumerate(result.framework.indicators):
        value, level = result.filled[unit, at], result.normalised[unit, at]
        if np.isnan(value) or worth[at] == 0:
            continue
        short = max(0.0, reach[at] - level)
        takes = targets[at] - value if short > 0 else 0.0
        found.append(Need(node.id, value, targets[at], takes, short, worth[at], short * worth[at]))
    return sorted(found, key=lambda need: -need.gain)


def point_worth(result: Evaluation) -> NDArray[np.float64]:
    """What one more normalised point of each indicator adds to each unit's score, at the margin."""
    return _chain(result, result.scores)


def contributions(result: Evaluation, *, reference: int | None = None) -> NDArray[np.float64]:
    """How much of each unit's score comes from each indicator; rows add to the score.

    With a `reference` unit rows add to the difference from it. Exact for the arithmetic, power,
    geometric and harmonic means: the inner functions' secants are multiplied up the tree.

    Raises
    ------
    BadInput
        For MPI, where no such split exists, and for a mean that does not exist at zero.
    """
    if reference is None:
        kinds = {result.recipe.at_level(g.level) for g in result.tree.groups}
        if kinds & {Aggregate.GEOMETRIC, Aggregate.HARMONIC}:
            raise BadInput(
                N_("A geometric score has no parts from zero. Name a unit to compare with.")
            )
        base = np.zeros_like(result.scores)
        base[np.isnan(result.scores)] = np.nan
    else:
        base = np.broadcast_to(result.scores[reference], result.scores.shape)
    n = result.normalised.shape[1]
    rate = _chain(result, base)
    both = np.isnan(result.normalised) != np.isnan(base[:, :n])
    if reference is not None and both.any():
        unit, at = (int(k) for k in np.argwhere(both)[0])
        raise BadInput(
            N_("{unit} and its reference lack different indicators ({indicator}). Impute first."),
            unit=result.table.ids[unit],
            indicator=result.table.columns[at],
        )
    return np.where(np.isnan(result.normalised), 0.0, rate * (result.normalised - base[:, :n]))


def apart(result: Evaluation, unit: int, reference: int) -> tuple[NDArray[np.float64], float]:
    """What sets a unit apart from another, by indicator, and what is due to differing gaps.

    Both together add to the difference of the scores; without differing gaps the second is zero.
    """
    base = np.broadcast_to(result.scores[reference], result.scores.shape)
    rate = _chain(result, base)[unit]
    moved = rate * (result.normalised[unit] - result.normalised[reference])
    parts = np.where(np.isnan(moved), 0.0, moved)
    return parts, float(result.score[unit] - result.score[reference] - parts.sum())


def without_each(result: Evaluation) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Score and rank of each unit with one indicator left out: (units, indicators) each."""
    n = result.normalised.shape[1]
    weights = []
    for group in result.tree.groups:
        shares = np.repeat(group.weights[:, None], n, axis=1)
        for row, part in enumerate(group.parts):
            if part < n and len(group.parts) > 1:
                shares[row, part] = 0.0
        weights.append(shares)
    told = scores(
        result.tree, result.normalised, result.recipe, enough=result.enough, weights=tuple(weights)
    )[:, result.tree.at(result.root)]
    return told, low_ranks(-told) + 1


def peers(result: Evaluation, unit: int, *, n: int = N_PEERS) -> list[int]:
    """The most similar units of the same group, by their profile."""
    same = np.ones(len(result.table.ids), dtype=bool)
    if result.table.groups:
        same = np.array(result.table.groups) == result.table.groups[unit]
    same[unit] = False
    with np.errstate(all="ignore"):
        apart = (result.normalised - result.normalised[unit]) ** 2
        n_both = (~np.isnan(apart)).sum(axis=1)
        distance = np.sqrt(np.nansum(apart, axis=1) / n_both)
    near = [int(k) for k in np.argsort(distance, kind="stable") if same[k] and n_both[k] > 0]
    return near[:n]


def strengths(result: Evaluation, unit: int, *, n: int = 5) -> tuple[list[str], list[str]]:
    """The indicators in which the unit stands highest and lowest among all, best first."""
    places = result.places[unit]
    known = [int(k) for k in np.argsort(-places, kind="stable") if not np.isnan(places[k])]
    names = [result.table.columns[k] for k in known]
    half = min(n, len(names) // 2)
    return names[:half], names[::-1][:half]


def changes(before: Evaluation, after: Evaluation) -> list[Change]:
    """What happened between two evaluations, unit by unit, under the same fixed goalposts.

    Raises
    ------
    BadInput
        If goalposts moved, or the recipe or the indicators differ: scores are then not comparable.
    """
    if before.recipe != after.recipe or before.recipe.normalise is not Normalise.GOALPOSTS:
        raise BadInput(N_("Change over time needs the same recipe at both times, with goalposts."))
    if before.framework.indicators != after.framework.indicators:
        raise BadInput(N_("The indicators or goalposts differ between the two times."))
    place = {unit: at for at, unit in enumerate(before.table.ids)}
    found = []
    for at, unit in enumerate(after.table.ids):
        if unit not in place:
            continue
        pair = replace(
            after,
            normalised=np.stack([before.normalised[place[unit]], after.normalised[at]]),
            scores=np.stack([before.scores[place[unit]], after.scores[at]]),
            table=replace(
                after.table,
                ids=(f"{unit} before", unit),
                names=(),
                groups=(),
                reasons={},
                values=np.stack([before.table.values[place[unit]], after.table.values[at]]),
            ),
        )
        if np.isnan(pair.score).any():
            continue
        moved = contributions(pair, reference=0)[1]
        split = dict(zip(after.table.columns, moved.tolist(), strict=True))
        found.append(Change(unit, float(pair.score[0]), float(pair.score[1]), split))
    return found


def _chain(result: Evaluation, base: NDArray) -> NDArray[np.float64]:
    """The product of secants from each indicator up to the root, shape (units, indicators)."""
    tree, recipe = result.tree, result.recipe
    n = result.normalised.shape[1]
    rate = np.zeros_like(result.scores)
    rate[:, tree.at(result.root)] = 1.0
    for number in range(len(tree.groups) - 1, -1, -1):
        group = tree.groups[number]
        by = recipe.at_level(group.level)
        if by is Aggregate.MPI:
            raise BadInput(N_("The MPI cannot be split into parts that add up."))
        here, then = result.scores[:, group.parts], base[:, group.parts]
        there = ~np.isnan(here) & ~np.isnan(then)
        share = np.where(there, group.weights, 0.0)
        if by is not Aggregate.SUM:
            with np.errstate(all="ignore"):
                share = share / share.sum(axis=1, keepdims=True)
            exponent = POWERS.get(by, recipe.power)
            top = n + number
            outer = secant(result.scores[:, top], base[:, top], exponent)
            floor = recipe.floor
            inner = secant(np.maximum(here, floor), np.maximum(then, floor), exponent)
            share = share * inner / outer[:, None]
        else:
            share = (group.weights > 0).astype(float)
        share = np.where(there, share, 0.0)
        rate[:, group.parts] = rate[:, [n + number]] * share
    return rate[:, :n]


def _targets(result: Evaluation) -> NDArray[np.float64]:
    said = [n.target if n.target is not None else n.best for n in result.framework.indicators]
    return np.array([np.nan if t is None else t for t in said], dtype=float)


def _target_level(result: Evaluation, targets: NDArray) -> NDArray[np.float64]:
    nodes, recipe = result.framework.indicators, result.recipe
    if recipe.normalise in {Normalise.GOALPOSTS, Normalise.TARGET}:
        return normalised(targets[None], nodes, replace(recipe, within_groups=False))[0]
    return np.nanmax(result.normalised, axis=0)

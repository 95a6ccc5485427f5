"""How do households, hours and percentages come on one scale? Every way says what it lost."""

import numpy as np
from numpy.typing import NDArray

from linli.analysis.evaluation.framework import Node
from linli.analysis.evaluation.recipe import Normalise, Recipe
from linli.errors import N_, BadInput

Z_CENTRE, Z_SPREAD = 100.0, 10.0  # of the Mazziotta-Pareto scale


class ConstantIndicator(BadInput):
    """All units have the same value, so nothing can be told apart by it."""

    code = "constant_indicator"
    sentence = N_(
        "{indicator} is {value} for every unit{where}, so it cannot be normalised by {by}. "
        "Leave it out, or give it goalposts."
    )


def normalised(
    values: NDArray[np.float64],
    nodes: tuple[Node, ...],
    recipe: Recipe,
    *,
    groups: NDArray | None = None,
) -> NDArray[np.float64]:
    """Bring every indicator on the scale of the recipe, more being better.

    Parameters
    ----------
    values
        Shape (units, indicators); missing is NaN and stays NaN.
    nodes
        One an indicator: direction, goalposts, target.

    Raises
    ------
    BadInput
        If an indicator lacks the goalposts or target that the way needs, or does not vary.
    """
    if recipe.within_groups:
        if groups is None:
            raise BadInput(N_("Comparing within groups needs the column group."))
        out = np.empty_like(values)
        for group in np.unique(groups):
            inside = groups == group
            out[inside] = _whole(values[inside], nodes, recipe, where=f" ({group})")
    else:
        out = _whole(values, nodes, recipe, where="")
    return out if recipe.decimals is None else np.round(out, recipe.decimals)


def percentile_rank(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the other units that stand below, per column: (least rank - 1) / (n - 1).

    Source: CDC/ATSDR SVI documentation; Excel's PERCENTRANK.INC. Ties share the least rank.
    """
    ranks = low_ranks(values)
    n = (~np.isnan(values)).sum(axis=0)
    with np.errstate(all="ignore"):
        return ranks / (n - 1.0)


def low_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many units stand strictly below, per column; missing stays missing."""
    lanes = np.ascontiguousarray(np.moveaxis(values, 0, -1))  # one column after the other
    order = np.argsort(lanes, axis=-1, kind="stable")  # NaN goes last
    ordered = np.take_along_axis(lanes, order, axis=-1)
    fresh = np.ones(lanes.shape, dtype=bool)
    fresh[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    first = np.maximum.accumulate(np.where(fresh, np.arange(len(values)), 0), axis=-1)
    ranks = np.empty(lanes.shape)
    np.put_along_axis(ranks, order, first.astype(float), axis=-1)
    ranks[np.isnan(lanes)] = np.nan
    return np.ascontiguousarray(np.moveaxis(ranks, -1, 0))


def _whole(values: NDArray, nodes: tuple[Node, ...], recipe: Recipe, *, where: str) -> NDArray:
    by, scale = recipe.normalise, recipe.scale
    sign = np.array([n.direction for n in nodes], dtype=float)
    if by is Normalise.GOALPOSTS:
        return _goalposts(values, nodes) * scale
    if by is Normalise.TARGET:
        return _target(values, nodes) * scale
    if by is Normalise.NONE:
        return values * sign
    turned = values * sign
    if by is Normalise.PERCENTILE:
        return percentile_rank(turned) * scale
    if by is Normalise.BORDA:
        return low_ranks(turned)
    _refuse_constant(values, nodes, str(by), where)
    low, high = np.nanmin(turned, axis=0), np.nanmax(turned, axis=0)
    if by is Normalise.MIN_MAX:
        return (turned - low) / (high - low) * scale
    if by is Normalise.CATEGORIES:
        classes = np.floor((turned - low) / (high - low) * recipe.n_categories)
        return np.minimum(classes, recipe.n_categories - 1) + 1
    mean = np.nanmean(turned, axis=0)
    return Z_CENTRE + Z_SPREAD * (turned - mean) / np.nanstd(turned, axis=0, ddof=1)


def _goalposts(values: NDArray, nodes: tuple[Node, ...]) -> NDArray:
    lacking = [n.id for n in nodes if n.worst is None]
    if lacking:
        raise BadInput(
            N_("No goalposts for {lacking}. Give worst and best, or normalise another way."),
            lacking=lacking,
        )
    worst = np.array([n.worst for n in nodes], dtype=float)
    best = np.array([n.best for n in nodes], dtype=float)
    logs = np.array([n.transform == "log" for n in nodes])
    if logs.any():
        values, worst, best = values.copy(), worst.copy(), best.copy()
        with np.errstate(all="ignore"):
            values[:, logs] = np.log(values[:, logs])
        if np.isneginf(values).any():
            raise BadInput(N_("A value at or below zero has no logarithm; check the indicator."))
        worst[logs], best[logs] = np.log(worst[logs]), np.log(best[logs])
    return np.clip((values - worst) / (best - worst), 0.0, 1.0)


def _target(values: NDArray, nodes: tuple[Node, ...]) -> NDArray:
    lacking = [n.id for n in nodes if n.target is None or n.worst is None]
    if lacking:
        raise BadInput(
            N_("No target and worst value for {lacking}. Give both, or normalise another way."),
            lacking=lacking,
        )
    worst = np.array([n.worst for n in nodes], dtype=float)
    target = np.array([n.target for n in nodes], dtype=float)
    return np.clip((values - worst) / (target - worst), 0.0, 1.0)


def _refuse_constant(values: NDArray, nodes: tuple[Node, ...], by: str, where: str) -> None:
    same = ~(np.nanmax(values, axis=0) > np.nanmin(values, axis=0))
    if same.any():
        at = int(same.argmax())
        raise ConstantIndicator(
            indicator=nodes[at].id, value=f"{np.nanmax(values[:, at]):g}", by=by, where=where
        )

"""How do the parts become one number, and how far may strength in one make up for another?"""

import numpy as np
from numpy.typing import NDArray

from linli.analysis.evaluation.recipe import Aggregate
from linli.errors import N_, BadInput

POWERS = {Aggregate.ARITHMETIC: 1.0, Aggregate.GEOMETRIC: 0.0, Aggregate.HARMONIC: -1.0}


class NoMean(BadInput):
    """A mean does not exist for one of the values."""

    code = "no_mean"
    sentence = N_(
        "The {by} mean of {group} does not exist: {value} at row {unit}, part {part}. "
        "Set a floor above zero, or aggregate another way."
    )


def aggregated(
    parts: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    by: Aggregate,
    power: float = 0.5,
    group: str = "",
) -> NDArray[np.float64]:
    """One number a unit from its parts; what is missing is left out and the rest count more.

    Parameters
    ----------
    parts
        Shape (units, parts) or, for replicates, (units, parts, replicates); missing is NaN.
    weights
        Shape (parts,) or (parts, replicates); any scale.

    Returns
    -------
    Shape (units,) or (units, replicates). NaN where every part is missing.
    """
    gaps = np.isnan(parts)
    if by is Aggregate.MPI:
        return _mpi(parts, gaps)
    exponent = POWERS.get(by, power)
    if by in POWERS or by is Aggregate.POWER:
        _refuse(parts, exponent, by, group)
    if by is Aggregate.SUM:  # points are added as they are; a weight of zero leaves a part out
        exponent, weights = 1.0, (weights > 0).astype(float)
    moved = _forward(parts, exponent)
    if not gaps.any():
        total = _weighted(moved, weights)
        if by is Aggregate.SUM:
            return total
        return _back(total / weights.sum(axis=0), exponent)
    total = _weighted(np.where(gaps, 0.0, moved), weights)
    there = _weighted((~gaps).astype(float), weights)
    if by is Aggregate.SUM:
        return np.where(there > 0, total, np.nan)
    with np.errstate(all="ignore"):
        return _back(np.where(there > 0, total / there, np.nan), exponent)


def secant(at: NDArray, reference: NDArray, exponent: float) -> NDArray[np.float64]:
    """Slope of a power mean's inner function between two values, its derivative where equal."""
    near = np.abs(at - reference) <= 1e-9 * np.maximum(1.0, np.abs(at))
    gap = np.where(near, 1.0, at - reference)
    with np.errstate(all="ignore"):
        slope = (_forward(at, exponent) - _forward(reference, exponent)) / gap
        here = 1 / at if exponent == 0 else exponent * at ** (exponent - 1)
    return np.where(near, here, slope)


def _forward(values: NDArray, exponent: float) -> NDArray:
    if exponent == 1:
        return values
    with np.errstate(all="ignore"):
        return np.log(values) if exponent == 0 else values**exponent


def _back(values: NDArray, exponent: float) -> NDArray:
    if exponent == 1:
        return values
    return np.exp(values) if exponent == 0 else values ** (1 / exponent)


def _weighted(parts: NDArray, weights: NDArray) -> NDArray:
    if parts.ndim == 2:
        return parts @ weights
    return np.einsum("upr,pr->ur", parts, np.broadcast_to(
        weights if weights.ndim == 2 else weights[:, None], parts.shape[1:]))  # fmt: skip


def _refuse(parts: NDArray, exponent: float, by: Aggregate, group: str) -> None:
    wrong = parts < 0 if exponent > 0 and exponent != 1 else parts <= 0
    if exponent != 1 and wrong.any():
        unit, part, *_ = np.argwhere(wrong)[0]
        raise NoMean(by=str(by), group=group, value=f"{parts[wrong][0]:g}", unit=unit, part=part)


def _mpi(parts: NDArray, gaps: NDArray) -> NDArray:
    """Mean less a penalty for unevenness: M - S^2 / M, on z-scores around 100.

    Source: Mazziotta and Pareto (2016), doi:10.1007/s11205-015-0998-2, for capacity (penalty
    subtracted); weights are equal by design.
    """
    with np.errstate(all="ignore"):
        n = (~gaps).sum(axis=1)
        mean = np.where(gaps, 0.0, parts).sum(axis=1) / n
        square = np.where(gaps, 0.0, (parts - np.expand_dims(mean, 1)) ** 2).sum(axis=1) / n
        if (mean <= 0).any():
            raise BadInput(N_("The MPI needs means above zero; normalise by z_score first."))
        return mean - square / mean

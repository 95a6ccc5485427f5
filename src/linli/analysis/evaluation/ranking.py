"""Who stands where, when units are compared with each other instead of with a goal?"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput


class Scaling(StrEnum):
    """How TOPSIS makes columns comparable: the choice can turn the order round, so it is said."""

    VECTOR = "vector"
    MIN_MAX = "min_max"
    SUM = "sum"
    MAX = "max"


@dataclass(frozen=True)
class Closeness:
    """TOPSIS scores with the scaling they were made by."""

    scores: NDArray[np.float64]
    scaling: Scaling


@dataclass(frozen=True)
class Compromise:
    """VIKOR: S is group utility, R the worst regret, Q the compromise; less is better."""

    s: NDArray[np.float64]
    r: NDArray[np.float64]
    q: NDArray[np.float64]


def topsis(
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    direction: NDArray | None = None,
    scaling: Scaling = Scaling.VECTOR,
) -> Closeness:
    """Closeness to the best seen against distance to the worst seen, 0 to 1.

    Source: Hwang and Yoon (1981), doi:10.1007/978-3-642-48318-9.
    """
    _refuse_gaps(values)
    sign = np.ones(values.shape[1]) if direction is None else np.asarray(direction, dtype=float)
    low, high = values.min(axis=0), values.max(axis=0)
    base = {
        Scaling.VECTOR: np.sqrt((values**2).sum(axis=0)),
        Scaling.MIN_MAX: high - low,
        Scaling.SUM: values.sum(axis=0),
        Scaling.MAX: high,
    }[scaling]
    if not (base > 0).all():
        raise BadInput(
            N_("Column {at} cannot be scaled by {by}: it is zero or constant. Leave it out."),
            at=int((~(base > 0)).argmax()),
            by=str(scaling),
        )
    start = low if scaling is Scaling.MIN_MAX else 0.0
    shared = (values - start) / base * (weights / weights.sum()) * sign
    to_best = np.sqrt(((shared - shared.max(axis=0)) ** 2).sum(axis=1))
    to_worst = np.sqrt(((shared - shared.min(axis=0)) ** 2).sum(axis=1))
    whole = to_best + to_worst
    if not (whole > 0).all():
        raise BadInput(N_("All units are equal, so none is closer to the best than another."))
    return Closeness(to_worst / whole, scaling)


def vikor(
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    direction: NDArray | None = None,
    majority: float = 0.5,
) -> Compromise:
    """A compromise between what suits most and what hurts nobody too much.

    Source: Opricovic and Tzeng (2004), doi:10.1016/S0377-2217(03)00020-1.
    """
    _refuse_gaps(values)
    turned = values * (1.0 if direction is None else np.asarray(direction, dtype=float))
    best, worst = turned.max(axis=0), turned.min(axis=0)
    if not (best > worst).all():
        raise BadInput(
            N_("Column {at} is constant. Leave it out."), at=int((best <= worst).argmax())
        )
    regret = weights / weights.sum() * (best - turned) / (best - worst)
    s, r = regret.sum(axis=1), regret.max(axis=1)
    return Compromise(s, r, majority * _unit(s) + (1 - majority) * _unit(r))


def copeland(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Duels won less duels lost: a unit wins where the indicators it leads weigh more.

    Source: Munda and Nardo (2009) outranking as in COINr's a_copeland; more is better.
    """
    _refuse_gaps(values)
    share = weights / weights.sum()
    score = np.empty(len(values))
    for at, own in enumerate(values):
        lead = ((own > values) @ share) - ((own < values) @ share)
        score[at] = np.sign(np.where(np.abs(lead) < 1e-12, 0.0, lead)).sum()
    return score


def _unit(values: NDArray) -> NDArray:
    span = values.max() - values.min()
    return (values - values.min()) / span if span > 0 else np.zeros_like(values)


def _refuse_gaps(values: NDArray) -> None:
    if np.isnan(values).any():
        unit, at = (int(k) for k in np.argwhere(np.isnan(values))[0])
        raise BadInput(
            N_("Row {unit}, column {at} is missing; impute first, or leave it out."),
            unit=unit,
            at=at,
        )

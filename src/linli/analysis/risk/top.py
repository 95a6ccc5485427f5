"""How sure is a place on the list? The share of draws in which a community is among the k riskiest.

Weights are drawn around those of the model (Dirichlet), the reach of the kernel around its own
(log-normal), and each factor around what was measured (normal). Nothing is refitted by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.risk.communities import Floats
from linli.analysis.risk.importation import Sources, importation
from linli.analysis.risk.model import IMPORTATION
from linli.analysis.risk.score import Risk, scale
from linli.errors import N_, BadInput

FIRMNESS = 20.0  # how close drawn weights stay to the model's: pseudo-counts of the Dirichlet
REACH_SPREAD = (
    0.35  # of the logarithm of the kernel's reach: two thirds lie within 0.7 to 1.4 times
)
REACHES = 9  # points between which the importation of a draw is read off
DRAWS_AT_ONCE = 100
LEAST_MEAN = np.float32(1e-3)  # of a dimension, where noise would take it below
PLACE_BITS = 31
STABLE = 0.9  # a member of the list that is there in so many draws is there whatever is unsure


Singles = NDArray[np.float32]


@dataclass(frozen=True)
class Certainty:
    """Of each community: in which share of draws it is among the k riskiest, and its ranks.

    ``in_top``: (n,) from 0 to 1, NaN without a score. ``rank_low``, ``rank_high``: the middle
    90 % of its ranks, 1 being the riskiest. ``stable``: share of the list that stays in 90 of 100
    draws. ``n_draws`` and ``seed`` make it again.
    """

    k: int
    n_draws: int
    seed: int
    in_top: Floats
    rank_low: Floats
    rank_high: Floats
    stable: float


def certainty(
    risk: Risk,
    *,
    k: int,
    n_draws: int = 1000,
    seed: int = 1,
    sources: Sources | None = None,
    firmness: float = FIRMNESS,
    reach_spread: float = REACH_SPREAD,
) -> Certainty:
    """Draw weights, reach and measurements many times, and count who is on the list.

    ``sources``: those the risk was assessed with; without them the reach is not drawn.
    """
    if n_draws < 1:
        raise BadInput(N_("{n} draws tell nothing. Ask for at least one."), n=n_draws)
    listed = risk.top(k)
    dice = np.random.default_rng(seed)
    known = np.flatnonzero(~np.isnan(risk.score))
    reached = _reached(risk, known, sources, reach_spread)
    hits = np.zeros(len(known))
    ranks = np.empty((n_draws, len(known)), dtype=np.int32)
    for start in range(0, n_draws, DRAWS_AT_ONCE):
        n = min(DRAWS_AT_ONCE, n_draws - start)
        logs = _drawn(risk, known, reached, dice, n, firmness)
        ranks[start : start + n] = _ranks(logs)
        hits += (ranks[start : start + n] <= k).sum(axis=0)
    ends = _ends(ranks)
    in_top, low, high = (np.full(len(risk.score), np.nan) for _ in range(3))
    in_top[known], low[known], high[known] = hits / n_draws, *ends
    return Certainty(k, n_draws, seed, in_top, low, high, float(np.mean(in_top[listed] >= STABLE)))


def _ends(ranks: NDArray[np.int32]) -> NDArray[np.int32]:
    """The ends of the middle 90 % of the ranks of each, (2, known), as ranks that were drawn."""
    places = [round(share * (len(ranks) - 1)) for share in (0.05, 0.95)]
    found: NDArray[np.int32] = np.partition(ranks, places, axis=0)[places]
    return found


def _reached(
    risk: Risk, known: NDArray[np.int64], sources: Sources | None, spread: float
) -> tuple[Floats, Floats] | None:
    """Importation on its scale at some stretches of the reach: (REACHES,), (known, REACHES)."""
    ids = [f.id for f in risk.model.factors]
    if sources is None or sources.flow is not None or IMPORTATION not in ids or spread == 0:
        return None
    n = ids.index(IMPORTATION)
    at = np.linspace(-2.5 * spread, 2.5 * spread, REACHES)
    kernel = risk.model.kernel(risk.phase)
    found = []
    for stretch in np.exp(at):
        raw = importation(risk.communities, sources, kernel, stretch=float(stretch))
        low, high = (np.quantile(np.log1p(raw) if risk.model.factors[n].log else raw, q)
                     for q in (0.05, 0.95))  # fmt: skip
        goalposts = np.array([low, high]) if low < high else risk.goalposts[n]
        found.append(scale(raw, risk.model.factors[n], goalposts)[known])
    return at, np.column_stack(found)


def _drawn(
    risk: Risk,
    known: NDArray[np.int64],
    reached: tuple[Floats, Floats] | None,
    dice: np.random.Generator,
    n: int,
    firmness: float,
) -> Singles:
    """Logarithms of so many drawn scores, (n, known): a draw lies together, to be ranked fast.

    Single precision is finer by far than what is drawn, and twice as fast.
    """
    scaled = risk.scaled[known].T.astype(np.float32)
    there = ~np.isnan(scaled)
    filled = np.where(there, scaled, np.float32(0.0))
    imported = _imported(reached, dice, n)
    weights = _weights([d.weight for d in risk.model.dimensions], firmness, dice, n)
    logs = np.zeros((n, len(known)), dtype=np.float32)
    ids = [f.id for f in risk.model.factors]
    for d, dimension in enumerate(risk.model.dimensions):
        at = risk.model.of(dimension.id)
        shares = _weights([risk.model.factors[m].weight for m in at], firmness, dice, n)
        mean = _summed(shares, filled[at])
        if imported is not None and IMPORTATION in [ids[m] for m in at]:
            m = [ids[x] for x in at].index(IMPORTATION)
            mean += (imported - filled[at[m]]) * shares[m][:, None]
        variances = np.array([[risk.model.factors[m].error ** 2] for m in at], dtype=np.float32)
        noise = dice.standard_normal(mean.shape, dtype=np.float32)
        noise *= np.sqrt(_summed(np.square(shares), there[at] * variances))
        mean += noise
        if not there[at].all():
            mean /= _summed(shares, there[at].astype(np.float32))
        np.log(np.maximum(mean, LEAST_MEAN, out=mean), out=mean)
        mean *= weights[d][:, None]
        logs += mean
    return logs


def _imported(
    reached: tuple[Floats, Floats] | None, dice: np.random.Generator, n: int
) -> Singles | None:
    if reached is None:
        return None
    at, found = reached
    drawn = np.clip(dice.normal(0.0, at[-1] / 2.5, n), at[0], at[-1])
    place = (drawn - at[0]) / (at[1] - at[0])
    left = np.minimum(place.astype(int), len(at) - 2)
    share = place - left
    result: Singles = found.T[left] * (1 - share)[:, None] + found.T[left + 1] * share[:, None]
    return result.astype(np.float32)


def _weights(
    weights: Sequence[float], firmness: float, dice: np.random.Generator, n: int
) -> Singles:
    """Drawn weights that add up to 1, (weights, n), around those given."""
    given = np.asarray(weights) / np.sum(weights)
    if len(given) == 1:
        return np.ones((1, n), dtype=np.float32)
    return dice.dirichlet(firmness * given, size=n).T.astype(np.float32)


def _summed(shares: Singles, values: Singles) -> Singles:
    """Sums of the rows of values by shares, (n, known); so few that threads would only wait."""
    total = shares[0][:, None] * values[0]
    for share, row in zip(shares[1:], values[1:], strict=True):
        total += share[:, None] * row
    return total


def _ranks(logs: Singles) -> NDArray[np.int32]:
    """1 for the highest of each draw, (n, known); ties by place, on every machine alike.

    The bits of a float, turned so that they rise with it, are sorted with the place behind them:
    whole numbers are sorted faster than places by floats, and no two are alike.
    """
    bits = (np.float32(0.0) - logs).view(np.int32)  # and no zero below zero
    rising = (bits ^ ((bits >> 31) & np.int32(0x7FFFFFFF))).astype(np.int64)
    keys = (rising << PLACE_BITS) | np.arange(logs.shape[1], dtype=np.int64)
    keys.sort(axis=1)
    order = keys & ((1 << PLACE_BITS) - 1)
    ranks = np.empty(logs.shape, dtype=np.int32)
    np.put_along_axis(ranks, order, np.arange(1, logs.shape[1] + 1, dtype=np.int32)[None], axis=1)
    return ranks

"""Where do risky communities lie together? Local statistics of neighbours, honest about chance.

Gi* (Ord and Getis 1995) asks whether a community and its neighbours are high together; local Moran
(Anselin 1995) whether it is like its neighbours. p-values come from shuffles of the others, and of
thousands of them only those hold that pass the false discovery rate (Benjamini, Hochberg 1995).
A community without neighbours is an island, which is a status and not a number.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from linli.analysis.risk.communities import Communities, Floats
from linli.errors import N_, BadInput

NEIGHBOURS = 8
FALSE_SHARE = 0.05


@dataclass(frozen=True)
class Neighbours:
    """Who lies next to whom: ``at`` (n, most), -1 where there are fewer."""

    at: NDArray[np.int64]

    @property
    def islands(self) -> NDArray[np.bool_]:
        """Communities without any."""
        found: NDArray[np.bool_] = np.all(self.at < 0, axis=1)
        return found


@dataclass(frozen=True)
class Clusters:
    """``statistic``, ``p`` (n,), NaN for islands; ``holds``: passes the false discovery rate.

    ``kind``: high, low, high among low, low among high, island, or "" where nothing is shown.
    """

    statistic: Floats
    p: Floats
    holds: NDArray[np.bool_]
    kind: NDArray[np.str_]


def nearest(
    communities: Communities, *, k: int = NEIGHBOURS, within_m: float = np.inf
) -> Neighbours:
    """The k nearest others, as far as they lie within a distance."""
    if k < 1:
        raise BadInput(N_("Ask for at least one neighbour."))
    n = len(communities)
    tree = cKDTree(communities.metres)
    apart, found = tree.query(communities.metres, k=min(k + 1, n))
    apart, found = np.atleast_2d(apart), np.atleast_2d(found)
    out = np.full((n, k), -1, dtype=np.int64)
    for at in range(n):
        near = [j for d, j in zip(apart[at], found[at], strict=True) if j != at and d <= within_m]
        out[at, : len(near[:k])] = near[:k]
    return Neighbours(out)


def hot_spots(
    values: Floats, neighbours: Neighbours, *, n_shuffles: int = 9999, seed: int = 1
) -> Clusters:
    """Gi* of each community, two-sided p from shuffles of all others among its neighbours."""
    z, mask, count = _prepared(values, neighbours)
    own = z + _sum_of(z, neighbours.at, mask)
    n = len(z)
    size = count + 1
    statistic = own / np.sqrt(size * (n - size) / max(1, n - 1))
    p = _p_values(own - z, z, mask, count, n_shuffles, seed)
    return _judged(statistic, p, neighbours, np.where(statistic > 0, "high", "low"))


def local_moran(
    values: Floats, neighbours: Neighbours, *, n_shuffles: int = 9999, seed: int = 1
) -> Clusters:
    """Local Moran's I of each community: is it like its neighbours, and on which side?"""
    z, mask, count = _prepared(values, neighbours)
    total = _sum_of(z, neighbours.at, mask)
    lag = np.divide(total, count, out=np.full(len(z), np.nan), where=count > 0)
    p = _p_values(total, z, mask, count, n_shuffles, seed)
    names = np.array([["low", "low among high"], ["high among low", "high"]])
    kind = names[(z > 0).astype(int), (lag > 0).astype(int)]
    return _judged(z * lag, p, neighbours, kind)


def false_discoveries(p: Floats, *, share: float = FALSE_SHARE) -> NDArray[np.bool_]:
    """Which p-values hold so that at most this share of them is chance (Benjamini-Hochberg)."""
    holds = np.zeros(len(p), dtype=bool)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    passed = p[order] <= share * np.arange(1, len(order) + 1) / max(1, len(order))
    if passed.any():
        holds[order[: np.flatnonzero(passed)[-1] + 1]] = True
    return holds


def _prepared(values: Floats, neighbours: Neighbours) -> tuple[Floats, NDArray[np.bool_], Floats]:
    if len(values) != len(neighbours.at):
        raise BadInput(N_("There must be one value a community."))
    if not np.isfinite(values).all():
        raise BadInput(N_("A value is missing. Leave the community out before asking."))
    spread = values.std()
    if spread == 0:
        raise BadInput(N_("The value is the same everywhere, so there are no clusters of it."))
    mask = neighbours.at >= 0
    return (values - values.mean()) / spread, mask, mask.sum(axis=1).astype(float)


def _sum_of(z: Floats, at: NDArray[np.int64], mask: NDArray[np.bool_]) -> Floats:
    total: Floats = np.where(mask, z[np.maximum(at, 0)], 0.0).sum(axis=1)
    return total


def _p_values(
    seen: Floats, z: Floats, mask: NDArray[np.bool_], count: Floats, n_shuffles: int, seed: int
) -> Floats:
    """Share of shuffles in which the neighbours add up to as extreme a sum, both sides.

    Neighbours are drawn from all others without replacement, the community itself apart: positions
    in a shuffled list of n - 1, moved up by one from its own place on.
    """
    if n_shuffles < 19:
        raise BadInput(N_("{n} shuffles cannot show anything. Ask for at least 19."), n=n_shuffles)
    dice = np.random.default_rng(seed)
    n, most = mask.shape
    rows = np.arange(n)[:, None]
    above, below = np.zeros(n), np.zeros(n)
    for _ in range(n_shuffles):
        first = dice.permutation(n - 1)[:most]  # one draw serves all: their places differ
        offset = dice.integers(0, n - 1, size=(n, 1))
        place = (first[None, :] + offset) % (n - 1)
        place = place + (place >= rows)
        drawn = np.where(mask, z[place], 0.0).sum(axis=1)
        above += drawn >= seen
        below += drawn <= seen
    p = 2 * (np.minimum(above, below) + 1) / (n_shuffles + 1)
    return np.where(count > 0, np.minimum(p, 1.0), np.nan)


def _judged(
    statistic: Floats, p: Floats, neighbours: Neighbours, kind: NDArray[np.str_]
) -> Clusters:
    holds = false_discoveries(p)
    islands = neighbours.islands
    shown = np.where(holds, kind, "")
    shown = np.where(islands, "island", shown)
    return Clusters(np.where(islands, np.nan, statistic), p, holds, shown)

"""Do neighbouring places have too many cases lately? A scan over circles and latest days."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import xlogy

from linli.analysis.warning.finding import checked
from linli.errors import N_, BadInput

MOST_PLACES = 20  # in a circle; assumed
MOST_DAYS = 14  # in a window; assumed
PERMUTATIONS = 999
MOST_SHARE = 0.5  # of all cases expected that a circle and window may hold; Kulldorff (1997)
SMALL = 2**15 - 2  # cases in all that fit a short integer, which halves what has to be read


@dataclass(frozen=True)
class Cluster:
    """A circle of places and the latest days in which there were too many cases.

    ``places``: rows of the counts, the centre first. ``first_day``: column; it ends with the last.
    ``p``: share of the permutations whose best circle was at least as unusual, this one counted.
    """

    places: tuple[int, ...]
    first_day: int
    cases: int
    expected: float
    ratio: float
    p: float


def scan(
    counts: NDArray,
    points: NDArray[np.float64],
    dice: np.random.Generator,
    *,
    people: NDArray[np.float64] | None = None,
    most_places: int = MOST_PLACES,
    most_days: int = MOST_DAYS,
    most_distance: float | None = None,
    permutations: int = PERMUTATIONS,
    most_clusters: int = 10,
) -> list[Cluster]:
    """The most unusual circles that are still going on, none overlapping, with p-values.

    Parameters
    ----------
    counts
        Whole cases, shape (places, days), oldest first, none missing.
    points
        Where the places are, shape (places, 2), in metres of one plane.
    people
        How many live in each place; cases are then expected by people alone. None: each place
        keeps its share of the cases of all days, which needs no people and allows for places that
        always have many, as long as the history is longer than the outbreak.
    most_places, most_days, most_distance
        The largest circle, in places and in metres from its centre, and the longest window.
    permutations
        999 give p-values down to 0.001.

    Source
    ------
    Kulldorff (2001), doi:10.1111/1467-985X.00186 (prospective space-time scan, Poisson likelihood
    ratio, p by Monte Carlo); Kulldorff et al. (2005), doi:10.1371/journal.pmed.0020059
    (permutation). Each permutation's largest ratio is exact: a circle is weighed only if its count
    reaches what it needs to beat the best so far.
    """
    counts = checked(counts)
    _check(counts, points, people)
    total = int(counts.sum())
    if total == 0:
        return []
    zones = _zones(counts, np.asarray(points, dtype=np.float64), people, most_places, most_days,
                   most_distance)  # fmt: skip
    seen = _ratios(zones, _windows(counts.astype(zones.kind), zones.n_days))
    clusters = _separate(zones, seen, counts, most_clusters)
    if not clusters:
        return []
    lowest = min(ratio for *_, ratio in clusters)
    bests = _bests(zones, counts, people, dice, permutations, lowest)
    return [
        Cluster(places, first, cases, expected, ratio,
                (1 + int((bests >= ratio - 1e-9).sum())) / (1 + permutations))
        for places, first, cases, expected, ratio in clusters
    ]  # fmt: skip


@dataclass(frozen=True)
class _Zones:
    """All circles: neighbours by distance, and what each circle and window expects."""

    near: NDArray[np.int64]  # (places, k), -1 where too far or too large
    expected: NDArray[np.float64]  # (k, places, days)
    total: int
    n_days: int

    @property
    def kind(self) -> type[np.signedinteger]:
        """Integers that hold all cases."""
        return np.int16 if self.total <= SMALL else np.int32


def _zones(
    counts: NDArray[np.float64],
    points: NDArray[np.float64],
    people: NDArray[np.float64] | None,
    most_places: int,
    most_days: int,
    most_distance: float | None,
) -> _Zones:
    n_places, n_all = counts.shape
    n_days = min(most_days, n_all)
    k = min(most_places, n_places)
    far, near = cKDTree(points).query(points, k=k)
    far, near = far.reshape(n_places, k), near.reshape(n_places, k).astype(np.int64)
    if most_distance is not None:
        near = np.where(far > most_distance, -1, near)
    total = counts.sum()
    if people is None:
        by_place = counts.sum(axis=1)
        by_day = _windows(counts.sum(axis=0)[None, :], n_days)[0]
        usual = by_place[:, None] * by_day[None, :] / total
    else:
        days = np.arange(1, n_days + 1) / n_all
        usual = total * (people / people.sum())[:, None] * days[None, :]
    expected = np.zeros((k, n_places, n_days))
    running = np.zeros((n_places, n_days))
    for ring in range(k):
        inside = near[:, ring] >= 0
        running[inside] += usual[near[inside, ring]]
        expected[ring] = running
        expected[ring][~inside] = np.inf  # no circle of its own
    expected[expected > MOST_SHARE * total] = np.inf
    return _Zones(near, expected, int(total), n_days)


def _windows(counts: NDArray, n_days: int) -> NDArray:
    """Sums over the last 1, 2, 3 ... days."""
    latest = counts[:, ::-1][:, :n_days]
    return np.cumsum(latest, axis=1, dtype=latest.dtype)


def _ratios(zones: _Zones, recent: NDArray) -> NDArray[np.float64]:
    """The log likelihood ratio of each circle and window; (k, places, days)."""
    found = np.zeros(zones.expected.shape)
    for ring, cases in _rings(zones, recent):
        found[ring] = _ratio(cases.astype(np.float64), zones.expected[ring], zones.total)
    return found


def _rings(zones: _Zones, recent: NDArray) -> Iterator[tuple[int, NDArray]]:
    """The cases of each circle and window, from the smallest circles to the largest."""
    padded = np.vstack([recent, np.zeros((1, recent.shape[1]), dtype=recent.dtype)])
    running = np.zeros_like(recent)
    for ring in range(zones.near.shape[1]):
        running += padded[zones.near[:, ring]]
        yield ring, running


def _ratio(cases: NDArray, expected: NDArray, total: int) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = xlogy(cases, cases / expected)
        found += xlogy(total - cases, (total - cases) / (total - expected))
    return np.where((cases > expected) & np.isfinite(expected), found, 0.0)


def _needed(zones: _Zones, level: float) -> NDArray:
    """The least count with which each circle reaches a ratio; beyond all where none does."""
    kind = zones.kind
    never = np.iinfo(kind).max
    needed = np.full(zones.expected.shape, never, dtype=kind)
    finite = np.isfinite(zones.expected) & (zones.expected > 0)
    expected = zones.expected[finite]
    low = np.floor(expected)
    high = np.full(len(expected), float(zones.total))
    reach = _ratio(high, expected, zones.total) >= level
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = _ratio(middle, expected, zones.total) >= level
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    needed[finite] = np.where(reach, high, never).astype(kind)
    return needed


def _bests(
    zones: _Zones,
    counts: NDArray[np.float64],
    people: NDArray[np.float64] | None,
    dice: np.random.Generator,
    permutations: int,
    lowest: float,
) -> NDArray[np.float64]:
    """The largest ratio of each permutation, 0 where it stays below the lowest asked for."""
    needed = _needed(zones, lowest)
    n_places, n_all = counts.shape
    whole = counts.astype(np.int64)
    place = np.repeat(np.arange(n_places), whole.sum(axis=1))
    day = np.repeat(np.tile(np.arange(n_all), n_places), whole.ravel())
    shares = None if people is None else np.cumsum(people / people.sum())
    bests = np.zeros(permutations)
    for turn in range(permutations):
        if shares is None:
            at, when = place, dice.permutation(day)
        else:
            at = np.minimum(np.searchsorted(shares, dice.random(zones.total)), n_places - 1)
            when = dice.integers(0, n_all, zones.total)
        back = n_all - 1 - when
        late = back < zones.n_days
        made = np.bincount(at[late] * zones.n_days + back[late], minlength=n_places * zones.n_days)
        recent = np.cumsum(made.reshape(n_places, zones.n_days), axis=1, dtype=zones.kind)
        for ring, cases in _rings(zones, recent):
            hit = cases >= needed[ring]
            if hit.any():
                ratio = _ratio(cases[hit].astype(np.float64), zones.expected[ring][hit],
                               zones.total)  # fmt: skip
                bests[turn] = max(bests[turn], float(ratio.max()))
    return bests


def _separate(
    zones: _Zones, seen: NDArray[np.float64], counts: NDArray[np.float64], most: int
) -> list[tuple[tuple[int, ...], int, int, float, float]]:
    """The best circles one after the other, leaving out what overlaps a better one."""
    clusters: list[tuple[tuple[int, ...], int, int, float, float]] = []
    taken = np.zeros(len(counts), dtype=bool)
    best_ring = seen.max(axis=2)  # (k, places)
    for flat in np.argsort(-best_ring, axis=None, kind="stable"):
        ring, centre = np.unravel_index(flat, best_ring.shape)
        ratio = float(best_ring[ring, centre])
        if ratio <= 0 or len(clusters) >= most:
            break
        inside = zones.near[centre, : ring + 1]
        if (inside < 0).any() or taken[inside].any():
            continue
        days = int(seen[ring, centre].argmax()) + 1
        taken[inside] = True
        first = counts.shape[1] - days
        cases = int(counts[inside, first:].sum())
        expected = float(zones.expected[ring, centre, days - 1])
        clusters.append((tuple(int(k) for k in inside), first, cases, expected, ratio))
    return clusters


def _check(
    counts: NDArray[np.float64],
    points: NDArray[np.float64],
    people: NDArray[np.float64] | None,
) -> None:
    if np.isnan(counts).any() or (counts != np.floor(counts)).any():
        raise BadInput(N_("A scan takes whole counts, none missing. Fill them in, or round them."))
    if np.shape(points) != (len(counts), 2) or not np.isfinite(points).all():
        raise BadInput(N_("Each place needs a point: two numbers in metres."))
    if len(counts) < 2:
        raise BadInput(N_("A scan needs two places or more."))
    if people is not None and not (np.asarray(people) > 0).all():
        raise BadInput(
            N_("Area {area} has no people, so no count can be expected there. Give its people, or "
               "leave it out."),
            area=int(np.flatnonzero(~(np.asarray(people) > 0))[0]) + 1,
        )  # fmt: skip

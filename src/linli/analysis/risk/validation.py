"""Does a score find the communities where cases come next? Measured beside baselines that may win.

Time is split: scores see what was known at the split, the truth is what came after. Intervals are
bootstraps of whole blocks (districts, or squares of the map), because neighbours are no new
evidence. A baseline that does better is reported as better.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from linli.analysis.risk.communities import Communities, Floats, to_metres
from linli.analysis.risk.importation import Sources
from linli.analysis.risk.posterior import shrunk_rates
from linli.errors import N_, BadInput

SHARES = (0.015, 0.05, 0.10)  # of communities that a list may hold: 54 of 3,567 is the first
LEAST_DISTRICTS = 8  # below, squares of the map are the blocks
SQUARES = 6  # a side
N_RESAMPLES = 500
INTERVAL = (2.5, 97.5)
GRAVITY_KM = 1.0  # added to distances, so that a community does not divide by none


@dataclass(frozen=True)
class Measure:
    """A figure with its 95 % interval; NaN where it cannot be told."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Validation:
    """Of each score by name: its measures by name; and which score was best in each measure.

    ``lead``: of each measure, the next best score and by how much the best is ahead of it, from the
    same resamples; an interval that holds 0 does not tell the two apart.
    """

    n: int
    n_with_cases: int
    n_blocks: int
    measures: Mapping[str, Mapping[str, Measure]]
    best: Mapping[str, str]
    lead: Mapping[str, tuple[str, Measure]]


def validate(
    scores: Mapping[str, Floats],
    later: Floats,
    communities: Communities,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 1,
) -> Validation:
    """Measure each score against what came later.

    ``scores``: (n,) each, higher meaning riskier, without gaps. ``later``: cases after the split.

    Raises
    ------
    BadInput
        For gaps, or when no community had cases later. Where every one had, only rates are told
        apart: "any case" is not, and its measures are missing.
    """
    for name, score in scores.items():
        if score.shape != later.shape or not np.isfinite(score).all():
            raise BadInput(N_("The score {name} has gaps; leave those communities out."), name=name)
    hit = later > 0
    if not hit.any():
        raise BadInput(
            N_("0 of {n} communities had cases after the split. Choose an earlier one."), n=len(hit)
        )
    blocks = blocks_of(communities)
    dice = np.random.default_rng(seed)
    members = [np.flatnonzero(blocks == b) for b in np.unique(blocks)]
    draws = [
        np.concatenate([members[b] for b in dice.integers(0, len(members), len(members))])
        for _ in range(n_resamples)
    ]
    everybody = np.arange(len(later))
    told: dict[str, dict[str, Measure]] = {}
    drawn: dict[str, list[dict[str, float]]] = {}
    for name, score in scores.items():
        whole = measures(score, later, communities.population, everybody)
        drawn[name] = [measures(score, later, communities.population, rows) for rows in draws]
        told[name] = {
            measure: Measure(value, *_ends([one[measure] for one in drawn[name]]))
            for measure, value in whole.items()
        }
    names = [
        measure for measure in next(iter(told.values()))
        if any(np.isfinite(one[measure].value) for one in told.values())
    ]  # fmt: skip
    best, lead = {}, {}
    for measure in names:
        order = sorted(
            (s for s in told if np.isfinite(told[s][measure].value)),
            key=lambda s: -told[s][measure].value,
        )
        best[measure] = order[0]
        if len(order) > 1:
            first, second = order[:2]
            apart = [a[measure] - b[measure]
                     for a, b in zip(drawn[first], drawn[second], strict=True)]  # fmt: skip
            value = told[first][measure].value - told[second][measure].value
            lead[measure] = (second, Measure(value, *_ends(apart)))
    return Validation(len(later), int(hit.sum()), len(members), told, best, lead)


def measures(
    score: Floats, later: Floats, population: Floats, rows: NDArray[np.int64]
) -> dict[str, float]:
    """Area under the curve (any case; top tenth by rate), average precision, capture, Spearman."""
    score, later, population = score[rows], later[rows], population[rows]
    rate = later / population
    found = {
        "auc_any": area_under(score, later > 0),
        "auc_top_tenth": area_under(score, rate > np.quantile(rate, 0.9)),
        "average_precision": average_precision(score, later > 0),
        "spearman_rate": spearman(score, rate),
    }
    order = np.argsort(-score, kind="stable")
    total = later.sum()
    for share in SHARES:
        k = max(1, round(share * len(score)))
        taken = later[order[:k]].sum() / total if total else np.nan
        found[f"capture_{share * 100:g}pct"] = float(taken)
    upto = np.cumsum(population[order]) <= 0.10 * population.sum()
    found["capture_10pct_people"] = float(later[order[upto]].sum() / total) if total else np.nan
    return found


def area_under(score: Floats, truth: NDArray[np.bool_]) -> float:
    """Chance that one with is ranked above one without; ties count half (Mann-Whitney)."""
    n_with = int(truth.sum())
    n_without = len(truth) - n_with
    if not n_with or not n_without:
        return float("nan")
    ranks = rankdata(score)
    return float((ranks[truth].sum() - n_with * (n_with + 1) / 2) / (n_with * n_without))


def average_precision(score: Floats, truth: NDArray[np.bool_]) -> float:
    """Mean over those with of the share of true ones among all scored at least as high."""
    if not truth.any() or truth.all():
        return float("nan")
    order = np.argsort(-score, kind="stable")
    ordered, right = score[order], truth[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)  # of each run of ties
    hits = np.cumsum(right)[last]
    fresh = np.diff(hits, prepend=0)
    return float(np.sum(fresh * hits / (last + 1)) / truth.sum())


def spearman(a: Floats, b: Floats) -> float:
    """Correlation of ranks."""
    x, y = rankdata(a), rankdata(b)
    x, y = x - x.mean(), y - y.mean()
    spread = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / spread) if spread else float("nan")


def calibration(rate: Floats, population: Floats, later: Floats) -> tuple[float, float]:
    """Slope of later on expected counts (1 is right), and the Brier score of "any case"."""
    expected = rate * population
    expected = expected * later.sum() / expected.sum()
    centred = expected - expected.mean()
    slope = float(centred @ (later - later.mean()) / (centred @ centred))
    chance = -np.expm1(-expected)
    return slope, float(np.mean((chance - (later > 0)) ** 2))


def baselines(
    communities: Communities, before: Floats, percentiles: Floats, sources: Sources | None = None
) -> dict[str, Floats]:
    """What any model has to beat: population, density, last period's rate, gravity, percentile sum.

    ``before``: (n,) cases up to the split. ``percentiles``: (n, factors) the factors on their
    scale, higher being riskier; their ranks are added up as the CDC's vulnerability index does.
    Density is left out where an area is unknown. Before there are cases there is no last rate, and
    gravity is that of the ``sources`` given, if any.
    """
    found = {
        "population": communities.population.copy(),
        "percentile_sum": _percentile_sum(percentiles),
    }
    if before.sum():
        found["last_rate"] = shrunk_rates(before, communities.population)
        found["gravity"] = _gravity(communities, before)
    elif sources is not None:
        found["gravity"] = _gravity_of(communities, sources)
    if len(communities.area_km2) and np.isfinite(communities.area_km2).all():
        found["density"] = communities.population / communities.area_km2
    return found


def blocks_of(communities: Communities) -> NDArray[np.int64]:
    """Which block each community belongs to: its district, or a square of the map."""
    if len(set(communities.districts)) >= LEAST_DISTRICTS:
        return np.unique(np.asarray(communities.districts), return_inverse=True)[1]
    ranks = [rankdata(communities.metres[:, axis], method="ordinal") for axis in (0, 1)]
    east, north = ((r - 1) * SQUARES // len(r) for r in ranks)
    return np.unique(east * SQUARES + north, return_inverse=True)[1].astype(np.int64)


def _gravity(communities: Communities, before: Floats) -> Floats:
    at = np.flatnonzero(before)
    return _gravity_of(communities, Sources(communities.points[at], before[at], home=at))


def _gravity_of(communities: Communities, sources: Sources) -> Floats:
    """People here x cases there / (1 km + distance)^2; the own cases are not counted."""
    about = communities.points.mean(axis=0)
    here, there = communities.metres / 1000, to_metres(sources.points, about=about) / 1000
    home = np.full(len(there), -1) if sources.home is None else sources.home
    out = np.zeros(len(here))
    step = max(1, 2_000_000 // max(1, len(there)))
    for at in range(0, len(here), step):
        apart = np.hypot(*(here[at : at + step, None, a] - there[None, :, a] for a in (0, 1)))
        pull = sources.cases / (GRAVITY_KM + apart) ** 2
        pull[home[None, :] == np.arange(at, at + len(apart))[:, None]] = 0.0
        out[at : at + step] = pull.sum(axis=1)
    return out * communities.population


def _percentile_sum(values: Floats) -> Floats:
    total = np.zeros(len(values))
    for column in values.T:
        known = ~np.isnan(column)
        if known.any():
            ranks = np.full(len(column), 0.5)
            ranks[known] = (rankdata(column[known]) - 1) / max(1, known.sum() - 1)
            total += ranks
    return total


def _ends(values: Sequence[float]) -> tuple[float, float]:
    known = [v for v in values if not np.isnan(v)]
    if not known:
        return float("nan"), float("nan")
    low, high = np.percentile(known, INTERVAL)
    return float(low), float(high)

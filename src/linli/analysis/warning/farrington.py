"""Is this week's count above what the same season of past years and the trend lead us to expect?"""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr
from scipy.stats import nbinom, poisson

from linli.analysis.warning import glm
from linli.analysis.warning.ears import Variant
from linli.analysis.warning.finding import Findings, checked, found, tested
from linli.errors import N_, BadInput

LEAST_YEARS_FOR_TREND = 3  # Farrington et al. (1996), section 3.3
MOST_COUNTED = 1e6  # a bound above this is one that nobody's counts reach
MOST_LOG = 50.0  # a trend that runs away further is dropped all the same
POWER = 2 / 3  # makes a Poisson count nearly symmetric


class Bound(StrEnum):
    """How the upper bound is made from the fit."""

    DELTA = "delta"  # a symmetric interval of the count to the power 2/3
    NB_PLUGIN = "nb_plugin"  # a quantile of a negative binomial around the fitted mean
    MUAN = "muan"  # the same around an upper bound of the fitted mean


@dataclass(frozen=True)
class Plan:
    """What a Farrington method looks at. ``period``: times a year; ``half_window``: times either
    side of the same time in past years; ``n_periods``: seasons of a year, 1: the windows alone;
    ``skip``: latest times left out of the past; ``weigh_above``: residuals above this count less;
    ``trend_p``: a trend is kept if its p is below (1: always, if it does not run away);
    ``alpha``: share of false alarms; ``least_cases``: so many cases in so many times, or no alarm.
    """

    period: int = 52
    years: int = 5
    half_window: int = 3
    n_periods: int = 10
    skip: int = 26
    weigh_above: float = 2.58
    trend: bool = True
    trend_p: float = 1.0
    bound: Bound = Bound.NB_PLUGIN
    alpha: float = 0.005
    least_cases: tuple[int, int] = (5, 4)
    variant: Variant = Variant.PUBLISHED

    def __post_init__(self) -> None:
        if self.years < 1 or not 0 < self.alpha < 1 or 2 * self.half_window >= self.period:
            raise BadInput(
                N_("A Farrington plan needs a year of past, an alpha between 0 and 1, and windows "
                   "shorter than half a year.")
            )  # fmt: skip


IMPROVED = Plan()  # Noufaily et al. (2013)
ORIGINAL = Plan(n_periods=1, skip=3, weigh_above=1.0, trend_p=0.05, bound=Bound.DELTA)
CLASSIC = replace(ORIGINAL, alpha=0.005)  # Farrington et al. (1996)


def farrington(counts: NDArray, *, plan: Plan = IMPROVED, last: int | None = 1) -> Findings:
    """Compare each week with the same season of past years, trend and past outbreaks allowed for.

    Parameters
    ----------
    counts
        Cases, shape (areas, weeks), oldest first; NaN where not known, such weeks are left out
        of the past.
    plan
        IMPROVED, ORIGINAL, or one of your own. Under the variant ``r-surveillance`` standard
        errors use the weights of the second fit alone, and the dispersion the fitted means of
        the last step but one, as the package does.
    last
        Test only so many of the last weeks; None: all.

    Source
    ------
    Farrington et al. (1996), doi:10.2307/2983331: model (1), residual weights (section 3.5),
    trend (3.3), threshold (3.7). Noufaily et al. (2013), doi:10.1002/sim.5595: seasons, weeks
    left out, weights above 2.58, negative binomial. Salmon, Schumacher and Höhle (2016),
    doi:10.18637/jss.v070.i10, section 3.2: the bound called muan.
    """
    counts = checked(counts)
    times = tested(counts, last)
    least_past = plan.years * plan.period + plan.half_window
    shape = (len(counts), len(times))
    whole = {name: np.full(shape, np.nan) for name in _Bounds._fields}
    for at, time in enumerate(times):
        if time < least_past:
            continue
        bounds = _at(counts, int(time), plan)
        for name, column in bounds._asdict().items():
            whole[name][:, at] = column
    n, span = plan.least_cases
    sums = np.cumsum(np.pad(np.nan_to_num(counts), ((0, 0), (span, 0))), axis=1)
    lately = (sums[:, span:] - sums[:, :-span])[:, times]
    with np.errstate(invalid="ignore"):
        alarm = counts[:, times] > whole["upper"]
    zero = (whole["total"] == 0) & (counts[:, times] == 0)
    said = {k: str(v) if isinstance(v, StrEnum) else v for k, v in asdict(plan).items()}
    return found(
        "farrington",
        said,
        counts,
        times,
        expected=whole["expected"],
        upper=whole["upper"],
        alarm=alarm,
        least_past=least_past,
        all_zero=zero,
        too_few=lately < n,
        unsteady=whole["settled"] == 0,
        p=whole["p"],
        details={name: whole[name] for name in ("dispersion", "trend", "trend_p")},
    )


class _Bounds(NamedTuple):
    """What is known of one week, shape (areas,) each."""

    expected: NDArray[np.float64]
    upper: NDArray[np.float64]
    p: NDArray[np.float64]
    dispersion: NDArray[np.float64]
    trend: NDArray[np.float64]
    trend_p: NDArray[np.float64]
    settled: NDArray[np.float64]
    total: NDArray[np.float64]


class _Fitted(NamedTuple):
    """A weighted fit seen from the week to be tested."""

    expected: NDArray[np.float64]
    spread: NDArray[np.float64]  # standard error of the linear predictor
    dispersion: NDArray[np.float64]
    slope: NDArray[np.float64]
    slope_p: NDArray[np.float64]
    settled: NDArray[np.bool_]


def _at(counts: NDArray[np.float64], time: int, plan: Plan) -> _Bounds:
    rows, season = reference(time, plan)
    past = counts[:, rows]
    known = (~np.isnan(past)).astype(np.float64)
    past = np.nan_to_num(past)
    seasons = [(season == k).astype(np.float64) for k in range(1, season.max(initial=0) + 1)]
    trend = (rows - time) / plan.period  # years from the week tested, so that its row is 1, 0, 0
    flat = np.stack([np.ones(len(rows)), *seasons], axis=1)
    drop = np.ones(len(past), dtype=bool)
    if plan.trend and plan.years >= LEAST_YEARS_FOR_TREND:
        steep = np.column_stack([flat[:, :1], trend, flat[:, 1:]])
        fitted = _fit(steep, past, known, plan, slope=True)
        drop = ~fitted.settled | (fitted.expected > past.max(axis=1))
        drop |= (fitted.slope_p >= plan.trend_p) & (plan.trend_p < 1)
    else:
        fitted = _fit(flat, past, known, plan, slope=False)
        drop[:] = False
    if drop.any():
        without = _fit(flat, past[drop], known[drop], plan, slope=False)
        for whole, part in zip(fitted, without, strict=True):
            whole[drop] = part
    upper, p = _bound(fitted, counts[:, time], plan)
    return _Bounds(fitted.expected, upper, p, fitted.dispersion, fitted.slope, fitted.slope_p,
                   fitted.settled.astype(np.float64), past.sum(axis=1))  # fmt: skip


def reference(time: int, plan: Plan) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The weeks of the past that count for one week, and the season of each; its own is 0."""
    first = time - plan.years * plan.period - plan.half_window
    weeks = np.arange(max(first, 0), time)
    since = (weeks - time) % plan.period
    inside = (since <= plan.half_window) | (since >= plan.period - plan.half_window)
    rest = plan.period - 2 * plan.half_window - 1
    position = np.clip(since - plan.half_window - 1, 0, rest - 1)
    season = np.where(inside, 0, 1 + position * (plan.n_periods - 1) // rest)
    kept = weeks < time - plan.skip
    if plan.n_periods == 1:
        kept &= inside & (weeks <= time - plan.period + plan.half_window)
        season = np.zeros_like(season)
    return weeks[kept], season[kept]


def _fit(
    design: NDArray[np.float64],
    past: NDArray[np.float64],
    known: NDArray[np.float64],
    plan: Plan,
    *,
    slope: bool,
) -> _Fitted:
    """Fit, weigh past outbreaks down by their residuals, fit again."""
    first = glm.fit(design, past, known)
    weights = known * _residual_weights(design, past, known, first, plan)
    again = glm.fit(design, past, weights)
    free = np.maximum(known.sum(axis=1) - design.shape[1], 1)
    squares = ((past - again.mean) / again.mean) ** 2
    mean = again.mean if plan.variant is Variant.PUBLISHED else again.before
    pearson = (weights * mean * squares).sum(axis=1) / free
    dispersion = np.maximum(pearson, 1.0)
    unit, unit_of_slope = dispersion, dispersion
    if plan.variant is Variant.R:
        unit = unit_of_slope = (weights * squares).sum(axis=1) / free
    elif plan.variant is Variant.R_CLASSIC:
        unit_of_slope = pearson
    here = np.zeros(design.shape[1])
    here[0] = 1.0
    log_mean = again.coefficients[:, 0]
    spread = np.sqrt(np.maximum(unit * glm.spread_of(here, again), 0.0))
    slope_at, slope_p = np.zeros(len(past)), np.ones(len(past))
    if slope:
        slope_at = again.coefficients[:, 1]
        error = np.sqrt(np.maximum(unit_of_slope * again.cover[:, 1, 1], np.finfo(float).tiny))
        slope_p = 2 * stdtr(free, -np.abs(slope_at / error))
    settled = first.settled & again.settled
    expected = np.exp(np.minimum(log_mean, MOST_LOG))
    return _Fitted(expected, spread, dispersion, slope_at, slope_p, settled)


def _residual_weights(
    design: NDArray, past: NDArray, known: NDArray, fits: glm.Fits, plan: Plan
) -> NDArray[np.float64]:
    """Weights from standardised Anscombe residuals; they add up to the number of weeks."""
    n = known.sum(axis=1, keepdims=True)
    pearson = (past - fits.mean) / fits.mean
    mean = fits.mean if plan.variant is Variant.PUBLISHED else fits.before
    dispersion = (known * mean * pearson**2).sum(axis=1, keepdims=True)
    dispersion = np.maximum(dispersion / np.maximum(n - design.shape[1], 1), 1.0)
    leverage = np.minimum(glm.hat(design, fits, known), 1 - 1e-12)
    residual = 1.5 * (np.cbrt(past**2 / np.sqrt(fits.mean)) - np.sqrt(fits.mean))
    residual = residual / np.sqrt(dispersion * (1 - leverage))
    with np.errstate(divide="ignore"):
        weights = np.where(residual > plan.weigh_above, residual**-2.0, 1.0) * known
    return weights * n / weights.sum(axis=1, keepdims=True)


def _bound(
    fitted: _Fitted, seen: NDArray[np.float64], plan: Plan
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The upper bound, and the chance of at least the count that was seen."""
    z = ndtri(1 - plan.alpha)
    mean, dispersion = fitted.expected, fitted.dispersion
    if plan.bound is Bound.DELTA:
        spread = POWER * np.sqrt((dispersion + mean * fitted.spread**2) / mean)
        upper = mean * np.maximum(1 + z * spread, 0.0) ** (1 / POWER)
        distance = ((np.nan_to_num(seen) / mean) ** POWER - 1) / spread
        return upper, np.where(np.isnan(seen), np.nan, ndtr(-distance))
    if plan.bound is Bound.MUAN:
        mean = np.exp(np.minimum(np.log(mean) + z * fitted.spread, 2 * MOST_LOG))
    return _quantile(1 - plan.alpha, mean, dispersion), _tail(seen, mean, dispersion)


def _quantile(q: float, mean: NDArray, dispersion: NDArray) -> NDArray[np.float64]:
    """The least whole count that a share q does not exceed; far out by its normal expansion."""
    z = ndtri(q)
    far = mean > MOST_COUNTED
    near = np.where(far, 1.0, mean)
    even = dispersion <= 1
    size = near / np.where(even, 1.0, dispersion - 1)
    exact = np.where(even, poisson.ppf(q, near), nbinom.ppf(q, size, size / (size + near)))
    skew = (z**2 - 1) / 6 * (2 * dispersion - 1)
    return np.where(far, np.ceil(mean + z * np.sqrt(mean * dispersion) + skew), exact)


def _tail(seen: NDArray, mean: NDArray, dispersion: NDArray) -> NDArray[np.float64]:
    mean = np.minimum(mean, MOST_COUNTED**2)
    even = dispersion <= 1
    size = mean / np.where(even, 1.0, dispersion - 1)
    return np.where(
        even, poisson.sf(seen - 1, mean), nbinom.sf(seen - 1, size, size / (size + mean))
    )

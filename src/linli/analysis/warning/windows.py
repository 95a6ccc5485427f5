"""Is a count above those of the same weeks? Simple rules on a window of past counts.

`bayes` asks a posterior predictive, `rki` an interval of the mean, as the Robert Koch Institute.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc
from scipy.stats import nbinom

from linli.analysis.warning.finding import Findings, checked, found, tested

FEW = 20.0  # a mean above this has a symmetric interval
# The upper 95 % limits of a Poisson mean of which 0, 1, 2 ... 20 was seen:
# Crow and Gardner (1959), doi:10.1093/biomet/46.3-4.441, table 1.
LIMITS = np.array(
    [
        3.285,
        5.323,
        6.686,
        8.102,
        9.598,
        11.177,
        12.817,
        13.765,
        14.921,
        16.768,
        17.633,
        19.05,
        20.335,
        21.364,
        22.945,
        23.762,
        25.4,
        26.306,
        27.735,
        28.966,
        30.017,
    ]
)
PRIOR_SHAPE = 0.5  # of Jeffreys' prior of a Poisson mean


def bayes(
    counts: NDArray,
    *,
    last: int | None = None,
    years: int = 0,
    half_window: int = 6,
    this_year: bool = True,
    alpha: float = 0.05,
    period: int = 52,
) -> Findings:
    """Warn of a count that the past makes unlikely, whatever its mean may truly be.

    Parameters
    ----------
    counts
        Cases, shape (areas, times), oldest first.
    years, half_window, this_year
        The past: windows around the same time of so many years, and the times just before.
    alpha
        Share of false alarms.

    Source
    ------
    Höhle (2007), "surveillance: an R package for the monitoring of infectious diseases",
    doi:10.1007/s00180-007-0074-8, section 3.2: Gamma(1/2, 0) prior, negative binomial predictive.
    """
    counts = checked(counts)
    times = tested(counts, last)
    back = offsets(years, half_window, period, this_year=this_year)
    total, n = _past(counts, times, back)
    shape = total + PRIOR_SHAPE
    upper = nbinom.ppf(1 - alpha, shape, n / (n + 1))
    seen = counts[:, times]
    with np.errstate(invalid="ignore"):
        p = np.where(seen > 0, betainc(np.maximum(seen, 1e-9), shape, 1 / (n + 1)), 1.0)
    return _said("bayes", counts, times, back, total, n, upper, seen > upper, p,
                 {"years": years, "half_window": half_window, "this_year": this_year,
                  "alpha": alpha})  # fmt: skip


def rki(
    counts: NDArray,
    *,
    last: int | None = None,
    years: int = 0,
    half_window: int = 6,
    this_year: bool = True,
    period: int = 52,
) -> Findings:
    """Warn of a count above two spreads of the past mean, or an exact bound where it is small.

    Source
    ------
    The rule of the Robert Koch Institute as described by Höhle (2007),
    doi:10.1007/s00180-007-0074-8, section 3.1: above a mean of 20 the mean and two sample spreads,
    else the limit of Crow and Gardner for the whole part of the mean.
    """
    counts = checked(counts)
    times = tested(counts, last)
    back = offsets(years, half_window, period, this_year=this_year)
    total, n = _past(counts, times, back)
    mean = total / n
    few = LIMITS[np.clip(np.nan_to_num(mean), 0, FEW).astype(np.int64)]
    spread = _spread(counts, times, back, mean)
    upper = np.where(mean > FEW, mean + 2 * spread, few) + 0 * mean
    seen = counts[:, times]
    with np.errstate(invalid="ignore"):
        alarm = seen > upper
    return _said("rki", counts, times, back, total, n, upper, alarm, None,
                 {"years": years, "half_window": half_window, "this_year": this_year})  # fmt: skip


def offsets(years: int, half_window: int, period: int, *, this_year: bool) -> NDArray[np.int64]:
    """How many times back each time of the past lies."""
    window = np.arange(-half_window, half_window + 1)
    parts = [year * period + window for year in range(1, years + 1)]
    if this_year:
        parts.append(np.arange(1, half_window + 1))
    return np.unique(np.concatenate(parts)) if parts else np.arange(0)


def _past(
    counts: NDArray[np.float64], times: NDArray[np.int64], back: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The sum of the past of each time, NaN where any of it is missing, and how many it holds."""
    total = np.zeros((len(counts), len(times)))
    inside = times >= back.max(initial=0)
    for gap in back:
        total[:, inside] += counts[:, times[inside] - gap]
    total[:, ~inside] = np.nan
    return total, np.full_like(total, max(len(back), 1))


def _spread(
    counts: NDArray[np.float64],
    times: NDArray[np.int64],
    back: NDArray[np.int64],
    mean: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The sample standard deviation of the past of each time."""
    squares = np.zeros(mean.shape)
    inside = times >= back.max(initial=0)
    for gap in back:
        squares[:, inside] += (counts[:, times[inside] - gap] - mean[:, inside]) ** 2
    return np.sqrt(squares / max(len(back) - 1, 1))


def _said(
    method: str,
    counts: NDArray[np.float64],
    times: NDArray[np.int64],
    back: NDArray[np.int64],
    total: NDArray[np.float64],
    n: NDArray[np.float64],
    upper: NDArray[np.float64],
    alarm: NDArray[np.bool_],
    p: NDArray[np.float64] | None,
    parameters: dict[str, object],
) -> Findings:
    return found(
        method,
        parameters,
        counts,
        times,
        expected=total / n,
        upper=upper,
        alarm=alarm,
        least_past=int(back.max(initial=0)),
        all_zero=(total == 0) & (counts[:, times] == 0),
        p=p,
    )

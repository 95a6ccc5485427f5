"""Is a small area's count too high for its people at the rate of the whole city?"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, nbinom, poisson

from linli.analysis.warning.finding import Findings, checked, found, tested
from linli.errors import N_, BadInput

WINDOW = 7  # days added up, so that weekdays cancel and few cases add up to some
RATE = 0.05  # share of false alarms among all alarms; usual


def tail(
    counts: NDArray,
    people: NDArray[np.float64],
    *,
    last: int = 1,
    window: int = WINDOW,
    dispersion: float = 0.0,
    false_share: float = RATE,
    least_cases: int = 2,
) -> Findings:
    """Warn of areas with more cases in some days than the rate of the rest of the city explains.

    Parameters
    ----------
    counts
        Cases, shape (areas, days), oldest first.
    people
        How many live in each area, or cases expected by some other measure; shape (areas,), > 0.
    last
        How many of the last days to test, each with its own control of false alarms.
    window
        Days that are added up.
    dispersion
        0: Poisson; above it, a negative binomial with variance mean + dispersion x mean².
    false_share
        Of all areas warned of on a day, the share that is false, at most, on average.
    least_cases
        Fewer cases than this in the window raise no alarm.

    Notes
    -----
    An area's expectation comes from all others, so that a large outbreak does not hide itself.

    Source
    ------
    False discovery: Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x, which
    stays valid, if careful, for counts, whose p-values are discrete.
    """
    counts, people = checked(counts), np.asarray(people, dtype=np.float64)
    _check_people(counts, people)
    times = tested(counts, last)
    sums = _sums(counts, window)[:, times]
    rest_people = people.sum() - people
    filled = np.nan_to_num(sums)
    rest = filled.sum(axis=0) - filled
    expected = rest * (people / rest_people)[:, None]
    seen = np.where(np.isnan(sums), np.nan, sums)
    p = _chance(seen, expected, dispersion)
    alarm = np.zeros(seen.shape, dtype=bool)
    adjusted = np.full(seen.shape, np.nan)
    for at in range(len(times)):
        known = ~np.isnan(p[:, at])
        if known.any():
            adjusted[known, at] = false_discovery_control(p[known, at])
            alarm[:, at] = (adjusted[:, at] <= false_share) & (seen[:, at] >= least_cases)
    with np.errstate(invalid="ignore"):
        least_p = np.where(alarm, p, 0).max(axis=0)  # the greatest p that still warned that day
    level = np.maximum(least_p, false_share / len(counts))
    return replace(found(
        "tail",
        {"window": window, "dispersion": dispersion, "false_share": false_share,
         "least_cases": least_cases},
        counts,
        times,
        expected=expected,
        upper=np.where(np.isnan(sums), np.nan, _bound(1 - level, expected, dispersion)),
        alarm=alarm,
        least_past=window - 1,
        all_zero=seen == 0,
        p=p,
        details={"in_window": seen, "adjusted_p": adjusted},
    ), observed=seen)  # fmt: skip


def false_discoveries(p: NDArray[np.float64], *, share: float = RATE) -> NDArray[np.bool_]:
    """Which of many tests to believe so that at most this share of them is false, on average.

    NaN is no test. Source: Benjamini and Hochberg (1995), as scipy computes it.
    """
    known = ~np.isnan(p)
    believed = np.zeros(p.shape, dtype=bool)
    if known.any():
        believed[known] = false_discovery_control(p[known]) <= share
    return believed


def _check_people(counts: NDArray[np.float64], people: NDArray[np.float64]) -> None:
    if people.shape != (len(counts),):
        raise BadInput(
            N_("{n} areas need {n} numbers of people; there are {given}."),
            n=len(counts),
            given=people.size,
        )
    empty = np.flatnonzero(~(people > 0))
    if len(empty):
        raise BadInput(
            N_("Area {area} has no people, so no count can be expected there. Give its people, or "
               "leave it out."),
            area=int(empty[0]) + 1,
        )  # fmt: skip
    if len(counts) < 2:
        raise BadInput(N_("A rate to compare with needs two areas or more."))


def _sums(counts: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """The sum of each day and those before it, NaN where there are too few or one is missing."""
    total = np.full(counts.shape, np.nan)
    if counts.shape[1] >= window:
        whole = np.cumsum(np.pad(counts, ((0, 0), (1, 0))), axis=1)
        total[:, window - 1 :] = whole[:, window:] - whole[:, :-window]
        if np.isnan(counts).any():
            view = np.lib.stride_tricks.sliding_window_view(counts, window, axis=1)
            total[:, window - 1 :] = view.sum(axis=2)
    return total


def _chance(seen: NDArray, expected: NDArray, dispersion: float) -> NDArray[np.float64]:
    if dispersion == 0:
        return poisson.sf(seen - 1, expected)
    size = 1 / dispersion
    return nbinom.sf(seen - 1, size, size / (size + expected))


def _bound(q: NDArray, expected: NDArray, dispersion: float) -> NDArray[np.float64]:
    if dispersion == 0:
        return poisson.ppf(q, expected)
    size = 1 / dispersion
    return nbinom.ppf(q, size, size / (size + expected))

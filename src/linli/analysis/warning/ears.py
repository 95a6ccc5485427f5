"""Early warning from a week of daily counts: which areas saw an unusual rise, and when?"""

from enum import StrEnum

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from linli.analysis.warning.finding import Findings, checked, found, tested

BASELINE_DAYS = 7
GAP_DAYS = 2  # keeps the first days of an outbreak out of its own baseline
LAGS = 2  # days before the tested one that C3 adds up
THRESHOLDS = {"C1": 3.0, "C2": 3.0, "C3": 2.0}  # spreads; Hutwagner et al. (2003)
LEAST_SPREAD = 0.5  # persons per day, so that one case after quiet days is no alarm; assumed


class Rule(StrEnum):
    """Which of the three rules of EARS."""

    C1 = "C1"
    C2 = "C2"
    C3 = "C3"


class Variant(StrEnum):
    """The published form, or what the R package `surveillance` 1.20 computes."""

    PUBLISHED = "published"
    R = "r-surveillance"
    R_CLASSIC = "r-surveillance-classic"  # its older function for the method of 1996


def ears(
    counts: NDArray,
    *,
    rule: Rule = Rule.C1,
    last: int | None = None,
    threshold: float | None = None,
    baseline_days: int = BASELINE_DAYS,
    least_spread: float = LEAST_SPREAD,
    variant: Variant = Variant.PUBLISHED,
) -> Findings:
    """Flag the days that stand far above their recent past.

    Parameters
    ----------
    counts
        New cases, shape (areas, days), persons per day; oldest first, NaN where not known.
    last
        Test only so many of the last days; None: all.
    threshold
        Spreads (sample standard deviations) above the mean that raise a flag; of C3, the sum of
        three days' excess over one spread. None: 3, for C3 2.
    least_spread
        Floor of the spread, persons per day. With 0, a baseline without spread is told as such.
    variant
        In the package's form C3 leaves today's count out: only the two days before can raise it.

    Source
    ------
    Hutwagner et al. (2003), doi:10.1007/PL00022319; C3 as written out by Fricker, Hegler and
    Dunfee (2008), doi:10.1002/sim.3197, equations 3 to 5. The floor is ours.
    """
    counts = checked(counts)
    rule, variant = Rule(rule), Variant(variant)
    limit = THRESHOLDS[rule] if threshold is None else threshold
    gap = 0 if rule is Rule.C1 else GAP_DAYS
    first = baseline_days + gap
    mean, spread, zero = _past(counts, baseline_days, gap)
    flat = spread == 0
    spread = np.maximum(spread, least_spread)
    carried = np.zeros_like(counts)
    if rule is Rule.C3:
        first += LAGS
        carried = _carried(counts, mean, spread)
    with np.errstate(invalid="ignore"):
        if rule is not Rule.C3:
            upper = mean + limit * spread
            alarm = counts > upper
        elif variant is Variant.R:
            upper = np.maximum(counts + spread * (limit - carried), 0.0)
            alarm = counts > upper
        else:
            upper = np.maximum(mean + spread * (1.0 + limit - carried), 0.0)
            excess = np.maximum(0.0, (counts - mean) / np.maximum(spread, np.finfo(float).tiny) - 1)
            alarm = excess + carried > limit
    times = tested(counts, last)
    return found(
        f"ears-{rule}",
        {"threshold": limit, "baseline_days": baseline_days, "least_spread": least_spread,
         "variant": str(variant)},
        counts,
        times,
        expected=mean[:, times],
        upper=upper[:, times],
        alarm=alarm[:, times],
        least_past=first,
        no_variance=(flat & (least_spread == 0))[:, times],
        all_zero=(zero & (counts == 0) & (carried == 0))[:, times],
        details={"spread": spread[:, times], "carried": carried[:, times]},
    )  # fmt: skip


def _past(
    counts: NDArray[np.float64], days: int, gap: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Mean and spread of the baseline of each day, NaN where there is none, and all zero."""
    mean, spread = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    zero = np.zeros(counts.shape, dtype=bool)
    first = days + gap
    if counts.shape[1] > first:
        past = sliding_window_view(counts, days, axis=1)[:, : -gap - 1]
        mean[:, first:] = past.mean(axis=2)
        spread[:, first:] = past.std(axis=2, ddof=1)
        zero[:, first:] = ~past.any(axis=2)
    return mean, spread, zero


def _carried(
    counts: NDArray[np.float64], mean: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What the two days before bring along: their excess over one spread, never below zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        over = np.maximum(0.0, (counts - mean) / spread - 1.0)
    carried = np.full(counts.shape, np.nan)
    carried[:, LAGS:] = over[:, 1:-1] + over[:, :-LAGS]
    return carried

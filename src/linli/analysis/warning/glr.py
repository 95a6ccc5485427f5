"""Since when, if at all, have counts been higher by an unknown factor? A likelihood ratio."""

import numpy as np
from numpy.typing import NDArray

from linli.analysis.warning.baseline import drawn_out
from linli.analysis.warning.finding import Findings, checked, found, tested
from linli.errors import N_, BadInput

LIMIT = 5.0  # log-likelihood; Höhle and Paul (2008), section 4
MOST_STEPS = 40
TOLERANCE = 1e-12
LEAST_PAST = 5  # times; fewer cannot hold a wave and a trend


def glr(
    counts: NDArray,
    *,
    last: int,
    expected: NDArray[np.float64] | None = None,
    dispersion: float = 0.0,
    limit: float = LIMIT,
    window: int | None = None,
    period: float = 52.0,
    harmonics: int | None = None,
    trend: bool | None = None,
    start_again: bool = True,
) -> Findings:
    """Warn where some factor since some time explains the counts much better than none.

    Parameters
    ----------
    counts
        Cases, shape (areas, times), oldest first.
    last
        How many of the last times are watched; the earlier ones make the baseline.
    expected
        Means, shape (areas, last) or one that fits it. None: trend and yearly waves of the past.
    dispersion
        0: Poisson; above it, a negative binomial with variance mean + dispersion x mean².
    limit
        The log of the likelihood ratio that warns.
    window
        How many times back a rise may have begun at most; None: to the beginning of the watch.
    period, harmonics, trend
        Waves of how many times, and how many of them, and whether there is a trend. None: a wave
        and a trend where the past holds a whole period; otherwise a mean, for a part of a wave
        drawn out leads anywhere.
    start_again
        After an alarm the watch begins anew.

    Returns
    -------
    Findings; ``details["ratio"]`` is the statistic, ``details["since"]`` how many times ago the
    likeliest rise began, 0 for this time; ``upper`` the count that would just have reached the
    limit had the rise begun at this time.

    Source
    ------
    Höhle and Paul (2008), doi:10.1016/j.csda.2008.02.015: equations 6 to 9 (Poisson), section 3.2
    (negative binomial); one-sided, so that a factor below 1 counts as 1.
    """
    counts = checked(counts)
    if dispersion < 0 or limit <= 0 or (window is not None and window < 1):
        raise BadInput(N_("A likelihood ratio needs a dispersion from 0 up, a threshold above 0."))
    times = tested(counts, last)
    past = counts[:, : times[0]] if len(times) else counts
    whole = past.shape[1] >= period
    harmonics = int(whole) if harmonics is None else harmonics
    trend = whole if trend is None else trend
    if expected is not None:
        mean = np.broadcast_to(np.asarray(expected, dtype=np.float64), counts[:, times].shape)
        least_past = 0
    elif past.shape[1] <= 1 + int(trend) + 2 * harmonics:
        mean, least_past = np.full((len(counts), len(times)), np.nan), LEAST_PAST
    else:
        mean = drawn_out(
            past, len(times), period=period, harmonics=harmonics, trend=trend, dispersion=dispersion
        )
        least_past = LEAST_PAST
    seen = counts[:, times]
    known = np.logical_not(np.isnan(seen) | np.isnan(mean))
    ratio, since = _watch(np.where(known, seen, 0.0), np.where(known, mean, 0.0),
                          dispersion=dispersion, limit=limit, window=window,
                          start_again=start_again)  # fmt: skip
    return found(
        "glr",
        {"dispersion": dispersion, "limit": limit, "window": window, "start_again": start_again},
        counts,
        times,
        expected=mean,
        upper=_count_alone(np.nan_to_num(mean), limit, dispersion) + np.where(known, 0, np.nan),
        alarm=ratio >= limit,
        least_past=least_past,
        all_zero=(seen == 0) & (np.nansum(past, axis=1) == 0)[:, None] & (past.shape[1] > 0),
        details={"ratio": ratio, "since": since},
    )


def _watch(
    seen: NDArray[np.float64],
    mean: NDArray[np.float64],
    *,
    dispersion: float,
    limit: float,
    window: int | None,
    start_again: bool,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    n_areas, n_times = seen.shape
    ratio, since = np.zeros(seen.shape), np.zeros(seen.shape, dtype=np.int64)
    begin = np.zeros(n_areas, dtype=np.int64)
    for now in range(n_times):
        oldest = 0 if window is None else max(0, now - window + 1)
        oldest = max(oldest, int(begin.min(initial=now)))
        values = _ratios(seen[:, oldest : now + 1], mean[:, oldest : now + 1], dispersion)
        values[np.arange(oldest, now + 1) < begin[:, None]] = 0.0
        best = values.argmax(axis=1)
        ratio[:, now] = values[np.arange(n_areas), best]
        since[:, now] = np.where(ratio[:, now] > 0, now - oldest - best, 0)
        if start_again:
            begin[ratio[:, now] >= limit] = now + 1
    return ratio, since


def _ratios(
    seen: NDArray[np.float64], mean: NDArray[np.float64], dispersion: float
) -> NDArray[np.float64]:
    """The log ratio of a rise that began at each of these times; shape (areas, times)."""
    cases, usual = _since(seen), _since(mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        rise = np.maximum(np.log(cases / usual), 0.0)
    rise = np.where((usual > 0) & (cases > 0), rise, 0.0)
    if dispersion == 0:
        return np.where(rise > 0, cases * rise - usual * np.expm1(rise), 0.0)
    rise = _settle(rise, seen, mean, dispersion)
    size = 1 / dispersion
    odds = np.log1p(dispersion * mean)[:, None, :]
    grown = np.log1p(dispersion * mean[:, None, :] * np.exp(rise)[:, :, None])
    upper = np.triu(np.ones((seen.shape[1],) * 2))  # a rise at k counts the times from k on
    lost = ((seen[:, None, :] + size) * (grown - odds) * upper).sum(axis=2)
    return np.maximum(cases * rise - lost, 0.0)


def _settle(
    rise: NDArray[np.float64], seen: NDArray[np.float64], mean: NDArray[np.float64], alpha: float
) -> NDArray[np.float64]:
    """The likeliest log factor since each time under a negative binomial, by Newton's steps."""
    upper = np.triu(np.ones((seen.shape[1],) * 2))
    for _ in range(MOST_STEPS):
        grown = mean[:, None, :] * np.exp(rise)[:, :, None]
        below = 1 + alpha * grown
        slope = ((seen[:, None, :] - grown) / below * upper).sum(axis=2)
        bend = (grown * (1 + alpha * seen[:, None, :]) / below**2 * upper).sum(axis=2)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(bend > 0, slope / bend, 0.0)
        rise = np.maximum(rise + np.clip(step, -2.0, 2.0), 0.0)
        if np.abs(step[rise > 0]).max(initial=0.0) < TOLERANCE:
            break
    return rise


def _since(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.cumsum(values[:, ::-1], axis=1)[:, ::-1]


def _count_alone(mean: NDArray[np.float64], limit: float, dispersion: float) -> NDArray[np.float64]:
    """The count whose own ratio is the limit, found by halving."""
    low, high = mean.copy(), mean + 20 * (limit + 1) * (1 + np.sqrt(mean) + dispersion * mean)
    for _ in range(60):
        middle = (low + high) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            rise = np.where(mean > 0, np.log(middle / mean), 0.0)
        lost = (
            mean * np.expm1(rise)
            if dispersion == 0
            else (middle + 1 / dispersion)
            * np.log((1 + dispersion * middle) / (1 + dispersion * mean))
        )
        above = middle * rise - lost > limit
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2

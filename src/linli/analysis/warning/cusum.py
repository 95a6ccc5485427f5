"""Do counts stay a little too high for long? Small excesses added up until they say enough."""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import hyp2f1

from linli.analysis.warning.baseline import drawn_out
from linli.analysis.warning.finding import Findings, checked, found, tested
from linli.errors import N_, BadInput

REFERENCE = 1.04  # spreads a time that are no excess yet; Rossi et al. (1999), table III
DECISION = 2.26  # excess added up that warns; the same
MOST_STEPS = 60


class Scale(StrEnum):
    """How a count becomes a number of spreads above its mean."""

    STANDARD = "standard"
    ROSSI = "rossi"
    ANSCOMBE = "anscombe"
    NEGATIVE_BINOMIAL = "negative_binomial"
    ANSCOMBE_NEGATIVE_BINOMIAL = "anscombe_negative_binomial"


def cusum(
    counts: NDArray,
    *,
    last: int,
    expected: NDArray[np.float64] | None = None,
    scale: Scale = Scale.ROSSI,
    reference: float = REFERENCE,
    decision: float = DECISION,
    dispersion: float = 0.0,
    start_again: bool = False,
    seasonal: bool = False,
    trend: bool = False,
    period: float = 52.0,
) -> Findings:
    """Add up what stands above the expected plus a reference, and warn where it reaches a limit.

    Parameters
    ----------
    counts
        Cases, shape (areas, times), oldest first.
    last
        How many of the last times to test; the sum starts at zero with the first of them.
    expected
        Means, shape (areas, last) or one that fits it. None: the mean of all times before, or
        with ``seasonal`` their yearly wave, with ``trend`` their trend too, drawn out.
    reference, decision
        Spreads: k and h. The defaults give an average of some 500 times between false alarms.
    dispersion
        Of a negative binomial: the variance is mean + dispersion x mean².
    start_again
        The sum starts at zero after an alarm.

    Source
    ------
    Page (1954), doi:10.1093/biomet/41.1-2.100; scales of Rossi, Lampugnani and Marchi (1999),
    doi:10.1002/(SICI)1097-0258(19990830)18:16<2111::AID-SIM171>3.0.CO;2-Q, equation 4, and of
    Pierce and Schafer (1986), doi:10.1080/01621459.1986.10478361, for the negative binomial.
    """
    counts = checked(counts)
    times = tested(counts, last)
    scale = Scale(scale)
    if scale in (Scale.NEGATIVE_BINOMIAL, Scale.ANSCOMBE_NEGATIVE_BINOMIAL) and dispersion <= 0:
        raise BadInput(N_("A negative binomial scale needs a dispersion above 0."))
    mean, least_past = _expected(
        counts, times, expected, seasonal=seasonal, trend=trend, period=period
    )
    seen = counts[:, times]
    with np.errstate(invalid="ignore", divide="ignore"):
        score = scaled(seen, mean, scale=scale, dispersion=dispersion)
    added = np.zeros(seen.shape)
    upper = np.zeros(seen.shape)
    before = np.zeros(len(seen))
    for at in range(len(times)):
        with np.errstate(invalid="ignore", divide="ignore"):
            upper[:, at] = _count_at(decision + reference - before, mean[:, at], scale, dispersion)
        score_at = np.where(np.isnan(score[:, at]), reference, score[:, at])  # unknown adds nothing
        added[:, at] = np.maximum(0.0, before + score_at - reference)
        before = added[:, at].copy()
        if start_again:
            before[before >= decision] = 0.0
    return found(
        "cusum",
        {"scale": str(scale), "reference": reference, "decision": decision,
         "dispersion": dispersion, "start_again": start_again, "seasonal": seasonal,
         "trend": trend},
        counts,
        times,
        expected=mean,
        upper=np.where(np.isnan(mean), np.nan, upper),
        alarm=added >= decision,
        least_past=least_past,
        all_zero=(mean == 0) & (seen == 0),
        no_variance=(mean == 0) & (seen > 0),
        details={"sum": added},
    )  # fmt: skip


def scaled(
    counts: NDArray[np.float64],
    mean: NDArray[np.float64],
    *,
    scale: Scale,
    dispersion: float = 0.0,
) -> NDArray[np.float64]:
    """Counts as spreads above their mean, nearly normal where nothing is unusual."""
    if scale is Scale.STANDARD:
        return (counts - mean) / np.sqrt(mean)
    if scale is Scale.ROSSI:
        return (counts - 3 * mean + 2 * np.sqrt(counts * mean)) / (2 * np.sqrt(mean))
    if scale is Scale.ANSCOMBE:
        return 1.5 * (np.cbrt(counts) ** 2 - np.cbrt(mean) ** 2) / mean ** (1 / 6)
    spread = np.sqrt(mean + dispersion * mean**2)
    if scale is Scale.NEGATIVE_BINOMIAL:
        return (counts - mean) / spread
    return (_anscombe(counts, dispersion) - _anscombe(mean, dispersion)) / np.cbrt(spread)


def _anscombe(x: NDArray[np.float64], dispersion: float) -> NDArray[np.float64]:
    """The integral of the variance to the power -1/3, which makes counts nearly normal."""
    return 1.5 * np.cbrt(x) ** 2 * hyp2f1(1 / 3, 2 / 3, 5 / 3, -dispersion * x)


def _count_at(
    wanted: NDArray[np.float64], mean: NDArray[np.float64], scale: Scale, dispersion: float
) -> NDArray[np.float64]:
    """The count that stands so many spreads above its mean; zero where even none would."""
    if scale is Scale.STANDARD:
        return np.maximum(mean + np.sqrt(mean) * wanted, 0.0)
    if scale is Scale.NEGATIVE_BINOMIAL:
        return np.maximum(mean + np.sqrt(mean + dispersion * mean**2) * wanted, 0.0)
    if scale is Scale.ROSSI:
        square = 4 * mean + 2 * np.sqrt(mean) * wanted  # of the roots of count and mean together
        return np.maximum(np.sqrt(np.maximum(square, 0.0)) - np.sqrt(mean), 0.0) ** 2
    if scale is Scale.ANSCOMBE:
        return np.maximum(np.cbrt(mean) ** 2 + wanted * mean ** (1 / 6) / 1.5, 0.0) ** 1.5

    def excess(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return scaled(x, mean, scale=scale, dispersion=dispersion) - wanted

    return _root(excess, mean, wanted)


def _root(
    excess: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    mean: NDArray[np.float64],
    wanted: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Halve an interval from zero until a rising function crosses zero in it."""
    low = np.zeros_like(mean)
    high = mean + 10 * (np.abs(wanted) + 1) * (np.sqrt(mean) + 1) * (1 + np.abs(wanted))
    for _ in range(MOST_STEPS):
        middle = (low + high) / 2
        above = excess(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2


def _expected(
    counts: NDArray[np.float64],
    times: NDArray[np.int64],
    expected: NDArray[np.float64] | None,
    *,
    seasonal: bool,
    trend: bool,
    period: float,
) -> tuple[NDArray[np.float64], int]:
    shape = (len(counts), len(times))
    if expected is not None:
        mean = np.broadcast_to(np.asarray(expected, dtype=np.float64), shape).copy()
        if (mean < 0).any():
            raise BadInput(N_("An expected count is negative. Give numbers from 0 up."))
        return mean, 0
    past = counts[:, : times[0]]
    if seasonal or trend:
        waves = int(seasonal)
        if past.shape[1] <= 1 + int(trend) + 2 * waves:
            return np.full(shape, np.nan), 2 + int(trend) + 2 * waves
        return drawn_out(past, len(times), period=period, harmonics=waves, trend=trend), 0
    if not past.shape[1]:
        return np.full(shape, np.nan), 1
    known = ~np.isnan(past)
    with np.errstate(invalid="ignore"):
        mean = np.nansum(past, axis=1) / known.sum(axis=1)
    return np.repeat(mean[:, None], len(times), axis=1), 1

"""How much of a rise is only the weekday or a holiday? Factors to divide counts by."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.warning import glm
from linli.errors import N_, BadInput

WEEK = 7
HALF_SPAN = 3  # days either side of the moving level
LEAST_WEEKS = 3  # fewer say little about weekdays; assumed
LEAST_FACTOR = 1e-3  # of a weekday on which nobody counts
ROUNDS = 6  # of level and factors in turn


@dataclass(frozen=True)
class Terms:
    """How many times the usual each weekday (Monday first) and a holiday bring.

    The weekdays' geometric mean is 1. ``factor``: for each day of the series; shape (days,).
    """

    weekday: NDArray[np.float64]
    holiday: float
    factor: NDArray[np.float64]


def terms(
    counts: NDArray[np.float64],
    *,
    first_weekday: int,
    holidays: NDArray[np.bool_] | None = None,
) -> Terms:
    """The weekday and holiday factors that all series share, beside a level that moves.

    Parameters
    ----------
    counts
        Cases, shape (areas, days), oldest first; NaN where not known, such days are left out.
    first_weekday
        Of the first day; 0 is Monday.
    holidays
        True on holidays, shape (days,). Their factor stands in place of the weekday's.

    Raises
    ------
    BadInput
        If there are fewer than three weeks, or no case at all.

    Source
    ------
    A Poisson regression of the sum over areas on weekday and holiday with the centred moving mean
    of seven adjusted days as offset, in turn, as in ratio-to-moving-average seasonal adjustment;
    the first and last three days have no centred mean and are left out.
    """
    n_days = counts.shape[1]
    if n_days < LEAST_WEEKS * WEEK:
        raise BadInput(
            N_("{n} days are too few to tell weekdays apart; it takes {least}."),
            n=n_days,
            least=LEAST_WEEKS * WEEK,
        )
    off = np.zeros(n_days, dtype=bool) if holidays is None else np.asarray(holidays, dtype=bool)
    weekday = np.where(off, WEEK, (first_weekday + np.arange(n_days)) % WEEK)
    city = np.nansum(counts, axis=0)
    known = np.logical_not(np.isnan(counts).any(axis=0))
    factor = np.ones(n_days)
    for _ in range(ROUNDS):
        factors = _factors(city, factor, known, weekday)
        factor = factors[weekday]
    return Terms(factors[:WEEK], float(factors[WEEK]), factor)


def _factors(
    city: NDArray[np.float64],
    factor: NDArray[np.float64],
    known: NDArray[np.bool_],
    weekday: NDArray[np.int64],
) -> NDArray[np.float64]:
    """The factors of weekdays and holidays, beside the level that the last factors give."""
    level = np.full(len(city), np.nan)
    level[HALF_SPAN:-HALF_SPAN] = np.convolve(city / factor, np.full(WEEK, 1 / WEEK), mode="valid")
    use = known & (np.nan_to_num(level) > 0)
    if not city[use].any():
        raise BadInput(N_("There are no cases, so no weekday stands out. Leave the calendar out."))
    kinds = np.unique(weekday[use])
    design = (weekday[use][:, None] == kinds).astype(np.float64)
    # A Poisson mean level x factor: the weights are the level, the response the ratio to it.
    ratio = (city[use] / level[use])[None, :]
    fits = glm.fit(design, ratio, level[use][None, :])
    found = np.ones(WEEK + 1)
    found[kinds] = np.maximum(np.exp(fits.coefficients[0]), LEAST_FACTOR)
    seen = kinds[kinds < WEEK]
    found[kinds] /= np.exp(np.log(found[seen]).mean()) if len(seen) else 1.0
    return found

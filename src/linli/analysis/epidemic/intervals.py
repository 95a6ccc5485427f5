"""With which chance does the next case follow after one day, two days, three? As numbers."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from linli.errors import N_, BadInput

SUM_TOLERANCE = 0.01


def discretised(mean: float, sd: float, n_days: int) -> NDArray[np.float64]:
    """A serial interval of whole days from its mean and standard deviation.

    Parameters
    ----------
    mean, sd
        Days; the mean above 1, since nobody infects before the day after.
    n_days
        How many days to tell, day 0 included.

    Returns
    -------
    Chances, shape (n_days,); the first is 0. Their sum is 1 less what comes later.

    Source
    ------
    Cori et al. (2013), doi:10.1093/aje/kwt133, web appendix 11: a gamma distribution moved by one
    day, each whole day weighed by a triangle.
    """
    if not (mean > 1 and sd > 0):
        raise BadInput(
            N_("A serial interval has a mean above 1 day and a spread above 0; got {mean}, {sd}."),
            mean=mean,
            sd=sd,
        )
    shape, scale = ((mean - 1) / sd) ** 2, sd**2 / (mean - 1)
    day = np.arange(n_days + 1, dtype=np.float64)

    def below(moment: int, at: NDArray[np.float64]) -> NDArray[np.float64]:
        return gammainc(shape + moment, np.maximum(at, 0.0) / scale)

    chance = day * below(0, day) + (day - 2) * below(0, day - 2) - 2 * (day - 1) * below(0, day - 1)
    chance += shape * scale * (2 * below(1, day - 1) - below(1, day - 2) - below(1, day))
    return np.maximum(chance[:n_days], 0.0)


def delay_chances(mean: float, sd: float, n_days: int) -> NDArray[np.float64]:
    """A gamma delay between two days, day 0 included; both moments are anywhere in their days.

    Source: the second difference of the integral of the distribution, as in `waits`.
    """
    if not (mean > 0 and sd > 0):
        raise BadInput(
            N_("A delay has a mean and a spread above 0 days; got {mean}, {sd}."), mean=mean, sd=sd
        )
    shape, scale = (mean / sd) ** 2, sd**2 / mean
    edge = np.maximum(np.arange(-1, n_days + 1, dtype=np.float64), 0.0)
    integral = edge * gammainc(shape, edge / scale) - mean * gammainc(shape + 1, edge / scale)
    chance = np.diff(integral, n=2)
    chance = np.append(chance, 0.0)[:n_days]
    return np.maximum(chance, 0.0) / chance.sum()


def checked(chances: NDArray) -> NDArray[np.float64]:
    """One distribution a row, first day 0; raises BadInput if it is none."""
    found = np.atleast_2d(np.asarray(chances, dtype=np.float64))
    if (found[:, 0] != 0).any() or (found < 0).any():
        raise BadInput(N_("A serial interval has no chance below 0 and none on day 0."))
    off = np.abs(found.sum(axis=1) - 1).max()
    if not off <= SUM_TOLERANCE:
        raise BadInput(
            N_("The chances of a serial interval add up to {total}, not to 1."),
            total=round(float(found.sum(axis=1)[0]), 4),
        )
    return found

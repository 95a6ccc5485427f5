"""How many days from onset to report, seen while reports are still coming in?"""

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic.waits import Family, Fit, Waits, fit


def delay(
    onset_from: NDArray[np.float64],
    onset_to: NDArray[np.float64],
    reported_from: NDArray[np.float64],
    reported_to: NDArray[np.float64],
    *,
    seen_until: float | None = None,
    family: Family = Family.GAMMA,
) -> Fit:
    """The delay from onset to report, or between any two things that come in this order.

    Parameters
    ----------
    onset_from, onset_to, reported_from, reported_to
        First and last possible day of each, shape (cases,), none missing.
    seen_until
        The last day of the records. While an outbreak goes on, give it: of those who fell ill
        yesterday only the quickest are reported, and their mean is too small. None: it is over.
    """
    return fit(
        Waits(onset_from, onset_to, reported_from, reported_to),
        family=family,
        seen_until=seen_until,
    )

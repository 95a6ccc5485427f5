"""How long from one thing to the next? The middle half of the waits, and how many there were."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Quartiles:
    """The quartiles of some waits, in days; None of no wait. ``n``: how many were known."""

    n: int
    lower: float | None = None
    median: float | None = None
    upper: float | None = None


def quartiles(days: NDArray[np.float64]) -> Quartiles:
    """The quartiles of waits.

    Parameters
    ----------
    days
        Waits, shape (people,), days; NaN where either moment is unknown, which is left out.
        Negative ones stay: a test may come before a report.

    Source
    ------
    Hyndman and Fan (1996), doi:10.2307/2684934, definition 7, as numpy's default.
    """
    known = days[~np.isnan(days)]
    if known.size == 0:
        return Quartiles(0)
    lower, median, upper = (float(q) for q in np.percentile(known, (25, 50, 75)))
    return Quartiles(int(known.size), lower, median, upper)

"""How fast do counts grow or shrink, and in how many days do they double or halve?"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.special import stdtrit

from linli.analysis.warning import glm
from linli.analysis.warning.finding import checked
from linli.errors import N_, BadInput

WINDOW = 14  # days: two of each weekday, so that weekdays do not tilt the line
LEAST_CASES = 5  # in a window; fewer say nothing of a slope; assumed


@dataclass(frozen=True)
class Growth:
    """Growth per day over windows; arrays (areas, windows), NaN where there is too little to say.

    ``rate``: of the logarithm, per day, with its 95 % interval. ``doubling_days``: negative where
    counts halve; infinite where they stand.
    """

    last: NDArray[np.int64]
    rate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def doubling_days(self) -> NDArray[np.float64]:
        """Days in which counts double; negative: in which they halve."""
        with np.errstate(divide="ignore"):
            return np.log(2) / self.rate


def growth(cases: NDArray, *, window: int = WINDOW, level: float = 0.95) -> Growth:
    """The slope of a quasi-Poisson line through the days of each window.

    Parameters
    ----------
    cases
        New cases, shape (areas, days), oldest first; NaN where not known, left out of the line.
    window
        Days; 3 or more.

    Source
    ------
    Nelder and Wedderburn (1972), doi:10.2307/2344614; dispersion from Pearson's residuals, never
    below 1.
    """
    cases = checked(cases)
    if not 3 <= window <= cases.shape[1]:
        raise BadInput(
            N_("A slope needs a window of 3 days or more; {n} days hold none of {window}."),
            n=cases.shape[1],
            window=window,
        )
    days = np.arange(window) - (window - 1) / 2
    design = np.stack([np.ones(window), days], axis=1)
    view = sliding_window_view(cases, window, axis=1)
    shape = view.shape[:2]
    flat = view.reshape(-1, window)
    known = (~np.isnan(flat)).astype(np.float64)
    filled = np.nan_to_num(flat)
    fits = glm.fit(design, filled, known)
    free = np.maximum(known.sum(axis=1) - 2, 1)
    pearson = (known * (filled - fits.mean) ** 2 / fits.mean).sum(axis=1) / free
    error = np.sqrt(np.maximum(pearson, 1.0) * fits.cover[:, 1, 1])
    reach = stdtrit(free, (1 + level) / 2) * error
    silent = (filled.sum(axis=1) < LEAST_CASES) | ~fits.settled | (known.sum(axis=1) < 3)
    rate = np.where(silent, np.nan, fits.coefficients[:, 1])
    return Growth(
        np.arange(window - 1, cases.shape[1]),
        rate.reshape(shape),
        (rate - reach).reshape(shape),
        (rate + reach).reshape(shape),
    )

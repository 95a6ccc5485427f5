"""When did those fall ill who are reported later? Reports spread back over the days before."""

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput

STEPS = 10  # more would chase the noise of single days; assumed
LEAST_SHARE = 0.1  # of a day's onsets that has to be reportable by now; else it is not told


def onsets(
    reports: NDArray, delay: NDArray[np.float64], *, steps: int = STEPS
) -> NDArray[np.float64]:
    """Counts by day of onset that, delayed, would look like the reports.

    Parameters
    ----------
    reports
        Counts by day of report, shape (areas, days), oldest first; none missing.
    delay
        Chances of 0, 1, 2 ... days from onset to report; shape (days,), adding up to 1.
    steps
        Of the iteration; few steps keep it smooth.

    Returns
    -------
    Shape (areas, days), on the same days; NaN on the last days, of whose onsets less than a tenth
    can have been reported.

    Source
    ------
    Goldstein et al. (2009), doi:10.1073/pnas.0902958106, equation 3: Richardson and Lucy's
    iteration with the right edge allowed for; it begins with the reports moved by the mean delay.
    """
    reports = np.asarray(reports, dtype=np.float64)
    if np.isnan(reports).any() or (reports < 0).any():
        raise BadInput(N_("Reports have to be known on every day, none below 0."))
    n_days = reports.shape[1]
    gap = np.arange(n_days)[None, :] - np.arange(n_days)[:, None]
    padded = np.zeros(n_days)
    padded[: min(len(delay), n_days)] = delay[:n_days]
    forward = np.where(gap >= 0, padded[np.abs(gap)], 0.0)  # onset (row) to report (column)
    seen = forward.sum(axis=1)
    shift = round(float(delay @ np.arange(len(delay))))
    level = np.pad(reports, ((0, 0), (0, shift)), mode="edge")[:, shift:]
    found = np.maximum(level, 1e-6)
    for _ in range(steps):
        fitted = found @ forward
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(fitted > 0, reports / fitted, 0.0)
            found = np.where(seen > 0, found * (ratio @ forward.T) / seen, found)
    found[:, seen < LEAST_SHARE] = np.nan
    return found

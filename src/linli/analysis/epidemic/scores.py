"""How good was a forecast? Scores that reward honest intervals, in the units of the counts."""

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput


def weighted_interval_score(
    observed: NDArray[np.float64], quantiles: NDArray[np.float64], levels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The weighted interval score; the smaller the better, 0 for a sure and true forecast.

    Parameters
    ----------
    observed
        Any shape; NaN scores NaN.
    quantiles
        The same shape and an axis of levels at the end, not falling along it.
    levels
        In pairs around a middle of 0.5, such as 0.05, 0.25, 0.5, 0.75, 0.95.

    Source
    ------
    Bracher et al. (2021), doi:10.1371/journal.pcbi.1008618, equation 3; by its equation 7 it is
    twice the mean pinball loss over the levels.
    """
    levels = np.asarray(levels, dtype=np.float64)
    if not np.allclose(levels + levels[::-1], 1):
        raise BadInput(N_("Levels of a forecast come in pairs around 0.5, such as 0.1 and 0.9."))
    gap = np.asarray(observed)[..., None] - quantiles
    loss = gap * (levels - (gap < 0))
    return 2 * loss.sum(axis=-1) / len(levels)


def coverage(
    observed: NDArray[np.float64],
    quantiles: NDArray[np.float64],
    levels: NDArray[np.float64],
    *,
    central: float,
) -> float:
    """The share of what was observed that fell into the central interval of this size."""
    levels = np.asarray(levels, dtype=np.float64)
    low = int(np.argmin(np.abs(levels - (1 - central) / 2)))
    high = int(np.argmin(np.abs(levels - (1 + central) / 2)))
    if abs(levels[high] - levels[low] - central) > 1e-9:
        raise BadInput(N_("The forecast has no interval of {central}."), central=central)
    known = ~np.isnan(observed)
    inside = (observed >= quantiles[..., low]) & (observed <= quantiles[..., high])
    return float(inside[known].mean())


def coverage_of_counts(
    observed: NDArray[np.float64],
    quantiles: NDArray[np.float64],
    levels: NDArray[np.float64],
    *,
    central: float,
) -> float:
    """The share of whole counts in the central interval, each end counted as far as it belongs.

    An interval of whole counts holds more than it says: where four in five counts are 0, any
    interval holds them all. Here a count fills the levels from the highest quantile below it to the
    lowest above it evenly, and counts by how much of that lies in the interval; a forecast that is
    true then scores ``central``, however small the counts, as far as the levels are close together.

    Source
    ------
    The nonrandomised transform of Czado, Gneiting and Held (2009),
    doi:10.1111/j.1541-0420.2009.01191.x, equation 1, read off the quantiles that are given.
    """
    levels = np.asarray(levels, dtype=np.float64)
    known = ~np.isnan(observed)
    seen, said = np.asarray(observed)[known][:, None], quantiles[known]
    n_below, n_above = (said < seen).sum(axis=1), (said > seen).sum(axis=1)
    ends = np.concatenate([[0.0], levels, [1.0]])
    low, high = ends[n_below], ends[len(levels) + 1 - n_above]
    first, last = (1 - central) / 2, (1 + central) / 2
    inside = np.clip(np.minimum(high, last) - np.maximum(low, first), 0.0, None)
    return float((inside / (high - low)).mean())

"""Which few extreme values would drown an indicator, and how are they drawn in?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.evaluation.recipe import Recipe, Treat

LEAST_POINTS = 4  # kurtosis of fewer does not exist
LOG_STEP = 0.01  # of the range; COINr's log_CT
BOX_COX_GRID = np.linspace(-2, 2, 81)  # exponents tried; assumed wide enough


@dataclass(frozen=True)
class Treated:
    """Values after treatment, and what was done to each indicator, in words."""

    values: NDArray[np.float64]
    done: tuple[str, ...]


def treated(values: NDArray[np.float64], recipe: Recipe) -> Treated:
    """Draw in the outliers of each indicator that has some.

    Winsorises one point at a time, on the side the skew points to, until the skew or the kurtosis
    is within its bound; where the allowed number of points is not enough, takes the logarithm of
    the untouched column instead.

    Source: COIN practice of the JRC as in COINr 1.1's Treat(); bounds in the recipe.
    """
    if recipe.treat is Treat.NONE:
        return Treated(values, ("",) * values.shape[1])
    out, done = values.copy(), [""] * values.shape[1]
    for at in np.flatnonzero(_is_out(values, recipe)):
        out[:, at], done[at] = _column(values[:, at], recipe)
    return Treated(out, tuple(done))


def skew_and_kurtosis(values: NDArray[np.float64]) -> tuple[NDArray, NDArray]:
    """Sample skew and excess kurtosis of each column, as spreadsheets and COINr compute them.

    Missing values are left out; a column with fewer than four values or no spread gives zero.
    """
    there = ~np.isnan(values)
    n = there.sum(axis=0).astype(float)
    with np.errstate(all="ignore"):
        deviation = np.where(there, values - np.nansum(values, axis=0) / n, 0.0)
        square = deviation * deviation
        sd = np.sqrt(square.sum(axis=0) / (n - 1))
        third = (square * deviation).sum(axis=0) / sd**3
        fourth = (square * square).sum(axis=0) / sd**4
        skew = n / ((n - 1) * (n - 2)) * third
        kurtosis = n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * fourth
        kurtosis -= 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))
    usable = (n >= LEAST_POINTS) & (sd > 0)
    return np.where(usable, skew, 0.0), np.where(usable, kurtosis, 0.0)


def _is_out(values: NDArray, recipe: Recipe) -> NDArray[np.bool_]:
    skew, kurtosis = skew_and_kurtosis(values)
    return (np.abs(skew) > recipe.most_skew) & (kurtosis > recipe.most_kurtosis)


def _column(column: NDArray, recipe: Recipe) -> tuple[NDArray, str]:
    if recipe.treat is Treat.LOG:
        return _log(column), "log"
    if recipe.treat is Treat.BOX_COX:
        return _box_cox(column)
    drawn, highest, lowest = column.copy(), 0, 0  # points moved at either end, as COINr counts them
    while highest + lowest < recipe.most_winsorised and _is_out(drawn[:, None], recipe)[0]:
        if skew_and_kurtosis(drawn[:, None])[0][0] >= 0:
            edge = drawn == np.nanmax(drawn)
            drawn[edge], highest = np.nanmax(drawn[~edge]), int(edge.sum())
        else:
            edge = drawn == np.nanmin(drawn)
            drawn[edge], lowest = np.nanmin(drawn[~edge]), int(edge.sum())
    if _is_out(drawn[:, None], recipe)[0]:
        return _log(column), "log"
    return drawn, f"winsorised {highest + lowest}"


def _log(column: NDArray) -> NDArray:
    """The logarithm with the least value moved to just above zero, as in COINr's log_CT."""
    low, high = np.nanmin(column), np.nanmax(column)
    return np.log(column - low + LOG_STEP * (high - low))


def _box_cox(column: NDArray) -> tuple[NDArray, str]:
    """The power that leaves the least skew, on values moved above zero. Box and Cox (1964)."""
    low, high = np.nanmin(column), np.nanmax(column)
    above = column - low + LOG_STEP * (high - low)
    tried = np.stack(
        [np.log(above) if p == 0 else (above**p - 1) / p for p in BOX_COX_GRID], axis=1
    )
    best = int(np.abs(skew_and_kurtosis(tried)[0]).argmin())
    return tried[:, best], f"Box-Cox {BOX_COX_GRID[best]:.2f}"

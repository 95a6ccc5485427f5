"""How do counts depend on time and season? Many Poisson regressions on one design at once."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

AT_ONCE = 24  # series whose products one core does alone, out of its own memory
MOST_STEPS = 25
TOLERANCE = 1e-8  # of the deviance from one step to the next, relative; usual in statistics
START_ABOVE = 0.1  # added to the counts for the first fitted means, so that none is zero
START_AT = 1 / 6  # in place of zeros, for a negative binomial
FLATTEST = -30.0  # a linear predictor below this is a mean of zero


class Fits(NamedTuple):
    """Fitted log-linear means of many series.

    ``mean``: shape (areas, rows). ``before``: the means that the last step weighed the rows by;
    ``cover``: the inverse of the design weighed by these, shape (areas, columns, columns).
    """

    coefficients: NDArray[np.float64]
    mean: NDArray[np.float64]
    before: NDArray[np.float64]
    cover: NDArray[np.float64]
    settled: NDArray[np.bool_]


def fit(
    design: NDArray[np.float64],
    counts: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    dispersion: float = 0.0,
) -> Fits:
    """The Poisson means of largest likelihood under a log link, by weighted least squares.

    Parameters
    ----------
    design
        Shape (rows, columns), the same for all series.
    counts, weights
        Shape (areas, rows); a row of weight 0 counts for nothing.
    dispersion
        Above 0: of a negative binomial whose variance is mean + dispersion x mean².

    Source
    ------
    Iteratively reweighted least squares: Nelder and Wedderburn (1972), doi:10.2307/2344614. The
    products of the design's columns are formed once, so that a step is one matrix product.
    """
    parts = [
        _fit_some(design, counts[at : at + AT_ONCE], weights[at : at + AT_ONCE], dispersion)
        for at in range(0, max(len(counts), 1), AT_ONCE)
    ]
    return Fits(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _fit_some(
    design: NDArray[np.float64],
    counts: NDArray[np.float64],
    weights: NDArray[np.float64],
    dispersion: float,
) -> Fits:
    n_areas, n_columns = len(counts), design.shape[1]
    one, other = np.triu_indices(n_columns)
    products = design[:, one] * design[:, other]
    whole = Fits(
        np.zeros((n_areas, n_columns)), np.zeros(counts.shape), np.zeros(counts.shape),
        np.zeros((n_areas, n_columns, n_columns)), np.zeros(n_areas, dtype=bool),
    )  # fmt: skip
    y, w, left = counts, weights, np.arange(n_areas)
    mean = y + START_ABOVE if dispersion == 0 else np.where(y > 0, y, START_AT)
    linear = np.log(mean)
    fixed = _deviance_fixed(y, w, dispersion)
    deviance = _deviance(y, w, linear, mean, fixed, dispersion)
    for _ in range(MOST_STEPS):
        before, working = mean, w * mean / (1 + dispersion * mean)
        gram = _square(working @ products, one, other, n_columns)
        pull = (working * (linear + (y - mean) / mean)) @ design
        beta = _solve(gram, pull)
        linear = np.maximum(beta @ design.T, FLATTEST)
        mean = np.exp(linear)
        now = _deviance(y, w, linear, mean, fixed, dispersion)
        done = np.abs(now - deviance) / (np.abs(now) + 0.1) < TOLERANCE
        for kept, value in zip(whole, (beta, mean, before, gram, done), strict=True):
            kept[left] = value
        if done.all():
            break
        if done.any():
            go = ~done
            left, y, w, fixed = left[go], y[go], w[go], fixed[go]
            linear, mean, now = linear[go], mean[go], now[go]
        deviance = now
    return whole._replace(cover=_inverse(whole.cover))


def _square(flat: NDArray, one: NDArray, other: NDArray, n: int) -> NDArray[np.float64]:
    gram = np.empty((len(flat), n, n))
    gram[:, one, other] = gram[:, other, one] = flat
    return gram


def hat(design: NDArray[np.float64], fits: Fits, weights: NDArray[np.float64]) -> NDArray:
    """The leverage of each row on its own fitted value; shape (areas, rows)."""
    n_columns = design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    return weights * fits.before * (fits.cover.reshape(-1, n_columns**2) @ products.T)


def spread_of(row: NDArray[np.float64], fits: Fits) -> NDArray[np.float64]:
    """The variance of a linear predictor per unit of dispersion; shape (areas,)."""
    return np.einsum("i,nij,j->n", row, fits.cover, row)


def _deviance_fixed(y: NDArray, weights: NDArray, dispersion: float) -> NDArray[np.float64]:
    """The part of half the deviance that the fitted means do not change."""
    lost = y if dispersion == 0 else (y + 1 / dispersion) * np.log1p(dispersion * y)
    return (weights * (xlogy(y, y) - lost)).sum(axis=1)


def _deviance(
    y: NDArray,
    weights: NDArray,
    linear: NDArray,
    mean: NDArray,
    fixed: NDArray,
    dispersion: float,
) -> NDArray[np.float64]:
    lost = mean if dispersion == 0 else (y + 1 / dispersion) * np.log1p(dispersion * mean)
    return 2 * (fixed - (weights * (y * linear - lost)).sum(axis=1))


def _solve(gram: NDArray, pull: NDArray) -> NDArray[np.float64]:
    try:
        return np.linalg.solve(gram, pull[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        return np.einsum("nij,nj->ni", np.linalg.pinv(gram, hermitian=True), pull)


def _inverse(gram: NDArray) -> NDArray[np.float64]:
    try:
        return np.linalg.inv(gram)
    except np.linalg.LinAlgError:
        return np.linalg.pinv(gram, hermitian=True)

"""What do experts think counts more? Pairwise comparisons become weights, or are sent back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput, Problem

# Mean consistency index of random matrices of size 3 upwards, as Saaty (2008) uses them.
RANDOM_INDEX = (0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59)
MOST_INCONSISTENT = 0.1  # ratio above which comparisons go back to the expert; Saaty (1980)
ROUNDS = 100  # of the completion, at most; assumed
SEARCH_STEPS = 60  # golden-section steps, each leaving 0.618 of the interval
WIDEST = np.log(9.0)  # the widest comparison of Saaty's scale


class NotComparable(BadInput):
    """A matrix of comparisons cannot be used."""

    code = "not_comparable"
    sentence = N_("The comparisons cannot be used: {reason}")


@dataclass(frozen=True)
class Priorities:
    """Weights of what was compared, and how consistent the comparisons are."""

    weights: NDArray[np.float64]
    ratio: float  # consistency ratio; 0 is perfectly consistent
    completed: NDArray[np.float64]

    @property
    def is_consistent(self) -> bool:
        """Is the ratio within Saaty's tenth?"""
        return self.ratio <= MOST_INCONSISTENT


def priorities(comparisons: NDArray[np.float64]) -> Priorities:
    """Weights by the principal eigenvector; missing comparisons are filled the best way.

    Parameters
    ----------
    comparisons
        Square, reciprocal, ones on the diagonal; missing is NaN at both places.

    Source
    ------
    Saaty (2008), doi:10.1504/IJSSCI.2008.017590; the missing ones by Bozóki et al. (2010),
    doi:10.1016/j.mcm.2010.02.047: those that make the largest eigenvalue least.
    """
    whole = _completed(_checked(comparisons))
    value, vector = _principal(whole)
    n = len(whole)
    index = (value - n) / (n - 1) if n > 2 else 0.0
    ratio = index / RANDOM_INDEX[min(n, len(RANDOM_INDEX) + 2) - 3] if n > 2 else 0.0
    return Priorities(vector, max(0.0, float(ratio)), whole)


def together(matrices: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """One matrix from several experts: the geometric mean of those who compared each pair.

    Source: Aczél and Saaty (1983), doi:10.1016/0022-2496(83)90028-7.
    """
    if len({np.shape(m) for m in matrices}) != 1:
        raise NotComparable(reason=Problem(N_("experts compared different numbers of things.")))
    logs = np.log(np.stack([_checked(m) for m in matrices]))
    there = ~np.isnan(logs)
    with np.errstate(all="ignore"):
        return np.exp(np.where(there, logs, 0).sum(axis=0) / there.sum(axis=0))


def _checked(matrix: NDArray) -> NDArray[np.float64]:
    matrix = np.asarray(matrix, dtype=float)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise NotComparable(
            reason=Problem(
                N_("the matrix has shape {shape}; it must be square."), shape=matrix.shape
            )
        )
    if (matrix <= 0).any():
        raise NotComparable(reason=Problem(N_("a comparison is zero or below; say 1/9 to 9.")))
    product = matrix * matrix.T
    wrong = ~np.isnan(product) & (np.abs(product - 1) > 1e-6)
    if wrong.any() or (np.isnan(matrix) != np.isnan(matrix.T)).any():
        row, column = np.argwhere(wrong | (np.isnan(matrix) != np.isnan(matrix.T)))[0]
        reason = Problem(
            N_("({row}, {column}) and ({column}, {row}) are not reciprocal."),
            row=row + 1,
            column=column + 1,
        )
        raise NotComparable(reason=reason)
    return matrix


def _completed(matrix: NDArray) -> NDArray:
    gaps = [(i, j) for i, j in np.argwhere(np.isnan(matrix)) if i < j]
    if not gaps:
        return matrix
    if not _is_connected(~np.isnan(matrix)):
        reason = Problem(
            N_("they fall into parts that were never compared with each other; compare one pair.")
        )
        raise NotComparable(reason=reason)
    whole = np.where(np.isnan(matrix), 1.0, matrix)
    before = np.inf
    for _ in range(ROUNDS):
        for i, j in gaps:
            whole[i, j] = np.exp(_least(whole, i, j))
            whole[j, i] = 1 / whole[i, j]
        now = _principal(whole)[0]
        if before - now < 1e-12:
            break
        before = now
    return whole


def _least(whole: NDArray, i: int, j: int) -> float:
    """Golden-section search; the eigenvalue is convex in the logarithm of an entry."""
    golden = (np.sqrt(5) - 1) / 2
    low, high = -2 * WIDEST, 2 * WIDEST

    def at(x: float) -> float:
        tried = whole.copy()
        tried[i, j], tried[j, i] = np.exp(x), np.exp(-x)
        return _principal(tried)[0]

    for _ in range(SEARCH_STEPS):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if at(left) < at(right) else (left, high)
    return (low + high) / 2


def _principal(matrix: NDArray) -> tuple[float, NDArray]:
    values, vectors = np.linalg.eig(matrix)
    at = int(values.real.argmax())
    vector = np.abs(vectors[:, at].real)
    return float(values[at].real), vector / vector.sum()


def _is_connected(there: NDArray[np.bool_]) -> bool:
    reached = np.linalg.matrix_power(there.astype(float), len(there))
    return bool((reached > 0).all())

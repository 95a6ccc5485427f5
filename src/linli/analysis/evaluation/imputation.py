"""What stands in for a value nobody collected? Each answer says how much it had to make up."""

import numpy as np
from numpy.typing import NDArray

from linli.analysis.evaluation.recipe import Impute
from linli.errors import N_, BadInput

EM_ROUNDS = 200  # at most; assumed
EM_TOLERANCE = 1e-8  # change of the means, in spreads, at which the search stops; assumed
EM_RIDGE = 1e-6  # share of the variance added to the diagonal, so that few units suffice; assumed


def imputed(
    values: NDArray[np.float64],
    *,
    by: Impute,
    groups: NDArray | None = None,
    names: tuple[str, ...] = (),
) -> NDArray[np.float64]:
    """Fill what is missing.

    Parameters
    ----------
    values
        Shape (units, indicators); missing is NaN.
    groups
        One label a unit, for the group means and medians.

    Raises
    ------
    BadInput
        If an indicator, or a group's part of it, has no value to learn from.
    """
    if by is Impute.NONE or not np.isnan(values).any():
        return values
    _refuse_empty(values, names)
    if by is Impute.EM:
        return _em(values)
    middle = np.nanmedian if by in {Impute.MEDIAN, Impute.GROUP_MEDIAN} else np.nanmean
    if by in {Impute.MEAN, Impute.MEDIAN}:
        return np.where(np.isnan(values), middle(values, axis=0), values)
    if groups is None:
        raise BadInput(N_("Imputing by group needs a group for every unit; add the column group."))
    filled = values.copy()
    for group in np.unique(groups):
        inside = groups == group
        _refuse_empty(values[inside], names, group=str(group))
        part = values[inside]
        filled[inside] = np.where(np.isnan(part), middle(part, axis=0), part)
    return filled


def _refuse_empty(values: NDArray, names: tuple[str, ...], group: str = "") -> None:
    empty = np.isnan(values).all(axis=0)
    if not empty.any():
        return
    at = int(empty.argmax())
    raise BadInput(
        N_(
            "{indicator} has no value at all{where}, so none can be imputed. "
            "Collect one, or leave the indicator out."
        ),
        indicator=names[at] if names else at,
        where=f" ({group})" if group else "",
    )


def _em(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Expectation-maximisation under a normal law; Dempster et al. (1977).

    Source: doi:10.1111/j.2517-6161.1977.tb01600.x; the ridge is ours.
    """
    spread = np.nanstd(values, axis=0)
    spread[spread == 0] = 1.0
    centre = np.nanmean(values, axis=0)
    z = (values - centre) / spread
    gaps = np.isnan(z)
    filled = np.where(gaps, 0.0, z)
    patterns, which = np.unique(gaps, axis=0, return_inverse=True)
    mean, cov = filled.mean(axis=0), np.cov(filled.T, bias=True).reshape(z.shape[1], -1)
    for _ in range(EM_ROUNDS):
        cov = cov + EM_RIDGE * np.eye(len(cov))
        extra = np.zeros_like(cov)
        for number, gap in enumerate(patterns):
            if not gap.any():
                continue
            rows = which.ravel() == number
            seen = ~gap
            slope = np.linalg.solve(cov[np.ix_(seen, seen)], cov[np.ix_(seen, gap)])
            filled[np.ix_(rows, gap)] = (
                mean[gap] + (filled[np.ix_(rows, seen)] - mean[seen]) @ slope
            )
            left = cov[np.ix_(gap, gap)] - cov[np.ix_(gap, seen)] @ slope
            extra[np.ix_(gap, gap)] += left * rows.sum()
        new = filled.mean(axis=0)
        moved = np.abs(new - mean).max()
        mean, cov = new, (filled - new).T @ (filled - new) / len(z) + extra / len(z)
        if moved < EM_TOLERANCE:
            break
    return np.where(gaps, filled * spread + centre, values)

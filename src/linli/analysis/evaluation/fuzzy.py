"""How good is a place when 'good' has soft edges? Fuzzy comprehensive evaluation (模糊综合评价)."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput


class Operator(StrEnum):
    """How weights and memberships are joined: M(.,+), M(min,max), M(.,max), M(min,+)."""

    PRODUCT_SUM = "product_sum"
    MIN_MAX = "min_max"
    PRODUCT_MAX = "product_max"
    MIN_SUM = "min_sum"


def memberships(values: NDArray[np.float64], grades: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each value belongs to each grade: triangles between neighbouring grade centres.

    Parameters
    ----------
    values
        Any shape, on one scale.
    grades
        Centres of the grades, rising.

    Returns
    -------
    The shape of values with one more axis, the grades; adds to one.
    """
    if grades.ndim != 1 or len(grades) < 2 or not (np.diff(grades) > 0).all():
        raise BadInput(N_("Grades need at least two centres that rise."))
    if np.isnan(values).any():
        raise BadInput(N_("A missing value belongs to no grade; impute first, or leave it out."))
    inside = np.clip(values, grades[0], grades[-1])
    above = np.clip(np.searchsorted(grades, inside, side="right"), 1, len(grades) - 1)
    share = (inside - grades[above - 1]) / (grades[above] - grades[above - 1])
    belongs = np.zeros((*values.shape, len(grades)))
    np.put_along_axis(belongs, (above - 1)[..., None], (1 - share)[..., None], axis=-1)
    np.put_along_axis(belongs, above[..., None], share[..., None], axis=-1)
    return belongs


def comprehensive(
    belongs: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    operator: Operator = Operator.PRODUCT_SUM,
) -> NDArray[np.float64]:
    """Grades of the whole from grades of the parts, adding to one.

    Parameters
    ----------
    belongs
        Shape (..., parts, grades).
    weights
        Shape (parts,), any scale.

    Source
    ------
    Zadeh's composition of relations, doi:10.1016/S0019-9958(65)90241-X, in its four usual forms.
    """
    share = (weights / weights.sum())[:, None]
    joined = (
        share * belongs
        if operator in {Operator.PRODUCT_SUM, Operator.PRODUCT_MAX}
        else np.minimum(share, belongs)
    )
    summed = operator in {Operator.PRODUCT_SUM, Operator.MIN_SUM}
    whole = joined.sum(axis=-2) if summed else joined.max(axis=-2)
    return whole / whole.sum(axis=-1, keepdims=True)

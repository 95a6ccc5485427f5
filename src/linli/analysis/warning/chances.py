"""Which of very many warnings can be believed, and which of them are one and the same rise?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, t

from linli.analysis.warning.finding import ALL_ZERO, Findings
from linli.errors import N_, BadInput

EARS = ("ears-C1", "ears-C2")  # their bound lies so many spreads above the mean


def chances(found: Findings) -> NDArray[np.float64]:
    """The chance of at least what was seen if nothing had changed, NaN where nothing is known.

    Parameters
    ----------
    found
        Of a method that tells a chance, or of EARS C1 or C2: there it is that of Student's t for
        one more day after a sample of as many days as the baseline has.

    Returns
    -------
    Shape (areas, times tested); 1 where all is zero.

    Raises
    ------
    BadInput
        For a method that has none: its warnings cannot be weighed against thousands of others.

    Source
    ------
    Prediction of one more of a normal sample: Hahn and Meeker, Statistical Intervals (1991),
    section 4.7.
    """
    if found.p is not None:
        p = found.p
    elif found.method in EARS:
        p = _one_more(found)
    else:
        raise BadInput(
            N_("{method} tells no chance, so its warnings cannot be weighed against those of all "
               "other series. Choose bayes, tail, farrington, c1 or c2."),
            method=found.method,
        )  # fmt: skip
    return np.where(found.status == ALL_ZERO, 1.0, p)


def adjusted(p: NDArray[np.float64], family: Sequence[str]) -> NDArray[np.float64]:
    """The least share of false warnings at which each test of a night would be believed.

    Parameters
    ----------
    p
        The chance of each test, shape (tests,); NaN is no test and stays so.
    family
        Of each test. Tests of one family are weighed against one another: all series of one
        level, since grids by the ten thousand would drown a city's thirteen districts.

    Source
    ------
    Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x; apart by class as in
    Efron (2008), doi:10.1214/07-AOAS141.
    """
    found = np.full(p.shape, np.nan)
    names = np.asarray(family)
    for name in dict.fromkeys(family):
        use = (names == name) & ~np.isnan(p)
        if use.any():
            found[use] = false_discovery_control(p[use])
    return found


def explained(
    contains: NDArray[np.bool_], excess: NDArray[np.float64], *, share: float
) -> list[int | None]:
    """Which warnings of one signal are no more than the warnings of their parts?

    Parameters
    ----------
    contains
        Whether the people of the one (row) take in those of the other (column); shape
        (warnings, warnings), no warning contains itself, and none another that contains it.
    excess
        How many more than expected were seen in each; shape (warnings,).
    share
        So much of the excess has to lie in the parts, 0 to 1.

    Returns
    -------
    For each warning None if it stands for itself, else the place of the part that stands for it.
    """
    found: list[int | None] = [None] * len(excess)
    for n in sorted(range(len(excess)), key=lambda n: int(contains[n].sum())):
        parts = np.flatnonzero(contains[n])
        widest = [m for m in parts if not contains[np.ix_(parts, [m])].any()]
        if widest and excess[widest].sum() >= share * excess[n]:
            best = max(widest, key=lambda m: float(excess[m]))
            found[n] = int(best) if found[best] is None else found[best]
    return found


def _one_more(found: Findings) -> NDArray[np.float64]:
    days = int(str(found.parameters["baseline_days"]))
    with np.errstate(divide="ignore", invalid="ignore"):
        over = (found.observed - found.expected) / (found.upper - found.expected)
    spreads = over * float(str(found.parameters["threshold"]))
    return t.sf(spreads / np.sqrt(1 + 1 / days), days - 1)

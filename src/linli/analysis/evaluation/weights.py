"""How much should each indicator count? Weights that the data speak for."""

import numpy as np
from numpy.typing import NDArray

from linli.analysis.evaluation.recipe import Weighting
from linli.errors import N_, BadInput, Problem

MEREC_SMALLEST = 1e-12  # below this a ratio has no logarithm


class NoWeights(BadInput):
    """A way of weighting does not work with these values."""

    code = "no_weights"
    sentence = N_("{by} gives no weights: {reason} Choose another way, or leave the indicator out.")


def weights_from(values: NDArray[np.float64], *, by: Weighting) -> NDArray[np.float64]:
    """Weights of the indicators, adding to one, from values where more is better.

    Parameters
    ----------
    values
        Shape (units, indicators); no missing value, which is refused.

    Raises
    ------
    NoWeights
        If a value is missing, or the way cannot weigh these values; the sentence says why.
    """
    if by in {Weighting.EQUAL, Weighting.GIVEN}:
        return np.full(values.shape[1], 1 / values.shape[1])
    _refuse_gaps(values, by)
    made = {
        Weighting.ENTROPY: entropy,
        Weighting.CRITIC: critic,
        Weighting.MEREC: merec,
        Weighting.PCA: principal,
    }[by](values)
    if not np.isfinite(made).all():
        raise NoWeights(
            by=str(by),
            reason=Problem(N_("indicator {at} fails."), at=int((~np.isfinite(made)).argmax())),
        )
    return made


def entropy(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """More weight where units differ more, by Shannon's entropy of the shares.

    Source: Shannon entropy as in Xu (2004), doi:10.1016/S0377-2217(03)00146-2.
    """
    if (values < 0).any():
        raise NoWeights(
            by="entropy", reason=Problem(N_("a value is below zero, and shares cannot be."))
        )
    total = values.sum(axis=0)
    if (total <= 0).any():
        raise NoWeights(
            by="entropy",
            reason=Problem(N_("column {at} is all zero."), at=int((total <= 0).argmax())),
        )
    share = values / total
    with np.errstate(all="ignore"):
        logs = np.where(share > 0, share * np.log(share), 0.0)
    difference = 1 + logs.sum(axis=0) / np.log(len(values))
    difference = np.maximum(difference, 0.0)
    return _whole(difference, "entropy")


def critic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """More weight where an indicator varies and says what the others do not.

    Source: Diakoulaki et al. (1995), doi:10.1016/0305-0548(94)00059-H; min-max values, sample sd.
    """
    low, high = values.min(axis=0), values.max(axis=0)
    if not (high > low).all():
        raise NoWeights(
            by="critic",
            reason=Problem(N_("column {at} is constant."), at=int((high <= low).argmax())),
        )
    scaled = (values - low) / (high - low)
    spread = scaled.std(axis=0, ddof=1)
    conflict = (1 - np.atleast_2d(np.corrcoef(scaled.T))).sum(axis=0)
    return _whole(spread * conflict, "critic")


def merec(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """More weight where leaving the indicator out changes the units' performance most.

    Source: Keshavarz-Ghorabaee et al. (2021), doi:10.3390/sym13040525, equations 2 to 6, for
    values where more is better.
    """
    if (values < MEREC_SMALLEST).any():
        raise NoWeights(
            by="merec", reason=Problem(N_("a value is zero or below, and has no logarithm."))
        )
    logs = np.abs(np.log(values.min(axis=0) / values))
    n = values.shape[1]
    whole = np.log1p(logs.sum(axis=1) / n)
    without = np.log1p((logs.sum(axis=1, keepdims=True) - logs) / n)
    return _whole(np.abs(without - whole[:, None]).sum(axis=0), "merec")


def principal(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights from the first principal component; refused where any would be negative."""
    if not (values.std(axis=0) > 0).all():
        raise NoWeights(by="pca", reason=Problem(N_("an indicator is constant.")))
    _, vectors = np.linalg.eigh(np.atleast_2d(np.corrcoef(values.T)))
    first = vectors[:, -1] * (np.sign(vectors[:, -1].sum()) or 1.0)
    if (first < 0).any():
        at = int(first.argmin())
        reason = Problem(
            N_("column {at} runs against the rest with {by}; check its direction."),
            at=at,
            by=f"{first[at]:.2f}",
        )
        raise NoWeights(by="pca", reason=reason)
    return _whole(first, "pca")


def combined(*several: NDArray[np.float64], product: bool = False) -> NDArray[np.float64]:
    """The mean of several sets of weights, or their product made to add to one."""
    stack = np.stack(several)
    return _whole(np.prod(stack, axis=0) if product else stack.mean(axis=0), "combination")


def benefit_of_doubt(
    values: NDArray[np.float64], *, least: float = 0.0, most: float = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each unit's score under the weights that suit it best, and those weights.

    Parameters
    ----------
    values
        Shape (units, indicators), zero or more, more being better, none missing.
    least, most
        Bounds of an indicator's share of the unit's score.

    Returns
    -------
    Scores, 0 to 1, and weights, shape (units, indicators).

    Source
    ------
    Cherchye et al. (2007), doi:10.1007/s11205-006-9029-7, with pie-share bounds.
    """
    from scipy.optimize import linprog

    _refuse_gaps(values, "benefit of the doubt")
    if (values < 0).any():
        raise NoWeights(by="benefit of the doubt", reason=Problem(N_("a value is below zero.")))
    scores, weights = np.empty(len(values)), np.empty(values.shape)
    for at, own in enumerate(values):
        below = np.diag(own) * -1 + least * own  # own share at least `least`
        above = np.diag(own) - most * own
        bounds = np.vstack([values, below, above])
        right = np.concatenate([np.ones(len(values)), np.zeros(2 * len(own))])
        found = linprog(-own, A_ub=bounds, b_ub=right, bounds=(0, None), method="highs")
        if not found.success:
            reason = Problem(
                N_("unit {at} has no weights within {least} and {most}."),
                at=at,
                least=f"{least:g}",
                most=f"{most:g}",
            )
            raise NoWeights(by="benefit of the doubt", reason=reason)
        scores[at], weights[at] = -found.fun, found.x
    return scores, weights


def effective_importance(
    values: NDArray[np.float64], score: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How strongly each indicator moves with the score: squared correlations, adding to one.

    Source: Paruolo et al. (2013), doi:10.1111/j.1467-985X.2012.01059.x, its linear form.
    """
    share = np.zeros(values.shape[1])
    for at, column in enumerate(values.T):
        there = ~np.isnan(column) & ~np.isnan(score)
        if there.sum() > 2 and column[there].std() > 0 and score[there].std() > 0:
            share[at] = np.corrcoef(column[there], score[there])[0, 1] ** 2
    total = share.sum()
    return share / total if total > 0 else share


def _refuse_gaps(values: NDArray, by: object) -> None:
    if np.isnan(values).any():
        unit, at = (int(k) for k in np.argwhere(np.isnan(values))[0])
        reason = Problem(N_("row {unit}, column {at} is missing; impute first."), unit=unit, at=at)
        raise NoWeights(by=str(by), reason=reason)


def _whole(raw: NDArray, by: str) -> NDArray[np.float64]:
    total = raw.sum()
    if not total > 0:
        raise NoWeights(by=by, reason=Problem(N_("no indicator tells the units apart.")))
    return raw / total

"""How many does one case infect, and how unevenly is that spread over the cases?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import betainc, gammaln

from linli.analysis.epidemic.waits import HALF_CHI2_95, Estimate
from linli.errors import N_, BadInput

LEAST_LOG_K, MOST_LOG_K = np.log(1e-4), np.log(1e4)  # beyond a k of 10,000 it is a Poisson
WIDEST_R = 1e4  # how many times the estimate an interval of r is looked for


@dataclass(frozen=True)
class Offspring:
    """A negative binomial of how many each case infects.

    ``r``: mean. ``k``: dispersion; the smaller, the fewer cases infect most. Its upper end is
    infinite where the records are also those of an even spread (Poisson). ``n`` cases, of whom
    ``n_zero`` infected nobody.
    """

    r: Estimate
    k: Estimate
    log_likelihood: float
    n: int
    n_zero: int

    def mass(self, counts: NDArray) -> NDArray[np.float64]:
        """The chance that a case infects this many."""
        return np.exp(_log_mass(counts, self.r.value, min(self.k.value, np.exp(MOST_LOG_K))))

    def share_of_cases_behind(self, share: float) -> float:
        """The smallest share of all cases who infect this share of the infected.

        Of Endo et al. (2020), doi:10.12688/wellcomeopenres.15842.3: cases in falling order of how
        many they infect; the last number needed counts in part.
        """
        r, k = self.r.value, min(self.k.value, float(np.exp(MOST_LOG_K)))
        odds = r / (k + r)
        at = 1
        while _infected_by(at + 1, r, k) >= share * r:
            at += 1
        part = (share * r - _infected_by(at + 1, r, k)) / at
        return float(betainc(at + 1, k, odds) + part)


def offspring(counts: NDArray[np.float64]) -> Offspring:
    """Fit a negative binomial to how many each case infected.

    Parameters
    ----------
    counts
        One number a case, zeros included: leaving them out makes spread look even. A fraction
        stands for an infected case with several possible sources, shared between them.

    Raises
    ------
    BadInput
        If a count is negative or missing, or nobody infected anybody.

    Notes
    -----
    Maximum likelihood; 95 % intervals by profile likelihood, the other parameter at its best.

    Source
    ------
    Lloyd-Smith et al. (2005), doi:10.1038/nature04153; Lloyd-Smith (2007),
    doi:10.1371/journal.pone.0000180.
    """
    if not len(counts) or not (counts >= 0).all():  # NaN fails this too
        raise BadInput(N_("Offspring are numbers from 0 up, one a case."))
    if counts.sum() == 0:
        raise BadInput(
            N_("None of {n} cases infected anybody: there is nothing to fit."), n=len(counts)
        )
    value, n_with = np.unique(counts, return_counts=True)
    r = float(counts.mean())

    def cost(mean: float, log_k: float) -> float:
        return float(-(n_with @ _log_mass(value, mean, float(np.exp(log_k)))))

    bounds = (LEAST_LOG_K, MOST_LOG_K)
    best = minimize_scalar(lambda x: cost(r, x), bounds=bounds, method="bounded",
                           options={"xatol": 1e-9})  # fmt: skip
    log_k, top = float(best.x), float(best.fun)
    even = counts.var() <= r  # the likelihood rises towards a Poisson for ever
    if even:
        log_k, top = MOST_LOG_K, cost(r, MOST_LOG_K)

    def far_k(x: float) -> float:  # the mean is the best r whatever k is
        return cost(r, x) - top - HALF_CHI2_95

    def far_r(log_mean: float) -> float:
        mean = float(np.exp(log_mean))
        at = minimize_scalar(lambda x: cost(mean, x), bounds=bounds, method="bounded")
        return float(at.fun) - top - HALF_CHI2_95

    k = Estimate(
        float("inf") if even else float(np.exp(log_k)),
        _edge(far_k, log_k, LEAST_LOG_K, never=0.0),
        float("inf") if even else _edge(far_k, log_k, MOST_LOG_K, never=float("inf")),
    )
    middle, reach = float(np.log(r)), float(np.log(WIDEST_R))
    mean = Estimate(
        r,
        _edge(far_r, middle, middle - reach, never=0.0),
        _edge(far_r, middle, middle + reach, never=float("inf")),
    )
    return Offspring(mean, k, -top, len(counts), int((counts == 0).sum()))


def _log_mass(counts: NDArray, r: float, k: float) -> NDArray[np.float64]:
    """The logarithm of the negative binomial's mass at some counts."""
    ways = gammaln(k + counts) - gammaln(k) - gammaln(counts + 1.0)
    return ways + k * np.log(k / (k + r)) + counts * np.log(r / (k + r))


def _edge(far: Callable[[float], float], at: float, limit: float, *, never: float) -> float:
    """Where a likelihood leaves its interval between an estimate and a limit, both logarithms."""
    return float(np.exp(brentq(far, at, limit))) if far(limit) > 0 else never


def _infected_by(at: int, r: float, k: float) -> float:
    """How many are infected, per case, by cases that infect at least this many (2 or more).

    x P(x; k) = r P(x - 1; k + 1), so this is the tail of another negative binomial.
    """
    return float(r * betainc(at - 1, k + 1, r / (k + r)))

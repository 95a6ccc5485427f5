"""What do the counts say, once there are some? Rates by a negative binomial model, shrunk.

log E(cases) = log(population) + intercept + inputs x slopes + district. Slopes are held by a
ridge, districts by a common spread, and what a community's own count adds is shrunk towards the
model by its gamma mixture: with few people the model speaks, with many the count does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from linli.analysis.risk.communities import Floats
from linli.errors import N_, BadInput

RIDGE = 1.0  # precision of a slope on inputs of spread 1: e-fold for one spread is plausible
LEAST_SPREAD, MOST_SPREAD = 0.05, 2.0  # of districts, on the logarithm
LEAST_SIZE, MOST_SIZE = 0.05, 200.0  # of the negative binomial; above, it is a Poisson
STEPS, ENOUGH = 60, 1e-8
LEAST_FREE = 0.05  # of a residual that its own leverage leaves it
DRAWS = 2000


@dataclass(frozen=True)
class Posterior:
    """Rates after counts, cases a person of the period.

    ``expected``: (n,) by the model alone; ``rate``: (n,) with the own count; ``low`` and
    ``high``: the middle 90 %. ``slopes``: (inputs,) a spread of the input; ``size``: of the
    negative binomial; ``district_spread``: on the logarithm.
    """

    expected: Floats
    rate: Floats
    low: Floats
    high: Floats
    slopes: Floats
    slope_errors: Floats
    size: float
    district_spread: float
    in_top: Floats


def learn(
    cases: Floats,
    population: Floats,
    inputs: Floats,
    districts: Sequence[str] = (),
    *,
    k: int = 0,
    ridge: float = RIDGE,
    draws: int = DRAWS,
    seed: int = 1,
) -> Posterior:
    """Fit counts to inputs and say what each community's rate is now.

    ``cases``: (n,) whole numbers from 0; ``population``: (n,) above 0; ``inputs``: (n, p) without
    gaps, such as logarithms of the prior's dimensions. ``k``: how many make the list whose
    membership ``in_top`` tells; 0 for none. ``draws``: of rates, in hundreds.

    Raises
    ------
    BadInput
        For gaps, negative or broken counts, or when nobody has fallen ill yet.
    """
    _check(cases, population, inputs)
    x = _standardised(inputs)
    groups, members = np.unique(np.asarray(districts or ["" for _ in cases]), return_inverse=True)
    n_groups = len(groups) if len(groups) > 1 else 0
    own = (members[:, None] == np.arange(n_groups)).astype(float)
    design = np.column_stack([np.ones(len(cases)), x, own])
    size, tau = 1.0, 0.5
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(cases.sum() / population.sum())
    for _ in range(STEPS):
        penalty = np.concatenate([[1e-8], np.full(x.shape[1], ridge),
                                  np.full(n_groups, 1.0 / tau**2)])  # fmt: skip
        beta, covariance = _fit(cases, population, design, penalty, size, beta)
        mean = population * np.exp(design @ beta)
        before = size, tau
        size = _size(cases, mean)
        if n_groups:
            effects = beta[-n_groups:]
            variances = np.diag(covariance)[-n_groups:]
            tau = float(np.clip(np.sqrt(np.mean(effects**2 + variances)), LEAST_SPREAD,
                                MOST_SPREAD))  # fmt: skip
        if abs(np.log(size / before[0])) + abs(np.log(tau / before[1])) < ENOUGH:
            break
    covariance = _robust(cases, population, design, penalty, size, beta)
    return _told(
        cases, population, design, beta, covariance, size, tau if n_groups else 0.0, x.shape[1], k,
        draws, seed,
    )  # fmt: skip


def shrunk_rates(cases: Floats, population: Floats) -> Floats:
    """Rates drawn towards the common one by how few people stand behind each.

    The global estimator of Marshall (1991, Applied Statistics 40:283), by moments.
    """
    common = cases.sum() / population.sum()
    raw = cases / population
    variance = np.sum(population * (raw - common) ** 2) / population.sum()
    between = max(0.0, variance - common / population.mean())
    weight = between / (between + common / population) if between > 0 else np.zeros(len(cases))
    shrunk: Floats = common + weight * (raw - common)
    return shrunk


def _check(cases: Floats, population: Floats, inputs: Floats) -> None:
    if inputs.ndim != 2 or len({len(cases), len(population), len(inputs)}) != 1:
        raise BadInput(N_("Cases, population and inputs need one row a community."))
    if not (np.isfinite(cases).all() and (cases >= 0).all() and (cases == np.round(cases)).all()):
        raise BadInput(N_("Cases are whole numbers of 0 or more. Correct them before the fit."))
    if not np.isfinite(inputs).all():
        raise BadInput(N_("An input of the fit is missing. Leave the community or the input out."))
    if cases.sum() == 0:
        raise BadInput(N_("There are no cases yet; only the score before cases can be told."))


def _standardised(inputs: Floats) -> Floats:
    spread = inputs.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return np.asarray((inputs - inputs.mean(axis=0)) / spread, dtype=np.float64)


def _fit(
    cases: Floats, population: Floats, design: Floats, penalty: Floats, size: float, beta: Floats
) -> tuple[Floats, Floats]:
    """Newton's way up the penalised likelihood, with halved steps where it overshoots."""
    value = _objective(cases, population, design, penalty, size, beta)
    for _ in range(STEPS):
        mean = population * np.exp(np.clip(design @ beta, -30, 10))
        pull = design.T @ (size * (cases - mean) / (size + mean)) - penalty * beta
        weight = mean * size / (size + mean)
        curve = (design.T * weight) @ design + np.diag(penalty)
        step = np.linalg.solve(curve, pull)
        for _ in range(20):
            tried = _objective(cases, population, design, penalty, size, beta + step)
            if tried >= value:
                break
            step = step / 2
        beta, moved = beta + step, tried - value
        value = tried
        if moved < ENOUGH:
            break
    covariance: Floats = np.asarray(np.linalg.inv(curve), dtype=np.float64)
    return beta, covariance


def _robust(
    cases: Floats, population: Floats, design: Floats, penalty: Floats, size: float, beta: Floats
) -> Floats:
    """Covariance of the coefficients by the spread that the counts show, not the one assumed.

    What drives rates besides the inputs need not follow a gamma: with a longer tail the curvature
    alone gives errors up to a fifth too small. The score of each community is squared instead, and
    raised by its leverage as in HC3.

    Source
    ------
    Huber (1967), Proc. 5th Berkeley Symp. 1:221; HC3: MacKinnon and White (1985), J. Econometrics
    29:305. Ours: the ridge adds its precision to bread and filling alike.
    """
    mean = population * np.exp(np.clip(design @ beta, -30, 10))
    expected = mean * size / (size + mean)
    bread = np.linalg.inv((design.T * expected) @ design + np.diag(penalty))
    leverage = expected * np.einsum("ij,jk,ik->i", design, bread, design)
    score = size * (cases - mean) / (size + mean) / np.maximum(1.0 - leverage, LEAST_FREE)
    filling = (design.T * score**2) @ design + np.diag(penalty)
    covariance: Floats = bread @ filling @ bread
    return covariance


def _objective(
    cases: Floats, population: Floats, design: Floats, penalty: Floats, size: float, beta: Floats
) -> float:
    mean = population * np.exp(np.clip(design @ beta, -30, 10))
    return float(
        np.sum(cases * np.log(mean) - (cases + size) * np.log(size + mean))
        - 0.5 * np.sum(penalty * beta**2)
    )


def _size(cases: Floats, mean: Floats) -> float:
    """The size of the negative binomial with the highest likelihood, given the means."""

    def misfit(log_size: float) -> float:
        r = np.exp(log_size)
        told = gammaln(cases + r) - gammaln(r) + r * np.log(r / (r + mean))
        told = told + cases * np.log(mean / (r + mean))
        return -float(told.sum())

    found = minimize_scalar(misfit, bounds=(np.log(LEAST_SIZE), np.log(MOST_SIZE)),
                            method="bounded")  # fmt: skip
    return float(np.exp(found.x))


def _told(
    cases: Floats,
    population: Floats,
    design: Floats,
    beta: Floats,
    covariance: Floats,
    size: float,
    tau: float,
    n_inputs: int,
    k: int,
    draws: int,
    seed: int,
) -> Posterior:
    dice = np.random.default_rng(seed)
    expected = np.exp(design @ beta)
    rate = expected * (size + cases) / (size + population * expected)
    root = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(beta)))
    drawn = np.empty((len(cases), draws), dtype=np.float32)
    for start in range(0, draws, 100):
        betas = beta[:, None] + root @ dice.standard_normal((len(beta), 100))
        mu = np.exp(design @ betas)
        share = dice.standard_gamma(np.repeat((size + cases)[:, None], 100, axis=1))
        drawn[:, start : start + 100] = mu * share / (size + population[:, None] * mu)
    low, high = np.quantile(drawn, [0.05, 0.95], axis=1)
    in_top = np.full(len(cases), np.nan)
    if k:
        if not 1 <= k <= len(cases):
            raise BadInput(
                N_("A list of {k} cannot be made of {n} communities with a score."),
                k=k,
                n=len(cases),
            )
        bar = -np.partition(-drawn, k - 1, axis=0)[k - 1]
        in_top = (drawn >= bar).mean(axis=1)
    errors = np.sqrt(np.diag(covariance))[1 : 1 + n_inputs]
    return Posterior(expected, rate, low, high, beta[1 : 1 + n_inputs], errors, size, tau, in_top)

"""Which epidemic lies behind a series of reports? R by period, and what that foretells.

The city as one: latent, presymptomatic and ill people, as in the study of Hao et al. (2020),
doi:10.1038/s41586-020-2554-8. A share of the ill is ever reported. Some of those have a test that
finds them, after a delay that falls from period to period; the others wait until a clinical
definition counts them. What later investigations found of days of onset counts beside the reports.
Fitted by an ensemble sampler; what it is given beforehand of Wuhan was chosen with the published
values known, so its agreement with them is no blind test.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from linli.analysis.simulation.epidemic_model import Model
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.analysis.simulation.calibrate_kernel import Known

LEAST_ROUNDS, LEAST_WALKERS = 20, 8
TRIES, NARROWINGS = 1000, 8  # of the search for where the sampler begins
MOST_DRAWS = 1000  # kept of the sampler's
MIDDLE = 0.5  # infections a day by one seen case: the prior's middle; assumed
FIRST_STEP = 1.0  # standard deviation of the first log contact rate; assumed
PRIOR_STEP = 0.8  # standard deviation of a log contact rate about the one before; assumed
FLOOR = 0.5  # reports a day that are always possible: corrections and the like; assumed
OTHERS = ("tested", "start", "slower", "slower_late", "spread")  # after the contact rates
TESTED, START, SLOWER, LATE, SPREAD = range(-len(OTHERS), 0)  # where these stand, from the end
USUAL_SPREAD = 8.0  # size of the negative binomial: its prior's middle; assumed


class Priors(StrEnum):
    """What is believed of R, waits and the start before any report is seen."""

    USUAL = "usual"  # R about that of the period before, the first about what a new virus may have
    WEAK = "weak"  # R of each period by itself about 1, within a factor of ten; all else wide


def priors_of(said: str) -> Priors:
    """The priors of a name; raises BadInput."""
    if said not in tuple(Priors):
        raise BadInput(N_("There are no priors {said}. Choose: {known}."), said=said[:40],
                       known=tuple(Priors))  # fmt: skip
    return Priors(said)


@dataclass(frozen=True)
class Prior:
    """Middles and standard deviations on the log scale, those of `OTHERS` last; all assumed.

    The tested share is even between 0 and 1. ``is_chained``: each contact rate is about the one
    before instead of about its own middle.
    """

    middle: NDArray[np.float64]
    sd: NDArray[np.float64]
    is_chained: bool

    def score(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log density of parameters, shape (draws, parameters), up to a constant."""
        centred = at - self.middle
        if self.is_chained:
            rates = at[:, : len(self.middle) - len(OTHERS)]
            centred[:, : rates.shape[1]] = np.diff(rates, prepend=self.middle[0])
        centred[:, TESTED] = 0.0
        found: NDArray[np.float64] = -0.5 * ((centred / self.sd) ** 2).sum(axis=1)
        return found - np.logaddexp(0, at[:, TESTED]) - np.logaddexp(0, -at[:, TESTED])


def prior_of(model: Model, priors: Priors) -> Prior:
    """The prior of a model's parameters."""
    if priors is Priors.USUAL:
        sd = [FIRST_STEP, *[PRIOR_STEP] * (model.n_r - 1), 1.0, 0.35, 0.35, 0.35, 0.7]
        middle = [*[np.log(MIDDLE)] * model.n_r, 0.0, 0.0, 0.0, 0.0, np.log(USUAL_SPREAD)]
        return Prior(np.array(middle), np.array(sd), is_chained=True)
    one = np.ones(1)
    r = model.r_of(np.ones((1, model.n_r)), one, one)[0]
    rates = [-np.log(r[model.shared.index(k)]) for k in range(model.n_r)]
    ten, five, three = (np.log(factor) / NINE_OF_TEN for factor in (10, 5, 3))
    sd = [*[ten] * model.n_r, 1.0, five, three, three, ten]
    return Prior(np.array([*rates, 0.0, 0.0, 0.0, 0.0, np.log(USUAL_SPREAD)]), np.array(sd),
                 is_chained=False)  # fmt: skip


NINE_OF_TEN = 1.645  # standard deviations either way that hold nine of ten


@dataclass(frozen=True)
class Posterior:
    """Draws, and what each foretells. Arrays: (draws, parameters or days)."""

    model: Model
    draws: NDArray[np.float64]
    reports: NDArray[np.float64]  # expected
    infections: NDArray[np.float64]
    onsets: NDArray[np.float64]  # of those who are ever reported
    accepted: float  # share of the sampler's proposals
    mixed: float  # the largest split R-hat; near 1 where the chains agree

    def r_path(self, q: Sequence[float] = (0.025, 0.5, 0.975)) -> NDArray[np.float64]:
        """R of each period with its interval, shape (len(q), periods)."""
        return np.quantile(self.r_of_draws(), q, axis=0)

    def r_of_draws(self) -> NDArray[np.float64]:
        """R of each period in each draw, shape (draws, periods)."""
        contact = self.draws[:, : self.model.n_r]
        return self.model.r_of(contact, self.draws[:, SLOWER], self.draws[:, LATE])

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, in the order of the draws."""
        rates = (f"contact_{n + 1}" for n in range(self.model.n_r))
        return (*rates, *OTHERS)

    def foretold(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Reports as they might have been counted: one draw of noise on each expectation."""
        size = self.draws[:, SPREAD, None]
        return rng.negative_binomial(size, size / (size + self.reports)).astype(float)


def fit(
    model: Model,
    reports: NDArray[np.float64],
    rng: np.random.Generator,
    *,
    walkers: int = 48,
    rounds: int = 5000,
    priors: Priors = Priors.USUAL,
    told: Callable[[int, int], None] | None = None,
) -> Posterior:
    """Fit the model to reports by day.

    Parameters
    ----------
    reports
        New reports of each day, the model's first day first. NaN where nothing was published: the
        next number then holds for these days too, as the step of a running total does.
    walkers, rounds
        Of the ensemble; the first half of the rounds is dropped.

    Notes
    -----
    Usual priors: each log contact rate normal about the one before, the first about log 0.5; the
    tested share even; the waits a factor of about one and a half from those given, with a factor
    of their own late in the epidemic; the start within a factor of about two of the early onsets;
    the negative binomial's size log-normal about 8. Weak ones say nothing of this epidemic: nine
    times of ten R of each period lies between 0.1 and 10, waits within a factor of three, the
    start of five, the size of ten.
    The share ever reported cannot be told from reports while few are immune; it is given, and the
    infections scale with it.

    Source
    ------
    Stretch moves of Goodman and Weare (2010), doi:10.2140/camcos.2010.5.65; every other round, the
    difference of two walkers is the step: ter Braak (2006), doi:10.1007/s11222-006-8769-1.
    """
    if reports.ndim != 1 or not np.isfinite(reports).any() or (reports < 0).any():
        raise BadInput(N_("Reports have to be one series of numbers of 0 or more."))
    if any(told.after > len(reports) for told in model.onsets):
        raise BadInput(N_("Days of onset are known past the last report. Give a longer series."))
    if rounds < LEAST_ROUNDS or walkers < LEAST_WALKERS:
        raise BadInput(N_("{n} rounds are too few to fit by."), n=rounds)
    prior = prior_of(model, priors)
    at, score = _begin(model, prior, reports, rng, walkers)
    kept, n_accepted = [], 0
    for k in range(rounds):
        for half in (0, 1):
            mine, others = np.arange(half, walkers, 2), at[1 - half :: 2]
            tried, bonus = (_stretched if k % 2 else _stepped)(at[mine], others, rng)
            got = _score(model, prior, tried, reports)
            better = np.log(rng.random(len(mine))) < bonus + got - score[mine]
            at[mine[better]], score[mine[better]] = tried[better], got[better]
            n_accepted += int(better.sum())
        if k >= rounds // 2:
            kept.append(at.copy())
        if told:
            told(k + 1, rounds)
    chains = np.array(kept)  # (rounds, walkers, parameters)
    some = chains[:: max(1, len(chains) * walkers // MOST_DRAWS)].reshape(-1, at.shape[1])
    expected, infections, onsets = simulate(model, some, len(reports))
    return Posterior(
        model, _natural(some), expected, infections, onsets,
        n_accepted / (rounds * walkers), _split_r_hat(chains),
    )  # fmt: skip


def _begin(
    model: Model, prior: Prior, reports: NDArray, rng: np.random.Generator, walkers: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the sampler begins: a search that narrows from the prior to where it is likely."""
    n = len(prior.middle)
    at = prior.middle + prior.sd * rng.standard_normal((TRIES, n))
    score = _score(model, prior, at, reports)
    for _ in range(NARROWINGS):  # each time the best, spread anew
        best = np.argsort(-score)[: max(walkers, TRIES // 20)]
        spread = 1.2 * at[best].std(axis=0) + 1e-3
        at = at[rng.choice(best, TRIES)] + 0.5 * spread * rng.standard_normal((TRIES, n))
        score = _score(model, prior, at, reports)
    best = np.argsort(-score)[:walkers]
    return at[best], score[best]


def _stretched(
    mine: NDArray[np.float64], others: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each walker moved along the line to another; what that adds to the log odds of staying."""
    other = others[rng.choice(len(others), len(mine))]
    z = (1 + rng.random(len(mine))) ** 2 / 2  # density 1/sqrt(z) on 1/2 to 2
    return other + z[:, None] * (mine - other), (mine.shape[1] - 1) * np.log(z)


def _stepped(
    mine: NDArray[np.float64], others: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], float]:
    """Each walker moved by the difference of two others; now and then by all of it."""
    pairs = np.array([rng.choice(len(others), 2, replace=False) for _ in mine])
    usual = 2.38 / np.sqrt(2 * mine.shape[1])
    size = np.where(rng.random(len(mine)) < 0.1, 1.0, usual)[:, None]  # all: between two humps
    noise = 1e-3 * rng.standard_normal(mine.shape)
    return mine + size * (others[pairs[:, 0]] - others[pairs[:, 1]]) + noise, 0.0


def simulate(
    model: Model, at: NDArray[np.float64], n_days: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Expected reports, infections and seen onsets by day.

    ``at``: parameters on the sampler's scale, shape (draws, parameters).
    """
    return simulate_natural(model, _natural(at), n_days)


def simulate_natural(
    model: Model, natural: NDArray[np.float64], n_days: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The same for parameters as a posterior's draws have them."""
    from linli.analysis.simulation import calibrate_kernel

    reports, infections, onsets = (np.zeros((len(natural), n_days)) for _ in range(3))
    contact = np.ascontiguousarray(natural[:, : model.n_r])
    others = np.ascontiguousarray(natural[:, TESTED:SPREAD])
    known = _known(model, n_days)
    calibrate_kernel.simulate(known, contact, others, reports, infections, onsets)
    return reports + FLOOR, infections, onsets


@lru_cache(maxsize=8)
def _known(model: Model, n_days: int) -> "Known":
    from linli.analysis.simulation.calibrate_kernel import Known

    days = np.arange(n_days)
    period = np.array([model.period(day) for day in range(n_days)])
    return Known(
        np.array(model.shared)[period], np.array(model.leaving, dtype=float)[period],
        np.array([model.wait_days(day) for day in range(n_days)]), days >= model.late_from,
        days >= model.first_report, (days >= model.clinical[0]) & (days < model.clinical[1]),
        np.array(model.early_onsets), model.latent_days, model.presymptomatic_days,
        model.ill_days, model.unseen_infectiousness, model.reported, model.clinical_days,
        float(model.people),
    )  # fmt: skip


def _natural(at: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.exp(np.clip(at, -20, 20))
    found[:, TESTED] = 1 / (1 + np.exp(-np.clip(at[:, TESTED], -20, 20)))
    return found


def _score(
    model: Model, prior: Prior, at: NDArray[np.float64], reports: NDArray
) -> NDArray[np.float64]:
    """Log posterior, up to a constant."""
    with np.errstate(all="ignore"):
        expected = simulate(model, at, len(reports))
        found = _likely(reports, expected[0], at[:, SPREAD])
        for told in model.onsets:
            share = expected[2][:, told.first : told.after].sum(axis=1)
            rest = expected[2].sum(axis=1) - share
            odds = np.log(share / rest) - np.log(told.share / (1 - told.share))
            found -= 0.5 * (odds / told.log_odds_sd) ** 2
        found += prior.score(at)
    return np.where(np.isfinite(found), found, -np.inf)


def _likely(
    counted: NDArray[np.float64], mean: NDArray[np.float64], log_size: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log likelihood of counts by day; what no number was published for is in the next one."""
    known = np.flatnonzero(np.isfinite(counted))
    y, size = counted[known], np.exp(np.clip(log_size, -20, 20))[:, None]
    begin = np.append(known[:1], known[:-1] + 1)
    total = np.pad(np.cumsum(mean, axis=1), ((0, 0), (1, 0)))
    m = total[:, known + 1] - total[:, begin]
    return (
        gammaln(y + size) - gammaln(size) - gammaln(y + 1)
        + size * np.log(size / (size + m)) + y * np.log(m / (size + m))
    ).sum(axis=1)  # fmt: skip


def _split_r_hat(chains: NDArray[np.float64]) -> float:
    """The largest of the parameters' split R-hat (Gelman et al., Bayesian Data Analysis)."""
    n = len(chains) // 2
    halves = np.concatenate([chains[:n], chains[n : 2 * n]], axis=1)
    within = halves.var(axis=0, ddof=1).mean(axis=0)
    between = n * halves.mean(axis=0).var(axis=0, ddof=1)
    return float(np.sqrt((n - 1) / n + between / (n * within)).max())

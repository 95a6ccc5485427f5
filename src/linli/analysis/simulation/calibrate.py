"""Which epidemic lies behind a series of reports? R by period, and what that foretells.

The city as one: latent, presymptomatic and ill people, as in the study of Hao et al. (2020),
doi:10.1038/s41586-020-2554-8. A share of the ill is ever reported. Some of those have a test that
finds them, after a delay that falls from period to period; the others wait until a clinical
definition counts them. Deaths, where they were announced, tell of onsets weeks before, whatever
was tested. Fitted by an ensemble sampler; what it is given beforehand was chosen with the
published values of Wuhan known, so its agreement with them is no blind test.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaln

from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.analysis.simulation.calibrate_kernel import Known

TRIES, NARROWINGS = 1000, 8  # of the search for where the sampler begins
MOST_DRAWS = 1000  # kept of the sampler's
MIDDLE = 0.5  # infections a day by one seen case: the prior's middle; assumed
FIRST_STEP = 1.0  # standard deviation of the first log contact rate; assumed
PRIOR_STEP = 0.8  # standard deviation of a log contact rate about the one before; assumed
FLOOR = 0.5  # reports a day that are always possible: corrections and the like; assumed
# From onset to death: mean and coefficient of variation, Verity et al. (2020),
# doi:10.1016/S1473-3099(20)30243-7.
DEATH_DAYS, DEATH_VARIES = 17.8, 0.45
# The parameters after the contact rates: name, the prior's middle and standard deviation on the
# log scale. The tested share is even between 0 and 1 instead. All assumed; see `fit`.
OTHERS = (
    ("tested", 0.0, 1.0), ("start", 0.0, 0.35), ("slower", 0.0, 0.35), ("slower_late", 0.0, 0.35),
    ("fatal", np.log(0.05), 1.0), ("spread", np.log(8.0), 0.7), ("spread_deaths", np.log(8.0), 0.7),
)  # fmt: skip
N_OTHERS = len(OTHERS)
TESTED, SLOWER, LATE, SPREAD = -7, -5, -4, -2  # where these stand, from the end


@dataclass(frozen=True)
class OnsetShare:
    """What share of all reported cases fell ill within some days, as found out afterwards."""

    first: int  # day
    after: int  # the day after the last
    share: float
    log_odds_sd: float = 0.1  # days of onset are remembered, not measured; assumed


@dataclass(frozen=True)
class Model:
    """What is known beforehand. Days count from the model's first."""

    periods: tuple[int, ...]  # the first day of each period
    shared: tuple[int, ...]  # which contact rate a period has: those before any measure share one
    report_days: tuple[float, ...]  # mean wait from onset to a laboratory's report, by period
    leaving: tuple[float, ...]  # share of people who leave and are replaced a day, by period
    clinical: tuple[int, int]  # days on which a clinical definition counts, first and after last
    first_report: int  # before this day nobody was tested
    early_onsets: tuple[float, float, float]  # seen cases that were latent, presymptomatic, ill
    late_from: int = 10_000  # from here on, waits have a factor of their own
    first_death: int = 0  # before this day deaths are not asked: their onsets lie before the model
    onsets: tuple["OnsetShare", ...] = ()  # what later investigations found
    latent_days: float = 2.9
    presymptomatic_days: float = 2.3
    ill_days: float = 2.9
    unseen_infectiousness: float = 0.55  # of the presymptomatic too
    reported: float = 0.2  # of infections; the series alone cannot tell it, see `fit`
    clinical_days: float = 0.5  # mean wait while the clinical definition holds; assumed
    people: float = 10_000_000

    def __post_init__(self) -> None:
        if list(self.periods) != sorted(set(self.periods)) or self.periods[0] != 0:
            raise BadInput(N_("The days of the periods have to rise from 0."))
        if not len(self.periods) == len(self.shared) == len(self.report_days):
            raise BadInput(N_("Each period needs its R and its wait until the report."))
        if not 0 < self.reported <= 1:
            raise BadInput(N_("{share} reported is no share; give 0 to 1."), share=self.reported)

    def period(self, day: int) -> int:
        """Which period a day lies in."""
        return int(np.searchsorted(self.periods, day, side="right")) - 1

    def wait_days(self, day: float) -> float:
        """The mean wait for a report; it changes steadily from period to period."""
        return float(np.exp(np.interp(day + 0.5, self._middles, np.log(self.report_days))))

    @property
    def _middles(self) -> list[float]:
        ends = (*self.periods[1:], self.periods[-1] + 13)
        return [(a + b) / 2 for a, b in zip(self.periods, ends, strict=True)]

    def r_of(self, draws: NDArray[np.float64]) -> NDArray[np.float64]:
        """R of each period under the parameters drawn, shape (draws, periods)."""
        wait = np.array([self.wait_days(middle - 0.5) for middle in self._middles])
        late = np.array([middle >= self.late_from for middle in self._middles])
        slower = np.where(late, draws[:, LATE, None], draws[:, SLOWER, None])
        leave, less = np.array(self.leaving), self.unseen_infectiousness
        days = (
            self.reported / (1 / self.ill_days + 1 / (wait * slower))
            + (1 - self.reported) * less / (1 / self.ill_days + leave)
            + less / (1 / self.presymptomatic_days + leave)
        )
        return draws[:, list(self.shared)] * days

    @property
    def n_r(self) -> int:
        """How many contact rates are fitted."""
        return max(self.shared) + 1

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, in the order of the arrays."""
        return (*(f"contact_{n + 1}" for n in range(self.n_r)), *(name for name, _, _ in OTHERS))


# Wuhan, from 1 January 2020 on: the five periods, the waits and the lengths of the stages are those
# of the study's public analysis. The early onsets are the numbers of confirmed cases by day of
# onset that it begins with: 29 to 31 December, 1 to 2 and 3 to 5 January.
WUHAN_2020 = Model(
    periods=(0, 9, 22, 32, 47), shared=(0, 0, 1, 2, 3), report_days=(21, 15, 10, 6, 2),
    leaving=(0.05, 0.08, 0, 0, 0), clinical=(42, 49), first_report=15,
    early_onsets=(110.0, 75.0, 34.0), late_from=32, first_death=23,
)  # fmt: skip


@dataclass(frozen=True)
class Posterior:
    """Draws, and what each foretells. Arrays: (draws, parameters or days)."""

    model: Model
    draws: NDArray[np.float64]
    reports: NDArray[np.float64]  # expected
    infections: NDArray[np.float64]
    onsets: NDArray[np.float64]  # of those who are ever reported
    deaths: NDArray[np.float64]  # expected; meaningless where none were given
    accepted: float  # share of the sampler's proposals
    mixed: float  # the largest split R-hat; near 1 where the chains agree

    def r_path(self, q: Sequence[float] = (0.025, 0.5, 0.975)) -> NDArray[np.float64]:
        """R of each period with its interval, shape (len(q), periods)."""
        return np.quantile(self.model.r_of(self.draws), q, axis=0)

    def foretold(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Reports as they might have been counted: one draw of noise on each expectation."""
        size = self.draws[:, SPREAD, None]
        return rng.negative_binomial(size, size / (size + self.reports)).astype(float)


def fit(
    model: Model,
    reports: NDArray[np.float64],
    rng: np.random.Generator,
    *,
    deaths: NDArray[np.float64] | None = None,
    walkers: int = 48,
    rounds: int = 3000,
    told: Callable[[int, int], None] | None = None,
) -> Posterior:
    """Fit the model to reports by day, and to deaths where they were announced.

    Parameters
    ----------
    reports, deaths
        New ones of each day, the model's first day first. NaN where nothing was published: the next
        number then holds for these days too, as the step of a running total does.
    walkers, rounds
        Of the ensemble; the first half of the rounds is dropped.

    Notes
    -----
    Priors: each log contact rate normal about the one before, the first about log 0.5; the tested
    share even; the waits a factor of about one and a half from those given, with a factor of
    their own late in the epidemic; the start within a factor of about two of the early onsets; a
    twentieth of the reported die, within a factor of about seven; the negative binomials' sizes
    log-normal about 8.
    The share ever reported cannot be told from reports while few are immune; it is given, and the
    infections scale with it.

    Source
    ------
    Stretch moves of Goodman and Weare (2010), doi:10.2140/camcos.2010.5.65; every other round, the
    difference of two walkers is the step: ter Braak (2006), doi:10.1007/s11222-006-8769-1.
    """
    for series in (reports, deaths):
        if series is not None and (
            series.ndim != 1 or not np.isfinite(series).any() or (series < 0).any()
        ):
            raise BadInput(N_("Reports have to be one series of numbers of 0 or more."))
    at, score = _begin(model, reports, deaths, rng, walkers)
    kept, n_accepted, n = [], 0, len(model.names)
    for k in range(rounds):
        for half in (0, 1):
            mine, others = np.arange(half, walkers, 2), at[1 - half :: 2]
            tried, bonus = (_stretched if k % 2 else _stepped)(at[mine], others, rng)
            got = _score(model, tried, reports, deaths)
            better = np.log(rng.random(len(mine))) < bonus + got - score[mine]
            at[mine[better]], score[mine[better]] = tried[better], got[better]
            n_accepted += int(better.sum())
        if k >= rounds // 2:
            kept.append(at.copy())
        if told:
            told(k + 1, rounds)
    chains = np.array(kept)  # (rounds, walkers, parameters)
    some = chains[:: max(1, len(chains) * walkers // MOST_DRAWS)].reshape(-1, n)
    return Posterior(
        model, _natural(some), *simulate(model, some, len(reports)),
        n_accepted / (rounds * walkers), _split_r_hat(chains),
    )  # fmt: skip


def _begin(
    model: Model, reports: NDArray, deaths: NDArray | None, rng: np.random.Generator, walkers: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the sampler begins: a search that narrows from the prior to where it is likely."""
    place = np.array([*[np.log(MIDDLE)] * model.n_r, *(middle for _, middle, _ in OTHERS)])
    scale = np.array([*[PRIOR_STEP] * model.n_r, *(sd for _, _, sd in OTHERS)])
    n = len(place)
    at = place + scale * rng.standard_normal((TRIES, n))
    score = _score(model, at, reports, deaths)
    for _ in range(NARROWINGS):  # each time the best, spread anew
        best = np.argsort(-score)[: max(walkers, TRIES // 20)]
        spread = 1.2 * at[best].std(axis=0) + 1e-3
        at = at[rng.choice(best, TRIES)] + 0.5 * spread * rng.standard_normal((TRIES, n))
        score = _score(model, at, reports, deaths)
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
) -> tuple[NDArray[np.float64], ...]:
    """Expected reports, infections, seen onsets and deaths by day.

    ``at``: parameters on the sampler's scale, shape (draws, parameters).
    """
    from linli.analysis.simulation import calibrate_kernel

    natural = _natural(at)
    found = tuple(np.zeros((len(at), n_days)) for _ in range(4))
    contact = np.ascontiguousarray(natural[:, : model.n_r])
    others = np.ascontiguousarray(natural[:, TESTED:SPREAD])
    calibrate_kernel.simulate(_known(model, n_days), contact, others, *found)
    return found[0] + FLOOR, *found[1:]


@lru_cache(maxsize=8)
def _known(model: Model, n_days: int) -> "Known":
    from linli.analysis.simulation.calibrate_kernel import Known

    days = np.arange(n_days)
    period = np.array([model.period(day) for day in days])
    shape = DEATH_VARIES**-2
    until = gammainc(shape, np.arange(n_days + 1) * shape / DEATH_DAYS)
    return Known(
        np.array(model.shared)[period], np.array(model.leaving, dtype=float)[period],
        np.array([model.wait_days(day) for day in days]), days >= model.late_from,
        days >= model.first_report, (days >= model.clinical[0]) & (days < model.clinical[1]),
        np.diff(until), np.array(model.early_onsets), model.latent_days,
        model.presymptomatic_days, model.ill_days, model.unseen_infectiousness, model.reported,
        model.clinical_days, float(model.people),
    )  # fmt: skip


def _natural(at: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.exp(np.clip(at, -20, 20))
    found[:, TESTED] = 1 / (1 + np.exp(-np.clip(at[:, TESTED], -20, 20)))
    return found


def _score(
    model: Model, at: NDArray[np.float64], reports: NDArray, deaths: NDArray | None
) -> NDArray[np.float64]:
    """Log posterior, up to a constant."""
    with np.errstate(all="ignore"):
        expected = simulate(model, at, len(reports))
        found = _likely(reports, expected[0], at[:, SPREAD])
        if deaths is not None:
            some = slice(model.first_death, None)
            found += _likely(deaths[some], expected[3][:, some] + FLOOR, at[:, -1])
        for told in model.onsets:
            share = expected[2][:, told.first : told.after].sum(axis=1)
            rest = expected[2].sum(axis=1) - share
            odds = np.log(share / rest) - np.log(told.share / (1 - told.share))
            found -= 0.5 * (odds / told.log_odds_sd) ** 2
        steps = np.diff(at[:, : model.n_r], prepend=np.log(MIDDLE))
        found -= 0.5 * ((steps / [FIRST_STEP, *[PRIOR_STEP] * (model.n_r - 1)]) ** 2).sum(axis=1)
        for k, (_, middle, sd) in enumerate(OTHERS[1:], start=1):
            found -= 0.5 * ((at[:, k - N_OTHERS] - middle) / sd) ** 2
        found -= np.logaddexp(0, at[:, TESTED]) + np.logaddexp(0, -at[:, TESTED])
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

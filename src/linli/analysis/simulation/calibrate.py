"""Which epidemic lies behind a series of reports? R by period, and what that foretells.

The city as one: latent, presymptomatic and ill people, as in the study of Hao et al. (2020),
doi:10.1038/s41586-020-2554-8. A share of the ill is ever reported. Some of those have a test that
finds them, after a delay that falls from period to period; the others wait until a clinical
definition counts them. Fitted by an ensemble sampler; what it is given beforehand was chosen with
the published values of Wuhan known, so its agreement with them is no blind test.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from linli.errors import N_, BadInput

STEPS_A_DAY = 4
WAIT_STEPS = 3  # of the wait from onset to report
TRIES, NARROWINGS = 1000, 8  # of the search for where the sampler begins
MIDDLE = 0.5  # infections a day by one seen case: the prior's middle; assumed
FIRST_STEP = 1.0  # standard deviation of the first log contact rate; assumed
PRIOR_STEP = 0.6  # standard deviation of a log contact rate about the one before; assumed
FLOOR = 0.5  # reports a day that are always possible: corrections and the like; assumed


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
        ends = (*self.periods[1:], self.periods[-1] + 13)
        middle = [(a + b) / 2 for a, b in zip(self.periods, ends, strict=True)]
        return float(np.exp(np.interp(day + 0.5, middle, np.log(self.report_days))))

    def r_of(self, contact: NDArray[np.float64], slower: NDArray) -> NDArray[np.float64]:
        """R of each period, from contact rates and how much slower waits are; (draws, periods)."""
        ends = (*self.periods[1:], self.periods[-1] + 13)
        wait = [self.wait_days((a + b) / 2 - 0.5) for a, b in zip(self.periods, ends, strict=True)]
        leave, less = np.array(self.leaving), self.unseen_infectiousness
        days = (
            self.reported / (1 / self.ill_days + 1 / (np.array(wait) * slower[:, None]))
            + (1 - self.reported) * less / (1 / self.ill_days + leave)
            + less / (1 / self.presymptomatic_days + leave)
        )
        return contact[:, list(self.shared)] * days

    @property
    def n_r(self) -> int:
        """How many contact rates are fitted."""
        return max(self.shared) + 1

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, in the order of the arrays."""
        return (
            *(f"contact_{n + 1}" for n in range(self.n_r)),
            "tested",
            "start",
            "slower",
            "spread",
        )


# Wuhan, from 1 January 2020 on: the five periods, the waits and the lengths of the stages are those
# of the study's public analysis. The early onsets are the numbers of confirmed cases by day of
# onset that it begins with: 29 to 31 December, 1 to 2 and 3 to 5 January.
WUHAN_2020 = Model(
    periods=(0, 9, 22, 32, 47), shared=(0, 0, 1, 2, 3), report_days=(21, 15, 10, 6, 2),
    leaving=(0.05, 0.08, 0, 0, 0), clinical=(42, 49), first_report=15,
    early_onsets=(110.0, 75.0, 34.0),
)  # fmt: skip


@dataclass(frozen=True)
class Posterior:
    """Draws, and what each foretells. Arrays: (draws, parameters or days)."""

    model: Model
    draws: NDArray[np.float64]
    reports: NDArray[np.float64]  # expected
    infections: NDArray[np.float64]
    accepted: float  # share of the sampler's proposals
    mixed: float  # the largest split R-hat; near 1 where the chains agree

    def r_path(self, q: Sequence[float] = (0.025, 0.5, 0.975)) -> NDArray[np.float64]:
        """R of each period with its interval, shape (len(q), periods)."""
        return np.quantile(
            self.model.r_of(self.draws[:, : self.model.n_r], self.draws[:, -2]), q, axis=0
        )

    def foretold(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Reports as they might have been counted: one draw of noise on each expectation."""
        size = self.draws[:, -1:]
        return rng.negative_binomial(size, size / (size + self.reports)).astype(float)


def fit(
    model: Model, reports: NDArray[np.float64], rng: np.random.Generator,
    *, walkers: int = 48, rounds: int = 500, told: Callable[[int, int], None] | None = None,
) -> Posterior:  # fmt: skip
    """Fit the model to reports by day.

    Parameters
    ----------
    reports
        New reports of each day, the model's first day first; NaN where none was published.
    walkers, rounds
        Of the ensemble; the first half of the rounds is dropped.

    Notes
    -----
    Priors: each log contact rate normal about the one before, the first about log 0.5; the tested
    share even; the waits a factor of about one and a half from those given; the start
    within a factor of about two of the early onsets; the negative binomial's size log-normal about
    8.
    The share ever reported cannot be told from reports while few are immune; it is given, and the
    infections scale with it.

    Source
    ------
    Stretch moves of Goodman and Weare (2010), doi:10.2140/camcos.2010.5.65.
    """
    if reports.ndim != 1 or not np.isfinite(reports).any() or (reports < 0).any():
        raise BadInput(N_("Reports have to be one series of numbers of 0 or more."))
    n = len(model.names)
    place = np.concatenate([np.full(model.n_r, np.log(MIDDLE)), [0.0, 0.0, 0.0, np.log(8.0)]])
    scale = np.concatenate([np.full(model.n_r, 0.8), [1.0, 0.35, 0.5, 0.5]])
    at = place + scale * rng.standard_normal((TRIES, n))
    score = _score(model, at, reports)
    for _ in range(NARROWINGS):  # towards where it is likely: each time the best, spread anew
        best = np.argsort(-score)[: max(walkers, TRIES // 20)]
        spread = 1.2 * at[best].std(axis=0) + 1e-3
        at = at[rng.choice(best, TRIES)] + 0.5 * spread * rng.standard_normal((TRIES, n))
        score = _score(model, at, reports)
    best = np.argsort(-score)[:walkers]
    at, score = at[best], score[best]
    kept, n_accepted = [], 0
    for k in range(rounds):
        for half in (0, 1):
            mine = np.arange(half, walkers, 2)
            other = at[rng.choice(np.arange(1 - half, walkers, 2), len(mine))]
            z = (1 + rng.random(len(mine))) ** 2 / 2  # density 1/sqrt(z) on 1/2 to 2
            tried = other + z[:, None] * (at[mine] - other)
            got = _score(model, tried, reports)
            better = np.log(rng.random(len(mine))) < (n - 1) * np.log(z) + got - score[mine]
            at[mine[better]], score[mine[better]] = tried[better], got[better]
            n_accepted += int(better.sum())
        if k >= rounds // 2:
            kept.append(at.copy())
        if told:
            told(k + 1, rounds)
    chains = np.array(kept)  # (rounds, walkers, parameters)
    some = chains[:: max(1, len(chains) // 20)].reshape(-1, n)
    expected, infections = simulate(model, some, len(reports))
    return Posterior(
        model, _natural(some), expected, infections, n_accepted / (rounds * walkers),
        _split_r_hat(chains),
    )  # fmt: skip


def simulate(
    model: Model, at: NDArray[np.float64], n_days: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Expected reports and infections by day for parameters on the sampler's scale."""
    natural = _natural(at)
    contact = natural[:, : model.n_r]
    tested, start, slower = natural[:, -4], natural[:, -3], natural[:, -2]
    seen, less, dt = model.reported, model.unseen_infectiousness, 1 / STEPS_A_DAY
    scale = start / (seen * tested)
    latent, before, known = (scale * n for n in model.early_onsets)
    unknown, known = known * (1 - seen), known * seen
    s = np.full(len(at), model.people) - latent - before - known - unknown
    # Onset, two steps on the way, the third ends in a report: a wait with shape 3, assumed.
    way = [start * model.early_onsets[2], np.zeros(len(at))]
    wait_test, wait_other = np.zeros(len(at)), np.zeros(len(at))
    reports, infections = np.zeros((len(at), n_days)), np.zeros((len(at), n_days))
    for day in range(n_days):
        period = model.period(day)
        beta, leave = contact[:, model.shared[period]], dt * model.leaving[period]
        wait_days = model.wait_days(day) * slower
        is_clinical = model.clinical[0] <= day < model.clinical[1]
        on = WAIT_STEPS * dt / wait_days
        to_test: NDArray | float = on if day >= model.first_report else 0.0
        to_other = min(1.0, dt / model.clinical_days) if is_clinical else 0.0
        for _ in range(STEPS_A_DAY):
            new = dt * beta * s / model.people * (known + less * (before + unknown))
            moved = dt / model.latent_days * latent
            onset = dt / model.presymptomatic_days * before
            s = s - new + leave * (latent + before + unknown)  # who leaves is replaced
            latent = latent + new - moved - leave * latent
            before = before + moved - onset - leave * before
            known = known + seen * onset - (dt / model.ill_days + dt / wait_days) * known
            unknown = unknown + (1 - seen) * onset - (dt / model.ill_days + leave) * unknown
            found, counted = to_test * wait_test, to_other * wait_other
            arrived = on * way[1]
            way = [way[0] + seen * tested * onset - on * way[0], way[1] + on * way[0] - arrived]
            wait_test = wait_test + arrived - found
            wait_other = wait_other + arrived * (1 - tested) / tested - counted
            reports[:, day] += found + counted
            infections[:, day] += new
    return reports + FLOOR, infections


def _natural(at: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.exp(np.clip(at, -20, 20))
    found[:, -4] = 1 / (1 + np.exp(-np.clip(at[:, -4], -20, 20)))
    return found


def _score(model: Model, at: NDArray[np.float64], reports: NDArray) -> NDArray[np.float64]:
    """Log posterior, up to a constant."""
    with np.errstate(all="ignore"):
        mean, _ = simulate(model, at, len(reports))
        size = np.exp(np.clip(at[:, -1:], -20, 20))
        known = np.isfinite(reports)
        y, m = reports[known], mean[:, known]
        log_like = (
            gammaln(y + size) - gammaln(size) - gammaln(y + 1)
            + size * np.log(size / (size + m)) + y * np.log(m / (size + m))
        ).sum(axis=1)  # fmt: skip
        steps = np.diff(at[:, : model.n_r], prepend=np.log(MIDDLE))
        prior = -0.5 * (steps / [FIRST_STEP, *[PRIOR_STEP] * (model.n_r - 1)]) ** 2
        tested = -np.logaddexp(0, at[:, -4]) - np.logaddexp(0, -at[:, -4])
        start = -0.5 * (at[:, -3] / 0.35) ** 2
        slower = -0.5 * (at[:, -2] / 0.5) ** 2
        spread = -0.5 * ((at[:, -1] - np.log(8.0)) / 0.7) ** 2
        found = log_like + prior.sum(axis=1) + tested + start + slower + spread
    return np.where(np.isfinite(found), found, -np.inf)


def _split_r_hat(chains: NDArray[np.float64]) -> float:
    """The largest of the parameters' split R-hat (Gelman et al., Bayesian Data Analysis)."""
    n = len(chains) // 2
    halves = np.concatenate([chains[:n], chains[n : 2 * n]], axis=1)
    within = halves.var(axis=0, ddof=1).mean(axis=0)
    between = n * halves.mean(axis=0).var(axis=0, ddof=1)
    return float(np.sqrt((n - 1) / n + between / (n * within)).max())

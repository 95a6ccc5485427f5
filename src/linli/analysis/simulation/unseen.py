"""How many are infected whom nobody knows yet? From the days of onset of those who are.

Infections of each day are looked for that would bring about the onsets reported so far: each after
a time of incubation and a wait, of which the longer ones are yet to come. What days of onset do not
tell is held to grow as before, and how unsure that is, is said.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.city import City
from linli.analysis.simulation.disease import Disease, Duration
from linli.analysis.simulation.observation import FOUR_DAYS, Observation

DAYS_BEFORE = 21  # those infected so long before the first day fall ill on it at the latest
LEAST_SEEN = 0.3  # share of a day's infected that can be told by now, below which it is foretold
GROWTH_DAYS = 14  # over which the growth told is a mean
GROWTH = 0.2  # a day, either way: one standard deviation of what is believed beforehand; assumed
GROWTH_LASTS_DAYS = 250  # so that two weeks change it by 0.07, either way; assumed
UNSURE_LEVEL = 3.0  # log of how many there are, beforehand: hardly anything is believed; assumed
UNSURE_WAIT = 0.5  # log of mean and spread of a wait, beforehand; assumed
USUAL_WAIT = Duration(FOUR_DAYS.mean_days + 1, FOUR_DAYS.sd_days)  # and a day for the result
LEAST_DAYS = 0.5  # mean and spread of a wait
STEPS = 100  # of Newton's method, at most; a dozen are usual

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Estimate:
    """Infections by day, as far as days of onset tell; ``growth`` and its error are a day's."""

    infections: Floats  # (days remembered,), the middle of what is believed
    certain_until: int  # the first day whose infections are foretold and not read off
    growth: float
    growth_error: float
    share_reported: float
    n_onsets: int
    unsure: Floats  # (days, doubts): times as many standard normals, in logs

    def drawn(self, dice: np.random.Generator) -> NDArray[np.int64]:
        """One world's infections by day: how many and how they grow is unsure, the rest chance."""
        off = self.unsure @ dice.standard_normal(self.unsure.shape[1])
        return dice.poisson(self.infections * np.exp(off))


def without_doubt(infections: Floats, share: float) -> Estimate:
    """Infections by day that are given: no onsets stand behind them, and each world has as many."""
    n_days = len(infections)
    return Estimate(infections, n_days, 0.0, 0.0, share, 0, np.zeros((n_days, 2)))


def share_reported(city: City, disease: Disease, seen: Observation) -> float:
    """The share of the infected that comes to be reported, by age and by how ill they are."""
    years = np.bincount(city.age, minlength=111)[:111] / city.n_people
    decade = np.minimum(np.arange(111) // 10, 8)
    ill = np.array(disease.symptomatic)[decade]
    severe = np.array(disease.severe)[decade]
    comes = float((ill * (severe + (1 - severe) * seen.mild_seek)) @ years)
    return comes * (1 - (1 - seen.sensitivity) ** seen.most_tests)


def by_whole_days(days: NDArray[Any], n_days: int) -> Floats:
    """The share of some durations after which 0, 1, ... midnights at most have passed.

    They begin at any time of a day: half of those of one and a half days pass one midnight, half
    pass two. Shape (n_days,).
    """
    return np.clip(np.arange(1, n_days + 1)[:, None] - days[None, :], 0, 1).mean(axis=1)


def wait_of(days: NDArray[Any], most_days: NDArray[Any]) -> Duration:
    """From onset to report, from the waits of cases reported so far, in whole days.

    Parameters
    ----------
    days
        The wait of each case, shape (cases,).
    most_days
        The longest wait that each could have had and be known by now: from its onset to the last
        day there are reports of. Who fell ill lately is known only if the wait was short.

    Source
    ------
    Likelihood of a wait given that it is over: Kalbfleisch and Lawless (1989),
    doi:10.1080/01621459.1989.10478780; of a gamma distribution, with a weak belief beforehand.
    """
    from scipy.optimize import minimize

    days = np.maximum(days, 0).astype(int)
    most = np.maximum(most_days.astype(int), days)
    n_days = int(most.max()) + 1
    had, could = np.bincount(days, minlength=n_days), np.bincount(most, minlength=n_days)
    usual = np.log([USUAL_WAIT.mean_days, USUAL_WAIT.sd_days])

    def unlikely(logs: Floats) -> float:
        until = by_whole_days(_wait(logs).table()[8::16], n_days)
        each = np.maximum(np.diff(until, prepend=0.0), 1e-12)
        believed = ((logs - usual) ** 2).sum() / UNSURE_WAIT**2 / 2
        return float(could @ np.log(np.maximum(until, 1e-12)) - had @ np.log(each) + believed)

    begin = np.log(np.maximum(LEAST_DAYS, [days.mean(), days.std()]))
    found = minimize(
        unlikely, begin, method="Nelder-Mead", options={"xatol": 0.002, "fatol": 0.002}
    )
    return _wait(found.x)


def _wait(logs: Floats) -> Duration:
    mean, sd = np.maximum(LEAST_DAYS, np.exp(np.clip(logs, -5, 5))).tolist()
    return Duration(mean, sd)


def estimate(onsets: NDArray[Any], *, wait: Duration, disease: Disease, share: float) -> Estimate:
    """Infections of the days remembered, from the onsets of cases reported by the last of them.

    Parameters
    ----------
    onsets
        Reported cases by day of onset, shape (days,), the last day is yesterday.
    wait
        From onset to report; what is not reported yet is made up for by it.
    share
        Of the infected who are ever reported, above 0.

    Source
    ------
    Back-projection: Becker, Watson and Carlin (1991), doi:10.1002/sim.4780101005. Theirs smooths
    between steps; here growth goes on from day to day, and forgets slowly what it was. Counts
    scatter as much as they are seen to.
    """
    n_days = len(onsets)
    n_onsets = round(float(onsets.sum()))
    told = _told(n_days, wait, disease)
    seen_by_now = told.sum(axis=0)[DAYS_BEFORE:]
    certain_until = int((seen_by_now >= LEAST_SEEN).sum())
    if not onsets.sum():
        nobody = without_doubt(np.zeros(n_days), share)
        return replace(nobody, certain_until=certain_until, growth_error=GROWTH)
    logs, error = _projected_back(np.asarray(onsets, float), told * share)
    late = np.zeros(len(logs))
    late[[-1, -1 - GROWTH_DAYS]] = 1 / GROWTH_DAYS, -1 / GROWTH_DAYS
    here = slice(DAYS_BEFORE, None)
    return Estimate(
        np.exp(logs[here]), certain_until, float(late @ logs),
        float(np.sqrt(late @ error @ late)), share, n_onsets, np.linalg.cholesky(error[here, here]),
    )  # fmt: skip


def _told(n_days: int, wait: Duration, disease: Disease) -> Floats:
    """Of those infected on a day and reported some day: who fell ill on a day and is known by now.

    Shape (days of onset, days of infection); those begin ``DAYS_BEFORE`` earlier.
    """
    n_before = n_days + DAYS_BEFORE
    latent, then = (d.table()[32::64] for d in (disease.latent, disease.presymptomatic))
    ill = np.diff(by_whole_days((latent[:, None] + then).ravel(), n_before), prepend=0.0)
    known = by_whole_days(wait.table(), n_days)[::-1]
    days = np.arange(n_days)[:, None] + DAYS_BEFORE - np.arange(n_before)
    found: Floats = np.where(days >= 0, ill[days], 0.0) * known[:, None]
    return found


def _projected_back(onsets: Floats, told: Floats) -> tuple[Floats, Floats]:
    """The log of infections by day that explains onsets best, and its covariance."""
    n = told.shape[1]
    apart = np.abs(np.subtract.outer(np.arange(n - 1), np.arange(n - 1)))
    steps = np.diff(np.eye(n), axis=0)
    believed = steps.T @ np.linalg.inv(GROWTH**2 * np.exp(-apart / GROWTH_LASTS_DAYS)) @ steps
    believed[0, 0] += UNSURE_LEVEL**-2
    level = np.full(n, np.log(onsets.sum() / told.sum()))
    logs, spread = level, 1.0
    for _ in range(2):  # the second time with as much scatter as the first one showed
        logs, wanted, slope = _best(onsets, told, believed, level, logs, spread)
        told_by = slope.T @ (slope / wanted[:, None]) / spread
        error = np.linalg.inv(told_by + believed)
        n_free = max(1.0, len(onsets) - float(np.trace(error @ told_by)))
        scatter = ((onsets - wanted) ** 2 / np.maximum(wanted, 0.5)).sum()
        spread = max(1.0, float(scatter / n_free))
    return logs, error


def _best(
    onsets: Floats, told: Floats, believed: Floats, level: Floats, logs: Floats, spread: float
) -> tuple[Floats, Floats, Floats]:
    """Newton's method: the logs, the onsets they let expect, and how these change with each log."""
    for _ in range(STEPS):
        slope = told * np.exp(logs)
        wanted = np.maximum(slope.sum(axis=1), 1e-9)
        uphill = slope.T @ (onsets / wanted - 1) / spread - believed @ (logs - level)
        bend = slope.T @ (slope / wanted[:, None]) / spread + believed
        step = np.clip(np.linalg.solve(bend, uphill), -1, 1)
        logs = logs + step
        if np.abs(step).max() < 1e-6:
            break
    slope = told * np.exp(logs)
    return logs, np.maximum(slope.sum(axis=1), 1e-9), slope

"""How many are infected whom nobody knows yet? From days of onset and of report.

Onsets are made up for the wait until a report, carried forward by the growth seen, and divided by
the share of the infected that is ever reported.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.city import City
from linli.analysis.simulation.disease import Disease, Duration
from linli.analysis.simulation.observation import Observation

LEAST_ONSETS = 10  # below this no growth is read from the records; assumed
LEAST_SEEN = 0.3  # share of a day's onsets that is reported by now, below which it is foretold
GROWTH_DAYS = 14  # of onsets that a rate of growth is read from
UNSURE = 0.1  # the standard error of growth where nothing tells it, and the most; assumed
CLUSTERED = 2.0  # errors of independent counts times this: cases come in chains; assumed
MOST_GROWTH = 0.3  # a day, either way; assumed


@dataclass(frozen=True)
class Estimate:
    """Infections by day, as far as days of onset tell; ``growth`` and its error are a day's."""

    infections: NDArray[np.float64]  # (days remembered,), expected
    certain_until: int  # the first day whose infections are foretold and not read off
    growth: float
    growth_error: float
    share_reported: float
    n_onsets: int
    level_error: float = 0.0  # relative, of how many there are

    def drawn(self, dice: np.random.Generator) -> NDArray[np.int64]:
        """One world's infections by day: growth and level unsure, the rest chance."""
        ahead = np.maximum(0, np.arange(len(self.infections)) - self.certain_until + 1)
        off = np.clip(dice.normal(0.0, self.growth_error), -MOST_GROWTH, MOST_GROWTH)
        level = dice.normal(0.0, self.level_error)
        return dice.poisson(self.infections * np.exp(off * ahead + level))


def share_reported(city: City, disease: Disease, seen: Observation) -> float:
    """The share of the infected that comes to be reported, by age and by how ill they are."""
    years = np.bincount(city.age, minlength=111)[:111] / city.n_people
    decade = np.minimum(np.arange(111) // 10, 8)
    ill = np.array(disease.symptomatic)[decade]
    severe = np.array(disease.severe)[decade]
    comes = float((ill * (severe + (1 - severe) * seen.mild_seek)) @ years)
    return comes * (1 - (1 - seen.sensitivity) ** seen.most_tests)


def growth_of(reports: NDArray[Any]) -> tuple[float, float]:
    """How fast reports grow a day, and the standard error; none is read from too few.

    A Poisson regression over the last days. Days of report lack nothing, unlike those of onset.
    """
    n = reports[-GROWTH_DAYS:].astype(float)
    if n.sum() < LEAST_ONSETS:
        return 0.0, UNSURE
    day = np.arange(len(n)) - (len(n) - 1) / 2
    design = np.column_stack([np.ones(len(n)), day])
    at = np.array([np.log(n.mean()), 0.0])
    for _ in range(50):
        mean = np.exp(np.clip(design @ at, -30, 30))
        inverse = np.linalg.inv(design.T @ (design * mean[:, None]))
        step = inverse @ (design.T @ (n - mean))
        at = at + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    spread = max(1.0, float(((n - mean) ** 2 / mean).sum()) / (len(n) - 2))
    error = CLUSTERED * float(np.sqrt(spread * inverse[1, 1]))
    return float(np.clip(at[1], -MOST_GROWTH, MOST_GROWTH)), min(error, UNSURE)


def wait_of(days: NDArray[np.float64], growth: float) -> Duration:
    """From onset to report, from the waits seen while an epidemic grows: long ones are yet to come.

    Each wait counts as much as it was thinned out by the growth meanwhile.
    """
    weight = np.exp(growth * days)
    mean = float((days * weight).sum() / weight.sum())
    var = float(((days - mean) ** 2 * weight).sum() / weight.sum())
    return Duration(max(0.5, mean), max(0.5, float(np.sqrt(var))))


def estimate(
    onsets: NDArray[Any], reports: NDArray[Any], *, wait: Duration,
    incubation_days: float, share: float,
) -> Estimate:  # fmt: skip
    """Infections of the days remembered, from the onsets of reported cases.

    Parameters
    ----------
    onsets
        Reported cases by day of onset, shape (days,), the last day is yesterday.
    reports
        The same by day of report; they tell how fast it grows.
    wait
        From onset to report; what is not reported yet is made up for by it.
    share
        Of the infected who are ever reported, above 0.
    """
    n_days = len(onsets)
    table = np.sort(wait.table())
    ages = n_days - np.arange(n_days)  # days that each day's cases have had to be reported
    seen = np.searchsorted(table, ages, side="right") / len(table)
    usable = max(1, int((seen >= LEAST_SEEN).sum()))
    full = onsets / np.maximum(seen, LEAST_SEEN)
    growth, error = growth_of(reports)
    day = np.arange(n_days) - n_days
    late = day >= -GROWTH_DAYS
    level = onsets[late].sum() / float((seen * np.exp(growth * day))[late].sum())
    shift = round(incubation_days)
    longer = np.concatenate([full[:usable], np.zeros(n_days + shift - usable)])
    longer[usable:] = level * np.exp(growth * (np.arange(usable, len(longer)) - n_days))
    return Estimate(
        longer[shift : shift + n_days] / share, max(0, usable - shift), growth, error, share,
        int(onsets.sum()), min(1.0, CLUSTERED / max(1.0, onsets[late].sum()) ** 0.5),
    )  # fmt: skip

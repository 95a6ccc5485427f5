"""How did nowcasts of earlier days err, and what does that say of today's? One answer for all.

Nothing later than the last day of the triangle is looked at: a nowcast as of some days ago is held
against what has come since.
"""

from dataclasses import dataclass

import numpy as np

from linli.analysis.epidemic import negative_binomial
from linli.analysis.epidemic.ladder import Floats, Ladder

LEAST_SHARE = 0.02  # of a day that has to be reported by then for a nowcast of it; assumed
LEAST_VARIANCE = 1e-6
DOUBT = 10.0  # cases, of one day's nowcast, that count for a factor of 1; assumed
DAY_WORTH = 2.0  # independent errors in one earlier nowcast, whose days err together; assumed
LEVELS_WORTH = 30.0  # errors that the nominal levels are worth; assumed
MOST_CELLS = 20_000  # errors that the levels are read from; above, every so many-th
MOST_SURER = 4.0  # times smaller than said that a tail may be; assumed
GRID = np.linspace(0.0, 1.0, 401)


@dataclass(frozen=True)
class Hindsight:
    """What to do to a nowcast: times ``factor``, variance times ``dispersion``, other levels.

    ``factor``: 1 or less; below 1 where less came than was expected, as when reports get faster.
    ``levels``: for each of GRID the level of the negative binomial below which that share fell.
    """

    factor: float = 1.0
    dispersion: float = 1.0
    levels: Floats | None = None

    def level(self, nominal: float) -> float:
        """The level of the distribution to be read for one that is meant."""
        if self.levels is None:
            return nominal
        found = float(np.interp(nominal, self.levels, GRID))
        return min(max(found, nominal / MOST_SURER), 1 - (1 - nominal) / MOST_SURER)


@dataclass(frozen=True)
class _Errors:
    """What came, what was hoped for, and the variance that was said; one value a cell."""

    came: Floats
    hoped: Floats
    variance: Floats
    n_nowcasts: int


def hindsight(ladder: Ladder, *, pool: float, prior_shape: float, most_back: int) -> Hindsight:
    """Learn from nowcasts as of 1 to ``most_back`` days ago.

    Notes
    -----
    The factor is the ratio of what came to what was hoped for, drawn towards 1 as far as chance
    explains it (James and Stein 1961), and never above 1: to multiply the few reports of the last
    days by more takes an outbreak that begins for reports that got slower. The levels are those of
    the probability integral transforms of the errors (Gneiting et al. 2007,
    doi:10.1111/j.1467-9868.2007.00587.x), for counts as in Czado et al. (2009),
    doi:10.1111/j.1541-0420.2009.01191.x.
    """
    errors = _errors(ladder, pool, prior_shape, most_back)
    if errors is None:
        return Hindsight()
    factor = _factor(errors)
    hoped = errors.hoped * factor
    variance = np.maximum(errors.variance * factor**2, hoped)
    dispersion = max(float(((errors.came - hoped) ** 2).sum() / variance.sum()), 1.0)
    return Hindsight(factor, dispersion, _levels(errors, hoped, variance * dispersion))


def _errors(ladder: Ladder, pool: float, prior_shape: float, most_back: int) -> _Errors | None:
    n_days, n_delays = ladder.so_far.shape[1:]
    came, hoped, variance = [], [], []
    backs = range(1, min(most_back, n_days - n_delays) + 1)
    for back in backs:
        then = ladder.rest(back, pool=pool, prior_shape=prior_shape)
        age_now = np.minimum(n_days - 1 - then.days, n_delays - 1)
        open_then = 1 - then.share
        gained = then.shares[:, age_now] - then.share
        part = np.divide(gained, open_then, out=np.zeros_like(gained), where=open_then > 1e-9)
        hope = then.missing * part
        spread = then.variance * part**2 + hope * (1 - part)
        use = (then.share >= LEAST_SHARE) & (spread > LEAST_VARIANCE)
        came.append(ladder.since(then)[use])
        hoped.append(hope[use])
        variance.append(spread[use])
    if not came or not sum(map(len, came)):
        return None
    return _Errors(
        np.concatenate(came), np.concatenate(hoped), np.concatenate(variance), len(backs)
    )


def _factor(errors: _Errors) -> float:
    came, hoped = errors.came.sum(), errors.hoped.sum()
    wide = max(float(((errors.came - errors.hoped) ** 2).sum() / errors.variance.sum()), 1.0)
    by_chance = wide / (hoped / errors.n_nowcasts)  # of the logarithm of the ratio; a variance
    moved = float(np.log((came + DOUBT) / (hoped + DOUBT)))
    if moved >= 0:
        return 1.0
    return float(np.exp(moved * max(1 - by_chance / moved**2, 0.0)))


def _levels(errors: _Errors, hoped: Floats, variance: Floats) -> Floats:
    """The share of errors at or below each level of GRID, with the nominal levels mixed in."""
    step = -(-len(hoped) // MOST_CELLS)
    came, mean, wide = (values[::step] for values in (errors.came, hoped, variance))
    high = negative_binomial.at_most(came, mean, wide)
    low = high - negative_binomial.exactly(came, mean, wide)
    below = _share_below(low, high)
    trust = errors.n_nowcasts * DAY_WORTH
    return np.asarray((below * trust + GRID * LEVELS_WORTH) / (trust + LEVELS_WORTH))


def _share_below(low: Floats, high: Floats) -> Floats:
    """The mean over cells of an even distribution between low and high; one value of GRID each."""
    width = np.maximum(high - low, 1e-12)
    return np.array([(np.clip((level - low) / width, 0, 1)).mean() for level in GRID])

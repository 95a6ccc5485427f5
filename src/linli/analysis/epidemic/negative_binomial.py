"""How likely is a count of a given mean and variance? Many at once, and quantiles fast.

A variance that is not above the mean is taken as the Poisson distribution.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import nbinom

Floats = NDArray[np.float64]
ABOVE = 1 + 1e-9  # times the mean that a variance is at least, so that the Poisson is its limit
MOST_STEPS = 400  # counts walked through one by one; what lies higher is searched for


def quantiles(mean: Floats, variance: Floats, levels: Sequence[float]) -> Floats:
    """The least counts that are not exceeded with each chance; shape of the mean and a last axis.

    ``mean`` 0 has 0 at every level. Levels lie above 0 and below 1.
    """
    shape = mean.shape
    mean, variance = mean.ravel(), np.maximum(variance.ravel(), mean.ravel() * ABOVE)
    wanted = np.asarray(levels, dtype=np.float64)
    found = np.zeros((len(mean), len(wanted)))
    at = np.flatnonzero(mean > 0)
    size, chance = _parts(mean[at], variance[at])
    mass = np.exp(size * np.log(chance))
    below = mass.copy()  # chance of a count up to that of the step
    for step in range(MOST_STEPS):
        short = below[:, None] < wanted
        keep = short.any(axis=1)
        if not keep.all():
            at, short = at[keep], short[keep]
            size, chance, mass, below = size[keep], chance[keep], mass[keep], below[keep]
        if not len(at):
            break
        found[at] += short
        mass = mass * (1 - chance) * (size + step) / (step + 1)
        below = below + mass
    if len(at):
        for n, level in enumerate(wanted):
            found[at, n] = nbinom.ppf(level, size, chance)
    return found.reshape(*shape, len(wanted))


def at_most(counts: Floats, mean: Floats, variance: Floats) -> Floats:
    """The chance of a count up to each of these."""
    size, chance = _parts(mean, np.maximum(variance, mean * ABOVE))
    return np.asarray(nbinom.cdf(counts, size, chance))


def exactly(counts: Floats, mean: Floats, variance: Floats) -> Floats:
    """The chance of each of these counts."""
    size, chance = _parts(mean, np.maximum(variance, mean * ABOVE))
    log_ways = gammaln(counts + size) - gammaln(size) - gammaln(counts + 1)
    return np.exp(log_ways + size * np.log(chance) + counts * np.log1p(-chance))


def _parts(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Size and chance of the negative binomial."""
    return mean**2 / (variance - mean), mean / variance

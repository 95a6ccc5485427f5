"""How does a grid-level world go on for some days under the same policies? `screen`, compiled."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from linli.analysis.simulation.dice_compiled import bits_of, bits_of_slot, unit

MOST_AT_ONCE = 200.0  # expected: more are drawn in parts, so that no probability vanishes
HALF = 0.5
FEW = 256  # people of a stage in a grid, whose chances are looked up
HOUSEHOLD, COMPOUND, COMMUNITY, WORK, SCHOOL, CITY, RESPONSE = range(7)
FIRST, LATER = 0, 1  # who brought it home, and who caught it there
LATENT, BEFORE, ILL = range(3)  # the stages
NEW, AT_HOME, LEAVES = 0, 1, 2  # what is drawn; leaving has a number for each stage and kind


class Grids(NamedTuple):
    """The grids as the sketch reads them."""

    people: Any  # (grids,)
    compound: Any  # (grids,): 0 and up, without gaps, as the next
    community: Any
    in_compound: Any  # (compounds,): people
    in_community: Any  # (communities,)
    n_people: int


class Rates(NamedTuple):
    """How the disease spreads and moves on."""

    force: Any  # (layers,): infections a day by a first case
    later_home: float  # what is left to infect at home for those infected there
    leave: Any  # (stages,): share of a stage that leaves it on a day
    none: Any  # (stages, FEW): how likely none of so many leaves


@njit(nogil=True, cache=True)
def binomial(n, p, who, what):
    """How many of n, each with probability p: by inversion, so that alike worlds draw alike."""
    if n <= 0 or p <= 0.0:
        return 0
    if p > HALF:
        return n - (0 if p >= 1.0 else binomial_small(n, 1.0 - p, who, what))
    return binomial_small(n, p, who, what)


@njit(nogil=True, cache=True)
def binomial_small(n, p, who, what):
    """`binomial` for p of at most a half."""
    rate, odds = -np.log1p(-p), p / (1.0 - p)
    most = max(1, int(MOST_AT_ONCE / rate))
    found, part = 0, 0
    while n > 0:
        some = min(n, most)
        found += _inverted(some, np.exp(-rate * some), odds, unit(bits_of_slot(who, what, part)))
        n, part = n - some, part + 1
    return found


@njit(nogil=True, cache=True, inline="always")
def _inverted(n, none, odds, u):
    """The smallest number whose share of worlds so far is above u; ``none``: the share of 0."""
    k, mass, so_far = 0, none, none
    while so_far <= u and k < n:
        mass *= odds * (n - k) / (k + 1)
        k += 1
        so_far += mass
    return k


@njit(nogil=True, cache=True)
def _outside(grids, rates, stages, shares, apart, near, across):
    """The force of infection from the compound, the community and the city; the last is returned.

    ``near`` and ``across``: by compound and by community, written here.
    """
    near[:], across[:] = 0.0, 0.0
    far = 0.0
    force = rates.force
    for g in range(len(grids.people)):
        infects = stages[BEFORE, FIRST, g] + stages[BEFORE, LATER, g]
        infects += (stages[ILL, FIRST, g] + stages[ILL, LATER, g]) * (1.0 - apart)
        if infects == 0.0:
            continue
        c = grids.compound[g]
        near[c] += force[COMPOUND] * shares[COMPOUND, c] * infects
        across[grids.community[g]] += infects * (
            force[COMMUNITY] * shares[COMMUNITY, c] + force[SCHOOL] * shares[SCHOOL, c]
            + force[RESPONSE] * shares[RESPONSE, c]
        )  # fmt: skip
        far += infects * (force[WORK] * shares[WORK, c] + force[CITY] * shares[CITY, c])
    for c in range(len(near)):
        near[c] /= grids.in_compound[c]
    for c in range(len(across)):
        across[c] /= grids.in_community[c]
    return far / grids.n_people


@njit(nogil=True, cache=True)
def go_on(keys, grids, rates, open_, stages, shares, apart, new, onsets, by_grid):
    """Go on for as many days as there are keys; write new infections and onsets of each.

    Parameters
    ----------
    open_, stages
        Who can be infected, shape (grids,), and who is, shape (stages, kinds, grids); changed.
    shares, apart
        Of contacts that go on, shape (layers, compounds); of the time ill that is spent apart.
    """
    near, across = np.empty(len(grids.in_compound)), np.empty(len(grids.in_community))
    moved = np.empty((3, 2), np.int64)
    for day in range(len(keys)):
        far = _outside(grids, rates, stages, shares, apart[day], near, across)
        for g in range(len(grids.people)):
            before = stages[BEFORE, FIRST, g], stages[BEFORE, LATER, g]
            ill = stages[ILL, FIRST, g], stages[ILL, LATER, g]
            stay = 1.0 - apart[day]
            at_home = before[0] + ill[0] * stay + rates.later_home * (before[1] + ill[1] * stay)
            home = rates.force[HOUSEHOLD] * at_home / grids.people[g]
            force = home + near[grids.compound[g]] + across[grids.community[g]] + far
            who = bits_of(keys[day], g)
            infected = _infected(open_[g], force, who)
            caught = binomial(infected, home / force, who, AT_HOME) if infected else 0
            for stage in range(3):
                for kind in range(2):
                    n = stages[stage, kind, g]
                    moved[stage, kind] = _leaving(n, stage, kind, rates, who) if n else 0
            open_[g] -= infected
            by_grid[g] += infected
            new[day] += infected
            stages[LATENT, FIRST, g] += infected - caught
            stages[LATENT, LATER, g] += caught
            for kind in range(2):
                stages[LATENT, kind, g] -= moved[LATENT, kind]
                stages[BEFORE, kind, g] += moved[LATENT, kind] - moved[BEFORE, kind]
                stages[ILL, kind, g] += moved[BEFORE, kind] - moved[ILL, kind]
                onsets[day] += moved[BEFORE, kind]


@njit(nogil=True, cache=True, inline="always")
def _leaving(n, stage, kind, rates, who):
    """How many of n leave a stage on a day."""
    p, what = rates.leave[stage], LEAVES + 2 * stage + kind
    if n >= FEW or p > HALF:
        return binomial(n, p, who, what)
    return _inverted(n, rates.none[stage, n], p / (1.0 - p), unit(bits_of_slot(who, what, 0)))


@njit(nogil=True, cache=True, inline="always")
def _infected(n, force, who):
    """How many of n a force infects on a day; mostly none, which takes one number to see."""
    if n == 0 or force <= 0.0:
        return 0
    if force * n < MOST_AT_ONCE:
        none = np.exp(-force * n)
        u = unit(bits_of_slot(who, NEW, 0))
        if u < none:
            return 0
        return _inverted(n, none, np.expm1(force), u)
    return binomial(n, -np.expm1(-force), who, NEW)

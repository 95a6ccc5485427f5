"""How does a grid-level world go on for some days under the same policies? `screen`, compiled."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from linli.analysis.simulation.dice_compiled import bits_of, bits_of_slot, unit

MOST_AT_ONCE = 200.0  # expected: more are drawn in parts, so that no probability vanishes
HALF = 0.5
FEW = 256  # people of a stage in a grid, whose chances are looked up
ROOM = FEW * (FEW + 1) // 2
A_FEW = 16  # people infected in a grid on a day
PARTS = 64  # of chance: where in a table each begins is kept
NEARLY = 1e-12  # far above an error of rounding, so that a shorter sum decides alike
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
    until: Any  # (stages, ROOM): how likely at most 0, 1, ... leave of 0, of 1, of 2 people, ...
    begins: Any  # (stages, FEW, PARTS): how many leave at least, in each part of chance


def leaving(leave):
    """The tables of `Rates` from the share of each stage that leaves it on a day."""
    until = np.full((len(leave), ROOM), 2.0)  # above any chance: nobody is left to leave
    begins = np.zeros((len(leave), FEW, PARTS), np.uint8)
    parts = np.arange(PARTS) / PARTS
    for stage, share in enumerate(leave):
        if share > HALF:
            continue  # drawn from the other end
        odds, n = share / (1.0 - share), np.arange(FEW)
        mass = (1.0 - share) ** n
        so_far = mass.copy()
        for k in range(FEW):
            until[stage, (n * (n + 1) // 2 + k)[k + 1 :]] = so_far[k + 1 :]
            mass = mass * (odds * (n - k) / (k + 1))
            so_far = so_far + mass
        for of in range(FEW):
            row = until[stage, of * (of + 1) // 2 :][: of + 1]
            begins[stage, of] = np.searchsorted(row, parts, side="right")
    return until, begins


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


@njit(nogil=True, cache=True, inline="always")
def _of_a_few(n, p, who):
    """How many of n caught it at home: `binomial`, where n is small without its logarithm.

    A share of worlds that lies too near to chance is computed as there.
    """
    if n > A_FEW or p >= 1.0:
        return binomial(n, p, who, AT_HOME)
    less = min(p, 1.0 - p)
    u, mass = unit(bits_of_slot(who, AT_HOME, 0)), 1.0
    for _ in range(n):
        mass *= 1.0 - less
    k, so_far, odds = 0, mass, less / (1.0 - less)
    while so_far <= u - NEARLY and k < n:
        mass *= odds * (n - k) / (k + 1)
        k += 1
        so_far += mass
    if k < n and so_far <= u + NEARLY:
        return binomial(n, p, who, AT_HOME)
    return k if p <= HALF else n - k


@njit(nogil=True, cache=True)
def _outside(grids, rates, active, stages, shares, apart, near, across):
    """The force of infection from the compound, the community and the city; the last is returned.

    ``active``: grids with somebody infected. ``near`` and ``across``: by compound and by
    community, written here.
    """
    near[:], across[:] = 0.0, 0.0
    far = 0.0
    force = rates.force
    for g in active:
        infects = stages[g, BEFORE, FIRST] + stages[g, BEFORE, LATER]
        infects += (stages[g, ILL, FIRST] + stages[g, ILL, LATER]) * (1.0 - apart)
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
        Who can be infected, shape (grids,), and who is, shape (grids, stages, kinds); changed.
    shares, apart
        Of contacts that go on, shape (layers, compounds); of the time ill that is spent apart.
    """
    people, compound, community = grids.people, grids.compound, grids.community
    near, across = np.empty(len(grids.in_compound)), np.empty(len(grids.in_community))
    at_home_force, later_home = rates.force[HOUSEHOLD], rates.later_home
    active, is_active = np.empty(len(people), np.int32), np.zeros(len(people), np.bool_)
    n_active = 0
    for g in range(len(people)):
        if stages[g].any():
            active[n_active], is_active[g] = g, True
            n_active += 1
    moved = np.empty((3, 2), np.int64)
    for day in range(len(keys)):
        key, stay = keys[day], 1.0 - apart[day]
        far = _outside(grids, rates, active[:n_active], stages, shares, apart[day], near, across)
        n_active = 0
        for g in range(len(people)):
            here, home = stages[g], 0.0
            if is_active[g]:
                first = here[BEFORE, FIRST] + here[ILL, FIRST] * stay
                later = here[BEFORE, LATER] + here[ILL, LATER] * stay
                home = at_home_force * (first + later_home * later) / people[g]
            force = home + near[compound[g]] + across[community[g]] + far
            who = bits_of(key, g)
            infected = _infected(open_[g], force, who)
            if infected:
                open_[g] -= infected
                by_grid[g] += infected
                new[day] += infected
            elif not is_active[g]:
                continue
            caught = _of_a_few(infected, home / force, who) if infected and home else 0
            n_left = 0
            for stage in range(3):
                for kind in range(2):
                    n = here[stage, kind]
                    moved[stage, kind] = _leaving(n, stage, kind, rates, who) if n else 0
            here[LATENT, FIRST] += infected - caught
            here[LATENT, LATER] += caught
            for kind in range(2):
                here[LATENT, kind] -= moved[LATENT, kind]
                here[BEFORE, kind] += moved[LATENT, kind] - moved[BEFORE, kind]
                here[ILL, kind] += moved[BEFORE, kind] - moved[ILL, kind]
                onsets[day] += moved[BEFORE, kind]
                n_left += here[LATENT, kind] + here[BEFORE, kind] + here[ILL, kind]
            is_active[g] = n_left > 0
            if n_left:
                active[n_active] = g
                n_active += 1


@njit(nogil=True, cache=True, inline="always")
def _leaving(n, stage, kind, rates, who):
    """How many of n leave a stage on a day."""
    p, what = rates.leave[stage], LEAVES + 2 * stage + kind
    if n >= FEW or p > HALF:
        return binomial(n, p, who, what)
    u = unit(bits_of_slot(who, what, 0))
    row, k = n * (n + 1) // 2, np.int64(rates.begins[stage, n, np.int64(u * PARTS)])
    while rates.until[stage, row + k] <= u:
        k += 1
    return k


@njit(nogil=True, cache=True, inline="always")
def _infected(n, force, who):
    """How many of n a force infects on a day; mostly none, which takes one number to see."""
    if n == 0 or force <= 0.0:
        return 0
    wanted = force * n
    if wanted < MOST_AT_ONCE:
        u = unit(bits_of_slot(who, NEW, 0))
        if u < 1.0 - wanted - NEARLY:  # at least so likely is none
            return 0
        none = np.exp(-wanted)
        if u < none:
            return 0
        return _inverted(n, none, np.expm1(force), u)
    return binomial(n, -np.expm1(-force), who, NEW)

"""Is what the sketch looks up or cuts short, number for number, what it would compute?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from numba import njit

from linli.analysis.simulation import screen_kernel as kernel
from linli.analysis.simulation.dice import SLOT_STEP, TO_UNIT, Purpose, bits, key_of, mix

LEAVE = (0.29, 0.35, 0.08, 0.6)
WHO = st.integers(0, 2**64 - 1).map(np.uint64)


@njit
def leaves(n, stage, rates, who):
    return kernel._leaving(n, stage, 1, rates, who)


@njit
def caught(n, p, who):
    return kernel._of_a_few(n, p, who)


@njit
def infected(n, force, who):
    return kernel._infected(n, force, who)


@pytest.fixture(scope="module")
def rates():
    return kernel.Rates(
        np.ones(7), 0.5, np.array(LEAVE), *(np.asarray(t) for t in kernel.leaving(LEAVE))
    )


def plain(n, none, odds, u):
    """How many: the smallest number whose share of worlds so far is above chance."""
    k, mass, so_far = 0, none, none
    while so_far <= u and k < n:
        mass *= odds * (n - k) / (k + 1)
        k += 1
        so_far += mass
    return k


def chance(who, what):
    slot = np.uint64(what * (1 << 20) + 1)
    with np.errstate(over="ignore"):
        h = mix(np.array([np.uint64(who) + slot * SLOT_STEP]))[0]
    return float(h >> np.uint64(11)) * TO_UNIT


@how(max_examples=300)
@given(n=st.integers(1, 400), stage=st.integers(0, 3), who=WHO)
def test_how_many_leave_a_stage_is_the_same_from_a_table(rates, n, stage, who):
    p, what = LEAVE[stage], kernel.LEAVES + 2 * stage + 1

    found = leaves(n, stage, rates, who)

    if n < kernel.FEW and p <= kernel.HALF:
        assert found == plain(n, (1 - p) ** n, p / (1 - p), chance(who, what))
    else:
        assert found == kernel.binomial(n, p, who, what)


@how(max_examples=300)
@given(n=st.integers(1, 40), p=st.floats(0, 1, exclude_min=True), who=WHO)
def test_how_many_caught_it_at_home_is_the_same_without_a_logarithm(n, p, who):
    assert caught(n, p, who) == kernel.binomial(n, p, who, kernel.AT_HOME)


@pytest.mark.parametrize("n", [1, 2, 5, 16])
def test_a_chance_that_hits_the_edge_is_decided_as_it_would_be(n):
    """The share itself is set upon a chance that is drawn, and a hair beside it."""
    for who in bits(np.uint64(3), np.arange(200)):
        u = chance(who, kernel.AT_HOME)
        edge = 1 - u ** (1 / n)  # so that none has just this chance
        for p in (edge, np.nextafter(edge, 0), np.nextafter(edge, 1), edge + 1e-13):
            assert caught(n, p, who) == kernel.binomial(n, p, who, kernel.AT_HOME)


@how(max_examples=300)
@given(n=st.integers(1, 900), wanted=st.floats(1e-12, 30), who=WHO)
def test_how_many_are_infected_is_the_same_where_most_days_bring_none(n, wanted, who):
    force = wanted / n

    found = infected(n, force, who)

    none, odds = np.exp(-force * n), np.expm1(force)
    assert found == plain(n, none, odds, chance(who, kernel.NEW))


def test_a_city_goes_on_as_somebody_who_computes_every_grid_would_say(rates):
    dice = np.random.default_rng(4)
    n, n_days = 30, 40
    people = dice.integers(200, 900, n)
    first = dice.integers(0, 2, n)
    grids = kernel.Grids(
        people, np.arange(n) // 2, np.arange(n) // 10,
        np.bincount(np.arange(n) // 2, weights=people),
        np.bincount(np.arange(n) // 10, weights=people), int(people.sum()),
    )  # fmt: skip
    rates = rates._replace(force=np.array([0.2, 0.1, 0.08, 0.05, 0.0, 0.06, 0.01]))
    keys = np.array([key_of(9, Purpose.SKETCH, day) for day in range(n_days)])
    shares, apart = dice.random((7, n // 2)), np.linspace(0, 0.4, n_days)
    stages = np.zeros((n, 3, 2), np.int64)
    stages[:, 0, 0] = first
    open_, new, onsets = people - first, np.zeros(n_days, np.int64), np.zeros(n_days, np.int64)
    plainly = _everywhere(keys, grids, rates, open_.copy(), stages.copy(), shares, apart)

    kernel.go_on(
        keys, grids, rates, open_, stages, shares, apart, new, onsets, np.zeros(n, np.int64)
    )

    assert new.tolist() == plainly
    assert 0 < new.sum() < people.sum()


def _everywhere(keys, grids, rates, open_, stages, shares, apart):
    """New infections by day, grid by grid: nothing is passed by, and no table is asked."""
    f, later, told = rates.force, rates.later_home, []
    for day, key in enumerate(keys):
        stay = 1.0 - apart[day]
        ill = (stages[:, 1].sum(axis=1) + stages[:, 2].sum(axis=1) * stay).tolist()
        near, across, far = np.zeros(len(grids.in_compound)), np.zeros(len(grids.in_community)), 0.0
        for g, infects in enumerate(ill):
            c = grids.compound[g]
            s = shares[:, c]
            near[c] += f[1] * s[1] * infects
            across[grids.community[g]] += infects * (f[2] * s[2] + f[4] * s[4] + f[6] * s[6])
            far += infects * (f[3] * s[3] + f[5] * s[5])
        near, across, far = near / grids.in_compound, across / grids.in_community, far / grids[5]
        told.append(0)
        for g in range(len(open_)):
            here = stages[g].copy()
            at_home = here[1, 0] + here[2, 0] * stay + later * (here[1, 1] + here[2, 1] * stay)
            home = f[0] * at_home / grids.people[g]
            force = home + near[grids.compound[g]] + across[grids.community[g]] + far
            who = bits(key, np.array([g]))[0]
            none, u = np.exp(-force * open_[g]), chance(who, kernel.NEW)
            infected = plain(int(open_[g]), none, np.expm1(force), u) if force > 0 else 0
            caught = kernel.binomial(infected, home / force, who, kernel.AT_HOME) if infected else 0
            left = [[_left(int(here[k, kind]), k, kind, who) for kind in (0, 1)] for k in range(3)]
            open_[g] -= infected
            told[-1] += infected
            stages[g, 0] += [infected - caught, caught]
            stages[g] -= left
            stages[g, 1:] += left[:2]
    return told


def _left(n, stage, kind, who):
    p = LEAVE[stage]
    u = chance(who, kernel.LEAVES + 2 * stage + kind)
    return plain(n, (1 - p) ** n, p / (1 - p), u) if n else 0

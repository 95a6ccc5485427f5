"""Is what the sketch looks up or cuts short, number for number, what it would compute?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from numba import njit

from linli.analysis.simulation import screen_kernel as kernel
from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.dice import SLOT_STEP, TO_UNIT, bits, mix
from linli.analysis.simulation.disease import shipped
from linli.analysis.simulation.policies import CloseCompounds, Isolate
from linli.analysis.simulation.screen import Screen
from linli.analysis.simulation.setting import Setting

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


def test_the_sketches_of_a_seed_are_those_that_were():
    city = build(even_grids(60_000, n_districts=2), CityPlan(), np.random.default_rng(1))
    sketch = Screen(Setting(city, shipped("covid-19-2020"), first=40))
    shut = (CloseCompounds(from_day=30, leakage=0.3), Isolate())

    worlds = [sketch.run(policies, seed=s, n_days=90) for policies in ((), shut) for s in (1, 2, 3)]

    assert [int(w.infections.sum()) for w in worlds] == [59066, 59011, 59032, 48947, 47401, 48660]
    assert [int(w.reports.sum()) for w in worlds] == [14737, 14448, 14653, 12192, 11831, 11945]
    assert worlds[3].infections[[20, 50, 80]].tolist() == [860, 300, 6]

"""Does the engine agree with what can be computed without it? Equations, tables, distributions."""

from collections import Counter
from dataclasses import replace
from math import comb, exp, inf

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from linli.analysis.epidemic.offspring import offspring
from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.city import Contacts
from linli.analysis.simulation.disease import LAYERS, Disease, Duration, Family, Layer
from linli.analysis.simulation.engine import run
from linli.analysis.simulation.setting import Setting

NOBODY = Contacts(compound=0, community=0, work=0, school=0, city=0, response=0)
ALL = (1.0,) * 9
NONE = (0.0,) * 9
EVEN = Disease(
    name="even", r0=2.5, dispersion=inf,
    latent=Duration(4.0, family=Family.EXPONENTIAL), presymptomatic=Duration(0.0),
    infectious=Duration(6.0, family=Family.EXPONENTIAL), infectiousness=(1.0,),
    asymptomatic_infectiousness=1.0, layers=dict.fromkeys(LAYERS, 1.0), susceptibility=ALL,
    symptomatic=ALL, severe=NONE, critical=NONE, death=NONE, death_without_care=0.0,
    onset_to_severe=Duration(5.0), severe_to_critical=Duration(5.0), stay=Duration(5.0),
    critical_stay=Duration(5.0), sources={},
)  # fmt: skip


def one_layer(n_people, *, household_size=1.0, city=10.0):
    plan = CityPlan(
        household_size=household_size, response=0.0, contacts=replace(NOBODY, city=city)
    )
    return build(even_grids(n_people), plan, np.random.default_rng(3))


def seir(r0, latent, infectious, n_people, first, days):
    """The equations, solved: infections of each day."""

    def flow(_, y):
        s, e, i, _ = y
        new = r0 / infectious * s * i / n_people
        return [-new, new - e / latent, e / latent - i / infectious, new]

    solved = solve_ivp(
        flow, (0, days), [n_people - first, first, 0, 0], t_eval=np.arange(days + 1), rtol=1e-8
    )
    return np.diff(solved.y[3])


def test_one_even_layer_ends_and_peaks_as_the_seir_equations_do():
    n_people, first, days = 100_000, 300, 200
    alone = replace(EVEN, layers={**EVEN.layers, Layer.HOUSEHOLD: 0.0})
    setting = Setting(one_layer(n_people), alone, first=first)

    ours = run(setting, seed=5, n_days=days).series["infections"]

    theirs = seir(2.5, 4.0, 6.0, n_people, first, days)
    smooth = np.convolve(ours, np.ones(7) / 7, mode="same")
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.01)
    assert abs(int(smooth.argmax()) - int(theirs.argmax())) <= 2


def reed_frost(n_others, escape):
    """How many of the others are infected in the end, one infected first: exact, by recursion."""
    found = np.zeros(n_others + 1)
    for m in range(n_others + 1):
        smaller = sum(
            comb(m, j) * found_of(j, n_others, escape, found) * escape ** ((j + 1) * (m - j))
            for j in range(m)
        )
        found[m] = 1 - smaller
    return np.array(
        [
            comb(n_others, m) * found[m] * escape ** ((m + 1) * (n_others - m))
            for m in range(n_others + 1)
        ]
    )


def found_of(j, n_others, escape, found):
    return found[j]


def test_households_alone_end_as_the_exact_reed_frost_tables_say():
    beta, days_ill = 0.12, 4.0
    city = one_layer(120_000, household_size=3.0, city=0.0)
    fixed = replace(EVEN, latent=Duration(2.0), infectious=Duration(days_ill))
    setting = Setting(city, fixed, first=4000, beta=beta)

    seen = run(setting, seed=2, n_days=60).state.infected.columns()

    home = city.household[seen["person"]]
    first = Counter(home[seen["source"] < 0].tolist())
    total = Counter(home.tolist())
    sizes = np.diff(city.household_start.astype(int))
    for size in (2, 3, 4, 5):
        ended = [total[h] - 1 for h, n in first.items() if n == 1 and sizes[h] == size]
        expected = reed_frost(size - 1, exp(-beta * days_ill)) * len(ended)
        counted = np.bincount(ended, minlength=size)
        spread = np.sqrt(expected * (1 - expected / len(ended)))
        assert len(ended) > 200
        assert (np.abs(counted - expected) < 3.5 * spread + 1).all(), (size, counted, expected)


@pytest.mark.parametrize("k", [0.16, 0.5, 2.0])
def test_the_offspring_of_the_first_generation_recover_the_k_that_was_put_in(k):
    first = 6000
    uneven = replace(EVEN, r0=2.0, dispersion=k, latent=Duration(20.0), infectious=Duration(8.0))
    alone = replace(uneven, layers={**EVEN.layers, Layer.HOUSEHOLD: 0.0})
    setting = Setting(one_layer(400_000), alone, first=first)

    seen = run(setting, seed=9, n_days=30).state.infected.columns()

    counts = np.bincount(seen["source"][seen["source"] >= 0], minlength=first)[:first]
    found = offspring(counts.astype(float))
    assert found.r.value == pytest.approx(2.0, rel=0.08)
    assert found.k.low <= k <= found.k.high or found.k.value == pytest.approx(k, rel=0.12)

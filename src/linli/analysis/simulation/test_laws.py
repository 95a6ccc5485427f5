"""Does the engine keep to laws it was not built from? Homes, groups, growth, luck, responses."""

from dataclasses import replace
from functools import lru_cache
from math import comb, exp, inf

import numpy as np
import pytest
from scipy.optimize import brentq

from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.disease import Duration, Family, Layer, disease_names, shipped
from linli.analysis.simulation.engine import run
from linli.analysis.simulation.observation import Observation, Period
from linli.analysis.simulation.policies import Isolate, Screen, Trace
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.test_theory import ALL, EVEN, NOBODY, one_layer

SURE = 4.0  # standard errors; a test of many cells is red by luck once in hundreds of seeds
OUT = replace(EVEN, layers={**EVEN.layers, Layer.HOUSEHOLD: 0.0})  # nobody infects at home


# Households


def final_sizes(n_others, escape):
    """The chance that so many of the others are infected in the end, one infected first.

    The triangular equations of Ball (1986), doi:10.2307/1427301, theorem 2.6: ``escape(k)`` is the
    chance that k given people all escape one case, over all lengths of being infectious.
    """
    chance = np.zeros(n_others + 1)
    for k in range(n_others + 1):
        before = sum(
            comb(n_others - j, k - j) * chance[j] / escape(n_others - k) ** (j + 1)
            for j in range(k)
        )
        chance[k] = (comb(n_others, k) - before) * escape(n_others - k) ** (k + 1)
    return chance


@lru_cache
def homes():
    plan = CityPlan(
        household_size=4.0, size_shares=(0, 1, 1, 1, 1, 1), response=0.0, contacts=NOBODY
    )
    return build(even_grids(80_000), plan, np.random.default_rng(3))


@pytest.mark.parametrize("beta", [0.03, 0.1, 0.3])
@pytest.mark.parametrize("family", [Family.FIXED, Family.EXPONENTIAL, Family.GAMMA])
def test_households_of_two_to_six_end_as_balls_equations_say(beta, family):
    ill = Duration(4.0, 2.0, family)
    setting = Setting(
        homes(), replace(EVEN, latent=Duration(1.0), infectious=ill), first=4000, beta=beta
    )

    seen = run(setting, seed=8, n_days=90).state.infected.columns()

    days = ill.table().astype(float)
    n_homes = homes().n_households
    home = homes().household[seen["person"]]
    first = np.bincount(home[seen["source"] < 0], minlength=n_homes)
    total = np.bincount(home, minlength=n_homes)
    sizes = np.diff(homes().household_start.astype(int))
    for size in range(2, 7):
        ended = total[(first == 1) & (sizes == size)] - 1
        chance = final_sizes(size - 1, lambda k: np.exp(-beta * k * days).mean())
        expected = chance * len(ended)
        spread = np.sqrt(expected * (1 - chance))
        counted = np.bincount(ended, minlength=size)
        assert len(ended) > 300
        assert (np.abs(counted - expected) < SURE * spread + 1).all(), (size, counted, expected)


# Two groups


def test_two_groups_end_as_the_matrix_of_who_meets_whom_says():
    young, met_at_school, met_in_the_city, beta, open_to = 0.4, 5.0, 4.0, 0.045, (0.6, 1.0)
    plan = CityPlan(
        household_size=1.0, response=0.0, employed=0.0, class_size=1_000_000,
        age_shares=((5, 15, young), (20, 60, 1 - young)),
        contacts=replace(NOBODY, school=met_at_school, city=met_in_the_city),
    )  # fmt: skip
    city = build(even_grids(200_000), plan, np.random.default_rng(3))
    less = (open_to[0],) * 2 + (open_to[1],) * 7
    setting = Setting(city, replace(OUT, susceptibility=less), first=400, beta=beta)

    rows = run(setting, seed=6, n_days=260).state.infected.columns()

    is_young = city.age < 20
    people = np.array([is_young.sum(), (~is_young).sum()])
    meets = np.outer(people / people.sum(), people / people.sum()) * met_in_the_city
    meets = meets / (people / people.sum())[:, None]  # a row for who infects
    meets[0, 0] += met_at_school
    by = beta * EVEN.infectious.mean_days * meets
    began = np.array(
        [is_young[rows["person"][:400]].sum(), (~is_young[rows["person"][:400]]).sum()]
    )
    ended = people * 0.5
    for _ in range(2000):  # z = 1 - exp(-sum of what all infected bring)
        force = np.array(open_to) * (by.T @ ended) / people
        ended = began + (people - began) * (1 - np.exp(-force))
    counted = np.array(
        [is_young[rows["person"]].sum(), (~is_young[rows["person"]]).sum()], dtype=float
    )
    assert 0.3 < ended.sum() / people.sum() < 0.9
    assert counted == pytest.approx(ended, rel=0.01)


# Growth


def generations(disease, n=200_000):
    """Times from an infection to those it causes: equally likely ones, by the disease's tables."""
    dice = np.random.default_rng(1)
    latent, lasts = (dice.choice(t.table(), n) for t in (disease.latent, disease.infectious))
    days, so_far = np.arange(128), disease.cumulative()
    total = np.interp(lasts, days, so_far)
    fine = np.linspace(0, 127, 127 * 64 + 1)
    until = np.searchsorted(np.interp(fine, days, so_far), dice.random(n) * total) / 64
    return latent + until, total / total.sum()


def mixing(name):
    """A disease that everybody can catch, outside home only, all alike; it then has one R."""
    of = shipped(name)
    layers = {**of.layers, Layer.HOUSEHOLD: 0.0}
    return replace(of, dispersion=inf, susceptibility=ALL, layers=layers)


@pytest.mark.parametrize("name", disease_names())
def test_a_case_infects_r_others_after_the_times_of_the_diseases_tables(name):
    first = 12_000
    disease = replace(mixing(name), r0=0.5)  # so that few are immune by the end

    rows = run(Setting(crowd(), disease, first=first), seed=5, n_days=60).state.infected.columns()

    of_first = (rows["source"] >= 0) & (rows["source"] < first)
    n_infected = np.bincount(rows["source"][of_first], minlength=first)
    times, weight = generations(disease)
    mean = weight @ times
    spread = np.sqrt(weight @ (times - mean) ** 2 / of_first.sum())
    assert n_infected.mean() == pytest.approx(0.5, abs=SURE * n_infected.std() / first**0.5 + 0.01)
    assert rows["at"][of_first].mean() == pytest.approx(mean, abs=SURE * spread + 0.02)


@pytest.mark.parametrize("name", disease_names())
def test_an_epidemic_grows_as_its_generations_say(name):
    first, until = 1500, 40_000
    disease = mixing(name)

    state = run(Setting(crowd(), disease, first=first), seed=5, n_days=5).state
    while state.infected.n < until:
        state = run(Setting(crowd(), disease, first=first), seed=5, n_days=1, state=state).state

    times, weight = generations(disease)
    steps = 8  # a day
    soon = np.bincount((times * steps).astype(int), weights=weight)
    new = np.zeros(state.day * steps)
    new[0] = first
    for k in range(1, len(new)):  # the renewal equation of Euler and Lotka, with who is left
        open_to = 1 - new[:k].sum() / crowd().n_people
        back = min(k, len(soon) - 1)
        new[k] = open_to * disease.r0 * (soon[1 : back + 1] @ new[k - back : k][::-1])
    new[0] = 0
    expected = new.reshape(-1, steps).sum(axis=1)
    counted = np.array(state.series["infections"])
    gap = round(float(weight @ times))

    def grown(by_day):
        return np.log(by_day[-gap:].sum() / by_day[-2 * gap : -gap].sum())

    early = counted[-2 * gap : -gap].sum()
    assert grown(counted) == pytest.approx(grown(expected), abs=SURE * (2 / early) ** 0.5 + 0.02)


@lru_cache
def crowd():
    return one_layer(1_000_000)


SOURCES_SAY = {  # days between infections, and days in which an unhindered epidemic doubles
    "covid-19-2020": ((5.0, 7.5), (2.3, 4.2)),
    "influenza": ((2.2, 3.6), (4.0, 10.0)),
    "measles": ((10.9, 14.0), (2.0, 5.0)),
    "sars-2003": ((8.4, 13.0), (4.0, 10.0)),
}


@pytest.mark.parametrize("name", disease_names())
def test_generations_and_doubling_of_a_disease_are_as_published(name):
    disease = mixing(name)
    times, weight = generations(disease)

    growth = brentq(lambda r: disease.r0 * weight @ np.exp(-r * times) - 1, 1e-3, 2.0)

    (least, most), (quickest, slowest) = SOURCES_SAY[name]
    assert least <= weight @ times <= most
    assert quickest <= np.log(2) / growth <= slowest


@pytest.mark.parametrize("name", disease_names())
def test_first_cases_infect_r0_others_at_home_at_work_and_about(name):
    first = 500
    disease = replace(shipped(name), dispersion=inf)
    setting = Setting(town(), disease, first=first)

    n_infected = []
    for seed in (4, 5):
        state = run(setting, seed=seed, n_days=5).state
        while (state.infected.columns()["stop"][:first] > state.day).any():
            state = run(setting, seed=seed, n_days=1, state=state).state
        source = state.infected.columns()["source"]
        n_infected.append(np.bincount(source[source >= 0], minlength=first)[:first])

    # Some who live with a case catch it from one another, so a little less is expected.
    spread = np.std(n_infected) / np.size(n_infected) ** 0.5
    assert np.mean(n_infected) == pytest.approx(disease.r0, abs=2 * spread + 0.03 * disease.r0)


@lru_cache
def town():
    return build(even_grids(1_000_000), CityPlan(), np.random.default_rng(1))


# Luck


@pytest.mark.parametrize("k", [0.16, 0.5, inf])
def test_chains_die_out_as_often_as_a_branching_process_with_this_k(k):
    first, r = 2500, 1.3
    brief = replace(
        OUT, r0=r, dispersion=k, latent=Duration(20.0), infectious=Duration(2.0)
    )  # generations that do not overlap

    rows = run(Setting(crowd(), brief, first=first), seed=9, n_days=90).state.infected.columns()

    root = np.arange(len(rows["source"]))
    depth = np.zeros(len(root), dtype=int)
    for row in range(first, len(root)):  # sources come before those they infect
        root[row], depth[row] = root[rows["source"][row]], depth[rows["source"][row]] + 1
    gone = 0.0
    for generation in (1, 2, 3, 4):
        gone = exp(-r * (1 - gone)) if k == inf else (1 + r * (1 - gone) / k) ** -k
        alive = len(np.unique(root[depth == generation]))
        spread = (gone * (1 - gone) / first) ** 0.5
        assert 1 - alive / first == pytest.approx(gone, abs=SURE * spread), generation


# Responses

SEEN = Observation(
    periods=(Period(onset_to_visit=Duration(2.0)),), mild_seek=1.0, sensitivity=1.0,
    others_per_100k=0.0,
)  # fmt: skip
SLOW = replace(
    OUT, r0=2.0, latent=Duration(6.0), infectious=Duration(10.0)
)  # who is traced is not infectious yet


def second_generation(policies, first=4000):
    """How many a case of the second generation infects, and how sure that is."""
    setting = Setting(crowd(), SLOW, policies, SEEN, first=first)
    rows = run(setting, seed=3, n_days=36).state.infected.columns()
    source = rows["source"]
    is_second = (source >= 0) & (source < first)
    of = np.bincount(source[source >= 0], minlength=len(source))[is_second]
    return of.mean(), of.std() / len(of) ** 0.5


def test_isolation_cuts_what_comes_after_the_report():
    r, spread = second_generation((Isolate(home_share=0.0),))

    # A visit within the second day of onset, a result on the next morning: three and a half days
    # on average of ten, since each begins at another hour.
    assert r == pytest.approx(2.0 * 3.0 / 10, abs=2.0 * 0.5 / 10 + SURE * spread)


@pytest.mark.parametrize("found", [0.3, 0.6, 1.0])
def test_tracing_in_time_takes_the_share_found_away(found):
    apart = Isolate(home_share=0.0)
    trace = Trace(
        found={Layer.CITY: found}, delay_days={}, obey=1.0, rooms=1_000_000, look_back_days=6,
        days=30,
    )  # fmt: skip

    alone, spread = second_generation((apart,))
    traced, less = second_generation((apart, trace))

    # Fraser et al. (2004), doi:10.1073/pnas.0307506101: with all in time, R falls by the share.
    assert traced == pytest.approx(alone * (1 - found), abs=SURE * (spread + less))


@pytest.mark.parametrize(("coverage", "sensitivity"), [(1.0, 1.0), (0.9, 0.7), (0.5, 0.8)])
def test_a_round_of_tests_finds_coverage_times_sensitivity_of_the_infectious(coverage, sensitivity):
    round_ = Screen(from_day=10, samples_a_day=200_000, coverage=coverage, sensitivity=sensitivity)
    hidden = replace(SEEN, mild_seek=0.0)
    sick = replace(SLOW, r0=0.0, severe=(0.0,) * 9)
    setting = Setting(crowd(), sick, (round_,), hidden, first=6000)

    series = run(setting, seed=2, n_days=13).series

    there = series["infectious"][10]
    n = there * coverage * sensitivity
    spread = (n * (1 - coverage * sensitivity)) ** 0.5
    assert series["screen_reports"][11] == pytest.approx(n, abs=SURE * spread + 0.5)
    assert series["screen_samples"][10] == 100_000 + 10 * series["screen_reports"][11]

"""Do days of onset tell how many are infected, and does the interval hold as often as it says?"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.disease import LAYERS, Duration, shipped
from linli.analysis.simulation.engine import run
from linli.analysis.simulation.observation import Observation, Period
from linli.analysis.simulation.policies import Isolate, Reduce
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.start import REMEMBERED_DAYS
from linli.analysis.simulation.state import NOT_YET
from linli.analysis.simulation.unseen import (
    USUAL_WAIT,
    by_whole_days,
    estimate,
    share_reported,
    wait_of,
    without_doubt,
)  # fmt: skip

DAYS = REMEMBERED_DAYS
COVID = replace(shipped("covid-19-2020"), r0=2.5)
FIVE_DAYS = replace(COVID, latent=Duration(5.0), presymptomatic=Duration(0.0))
WAIT = Duration(4.0, 2.0)
N_SEEDS = 10
N_DRAWN = 200

MANY_TESTS = Observation(periods=(Period(onset_to_visit=Duration(3.0, 2.0)),))
FEW_TESTS = Observation(
    periods=(Period(onset_to_visit=Duration(5.0, 3.0)),), mild_seek=0.2, sensitivity=0.5,
    most_tests=2,
)  # fmt: skip


def outside(share):
    return {layer: share for layer in LAYERS if layer != "household"}


# Policies, the first infected, and days before the first that is remembered.
SITUATIONS = {
    "growing": ((), 60, 10),
    "flat": ((Reduce(layers=outside(0.42)),), 300, 25),
    "falling": ((Reduce(from_day=24, layers=outside(0.1)),), 150, 14),
}


@pytest.fixture(scope="module")
def city():
    return build(even_grids(200_000, n_districts=2), CityPlan(), np.random.default_rng(3))


@pytest.fixture(scope="module")
def compared(city):
    """Of each situation and each seed: infections by day, true; and as drawn from reports alone."""
    return {
        (name, tests): [
            beside_truth(city, name, seen, seed) for seed in range(1, N_SEEDS + 1)
        ]
        for name in SITUATIONS
        for tests, seen in (("many", MANY_TESTS), ("few", FEW_TESTS))
    }  # fmt: skip


def beside_truth(city, name, seen, seed):
    policies, first, before = SITUATIONS[name]
    setting = Setting(city, COVID, (Isolate(), *policies), seen, first=first)
    rows = run(setting, seed=seed, n_days=before + DAYS).state.infected.columns()
    at = rows["at"].astype(int) - before
    true = np.bincount(at[(at >= 0) & (at < DAYS)], minlength=DAYS)
    known = rows["reported"] != NOT_YET
    onset, wait = rows["onset"][known] - before, (rows["reported"] - rows["onset"])[known]
    wait, onset = wait[onset >= 0], onset[onset >= 0]
    guess = estimate(
        np.bincount(onset, minlength=DAYS), wait=wait_of(wait, DAYS - 1 - onset), disease=COVID,
        share=share_reported(city, COVID, seen),
    )  # fmt: skip
    dice = np.random.default_rng(seed)
    return true, np.array([guess.drawn(dice) for _ in range(N_DRAWN)])


@pytest.mark.parametrize("tests", ["many", "few"])
@pytest.mark.parametrize("name", SITUATIONS)
def test_as_many_are_estimated_as_there_are(compared, name, tests):
    ratios = [np.median(drawn.sum(axis=1)) / true.sum() for true, drawn in compared[name, tests]]

    assert np.median(ratios) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(("claimed", "least", "most"), [(0.9, 0.85, 1.0), (0.5, 0.4, 0.75)])
def test_an_interval_holds_about_as_often_as_it_claims(compared, claimed, least, most):
    """Rather too often: growth may have changed lately, which it did in one situation of three."""
    held = [
        low <= true[days].sum() <= high
        for worlds in compared.values()
        for true, drawn in worlds
        for days in (slice(None), slice(DAYS - 10, None))
        for low, high in [
            np.quantile(drawn[:, days].sum(axis=1), [(1 - claimed) / 2, (1 + claimed) / 2])
        ]
    ]

    assert least <= np.mean(held) <= most


def test_the_share_of_durations_by_midnight_is_what_happens_to_people_who_begin_at_any_time():
    dice = np.random.default_rng(1)
    begins, lasts = dice.random(100_000), dice.gamma(4.0, 1.0, 100_000)

    midnights = np.floor(begins + lasts)

    found = by_whole_days(Duration(4.0, 2.0).table(), 12)
    assert found == pytest.approx([(midnights <= k).mean() for k in range(12)], abs=0.01)


@pytest.mark.parametrize("growth", [0.12, 0.0, -0.12])
def test_waits_are_found_whether_an_epidemic_grows_or_falls(growth):
    dice = np.random.default_rng(2)
    by_day = np.exp(growth * np.arange(DAYS))
    onset = dice.choice(DAYS, 6000, p=by_day / by_day.sum())
    wait = np.floor(dice.random(6000) + dice.gamma(4.0, 1.5, 6000)).astype(int)
    known = onset + wait < DAYS

    found = wait_of(wait[known], DAYS - 1 - onset[known])

    assert found.mean_days == pytest.approx(6, rel=0.05)
    assert found.sd_days == pytest.approx(3, rel=0.1)


def test_one_short_wait_says_little():
    found = wait_of(np.array([1]), np.array([1]))

    assert found.mean_days == pytest.approx(USUAL_WAIT.mean_days, rel=0.3)


def test_onsets_that_are_not_reported_yet_are_made_up_for_and_growth_is_carried_on():
    rise = 400 * np.exp(0.1 * np.arange(DAYS))
    by_now = by_whole_days(WAIT.table(), DAYS)[::-1]

    guess = estimate(np.round(rise * by_now), wait=WAIT, disease=FIVE_DAYS, share=0.5)

    assert guess.growth == pytest.approx(0.1, abs=0.01)
    expected = 2 * 400 * np.exp(0.1 * (np.arange(DAYS) + 5))
    assert guess.infections == pytest.approx(expected, rel=0.08)
    assert 15 < guess.certain_until < 24


def test_too_few_onsets_show_no_growth():
    one = np.eye(1, DAYS, 20, dtype=int)[0]

    guess = estimate(one, wait=WAIT, disease=COVID, share=0.5)

    assert guess.growth == pytest.approx(0, abs=0.1)
    assert guess.growth_error > 0.08
    assert guess.n_onsets == 1


def test_without_an_onset_nobody_is_supposed_to_be_infected():
    guess = estimate(np.zeros(DAYS), wait=WAIT, disease=COVID, share=0.5)

    assert guess.infections.tolist() == [0.0] * DAYS
    assert not guess.drawn(np.random.default_rng(1)).any()


def test_what_is_given_as_certain_is_drawn_by_chance_alone():
    guess = without_doubt(np.full(DAYS, 100.0), 0.5)

    drawn = np.array([guess.drawn(np.random.default_rng(seed)).sum() for seed in range(60)])

    assert drawn.std() == pytest.approx(np.sqrt(100 * DAYS), rel=0.3)


@how(max_examples=25)
@given(
    onsets=st.lists(st.integers(0, 400), min_size=DAYS, max_size=DAYS),
    wait=st.tuples(st.floats(0.5, 15), st.floats(0.5, 8)),
    share=st.floats(0.01, 1.0),
)  # fmt: skip
def test_whatever_was_reported_some_number_comes_of_it(onsets, wait, share):
    guess = estimate(np.array(onsets), wait=Duration(*wait), disease=COVID, share=share)

    assert np.isfinite(guess.infections).all()
    assert (guess.infections >= 0).all()
    assert guess.n_onsets == sum(onsets)
    assert np.isfinite([guess.growth, guess.growth_error]).all()
    half = estimate(np.array(onsets), wait=Duration(*wait), disease=COVID, share=share / 2)
    assert half.infections == pytest.approx(2 * guess.infections, rel=1e-3)

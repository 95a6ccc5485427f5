"""Are nowcasts and forecasts true on average, as wide as they say, and better than none?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.analysis.epidemic.forecast import LEVELS, back_test, forecast
from linli.analysis.epidemic.intervals import discretised
from linli.analysis.epidemic.nowcast import delay_shares, nowcast, triangle
from linli.analysis.epidemic.scores import coverage, weighted_interval_score
from linli.errors import BadInput

DELAYS = np.array([0.1, 0.25, 0.3, 0.2, 0.1, 0.05])


def made_up(n_areas: int, n_days: int, mean: float, seed: int = 1) -> np.ndarray:
    """All reports, those still to come too."""
    dice = np.random.default_rng(seed)
    level = mean * np.exp(0.3 * np.sin(np.arange(n_days) / 8))
    return dice.poisson(level[None, :, None] * DELAYS, (n_areas, n_days, len(DELAYS))).astype(float)


def by_now(whole: np.ndarray) -> np.ndarray:
    seen = whole.copy()
    n_days, n_delays = whole.shape[1:]
    seen[:, np.arange(n_days)[:, None] + np.arange(n_delays) > n_days - 1] = np.nan
    return seen


def test_a_nowcast_is_true_on_average_and_as_wide_as_it_says():
    whole = made_up(200, 60, 6.0)

    found = nowcast(by_now(whole), levels=LEVELS)

    truth = whole.sum(axis=2)[:, -5:]
    assert found.expected[:, -5:].sum() == pytest.approx(truth.sum(), rel=0.08)
    assert 0.85 < coverage(truth, found.quantiles[:, -5:], np.array(LEVELS), central=0.9) < 0.99
    score = weighted_interval_score(truth, found.quantiles[:, -5:], np.array(LEVELS))
    assert score.mean() < 0.5 * np.abs(truth - found.reported[:, -5:]).mean()


def test_the_plain_chain_ladder_multiplies_by_what_is_still_to_come():
    table = np.array([[[4.0, 4, 2], [2, 2, 1], [4, 4, np.nan], [3, np.nan, np.nan]]])

    found = nowcast(table, pool=0, prior_shape=0, learn_days=9, calibrate=False)

    # Of those reported within two delays, 3 in 15 came last; of those within one, 10 in 20.
    shares = delay_shares(table, pool=0, learn_days=9)[0]
    assert shares.tolist() == pytest.approx([0.5 * 0.8, 0.8, 1.0])
    assert found.expected[0].tolist() == pytest.approx([10, 5, 8 / 0.8, 3 / 0.4])


def test_nothing_reported_yet_is_not_nothing_and_what_is_complete_stays():
    whole = made_up(1, 40, 5.0)
    whole[0, -1] = 0

    found = nowcast(by_now(whole))

    assert found.expected[0, -1] > 1
    assert (found.expected[0, :30] == whole[0, :30].sum(axis=1)).all()


def test_reports_that_get_faster_are_followed():
    dice = np.random.default_rng(2)
    slow, fast = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.4, 0.3, 0.2, 0.1])
    shares = np.where((np.arange(80) < 60)[:, None], slow, fast)
    whole = dice.poisson(50 * shares, (1, 80, 4)).astype(float)

    followed, old = (
        nowcast(by_now(whole), learn_days=k, calibrate=False).expected[0, -1] for k in (8, 80)
    )

    assert abs(followed - 50) < 12
    assert old > 70


def test_rows_of_cases_become_a_triangle_and_later_reports_are_left_out():
    onset, reported = np.array([0, 0, 1, 3]), np.array([0, 2, 9, 3])

    found = triangle(onset, reported, np.zeros(4, dtype=int), n_areas=1, n_days=4, n_delays=3,
                     as_of=3)  # fmt: skip

    assert found[0, 0].tolist() == [1, 0, 1]
    assert np.isnan(found[0]).sum() == 3
    assert np.nansum(found) == 3


def test_the_weighted_interval_score_is_that_of_its_definition():
    levels, quantiles, seen = np.array([0.1, 0.5, 0.9]), np.array([2.0, 5.0, 9.0]), 11.0

    interval = (9 - 2) + 2 / 0.2 * (seen - 9)
    by_hand = (0.5 * abs(seen - 5) + 0.2 / 2 * interval) / (1 + 0.5)

    assert weighted_interval_score(np.array(seen), quantiles, levels) == pytest.approx(by_hand)
    assert weighted_interval_score(np.array(5.0), np.full(3, 5.0), levels) == 0


def seasonal(n_areas: int = 6, n: int = 260) -> np.ndarray:
    time = np.arange(n)
    level = 30 * np.exp(0.8 * np.sin(2 * np.pi * time / 52))
    return np.random.default_rng(4).poisson(level, (n_areas, n)).astype(float)


@pytest.mark.slow
def test_the_ensemble_beats_the_same_again_and_is_as_wide_as_it_says():
    tried = back_test(seasonal(), 4, n_origins=16, period=52)

    figures = tried.figures
    assert figures["ensemble_wis"] < 0.85 * figures["persistence_wis"]
    assert abs(figures["ensemble_coverage_0.5"] - 0.5) < 0.1
    assert abs(figures["ensemble_coverage_0.9"] - 0.9) < 0.1


def test_a_season_weighs_where_there_is_one_and_no_method_sees_the_future():
    counts = seasonal(3)

    found = forecast(counts[:, :240], 4, period=52)
    other = counts.copy()
    other[:, 240:] = 900

    assert max(found.weights, key=lambda name: found.weights[name]) == "season"
    assert (forecast(other[:, :240], 4, period=52).quantiles == found.quantiles).all()


def test_renewal_joins_where_there_is_a_serial_interval():
    chances = discretised(5, 2, 20)
    counts = np.random.default_rng(5).poisson(np.exp(0.08 * np.arange(50)), (2, 50)).astype(float)

    found = forecast(counts, 7, interval=chances / chances.sum())

    assert set(found.weights) == {"persistence", "level", "trend", "renewal"}
    assert (found.by_method["renewal"][:, -1] > counts[:, -3:].mean(axis=1)).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 60), st.integers(1, 5))
def test_quantiles_never_fall_and_are_never_below_zero(level, ahead):
    counts = np.random.default_rng(level).poisson(level, (2, 40)).astype(float)

    found = forecast(counts, ahead)

    assert (np.diff(found.quantiles, axis=2) >= -1e-9).all()
    assert (found.quantiles >= 0).all()
    assert found.quantiles.shape == (2, ahead, len(LEVELS))


GOOD = by_now(made_up(1, 20, 3.0))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: nowcast(np.ones((3, 3))), r"has the shape \(areas, days, delays\)"),
        (lambda: nowcast(-np.ones((1, 9, 3))), "a count below 0"),
        (lambda: nowcast(GOOD[:, :6]), "6 days are too few to learn delays of up to 5"),
        (lambda: nowcast(made_up(1, 20, 3.0)), "Reports lie in the future"),
        (lambda: nowcast(np.where(np.arange(20)[:, None] == 3, np.nan, GOOD)), "should be known"),
        (lambda: triangle(np.array([3]), np.array([2]), np.array([0]), n_areas=1, n_days=5,
                          n_delays=2, as_of=4), "1 cases are reported before their day"),
        (lambda: forecast(np.ones((1, 9)), 2), "9 times are too short a past"),
        (lambda: forecast(np.ones((1, 30)), 0), "looks 1 time ahead or more"),
        (lambda: forecast(np.full((1, 30), np.nan), 2), "30 counts are missing"),
        (lambda: forecast(np.ones((1, 30)), 2, only=("luck",)), "There is no method luck"),
        (lambda: back_test(np.ones((1, 17)), 2), "too few to try forecasts"),
        (lambda: weighted_interval_score(np.ones(1), np.ones((1, 2)), np.array([0.1, 0.8])),
         "in pairs around 0.5"),
        (lambda: coverage(np.ones(1), np.ones((1, 3)), np.array([0.1, 0.5, 0.9]), central=0.5),
         "no interval of 0.5"),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_ahead_at_is_told(call, sentence):
    with pytest.raises(BadInput, match=sentence):
        call()

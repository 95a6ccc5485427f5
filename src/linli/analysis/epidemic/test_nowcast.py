"""Does a nowcast learn from earlier ones, and are its quantiles those of their distribution?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from linli.analysis.epidemic import negative_binomial
from linli.analysis.epidemic.hindsight import GRID, Hindsight
from linli.analysis.epidemic.intervals import discretised
from linli.analysis.epidemic.nowcast import nowcast
from linli.analysis.epidemic.reproduction import over_courses, reproduction
from linli.analysis.epidemic.scores import coverage, coverage_of_counts

LEVELS = (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)
SLOW, FAST = np.array([0.1, 0.1, 0.2, 0.3, 0.3]), np.array([0.6, 0.2, 0.1, 0.05, 0.05])


def reported(delays: np.ndarray, *, mean: float, n_areas: int = 1, seed: int = 3) -> np.ndarray:
    """All reports, with chances of each delay by day; shape (areas, days, delays)."""
    dice = np.random.default_rng(seed)
    return dice.poisson(mean * delays[None], (n_areas, *delays.shape)).astype(float)


def by(whole: np.ndarray, day: int) -> np.ndarray:
    """What of it was known at the end of a day."""
    seen = whole[:, : day + 1].copy()
    n_days, n_delays = seen.shape[1:]
    seen[:, np.arange(n_days)[:, None] + np.arange(n_delays) > day] = np.nan
    return seen


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0.001, 900), st.floats(1, 40)), min_size=1, max_size=9))
def test_quantiles_are_those_of_the_distribution(cells: list[tuple[float, float]]):
    mean = np.array([m for m, _ in cells])
    variance = mean * np.array([wide for _, wide in cells])

    found = negative_binomial.quantiles(mean, variance, LEVELS)

    spread = np.maximum(variance, mean * negative_binomial.ABOVE)
    for n, level in enumerate(LEVELS):
        there = nbinom.ppf(level, mean**2 / (spread - mean), mean / spread)
        assert np.abs(found[:, n] - there).max() <= 1  # one where the chance is the level itself


def test_where_less_came_than_was_hoped_for_less_is_hoped_for():
    turn = np.where((np.arange(60) < 40)[:, None], SLOW, FAST)
    seen = by(reported(turn, mean=60), 50)

    learnt, plain = (nowcast(seen, learn_days=40, calibrate=c) for c in (True, False))

    true = 60
    assert learnt.factor < 0.8
    assert plain.expected[0, -1] > 2 * true
    assert abs(learnt.expected[0, -1] - true) < 0.8 * abs(plain.expected[0, -1] - true)


def test_where_delays_stand_still_next_to_nothing_is_corrected():
    seen = by(reported(np.repeat(SLOW[None], 60, axis=0), mean=60), 59)

    assert nowcast(seen).factor > 0.97


def test_what_has_come_later_changes_no_nowcast():
    whole = reported(np.repeat(SLOW[None], 60, axis=0), mean=9, n_areas=3)
    other = whole.copy()
    other[:, 50:] += 40

    one, two = (nowcast(by(table, 49)) for table in (whole, other))

    assert (one.quantiles == two.quantiles).all()


def test_the_order_of_areas_does_not_matter():
    seen = by(reported(np.repeat(SLOW[None], 40, axis=0), mean=4, n_areas=5), 39)
    turned = nowcast(seen[::-1])

    found = nowcast(seen)

    assert found.quantiles == pytest.approx(turned.quantiles[::-1])


def test_a_level_is_moved_to_where_errors_fell_and_only_so_far():
    inner = Hindsight(levels=np.clip((GRID - 0.25) * 2, 0, 1))  # all fell into the inner half
    outer = Hindsight(levels=np.where(GRID < 1, 0.5, 1.0))  # half below all said, half above

    assert inner.level(0.1) == pytest.approx(0.3)
    assert outer.level(0.1) == pytest.approx(0.1 / 4)
    assert outer.level(0.9) == pytest.approx(1 - 0.1 / 4)
    assert Hindsight().level(0.1) == 0.1


def test_an_interval_of_small_counts_covers_more_than_it_says_and_fairly_what_it_says():
    dice = np.random.default_rng(5)
    levels = np.linspace(0.025, 0.975, 39)
    counts = dice.poisson(0.3, 4000).astype(float)
    said = np.repeat(negative_binomial.quantiles(np.array([0.3]), np.array([0.3]), levels), 4000, 0)

    assert coverage(counts, said, levels, central=0.5) > 0.7
    assert coverage_of_counts(counts, said, levels, central=0.5) == pytest.approx(0.5, abs=0.04)


def test_r_over_courses_that_are_all_the_same_is_r_of_that_course():
    dice = np.random.default_rng(6)
    cases = dice.poisson(20, (2, 40)).astype(float)
    serial = discretised(5.0, 2.0, 20)
    alone = reproduction(cases, serial)

    found = over_courses(np.repeat(cases[None], 5, axis=0), serial)
    latest = over_courses(np.repeat(cases[None], 5, axis=0), serial, windows=1)

    for what in ("mean", "low", "high"):
        assert getattr(found, what) == pytest.approx(getattr(alone, what), rel=1e-6)
        assert getattr(latest, what)[:, 0] == pytest.approx(getattr(alone, what)[:, -1], rel=1e-6)


def test_r_is_less_sure_where_the_last_days_may_stand_differently():
    cases = np.full((1, 40), 20.0)
    courses = np.stack([cases * (1 + np.where(np.arange(40) > 34, part, 0))
                        for part in (-0.5, 0.0, 0.5)])  # fmt: skip

    sure, unsure = (over_courses(c, discretised(5.0, 2.0, 20)) for c in (courses[1:2], courses))

    wide = [r.high[0, -1] - r.low[0, -1] for r in (sure, unsure)]
    assert wide[1] > 1.2 * wide[0]
    assert unsure.low[0, 0] == pytest.approx(sure.low[0, 0], rel=1e-6)

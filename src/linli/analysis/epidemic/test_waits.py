"""Are the waits of made-up records found again, and those of publications?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.analysis.epidemic.delays import delay
from linli.analysis.epidemic.serial_interval import serial_interval
from linli.analysis.epidemic.waits import Family, Waits, fit
from linli.errors import BadInput


def made_up(n: int, mean: float, sd: float) -> tuple[np.ndarray, np.ndarray]:
    """Moments of onset over nine weeks, and of report a gamma wait later."""
    dice = np.random.default_rng(20)
    onset = dice.uniform(0, 63, n)
    return onset, onset + dice.gamma((mean / sd) ** 2, sd**2 / mean, n)


def test_days_are_no_moments_and_the_spread_is_not_blown_up_by_them():
    onset, reported = made_up(4_000, 2.0, 1.0)

    whole = np.floor(onset), np.floor(reported)
    found = delay(whole[0], whole[0], whole[1], whole[1])

    assert found.mean.low < 2.0 < found.mean.high
    assert found.sd.low < 1.0 < found.sd.high
    assert (whole[1] - whole[0]).std() > found.sd.high  # what a plain standard deviation says


def test_an_onset_known_to_a_week_only_still_gives_the_mean():
    onset, reported = made_up(3_000, 8.0, 3.0)
    first = np.floor(onset / 7) * 7

    found = delay(first, first + 6, np.floor(reported), np.floor(reported))

    assert found.mean.low < 8.0 < found.mean.high
    assert found.sd.low < 3.0 < found.sd.high


def test_reports_that_are_still_to_come_do_not_shorten_the_delay():
    dice = np.random.default_rng(21)
    growing = 20 * np.log(dice.uniform(1, np.exp(2), 6_000))  # cases double in two weeks
    reported = growing + dice.gamma(4, 2, 6_000)
    seen = np.floor(reported) <= 40
    onset, report = np.floor(growing[seen]), np.floor(reported[seen])

    naive = delay(onset, onset, report, report)
    found = delay(onset, onset, report, report, seen_until=40)

    assert naive.mean.high < 8
    assert found.mean.low < 8 < found.mean.high


def test_a_serial_interval_may_be_negative():
    dice = np.random.default_rng(22)
    apart = dice.normal(4, 4, 2_000)
    first = dice.uniform(0, 30, 2_000)
    infector, infected = np.floor(first), np.floor(first + apart)

    found = serial_interval(infector, infector, infected, infected)

    assert found.n_negative > 100
    assert found.mean.low < 4 < found.mean.high
    assert found.sd.low < 4 < found.sd.high


def test_the_better_family_has_the_smaller_aic():
    onset, reported = made_up(2_000, 5.0, 4.0)
    waits = Waits(np.floor(onset), np.floor(onset), np.floor(reported), np.floor(reported))

    fits = {family: fit(waits, family=family).aic for family in Family}

    assert min(fits, key=lambda family: fits[family]) is Family.GAMMA


def test_quantiles_are_those_of_the_distribution():
    zero = np.zeros(300)
    days = np.floor(np.random.default_rng(23).normal(50, 5, 300))

    found = fit(Waits(zero, zero, days, days), family=Family.NORMAL)

    assert found.quantile(0.5) == pytest.approx(found.mean.value)
    assert found.quantile(0.975) == pytest.approx(found.mean.value + 1.96 * found.sd.value, 1e-4)
    assert found.density(np.arange(0.0, 100.0)).sum() == pytest.approx(1, abs=1e-6)


@settings(max_examples=8)
@given(st.lists(st.integers(1, 30), min_size=8, max_size=30), st.integers(-1_000, 1_000))
def test_the_calendar_does_not_matter_and_the_interval_holds_the_estimate(days, later):
    if max(days) - min(days) < 4:
        days = [*days, max(days) + 9]
    zero = np.zeros(len(days))
    ends = np.array(days, dtype=float)

    found = fit(Waits(zero, zero, ends, ends), family=Family.GAMMA)
    moved = fit(Waits(zero + later, zero + later, ends + later, ends + later),
                family=Family.GAMMA)  # fmt: skip

    assert found.mean.low < found.mean.value < found.mean.high
    assert found.sd.low < found.sd.value < found.sd.high
    assert moved.mean.value == pytest.approx(found.mean.value, rel=1e-3)


DAYS = np.arange(10.0)


@pytest.mark.parametrize(
    ("begin", "end", "family", "until", "sentence"),
    [
        (DAYS[:3], DAYS[:3], Family.GAMMA, None, "3 waits are too few"),
        (DAYS, DAYS - 3, Family.GAMMA, None, "10 of 10 waits are negative"),
        (DAYS, DAYS + 5, Family.GAMMA, None, "All waits may be the same length"),
        (DAYS, DAYS * 3, Family.GAMMA, 20.0, "3 waits end after the last day"),
        (DAYS, DAYS * np.nan, Family.GAMMA, None, "A day is missing"),
    ],
)
def test_records_that_cannot_be_fitted_are_told(begin, end, family, until, sentence):
    with pytest.raises(BadInput, match=sentence):
        fit(Waits(begin, begin, end, end), family=family, seen_until=until)

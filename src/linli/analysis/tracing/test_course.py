"""Do two onsets fit a meeting, and does nobody count as the source for falling ill first?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.analysis.tracing.course import COVID_2020, Course, timing

DAYS = st.integers(-30, 30)
TOLD = Course(untold=0.0)  # everything that happened was told


def weigh(met: float, first: float, second: float, course: Course = COVID_2020):
    def both(day: float):
        return np.array([float(day)]), np.array([float(day)])

    found = timing(both(met), both(first), both(second), course=course)
    return float(found.log_ratio[0]), float(found.first_to_second[0])


def test_a_meeting_a_day_after_one_onset_and_five_before_the_other_speaks_for_a_link():
    ratio, first_to_second = weigh(1, 0, 6)

    assert ratio > 1
    assert first_to_second > 0.9


def test_a_meeting_after_both_fell_ill_infected_neither():
    ratio, _ = weigh(20, 0, 5, TOLD)

    assert ratio < -3


def test_a_source_may_fall_ill_after_the_one_it_infected():
    ratio, first_to_second = weigh(0, 3, 2)  # the first fell ill a day after the second

    assert ratio > 0
    assert 0.1 < first_to_second < 0.5


def test_nothing_known_weighs_nothing():
    ratio, first_to_second = weigh(np.nan, np.nan, np.nan)

    assert ratio == pytest.approx(0)
    assert first_to_second == pytest.approx(0.5)


@given(DAYS, DAYS, DAYS)
def test_who_is_named_first_changes_the_direction_and_not_the_weight(met, first, second):
    ratio, share = weigh(met, first, second)
    turned, other_share = weigh(met, second, first)

    assert ratio == pytest.approx(turned)
    assert share == pytest.approx(1 - other_share)


@given(DAYS, DAYS, DAYS, st.integers(-500, 500))
def test_only_days_apart_count_and_not_the_calendar(met, first, second, later):
    assert weigh(met, first, second) == pytest.approx(
        weigh(met + later, first + later, second + later)
    )


def test_an_onset_known_to_some_days_weighs_as_the_mean_of_its_days():
    def at(low: float, high: float) -> float:
        day = np.array([0.0])
        found = timing((day, day), (day, day), (np.array([low]), np.array([high])), course=TOLD)
        return float(np.exp(found.log_ratio[0]))

    assert at(4, 6) == pytest.approx((at(4, 4) + at(5, 5) + at(6, 6)) / 3)

"""The middle half of some waits, and how many there were."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.analysis.delays import Quartiles, quartiles


def test_the_quartiles_of_five_waits_can_be_read_off() -> None:
    assert quartiles(np.array([4.0, 1.0, 2.0, 3.0, 5.0])) == Quartiles(5, 2.0, 3.0, 4.0)


def test_an_unknown_wait_is_left_out_and_not_counted() -> None:
    assert quartiles(np.array([1.0, np.nan, 3.0])) == Quartiles(2, 1.5, 2.0, 2.5)


def test_of_no_wait_there_is_no_median() -> None:
    assert quartiles(np.array([np.nan])) == Quartiles(0)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30), st.floats(-10, 10))
def test_waiting_a_day_longer_each_moves_every_quartile_by_a_day(
    waits: list[float], by: float
) -> None:
    before, after = quartiles(np.array(waits)), quartiles(np.array(waits) + by)

    assert after.median == pytest.approx((before.median or 0) + by, abs=1e-9)

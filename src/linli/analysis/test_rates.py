"""A rate comes with its interval, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.analysis.rates import rate
from linli.errors import BadInput


def test_nine_of_ten_is_60_to_98_per_cent() -> None:
    nine = rate(9, 10)

    assert (round(nine.low or 0, 2), round(nine.high or 0, 2)) == (0.60, 0.98)


def test_ninety_of_a_hundred_is_83_to_94_per_cent() -> None:
    ninety = rate(90, 100)  # 0.8256 to 0.9448: Wilson's interval, without correction

    assert (round(ninety.low or 0, 3), round(ninety.high or 0, 3)) == (0.826, 0.945)


def test_nine_are_too_few_to_say() -> None:
    assert rate(9, 9).share is None


def test_more_successes_than_tries_is_refused() -> None:
    with pytest.raises(BadInput):
        rate(3, 2)


@given(st.integers(10, 5000), st.data())
def test_the_share_lies_in_its_interval(n: int, data: st.DataObject) -> None:
    found = rate(data.draw(st.integers(0, n)), n)

    assert found.low is not None
    assert found.high is not None
    assert found.share is not None
    assert found.low <= found.share + 1e-12
    assert found.share <= found.high + 1e-12

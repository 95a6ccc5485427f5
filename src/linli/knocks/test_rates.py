"""A rate is written in one word, and a wrong word is told."""

import pytest

from linli.errors import BadInput
from linli.knocks.rates import Rate, TooOften, rate_of


def test_a_rate_is_so_many_in_a_span():
    assert rate_of("filing", " 30/Hour ") == Rate("filing", 30, 3600)


@pytest.mark.parametrize("text", ["off", "0", "no"])
def test_a_rate_can_be_off(text: str):
    assert rate_of("filing", text) is None


@pytest.mark.parametrize("text", ["", "30", "-1/hour", "0/hour", "30/week", "1e3/day", "３/hour"])
def test_what_is_no_rate_is_refused(text: str):
    with pytest.raises(BadInput, match="no rate"):
        rate_of("filing", text)


def test_the_wait_is_told_in_whole_minutes_and_never_as_none():
    assert TooOften(1).tell().endswith("Try again in 1 min.")
    assert TooOften(61).tell().endswith("Try again in 2 min.")

"""A back-test says when each method would have warned, without looking ahead."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from linli.analysis.warning.back_test import back_test
from linli.analysis.warning.detect import Method
from linli.errors import BadInput

QUIET = [2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3]


def test_days_of_lead_are_counted_to_the_event_and_earlier_alarms_are_false() -> None:
    counts = np.array([[*QUIET, *QUIET, 12, 15, 20]], dtype=float)
    counts[0, 12] = 30  # long before

    (said,) = back_test(counts, np.array([42.0]), [Method.C2])

    assert (said.first[0], said.lead_days[0]) == (40, 2)
    assert said.false[0] == 1
    assert said.quiet[0] == 42 - 21 - 9  # the first nine days have no past


def test_without_an_event_every_alarm_is_told_and_none_is_of_it() -> None:
    counts = np.array([[*QUIET, 30]], dtype=float)

    (said,) = back_test(counts, np.array([np.nan]), [Method.C1])

    assert (said.first[0], said.false[0]) == (-1, 1)
    assert np.isnan(said.lead_days[0])


def test_three_days_are_too_short_for_any_method_and_say_so() -> None:
    for said in back_test(np.array([[1.0, 2, 9]]), np.array([np.nan])):
        assert said.too_short
        assert not said.alarm.any()


def test_what_is_told_late_is_warned_of_late() -> None:
    counts = np.array([[*QUIET, 25, 25, 25]], dtype=float)
    events = np.array([22.0])

    (at_once,) = back_test(counts, events, [Method.C1])
    (late,) = back_test(counts, events, [Method.C1], as_of=lambda day: counts[:, : day - 1])

    assert at_once.first[0] == 20
    assert late.first[0] == 22  # two days for a count to be told


def test_an_event_outside_the_days_is_refused() -> None:
    with pytest.raises(BadInput, match="outside the days"):
        back_test(np.ones((1, 9)), np.array([9.0]))


@given(arrays(np.float64, (2, 30), elements=st.integers(0, 9).map(float)), st.integers(20, 29))
@settings(max_examples=15, deadline=None)
def test_no_method_looks_ahead(counts, cut) -> None:
    events = np.array([np.nan, np.nan])

    whole = back_test(counts, events)
    part = back_test(counts[:, :cut], events)

    for one, other in zip(whole, part, strict=True):
        assert np.array_equal(one.alarm[:, :cut], other.alarm), one.method

"""Every person-day is in one state or uncovered; the order of arrival does not matter."""

from datetime import date, timedelta
from uuid import UUID

import hypothesis.strategies as st
from hypothesis import given

from linli.loops.rounds import Coverage, Seen, Told, beats, coverage, missed, settled

DAY = date(2020, 2, 9)
TOLD = st.lists(
    st.builds(
        Told,
        day=st.sampled_from([DAY, DAY + timedelta(days=1)]),
        person=st.integers(1, 5),
        seen=st.sampled_from(Seen),
        order=st.tuples(st.integers(1, 3), st.integers(1, 50).map(lambda n: UUID(int=n))),
    ),
    unique_by=lambda one: one.order[1],
    max_size=12,
)


def test_the_later_sequence_wins_and_the_id_settles_a_tie() -> None:
    low, high = UUID(int=1), UUID(int=2)

    assert beats((2, low), (1, high))
    assert beats((1, high), (1, low))
    assert not beats((1, low), (1, low))


@given(told=TOLD, data=st.data())
def test_what_is_settled_does_not_depend_on_the_order_or_on_repeats(told, data) -> None:
    again = data.draw(st.permutations([*told, *told]))

    assert settled(again) == settled(told)


@given(expected=st.sets(st.integers(1, 9)), told=TOLD)
def test_expected_is_covered_and_uncovered_and_nothing_else(expected, told) -> None:
    held = settled(told)
    for day in (DAY, DAY + timedelta(days=1)):
        seen = {who: one.seen for (at, who), one in held.items() if at == day}

        found = coverage(expected, seen)

        assert found.covered == len(seen)
        assert found.uncovered == len(missed(expected, seen))
        assert found.expected == found.covered + found.uncovered


@given(st.lists(st.builds(Coverage, *[st.integers(0, 99)] * 6), max_size=5))
def test_the_whole_is_the_sum_of_its_parts(parts) -> None:
    whole = sum(parts, Coverage())

    assert whole.expected == sum(part.expected for part in parts)
    assert whole.covered == sum(part.covered for part in parts)
    assert whole.uncovered == sum(part.uncovered for part in parts)


def test_of_nobody_there_is_no_share() -> None:
    assert Coverage().share is None
    assert Coverage(expected=4, checked=1, away=1).share == 0.5

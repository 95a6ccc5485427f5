"""Does the calendar hand out each row on its day, in order, and use its room again?"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linli.analysis.simulation.state import Calendar, Event

NOTES = st.lists(
    st.tuples(st.sampled_from(Event), st.integers(0, 700), st.integers(1, 90)), max_size=40
)


@given(rounds=st.lists(NOTES, min_size=1, max_size=4))
def test_each_row_is_taken_on_its_day_in_the_order_it_was_noted(rounds):
    calendar, told, row = Calendar(), {}, 0

    for notes in rounds:
        for event, day, n in notes:
            rows = np.arange(row, row + n, dtype=np.int32)
            row += n
            calendar.add(event, np.full(n, float(day)), rows)
            told.setdefault((int(event), day), []).extend(rows.tolist())
        for event, day in list(told)[::2]:
            assert calendar.count(Event(event), day) == len(told[event, day])
            assert calendar.take(Event(event), day).tolist() == told.pop((event, day))
            assert not len(calendar.take(Event(event), day))

    assert {key: rows.tolist() for key, rows in calendar.listed().items()} == told
    assert {k: r.tolist() for k, r in Calendar(calendar.listed()).listed().items()} == told


def test_what_has_no_day_is_not_noted():
    calendar = Calendar()

    calendar.add(Event.VISITS, np.array([np.inf, 3.0, np.inf]), np.arange(3, dtype=np.int32))

    assert calendar.take(Event.VISITS, 3).tolist() == [1]
    assert calendar.listed() == {}
    assert calendar.count(Event.VISITS, 10_000) == len(calendar.take(Event.VISITS, 10_000)) == 0


def test_days_that_pass_need_no_more_room_than_one():
    calendar, rows = Calendar(), np.arange(5000, dtype=np.int32)
    for day in range(300):
        calendar.add(Event.ENDS, np.full(5000, float(day + 9)), rows)
        calendar.take(Event.ENDS, day)

    assert len(calendar.due.chunk) < 3 * 10 * 5000 / 15

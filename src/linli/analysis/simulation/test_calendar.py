"""Does the calendar hand out each row on its day, in order, and use its room again?"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.analysis.simulation.calendar_kernel import LINK, N_FREE, USED
from linli.analysis.simulation.disease import LAYERS
from linli.analysis.simulation.engine import begin, run
from linli.analysis.simulation.policies import Beds, Isolate, Reduce, Screen, Trace
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.state import Calendar, Event
from linli.analysis.simulation.test_start import NOTHING, TODAY, known_of, setting_of
from linli.analysis.simulation.test_worlds import CITY, COVID, EVERYTHING, TIGHT

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


@pytest.mark.parametrize("policies", [(), EVERYTHING], ids=["nothing done", "everything done"])
def test_a_day_that_has_passed_leaves_nothing_in_the_calendar(policies):
    setting = Setting(CITY, COVID, policies, TIGHT, first=15)

    run(setting, seed=1, n_days=40, on_day=_nothing_is_left)


def test_a_day_that_has_passed_leaves_nothing_when_records_begin_the_run():
    known = known_of(
        person=np.arange(0, 3000, 60), onset=np.arange(50) % TODAY,
        reported=np.minimum(np.arange(50) % TODAY + 4, TODAY), fate=np.arange(50) % 3 + 1,
    )  # fmt: skip
    guess = replace(NOTHING, infections=np.full(TODAY, 8.0))
    policies = (Isolate(), Trace(cases_a_day=4), Beds(ward=9), Screen(samples_a_day=90))

    state = begin(setting_of(CITY, known, guess, policies), seed=1)

    _nothing_is_left(state)
    run(setting_of(CITY, known, guess, policies), seed=1, n_days=30, on_day=_nothing_is_left)


def test_a_city_with_a_few_cases_a_day_holds_no_more_after_two_years_than_after_one():
    shut = (Reduce(layers=dict.fromkeys(LAYERS, 0.0)), Isolate(), Trace(), Beds(ward=10))
    setting = Setting(CITY, COVID, shut, first=0, imported_a_day=3)

    year = run(setting, seed=1, n_days=365).state
    due = year.calendar.due
    used, room = int(due.pool[USED]), due.chunk.nbytes
    due = run(setting, seed=1, n_days=365, state=year).state.calendar.due

    assert int(due.pool[USED]) <= 1.1 * used
    assert due.chunk.nbytes == room


def _nothing_is_left(state):
    assert [key for key in state.calendar.listed() if key[1] < state.day] == []
    due = state.calendar.due
    held = sum(-(-len(rows) // LINK) for rows in state.calendar.listed().values())
    assert held + int(due.pool[N_FREE]) == int(due.pool[USED])  # no chunk is lost

"""A calendar never runs backwards, and its two directions agree."""

from datetime import UTC, date, datetime, time

import hypothesis.strategies as st
import pytest
from hypothesis import given

from linli.loops import office
from linli.loops.calendar import ALWAYS, Calendar, OutsideCalendar

FIRST = int(datetime(2019, 1, 2, tzinfo=UTC).timestamp())
LAST = int(datetime(2040, 12, 30, tzinfo=UTC).timestamp())
NIGHTS = ((time(0), time(4)), (time(22), time(23, 59, 59)))
OFFICE = office.calendar_of(office.shipped())
CALENDARS = [
    ALWAYS,
    OFFICE,
    Calendar("berlin", "Europe/Berlin", week=(NIGHTS,) * 7),  # its clocks change at night
    Calendar("havana", "America/Havana", week=(((time(0, 15), time(0, 45)),),) * 7),
    Calendar("shut", week=(((time(9), time(10)), (time(10), time(10)), (time(10), time(11))),) * 7),
]
ANY = st.sampled_from(CALENDARS)
MOMENT = st.integers(FIRST, LAST)


@given(ANY, MOMENT, st.integers(0, 400 * 86_400))
def test_a_count_never_falls_and_never_runs_faster_than_the_clock(calendar, at, later):
    then = min(at + later, LAST)

    assert 0 <= calendar.count(then) - calendar.count(at) <= then - at


@given(ANY, MOMENT)
def test_the_moment_of_a_count_is_the_first_at_which_it_was_reached(calendar, at):
    count = calendar.count(at)
    first = calendar.moment(count)

    assert calendar.count(first) == count
    assert first <= at or count == 0
    assert count == 0 or calendar.count(first - 1) == count - 1


@given(st.sampled_from(CALENDARS[1:]), st.integers(1, 10_000_000))
def test_every_count_has_its_moment(calendar, count):
    assert calendar.count(calendar.moment(count)) == count


def test_a_holiday_and_a_weekend_worked_for_it_count_as_announced():
    def hours(day: date) -> float:
        start = int(datetime.combine(day, time(0), UTC).timestamp()) - 8 * 3600
        return (OFFICE.count(start + 86_400) - OFFICE.count(start)) / 3600

    assert [hours(date(2020, 1, day)) for day in (18, 19, 20, 23, 24, 31)] == [0, 7, 7, 7, 0, 0]


def test_a_moment_no_calendar_knows_is_refused():
    with pytest.raises(OutsideCalendar, match="lies outside"):
        OFFICE.count(LAST + 10 * 86_400)
    with pytest.raises(OutsideCalendar):
        OFFICE.moment(10**12)

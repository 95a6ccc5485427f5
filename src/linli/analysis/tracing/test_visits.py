"""Who met, how surely, and on which days? As one reads two diaries side by side."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.analysis.tracing import visits as module
from linli.analysis.tracing.visits import (
    DAY_S,
    KINDS,
    OVERLAPS,
    Overlap,
    PlaceKind,
    Visits,
    meetings,
)
from linli.errors import BadInput

DAY, HOUR, MINUTE = 86_400, 3_600, 60
Stay = tuple[int, int, float, float, int]


def visits(*stays: Stay) -> Visits:
    """Each stay: person, place, start, end (seconds), precision (seconds)."""
    table = np.array(stays, dtype=float).reshape(-1, 5)
    n = len(table)
    nothing = np.full(n, -1)
    return Visits(
        person=table[:, 0].astype(int), place=table[:, 1].astype(int),
        kind=np.full(n, KINDS.index(PlaceKind.RESTAURANT)), start_s=table[:, 2],
        end_s=table[:, 3], precision_s=table[:, 4], certainty=np.ones(n), air=nothing,
        carriage=nothing, row=nothing,
    )  # fmt: skip


def how(*stays: Stay) -> Overlap:
    (code,) = meetings(visits(*stays)).overlap
    return OVERLAPS[code]


def test_two_who_sat_there_from_noon_met_surely():
    assert how((1, 7, 12 * HOUR, 14 * HOUR, MINUTE), (2, 7, 13 * HOUR, 15 * HOUR, MINUTE)) == "sure"


def test_one_who_left_before_the_other_came_missed_them_on_the_same_day():
    assert how((1, 7, 9 * HOUR, 10 * HOUR, MINUTE), (2, 7, 11 * HOUR, 12 * HOUR, MINUTE)) == (
        "missed"
    )


def test_two_days_without_an_hour_may_be_a_meeting_and_never_surely_are():
    assert how((1, 7, 0, np.nan, DAY), (2, 7, 0, np.nan, DAY)) == "possible"


def test_a_stay_of_days_around_a_day_is_a_sure_meeting_in_the_middle():
    assert how((1, 7, 0, 5 * DAY, DAY), (2, 7, 2 * DAY, 4 * DAY, DAY)) == "sure"


@pytest.mark.parametrize(("days", "expected"), [(2, "near"), (3, "near"), (5, "apart")])
def test_days_apart_are_near_up_to_three(days: int, expected: str):
    assert how((1, 7, 0, np.nan, DAY), (2, 7, days * DAY, np.nan, DAY)) == expected


def test_a_visit_without_a_day_is_unknown_and_not_apart():
    assert how((1, 7, np.nan, np.nan, DAY), (2, 7, 0, np.nan, DAY)) == "unknown"


def test_the_least_and_the_most_hours_together_enclose_what_precision_leaves_open():
    met = meetings(visits((1, 7, 10 * HOUR, 14 * HOUR, HOUR), (2, 7, 12 * HOUR, 13 * HOUR, HOUR)))

    assert met.sure_h.tolist() == [0]
    assert met.possible_h.tolist() == [2]


def test_the_days_of_a_meeting_are_those_both_were_there():
    met = meetings(visits((1, 7, 0, 5 * DAY, DAY), (2, 7, 3 * DAY, 9 * DAY, DAY)))

    assert (met.from_day.tolist(), met.to_day.tolist()) == ([3], [5])


def test_nobody_meets_themselves_or_somebody_elsewhere():
    assert len(meetings(visits((1, 7, 0, 9, MINUTE), (1, 7, 0, 9, MINUTE),
                               (2, 8, 0, 9, MINUTE)))) == 0  # fmt: skip


def test_company_counts_people_and_not_their_visits():
    met = meetings(visits((1, 7, 0, 9, 60), (1, 7, 50, 99, 60), (2, 7, 0, 9, 60)))

    assert met.company.tolist() == [2, 2]


def test_too_many_pairs_are_refused_before_they_fill_the_memory(monkeypatch):
    monkeypatch.setattr(module, "MOST_MEETINGS", 2)

    with pytest.raises(BadInput, match="These visits make 3 pairs; at most 2 fit"):
        meetings(visits((1, 7, 0, 9, 60), (2, 7, 0, 9, 60), (3, 7, 0, 9, 60)))


def test_a_visit_that_ends_before_it_starts_is_told():
    with pytest.raises(BadInput, match="1 visits end before they start, the first is number 2"):
        visits((1, 7, 0, 9, MINUTE), (1, 7, 2 * HOUR, HOUR, MINUTE))


STAYS = st.tuples(
    st.integers(1, 4), st.integers(1, 2), st.integers(0, 9 * DAY_S), st.integers(0, 2 * DAY_S),
    st.sampled_from([MINUTE, HOUR, DAY]),
)  # fmt: skip


@given(st.lists(STAYS, max_size=8), st.randoms())
def test_the_order_of_visits_changes_no_meeting(stays, dice):
    rows = [(p, q, s, s + n, e) for p, q, s, n, e in stays]
    other = dice.sample(rows, len(rows))

    def told(some):
        met = meetings(visits(*some))
        columns = (met.first, met.second, met.overlap, met.sure_h, met.possible_h, met.from_day)
        return sorted(zip(*(c.tolist() for c in columns), strict=True))

    assert told(rows) == told(other)


@given(st.lists(STAYS, max_size=8))
def test_sure_hours_never_exceed_possible_hours_and_days_run_forwards(stays):
    met = meetings(visits(*[(p, q, s, s + n, e) for p, q, s, n, e in stays]))

    assert (met.sure_h <= met.possible_h + 1e-9).all()
    assert (met.from_day <= met.to_day).all()
    assert (met.first < met.second).all()

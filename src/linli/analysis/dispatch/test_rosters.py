"""Does a roster man the posts within the rules, and name what it cannot man?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.analysis.dispatch.rosters import (
    Case,
    Duty,
    Need,
    Rules,
    Shift,
    Worker,
    hindrance,
    roster,
    too_close,
    workers_by_norm,
)
from linli.errors import BadInput

MORNING, EVENING, NIGHT = Shift("morning", 6, 8), Shift("evening", 14, 8), Shift("night", 22, 8)
GATE = tuple(Need("east gate", s.name, 1) for s in (MORNING, EVENING, NIGHT))


def case(n_workers: int, *, days: int = 7, **changed) -> Case:
    workers = tuple(Worker(f"w{k}") for k in range(n_workers))
    return Case(**{"days": days, "shifts": (MORNING, EVENING, NIGHT), "needs": GATE,
                   "workers": workers, **changed})  # fmt: skip


def broken(of: Case, duties: tuple[Duty, ...]) -> list[Duty]:
    """Duties that a rule forbids beside the others, by the same rules said another way."""
    needs = {(n.post, n.shift): n for n in of.needs}
    workers = {w.id: w for w in of.workers}
    return [
        d
        for d in duties
        if hindrance(
            of, tuple(o for o in duties if o != d), workers[d.worker], needs[d.post, d.shift], d.day
        )
        != "order"
    ]


def test_a_gate_of_24_hours_is_manned_for_a_week_by_five():
    found = roster(case(5))

    assert found.gaps == ()
    assert len(found.duties) == 21
    assert broken(case(5), found.duties) == []
    assert found.spread <= 1  # 21 shifts for five: four each and one of five


def test_four_cannot_man_it_and_the_gap_says_when_and_why():
    found = roster(case(4))

    assert found.n_missing == found.shortage_bound == 1  # 21 shifts, four times five are worked
    assert set(found.clash) == {"cover", "week"}
    sentence = found.gaps[0].tell()
    assert "east gate" in sentence
    assert "1 missing" in sentence


def test_where_nobody_is_there_everything_is_missing():
    found = roster(case(0))

    assert found.n_missing == 21
    assert "there is nobody" in found.gaps[0].tell()


def test_a_post_that_asks_for_a_skill_nobody_has_stays_empty_and_says_so():
    needs = (Need("oxygen store", "morning", 1, skill="oxygen"),)

    found = roster(case(3, days=1, needs=needs))

    assert found.gaps[0].reasons == (("skill", 3),)
    assert set(found.clash) == {"cover", "skill"}


def test_somebody_who_is_away_is_not_on_duty_that_day():
    workers = (Worker("w0", off=frozenset({0})), Worker("w1", off=frozenset({1})))
    needs = (Need("desk", "morning", 1),)

    found = roster(case(2, days=2, needs=needs, workers=workers))

    assert [(d.day, d.worker) for d in found.duties] == [(0, "w1"), (1, "w0")]


def test_after_a_night_nobody_comes_in_the_morning():
    needs = (Need("gate", "night", 1), Need("gate", "morning", 1))

    found = roster(case(1, days=2, needs=needs, rules=Rules(shifts_a_week=7)))

    assert len(found.duties) == 2
    assert too_close(case(1), NIGHT, MORNING, days_later=1)
    assert broken(case(1, days=2, needs=needs), found.duties) == []


def test_a_shift_of_24_hours_is_followed_by_a_day_of_rest():
    whole = Shift("whole", 8, 24)
    needs = (Need("gate", "whole", 1),)

    found = roster(case(2, days=4, shifts=(whole,), needs=needs, rules=Rules(nights_in_a_row=9)))

    assert found.gaps == ()
    by_worker = {w: [d.day for d in found.of(w)] for w in ("w0", "w1")}
    assert sorted(by_worker.values()) == [[0, 2], [1, 3]]


def test_the_previous_roster_is_kept_where_it_can_be():
    before = roster(case(6), seed=3).duties

    after = roster(case(6), previous=before, seed=8).duties

    assert after == before


def test_the_same_seed_gives_the_same_roster():
    assert roster(case(6), seed=2) == roster(case(6), seed=2)


def test_eleven_workers_serve_2500_households():
    assert workers_by_norm(2500) == 11
    assert workers_by_norm(2401) == 11
    assert workers_by_norm(2400) == 10


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 5),
    st.integers(1, 8),
    st.lists(st.sets(st.integers(0, 7), max_size=3), min_size=5, max_size=5),
    st.integers(2, 6),
)
def test_no_rule_is_ever_broken_and_nobody_is_lost(n_workers, days, off, a_week):
    workers = tuple(
        Worker(f"w{k}", frozenset({"gate"} if k % 2 else ()), frozenset(off[k]))
        for k in range(n_workers)
    )
    needs = (*GATE, Need("store", "morning", 2, skill="gate"))
    of = case(0, days=days, workers=workers, needs=needs, rules=Rules(shifts_a_week=a_week))

    found = roster(of, effort=0.3)

    assert broken(of, found.duties) == []
    assert len(found.duties) + found.n_missing == days * 5
    assert len(set(found.duties)) == len(found.duties)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Shift("late", 25, 8), "begins at 25"),
        (lambda: Need("gate", "night", 0), "needs 0 people"),
        (lambda: case(2, needs=(Need("gate", "dawn", 1),)), "asks for shift dawn"),
        (lambda: case(2, days=0), "one day or more"),
        (lambda: case(2, workers=(Worker("a"), Worker("a"))), "twice"),
    ],
)
def test_bad_input_is_told_in_a_sentence(make, said):
    with pytest.raises(BadInput, match=said):
        make()

"""Does a plan bring everybody to a bed within every law, or say what is missing?"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.analysis.dispatch.check import NotPublished, check, published
from linli.analysis.dispatch.laws import Law
from linli.analysis.dispatch.plan import confirmed, plan
from linli.analysis.dispatch.runs import Budget
from linli.analysis.dispatch.snapshot import Category, Crew, Facility, Severity, Vehicle, Window
from linli.analysis.dispatch.trips import Placed
from tests.town import SHELTER, WARD, beds, lot, street, town

QUICK = Budget(60)
GRAVE = {"severity": Severity.SEVERE}


def evening(**more):
    lots = (lot("a", 1, 15, confirmed=True), lot("b", 3, 12, confirmed=True),
            lot("c", 2, 3, confirmed=True, **GRAVE))  # fmt: skip
    return town(*lots, **more)


def test_everybody_is_brought_to_a_bed_and_the_checker_agrees():
    snapshot = evening()

    found = plan(snapshot, budget=QUICK)

    assert [b.tell() for b in found.verdict.breaches] == []
    assert found.plan.worth.unserved == 0
    assert sum(t.persons for t in found.plan.trips) == 30
    with pytest.raises(NotPublished, match="has not confirmed beds"):
        published(found.plan, snapshot)
    assert published(confirmed(found.plan), snapshot).worth == found.plan.worth


def test_the_same_snapshot_budget_and_seed_give_the_same_plan():
    assert plan(evening(), budget=QUICK, seed=4).plan == plan(evening(), budget=QUICK, seed=4).plan


def test_a_plan_carries_what_an_inquiry_needs():
    found = plan(evening(), budget=QUICK, seed=7)

    assert found.plan.seed == 7
    assert found.plan.iterations > 0
    assert {name for name, _ in found.plan.versions} == {"pyvrp", "ortools"}
    assert found.plan.figures["last_arrival_s"] >= found.plan.figures["last_arrival_at_least_s"] > 0
    assert all(p.because for p in found.plan.placed)
    assert all(t.because for t in found.plan.trips)


def test_with_one_crew_the_trips_wait_for_it_and_say_so():
    one = (Crew("crew 1", 0, escorts=2),)

    found = plan(evening(crews=one), budget=QUICK)

    assert found.passes
    said = [r.code for t in found.plan.trips for r in t.because]
    assert said.count("at_once") == 1
    assert "crews_out" in said
    times = dict(found.table)
    assert times[2] >= times[4] >= times[15]


def test_without_a_crew_nobody_leaves_and_the_plan_says_why():
    found = plan(evening(crews=()), budget=QUICK)

    assert found.turns is None
    assert "no crew" in found.unstaffed.tell()
    assert {b.code for b in found.verdict.breaches} >= {Law.ESCORT}


def test_who_finds_no_bed_is_among_those_left_with_the_reason():
    small = (Facility("shelter", SHELTER, (beds("hall", 20),), "dee"),)

    found = plan(evening(facilities=small), budget=QUICK)

    assert found.passes
    left = {(u.lot, u.count): u.reason.code for u in found.plan.unserved}
    assert sum(n for _, n in left) == 10
    assert set(left.values()) == {"full", "no_such_bed"}


def test_a_bed_without_a_vehicle_is_not_kept_for_who_cannot_come():
    snapshot = evening(vehicles=(Vehicle("bus", 0, 20, carries=frozenset({Category.CONTACT})),))

    found = plan(snapshot, budget=QUICK)

    assert found.plan.placed == ()
    assert found.plan.worth.unserved == 30
    assert {u.reason.code for u in found.plan.unserved} == {"no_vehicle"}
    assert found.passes


def test_what_was_confirmed_before_stays():
    there = (Placed(2, 1, 0, 3, confirmed=True),)

    found = plan(evening(), budget=QUICK, before=there)

    assert next(p for p in found.plan.placed if p.lot == 2).confirmed
    assert found.passes


def test_people_are_fetched_when_they_are_ready():
    snapshot = evening()
    late = replace(snapshot.lots[0], ready=Window(1800, 9000))

    found = plan(replace(snapshot, lots=(late, *snapshot.lots[1:])), budget=QUICK)

    assert found.passes
    boards = [s.begin_s for t in found.plan.trips for s in t.stops
              for p in s.boards if found.plan.placed[p.placed].lot == 0]  # fmt: skip
    assert min(boards) >= 1800


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 4),
            st.integers(1, 25),
            st.sampled_from([Severity.MILD, Severity.SEVERE]),
            st.sampled_from([Category.CONFIRMED, Category.SUSPECTED]),
        ),
        min_size=1, max_size=6,
    ),
    st.integers(1, 3), st.sets(st.integers(1, 4), max_size=1),
)  # fmt: skip
def test_whatever_the_night_no_law_is_broken_and_nobody_is_lost(rows, n_crews, sealed):
    lots = [lot(f"l{k}", at, n, severity=s, category=c) for k, (at, n, s, c) in enumerate(rows)]
    snapshot = town(
        *lots,
        travel=street(shut=tuple((at, SHELTER) for at in sealed)),
        facilities=(
            Facility("shelter", SHELTER, (
                beds("hall A", 40), beds("hall B", 40, category=Category.SUSPECTED)), "dee"),
            Facility("ward", WARD, (
                beds("w", 9, severities=frozenset({Severity.SEVERE})),), receiver="hal"),
        ),
        crews=tuple(Crew(f"crew {k}", 0, escorts=2) for k in range(n_crews)),
    )  # fmt: skip

    found = plan(snapshot, budget=Budget(20), crew_counts=())

    assert [b.tell() for b in check(found.plan, snapshot, departing=False).breaches] == []
    moved = sum(t.persons for t in found.plan.trips)
    assert moved + found.plan.worth.unserved == sum(n for _, n, _, _ in rows)

"""Is everybody on a trip or named with a reason, and is no rule ever broken on the way?"""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.analysis.dispatch.conftest import all_to, grid, people, snapshot_on
from linli.analysis.dispatch.roads import closures
from linli.analysis.dispatch.roads.closures import Closure, open_arcs
from linli.analysis.dispatch.roads.estimate import estimated
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.rounds import SEARCHES, kinds, orders, parties
from linli.analysis.dispatch.runs import Budget, runs
from linli.analysis.dispatch.snapshot import (
    Category,
    Facility,
    Need,
    Rules,
    Severity,
    Vehicle,
    Window,
)
from linli.analysis.dispatch.trips import Placed, Plan, StopKind
from linli.errors import BadInput

TOWN = grid(6, 6)
OPEN = Ways.of(TOWN)
YARD, HOSPITAL = 0, 35
QUICK = Budget(iterations=50)


def moved(plan: Plan) -> Counter[int]:
    """Persons handed over, by placement."""
    found: Counter[int] = Counter()
    for trip in plan.trips:
        for stop in trip.stops:
            for party in stop.leaves:
                found[party.placed] += party.count
    return found


def codes(plan: Plan) -> list[str]:
    return [u.reason.code for u in plan.unserved]


def test_people_on_one_way_share_a_bus_that_calls_on_the_farther_first():
    snapshot = snapshot_on(OPEN, [YARD, HOSPITAL, 1, 2], [people(2, 4), people(3, 5)])

    plan = runs(snapshot, all_to(0, snapshot), budget=QUICK)

    stops = [(s.kind, s.place, s.arrive_s) for s in plan.trips[0].stops]
    first_leaves = 60 + 120 + 4 * 20
    second_leaves = first_leaves + 60 + 120 + 5 * 20
    assert plan.worth.unserved == 0
    assert len(plan.trips) == 1 or plan.worth.last_arrival_s < second_leaves + 8 * 60
    alone = runs(replace(snapshot, vehicles=snapshot.vehicles[:1]), all_to(0, snapshot))
    stops = [(s.kind, s.place, s.arrive_s) for s in alone.trips[0].stops]
    assert stops == [
        (StopKind.YARD, 0, 0),
        (StopKind.PICK_UP, 2, 60),
        (StopKind.PICK_UP, 3, first_leaves + 60),
        (StopKind.HAND_OVER, 1, second_leaves + 8 * 60),
    ]
    assert alone.trips[0].longest_ride_s == second_leaves + 8 * 60 - first_leaves


def test_two_categories_never_share_a_vehicle_and_it_is_cleaned_between_them():
    snapshot = snapshot_on(
        OPEN, [YARD, HOSPITAL, 7, 7],
        [people(2, 2), people(3, 2, Category.SUSPECTED)], buses=1,
    )  # fmt: skip

    plan = runs(snapshot, all_to(0, snapshot), budget=QUICK)

    first, second = sorted(plan.trips, key=lambda t: t.depart_s)
    assert {first.category, second.category} == {Category.CONFIRMED, Category.SUSPECTED}
    assert second.stops[0].kind is StopKind.CLEANING
    assert second.depart_s == first.stops[-1].leave_s + Rules().cleaning_s


def test_the_last_patient_counts_before_minutes_driven():
    lots = [people(2, 3), people(3, 3)]
    far_apart = [YARD, HOSPITAL, 5, 30]  # opposite corners, ten minutes from each other

    two = snapshot_on(OPEN, far_apart, lots, buses=2)
    one = snapshot_on(OPEN, far_apart, lots, buses=1)

    assert len(runs(two, all_to(0, two), budget=QUICK).trips) == 2
    together = runs(two, all_to(0, two), budget=QUICK).worth
    assert together.last_arrival_s < runs(one, all_to(0, one), budget=QUICK).worth.last_arrival_s


def test_the_first_search_needs_no_more_trips_than_the_loads_require():
    lots = [people(2 + k, 5) for k in range(8)]
    snapshot = snapshot_on(OPEN, [YARD, HOSPITAL, 20, 21, 22, 26, 27, 28, 32, 33], lots, buses=4)
    placed = all_to(0, snapshot)
    ((kind, which),) = kinds(snapshot, placed).items()

    found = orders(snapshot, placed, parties(snapshot, placed, which), kind, SEARCHES[0],
                   iterations=500, seed=1)  # fmt: skip

    assert found is not None
    assert len(found[0]) == 4  # 40 persons, 10 seats


def test_a_full_load_goes_straight_and_the_rest_shares():
    snapshot = snapshot_on(OPEN, [YARD, HOSPITAL, 7], [people(2, 25)], buses=1)

    plan = runs(snapshot, all_to(0, snapshot), budget=QUICK)

    assert sorted(t.persons for t in plan.trips) == [5, 10, 10]
    assert plan.figures["trips_at_least"] == 3


def test_escorts_limit_the_severely_ill_before_seats_do():
    lot = replace(people(2, 10), severity=Severity.SEVERE)  # four to an escort, two escorts a bus
    snapshot = snapshot_on(OPEN, [YARD, HOSPITAL, 7], [lot])

    plan = runs(snapshot, all_to(0, snapshot), budget=QUICK)

    assert max(t.persons for t in plan.trips) == 8
    assert moved(plan) == {0: 10}


def test_who_lies_goes_by_a_vehicle_with_stretchers():
    lots = [people(2, 2, needs=frozenset({Need.STRETCHER})), people(3, 3)]
    snapshot = snapshot_on(OPEN, [YARD, HOSPITAL, 7, 8], lots)
    snapshot = replace(
        snapshot, vehicles=(*snapshot.vehicles, Vehicle("A", 0, seats=1, stretchers=2))
    )  # fmt: skip

    plan = runs(snapshot, all_to(0, snapshot), budget=QUICK)

    lying = [t for t in plan.trips if t.load[1]]
    assert [snapshot.vehicles[t.vehicle].id for t in lying] == ["A"]
    assert plan.worth.unserved == 0


def test_a_window_is_waited_for_at_the_gate_and_not_on_board():
    lots = [people(2, 2), people(3, 2, ready=Window(1_200, 3_600))]
    snapshot = snapshot_on(OPEN, [YARD, HOSPITAL, 1, 2], lots, buses=1)

    plan = runs(snapshot, all_to(0, snapshot), budget=QUICK)

    trip = plan.trips[0]
    assert [s.begin_s for s in trip.stops if s.place == 3] == [1_200]
    assert trip.longest_ride_s < 1_200 + 160 + 8 * 60 - 160


def test_the_same_seed_and_iterations_give_the_same_plan_byte_for_byte():
    lots = [people(2 + k, 3 + k % 4) for k in range(9)]
    nodes = [YARD, HOSPITAL, 3, 8, 11, 13, 17, 20, 26, 28, 31]
    snapshot = snapshot_on(OPEN, nodes, lots, buses=3)

    one, two = (runs(snapshot, all_to(0, snapshot), seed=7, budget=QUICK) for _ in range(2))

    assert repr(one) == repr(two)
    assert one.seed == 7
    assert dict(one.versions)["pyvrp"].startswith("0.14.")


def test_no_plan_is_better_than_its_bound():
    snapshot = snapshot_on(OPEN, [YARD, HOSPITAL, 7, 20], [people(2, 8), people(3, 8)], buses=1)

    plan = runs(snapshot, all_to(0, snapshot), budget=QUICK)

    assert all(gap is None or gap >= 0 for gap in plan.gap())
    assert plan.figures["trips"] >= plan.figures["trips_at_least"]


def test_a_pick_up_that_no_open_road_reaches_is_refused_with_a_way_out():
    sealed = frozenset(np.flatnonzero(TOWN.head == 20).tolist())
    ways = Ways.of(TOWN, open_arcs(TOWN, [Closure("c", sealed)]))
    snapshot = snapshot_on(ways, [YARD, HOSPITAL, 20, 7], [people(2, 3), people(3, 3)])

    plan = runs(snapshot, all_to(0, snapshot), budget=QUICK)

    assert codes(plan) == ["no_way_there"]
    assert plan.unserved[0].reason.tell() == (
        "No yard has an open road to L2. Open a road for these vehicles, or send one from "
        "elsewhere."
    )
    assert moved(plan) == {1: 3}


def test_a_closure_that_seals_a_hospital_is_told_for_each_group_that_goes_there():
    sealed = closures.within(TOWN, [(0.02, 0.02), (0.03, 0.02), (0.03, 0.03), (0.02, 0.03)])
    ways = Ways.of(TOWN, open_arcs(TOWN, [Closure("c", sealed)]))
    lots = [people(3, 3), people(4, 3)]
    snapshot = snapshot_on(ways, [YARD, HOSPITAL, 5, 7, 8], lots, hosts=2)

    plan = runs(snapshot, [Placed(0, 0, 0, 3), Placed(1, 1, 0, 3)], budget=QUICK)

    assert codes(plan) == ["no_way_on"]
    assert "Place them elsewhere, or have a road opened." in plan.unserved[0].reason.tell()
    assert moved(plan) == {1: 3}


REFUSED = {
    "ride_too_long": {"lots": [people(2, 3, ride_limit_s=300)]},
    "too_late_to_board": {"lots": [people(2, 3, ready=Window(0, 100))]},
    "no_vehicle": {"lots": [people(2, 3, needs=frozenset({Need.LIFE_SUPPORT}))]},
    "no_room": {"lots": [people(2, 3, needs=frozenset({Need.STRETCHER}))]},
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_is_refused_before_any_search(code):
    snapshot = snapshot_on(OPEN, [YARD, HOSPITAL, 7], **REFUSED[code])

    plan = runs(snapshot, all_to(0, snapshot), budget=QUICK)

    assert codes(plan) == [code]
    assert plan.iterations == 0


@pytest.mark.parametrize(
    ("facility", "duty", "code"),
    [
        (Facility("H0", 1, takes=Window(0, 300)), Window(), "too_late_to_arrive"),
        (Facility("H0", 1), Window(0, 300), "off_duty"),
    ],
)
def test_an_arrival_outside_every_window_names_the_two_rules_that_clash(facility, duty, code):
    snapshot = snapshot_on(OPEN, [YARD, HOSPITAL, 7], [people(2, 3)])
    buses = tuple(replace(v, duty=duty) for v in snapshot.vehicles)
    snapshot = replace(snapshot, facilities=(facility,), vehicles=buses)

    plan = runs(snapshot, all_to(0, snapshot), budget=QUICK)

    assert codes(plan) == [code]


def test_whom_the_vehicles_have_no_time_for_is_named_and_the_urgent_go_first():
    lots = [people(2, 10), people(3, 10, priority=1)]
    snapshot = snapshot_on(OPEN, [YARD, HOSPITAL, 7, 8], lots, buses=1)
    busy = replace(snapshot.vehicles[0], duty=Window(0, 1_500))
    snapshot = replace(snapshot, vehicles=(busy,))

    plan = runs(snapshot, all_to(0, snapshot), budget=QUICK)

    assert [(u.lot, u.count, u.reason.code) for u in plan.unserved] == [(0, 10, "no_turn")]
    assert moved(plan) == {1: 10}


@pytest.mark.parametrize("make", [
    lambda: Vehicle("B", 0, seats=0), lambda: people(2, 0), lambda: Window(10, 5),
])  # fmt: skip
def test_a_bus_of_no_seats_a_group_of_nobody_and_a_window_turned_round_are_refused(make):
    with pytest.raises(BadInput, match=r"0 seats|0 persons|Turn it round"):
        make()


def test_an_estimate_is_said_and_keeps_to_a_share_of_the_ride_limit():
    points = [(114.30, 30.60), (114.34, 30.60), (114.30, 30.60)]
    snapshot = snapshot_on(OPEN, [YARD, HOSPITAL, 7], [people(2, 3)])
    snapshot = replace(snapshot, travel=estimated(points))  # 3.8 km: 13 minutes
    strict = replace(snapshot, rules=Rules(ride_limit_s=15 * 60))

    plan = runs(snapshot, all_to(0, snapshot), budget=QUICK)

    assert plan.estimate
    assert plan.reasons[0].tell().startswith("Every time is an estimate")
    assert codes(runs(strict, all_to(0, strict), budget=QUICK)) == ["ride_too_long"]


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 35), st.integers(1, 14), st.sampled_from(Category)),
                min_size=1, max_size=7), st.integers(1, 3), st.integers(0, 5))  # fmt: skip
def test_everybody_is_moved_or_named_and_no_bus_is_too_full_too_long_or_mixed(groups, buses, seed):
    lots = [people(2 + n, count, category) for n, (_, count, category) in enumerate(groups)]
    lots = [replace(lot, id=f"{lot.id}.{n}") for n, lot in enumerate(lots)]
    snapshot = snapshot_on(OPEN, [YARD, HOSPITAL, *(g[0] for g in groups)], lots, buses=buses)

    plan = runs(snapshot, all_to(0, snapshot), seed=seed, budget=Budget(20))

    lost = Counter(u.lot for u in plan.unserved for _ in range(u.count))
    assert moved(plan) + lost == Counter({n: lot.count for n, lot in enumerate(lots)})
    for trip in plan.trips:
        assert trip.persons <= 10
        assert trip.longest_ride_s <= Rules().ride_limit_s
        assert {lots[p.placed].category for s in trip.stops for p in s.leaves} == {trip.category}
    by_bus = sorted(plan.trips, key=lambda t: (t.vehicle, t.depart_s))
    for one, other in pairwise(by_bus):
        assert one.vehicle != other.vehicle or one.stops[-1].leave_s <= other.depart_s

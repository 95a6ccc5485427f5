"""Is every community supplied in its window, or named, and is no bus overloaded?"""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.analysis.dispatch.conftest import grid
from linli.analysis.dispatch.roads.closures import Closure, open_arcs
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.snapshot import Depot, Window
from linli.analysis.dispatch.supply import Bus, Drop, Supply, SupplyPlan, split, supply
from linli.errors import BadInput

TOWN = grid(6, 6)
TRAVEL = Ways.of(TOWN).travel(range(36))
EAST, WEST = Depot("east", 35, reload_s=600), Depot("west", 0, reload_s=600)


def asked(drops: list[Drop], **also: Any) -> Supply:
    """Two warehouses in opposite corners, two buses of 100 parcels each."""
    buses = tuple(Bus(f"B{n}", n % 2, (100,)) for n in range(4))
    return replace(Supply(TRAVEL, (WEST, EAST), tuple(drops), buses), **also)


def delivered(plan: SupplyPlan) -> Counter[int]:
    found: Counter[int] = Counter()
    for trip in plan.trips:
        for stop in trip.stops:
            for party in stop.leaves:
                found[party.placed] += party.count
    return found


def test_each_community_is_served_from_the_warehouse_nearest_by_road():
    plan = supply(asked([Drop("a", 1, (30,)), Drop("b", 34, (30,))]), iterations=50)

    assert plan.warehouse_of == (0, 1)
    assert plan.driving_s == 4 * 60
    assert delivered(plan) == {0: 30, 1: 30}


def test_a_warehouse_that_is_asked_for_too_much_hands_on_who_loses_least():
    drops = [Drop(f"d{n}", n, (200,)) for n in (1, 6, 7, 14)]  # 600 parcels is what two buses do

    whose = split(asked(drops))

    assert whose == [0, 0, 0, 1]


def test_more_than_a_bus_holds_goes_in_full_loads_and_a_rest():
    plan = supply(asked([Drop("a", 1, (250,))]), iterations=50)

    assert sorted(trip.load for trip in plan.trips) == [(50,), (100,), (100,)]
    assert plan.trips_at_least == 3


def test_the_old_and_weak_are_served_first_where_their_window_ends_early():
    drops = [Drop(f"d{n}", n, (20,)) for n in range(1, 9)]
    drops[4] = replace(drops[4], window=Window(0, 1_200))

    plan = supply(asked(drops), iterations=200)

    served = {p.placed: s.begin_s for t in plan.trips for s in t.stops for p in s.leaves}
    assert plan.missed == ()
    assert served[4] <= 1_200


def test_the_same_seed_and_iterations_give_the_same_plan():
    drops = [Drop(f"d{n}", n, (15,)) for n in range(1, 30)]

    one, two = (supply(asked(drops), seed=3, iterations=100) for _ in range(2))

    assert repr(one) == repr(two)


def test_who_cannot_be_supplied_is_named_with_the_reason_and_a_way_out():
    sealed = frozenset(np.flatnonzero(TOWN.head == 14).tolist())
    cut = Ways.of(TOWN, open_arcs(TOWN, [Closure("c", sealed)])).travel(range(36))
    drops = [Drop("sealed", 14, (5,)), Drop("early", 20, (5,), Window(0, 60)), Drop("ok", 1, (5,))]

    plan = supply(asked(drops, travel=cut), iterations=50)

    assert [(m.drop, m.reason.code) for m in plan.missed] == [(0, "no_warehouse"), (1, "no_time")]
    assert "Open a road" in plan.missed[0].reason.tell()
    assert delivered(plan) == {2: 5}


def test_when_the_buses_have_no_time_the_important_ones_are_kept():
    buses = (Bus("B", 0, (10,), Window(0, 1_600), most_trips=1),)
    drops = [Drop("a", 1, (10,)), Drop("b", 6, (10,), priority=3)]

    plan = supply(asked(drops, buses=buses), iterations=50)

    assert [(m.drop, m.reason.code) for m in plan.missed] == [(0, "no_bus")]
    assert delivered(plan) == {1: 10}


@pytest.mark.parametrize(
    "make",
    [
        lambda: Bus("B", 0, (0,)),
        lambda: Drop("a", 1, (0,)),
        lambda: asked([Drop("a", 1, (5, 5))]),
        lambda: asked([Drop("a", 99, (5,))]),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(make):
    with pytest.raises(BadInput):
        make()


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 35), st.integers(1, 150)), min_size=1, max_size=12))
def test_what_is_asked_is_delivered_or_missed_and_no_bus_carries_too_much(rows):
    drops = [Drop(f"d{n}", place, (amount,)) for n, (place, amount) in enumerate(rows)]

    plan = supply(asked(drops), iterations=20)

    missed: Counter[int] = Counter()
    for m in plan.missed:
        missed[m.drop] += m.amounts[0]
    assert delivered(plan) + missed == Counter({n: a for n, (_, a) in enumerate(rows)})
    assert all(trip.load[0] <= 100 for trip in plan.trips)
    for trip in plan.trips:
        assert trip.stops[-1].leave_s <= Window().until_s

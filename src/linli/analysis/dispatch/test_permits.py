"""May a vehicle with a permit pass where others may not, and does the checker know the two?"""

from dataclasses import replace

from linli.analysis.dispatch.assembled import Map, travelled
from linli.analysis.dispatch.check import check
from linli.analysis.dispatch.conftest import grid, people
from linli.analysis.dispatch.laws import Law
from linli.analysis.dispatch.plan import Roads, plan
from linli.analysis.dispatch.replan import mend
from linli.analysis.dispatch.roads.closures import Closure
from linli.analysis.dispatch.runs import Budget
from linli.analysis.dispatch.snapshot import (
    BedClass,
    Category,
    Crew,
    Depot,
    Facility,
    Place,
    Severity,
    Snapshot,
    Vehicle,
)

HALL = frozenset({Severity.MILD})


def town(*vehicles: Vehicle, closures: tuple[Closure, ...]) -> tuple[Snapshot, Roads]:
    """A street of nine blocks: the yard in the west, a bed in the east, patients in between."""
    network = grid(9, 1)
    points = [(float(network.lon[n]), float(network.lat[n])) for n in (0, 8, 4)]
    permits = sorted({v.passes for v in vehicles}, key=sorted)
    travel, roads, own = travelled(points, Map(network, closures), permits=permits)
    host = Facility("ward", 1, (BedClass("b", Category.CONFIRMED, HALL, 9),), receiver="desk")
    snapshot = Snapshot(
        tuple(Place(name, *at) for name, at in zip(("yard", "ward", "gate"), points, strict=True)),
        travel, facilities=(host,), lots=(people(2, 3, confirmed=True),), vehicles=vehicles,
        crews=(Crew("crew", 0, escorts=1),), depots=(Depot("yard", 0),), by_permit=own,
    )  # fmt: skip
    return snapshot, roads


def sealed(passes: frozenset[str]) -> Closure:
    """The block after the gate, both ways."""
    network = grid(9, 1)
    between = {(4, 5), (5, 4)}
    arcs = [n for n in range(network.n_arcs)
            if (int(network.tail[n]), int(network.head[n])) in between]  # fmt: skip
    return Closure("barrier", frozenset(arcs), passes=passes)


BUS = Vehicle("bus", 0, seats=30)
AMBULANCE = Vehicle("ambulance", 0, seats=4, passes=frozenset({"ambulance"}))


def test_who_holds_the_permit_passes_a_closure_and_others_are_told_there_is_no_way():
    shut = sealed(frozenset({"ambulance"}))
    snapshot, roads = town(BUS, AMBULANCE, closures=(shut,))
    alone, bus_roads = town(BUS, closures=(shut,))

    found = plan(snapshot, roads=roads, budget=Budget(20), crew_counts=())
    without = plan(alone, roads=bus_roads, budget=Budget(20), crew_counts=())

    assert found.passes
    assert [snapshot.vehicles[t.vehicle].id for t in found.plan.trips] == ["ambulance"]
    assert found.plan.worth.unserved == 0
    driven = {arc for leg in found.plan.trips[0].legs for arc in leg.arcs}
    assert driven & shut.arcs
    assert without.plan.worth.unserved == 3


def test_a_plan_that_sends_a_bus_where_only_an_ambulance_may_pass_is_caught():
    shut = sealed(frozenset({"ambulance"}))
    snapshot, roads = town(BUS, AMBULANCE, closures=(shut,))
    found = plan(snapshot, roads=roads, budget=Budget(20), crew_counts=()).plan
    by_bus = replace(found, trips=tuple(replace(t, vehicle=0) for t in found.trips))

    verdict = check(by_bus, snapshot, closures=roads.closures, departing=False)

    assert Law.ROADS in {b.code for b in verdict.breaches}


def test_a_permit_for_somebody_else_opens_nothing():
    snapshot, roads = town(BUS, AMBULANCE, closures=(sealed(frozenset({"supply"})),))

    found = plan(snapshot, roads=roads, budget=Budget(20), crew_counts=())

    assert found.plan.trips == ()
    assert found.plan.worth.unserved == 3


def test_a_road_shut_on_the_way_turns_back_only_those_without_its_permit():
    snapshot, roads = town(BUS, AMBULANCE, closures=())
    rides = plan(snapshot, roads=roads, budget=Budget(20), crew_counts=()).plan
    shut = sealed(frozenset({"ambulance"}))
    by = {name: replace(rides, trips=tuple(replace(t, vehicle=n) for t in rides.trips))
          for n, name in enumerate(("bus", "ambulance"))}  # fmt: skip

    network = roads.ways.network
    mended = {
        name: mend(typed, snapshot, network, [shut], now_s=60, node_of=roads.node_of)
        for name, typed in by.items()
    }

    assert not mended["ambulance"].hit
    assert mended["ambulance"].plan.worth.unserved == 0
    assert mended["bus"].hit
    after = mended["bus"].plan
    passed = {n for t in after.trips if t.vehicle == 0 for leg in t.legs for n in leg.arcs or ()}
    assert not passed & shut.arcs

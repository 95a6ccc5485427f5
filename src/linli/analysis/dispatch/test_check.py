"""Is a plan that breaks a law always caught, and one that keeps them all let through?"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from linli.analysis.dispatch.check import NotPublished, check, published
from linli.analysis.dispatch.laws import Law
from linli.analysis.dispatch.roads.closures import Closure
from linli.analysis.dispatch.snapshot import (
    Category,
    Facility,
    Group,
    Severity,
    Snapshot,
    Vehicle,
    Window,
)
from linli.analysis.dispatch.trips import Party, Plan, Trip, Unserved
from tests.town import MILD, SHELTER, WARD, beds, drive, good_night, street

Night = tuple[Snapshot, Plan]
Mutation = Callable[[Snapshot, Plan], Night]


def test_a_good_night_passes():
    snapshot, plan = good_night()

    assert [b.tell() for b in check(plan, snapshot).breaches] == []
    assert published(plan, snapshot) is plan


def trip(plan: Plan, at: int, **changed) -> Plan:
    trips = list(plan.trips)
    trips[at] = replace(trips[at], **changed)
    return replace(plan, trips=tuple(trips))


def stop(plan: Plan, at: int, n: int, **changed) -> Plan:
    stops = list(plan.trips[at].stops)
    stops[n] = replace(stops[n], **changed)
    return trip(plan, at, stops=tuple(stops))


def leg(plan: Plan, at: int, n: int, **changed) -> Plan:
    legs = list(plan.trips[at].legs)
    legs[n] = replace(legs[n], **changed)
    return trip(plan, at, legs=tuple(legs))


def row(snapshot: Snapshot, what: str, at: int, **changed) -> Snapshot:
    rows = list(getattr(snapshot, what))
    rows[at] = replace(rows[at], **changed)
    return replace(snapshot, **{what: tuple(rows)})


def placed(plan: Plan, at: int, **changed) -> Plan:
    rows = list(plan.placed)
    rows[at] = replace(rows[at], **changed)
    return replace(plan, placed=tuple(rows))


def hall(snapshot: Snapshot, **changed) -> Snapshot:
    bed = replace(snapshot.facilities[0].beds[0], **changed)
    return row(snapshot, "facilities", 0, beds=(bed,))


def mixed(s: Snapshot, p: Plan) -> Night:
    s = row(s, "lots", 1, category=Category.SUSPECTED)
    both = (*s.facilities[0].beds, beds("hall B", 9, category=Category.SUSPECTED))
    return row(s, "facilities", 0, beds=both), placed(p, 1, bed=1)


def unclean(s: Snapshot, p: Plan) -> Night:
    """Bus 1 goes once more, ten minutes later, for somebody of another category."""
    s = row(s, "lots", 2, category=Category.SUSPECTED)
    both = (*s.facilities[0].beds, beds("hall B", 20, category=Category.SUSPECTED))
    s, p = row(s, "facilities", 0, beds=both), placed(p, 2, bed=1)
    later = drive("t2", s, p.placed, [2], vehicle=0, crew=1, start_s=p.trips[0].stops[-1].arrive_s
                  + 600)  # fmt: skip
    return s, replace(p, trips=(p.trips[0], later, p.trips[2]))


def twice_at_once(name: str) -> Mutation:
    return lambda s, p: (s, trip(p, 1, **{name: getattr(p.trips[0], name)}))


def reversed_stops(s: Snapshot, p: Plan) -> Night:
    first = p.trips[1]
    order = (first.stops[0], first.stops[2], first.stops[1], first.stops[3])
    return s, trip(p, 1, stops=order)


def too_soon(s: Snapshot, p: Plan) -> Night:
    first = p.trips[0].stops
    shorter = replace(first[1], arrive_s=first[1].arrive_s - 30, begin_s=first[1].begin_s - 30)
    changed = leg(p, 0, 0, arrive_s=p.trips[0].legs[0].arrive_s - 30)
    return s, trip(changed, 0, stops=(first[0], shorter, *first[2:]))


def slow_trip(plan: Plan) -> Trip:
    """The first trip, waiting for an hour and a half with everybody on board."""
    first = plan.trips[0]
    late = [replace(x, arrive_s=x.arrive_s + 5400, begin_s=x.begin_s + 5400,
                    leave_s=x.leave_s + 5400) for x in first.stops[3:]]  # fmt: skip
    legs = [replace(x, depart_s=x.depart_s + 5400, arrive_s=x.arrive_s + 5400)
            for x in first.legs[2:]]  # fmt: skip
    return replace(first, stops=(*first.stops[:3], *late), legs=(*first.legs[:2], *legs))


BROKEN: list[tuple[Law, str, Mutation]] = [
    (Law.NUMBERS, "number 9", lambda s, p: (s, trip(p, 0, vehicle=9))),
    (Law.NUMBERS, "number 9", lambda s, p: (s, placed(p, 0, bed=9))),
    (Law.PERSONS, "Account for each", lambda s, p: (row(s, "lots", 0, count=11), p)),
    (Law.PERSONS, "on one trip", lambda s, p: (s, replace(p, trips=p.trips[1:]))),
    (Law.PERSONS, "0 handed over", lambda s, p: (s, stop(p, 1, 2, leaves=()))),
    (Law.PERSONS, "20 are picked up", lambda s, p: (s, replace(p, trips=(*p.trips, p.trips[0])))),
    (Law.BEDS, "30 persons for 29", lambda s, p: (hall(s, free=29), p)),
    (Law.BEDS, "kept back", lambda s, p: (hall(s, reserve=11), p)),
    (Law.BEDS, "not meant", lambda s, p: (hall(s, severities=frozenset({Severity.ORDINARY})), p)),
    (Law.BEDS, "not meant", lambda s, p: (hall(s, group=Group.WOMEN), p)),
    (Law.CATEGORY, "never mixed", lambda s, p: (hall(s, category=Category.CONTACT), p)),
    (Law.CATEGORY, "carries confirmed, suspected together", mixed),
    (Law.CATEGORY, "cleaning takes 30", unclean),
    (
        Law.CATEGORY, "leaves on t1 after 0 minutes",
        lambda s, p: (row(s, "vehicles", 0, last_carried=Category.CONTACT), p),
    ),
    (
        Law.CATEGORY, "may not carry",
        lambda s, p: (row(s, "vehicles", 0, carries=frozenset({Category.CONTACT})), p),
    ),
    (Law.SEATS, "18 persons for 17", lambda s, p: (row(s, "vehicles", 0, seats=17), p)),
    (Law.SEATS, "escort seats", lambda s, p: (row(s, "vehicles", 0, escort_seats=1), p)),
    (Law.EQUIPMENT, "oxygen", lambda s, p: (row(s, "vehicles", 2, equipment=frozenset()), p)),
    (Law.RIDE, "the limit", lambda s, p: (s, replace(p, trips=(slow_trip(p), *p.trips[1:])))),
    (Law.RIDE, "t1: a", lambda s, p: (row(s, "lots", 0, ride_limit_s=200), p)),
    (Law.RIDE, "t1: a", lambda s, p: (
        row(replace(s, travel=replace(s.travel, estimate=True)), "lots", 0, ride_limit_s=400), p)),
    (Law.ESCORT, "has no crew", lambda s, p: (s, trip(p, 0, crew=None))),
    (Law.ESCORT, "3 escorts are needed", lambda s, p: (
        replace(s, rules=replace(s.rules, persons_per_escort=((Severity.MILD, 8),))), p)),
    (Law.ESCORT, "no protection", lambda s, p: (row(s, "crews", 1, protected=False), p)),
    (Law.ESCORT, "as ill as these", lambda s, p: (row(s, "crews", 2, may_care_for=MILD), p)),
    (Law.ESCORT, "t2: crew 1 is on t1", twice_at_once("crew")),
    (Law.ESCORT, "on duty from +0:02", lambda s, p: (row(s, "crews", 0, duty=Window(120)), p)),
    (Law.VEHICLE, "t2: bus 1 is on t1", twice_at_once("vehicle")),
    (Law.VEHICLE, "Begin at the yard", lambda s, p: (s, stop(p, 0, 0, place=1))),
    (Law.VEHICLE, "to +0:10", lambda s, p: (row(s, "vehicles", 0, duty=Window(0, 600)), p)),
    (Law.TIMES, "which takes 60 s", too_soon),
    (Law.TIMES, "not in order", lambda s, p: (s, stop(p, 0, 1, leave_s=0))),
    (Law.TIMES, "not in order", lambda s, p: (s, leg(p, 0, 1, depart_s=0))),
    (Law.TIMES, "one way fewer", lambda s, p: (s, trip(p, 0, legs=()))),
    (Law.ROADS, "no open road", lambda s, p: (replace(s, travel=street(shut=((2, SHELTER),))), p)),
    (Law.WINDOWS, "who can only from +0:05", lambda s, p: (
        row(s, "lots", 0, ready=Window(300, 900)), p)),
    (Law.WINDOWS, "shelter, who can only", lambda s, p: (
        row(s, "facilities", 0, takes=Window(0, 60)), p)),
    (Law.PLACE, "should be at p1", lambda s, p: (s, stop(p, 0, 1, place=2))),
    (Law.PLACE, "should be at p6", lambda s, p: (row(s, "facilities", 0, place=WARD), p)),
    (Law.PLACE, "before it has picked them up", reversed_stops),
    (Law.RECEIVER, "t1: nobody is named to receive", lambda s, p: (
        row(s, "facilities", 0, receiver=""), p)),
    (Law.CONFIRMED, "Ask dee", lambda s, p: (s, placed(p, 0, confirmed=False))),
    (Law.CONFIRMED, "t1: a have not been told", lambda s, p: (
        row(s, "lots", 0, confirmed=False), p)),
]  # fmt: skip


@pytest.mark.parametrize(("law", "said", "mutation"), BROKEN)
def test_a_broken_plan_is_caught_and_the_law_is_named(law, said, mutation):
    snapshot, plan = mutation(*good_night())

    told = [b.tell() for b in check(plan, snapshot).of(law)]

    assert any(said in sentence for sentence in told), told
    with pytest.raises(NotPublished) as refused:
        published(plan, snapshot)
    assert told[0] in refused.value.tell()


def test_every_law_is_broken_by_one_of_these_at_least():
    assert {law for law, _, _ in BROKEN} == set(Law)


CLOSED = Closure("bridge", frozenset({102}), during=Window(0, 900))  # the arc from p1 to p2


@pytest.mark.parametrize(
    ("closure", "passes", "is_caught"),
    [
        (CLOSED, (), True),
        (replace(CLOSED, during=Window(1800, 3600)), (), False),  # shut only later
        (replace(CLOSED, arcs=frozenset({999})), (), False),  # another road
        (replace(CLOSED, passes=frozenset({"ambulances"})), (), True),
        (replace(CLOSED, passes=frozenset({"ambulances"})), ("ambulances",), False),
    ],
)
def test_a_closed_road_at_the_time_planned_is_caught(closure, passes, is_caught):
    snapshot, plan = good_night()
    snapshot = row(snapshot, "vehicles", 0, passes=frozenset(passes))

    told = check(plan, snapshot, closures=[closure]).of(Law.ROADS)

    assert bool(told) is is_caught
    assert all("leads through bridge" in b.tell() for b in told)


def test_a_proposal_may_lack_the_yes_of_ward_and_family_and_a_departure_may_not():
    snapshot, plan = good_night()
    asked = placed(row(snapshot, "lots", 1, confirmed=False) and plan, 0, confirmed=False)

    assert check(asked, snapshot, departing=False).passes
    assert not check(asked, snapshot).passes


def test_who_waits_is_accounted_for():
    snapshot, plan = good_night()
    longer = row(snapshot, "lots", 0, count=12)
    reason = plan.placed and Unserved(0, 2, check(plan, longer).breaches[0])

    assert not check(plan, longer).passes
    assert check(replace(plan, unserved=(reason,)), longer).passes


def test_a_vehicle_that_waits_long_enough_may_carry_another_category():
    snapshot, plan = unclean(*good_night())
    at = plan.trips[0].stops[-1].arrive_s + 1800
    later = drive("t2", snapshot, plan.placed, [2], vehicle=0, crew=1, start_s=at)

    assert check(replace(plan, trips=(plan.trips[0], later, plan.trips[2])), snapshot).passes


def test_all_breaches_are_told_at_once():
    snapshot, plan = good_night()
    bad = row(row(snapshot, "crews", 0, protected=False), "facilities", 0, receiver="")

    verdict = check(trip(plan, 1, crew=None), bad)

    assert {b.code for b in verdict.breaches} == {Law.ESCORT, Law.RECEIVER}


def test_a_facility_elsewhere_or_a_smaller_bus_are_seen_for_what_they_are():
    snapshot, plan = good_night()
    small = row(snapshot, "vehicles", 0, seats=17)
    gone = replace(small, facilities=(*small.facilities, Facility("new", 1)))

    assert [b.code for b in check(plan, gone).breaches] == [Law.SEATS]
    assert isinstance(gone.vehicles[0], Vehicle)


def test_persons_board_where_they_wait_and_are_counted_by_person():
    snapshot, plan = good_night()
    twice = stop(plan, 0, 1, boards=(Party(0, 5), Party(0, 5)))

    assert check(twice, snapshot).passes

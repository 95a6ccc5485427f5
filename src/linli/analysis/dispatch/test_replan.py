"""When a road is shut on the way: does nobody drive on it, is nobody lost, is nobody sent about?"""

import itertools
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.analysis.dispatch.conftest import all_to, grid, people, snapshot_on
from linli.analysis.dispatch.replan import Mended, detours, mend
from linli.analysis.dispatch.roads.closures import Closure, open_arcs
from linli.analysis.dispatch.roads.network import Network
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.runs import Budget, runs
from linli.analysis.dispatch.snapshot import Rules, Snapshot, Window
from linli.analysis.dispatch.standing import hits
from linli.analysis.dispatch.trips import Plan, StopKind

TOWN = grid(6, 6)
NODES = [0, 35, 3, 8, 11, 13, 17, 20, 26, 28, 31]  # the yard, the hospital, and where people wait
FOR_GOOD = Window(0, 10**6)


def night(network: Network, nodes: list[int], *, buses: int = 3, seed: int = 1) -> tuple[
    Plan, Snapshot, dict[int, int]
]:  # fmt: skip
    """A plan with the arcs of every leg."""
    ways = Ways.of(network)
    lots = [people(2 + k, 3 + k % 4) for k in range(len(nodes) - 2)]
    snapshot = snapshot_on(ways, nodes, lots, buses=buses)
    node_of = dict(enumerate(nodes))
    plan = runs(snapshot, all_to(0, snapshot), seed=seed, budget=Budget(50), ways=node_of,
                network=ways)  # fmt: skip
    return plan, snapshot, node_of


PLAN, SNAPSHOT, NODE_OF = night(TOWN, NODES)


def boarded(plan: Plan) -> Counter[int]:
    found: Counter[int] = Counter()
    for trip in plan.trips:
        for stop in trip.stops:
            for party in stop.boards:
                found[party.placed] += party.count
    return found


def arcs_after(plan: Plan, now_s: int) -> set[int]:
    """What is still to be driven, by legs that begin later."""
    return {
        arc for trip in plan.trips for leg in trip.legs if leg.depart_s >= now_s
        for arc in leg.arcs or ()
    }  # fmt: skip


def shut(*arcs: int) -> list[Closure]:
    return [Closure("c", frozenset(arcs), FOR_GOOD)]


def keeps_its_word(plan: Plan, mended: Mended, network: Network, closures: list[Closure]) -> None:
    """Every law of a mended plan, whatever was shut."""
    new = mended.plan
    now = list(hits(new.trips, closures, now_s=NOW, network=network))
    assert now == [], "somebody is sent over a closed road"
    lost = Counter(u.lot for u in new.unserved for _ in range(u.count))
    fetched = boarded(new)
    for n, count in boarded(plan).items():
        on_board_lost = sum(u.count for u in new.unserved
                            if u.lot == n and u.reason.code == "cut_off")  # fmt: skip
        assert fetched[n] + lost[n] - on_board_lost == count
    for trip in new.trips:
        for leg in trip.legs:
            path = leg.arcs or ()
            assert all(network.head[a] == network.tail[b] for a, b in itertools.pairwise(path))
        times = [s.arrive_s for s in trip.stops]
        assert times == sorted(times)


NOW = 400


def test_what_was_done_before_stands_as_it_was_and_the_rest_goes_around():
    ahead = sorted(arcs_after(PLAN, NOW))
    closures = shut(ahead[0], ahead[-1])

    mended = mend(PLAN, SNAPSHOT, TOWN, closures, now_s=NOW, node_of=NODE_OF)

    keeps_its_word(PLAN, mended, TOWN, closures)
    for old in PLAN.trips:
        new = next(t for t in mended.plan.trips if t.id == old.id)
        done = [s for s in old.stops if s.arrive_s <= NOW and s.leave_s <= NOW]
        assert new.stops[: len(done)] == tuple(done)


def test_a_closure_on_nobodys_way_changes_nothing():
    unused = sorted(set(range(TOWN.n_arcs)) - {a for t in PLAN.trips for leg in t.legs
                                                for a in leg.arcs or ()})  # fmt: skip

    mended = mend(PLAN, SNAPSHOT, TOWN, shut(*unused[:5]), now_s=NOW, node_of=NODE_OF)

    assert mended.hit == ()
    assert mended.plan.trips == PLAN.trips
    assert mended.plan.reasons[-1].code == "untouched"


def test_a_road_already_driven_hits_nobody():
    first = PLAN.trips[0].legs[0]

    later = Window(first.arrive_s + 1)
    found = hits(PLAN.trips, [Closure("c", frozenset(first.arcs or ()), later)],
                 now_s=first.arrive_s + 1, network=TOWN)  # fmt: skip

    assert all((h.trip, h.leg) != (0, 0) for h in found)


def test_a_bus_before_a_sealed_road_turns_round_at_its_last_corner():
    trip = PLAN.trips[0]
    leg = next(leg for leg in trip.legs if len(leg.arcs or ()) >= 3)
    arcs = leg.arcs or ()
    now = leg.depart_s + 90  # on the second block
    closures = shut(arcs[1])

    mended = mend(PLAN, SNAPSHOT, TOWN, closures, now_s=now, node_of=NODE_OF)

    new = next(t for t in mended.plan.trips if t.id == trip.id)
    there = next(s for s in new.stops if s.kind is StopKind.ON_THE_ROAD)
    assert mended.node_of[there.place] == TOWN.tail[arcs[1]]
    assert there.leave_s == now


def test_drivers_are_not_sent_about_for_seconds():
    ahead = sorted(arcs_after(PLAN, NOW))

    mended = mend(PLAN, SNAPSHOT, TOWN, shut(ahead[0]), now_s=NOW, node_of=NODE_OF)

    if mended.plan.reasons[-1].code == "kept":
        assert mended.changed == ()
    order = [
        [p for s in t.stops for p in s.boards]
        for t in sorted(mended.plan.trips, key=lambda t: t.id)
    ]  # fmt: skip
    assert order == [
        [p for s in t.stops for p in s.boards] for t in sorted(PLAN.trips, key=lambda t: t.id)
    ]


def test_a_gain_of_minutes_changes_the_order():
    """One bus, two stops: the direct way to the first is shut, so that the second comes first."""
    ladder = grid(8, 2)
    plan, snapshot, node_of = night(ladder, [0, 7, 2, 5], buses=1)
    crossing = [
        n for n in range(ladder.n_arcs)
        if {int(ladder.tail[n]), int(ladder.head[n])} in ({1, 2}, {10, 2}, {2, 3})
    ]  # fmt: skip

    mended = mend(plan, snapshot, ladder, shut(*crossing), now_s=0, node_of=node_of)

    assert [u.reason.code for u in mended.plan.unserved] == ["not_fetched"]
    assert sum(boarded(mended.plan).values()) == 4


def test_when_the_hospital_is_sealed_those_on_board_stop_where_it_is_safe_and_are_named():
    sealed = shut(*np.flatnonzero(TOWN.head == 35).tolist())

    mended = mend(PLAN, SNAPSHOT, TOWN, sealed, now_s=NOW, node_of=NODE_OF)

    assert {u.reason.code for u in mended.again} <= {"cut_off", "not_fetched"}
    on_board = sum(p.count for t in PLAN.trips for s in t.stops if s.arrive_s <= NOW
                   for p in s.boards)  # fmt: skip
    assert sum(u.count for u in mended.again if u.reason.code == "cut_off") == on_board
    assert sum(u.count for u in mended.again) == sum(boarded(PLAN).values())
    assert "have a road opened" in mended.again[0].reason.tell()


def test_who_is_on_board_is_brought_even_later_than_the_limit_and_it_is_said():
    longest = max(PLAN.trips, key=lambda t: t.longest_ride_s)
    strict = replace(SNAPSHOT, rules=Rules(ride_limit_s=longest.longest_ride_s))
    last = (longest.legs[-1].arcs or ())[-1]  # of two streets that lead to the hospital
    before = longest.stops[-2].leave_s + longest.legs[-1].seconds - 90

    mended = mend(PLAN, strict, TOWN, shut(last), now_s=before, node_of=NODE_OF)

    (late,) = [r for r in mended.plan.reasons if r.code == "late"]
    new = next(t for t in mended.plan.trips if t.id == longest.id)
    assert new.longest_ride_s == longest.longest_ride_s + 120  # around a block
    assert "the limit is" in late.tell()
    assert mended.again == ()


def test_a_drivers_way_around_begins_where_the_bus_can_turn_off():
    ahead = sorted(arcs_after(PLAN, NOW))
    closures = shut(*ahead[:3])
    ways = Ways.of(TOWN, open_arcs(TOWN, closures))

    found = detours(PLAN, TOWN, ways, closures, now_s=NOW, node_of=NODE_OF)

    assert len(found) == len(hits(PLAN.trips, closures, now_s=NOW, network=TOWN))
    for detour in found:
        assert detour.arcs is not None
        assert not set(detour.arcs) & set(ahead[:3])
        assert TOWN.tail[detour.arcs[0]] == detour.from_node
        assert TOWN.head[detour.arcs[-1]] == detour.to_node


def test_the_same_seed_mends_the_same_way_byte_for_byte():
    ahead = sorted(arcs_after(PLAN, NOW))

    one, two = (
        mend(PLAN, SNAPSHOT, TOWN, shut(*ahead[:4]), now_s=NOW, node_of=NODE_OF, seed=3)
        for _ in range(2)
    )

    assert repr(one.plan) == repr(two.plan)


@settings(max_examples=60)
@given(st.sets(st.integers(0, TOWN.n_arcs - 1), min_size=1, max_size=25))
def test_whatever_is_shut_nobody_drives_on_it_and_nobody_is_lost(arcs):
    closures = shut(*arcs)

    mended = mend(PLAN, SNAPSHOT, TOWN, closures, now_s=NOW, node_of=NODE_OF, iterations=20)

    keeps_its_word(PLAN, mended, TOWN, closures)


@pytest.mark.search
@pytest.mark.slow
@settings(max_examples=1_000, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32 - 1))
def test_of_a_thousand_closures_no_published_leg_uses_a_closed_arc(real_night, seed):
    network, plan, snapshot, node_of = real_night
    dice = np.random.default_rng(seed)
    ahead = sorted(arcs_after(plan, NOW))
    arcs = {*dice.choice(ahead, 3).tolist(), *dice.choice(network.n_arcs, 50).tolist()}
    closures = shut(*arcs)

    mended = mend(plan, snapshot, network, closures, now_s=NOW, node_of=node_of, iterations=5)

    keeps_its_word(plan, mended, network, closures)


@pytest.fixture(scope="module")
def real_night(baltimore):
    dice = np.random.default_rng(2020)
    nodes = dice.choice(baltimore.joined, 14, replace=False).tolist()
    return baltimore, *night(baltimore, nodes, buses=4)

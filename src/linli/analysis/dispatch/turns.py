"""Which vehicle takes which trip, one after the other, and where is it cleaned between them?

The longest trips go first, each to the vehicle that would have its passengers there soonest. A
vehicle that carried another category is cleaned before it boards anybody. Crews are planned upon
this; they may move a trip to another vehicle of the same size.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from linli.analysis.dispatch.refusals import eligible
from linli.analysis.dispatch.rounds import Kind, Order, capacity, loads
from linli.analysis.dispatch.snapshot import Category, Snapshot
from linli.analysis.dispatch.timetable import Start, timed
from linli.analysis.dispatch.trips import Placed, Reason, StopKind, Trip, Unserved
from linli.errors import N_

NO_TURN = N_(
    "No vehicle that is large enough is free early enough to take {lot} to {facility}. "
    "Send {more} more vehicle, extend a duty or widen a window."
)


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a vehicle stands after its last trip, and whom it carried."""

    place: int
    free_s: int
    carried: Category | None
    trips: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A trip that is to be made by somebody."""

    kind: Kind
    order: Order


def at_the_yard(snapshot: Snapshot) -> list[Turn]:
    """Every vehicle where it begins."""
    found = []
    for vehicle in snapshot.vehicles:
        yard = snapshot.depots[vehicle.depot]
        begins = max(vehicle.duty.from_s, yard.open.from_s)
        found.append(Turn(yard.place, begins, vehicle.last_carried))
    return found


def take_turns(
    snapshot: Snapshot, placed: Sequence[Placed], wanted: Sequence[Wanted], begin: Sequence[Turn]
) -> tuple[tuple[Trip, ...], tuple[Unserved, ...]]:
    """Give every trip a vehicle and its times; what no vehicle can make is named, with why."""
    turns = list(begin)
    trips: list[Trip] = []
    left: list[Unserved] = []
    for want in sorted(wanted, key=lambda w: _urgency(snapshot, placed, w)):
        best = _soonest(snapshot, placed, want, turns, f"T{len(trips) + 1}")
        if best is None:
            left += _left(snapshot, placed, want)
            continue
        trips.append(best)
        done = best.stops[-1]
        count = turns[best.vehicle].trips + 1
        turns[best.vehicle] = Turn(done.place, done.leave_s, want.kind.category, count)
    return tuple(trips), tuple(left)


def _urgency(
    snapshot: Snapshot, placed: Sequence[Placed], want: Wanted
) -> tuple[int, int, tuple[tuple[int, int], ...]]:
    """Higher priority first, then the longest; the last part only makes the order total."""
    lots = [snapshot.lots[placed[p.placed].lot] for p in want.order]
    ways = [lot.place for lot in lots] + [snapshot.facilities[want.kind.facility].place]
    driven = sum(snapshot.travel.seconds_between(a, b) or 0 for a, b in itertools.pairwise(ways))
    return (
        -max(lot.priority for lot in lots), -driven, tuple((p.placed, p.count) for p in want.order)
    )  # fmt: skip


def _soonest(
    snapshot: Snapshot, placed: Sequence[Placed], want: Wanted, turns: Sequence[Turn], name: str
) -> Trip | None:
    rows = [loads(snapshot, placed, p) for p in want.order]
    need = [sum(row) for row in zip(*rows, strict=True)]
    best: Trip | None = None
    tried: set[tuple[object, ...]] = set()
    for n in eligible(snapshot, snapshot.lots[placed[want.order[0].placed].lot]):
        vehicle, turn = snapshot.vehicles[n], turns[n]
        room = capacity(snapshot, vehicle)
        alike = (turn, room, vehicle.duty, vehicle.most_trips, vehicle.passes)
        if alike in tried or turn.trips >= vehicle.most_trips:
            continue
        tried.add(alike)  # a vehicle like one that was tried would do no better
        if any(a > b for a, b in zip(need, room, strict=True)):
            continue
        trip = timed(
            snapshot, placed, want.order, start=_start(snapshot, turn, want.kind.category),
            vehicle=n, name=name, to=(want.kind.facility, want.kind.category),
        )  # fmt: skip
        if trip is not None and (best is None or trip.arrive_s < best.arrive_s):
            best = trip
    return best


def _start(snapshot: Snapshot, turn: Turn, category: Category) -> Start:
    mixed = turn.carried is not None and turn.carried is not category
    if mixed:
        return Start(turn.place, turn.free_s + snapshot.rules.cleaning_s, StopKind.CLEANING)
    return Start(turn.place, turn.free_s, StopKind.YARD if turn.trips == 0 else StopKind.HAND_OVER)


def _left(snapshot: Snapshot, placed: Sequence[Placed], want: Wanted) -> list[Unserved]:
    host = snapshot.facilities[want.kind.facility].id
    found = []
    for party in want.order:
        lot = placed[party.placed].lot
        reason = Reason.of("no_turn", NO_TURN, lot=snapshot.lots[lot].id, facility=host, more=1)
        found.append(Unserved(lot, party.count, reason))
    return found

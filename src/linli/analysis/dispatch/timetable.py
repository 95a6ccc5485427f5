"""When is a vehicle where? A trip's stops in order, timed by the second, every rule checked."""

from collections.abc import Sequence
from dataclasses import dataclass

from linli.analysis.dispatch.snapshot import Category, Lot, Need, Rules, Snapshot, Travel
from linli.analysis.dispatch.trips import Leg, Party, Placed, Stop, StopKind, Trip

LOAD_NAMES = ("seats", "stretchers", "wheelchairs")
ON_BOARD = frozenset({Need.OXYGEN, Need.LIFE_SUPPORT})  # what a vehicle must carry for somebody


@dataclass(frozen=True, slots=True)
class Start:
    """Where and from when a vehicle is free to begin a trip, and who is already on board."""

    place: int
    from_s: int
    kind: StopKind = StopKind.YARD
    on_board: tuple[Party, ...] = ()
    ridden_s: int = 0  # the longest that anybody on board has been riding


def load_of(lot: Lot, count: int) -> tuple[int, int, int]:
    """What some persons of a lot take up: seats, stretchers, wheelchair places."""
    if Need.STRETCHER in lot.needs:
        return (0, count, 0)
    if Need.WHEELCHAIR in lot.needs:
        return (0, 0, count)
    return (count, 0, 0)


def ride_limit_s(snapshot: Snapshot, lot: Lot) -> int:
    """How long these may be on board; less where travel times are estimates."""
    limit = snapshot.rules.ride_limit_s if lot.ride_limit_s is None else lot.ride_limit_s
    return int(limit * snapshot.rules.estimate_share) if snapshot.travel.estimate else limit


def boarding_s(rules: Rules, count: int, *, stopping: bool = True) -> int:
    """How long so many take to board; without ``stopping`` the vehicle stands there already."""
    return rules.stopping_s * stopping + rules.boarding_s * count


def timed(
    snapshot: Snapshot,
    placed: Sequence[Placed],
    parties: Sequence[Party],
    *,
    start: Start,
    vehicle: int,
    name: str,
    to: tuple[int, Category],
    limits: bool = True,
) -> Trip | None:
    """A trip that picks parties up in this order and hands all over; None where it cannot be kept.

    It leaves as late as it can without arriving later, so nobody sits on board while a bus waits
    for a window. A trip over a masked way, outside a window or beyond a ride limit is None; without
    ``limits`` a ride may be longer.
    """
    trip = _once(snapshot, placed, parties, start, vehicle, name, to, 0)
    if trip is None:
        return None
    wait = sum(stop.begin_s - stop.arrive_s for stop in trip.stops[2:])
    if wait and not start.on_board:
        later = _once(snapshot, placed, parties, start, vehicle, name, to, wait)
        if later is not None and later.arrive_s == trip.arrive_s:
            trip = later
    return trip if not limits or _rides_are_kept(snapshot, placed, trip, start) else None


def _once(
    snapshot: Snapshot, placed: Sequence[Placed], parties: Sequence[Party], start: Start,
    vehicle: int, name: str, to: tuple[int, Category], delay_s: int,
) -> Trip | None:  # fmt: skip
    facility, category = to
    duty = snapshot.vehicles[vehicle].duty
    travel = snapshot.travel_of(snapshot.vehicles[vehicle])
    clock = max(start.from_s, duty.from_s)
    stops = [Stop(start.kind, start.place, clock, clock, clock)]
    legs: list[Leg] = []
    riding = list(start.on_board)
    for group in _by_place(snapshot, placed, parties):
        lots = [snapshot.lots[placed[p.placed].lot] for p in group]
        moved = _moved(travel, stops[-1], lots[0].place, legs)
        if moved is None:
            return None
        begin = max(moved, *(lot.ready.from_s for lot in lots))
        begin += delay_s if len(stops) == 1 else 0
        if begin > min(lot.ready.until_s for lot in lots):
            return None
        leave = begin + boarding_s(snapshot.rules, sum(p.count for p in group))
        stops.append(Stop(StopKind.PICK_UP, lots[0].place, moved, begin, leave, tuple(group)))
        riding += group
    host = snapshot.facilities[facility]
    arrive = _moved(travel, stops[-1], host.place, legs)
    if arrive is None:
        return None
    begin = max(arrive, host.takes.from_s)
    leave = begin + host.unloading_s * sum(p.count for p in riding)
    if begin > host.takes.until_s or leave > duty.until_s:
        return None
    stops.append(
        Stop(StopKind.HAND_OVER, host.place, arrive, begin, leave, leaves=tuple(riding))
    )  # fmt: skip
    loads = [load_of(snapshot.lots[placed[p.placed].lot], p.count) for p in riding]
    return Trip(
        id=name, vehicle=vehicle, stops=tuple(stops), legs=tuple(legs), category=category,
        facility=facility, load=tuple(map(sum, zip(*loads, strict=True))),
        longest_ride_s=_longest_ride_s(stops, start),
    )  # fmt: skip


def _by_place(
    snapshot: Snapshot, placed: Sequence[Placed], parties: Sequence[Party]
) -> list[list[Party]]:
    """Parties that follow each other at one place board at one stop."""
    groups: list[dict[int, int]] = []
    at: dict[int, int] = {}
    before = None
    for party in parties:
        place = snapshot.lots[placed[party.placed].lot].place
        if place != before:
            at = {}
            groups.append(at)
        at[party.placed] = at.get(party.placed, 0) + party.count
        before = place
    return [[Party(placed, count) for placed, count in at.items()] for at in groups]


def _moved(travel: Travel, stop: Stop, place: int, legs: list[Leg]) -> int | None:
    seconds = travel.seconds_between(stop.place, place)
    metres = travel.metres_between(stop.place, place)
    if seconds is None or metres is None:
        return None
    legs.append(Leg(stop.leave_s, stop.leave_s + seconds, metres))
    return stop.leave_s + seconds


def _longest_ride_s(stops: Sequence[Stop], start: Start) -> int:
    """From the end of the first boarding until arrival; longer for who was on board before."""
    arrive = stops[-1].begin_s
    if start.on_board:
        return arrive - stops[0].leave_s + start.ridden_s
    return arrive - stops[1].leave_s if len(stops) > 2 else 0


def _rides_are_kept(
    snapshot: Snapshot, placed: Sequence[Placed], trip: Trip, start: Start
) -> bool:  # fmt: skip
    arrive = trip.stops[-1].begin_s
    rides = [(p, arrive - stop.leave_s) for stop in trip.stops for p in stop.boards]
    rides += [(p, arrive - trip.stops[0].leave_s + start.ridden_s) for p in start.on_board]
    return all(
        ride <= ride_limit_s(snapshot, snapshot.lots[placed[p.placed].lot]) for p, ride in rides
    )

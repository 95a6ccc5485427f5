"""What can be seen before any search to be impossible, and which rules clash there?

Each answer names the group, the value seen, the rule it breaks and what would help. What is not
refused here can travel alone, by a vehicle of its own: so nothing later fails for these reasons.
"""

from collections.abc import Sequence

from linli.analysis.dispatch.snapshot import Facility, Lot, Snapshot, Vehicle
from linli.analysis.dispatch.timetable import ON_BOARD, boarding_s, load_of, ride_limit_s
from linli.analysis.dispatch.trips import Placed, Reason
from linli.errors import N_

NO_VEHICLE = N_(
    "No vehicle may carry {lot}: category {category}, on board {needs}. "
    "Add a vehicle that may, or fit one out."
)
NO_ROOM = N_(
    "No vehicle has a place for one person of {lot} with an escort at the ratio of this severity. "
    "Add a vehicle with the places it needs."
)
NO_WAY_THERE = N_(
    "No yard has an open road to {lot}. Open a road for these vehicles, or send one from elsewhere."
)
NO_WAY_ON = N_(
    "No open road leads from {lot} to {facility}. Place them elsewhere, or have a road opened."
)
RIDE_TOO_LONG = N_(
    "From {lot} to {facility} is {minutes} minutes without a stop, and the limit on board is "
    "{limit} minutes. Place them nearer, or raise the limit for them."
)
TOO_LATE_TO_BOARD = N_(
    "The first vehicle can be at {lot} after {reached} minutes, and boarding there must begin "
    "within {until}. Widen the window, or send a vehicle earlier."
)
TOO_LATE_TO_ARRIVE = N_(
    "{lot} can be at {facility} after {arrive} minutes at the earliest, and arrivals there are "
    "taken until {until}. Widen one of the two, or place them elsewhere."
)
OFF_DUTY = N_(
    "{lot} can be handed over at {facility} after {arrive} minutes at the earliest, and no vehicle "
    "is on duty so long. Extend a duty, or place them nearer."
)


def eligible(snapshot: Snapshot, lot: Lot) -> list[int]:
    """The vehicles that may carry a lot at all, one person of it at least."""
    return [n for n, vehicle in enumerate(snapshot.vehicles) if _may(vehicle, lot)]


def most_on_board(snapshot: Snapshot, vehicle: Vehicle, lot: Lot) -> int:
    """How many of a lot fit in a vehicle, with the escorts that they need."""
    room = zip((vehicle.seats, vehicle.stretchers, vehicle.wheelchairs), load_of(lot, 1),
               strict=True)  # fmt: skip
    by_room = min(have // each for have, each in room if each)
    return min(
        by_room, vehicle.escort_seats * dict(snapshot.rules.persons_per_escort)[lot.severity]
    )


def refusal(snapshot: Snapshot, it: Placed) -> Reason | None:
    """Why these cannot be taken where they were placed, whatever the order; None where they can."""
    lot, host = snapshot.lots[it.lot], snapshot.facilities[it.facility]
    vehicles = eligible(snapshot, lot)
    if not vehicles:
        return Reason.of("no_vehicle", NO_VEHICLE, lot=lot.id, category=str(lot.category),
                         needs=", ".join(sorted(lot.needs)) or "-")  # fmt: skip
    with_room = [n for n in vehicles if most_on_board(snapshot, snapshot.vehicles[n], lot)]
    if not with_room:
        return Reason.of("no_room", NO_ROOM, lot=lot.id)
    there = [n for n in with_room if _reached_s(snapshot, lot, [n])]
    if not there:
        return Reason.of("no_way_there", NO_WAY_THERE, lot=lot.id)
    rides = {
        n: ride for n in there
        if (ride := _ride_s(snapshot, snapshot.vehicles[n], lot, host)) is not None
    }  # fmt: skip
    if not rides:
        return Reason.of("no_way_on", NO_WAY_ON, lot=lot.id, facility=host.id)
    ride = min(rides.values())
    quickest = [n for n, seconds in rides.items() if seconds == ride]
    return _on_the_way(snapshot, lot, host, _reached_s(snapshot, lot, quickest), ride)


def _on_the_way(
    snapshot: Snapshot, lot: Lot, host: Facility, reached: Sequence[tuple[int, int]], ride: int
) -> Reason | None:
    limit = ride_limit_s(snapshot, lot)
    if ride > limit:
        return Reason.of("ride_too_long", RIDE_TOO_LONG, lot=lot.id, facility=host.id,
                         minutes=_minutes(ride), limit=limit // 60)  # fmt: skip
    first = min(at for at, _ in reached)
    if first > lot.ready.until_s:
        return Reason.of("too_late_to_board", TOO_LATE_TO_BOARD, lot=lot.id,
                         reached=_minutes(first), until=lot.ready.until_s // 60)  # fmt: skip
    least = boarding_s(snapshot.rules, 1) + ride
    arrive = max(first, lot.ready.from_s) + least
    if arrive > host.takes.until_s:
        return Reason.of("too_late_to_arrive", TOO_LATE_TO_ARRIVE, lot=lot.id, facility=host.id,
                         arrive=_minutes(arrive), until=host.takes.until_s // 60)  # fmt: skip
    over = [
        max(max(at, lot.ready.from_s) + least, host.takes.from_s) + host.unloading_s <= until
        for at, until in reached
        if at <= lot.ready.until_s
    ]
    if not any(over):
        return Reason.of("off_duty", OFF_DUTY, lot=lot.id, facility=host.id,
                         arrive=_minutes(arrive))  # fmt: skip
    return None


def _reached_s(snapshot: Snapshot, lot: Lot, vehicles: Sequence[int]) -> list[tuple[int, int]]:
    """When each vehicle that has a way can be there, and until when it is on duty."""
    found = set()
    for n in vehicles:
        vehicle = snapshot.vehicles[n]
        yard = snapshot.depots[vehicle.depot]
        way = snapshot.travel_of(vehicle).seconds_between(yard.place, lot.place)
        if way is not None:
            at = max(vehicle.duty.from_s, yard.open.from_s) + way
            found.add((at, vehicle.duty.until_s))
    return sorted(found)


def _ride_s(snapshot: Snapshot, vehicle: Vehicle, lot: Lot, host: Facility) -> int | None:
    return snapshot.travel_of(vehicle).seconds_between(lot.place, host.place)


def _may(vehicle: Vehicle, lot: Lot) -> bool:
    return lot.category in vehicle.carries and lot.needs & ON_BOARD <= vehicle.equipment


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)

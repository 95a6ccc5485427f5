"""How good can a plan be at best? Bounds that no plan of the same snapshot can pass."""

from collections.abc import Sequence

from linli.analysis.dispatch.refusals import eligible
from linli.analysis.dispatch.rounds import capacity, kinds, loads
from linli.analysis.dispatch.snapshot import Snapshot
from linli.analysis.dispatch.timetable import boarding_s
from linli.analysis.dispatch.trips import Party, Placed, Worth


def trips_at_least(snapshot: Snapshot, placed: Sequence[Placed], able: Sequence[int]) -> int:
    """How many trips the loads alone require, were every trip made by the largest vehicle."""
    return sum(n for n, _ in _kinds(snapshot, placed, able))


def bound(
    snapshot: Snapshot, placed: Sequence[Placed], able: Sequence[int], *, refused: int
) -> Worth:
    """A worth that no plan can be better than, each part taken alone."""
    arrivals, rides = [0], [0]
    for n in able:
        lot, host = snapshot.lots[placed[n].lot], snapshot.facilities[placed[n].facility]
        ride = snapshot.travel.seconds_between(lot.place, host.place) or 0
        there = _soonest_there_s(snapshot, placed[n])
        begin = max(there, lot.ready.from_s)
        arrivals.append(begin + boarding_s(snapshot.rules, 1) + ride)
        rides.append(ride)
    return Worth(
        unserved=refused,
        last_arrival_s=max(arrivals),
        longest_ride_s=max(rides),
        driving_s=sum(trips * ride for trips, ride in _kinds(snapshot, placed, able)),
    )


def _soonest_there_s(snapshot: Snapshot, it: Placed) -> int:
    lot = snapshot.lots[it.lot]
    found = []
    for n in eligible(snapshot, lot):
        vehicle = snapshot.vehicles[n]
        yard = snapshot.depots[vehicle.depot]
        way = snapshot.travel.seconds_between(yard.place, lot.place)
        if way is not None:
            found.append(max(vehicle.duty.from_s, yard.open.from_s) + way)
    return min(found, default=0)


def _kinds(
    snapshot: Snapshot, placed: Sequence[Placed], able: Sequence[int]
) -> list[tuple[int, int]]:
    """Of each kind: how many trips at least, and the shortest way to its facility."""
    found = []
    some = [placed[n] for n in able]
    for kind, which in kinds(snapshot, some).items():
        rows = [loads(snapshot, some, Party(n, some[n].count)) for n in which]
        lots = [snapshot.lots[some[n].lot] for n in which]
        room = [capacity(snapshot, snapshot.vehicles[v]) for v in eligible(snapshot, lots[0])]
        most = [max(column) for column in zip(*room, strict=True)]
        need = [sum(column) for column in zip(*rows, strict=True)]
        trips = max(-(-n // m) for n, m in zip(need, most, strict=True) if m)
        to = snapshot.facilities[kind.facility].place
        ways = [snapshot.travel.seconds_between(lot.place, to) or 0 for lot in lots]
        found.append((trips, min(ways)))
    return found

"""A road is shut while vehicles are under way: who turns where, and is another order worth it?

At once: which legs are hit, and each driver's way around (`detours`). Then, with everything done
or on board frozen, the rest is timed again in its old order and searched in a new one (`mend`). The
old order stays unless it breaks a rule or the new one is better by minutes: drivers are not sent
about for seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from linli.analysis.dispatch.mending import Loose, Rest, in_order, reordered
from linli.analysis.dispatch.roads.closures import Closure, open_arcs
from linli.analysis.dispatch.roads.network import Network
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.runs import with_paths, worth_of
from linli.analysis.dispatch.snapshot import (
    Category,
    Place,
    Snapshot,
    Travel,
    Vehicle,
    Window,
)
from linli.analysis.dispatch.standing import Hit, Standing, hits, joined, standing
from linli.analysis.dispatch.timetable import Start, ride_limit_s
from linli.analysis.dispatch.trips import Party, Plan, Reason, StopKind, Trip, Unserved, Worth
from linli.errors import N_, BadInput

LEAST_GAIN_S = 300  # assumed: below five minutes nobody is re-ordered
CUT_OFF = N_(
    "No open road leads {vehicle} on to {facility} within the rules. It stops where it is safe; "
    "place its {count} passengers elsewhere, or have a road opened."
)
NOT_FETCHED = N_(
    "{lot} can no longer be fetched for {facility} within the rules: a road is shut. Place them "
    "elsewhere, send another vehicle, or have a road opened."
)
KEPT = N_("The order of stops is kept: another would gain {gain} s, less than {least} s.")
CHANGED = N_("The order of stops is changed: the last arrive {gain} s earlier.")
NEEDED = N_("The order of stops is changed: with the old one {count} persons would be left.")
LATE = N_(
    "With {vehicle} somebody rides {ride} minutes, and the limit is {limit}: no shorter way is "
    "left. Tell the ward, or place them nearer."
)
UNTOUCHED = N_("No vehicle is to drive where it is closed. Nothing changes.")


@dataclass(frozen=True, slots=True)
class Detour:
    """A driver's new way on one leg; without arcs there is none, and the vehicle stops."""

    trip: int
    leg: int
    from_node: int
    to_node: int
    arcs: tuple[int, ...] | None


@dataclass(frozen=True, eq=False)
class Mended:
    """The plan as it goes on, what was hit, and why the order was kept or not."""

    plan: Plan
    snapshot: Snapshot  # with a place for each vehicle that was on the road
    node_of: Mapping[int, int]
    hit: tuple[Hit, ...]
    changed: tuple[int, ...]  # trips whose order of stops is another
    again: tuple[Unserved, ...]  # to be placed again: on board without a way, or not fetched
    gain_s: int


def detours(
    plan: Plan, network: Network, ways: Ways, closures: Sequence[Closure], *, now_s: int,
    node_of: Mapping[int, int],
) -> list[Detour]:  # fmt: skip
    """The way around for every leg that is hit, from where its vehicle can turn off.

    ``ways`` are the roads as they are now. Nothing is re-ordered: drivers need it at once.
    """
    shut = frozenset(arc for c in closures for arc in c.arcs)
    wanted = []
    for hit in hits(plan.trips, closures, now_s=now_s, network=network):
        trip = plan.trips[hit.trip]
        stands = standing(trip, hit.trip, now_s=now_s, network=network, shut=shut, places=node_of)
        begun = stands is not None and stands.node is not None
        moving = begun and trip.legs[hit.leg].depart_s <= now_s
        at = stands.node if stands is not None and moving else node_of[trip.stops[hit.leg].place]
        wanted.append((hit, at or 0, node_of[trip.stops[hit.leg + 1].place]))
    pairs = sorted({(a, b) for _, a, b in wanted})
    longest = max((leg.seconds for trip in plan.trips for leg in trip.legs), default=0)
    found = ways.paths(pairs, within_s=2 * longest)  # near ones first: that is quick
    far = [pair for pair in pairs if found[pair] is None]
    found |= ways.paths(far) if far else {}
    return [Detour(hit.trip, hit.leg, a, b, found[a, b]) for hit, a, b in wanted]


def mend(
    plan: Plan, snapshot: Snapshot, network: Network, closures: Sequence[Closure], *, now_s: int,
    node_of: Mapping[int, int], seed: int = 0, iterations: int = 200,
    least_gain_s: int = LEAST_GAIN_S,
) -> Mended:  # fmt: skip
    """Plan the rest again around what is closed.

    Parameters
    ----------
    closures
        All that are in force, the new ones among them.
    node_of
        The network's node of each place.
    """
    hit = hits(plan.trips, closures, now_s=now_s, network=network, vehicles=snapshot.vehicles)
    if not hit:
        kept = replace(plan, reasons=(*plan.reasons, Reason.of("untouched", UNTOUCHED)))
        return Mended(kept, snapshot, node_of, (), (), (), 0)
    ways, own = _ways_now(plan, snapshot, network, closures, now_s)
    stands = {
        n: found
        for n, trip in enumerate(plan.trips)
        if (found := standing(trip, n, now_s=now_s, network=network,
                              shut=_shut_to(snapshot.vehicles[trip.vehicle], closures),
                              places=node_of))
    }  # fmt: skip
    now, node_of, at = _snapshot_now(plan, snapshot, network, ways, own, stands, node_of)
    loose = _loosened(plan, stands, {h.trip for h in hit}, at)
    old = in_order(now, plan, loose)
    new = reordered(now, plan, loose, seed=seed, iterations=iterations)
    rest, changed, why, gain = _chosen(loose, old, new, least_gain_s)
    whole = with_paths(
        _whole(plan, loose, rest), node_of, lambda n: own.get(now.vehicles[n].passes, ways)
    )
    left = _reasons(now, plan, loose, rest)
    unserved = (*plan.unserved, *left)
    mended = replace(
        plan, trips=whole, unserved=unserved, worth=worth_of(whole, unserved), roads_id=ways.id,
        reasons=(*plan.reasons, why, *_late(now, plan, rest.trips)), seed=seed,
    )  # fmt: skip
    return Mended(mended, now, node_of, tuple(hit), changed, tuple(left), gain)


def _whole(plan: Plan, loose: Mapping[int, Loose], rest: Rest) -> list[Trip]:
    """All trips: those untouched as they were, the others with what is done at their head."""
    found = []
    for n, trip in enumerate(plan.trips):
        if n not in loose:
            found.append(trip)
        elif n in rest.trips:
            found.append(
                joined(trip, loose[n].stands, rest.trips[n], place=loose[n].start.place)
            )  # fmt: skip
        elif (head := _stopped(trip, loose[n])) is not None:
            found.append(head)
    return found + [trip for n, trip in sorted(rest.trips.items()) if n >= len(plan.trips)]


def _ahead(plan: Plan, snapshot: Snapshot, now_s: int) -> Window:
    duties = [snapshot.vehicles[trip.vehicle].duty.until_s for trip in plan.trips]
    return Window(now_s, max([now_s, *duties]))


def _shut_to(vehicle: Vehicle, closures: Sequence[Closure]) -> frozenset[int]:
    return frozenset(arc for c in closures if c.stops(vehicle.passes) for arc in c.arcs)


def _ways_now(
    plan: Plan, snapshot: Snapshot, network: Network, closures: Sequence[Closure], now_s: int
) -> tuple[Ways, dict[frozenset[str], Ways]]:
    """The roads open to any vehicle from now on, and those of each permit where they differ."""
    held = sorted({vehicle.passes for vehicle in snapshot.vehicles}, key=sorted)
    ahead = _ahead(plan, snapshot, now_s)
    is_open = {p: open_arcs(network, closures, passes=p, during=ahead) for p in held}
    whole = Ways.of(network, np.logical_or.reduce(list(is_open.values())))
    if all(np.array_equal(arcs, whole.is_open) for arcs in is_open.values()):
        return whole, {}
    return whole, {p: Ways.of(network, arcs) for p, arcs in is_open.items()}


def _snapshot_now(
    plan: Plan, snapshot: Snapshot, network: Network, ways: Ways,
    own: Mapping[frozenset[str], Ways], stands: Mapping[int, Standing], node_of: Mapping[int, int],
) -> tuple[Snapshot, dict[int, int], dict[int, int]]:  # fmt: skip
    """The snapshot with a place for each vehicle on a road, and times between what is used."""
    places, nodes, at = list(snapshot.places), dict(node_of), {}
    for n, it in stands.items():
        at[n] = it.place
        if it.node is not None:
            at[n] = len(places)
            lon, lat = float(network.lon[it.node]), float(network.lat[it.node])
            places.append(Place(f"{plan.trips[n].id} on the road", lon, lat))
            nodes[at[n]] = it.node
    used = {stop.place for n in stands for stop in plan.trips[n].stops} | set(at.values())
    used |= {snapshot.depots[vehicle.depot].place for vehicle in snapshot.vehicles}
    rows = np.array(sorted(used))
    used_nodes = [nodes[int(n)] for n in rows]

    def travel(ways: Ways) -> Travel:
        part = ways.travel(used_nodes)
        shape = (len(places), len(places))
        seconds, metres = (np.ma.masked_all(shape, dtype=np.int32) for _ in range(2))
        seconds[np.ix_(rows, rows)] = part.seconds
        metres[np.ix_(rows, rows)] = part.metres
        return Travel(seconds, metres, ways.id)

    by_permit = {p: travel(one) for p, one in own.items()}
    now = replace(snapshot, places=tuple(places), travel=travel(ways), by_permit=by_permit)
    return now, nodes, at


def _loosened(
    plan: Plan, stands: Mapping[int, Standing], hit: set[int], at: Mapping[int, int]
) -> dict[int, Loose]:
    """The trips that are hit, and those that their vehicles make afterwards."""
    vehicles = {plan.trips[n].vehicle for n in hit}
    found = {}
    for n, it in stands.items():
        trip = plan.trips[n]
        late = trip.vehicle in vehicles and not it.begun
        if n not in hit and not late:
            continue
        kind = StopKind.ON_THE_ROAD if it.begun else trip.stops[0].kind
        start = Start(at[n], it.from_s, kind, it.on_board, it.ridden_s)
        found[n] = Loose(it, start, trip.vehicle, _to(trip))
    return found


def _to(trip: Trip) -> tuple[int, Category]:
    if trip.facility is None or trip.category is None:
        raise BadInput(
            N_("The trip {trip} carries goods. Plan its supply run again."), trip=trip.id
        )
    return trip.facility, trip.category


def _reasons(now: Snapshot, plan: Plan, loose: Mapping[int, Loose], rest: Rest) -> list[Unserved]:
    """Who is left, each with the reason and a way out."""
    found = []
    for n, parties in sorted(rest.left.items()):
        it = loose[n]
        host = now.facilities[it.to[0]].id
        riding = {p.placed for p in it.start.on_board}
        for p in parties:
            lot = plan.placed[p.placed].lot
            if n not in rest.trips and p.placed in riding:
                vehicle = now.vehicles[it.vehicle].id
                reason = Reason.of("cut_off", CUT_OFF, vehicle=vehicle, facility=host,
                                   count=sum(p.count for p in it.start.on_board))  # fmt: skip
            else:
                reason = Reason.of("not_fetched", NOT_FETCHED, lot=now.lots[lot].id, facility=host)
            found.append(Unserved(lot, p.count, reason))
    return found


def _late(now: Snapshot, plan: Plan, trips: Mapping[int, Trip]) -> list[Reason]:
    """Trips on which somebody rides longer than the limit, for want of a shorter way."""
    found = []
    for trip in trips.values():
        lots = [now.lots[plan.placed[p.placed].lot] for s in trip.stops for p in s.leaves]
        limit = min(ride_limit_s(now, lot) for lot in lots)
        if trip.longest_ride_s > limit:
            vehicle, ride = now.vehicles[trip.vehicle].id, -(-trip.longest_ride_s // 60)
            found.append(Reason.of("late", LATE, vehicle=vehicle, ride=ride, limit=limit // 60))
    return found


def _chosen(
    loose: Mapping[int, Loose], old: Rest, new: Rest | None, least_gain_s: int
) -> tuple[Rest, tuple[int, ...], Reason, int]:
    """The old order, unless the new one leaves fewer behind or is better by minutes."""
    were = _worth(old)
    if new is None:
        return old, (), Reason.of("kept", KEPT, gain=0, least=least_gain_s), 0
    are = _worth(new)
    gain = were.last_arrival_s - are.last_arrival_s
    changed = tuple(
        n for n, trip in sorted(new.trips.items())
        if n not in loose or _order(trip) != loose[n].stands.to_board
    )  # fmt: skip
    if are.unserved < were.unserved:
        count = were.unserved - are.unserved
        return new, changed, Reason.of("needed", NEEDED, count=count), gain
    if are.unserved == were.unserved and gain >= least_gain_s:
        return new, changed, Reason.of("changed", CHANGED, gain=gain), gain
    return old, (), Reason.of("kept", KEPT, gain=max(0, gain), least=least_gain_s), 0


def _worth(rest: Rest) -> Worth:
    worth = worth_of(list(rest.trips.values()), ())
    return replace(worth, unserved=sum(p.count for left in rest.left.values() for p in left))


def _order(trip: Trip) -> tuple[Party, ...]:
    return tuple(p for stop in trip.stops for p in stop.boards)


def _stopped(trip: Trip, it: Loose) -> Trip | None:
    """What a vehicle that cannot go on has done so far; None if it never left."""
    stands = it.stands
    if not stands.begun:
        return None
    head = (*stands.done_stops[:-1], replace(stands.done_stops[-1], place=it.start.place))
    return replace(trip, stops=head, legs=stands.done_legs)

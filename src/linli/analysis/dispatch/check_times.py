"""Can every vehicle be there then, on open roads, with nobody too long on board?"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from linli.analysis.dispatch.laws import Law, breach
from linli.analysis.dispatch.roads.closures import Closure
from linli.analysis.dispatch.snapshot import Crew, Snapshot, Vehicle
from linli.analysis.dispatch.trips import Leg, Plan, Reason, Stop, Trip
from linli.analysis.dispatch.words import moment
from linli.errors import N_


def time_breaches(plan: Plan, snapshot: Snapshot, closures: Sequence[Closure]) -> Iterator[Reason]:
    """Go through every trip's legs and stops."""
    for trip in plan.trips:
        if len(trip.legs) != len(trip.stops) - 1:
            yield breach(
                Law.TIMES,
                N_("{trip} has {stops} stops and {legs} ways between them. There is one way fewer "
                   "than stops."),
                trip=trip.id, stops=len(trip.stops), legs=len(trip.legs),
            )  # fmt: skip
            continue
        yield from _in_order(trip)
        yield from _driven(trip, snapshot)
        yield from _open(trip, snapshot, closures)
        yield from _within_duty(trip, snapshot)
        yield from _windows(trip, plan, snapshot)
        yield from _rides(trip, plan, snapshot)


def _in_order(trip: Trip) -> Iterator[Reason]:
    """A stop is reached, begun and left in this order, and each way joins its two stops in time."""
    text = N_("{trip}: the times of stop {n} are not in order. Correct them.")
    for n, stop in enumerate(trip.stops):
        if not stop.arrive_s <= stop.begin_s <= stop.leave_s:
            yield breach(Law.TIMES, text, trip=trip.id, n=n + 1)
    for n, ((a, b), leg) in enumerate(zip(pairwise(trip.stops), trip.legs, strict=True)):
        if leg.depart_s < a.leave_s or b.arrive_s < leg.arrive_s:
            yield breach(Law.TIMES, text, trip=trip.id, n=n + 2)


def _driven(trip: Trip, snapshot: Snapshot) -> Iterator[Reason]:
    """There is a way, and nobody drives it faster than it can be driven."""
    travel = snapshot.travel_of(snapshot.vehicles[trip.vehicle])
    for (a, b), leg in zip(pairwise(trip.stops), trip.legs, strict=True):
        if a.place == b.place:
            continue
        names = {"here": snapshot.places[a.place].id, "there": snapshot.places[b.place].id}
        needed = travel.seconds_between(a.place, b.place)
        if needed is None:
            yield breach(
                Law.ROADS,
                N_("{trip}: no open road leads from {here} to {there}. Find another way, or have "
                   "the road opened."),
                trip=trip.id, **names,
            )  # fmt: skip
        elif leg.seconds < needed:
            yield breach(
                Law.TIMES,
                N_("{trip}: {seconds} s from {here} to {there}, which takes {needed} s. Allow more "
                   "time."),
                trip=trip.id, seconds=leg.seconds, needed=needed, **names,
            )  # fmt: skip


def _open(trip: Trip, snapshot: Snapshot, closures: Sequence[Closure]) -> Iterator[Reason]:
    """No closed road at the time it is driven."""
    permits = snapshot.vehicles[trip.vehicle].passes
    for (a, b), leg in zip(pairwise(trip.stops), trip.legs, strict=True):
        for closure in closures:
            if closure.passes & permits or not _meets(leg, closure):
                continue
            yield breach(
                Law.ROADS,
                N_("{trip}: the way from {here} to {there} leads through {closure}, which is shut "
                   "then. Plan it again around it."),
                trip=trip.id, here=snapshot.places[a.place].id, there=snapshot.places[b.place].id,
                closure=closure.id,
            )  # fmt: skip


def _meets(leg: Leg, closure: Closure) -> bool:
    shut = closure.during
    at_that_time = leg.depart_s <= shut.until_s and shut.from_s <= leg.arrive_s
    return at_that_time and not closure.arcs.isdisjoint(leg.arcs or ())


def _within_duty(trip: Trip, snapshot: Snapshot) -> Iterator[Reason]:
    """Vehicle and crew are on duty from the start to the end of the trip."""
    rows: list[tuple[Law, Vehicle | Crew]] = [(Law.VEHICLE, snapshot.vehicles[trip.vehicle])]
    if trip.crew is not None:
        rows.append((Law.ESCORT, snapshot.crews[trip.crew]))
    for law, row in rows:
        begins, ends = trip.depart_s, trip.stops[-1].leave_s
        if begins < row.duty.from_s or ends > row.duty.until_s:
            yield breach(
                law,
                N_("{trip}: {who} is on duty from {begins} to {ends}, and the trip lasts from "
                   "{leaves} to {back}. Send somebody else, or move the trip."),
                trip=trip.id, who=row.id, begins=moment(row.duty.from_s),
                ends=moment(row.duty.until_s), leaves=moment(begins), back=moment(ends),
            )  # fmt: skip


def _windows(trip: Trip, plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """People are picked up when they are ready, and handed over when somebody receives."""
    for stop in trip.stops:
        windows = [
            (snapshot.lots[plan.placed[p.placed].lot].ready,
             snapshot.lots[plan.placed[p.placed].lot].id) for p in stop.boards
        ]  # fmt: skip
        for party in stop.leaves:
            facility = snapshot.facilities[plan.placed[party.placed].facility]
            windows.append((facility.takes, facility.id))
        for window, name in dict.fromkeys(windows):
            if not window.holds(stop.begin_s):
                yield breach(
                    Law.WINDOWS,
                    N_("{trip} begins at {at} at {who}, who can only from {begins} to {ends}. "
                       "Move the trip, or ask them."),
                    trip=trip.id, at=moment(stop.begin_s), who=name,
                    begins=moment(window.from_s), ends=moment(window.until_s),
                )  # fmt: skip


def _rides(trip: Trip, plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """Nobody is longer on board than their limit, from the end of boarding to the hand-over."""
    boarded: dict[int, Stop] = {}
    for stop in trip.stops:
        for party in stop.leaves:
            if party.placed not in boarded:
                continue  # told as a breach of its place
            lot = snapshot.lots[plan.placed[party.placed].lot]
            ride = stop.begin_s - boarded[party.placed].leave_s
            limit = _limit(lot.ride_limit_s, snapshot)
            if ride > limit:
                yield breach(
                    Law.RIDE,
                    N_("{trip}: {lot} would be on board for {ride} minutes, and {limit} are the "
                       "limit. Visit them later, or split the trip."),
                    trip=trip.id, lot=lot.id, ride=-(-ride // 60), limit=limit // 60,
                )  # fmt: skip
        for party in stop.boards:
            boarded.setdefault(party.placed, stop)


def _limit(own: int | None, snapshot: Snapshot) -> int:
    limit = snapshot.rules.ride_limit_s if own is None else own
    return int(limit * snapshot.rules.estimate_share) if snapshot.travel.estimate else limit

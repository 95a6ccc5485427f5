"""What does a trip ask of crews and vehicles, and when is it where, once it has both?

Every trip begins and ends at the yard, where a crew is changed and a vehicle is disinfected before
its next run, as the notice on transfers of 2020 asks (national health office, 2020 no. 76).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from linli.analysis.dispatch.crews import Job, Turn, Turns, escorts_needed
from linli.analysis.dispatch.snapshot import (
    Crew,
    Need,
    Severity,
    Snapshot,
    Travel,
    Vehicle,
    Window,
)
from linli.analysis.dispatch.trips import Leg, Placed, Plan, Reason, Stop, StopKind, Trip
from linli.analysis.dispatch.words import moment
from linli.errors import N_

ON_BOARD = frozenset({Need.OXYGEN, Need.LIFE_SUPPORT})


@dataclass(frozen=True)
class Round:
    """A trip from the yard and back, its times from its own departure, and what it asks for."""

    trip: Trip
    job: Job


def rounds(snapshot: Snapshot, plan: Plan) -> tuple[Round, ...]:
    """Every trip of a plan as a round from its vehicle's yard."""
    return tuple(round_of(snapshot, plan.placed, trip) for trip in plan.trips)


def retimed(snapshot: Snapshot, turned: Sequence[Round], turns: Turns) -> tuple[Trip, ...]:
    """The trips with the crews, vehicles and departures they were given, in order of departure."""
    by_trip = {t.trip: t for t in turns.turns}
    given = []
    for it in turned:
        turn = by_trip[it.trip.id]
        why = _why_then(snapshot, it.job, turn, turns)
        given.append(
            replace(
                _later(it.trip, turn.start_s),
                vehicle=turn.vehicle,
                crew=turn.crew,
                because=(*it.trip.because, why),
            )
        )
    return tuple(sorted(given, key=lambda t: (t.depart_s, t.id)))


def round_of(snapshot: Snapshot, placed: Sequence[Placed], trip: Trip) -> Round:
    """One trip as a round from its vehicle's yard, and what it asks for."""
    planned = snapshot.vehicles[trip.vehicle]
    there = _home(snapshot.travel_of(planned), snapshot.depots[planned.depot].place, trip)
    lots = [(snapshot.lots[placed[p.placed].lot], p.count) for s in trip.stops
            for p in s.boards]  # fmt: skip
    escorts = escorts_needed([(lot.severity, n) for lot, n in lots], snapshot.rules)
    needs = frozenset[Need]().union(*(lot.needs for lot, _ in lots)) & ON_BOARD
    vehicles = [n for n, v in enumerate(snapshot.vehicles)
                if _holds(v, snapshot.vehicles[trip.vehicle], trip, needs, escorts)]  # fmt: skip
    grades = frozenset(lot.severity for lot, _ in lots)
    most = max((snapshot.vehicles[n].escort_seats for n in vehicles), default=0)
    depot = snapshot.vehicles[trip.vehicle].depot
    crews = [n for n, c in enumerate(snapshot.crews)
             if c.depot == depot and escorts <= c.escorts <= most and _able(c, grades)]  # fmt: skip
    earliest, latest = _departure(snapshot, placed, there)
    job = Job(
        trip=trip.id,
        category=trip.category,
        arrive_s=there.arrive_s,
        whole_s=there.stops[-1].leave_s,
        vehicles=tuple(vehicles),
        crews=tuple(crews),
        earliest_s=earliest,
        latest_s=latest,
        persons=trip.persons,
        escorts=escorts,
        seats=trip.load[0] if trip.load else trip.persons,
    )
    return Round(there, job)


def _home(travel: Travel, yard: int, trip: Trip) -> Trip:
    """The trip as if it left the yard at the start, and with its way back."""
    first = trip.stops[1] if len(trip.stops) > 1 else trip.stops[0]
    out = travel.seconds_between(yard, first.place) or 0
    metres = travel.metres_between(yard, first.place) or 0
    shift = out - first.arrive_s
    begin = first.begin_s + shift
    # what was a wait for a window is none any more: the departure is chosen to fit
    shift -= first.begin_s - first.arrive_s
    begin = first.begin_s + shift
    stops = [Stop(StopKind.YARD, yard, 0, 0, 0)]
    legs = [Leg(0, out, metres, trip.legs[0].arcs if trip.stops[0].place == yard else None)]
    stops.append(replace(first, arrive_s=out, begin_s=begin, leave_s=first.leave_s + shift))
    stops += [_moved(s, shift) for s in trip.stops[2:]]
    legs += [replace(x, depart_s=x.depart_s + shift, arrive_s=x.arrive_s + shift)
             for x in trip.legs[1:]]  # fmt: skip
    back = travel.seconds_between(stops[-1].place, yard)
    if back is not None:
        left = stops[-1].leave_s
        far = travel.metres_between(stops[-1].place, yard) or 0
        legs.append(Leg(left, left + back, far))
        stops.append(Stop(StopKind.YARD, yard, left + back, left + back, left + back))
    return replace(trip, stops=tuple(stops), legs=tuple(legs))


def _departure(snapshot: Snapshot, placed: Sequence[Placed], trip: Trip) -> tuple[int, int | None]:
    """Between which moments it may leave, so that people are ready and somebody receives."""
    earliest, latest = 0, None
    for stop in trip.stops:
        windows: list[Window] = [snapshot.lots[placed[p.placed].lot].ready for p in stop.boards]
        windows += [snapshot.facilities[placed[p.placed].facility].takes for p in stop.leaves]
        for window in windows:
            earliest = max(earliest, window.from_s - stop.begin_s)
            until = window.until_s - stop.begin_s
            latest = until if latest is None else min(latest, until)
    return earliest, latest


def _holds(
    vehicle: Vehicle, planned: Vehicle, trip: Trip, needs: frozenset[Need], escorts: int
) -> bool:
    """Whether it could take the trip as well as the vehicle it was planned with."""
    room = (vehicle.seats, vehicle.stretchers, vehicle.wheelchairs)
    return (
        vehicle.depot == planned.depot
        and all(load <= most for load, most in zip(trip.load, room, strict=False))
        and trip.category in vehicle.carries
        and needs <= vehicle.equipment
        and vehicle.passes >= planned.passes
        and escorts <= vehicle.escort_seats
    )


def _able(crew: Crew, grades: frozenset[Severity]) -> bool:
    return crew.protected and grades <= crew.may_care_for


def _later(trip: Trip, by_s: int) -> Trip:
    stops = tuple(_moved(s, by_s) for s in trip.stops)
    legs = tuple(replace(x, depart_s=x.depart_s + by_s, arrive_s=x.arrive_s + by_s)
                 for x in trip.legs)  # fmt: skip
    return replace(trip, stops=stops, legs=legs)


def _moved(stop: Stop, by_s: int) -> Stop:
    return replace(stop, arrive_s=stop.arrive_s + by_s, begin_s=stop.begin_s + by_s,
                   leave_s=stop.leave_s + by_s)  # fmt: skip


def _why_then(snapshot: Snapshot, job: Job, turn: Turn, turns: Turns) -> Reason:
    """Why it does not leave earlier: for want of a crew, of a vehicle, or for a window."""
    names = {
        "vehicle": snapshot.vehicles[turn.vehicle].id,
        "crew": snapshot.crews[turn.crew].id,
        "at": moment(turn.start_s),
    }
    if turn.start_s == 0:
        return Reason.of("at_once", N_("{vehicle} with {crew} leaves at once."), **names)
    out = [t for t in turns.turns if t.start_s < turn.start_s <= t.end_s]
    if {t.crew for t in out} >= set(job.crews):
        text = N_("{vehicle} with {crew} leaves at {at}: until then all crews that may go are out.")
        return Reason.of("crews_out", text, **names)
    if {t.vehicle for t in out} >= set(job.vehicles):
        text = N_("{vehicle} with {crew} leaves at {at}: until then all vehicles that fit are out.")
        return Reason.of("vehicles_out", text, **names)
    if turn.start_s == job.earliest_s:
        text = N_("{vehicle} with {crew} leaves at {at}, so as to arrive when it is expected.")
        return Reason.of("expected", text, **names)
    text = N_("{vehicle} with {crew} leaves at {at}; the last passenger of the night is no later.")
    return Reason.of("no_hurry", text, **names)

"""Are the right people in the right vehicle, with seats, escorts and equipment?"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from linli.analysis.dispatch.laws import Law, breach
from linli.analysis.dispatch.snapshot import (
    Category,
    Crew,
    Lot,
    Need,
    Severity,
    Snapshot,
    Vehicle,
)
from linli.analysis.dispatch.trips import Plan, Reason, Stop, StopKind, Trip
from linli.analysis.dispatch.words import CATEGORIES, NEEDS, minutes, moment
from linli.errors import N_, Word

ON_BOARD = frozenset({Need.OXYGEN, Need.LIFE_SUPPORT})  # needs that a vehicle has to meet
PLACES = (Need.STRETCHER, Need.WHEELCHAIR)
ROOM = {
    None: Word(N_("seats")),
    Need.STRETCHER: Word(N_("stretchers")),
    Need.WHEELCHAIR: Word(N_("wheelchair places")),
}


def run_breaches(plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """Go through every trip, then through every vehicle's and crew's night."""
    for trip in plan.trips:
        if not _riders(trip, plan):
            continue
        yield from _seats(trip, plan, snapshot)
        yield from _one_category(trip, plan, snapshot)
        yield from _equipment(trip, plan, snapshot)
        yield from _escorts(trip, plan, snapshot)
        yield from _places(trip, plan, snapshot)
    yield from _one_trip_at_a_time(plan, snapshot)
    yield from _cleaned(plan, snapshot)


def _riders(trip: Trip, plan: Plan) -> list[tuple[int, int]]:
    """Lots that ride, and how many of each."""
    riders: dict[int, int] = defaultdict(int)
    for stop in trip.stops:
        for party in stop.leaves:
            riders[plan.placed[party.placed].lot] += party.count
    for stop in trip.stops:
        for party in stop.boards:
            riders.setdefault(plan.placed[party.placed].lot, party.count)
    return sorted(riders.items())


def _lots(trip: Trip, plan: Plan, snapshot: Snapshot) -> list[Lot]:
    return [snapshot.lots[n] for n, _ in _riders(trip, plan)]


def _seats(trip: Trip, plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """After every stop, everybody on board has the kind of place they need."""
    vehicle = snapshot.vehicles[trip.vehicle]
    room = {Need.STRETCHER: vehicle.stretchers, Need.WHEELCHAIR: vehicle.wheelchairs}
    aboard: dict[Need | None, int] = defaultdict(int)
    told = set()
    for stop in trip.stops:
        for sign, parties in ((-1, stop.leaves), (1, stop.boards)):
            for party in parties:
                lot = snapshot.lots[plan.placed[party.placed].lot]
                aboard[_place(lot)] += sign * party.count
        for kind, n in aboard.items():
            most = vehicle.seats if kind is None else room[kind]
            if n > most and kind not in told:
                told.add(kind)
                yield breach(
                    Law.SEATS,
                    N_("{trip}: {n} persons for {most} {places} of {vehicle}. Take {over} of them "
                       "on another trip."),
                    trip=trip.id, n=n, most=most, places=ROOM[kind], vehicle=vehicle.id,
                    over=n - most,
                )  # fmt: skip
    if trip.crew is not None and snapshot.crews[trip.crew].escorts > vehicle.escort_seats:
        yield breach(
            Law.SEATS,
            N_("{trip}: {n} escorts for {most} escort seats of {vehicle}. Send a smaller crew."),
            trip=trip.id, n=snapshot.crews[trip.crew].escorts, most=vehicle.escort_seats,
            vehicle=vehicle.id,
        )  # fmt: skip


def _place(lot: Lot) -> Need | None:
    """Which kind of place they take: a stretcher, a wheelchair place, or a seat."""
    return next((need for need in PLACES if need in lot.needs), None)


def _one_category(trip: Trip, plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """One category on board, which the vehicle may carry."""
    vehicle = snapshot.vehicles[trip.vehicle]
    aboard = sorted({lot.category for lot in _lots(trip, plan, snapshot)})
    if len(aboard) > 1:
        yield breach(
            Law.CATEGORY,
            N_("{trip} carries {categories} together. Categories are never mixed: plan one trip "
               "for each."),
            trip=trip.id, categories=tuple(CATEGORIES[c] for c in aboard),
        )  # fmt: skip
    for category in aboard:
        if category not in vehicle.carries:
            yield breach(
                Law.CATEGORY,
                N_("{trip}: {vehicle} may not carry {category}. Send a vehicle that may."),
                trip=trip.id, vehicle=vehicle.id, category=CATEGORIES[category],
            )  # fmt: skip


def _equipment(trip: Trip, plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """What passengers need on the way is on board."""
    vehicle = snapshot.vehicles[trip.vehicle]
    needed = frozenset[Need]().union(*(lot.needs for lot in _lots(trip, plan, snapshot)))
    lacking = sorted((needed & ON_BOARD) - vehicle.equipment)
    if lacking:
        yield breach(
            Law.EQUIPMENT,
            N_("{trip}: passengers need {needs} and {vehicle} has none. Send a vehicle that has."),
            trip=trip.id, needs=tuple(NEEDS[n] for n in lacking), vehicle=vehicle.id,
        )  # fmt: skip


def _escorts(trip: Trip, plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """A crew goes with them: enough, protected, and able to care for the severest."""
    riders = [(snapshot.lots[n].severity, count) for n, count in _riders(trip, plan)]
    needed = _needed(riders, snapshot)
    if trip.crew is None:
        yield breach(
            Law.ESCORT,
            N_("{trip} has no crew, and {n} escorts are needed. Send one, or do not let it leave."),
            trip=trip.id, n=needed,
        )  # fmt: skip
        return
    crew = snapshot.crews[trip.crew]
    if crew.escorts < needed:
        yield breach(
            Law.ESCORT,
            N_("{trip}: {n} escorts are needed for its passengers, and {crew} has {there}. Send a "
               "larger crew, or split the trip."),
            trip=trip.id, n=needed, crew=crew.id, there=crew.escorts,
        )  # fmt: skip
    if not crew.protected:
        yield breach(
            Law.ESCORT, N_("{trip}: {crew} has no protection. Give it to them before they board."),
            trip=trip.id, crew=crew.id,
        )  # fmt: skip
    if {severity for severity, _ in riders} - crew.may_care_for:
        yield breach(
            Law.ESCORT,
            N_("{trip}: {crew} may not care for passengers as ill as these. Send one who may."),
            trip=trip.id, crew=crew.id,
        )  # fmt: skip


def _needed(riders: list[tuple[Severity, int]], snapshot: Snapshot) -> int:
    share = dict(snapshot.rules.persons_per_escort)
    least = min(share.values(), default=1)
    # counted in whole parts of one escort, so that no fraction is rounded the wrong way
    parts = 1
    for n in share.values():
        parts *= n
    whole = sum(count * parts // share.get(severity, least) for severity, count in riders)
    return max(1, -(-whole // parts))


def _places(trip: Trip, plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """Each is picked up where they are and handed over where their bed is, in that order."""
    aboard: set[int] = set()
    for stop in trip.stops:
        for party in stop.boards:
            lot = snapshot.lots[plan.placed[party.placed].lot]
            aboard.add(party.placed)
            if stop.place != lot.place and stop.kind is not StopKind.ON_THE_ROAD:
                yield _wrong_place(trip, stop, lot.id, snapshot, lot.place)
        for party in stop.leaves:
            placed = plan.placed[party.placed]
            facility = snapshot.facilities[placed.facility]
            if stop.place != facility.place:
                yield _wrong_place(trip, stop, snapshot.lots[placed.lot].id, snapshot,
                                   facility.place)  # fmt: skip
            if party.placed not in aboard:
                yield breach(
                    Law.PLACE,
                    N_("{trip} hands over {lot} before it has picked them up. Turn the stops "
                       "round."),
                    trip=trip.id, lot=snapshot.lots[placed.lot].id,
                )  # fmt: skip


def _wrong_place(trip: Trip, stop: Stop, lot: str, snapshot: Snapshot, right: int) -> Reason:
    return breach(
        Law.PLACE,
        N_("{trip} stops at {place} for {lot}, who should be at {right} then. Correct the stop."),
        trip=trip.id, place=snapshot.places[stop.place].id, lot=lot,
        right=snapshot.places[right].id,
    )  # fmt: skip


def _one_trip_at_a_time(plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """No vehicle and no crew is on two trips at once, or where it cannot have come to be."""
    for law, name, rows in (
        (Law.VEHICLE, "vehicle", snapshot.vehicles),
        (Law.ESCORT, "crew", snapshot.crews),
    ):
        for number, trips in _turns(plan, name).items():
            yield from _from_the_yard(law, rows[number], trips[0], snapshot)
            for earlier, later in pairwise(trips):
                end = earlier.stops[-1]
                way = snapshot.travel_of(snapshot.vehicles[later.vehicle]).seconds_between(
                    end.place, later.stops[0].place
                )
                if way is None or later.depart_s < end.leave_s + way:
                    yield breach(
                        law,
                        N_("{trip}: {who} is on {other} until {until} and would leave at {begins} "
                           "from another place. Let it leave later, or send somebody else."),
                        trip=later.id, who=rows[number].id, other=earlier.id,
                        until=moment(end.leave_s), begins=moment(later.depart_s),
                    )  # fmt: skip


def _from_the_yard(
    law: Law, row: Vehicle | Crew, first: Trip, snapshot: Snapshot
) -> Iterator[Reason]:
    yard = snapshot.depots[row.depot]
    start = first.stops[0]
    if start.kind is not StopKind.ON_THE_ROAD and start.place != yard.place:
        yield breach(
            law,
            N_("{trip}: {who} stands at {yard} and cannot begin at {place}. Begin at the yard."),
            trip=first.id, who=row.id, yard=yard.id, place=snapshot.places[start.place].id,
        )  # fmt: skip


def _cleaned(plan: Plan, snapshot: Snapshot) -> Iterator[Reason]:
    """Between two categories, a vehicle is cleaned long enough."""
    for number, trips in _turns(plan, "vehicle").items():
        vehicle = snapshot.vehicles[number]
        carried: Category | None = vehicle.last_carried
        free_s = vehicle.duty.from_s
        for trip in trips:
            categories = {lot.category for lot in _lots(trip, plan, snapshot)}
            clean_s = trip.depart_s - free_s
            if carried and categories - {carried} and clean_s < snapshot.rules.cleaning_s:
                yield breach(
                    Law.CATEGORY,
                    N_("{vehicle} carried {before} and leaves on {trip} after {pause} minutes; "
                       "cleaning takes {needed}. Let it leave later."),
                    vehicle=vehicle.id, before=CATEGORIES[carried], trip=trip.id,
                    pause=minutes(clean_s),
                    needed=minutes(snapshot.rules.cleaning_s),
                )  # fmt: skip
            carried = min(categories) if categories else carried
            free_s = trip.stops[-1].leave_s


def _turns(plan: Plan, name: str) -> dict[int, list[Trip]]:
    turns: dict[int, list[Trip]] = defaultdict(list)
    for trip in sorted(plan.trips, key=lambda t: (t.depart_s, t.id)):
        number = getattr(trip, name)
        if number is not None:
            turns[number].append(trip)
    return turns

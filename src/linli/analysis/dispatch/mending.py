"""What can vehicles still do from where they are? The rest in its old order, or in a better one.

Whoever is on board is brought to the facility, even later than the limit where no way is left that
keeps it; that is said. Whoever was not yet fetched is fetched only within every rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from linli.analysis.dispatch.engines import vrp
from linli.analysis.dispatch.refusals import eligible
from linli.analysis.dispatch.rounds import Kind, capacity, kinds, loads
from linli.analysis.dispatch.snapshot import Category, Snapshot, Window
from linli.analysis.dispatch.standing import Standing
from linli.analysis.dispatch.timetable import Start, boarding_s, timed
from linli.analysis.dispatch.trips import Party, Plan, StopKind, Trip

LEFT_COSTS_S = 10**6  # of a party that is not fetched: more than any way there


@dataclass(frozen=True, slots=True)
class Loose:
    """A trip whose rest may be planned again."""

    stands: Standing
    start: Start
    vehicle: int
    to: tuple[int, Category]


@dataclass(frozen=True)
class Rest:
    """The rest of loose trips, and who it leaves: by trip, the parties without a way."""

    trips: dict[int, Trip]
    left: dict[int, tuple[Party, ...]]


def in_order(now: Snapshot, plan: Plan, loose: Mapping[int, Loose]) -> Rest:
    """The rest in its old order, each vehicle's trips one after the other."""
    return _timed(now, plan, loose, {n: it.stands.to_board for n, it in loose.items()})


def reordered(
    now: Snapshot, plan: Plan, loose: Mapping[int, Loose], *, seed: int, iterations: int
) -> Rest | None:
    """The rest in an order that is searched, begun with the old one; None where none is found.

    Vehicles that stand idle take part; a vehicle's later trips stay as they are.
    """
    whole = {**loose, **_idle(now, plan, loose)}
    orders = {n: it.stands.to_board for n, it in whole.items()}
    first: dict[int, int] = {}
    for n in sorted(loose, key=lambda n: (loose[n].start.from_s, n)):
        first.setdefault(loose[n].vehicle, n)
    taken: set[int] = set()
    for kind, trips in _by_kind(plan, now, {n: loose[n] for n in first.values()}).items():
        idle = [
            n for n in whole
            if n not in loose and n not in taken and _may(now, plan, whole[n], trips, loose)
        ]  # fmt: skip
        those = [p for n in trips for p in loose[n].stands.to_board]
        if not those:
            continue
        found = _searched(now, plan, kind, {n: whole[n] for n in (*trips, *idle)}, those,
                          seed=seed, iterations=iterations)  # fmt: skip
        if found is None:
            return None
        orders |= {n: found.get(n, ()) for n in (*trips, *idle)}
        used = [n for n in idle if found.get(n)]
        taken |= set(used)
        for n in used:
            whole[n] = replace(whole[n], to=(kind.facility, kind.category))
    idle_left = {n for n in whole if n not in loose and n not in taken}
    whole = {n: it for n, it in whole.items() if n not in idle_left}
    return _timed(now, plan, whole, {n: orders[n] for n in whole}, wanted=_all(loose))


def _timed(
    now: Snapshot, plan: Plan, loose: Mapping[int, Loose],
    orders: Mapping[int, Sequence[Party]], wanted: Sequence[tuple[int, Party]] | None = None,
) -> Rest:  # fmt: skip
    """Time each vehicle's trips one after the other, leaving out what cannot be kept."""
    trips: dict[int, Trip] = {}
    left: dict[int, tuple[Party, ...]] = {}
    free: dict[int, int] = {}
    for n in sorted(loose, key=lambda n: (loose[n].start.from_s, n)):
        it = loose[n]
        start = replace(it.start, from_s=max(it.start.from_s, free.get(it.vehicle, 0)))
        trip = _most_of(now, plan, replace(it, start=start), orders[n], n)
        if trip is not None:
            free[it.vehicle] = trip.stops[-1].leave_s
            trips[n] = trip
    moved: dict[int, int] = {}
    for trip in trips.values():
        for stop in trip.stops:
            for p in stop.leaves:
                moved[p.placed] = moved.get(p.placed, 0) + p.count
    for n, party in wanted if wanted is not None else _all(loose):
        covered = min(party.count, moved.get(party.placed, 0))
        moved[party.placed] = moved.get(party.placed, 0) - covered
        if covered < party.count:
            left[n] = (*left.get(n, ()), Party(party.placed, party.count - covered))
    return Rest(trips, left)


def _all(loose: Mapping[int, Loose]) -> list[tuple[int, Party]]:
    """Whom the loose trips carry or were to fetch; who is on board first."""
    riding = [(n, p) for n, it in sorted(loose.items()) for p in it.start.on_board]
    return riding + [(n, p) for n, it in sorted(loose.items()) for p in it.stands.to_board]


def _most_of(
    now: Snapshot, plan: Plan, it: Loose, order: Sequence[Party], n: int
) -> Trip | None:  # fmt: skip
    """The whole order if it can be kept, else as much as can; who is on board in any case."""
    name = plan.trips[n].id if n < len(plan.trips) else f"T{n + 1}"

    def tried(parties: Sequence[Party], *, limits: bool = True) -> Trip | None:
        if not parties and not it.start.on_board:
            return None
        return timed(now, plan.placed, parties, start=it.start, vehicle=it.vehicle, name=name,
                     to=it.to, limits=limits)  # fmt: skip

    best = tried(order)
    if best is not None:
        return best
    kept: list[Party] = []
    for party in order:
        trip = tried([*kept, party])
        if trip is not None:
            kept, best = [*kept, party], trip
    return best or tried(()) or tried((), limits=False)


def _idle(now: Snapshot, plan: Plan, loose: Mapping[int, Loose]) -> dict[int, Loose]:
    """Vehicles that have nothing more to do, each as a trip that is not yet one."""
    at_s = min(it.start.from_s for it in loose.values())
    ends: dict[int, tuple[int, Category | None, int]] = {}
    for trip in plan.trips:
        last = trip.stops[-1]
        if last.leave_s >= ends.get(trip.vehicle, (-1, None, 0))[0]:
            ends[trip.vehicle] = (last.leave_s, trip.category, last.place)
    found = {}
    for v, vehicle in enumerate(now.vehicles):
        free_s, carried, place = ends.get(
            v, (vehicle.duty.from_s, vehicle.last_carried, now.depots[vehicle.depot].place)
        )
        if free_s > at_s:
            continue  # it is under way
        to = next(iter(loose.values())).to
        cleaning = 0 if carried in {None, to[1]} else now.rules.cleaning_s
        kind = StopKind.CLEANING if cleaning else StopKind.YARD
        n = len(plan.trips) + v
        start = Start(place, max(at_s, free_s) + cleaning, kind)
        stands = Standing(n, False, None, place, start.from_s, (), (), (), 0, ())
        found[n] = Loose(stands, start, v, to)
    return found


def _may(
    now: Snapshot, plan: Plan, idle: Loose, trips: Sequence[int], loose: Mapping[int, Loose]
) -> bool:
    parties = [p for n in trips for p in (*loose[n].start.on_board, *loose[n].stands.to_board)]
    return idle.to[1] is loose[trips[0]].to[1] and idle.vehicle in eligible(
        now, now.lots[plan.placed[parties[0].placed].lot]
    )


def _by_kind(plan: Plan, now: Snapshot, loose: Mapping[int, Loose]) -> dict[Kind, list[int]]:
    found: dict[Kind, list[int]] = {}
    for n, it in loose.items():
        parties = (*it.start.on_board, *it.stands.to_board)
        if parties:
            kind = next(iter(kinds(now, [plan.placed[parties[0].placed]])))
            found.setdefault(kind, []).append(n)
    return found


def _searched(
    now: Snapshot, plan: Plan, kind: Kind, vehicles: Mapping[int, Loose], those: Sequence[Party], *,
    seed: int, iterations: int,
) -> dict[int, tuple[Party, ...]] | None:  # fmt: skip
    """Each vehicle is a fleet of one, which starts where it is with whom it has on board."""
    numbers = list(vehicles)
    host = now.facilities[kind.facility]
    lots = [now.lots[plan.placed[p.placed].lot] for p in those]
    v = len(numbers)
    places = np.array([*(vehicles[n].start.place for n in numbers), host.place,
                       *(lot.place for lot in lots)])  # fmt: skip
    roads = list(now.by_permit.values()) or [now.travel]
    profile_of = [roads.index(now.travel_of(now.vehicles[vehicles[n].vehicle])) for n in numbers]
    driving = [travel.seconds[np.ix_(places, places)] for travel in roads]
    free = [row for row, n in enumerate(numbers) if not vehicles[n].start.on_board]
    durations = [_durations(now, one, places, those, v, free) for one in driving]
    jobs = []
    for k, (party, lot) in enumerate(zip(those, lots, strict=True), start=v + 1):
        board = boarding_s(now.rules, party.count)
        window = Window(lot.ready.from_s + board, lot.ready.until_s + board)
        load = loads(now, plan.placed, party)
        jobs.append(vrp.Job(k, load, collects=True, window=window, prize=LEFT_COSTS_S))
    fleets = [
        replace(_fleet(now, plan, kind, vehicles[n], row, v), profile=profile_of[row])
        for row, n in enumerate(numbers)
    ]
    yards = (*(vrp.Yard(row) for row in range(v)),
             vrp.Yard(v, window=Window(0, host.takes.until_s)))  # fmt: skip
    problem = vrp.Problem(tuple(driving), tuple(durations), yards, tuple(fleets), tuple(jobs))
    where = {id(p): k for k, p in enumerate(those)}
    begin = [
        (row, [where[id(p)] for p in vehicles[n].stands.to_board if id(p) in where])
        for row, n in enumerate(numbers)
    ]
    found = vrp.solve(problem, iterations=iterations, seed=seed, begin=begin)
    if not found.feasible:
        return None
    return {
        numbers[route.fleet]: tuple(those[visit.index] for visit in route.visits)
        for route in found.routes
    }


def _durations(
    now: Snapshot, driving: Any, places: Any, those: Sequence[Party], v: int, free: Sequence[int]
) -> Any:
    """Driving and boarding; from where nobody is on board yet, the way to the first is no ride."""
    duration = driving.astype(np.int64)
    for k, party in enumerate(those, start=v + 1):
        duration[:, k] += boarding_s(now.rules, party.count, stopping=False)
        duration[places != places[k], k] += now.rules.stopping_s
        duration[k, k] = 0
    for row in free:
        duration[row] = np.ma.MaskedArray(
            np.zeros(len(places), int), np.ma.getmaskarray(driving)[row]
        )
    return duration


def _fleet(
    now: Snapshot, plan: Plan, kind: Kind, it: Loose, row: int, end: int
) -> vrp.Fleet:  # fmt: skip
    vehicle = now.vehicles[it.vehicle]
    room = capacity(now, vehicle)
    riding = [loads(now, plan.placed, p) for p in it.start.on_board]
    on_board = tuple(map(sum, zip(*riding, strict=True))) if riding else (0,) * len(room)
    return vrp.Fleet(
        1, room, start=row, end=end, on_board=on_board,
        window=Window(min(it.start.from_s, vehicle.duty.until_s), vehicle.duty.until_s),
        longest=max(0, kind.limit_s - it.start.ridden_s),
    )  # fmt: skip

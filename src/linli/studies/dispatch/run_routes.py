"""Which way does each run go, from where it is to the door that receives it?

A run as the records have it becomes a plan of one trip: whoever is on board, whoever still has to
get on, the vehicle at its last known point. No name, phone or diagnosis goes into it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from linli.analysis.dispatch.roads.closures import Closure
from linli.analysis.dispatch.runs import with_paths, worth_of
from linli.analysis.dispatch.snapshot import (
    BedClass,
    Category,
    Crew,
    Depot,
    Facility,
    Lot,
    Need,
    Place,
    Rules,
    Snapshot,
    Vehicle,
)
from linli.analysis.dispatch.timetable import Start, timed
from linli.analysis.dispatch.trips import Party, Placed, Plan, StopKind, Trip
from linli.geo import Point, distance_m
from linli.loops.beds import ledger
from linli.loops.beds.rules import rules
from linli.loops.beds.tables import BedState
from linli.loops.routes import kept as routes
from linli.loops.routes.kept import Route, RouteLeg, RouteStop
from linli.loops.routes.tables import RunRoute
from linli.loops.runs import manifest
from linli.loops.runs.on_road import ON_ITS_WAY, Run
from linli.registry import areas, vehicles
from linli.registry.areas import Area
from linli.registry.sites import Site
from linli.studies.dispatch.city_roads import CityRoads, city_roads
from linli.studies.dispatch.on_board import CREW_SIZE, ON_BOARD, SEVERITY

RIDE_LIMIT_S = 7_200  # assumed: across a city as large as W, in the night of the fixture too
START, END = 0, 1  # of the places of a snapshot: the vehicle, then the site


@dataclass(frozen=True, eq=False)
class Ride:
    """A run made ready to be planned: its people at their points, and what it belongs to."""

    run_id: int
    points: tuple[Point, ...]  # of places: the vehicle, the site, then each pick-up
    areas: tuple[int | None, ...]
    site_id: int
    category: Category
    groups: tuple[tuple[int, str, frozenset[Need], tuple[int, ...]], ...]
    aboard: tuple[int, ...]  # indices of groups that are on board
    vehicle: vehicles.Vehicle | None
    n_escorts: int
    confirmed: bool
    permits: frozenset[str] = field(default_factory=frozenset)


def ride_of(run: Run) -> Ride | None:
    """A run as it stands; None without passengers, a site, or a point to begin from."""
    people = [p for p in manifest.aboard(run.id) if p.stage in ("planned", "departed")]
    site = Site.objects.filter(id=next((p.data.get("site_id") for p in people), 0) or 0).first()
    end = _at_site(site) if site else None
    vehicle = vehicles.Vehicle.objects.filter(id=run.data.get("vehicle_id") or 0).first()
    on = set(run.data.get("on_board", ()))
    known = Area.objects.in_bulk({p.area_id for p in people})
    fetched = Site.objects.in_bulk({p.data["from_site_id"] for p in people
                                    if p.data.get("from_site_id")})  # fmt: skip
    grouped: dict[tuple[Point, str, frozenset[Need], bool, int | None], list[int]] = {}
    for p in people:
        hospital = fetched.get(p.data.get("from_site_id") or 0)
        at = _at_site(hospital) if hospital else areas.point_of(known[p.area_id])
        if at is not None:
            key = (at, p.item_class, _needs(p), p.id in on, None if hospital else p.area_id)
            grouped.setdefault(key, []).append(p.id)
    start = _where(run, vehicle) or next(iter(grouped), (None,))[0]
    if not grouped or end is None or site is None or start is None:
        return None
    points: dict[Point, int] = {start: START}
    places = [start, end]
    owners: list[int | None] = [None, None]
    rows, aboard = [], []
    for n, ((at, severity, wants, riding, area_id), ids) in enumerate(grouped.items()):
        if riding:
            aboard.append(n)
            place = START
        elif at not in points or points[at] == START:
            place = points[at] = len(places)
            places.append(at)
            owners.append(area_id)
        else:
            place = points[at]
        rows.append((place, severity, wants, tuple(ids)))
    beds = ledger.of_transfers([p.id for p in people])
    return Ride(
        run.id, tuple(places), tuple(owners), site.id, Category(people[0].data["category"]),
        tuple(rows), tuple(aboard), vehicle, len(set(run.data.get("escort_ids", ()))),
        all(p.id in beds and beds[p.id].state != BedState.HELD for p in people),
        frozenset({vehicle.kind}) if vehicle else frozenset(),
    )  # fmt: skip


def snapshot_of(
    ride: Ride, roads: CityRoads, closed: Sequence[Closure]
) -> tuple[Snapshot, tuple[Placed, ...], dict[int, int]]:
    """The snapshot of one run on the roads that are open to its vehicle."""
    ways = roads.ways(closed, passes=ride.permits)
    travel, node_of = roads.travel(ways, ride.points, vehicles=[START])
    vehicle = ride.vehicle
    seats = max(0, (vehicle.n_seats if vehicle else 0) - ride.n_escorts)
    kind = vehicle.kind if vehicle else ""
    lots = tuple(
        Lot(",".join(map(str, ids)), place, ride.category, SEVERITY[severity], len(ids),
            needs=wants, confirmed=True)
        for place, severity, wants, ids in ride.groups
    )  # fmt: skip
    severities = frozenset(SEVERITY.values())
    n_people = sum(len(ids) for _, _, _, ids in ride.groups)
    bed = BedClass("beds held", ride.category, severities, n_people, equipment=frozenset(Need))
    ratios = tuple((SEVERITY[word], n) for word, n in rules().patients_an_escort.items())
    snapshot = Snapshot(
        tuple(Place(str(n), *point) for n, point in enumerate(ride.points)), travel,
        (Facility(str(ride.site_id), END, (bed,), receiver="named"),), lots,
        (Vehicle(vehicle.plate if vehicle else "-", 0, max(1, seats),
                 stretchers=int(kind == "ambulance"),
                 wheelchairs=vehicle.n_wheelchairs if vehicle else 0,
                 escort_seats=max(CREW_SIZE, ride.n_escorts),
                 equipment=ON_BOARD.get(kind, frozenset()) | _carried(ride), passes=ride.permits),),
        (Crew("escorts", 0, ride.n_escorts),), (Depot("start", START),),
        Rules(ride_limit_s=RIDE_LIMIT_S, persons_per_escort=ratios),
    )  # fmt: skip
    placed = tuple(
        Placed(n, 0, 0, lot.count, confirmed=ride.confirmed) for n, lot in enumerate(lots)
    )
    return snapshot, placed, node_of


def _carried(ride: Ride) -> frozenset[Need]:
    """What travels with the passengers; whether it is on board is asked by a gate."""
    return frozenset({Need.OXYGEN}) if ride.vehicle else frozenset()


def trip_of(
    ride: Ride, snapshot: Snapshot, placed: Sequence[Placed], order: Sequence[int]
) -> Trip | None:
    """The trip that fetches groups in this order; None where no open road leads on."""
    start = Start(START, 0, StopKind.ON_THE_ROAD, tuple(
        Party(n, placed[n].count) for n in ride.aboard
    ))  # fmt: skip
    parties = [Party(n, placed[n].count) for n in order]
    trip = timed(
        snapshot, placed, parties, start=start, vehicle=0, name=str(ride.run_id),
        to=(0, ride.category), limits=False,
    )  # fmt: skip
    return None if trip is None else _crewed(trip, ride)


def _crewed(trip: Trip, ride: Ride) -> Trip:
    boards = tuple(Party(n, len(ride.groups[n][3])) for n in ride.aboard)
    first = replace(trip.stops[0], boards=boards)
    return replace(trip, crew=0 if ride.n_escorts else None, stops=(first, *trip.stops[1:]))


def nearest_first(ride: Ride, snapshot: Snapshot) -> list[int]:
    """The groups that still have to get on, each time the nearest by road."""
    left = [n for n in range(len(ride.groups)) if n not in ride.aboard]
    order, here = [], START
    while left:
        far = 10**9
        ahead = [snapshot.travel.seconds_between(here, ride.groups[n][0]) for n in left]
        k = min(range(len(left)), key=lambda i: far if ahead[i] is None else ahead[i] or 0)
        here = ride.groups[left[k]][0]
        order.append(left.pop(k))
    return order


def laid(ride: Ride, trip: Trip, roads: CityRoads, *, now: int) -> Route:
    """A trip as it is kept: points, people and lines instead of indices."""
    net = roads.network
    stops = []
    for n, stop in enumerate(trip.stops):
        ids = tuple(i for party in stop.boards for i in ride.groups[party.placed][3])
        last = n == len(trip.stops) - 1
        at = ride.points[stop.place] if stop.place < len(ride.points) else ride.points[START]
        area = ride.areas[stop.place] if stop.place < len(ride.areas) else None
        stops.append(RouteStop(
            stop.kind.value, at, area, ride.site_id if last else None,
            ids, now + stop.arrive_s,
        ))  # fmt: skip
    legs = []
    for leg, (a, b) in zip(trip.legs, pairwise(stops), strict=True):
        arcs = leg.arcs or ()
        inner = tuple(p for arc in arcs for p in net.line(arc)[1:])
        first = net.line(arcs[0])[:1] if arcs else []
        line = tuple(_rounded(p) for p in (a.at, *first, *inner, b.at))
        legs.append(RouteLeg(leg.seconds, leg.metres, line, arcs))
    return Route(tuple(stops), tuple(legs), net.digest, roads.estimate)


def planned(ride: Ride, roads: CityRoads, closed: Sequence[Closure], *, now: int) -> Route | None:
    """The way of a run as roads are now; None where no open road leads on."""
    snapshot, placed, node_of = snapshot_of(ride, roads, closed)
    trip = trip_of(ride, snapshot, placed, nearest_first(ride, snapshot))
    if trip is None:
        return None
    ways = roads.ways(closed, passes=ride.permits)
    return laid(ride, with_paths((trip,), node_of, ways)[0], roads, now=now)


def plan_of(trip: Trip, placed: Sequence[Placed], roads: CityRoads, seed: int) -> Plan:
    """One trip as a plan, for the engine that mends it and the checker that judges it."""
    worth = worth_of((trip,), ())
    return Plan(
        tuple(placed), (trip,), (), worth, worth, seed, 0, roads.network.digest, roads.estimate
    )


def driven(runs: Iterable[Run], closed: Sequence[Closure] = (), *, now: int) -> dict[int, RunRoute]:
    """The route of each of these runs: the one that is kept, or one made for this look only.

    Whoever looks changes nothing; what is to stay is kept by ``ensured``.
    """
    return {run_id: row for run_id, (row, _) in _driven(runs, closed, now=now).items()}


def ensured(
    runs: Iterable[Run], closed: Sequence[Closure] = (), *, now: int
) -> dict[int, RunRoute]:
    """The same, and what was missing is kept from now on."""
    return {
        run_id: row if fresh is None else routes.keep(run_id, fresh, now=now, by=None)
        for run_id, (row, fresh) in _driven(runs, closed, now=now).items()
    }


def _driven(
    runs: Iterable[Run], closed: Sequence[Closure], *, now: int
) -> dict[int, tuple[RunRoute, Route | None]]:
    """Of each run the row of its route, and the route itself where it is not kept yet."""
    listed = [run for run in runs if run.stage in ON_ITS_WAY]
    kept = routes.newest(run.id for run in listed)
    found: dict[int, tuple[RunRoute, Route | None]] = {}
    roads = None
    for run in listed:
        row = kept.get(run.id)
        if row is not None and _fits(run, row):
            found[run.id] = (row, None)
            continue
        roads = roads or city_roads()
        ride = ride_of(run)
        route = planned(ride, roads, closed, now=now) if ride else None
        if route is not None:
            found[run.id] = (routes.row_of(run.id, route, now=now, by=None), route)
    return found


def _fits(run: Run, row: RunRoute) -> bool:
    """Whether a route still brings the very people who are on the run."""
    if run.stage == "departed":
        return bool(row.stops)  # who is on it does not change any more; the way is mended only
    there = {p.id for p in manifest.aboard(run.id)}
    return {i for stop in row.stops for i in stop["transfer_ids"]} == there


def ahead_of(run: Run, row: RunRoute) -> tuple[int, float]:
    """How far along its route a run is: the leg it is on, and the share of it that is driven.

    By its last told position; the nearest point of the legs whose passengers are not all on board.
    """
    position = run.data.get("position")
    first = _first_leg(run, row)
    if position is None or not row.legs:
        return first, 0.0
    at = (position["longitude"], position["latitude"])
    best = (float("inf"), first, 0.0)
    for n in range(first, len(row.legs)):
        line = row.legs[n]["line"]
        for k, point in enumerate(line):
            far = distance_m(at, (point[0], point[1]))
            if far <= best[0]:  # of two as near, the one farther along
                best = (far, n, k / max(1, len(line) - 1))
    return best[1], best[2]


def _first_leg(run: Run, row: RunRoute) -> int:
    """The leg towards the first stop at which somebody still has to get on."""
    on = set(run.data.get("on_board", ()))
    for n, stop in enumerate(row.stops):
        if set(stop["transfer_ids"]) - on and n:
            return n - 1
    return max(0, len(row.legs) - 1) if on else 0


def _where(run: Run, vehicle: vehicles.Vehicle | None) -> Point | None:
    told = run.data.get("position")
    if told is not None:
        return (told["longitude"], told["latitude"])
    if vehicle is None:
        return None
    if vehicle.longitude is not None and vehicle.latitude is not None:
        return (vehicle.longitude, vehicle.latitude)
    return areas.point_of(vehicle.area)


def _at_site(site: Site) -> Point | None:
    if site.longitude is None or site.latitude is None:
        return areas.point_of(site.area)
    return (site.longitude, site.latitude)


def _needs(transfer: Any) -> frozenset[Need]:
    posture = transfer.data.get("posture")
    wants = {"sits": Need.WHEELCHAIR, "lies": Need.STRETCHER}.get(str(posture))
    return frozenset({wants}) if wants else frozenset()


def _rounded(point: Point) -> Point:
    return (round(point[0], 6), round(point[1], 6))

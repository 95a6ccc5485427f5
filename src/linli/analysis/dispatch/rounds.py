"""In which order do buses pick up those who go to one facility? One search a kind of passenger.

Whoever goes to the same facility, in the same category, with the same needs on board and the same
ride limit is one problem of its own. Two categories can therefore not meet in one vehicle: there is
no problem in which they could.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import Any

import numpy as np

from linli.analysis.dispatch.engines import vrp
from linli.analysis.dispatch.refusals import eligible, most_on_board
from linli.analysis.dispatch.snapshot import Category, Need, Snapshot, Travel, Vehicle, Window
from linli.analysis.dispatch.timetable import ON_BOARD, boarding_s, load_of, ride_limit_s
from linli.analysis.dispatch.trips import Party, Placed

PIECES = 4  # assumed: what does not fill a vehicle is offered in quarters of one, to fill others


@dataclass(frozen=True, order=True, slots=True)
class Kind:
    """Who may share a vehicle: these, and nobody else."""

    facility: int
    category: Category
    needs: tuple[Need, ...]
    limit_s: int


@dataclass(frozen=True, slots=True)
class Search:
    """How a kind's problem is put: a share of the ride limit, and what one more trip costs."""

    limit_share: float
    trip_costs_s: int


# The first makes as few trips as it can, the last the shortest; a share never cuts a direct ride.
# Which serves the last patient best depends on how many vehicles there are, so all are tried.
SEARCHES = (
    Search(1.0, 7_200), Search(1.0, 1_200), Search(0.75, 1_200), Search(0.5, 600), Search(0.0, 60)
)  # fmt: skip

Order = tuple[Party, ...]  # one trip's pick-ups


def kinds(snapshot: Snapshot, placed: Sequence[Placed]) -> dict[Kind, list[int]]:
    """The placements of each kind, in order of kind."""
    found: dict[Kind, list[int]] = {}
    for n, it in enumerate(placed):
        lot = snapshot.lots[it.lot]
        needs = tuple(sorted(lot.needs & ON_BOARD))
        kind = Kind(it.facility, lot.category, needs, ride_limit_s(snapshot, lot))
        found.setdefault(kind, []).append(n)
    return dict(sorted(found.items()))


def parties(snapshot: Snapshot, placed: Sequence[Placed], which: Sequence[int]) -> list[Party]:
    """Split placements into parties that fit: full loads whole, the rest in pieces."""
    found = []
    for n in which:
        lot, left = snapshot.lots[placed[n].lot], placed[n].count
        full = max(
            most_on_board(snapshot, snapshot.vehicles[v], lot) for v in eligible(snapshot, lot)
        )
        while left >= full:
            found.append(Party(n, full))
            left -= full
        piece = -(-full // PIECES)
        while left:
            found.append(Party(n, min(piece, left)))
            left -= found[-1].count
    return found


def orders(
    snapshot: Snapshot, placed: Sequence[Placed], those: Sequence[Party], kind: Kind,
    search: Search, *, iterations: int, seed: int, stop: vrp.Stop | None = None,
) -> tuple[tuple[Order, ...], int] | None:  # fmt: skip
    """One order of pick-ups a trip, and the iterations it took; None where none was found.

    A ride begins where the first have boarded, so the way there takes no time in the problem,
    though it costs what it costs: the vehicle's longest duration is then the ride limit.
    """
    fleets = _fleets(snapshot, placed, those, kind, search)
    problem = _problem(snapshot, placed, those, kind, fleets)
    found = vrp.solve(problem, iterations=iterations, seed=seed, stop=stop)
    if not found.feasible:
        return None
    return tuple(
        tuple(_joined([those[visit.index] for visit in route.visits])) for route in found.routes
    ), found.iterations


def alone(those: Sequence[Party]) -> tuple[Order, ...]:
    """A trip for each party: never good, always possible after the refusals."""
    return tuple((party,) for party in those)


def loads(snapshot: Snapshot, placed: Sequence[Placed], party: Party) -> tuple[int, ...]:
    """Seats, stretchers, wheelchair places, and shares of an escort."""
    lot = snapshot.lots[placed[party.placed].lot]
    ratio = dict(snapshot.rules.persons_per_escort)
    share = lcm(*ratio.values()) // ratio[lot.severity]
    return (*load_of(lot, party.count), share * party.count)


def capacity(snapshot: Snapshot, vehicle: Vehicle) -> tuple[int, ...]:
    """What a vehicle holds of each."""
    escort = lcm(*dict(snapshot.rules.persons_per_escort).values())
    room = (vehicle.seats, vehicle.stretchers, vehicle.wheelchairs)
    return (*room, vehicle.escort_seats * escort)


def _fleets(
    snapshot: Snapshot, placed: Sequence[Placed], those: Sequence[Party], kind: Kind, search: Search
) -> list[tuple[int, vrp.Fleet]]:
    """Vehicles of one yard and size are one fleet; each may make as many trips as there are."""
    lot = snapshot.lots[placed[those[0].placed].lot]
    found: dict[tuple[int, tuple[int, ...], int], list[Vehicle]] = {}
    roads = _roads(snapshot)
    for n in eligible(snapshot, lot):
        vehicle = snapshot.vehicles[n]
        profile = roads.index(snapshot.travel_of(vehicle))
        kind_of = (vehicle.depot, capacity(snapshot, vehicle), profile)
        found.setdefault(kind_of, []).append(vehicle)
    limit = int(kind.limit_s * search.limit_share)
    direct = [_direct_s(snapshot, travel, placed, those, kind) for travel in roads]
    return [
        (
            depot,
            vrp.Fleet(
                min(len(those), sum(v.most_trips for v in vehicles)), room,
                longest=max(limit, direct[profile]), profile=profile,
                fixed_cost=search.trip_costs_s,
                window=Window(0, max(v.duty.until_s for v in vehicles)),
            ),
        )
        for (depot, room, profile), vehicles in sorted(found.items(), key=lambda pair: pair[0])
    ]  # fmt: skip


def _roads(snapshot: Snapshot) -> list[Travel]:
    """The travel times that differ between vehicles: the profiles of a problem."""
    return list(snapshot.by_permit.values()) or [snapshot.travel]


def _direct_s(
    snapshot: Snapshot, travel: Travel, placed: Sequence[Placed], those: Sequence[Party], kind: Kind
) -> int:  # fmt: skip
    """The longest ride without a stop of those who can be taken on these roads at all."""
    to = snapshot.facilities[kind.facility].place
    places = [snapshot.lots[placed[p.placed].lot].place for p in those]
    ways = travel.seconds[places, to]
    return 0 if np.ma.getmaskarray(ways).all() else int(np.ma.max(ways))


def _problem(
    snapshot: Snapshot, placed: Sequence[Placed], those: Sequence[Party], kind: Kind,
    fleets: Sequence[tuple[int, vrp.Fleet]],
) -> vrp.Problem:  # fmt: skip
    host = snapshot.facilities[kind.facility]
    yards = sorted({depot for depot, _ in fleets})
    at = [snapshot.depots[depot].place for depot in yards]
    lots = [snapshot.lots[placed[p.placed].lot] for p in those]
    places = np.array([*at, host.place, *(lot.place for lot in lots)])
    driving = snapshot.travel.seconds[np.ix_(places, places)]
    each = [travel.seconds[np.ix_(places, places)] for travel in _roads(snapshot)]
    end = len(yards)
    jobs = []
    opens = min(snapshot.vehicles[n].duty.from_s for n in range(len(snapshot.vehicles)))
    for n, (party, lot) in enumerate(zip(those, lots, strict=True)):
        reached = opens + int(np.ma.min(driving[:end, end + 1 + n]))
        board = boarding_s(snapshot.rules, party.count)
        early = max(lot.ready.from_s, reached) + board
        window = Window(early, max(early, lot.ready.until_s + board))
        load = loads(snapshot, placed, party)
        jobs.append(vrp.Job(end + 1 + n, load, collects=True, window=window))
    return vrp.Problem(
        distance=tuple(each),
        duration=tuple(_durations(snapshot, one, places, those, end) for one in each),
        yards=(
            *(vrp.Yard(n) for n in range(end)),
            vrp.Yard(end, window=Window(0, host.takes.until_s)),
        ),
        fleets=tuple(_at(fleet, yards.index(depot), end) for depot, fleet in fleets),
        jobs=tuple(jobs),
    )


def _durations(
    snapshot: Snapshot, driving: Any, places: Any, those: Sequence[Party], end: int
) -> Any:  # fmt: skip
    """Driving and then boarding, counted on the way in, so the first boarding is no ride."""
    duration = driving.astype(np.int64)
    for n, party in enumerate(those):
        column = end + 1 + n
        elsewhere = places != places[column]
        duration[:, column] += snapshot.rules.boarding_s * party.count
        duration[elsewhere, column] += snapshot.rules.stopping_s
        duration[column, column] = 0
    unmasked = ~np.ma.getmaskarray(driving[:end, :])
    duration[:end, :] = np.ma.MaskedArray(np.zeros_like(driving[:end, :].data), ~unmasked)
    return duration


def _at(fleet: vrp.Fleet, start: int, end: int) -> vrp.Fleet:
    return replace(fleet, start=start, end=end)


def _joined(order: Sequence[Party]) -> Iterator[Party]:
    """Pieces of one placement that board one after the other are one party again."""
    held: Party | None = None
    for party in order:
        if held is not None and held.placed == party.placed:
            held = Party(held.placed, held.count + party.count)
            continue
        if held is not None:
            yield held
        held = party
    if held is not None:
        yield held

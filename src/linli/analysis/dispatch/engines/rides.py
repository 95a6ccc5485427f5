"""Who shares a car, where everybody goes somewhere else and nobody may ride too long? OR-Tools.

It is the one library of those tried that knows a longest ride; and it knows it only when told by
``SetPickupToDeliveryLimitFunctionForPair``: posted as a constraint, the same limit is not found to
be keepable in any useful time. Each ride may be left out at a high cost, or no first plan is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from linli.analysis.dispatch.engines.vrp import FOR_EVER
from linli.analysis.dispatch.snapshot import Window

LEFT_COSTS = 10**8  # of a ride that is left out: more than any route
NO_WAY = 10**9  # longer than any car may drive


@dataclass(frozen=True, slots=True)
class Call:
    """Where somebody is taken up or set down."""

    location: int
    window: Window = FOR_EVER
    service: int = 0


@dataclass(frozen=True, slots=True)
class Ride:
    """Somebody's way. Rides of different kinds are never on board together."""

    pickup: Call
    delivery: Call
    load: tuple[int, ...] = (1,)
    longest: int | None = None  # from the end of boarding to the arrival
    kind: int = 0


@dataclass(frozen=True, slots=True)
class Car:
    """One car."""

    start: int  # locations
    end: int
    capacity: tuple[int, ...]
    window: Window = FOR_EVER
    longest: int = FOR_EVER.until_s


@dataclass(frozen=True, slots=True)
class Seen:
    """A stop of a car: which ride, whether it is its end, and when service begins."""

    ride: int
    ends: bool
    begin: int


@dataclass(frozen=True, slots=True)
class Shared:
    """What each car does, who is left out, and how far is driven."""

    routes: tuple[tuple[Seen, ...], ...]
    left_out: tuple[int, ...]
    distance: int
    complete: bool


def share(
    distance: Any, duration: Any, rides: Sequence[Ride], cars: Sequence[Car], *,
    solutions: int, seconds: float | None = None,
) -> Shared:  # fmt: skip
    """Search until so many plans have been looked at: the same again gives the same routes.

    Parameters
    ----------
    distance, duration
        Masked arrays of whole numbers, locations by locations.
    seconds
        Ends the search earlier, for a benchmark; what it gives cannot be made again.
    """
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    where = _nodes(rides, cars)
    v = len(cars)
    n = len(where)
    starts, ends = list(range(v)), list(range(v, 2 * v))
    manager = pywrapcp.RoutingIndexManager(n, v, starts, ends)
    model = pywrapcp.RoutingModel(manager)
    far, long = (_between(matrix, where) for matrix in (distance, duration))
    service = [0] * (2 * v) + [c.service for r in rides for c in (r.pickup, r.delivery)]
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(far.tolist()))
    times = long + np.array(service)[:, None]
    model.AddDimension(
        model.RegisterTransitMatrix(times.tolist()), FOR_EVER.until_s, NO_WAY - 1, False, "time"
    )
    time = model.GetDimensionOrDie("time")
    _rides(model, manager, time, rides, v)
    _loads(model, rides, cars)
    _duties(model, time, cars)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    strategy = routing_enums_pb2.FirstSolutionStrategy
    parameters.first_solution_strategy = strategy.PARALLEL_CHEAPEST_INSERTION
    search = routing_enums_pb2.LocalSearchMetaheuristic
    parameters.local_search_metaheuristic = search.GUIDED_LOCAL_SEARCH
    parameters.solution_limit = solutions
    if seconds is not None:
        parameters.time_limit.FromMilliseconds(int(seconds * 1_000))
    found = model.SolveWithParameters(parameters)
    if found is None:
        return Shared(tuple(() for _ in cars), tuple(range(len(rides))), 0, complete=False)
    return _told(model, manager, found, rides, cars, far, long)


def version() -> str:
    """Which OR-Tools, for the plan to say."""
    from importlib.metadata import version as installed

    return installed("ortools")


def _nodes(rides: Sequence[Ride], cars: Sequence[Car]) -> np.ndarray:
    """The location of each node: where cars start, where they end, then each ride's two ends."""
    ends = [c.location for r in rides for c in (r.pickup, r.delivery)]
    return np.array([*(car.start for car in cars), *(car.end for car in cars), *ends])


def _between(matrix: Any, where: np.ndarray) -> np.ndarray:
    return np.ma.filled(matrix.astype(np.int64), NO_WAY)[np.ix_(where, where)]


def _rides(model: Any, manager: Any, time: Any, rides: Sequence[Ride], v: int) -> None:
    solver = model.solver()
    for n, ride in enumerate(rides):
        a, b = (manager.NodeToIndex(2 * v + 2 * n + k) for k in (0, 1))
        model.AddPickupAndDelivery(a, b)
        model.AddDisjunction([a], LEFT_COSTS)
        model.AddDisjunction([b], LEFT_COSTS)
        solver.Add(model.ActiveVar(a) == model.ActiveVar(b))
        solver.Add(model.VehicleVar(a) == model.VehicleVar(b))
        solver.Add(time.CumulVar(a) <= time.CumulVar(b))
        time.CumulVar(a).SetRange(ride.pickup.window.from_s, ride.pickup.window.until_s)
        time.CumulVar(b).SetRange(ride.delivery.window.from_s, ride.delivery.window.until_s)
        if ride.longest is not None:
            most = ride.longest + ride.pickup.service
            # Pairs are numbered in the order in which they were added.
            time.SetPickupToDeliveryLimitFunctionForPair(lambda _a, _b, most=most: most, n)
    kinds = sorted({ride.kind for ride in rides})
    if len(kinds) < 2:
        return
    for n, ride in enumerate(rides):
        a, b = (manager.NodeToIndex(2 * v + 2 * n + k) for k in (0, 1))
        model.SetVisitType(a, ride.kind, model.TYPE_ADDED_TO_VEHICLE)
        model.SetVisitType(b, ride.kind, model.ADDED_TYPE_REMOVED_FROM_VEHICLE)
    for one in kinds:
        for other in kinds:
            if one < other:
                model.AddTemporalTypeIncompatibility(one, other)


def _loads(model: Any, rides: Sequence[Ride], cars: Sequence[Car]) -> None:
    v = len(cars)
    for dimension in range(len(cars[0].capacity)):
        loads = [0] * (2 * v)
        for ride in rides:
            loads += [ride.load[dimension], -ride.load[dimension]]
        model.AddDimensionWithVehicleCapacity(
            model.RegisterUnaryTransitVector(loads), 0, [car.capacity[dimension] for car in cars],
            True, f"load {dimension}",
        )  # fmt: skip


def _duties(model: Any, time: Any, cars: Sequence[Car]) -> None:
    for n, car in enumerate(cars):
        for index in (model.Start(n), model.End(n)):
            time.CumulVar(index).SetRange(car.window.from_s, min(car.window.until_s, NO_WAY - 1))
        if car.longest < NO_WAY:
            time.SetSpanUpperBoundForVehicle(car.longest, n)
        model.AddVariableMinimizedByFinalizer(time.CumulVar(model.End(n)))
        model.AddVariableMaximizedByFinalizer(time.CumulVar(model.Start(n)))


def _told(
    model: Any, manager: Any, found: Any, rides: Sequence[Ride], cars: Sequence[Car],
    far: np.ndarray, long: np.ndarray,
) -> Shared:  # fmt: skip
    v = len(cars)
    routes: list[tuple[Seen, ...]] = []
    driven = 0
    kept = True
    for n, car in enumerate(cars):
        nodes = [n]
        index = model.Start(n)
        while not model.IsEnd(index):
            index = found.Value(model.NextVar(index))
            nodes.append(manager.IndexToNode(index))
        driven += sum(int(far[a, b]) for a, b in pairwise(nodes))
        stops = [divmod(node - 2 * v, 2) for node in nodes[1:-1]]
        begins = earliest([(ride, bool(ends)) for ride, ends in stops], rides, car,
                          [int(long[a, b]) for a, b in pairwise(nodes)])  # fmt: skip
        kept &= begins is not None
        routes.append(
            tuple(
                Seen(ride, bool(ends), begin)
                for (ride, ends), begin in zip(stops, begins or [0] * len(stops), strict=True)
            )
        )
    served = {seen.ride for route in routes for seen in route}
    left = tuple(n for n in range(len(rides)) if n not in served)
    return Shared(tuple(routes), left, driven, complete=kept and not left)


def earliest(
    stops: Sequence[tuple[int, bool]], rides: Sequence[Ride], car: Car, ways: Sequence[int]
) -> list[int] | None:
    """The earliest moments that keep windows, rides and the car's duty; None where none do.

    OR-Tools gives an order that can be kept, not always the moments that keep it. Each rule says
    that one moment is so much later than another at least; raised until all hold, the moments are
    the least that do.
    """
    calls = [rides[n].delivery if ends else rides[n].pickup for n, ends in stops]
    begins = [car.window.from_s, *(c.window.from_s for c in calls), car.window.from_s]
    latest = [car.window.until_s, *(c.window.until_s for c in calls), car.window.until_s]
    service = [0, *(c.service for c in calls), 0]
    rules = [(k, k + 1, service[k] + way) for k, way in enumerate(ways)]
    taken_up: dict[int, int] = {}
    for k, (n, ends) in enumerate(stops, start=1):
        longest = rides[n].longest
        if not ends:
            taken_up[n] = k
        elif longest is not None:
            rules.append((k, taken_up[n], -longest - service[taken_up[n]]))
    rules.append((len(begins) - 1, 0, -car.longest))
    moved = True
    while moved:
        moved = False
        for one, other, least in rules:
            if begins[one] + least > begins[other]:
                begins[other] = begins[one] + least
                moved = True
        if any(b > most for b, most in zip(begins, latest, strict=True)):
            return None
    return begins[1:-1]

"""Which vehicle goes where in which order? PyVRP 0.14 searches; here is all that we ask of it.

PyVRP knows whole numbers only, and has no word for "there is no way": where travel is masked it
gets a way longer than any vehicle may take, and a route that uses one is not feasible and is never
handed on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from linli.analysis.dispatch.snapshot import Window

if TYPE_CHECKING:
    import pyvrp

FOR_EVER = Window(0, 2**40)
NO_WAY = 10**9  # longer than any vehicle may drive; the sum of 4,000 such legs still fits 2**43

Stop = Callable[[float], bool]  # told the best cost so far; True ends the search


@dataclass(frozen=True, slots=True)
class Yard:
    """Where vehicles begin, end or reload: a location of the problem."""

    location: int
    window: Window = FOR_EVER
    service: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A visit. Its load comes from the vehicle, or with ``collects`` goes onto it."""

    location: int
    load: tuple[int, ...] = ()
    collects: bool = False
    service: int = 0
    window: Window = FOR_EVER
    prize: int | None = None  # what a visit is worth; None: it must be made


@dataclass(frozen=True, slots=True)
class Shipment:
    """A pick-up and its delivery, by one vehicle, in this order."""

    pickup: Job
    delivery: Job
    load: tuple[int, ...]
    prize: int | None = None


@dataclass(frozen=True, slots=True)
class Fleet:
    """Vehicles of one kind."""

    count: int
    capacity: tuple[int, ...]
    start: int = 0  # yards
    end: int = 0
    window: Window = FOR_EVER
    longest: int = FOR_EVER.until_s  # of a route's duration
    fixed_cost: int = 0
    on_board: tuple[int, ...] = ()
    reloads: tuple[int, ...] = ()  # yards
    most_reloads: int = 0
    profile: int = 0
    duration_cost: int = 0


@dataclass(frozen=True, eq=False)
class Problem:
    """All of it; matrices are masked arrays, one pair a profile, locations by locations."""

    distance: tuple[Any, ...]
    duration: tuple[Any, ...]
    yards: tuple[Yard, ...]
    fleets: tuple[Fleet, ...]
    jobs: tuple[Job, ...] = ()
    shipments: tuple[Shipment, ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """One stop of a route: a job, a shipment's pick-up or delivery, or a yard between trips."""

    kind: str  # job, pickup, delivery, yard
    index: int
    trip: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Route:
    """What one vehicle of a fleet does, its first and last yard left out."""

    fleet: int
    visits: tuple[Visit, ...]
    distance: int
    duration: int
    begin: int


@dataclass(frozen=True, slots=True)
class Solved:
    """Routes, and whether every rule is kept. Where not, nothing of it may be used."""

    routes: tuple[Route, ...]
    feasible: bool
    distance: int
    iterations: int
    left_out: tuple[int, ...] = field(default=())  # jobs with a prize that were not worth it


def solve(
    problem: Problem,
    *,
    iterations: int,
    seed: int,
    begin: Sequence[tuple[int, Sequence[int]]] | None = None,
    stop: Stop | None = None,
) -> Solved:
    """Search from a seed for so many iterations: the same again gives the same routes.

    Parameters
    ----------
    begin
        Routes to begin with, each a fleet and its jobs in order. They may break rules.
    stop
        Ends the search earlier, such as when the seconds of a benchmark are spent.
    """
    import warnings

    import pyvrp
    from pyvrp.exceptions import PenaltyBoundWarning, ScalingWarning

    data = _data(problem)
    warm = None
    if begin:
        routes = [pyvrp.Route(data, list(jobs), fleet) for fleet, jobs in begin if jobs]
        warm = pyvrp.Solution(data, routes)
    with warnings.catch_warnings():
        # What they say, that nothing feasible was found, is told by `feasible` in our own words.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        warnings.simplefilter("ignore", ScalingWarning)
        result = pyvrp.solve(
            data, _Stop(iterations, stop), seed=seed, collect_stats=False, initial_solution=warm
        )
    best = result.best
    left = tuple(sorted(a.idx for a in best.unplanned() if a.is_client()))
    return Solved(
        routes=tuple(_route(route) for route in best.routes()),
        feasible=best.is_feasible(),
        distance=best.distance(),
        iterations=result.num_iterations,
        left_out=left,
    )


def version() -> str:
    """Which PyVRP, for the plan to say."""
    from importlib.metadata import version as installed

    return installed("pyvrp")


class _Stop:
    """So many iterations, or what the caller says."""

    def __init__(self, iterations: int, also: Stop | None) -> None:
        self.left = iterations
        self.also = also

    def __call__(self, best_cost: float) -> bool:
        self.left -= 1
        return self.left < 0 or (self.also is not None and self.also(best_cost))


def _data(problem: Problem) -> "pyvrp.ProblemData":
    import pyvrp

    n = len(problem.distance[0])
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(n)],
        clients=[_client(job) for job in problem.jobs],
        depots=[
            pyvrp.Depot(y.location, y.window.from_s, y.window.until_s, y.service)
            for y in problem.yards
        ],
        vehicle_types=[_vehicles(fleet) for fleet in problem.fleets],
        distance_matrices=[_plain(m) for m in problem.distance],
        duration_matrices=[_plain(m) for m in problem.duration],
        shipments=[_shipment(s) for s in problem.shipments],
    )


def _plain(matrix: Any) -> Any:
    return np.ascontiguousarray(np.ma.filled(matrix.astype(np.int64), NO_WAY))


def _client(job: Job) -> "pyvrp.Client":
    import pyvrp

    load = list(job.load)
    nothing = [0] * len(load)
    return pyvrp.Client(
        job.location,
        delivery=nothing if job.collects else load,
        pickup=load if job.collects else nothing,
        service_duration=job.service,
        tw_early=job.window.from_s,
        tw_late=job.window.until_s,
        prize=job.prize or 0,
        required=job.prize is None,
    )


def _shipment(it: Shipment) -> "pyvrp.Shipment":
    import pyvrp

    return pyvrp.Shipment(
        it.pickup.location,
        it.delivery.location,
        it.pickup.window.from_s,
        it.pickup.window.until_s,
        it.pickup.service,
        it.delivery.window.from_s,
        it.delivery.window.until_s,
        it.delivery.service,
        list(it.load),
        it.prize or 0,
        it.prize is None,
    )


def _vehicles(fleet: Fleet) -> "pyvrp.VehicleType":
    import pyvrp

    return pyvrp.VehicleType(
        num_available=fleet.count,
        capacity=list(fleet.capacity),
        start_depot=fleet.start,
        end_depot=fleet.end,
        fixed_cost=fleet.fixed_cost,
        tw_early=fleet.window.from_s,
        tw_late=fleet.window.until_s,
        shift_duration=fleet.longest,
        max_distance=NO_WAY - 1,  # a route over a masked way is not feasible
        initial_load=list(fleet.on_board),
        reload_depots=list(fleet.reloads),
        max_reloads=fleet.most_reloads,
        profile=fleet.profile,
        unit_duration_cost=fleet.duration_cost,
    )


def _route(route: "pyvrp.Route") -> Route:
    visits = []
    schedule = route.schedule()
    for seen in schedule[1:-1]:
        kind = (
            "job" if seen.is_client() else "pickup" if seen.is_pickup()
            else "delivery" if seen.is_delivery() else "yard"
        )  # fmt: skip
        visits.append(Visit(kind, seen.idx, seen.trip, seen.start_time, seen.end_time))
    return Route(
        route.vehicle_type(), tuple(visits), route.distance(), route.duration(), route.start_time()
    )

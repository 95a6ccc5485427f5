"""Routing problems that others published, as our engines are asked them, and checked by hand.

Which convention belongs to which set is said by the provenance beside the files: distances rounded
for the set X, real for the others (here in thousandths).
"""

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from linli.analysis.dispatch.engines import rides as darp
from linli.analysis.dispatch.engines import vrp
from linli.analysis.dispatch.snapshot import Window

SCALE = 1_000  # of a real distance: whole thousandths
PER_VEHICLE = 10_000 * SCALE  # where fewer vehicles count before any distance


@dataclass(frozen=True, eq=False)
class Dial:
    """A problem of Cordeau's: matrices, rides and cars in thousandths of a minute and a unit."""

    distance: np.ma.MaskedArray
    rides: tuple[darp.Ride, ...]
    cars: tuple[darp.Car, ...]


def cvrp(path: Path) -> vrp.Problem:
    """A problem of the set X (Uchoa et al.); Euclidean distances, rounded."""
    lines = path.read_text().splitlines()
    told = {key.strip(): value.strip() for key, _, value in (x.partition(":") for x in lines)}
    n, capacity = int(told["DIMENSION"]), int(told["CAPACITY"])
    at = next(k for k, x in enumerate(lines) if x.startswith("NODE_COORD_SECTION"))
    points = np.array([[float(w) for w in x.split()[1:]] for x in lines[at + 1 : at + 1 + n]])
    loads = [int(x.split()[1]) for x in lines[at + 2 + n : at + 2 + 2 * n]]
    distance = _masked(np.rint(_euclid(points)))
    jobs = tuple(vrp.Job(k, (loads[k],)) for k in range(1, n))
    return vrp.Problem((distance,), (distance * 0,), (vrp.Yard(0),),
                       (vrp.Fleet(n, (capacity,)),), jobs)  # fmt: skip


def vrptw(path: Path) -> vrp.Problem:
    """A problem of Solomon's; distance alone counts."""
    rows = [[int(w) for w in x.split()] for x in path.read_text().splitlines() if _numbers(x)]
    (count, capacity), *nodes = rows
    distance = _masked(np.rint(_euclid(np.array(nodes)[:, 1:3]) * SCALE))
    jobs = tuple(
        vrp.Job(k, (row[3],), service=row[6] * SCALE, window=_window(row[4], row[5]))
        for k, row in enumerate(nodes) if k
    )  # fmt: skip
    yard = vrp.Yard(0, _window(nodes[0][4], nodes[0][5]))
    return vrp.Problem((distance,), (distance,), (yard,), (vrp.Fleet(count, (capacity,)),), jobs)


def pdptw(path: Path) -> vrp.Problem:
    """A problem of Li and Lim's; fewest vehicles first, then distance."""
    rows = [[int(w) for w in x.split()] for x in path.read_text().splitlines() if _numbers(x)]
    (count, capacity, _), *nodes = rows
    distance = _masked(np.rint(_euclid(np.array(nodes)[:, 1:3]) * SCALE))

    def job(row: list[int]) -> vrp.Job:
        window = _window(row[4], row[5])
        return vrp.Job(row[0], service=row[6] * SCALE, window=window)

    shipments = tuple(
        vrp.Shipment(job(row), job(nodes[row[8]]), (row[3],)) for row in nodes if row[8]
    )
    yard = vrp.Yard(0, _window(nodes[0][4], nodes[0][5]))
    fleet = vrp.Fleet(count, (capacity,), fixed_cost=PER_VEHICLE)
    return vrp.Problem((distance,), (distance,), (yard,), (fleet,), shipments=shipments)


def dial_a_ride(path: Path) -> Dial:
    """A problem of Cordeau's (2006): longest route, longest ride, windows on one end of each."""
    (head, *lines) = path.read_text().splitlines()
    count, n, route, capacity, ride = (int(float(w)) for w in head.split())
    rows = [[float(w) for w in x.split()] for x in lines if x.strip()]
    points = np.array([row[1:3] for row in rows])
    distance = _masked(np.rint(_euclid(points) * SCALE))
    requests = n // 2 if len(rows) == n + 1 or len(rows) == n + 2 else n

    def call(k: int) -> darp.Call:
        _, _, _, service, _, early, late = rows[k]
        return darp.Call(k, _window(int(early), int(late)), int(service) * SCALE)

    rides = tuple(
        darp.Ride(call(k), call(k + requests), (int(rows[k][4]),), ride * SCALE)
        for k in range(1, requests + 1)
    )
    window = _window(int(rows[0][5]), int(rows[0][6]))
    cars = tuple(darp.Car(0, 0, (capacity,), window, route * SCALE) for _ in range(count))
    return Dial(distance, rides, cars)


def check(problem: vrp.Problem, solved: vrp.Solved) -> float:
    """The distance driven, counted again from the visits; raises where a job is not served once."""
    distance = problem.distance[0]
    seen: list[tuple[str, int]] = []
    whole = 0
    for route in solved.routes:
        stops = [0]
        for visit in route.visits:
            seen.append((visit.kind, visit.index))
            if visit.kind == "job":
                stops.append(problem.jobs[visit.index].location)
            else:
                shipment = problem.shipments[visit.index]
                ends = {"pickup": shipment.pickup, "delivery": shipment.delivery}
                stops.append(ends[visit.kind].location)
        stops.append(0)
        whole += sum(int(distance[a, b]) for a, b in itertools.pairwise(stops))
    expected = [("job", n) for n in range(len(problem.jobs))]
    expected += [(k, n) for n in range(len(problem.shipments)) for k in ("pickup", "delivery")]
    if sorted(seen) != sorted(expected) or not solved.feasible:
        raise ValueError("something was not served, or twice")
    return whole


def check_rides(dial: Dial, shared: darp.Shared) -> float:
    """The distance, counted again; raises where a window, ride, load or route is not kept."""
    whole = 0
    for car, route in zip(dial.cars, shared.routes, strict=True):
        begun: dict[int, int] = {}
        load, clock, at = 0, 0, car.start
        for seen in route:
            ride = dial.rides[seen.ride]
            call = ride.delivery if seen.ends else ride.pickup
            way = int(dial.distance[at, call.location])
            whole += way
            late = clock and seen.begin < clock + way
            load += -ride.load[0] if seen.ends else ride.load[0]
            over = load > car.capacity[0]
            if late or over or not call.window.holds(seen.begin):
                raise ValueError(f"ride {seen.ride} is late, or too many are on board")
            clock, at = seen.begin + call.service, call.location
            if not seen.ends:
                begun[seen.ride] = clock
            elif seen.begin - begun.pop(seen.ride) > (ride.longest or 0):
                raise ValueError(f"ride {seen.ride} is too long")
        whole += int(dial.distance[at, car.end])
        if begun:
            raise ValueError("somebody is still on board")
    if not shared.complete:
        raise ValueError("somebody is left out")
    return whole


def _numbers(line: str) -> bool:
    words = line.split()
    return len(words) > 1 and all(w.lstrip("-").isdigit() for w in words)


def _window(early: int, late: int) -> Window:
    return Window(early * SCALE, late * SCALE)


def _euclid(points: np.ndarray) -> np.ndarray:
    x, y = np.asarray(points, float).T
    return np.hypot(x[:, None] - x, y[:, None] - y)


def _masked(matrix: np.ndarray) -> np.ma.MaskedArray:
    return np.ma.MaskedArray(matrix.astype(np.int64))

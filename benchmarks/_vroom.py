"""The same routing problems asked of VROOM, where `pip install pyvroom` was said: a peer.

It runs to its own end: its level of exploration is asked for, not seconds; and it is not repeated
with other seeds, since it has none.
"""

import itertools

import numpy as np

from linli.analysis.dispatch.engines import vrp

MOST_EXPLORED = 5  # VROOM's highest level
LATEST = 2**31  # a moment after every window that holds for ever
PER_HOUR = 3_600  # so that a whole number of the problem costs one


def distance_found(problem: vrp.Problem) -> tuple[int, int] | None:
    """The distance of its plan and its vehicles; None without VROOM, or where something is left."""
    try:
        import vroom
    except ImportError:
        return None
    fleet, yard = problem.fleets[0], problem.yards[0]
    has_times = bool(np.ma.filled(problem.duration[0], 0).any())
    matrix = np.ma.filled(problem.duration[0] if has_times else problem.distance[0], 0)

    def window(job: vrp.Job | vrp.Yard) -> "vroom.TimeWindow":
        return vroom.TimeWindow(job.window.from_s, min(job.window.until_s, LATEST))

    asked = vroom.Input()
    asked.set_durations_matrix("car", matrix.astype(np.uint32))
    costs = vroom.VehicleCosts(fixed=fleet.fixed_cost, per_hour=PER_HOUR)
    for n in range(fleet.count):
        asked.add_vehicle(
            vroom.Vehicle(n, start=yard.location, end=yard.location, capacity=list(fleet.capacity),
                          time_window=window(yard), costs=costs)
        )  # fmt: skip
    for n, job in enumerate(problem.jobs):
        asked.add_job(
            vroom.Job(n, job.location, default_service=job.service,
                      delivery=vroom.Amount(list(job.load)), time_windows=[window(job)])
        )  # fmt: skip
    for n, it in enumerate(problem.shipments):
        ends = [
            vroom.ShipmentStep(n, call.location, default_service=call.service,
                               time_windows=[window(call)])
            for call in (it.pickup, it.delivery)
        ]  # fmt: skip
        asked.add_shipment(*ends, amount=vroom.Amount(list(it.load)))
    found = asked.solve(exploration_level=MOST_EXPLORED, nb_threads=1)
    if found.unassigned:
        return None
    distance = problem.distance[0]
    routes = found.routes.groupby("vehicle_id")["location_index"]
    driven = sum(
        int(distance[int(a), int(b)]) for _, stops in routes for a, b in itertools.pairwise(stops)
    )
    return driven, routes.ngroups

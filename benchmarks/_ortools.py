"""The same routing problems asked of OR-Tools' routing, as its own guide puts them: a peer."""

import numpy as np

from linli.analysis.dispatch.engines import vrp

MOST = 10**9


def distance_found(problem: vrp.Problem, *, seconds: float) -> tuple[int, int] | None:
    """The distance of the best plan in so many seconds and its vehicles; None without a plan."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    fleet, yard = problem.fleets[0], problem.yards[0]
    stops = list(problem.jobs)
    for shipment in problem.shipments:
        stops += [shipment.pickup, shipment.delivery]
    loads = [job.load[0] for job in problem.jobs]
    for shipment in problem.shipments:
        loads += [shipment.load[0], -shipment.load[0]]
    where = np.array([yard.location, *(job.location for job in stops)])
    far, long = (
        np.ma.filled(m[0].astype(np.int64), MOST)[np.ix_(where, where)]
        for m in (problem.distance, problem.duration)
    )
    manager = pywrapcp.RoutingIndexManager(len(where), fleet.count, 0)
    model = pywrapcp.RoutingModel(manager)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(far.tolist()))
    model.AddDimension(
        model.RegisterUnaryTransitVector([0, *loads]), 0, fleet.capacity[0], True, "load"
    )
    service = np.array([0, *(job.service for job in stops)])
    transit = model.RegisterTransitMatrix((long + service[:, None]).tolist())
    model.AddDimension(transit, MOST, MOST, False, "time")
    time = model.GetDimensionOrDie("time")
    for n, job in enumerate(stops, start=1):
        late = min(job.window.until_s, MOST)
        time.CumulVar(manager.NodeToIndex(n)).SetRange(job.window.from_s, late)
    for car in range(fleet.count):
        time.CumulVar(model.End(car)).SetMax(min(yard.window.until_s, MOST))
    if fleet.fixed_cost:
        model.SetFixedCostOfAllVehicles(fleet.fixed_cost)
    for n in range(len(problem.shipments)):
        a, b = (manager.NodeToIndex(1 + len(problem.jobs) + 2 * n + k) for k in (0, 1))
        model.AddPickupAndDelivery(a, b)
        model.solver().Add(model.VehicleVar(a) == model.VehicleVar(b))
        model.solver().Add(time.CumulVar(a) <= time.CumulVar(b))
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    first, local = (
        routing_enums_pb2.FirstSolutionStrategy, routing_enums_pb2.LocalSearchMetaheuristic
    )  # fmt: skip
    parameters.first_solution_strategy = first.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = local.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(seconds * 1_000))
    found = model.SolveWithParameters(parameters)
    if found is None:
        return None
    used = sum(
        not model.IsEnd(found.Value(model.NextVar(model.Start(car)))) for car in range(fleet.count)
    )
    return int(found.ObjectiveValue()) - used * fleet.fixed_cost, used

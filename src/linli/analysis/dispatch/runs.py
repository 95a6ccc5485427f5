"""Who goes where, by which vehicle, in which order, when? Placements in, a plan out.

A plan is judged as an operator would: how many are left, when the last patient arrives, the longest
that anybody is on board, and minutes driven; in this order. Each kind of passenger is searched in
several ways (`rounds`), vehicles take turns (`turns`), and what makes the whole plan best is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from linli.analysis.dispatch.bounds import bound, trips_at_least
from linli.analysis.dispatch.engines import vrp
from linli.analysis.dispatch.refusals import refusal
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.rounds import SEARCHES, Kind, Order, alone, kinds, orders, parties
from linli.analysis.dispatch.snapshot import Snapshot
from linli.analysis.dispatch.trips import Leg, Placed, Plan, Reason, Trip, Unserved, Worth
from linli.analysis.dispatch.turns import Wanted, at_the_yard, take_turns
from linli.errors import N_

ESTIMATED = N_(
    "Every time is an estimate: no map of the roads is loaded, and closures are not honoured."
)
CHOSEN = N_(
    "Of {tried} ways to plan, this one leaves {unserved} persons, has the last arrive after "
    "{minutes} minutes, and makes {trips} trips of at least {least}."
)


@dataclass(frozen=True, slots=True)
class Budget:
    """How long is searched, in iterations and not in seconds, so that it can be done again."""

    iterations: int = 400  # of each search of each kind


Judge = Callable[[Sequence[Trip], Sequence[Unserved]], tuple[int, ...]]
Options = dict[Kind, list[tuple[Order, ...]]]  # the orders that each search found, a kind


def runs(
    snapshot: Snapshot,
    placed: Sequence[Placed],
    *,
    seed: int = 0,
    budget: Budget | None = None,
    ways: Mapping[int, int] | None = None,
    network: Ways | Callable[[int], Ways] | None = None,
    stop: vrp.Stop | None = None,
    judge: Judge | None = None,
) -> Plan:
    """Plan the vehicles for people whose beds are known.

    Parameters
    ----------
    placed
        Who goes to which facility; whoever is not in it is not moved and not named.
    ways, network
        The node of each place and the open roads, from which each leg's arcs are kept. Without
        them legs have none, and no closure can be held against the plan.
    judge
        Says how good some trips are, the smaller the better, where more than vehicles counts;
        by default as ``Worth`` is ordered.

    Returns
    -------
    The plan: every placement is on its trips or among its unserved, with the reason.
    """
    budget = budget or Budget()
    left: list[Unserved] = []
    able: list[int] = []
    for n, it in enumerate(placed):
        reason = refusal(snapshot, it)
        if reason is None:
            able.append(n)
        else:
            left.append(Unserved(it.lot, it.count, reason))
    options, iterations = _searched(snapshot, placed, able, budget, seed, stop)
    chosen, tried = _best(snapshot, placed, options, judge or judged)
    trips, no_turn = take_turns(snapshot, placed, _wanted(options, chosen), at_the_yard(snapshot))
    if network is not None and ways is not None:
        trips = with_paths(trips, ways, network)
    unserved = (*left, *no_turn)
    worth = worth_of(trips, unserved)
    least = trips_at_least(snapshot, placed, able)
    reasons = [Reason.of("estimate", ESTIMATED)] if snapshot.travel.estimate else []
    reasons.append(
        Reason.of("chosen", CHOSEN, tried=tried, unserved=worth.unserved, trips=len(trips),
                  minutes=-(-worth.last_arrival_s // 60), least=least)
    )  # fmt: skip
    return Plan(
        placed=tuple(placed), trips=trips, unserved=unserved, worth=worth,
        bound=bound(snapshot, placed, able, refused=sum(u.count for u in left)), seed=seed,
        iterations=iterations, roads_id=snapshot.travel.roads_id, estimate=snapshot.travel.estimate,
        versions=(("pyvrp", vrp.version()),), reasons=tuple(reasons),
        figures={"trips": len(trips), "trips_at_least": least},
    )  # fmt: skip


def worth_of(trips: Sequence[Trip], unserved: Sequence[Unserved]) -> Worth:
    """What a plan comes to."""
    return Worth(
        unserved=sum(u.count for u in unserved),
        last_arrival_s=max((trip.arrive_s for trip in trips), default=0),
        longest_ride_s=max((trip.longest_ride_s for trip in trips), default=0),
        driving_s=sum(trip.driving_s for trip in trips),
    )


def order_of(worth: Worth) -> tuple[int, int, int, int]:
    """Worths in the order in which an operator looks at them; the smaller is the better plan.

    Arrivals and rides count in whole minutes: no bus is sent out to gain seconds.
    """
    last, ride = -(-worth.last_arrival_s // 60), -(-worth.longest_ride_s // 60)
    return (worth.unserved, last, ride, worth.driving_s)


def judged(trips: Sequence[Trip], unserved: Sequence[Unserved]) -> tuple[int, ...]:
    """How good some trips are by themselves."""
    return order_of(worth_of(trips, unserved))


def with_paths(
    trips: Sequence[Trip], node_of: Mapping[int, int], ways: Ways | Callable[[int], Ways]
) -> tuple[Trip, ...]:
    """The same trips with the arcs of every leg, so that a closure finds them at once.

    Where roads are open to some vehicles only, ``ways`` gives those of each by its number.
    """
    if not isinstance(ways, Ways):
        own = {v: ways(v) for v in {trip.vehicle for trip in trips}}
        found = {
            trip.id: trip
            for one in {id(w): w for w in own.values()}.values()
            for trip in with_paths([t for t in trips if own[t.vehicle] is one], node_of, one)
        }
        return tuple(found[trip.id] for trip in trips)
    return _with_paths(trips, node_of, ways)


def _with_paths(
    trips: Sequence[Trip], node_of: Mapping[int, int], ways: Ways
) -> tuple[Trip, ...]:  # fmt: skip
    wanted = {
        (node_of[a.place], node_of[b.place])
        for trip in trips
        for a, b, leg in zip(trip.stops, trip.stops[1:], trip.legs, strict=False)
        if leg.arcs is None
    }
    longest = max((leg.seconds for trip in trips for leg in trip.legs), default=0)
    found = ways.paths(sorted(wanted), within_s=longest)
    return tuple(replace(trip, legs=tuple(_legs(trip, node_of, found))) for trip in trips)


def _legs(
    trip: Trip, node_of: Mapping[int, int],
    found: Mapping[tuple[int, int], tuple[int, ...] | None],
) -> list[Leg]:  # fmt: skip
    pairs = zip(trip.stops, trip.stops[1:], trip.legs, strict=False)
    return [
        leg if leg.arcs is not None
        else replace(leg, arcs=found[node_of[a.place], node_of[b.place]])
        for a, b, leg in pairs
    ]  # fmt: skip


def _searched(
    snapshot: Snapshot, placed: Sequence[Placed], able: Sequence[int], budget: Budget, seed: int,
    stop: vrp.Stop | None,
) -> tuple[Options, int]:  # fmt: skip
    options: Options = {}
    total = 0
    for kind, which in kinds(snapshot, [placed[n] for n in able]).items():
        those = parties(snapshot, placed, [able[n] for n in which])
        found = [
            orders(snapshot, placed, those, kind, search, iterations=budget.iterations, seed=seed,
                   stop=stop)
            for search in SEARCHES
        ]  # fmt: skip
        total += sum(n for f in found if f is not None for n in (f[1],))
        options[kind] = list(dict.fromkeys(f[0] for f in found if f is not None)) or [alone(those)]
    return options, total


def _wanted(options: Options, chosen: Mapping[Kind, int]) -> list[Wanted]:
    return [Wanted(kind, order) for kind, found in options.items() for order in found[chosen[kind]]]


def _best(
    snapshot: Snapshot, placed: Sequence[Placed], options: Options, judge: Judge
) -> tuple[dict[Kind, int], int]:
    """Take for each kind the search that makes the whole plan best, until none makes it better."""
    begin = at_the_yard(snapshot)

    def worth(chosen: Mapping[Kind, int]) -> tuple[int, ...]:
        return judge(*take_turns(snapshot, placed, _wanted(options, chosen), begin))

    chosen = dict.fromkeys(options, 0)
    best, tried, better = worth(chosen), 1, True
    while better:
        better = False
        for kind, found in options.items():
            for n in range(len(found)):
                if n == chosen[kind]:
                    continue
                other = {**chosen, kind: n}
                seen = worth(other)
                tried += 1
                if seen < best:
                    chosen, best, better = other, seen, True
    return chosen, tried

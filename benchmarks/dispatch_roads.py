"""Travel times and closures on a real town, and on a city-sized network made of copies of it.

Seconds are those in which the process is at work. The peer of a matrix is SciPy's Dijkstra alone on
the same roads; a mended plan's peer is the same plan made anew.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from benchmarks._extracts import extract, tiled
from benchmarks.ground import say
from linli.analysis.dispatch.replan import detours, mend
from linli.analysis.dispatch.roads.closures import Closure, open_arcs
from linli.analysis.dispatch.roads.network import Network
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.runs import Budget, runs
from linli.analysis.dispatch.snapshot import (
    Category,
    Depot,
    Facility,
    Lot,
    Place,
    Rules,
    Severity,
    Snapshot,
    Vehicle,
    Window,
)  # fmt: skip
from linli.analysis.dispatch.standing import hits
from linli.analysis.dispatch.trips import Placed

T = TypeVar("T")
PATIENTS, COMMUNITIES, HOSPITALS, BUSES = 494, 60, 3, 15
KINDS = ((Category.CONFIRMED, 0.6), (Category.SUSPECTED, 0.25), (Category.CONTACT, 0.15))
KNOWN_AT_S = 1_500


def main(rest: Sequence[str]) -> None:  # noqa: ARG001 - takes nothing; all benchmarks look alike
    """The matrix as the number of places grows, then the night with roads shut on the way."""
    town = extract()
    say(f"a town of {town.n_nodes:,} nodes, {town.n_arcs:,} arcs", "")
    for n in (10, 100, 1_000):
        _matrix(town, n, "<= 2 s" if n == 1_000 else "")
    city = tiled(town, across=5, down=4)
    say(f"a city of {city.n_nodes:,} nodes, {city.n_arcs:,} arcs", "")
    for n in (10, 100):
        _matrix(city, n, "")
    for name, network, ride_s in (("town", town, 3_600), ("city", city, 7_200)):
        _night(name, network, ride_s)


def _matrix(network: Network, n: int, bar: str) -> None:
    from scipy.sparse.csgraph import dijkstra

    nodes = np.random.default_rng(1).choice(network.joined, n)
    ways = Ways.of(network)
    _, ours = work(lambda: ways.travel(nodes))
    _, peer = work(lambda: dijkstra(ways.graph, indices=np.unique(nodes)))
    say(f"    {n:,} x {n:,} seconds and metres", f"{ours:.2f} s", bar)
    say("    SciPy alone, seconds only", f"{peer:.2f} s")


def _night(name: str, network: Network, ride_s: int) -> None:
    ways = Ways.of(network)
    snapshot, placed, node_of = night(ways, ride_s)
    plan, took = work(
        lambda: runs(snapshot, placed, budget=Budget(200), ways=node_of, network=ways)
    )
    last = -(-plan.worth.last_arrival_s // 60)
    say(f"the night in the {name}: {PATIENTS} persons, {BUSES} buses", f"{took:.1f} s", "<= 5 s")
    say("    unserved; trips, of at least; last arrival, minutes",
        f"{plan.worth.unserved}; {plan.figures['trips']}, {plan.figures['trips_at_least']}; {last}",
        "0")  # fmt: skip
    used = Counter(
        arc for trip in plan.trips for leg in trip.legs if leg.depart_s > KNOWN_AT_S
        for arc in leg.arcs or ()
    )  # fmt: skip
    busiest = frozenset(arc for arc, _ in used.most_common(5))
    shut = [Closure("busiest", busiest, Window(KNOWN_AT_S, 10**6))]

    def around() -> int:
        now = Ways.of(network, open_arcs(network, shut))
        return len(detours(plan, network, now, shut, now_s=KNOWN_AT_S, node_of=node_of))

    n_hit, quick = work(around)
    say(
        f"    5 busiest roads shut: {n_hit} legs found and led around", f"{quick:.3f} s", "<= 0.1 s"
    )
    mended, took = work(
        lambda: mend(plan, snapshot, network, shut, now_s=KNOWN_AT_S, node_of=node_of)
    )
    say("    the whole plan mended", f"{took:.2f} s", "<= 2 s")
    left = hits(mended.plan.trips, shut, now_s=KNOWN_AT_S, network=network)
    say("    legs of the mended plan on a shut road", str(len(left)), "0")


def night(
    ways: Ways, ride_s: int, *, seed: int = 1
) -> tuple[Snapshot, list[Placed], dict[int, int]]:  # fmt: skip
    """494 persons of three categories at 60 places; to the nearest of three hospitals."""
    dice = np.random.default_rng(seed)
    nodes = dice.choice(ways.network.joined, COMMUNITIES + HOSPITALS + 1, replace=False)
    travel = ways.travel(nodes)
    lots, placed = [], []
    shares = dice.dirichlet(np.ones(COMMUNITIES))
    for place, count in enumerate(dice.multinomial(PATIENTS, shares)):
        near = int(np.argmin(travel.seconds[place, COMMUNITIES : COMMUNITIES + HOSPITALS]))
        for (category, _), part in zip(
            KINDS, dice.multinomial(count, [share for _, share in KINDS]), strict=True
        ):
            if part:
                placed.append(Placed(len(lots), near, 0, int(part)))
                name = f"{place}-{category}"
                lots.append(Lot(name, place, category, Severity.MILD, int(part)))
    at = ways.network
    snapshot = Snapshot(
        tuple(Place(f"{n}", float(at.lon[k]), float(at.lat[k])) for n, k in enumerate(nodes)),
        travel,
        tuple(Facility(f"H{n}", COMMUNITIES + n) for n in range(HOSPITALS)),
        tuple(lots),
        tuple(Vehicle(f"B{n}", 0, 38) for n in range(BUSES)),
        (),
        (Depot("yard", COMMUNITIES + HOSPITALS),),
        Rules(ride_limit_s=ride_s),
    )
    return snapshot, placed, {n: int(k) for n, k in enumerate(nodes)}


def work(do: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and the seconds in which the process was at work for it."""
    begun = time.process_time()
    return do(), time.process_time() - begun

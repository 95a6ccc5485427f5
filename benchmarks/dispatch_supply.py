"""A city's supply: 1,400 communities, 14 warehouses, 800 buses, on a city-sized network.

The peer is the same day as one problem without a split, for as long as is given to it. Seconds are
those in which the process is at work.
"""

import argparse
from collections.abc import Sequence

import numpy as np

from benchmarks._extracts import extract, tiled
from benchmarks.dispatch_roads import work
from benchmarks.dispatch_routes import worked
from benchmarks.ground import say
from linli.analysis.dispatch.engines import vrp
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.snapshot import Depot, Travel, Window
from linli.analysis.dispatch.supply import Bus, Drop, Supply, supply

WAREHOUSES, BUSES, HOLDS, RELOADS = 14, 800, 300, 2
SHIFT = Window(0, 8 * 3_600)
FIRST = Window(0, 3 * 3_600)  # for the old and weak
FIRST_SHARE = 0.2
UNITS = (60, 220)  # of a community: made up
LOADING_S = 1_200
# The best of 1,400 communities: `dispatch_supply --peer 600`, PyVRP 0.14.1, seed 1, on 2026-11-26.
BEST_HOURS = 189.1


def main(rest: Sequence[str]) -> None:
    """The day at three sizes, then its peer."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks dispatch_supply")
    parser.add_argument("--peer", type=float, default=60.0, help="seconds of the one problem")
    parser.add_argument("--iterations", type=int, default=600, help="of each warehouse")
    asked = parser.parse_args(rest)
    ways = Ways.of(tiled(extract(), across=5, down=4))
    for n in (14, 140, 1_400):
        day, roads_s = work(lambda n=n: a_day(ways, n))
        plan, plan_s = work(lambda day=day: supply(day, iterations=asked.iterations))
        bar = "<= 60 s" if n == 1_400 else ""
        say(f"{n:,} communities: matrix, plan", f"{roads_s:.1f} + {plan_s:.1f} s", bar)
        hours = plan.driving_s / 3_600
        trips = f"{len(plan.trips)}, {plan.trips_at_least}"
        say("    hours driven; trips, of at least; missed",
            f"{hours:.1f}; {trips}; {len(plan.missed)}", "0 missed")  # fmt: skip
    say("ours against the best of ten minutes, kept here", f"{hours / BEST_HOURS:.3f}", "<= 1.02")
    best = one_problem(day, asked.peer)
    if best is None:
        say(f"as one problem, {asked.peer:g} s", "no plan")
        return
    say(f"as one problem, {asked.peer:g} s: hours driven", f"{best / 3_600:.1f}")
    say("ours against it", f"{plan.driving_s / best:.3f}", "<= 1.02")


def a_day(ways: Ways, n: int, *, seed: int = 1) -> Supply:
    """So many communities, with loads made up by a seed."""
    dice = np.random.default_rng(seed)
    nodes = dice.choice(ways.network.joined, n + WAREHOUSES, replace=False)
    travel: Travel = ways.travel(nodes)
    units = dice.integers(*UNITS, size=n)
    first = dice.random(n) < FIRST_SHARE
    drops = tuple(
        Drop(f"d{k}", WAREHOUSES + k, (int(units[k]),), FIRST if first[k] else SHIFT, int(first[k]))
        for k in range(n)
    )
    buses = tuple(Bus(f"b{k}", k % WAREHOUSES, (HOLDS,), SHIFT, 1 + RELOADS) for k in range(BUSES))
    depots = tuple(Depot(f"w{k}", k, reload_s=LOADING_S) for k in range(WAREHOUSES))
    return Supply(travel, depots, drops, buses)


def one_problem(day: Supply, seconds: float) -> int | None:
    """The seconds driven where every bus may serve every community."""
    jobs = tuple(
        vrp.Job(drop.place, drop.amounts, window=drop.window,
                service=day.stopping_s + day.unit_s * drop.amounts[0])
        for drop in day.drops
    )  # fmt: skip
    yards = tuple(vrp.Yard(d.place, service=d.reload_s) for d in day.warehouses)
    count = len(day.buses) // len(yards)
    fleets = tuple(
        vrp.Fleet(count, (HOLDS,), start=w, end=w, window=SHIFT, longest=SHIFT.until_s,
                  reloads=(w,), most_reloads=RELOADS)
        for w in range(len(yards))
    )  # fmt: skip
    driving = day.travel.seconds
    problem = vrp.Problem((driving,), (driving,), yards, fleets, jobs)
    found = vrp.solve(problem, iterations=10**9, seed=1, stop=worked(seconds))
    return found.distance if found.feasible else None

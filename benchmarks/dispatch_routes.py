"""Routes of published problems against their best known values, and against two peers.

A search ends by the seconds in which the process is at work, so that a busy machine changes little;
OR-Tools counts the wall's seconds and is given as many. Each plan is checked and its distance
counted again. PyVRP stands beside our engine as its own reader and defaults would run it.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import _instances, _ortools
from benchmarks._notices import shared_data
from benchmarks.ground import say
from linli.analysis.dispatch.engines import rides as darp
from linli.analysis.dispatch.engines import vrp

SEEDS = (1, 2, 3)  # one seed may stay in a poor corner however long it searches
Reader = Callable[[Path], vrp.Problem]
# file, reader, best known, unit of a distance, bar: above it by at most
SETS: tuple[tuple[str, Reader, float, int, float], ...] = (
    ("cvrp/X-n101-k25.vrp", _instances.cvrp, 27_591, 1, 0.005),
    ("cvrp/X-n303-k21.vrp", _instances.cvrp, 21_736, 1, 0.015),
    ("vrptw/R112.txt", _instances.vrptw, 953.63, 1_000, 0.01),
    ("vrptw/RC108.txt", _instances.vrptw, 1_117.53, 1_000, 0.01),
    ("pdptw/lr112.txt", _instances.pdptw, 1_003.767, 1_000, 1e-4),
    ("pdptw/lrc104.txt", _instances.pdptw, 1_128.4012, 1_000, 1e-4),
)
CARS = {"pdptw/lr112.txt": 9, "pdptw/lrc104.txt": 10}
DIALS = (("a2-16", 294.249, 5, 1e-4), ("b2-16", 309.405, 5, 1e-4), ("a3-24", 344.835, 10, 0.005),
         ("a4-48", 668.820, 60, 0.005))  # fmt: skip


def main(rest: Sequence[str]) -> None:
    """Every set, each beside its peers."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks dispatch_routes")
    parser.add_argument("--seconds", type=float, default=10.0, help="of work, a search")
    parser.add_argument("--only", default="", help="the sets whose name holds this")
    asked = parser.parse_args(rest)
    folder = shared_data()
    if folder is None:
        raise SystemExit("The instances are not here; LINLI_SHARED_DATA names their folder.")
    for name, read, best, unit, bar in SETS:
        if asked.only in name:
            _routes(folder / "dispatch" / name, name, read, best * unit, bar, asked.seconds)
    for name, best, seconds, bar in DIALS:
        if asked.only in f"darp/{name}":
            _rides(folder / "dispatch" / "darp" / f"{name}.txt", best, seconds, bar)


def _routes(
    path: Path, name: str, read: Reader, best: float, bar: float, seconds: float
) -> None:  # fmt: skip
    problem = read(path)
    runs = [vrp.solve(problem, iterations=10**9, seed=seed, stop=worked(seconds)) for seed in SEEDS]
    gaps = sorted(_instances.check(problem, found) / best - 1 for found in runs)
    cars = CARS.get(name)
    most = max(len(found.routes) for found in runs)
    also = "" if cars is None else f", {most} cars of {cars}"
    median = statistics.median(gaps)
    say(f"{name}, {seconds:g} s of work, median of seeds", f"{median:+.2%}{also}", f"<= {bar:+.2%}")
    say("    the worst seed", f"{gaps[-1]:+.2%}")
    peer = _pyvrp(path, name, seconds)
    if peer is not None:
        say("    PyVRP by its own reader and defaults", f"{peer / best - 1:+.2%}", ">= ours")
    other = _ortools.distance_found(problem, seconds=seconds)
    told = "no plan" if other is None else f"{other / best - 1:+.2%}"
    say("    OR-Tools routing, guided local search", told, ">= ours, or more cars")


def _pyvrp(path: Path, name: str, seconds: float) -> float | None:
    """Only of the files that PyVRP reads itself."""
    import pyvrp

    if not name.endswith(".vrp"):
        return None
    data = pyvrp.read(path, round_func="round")
    result = pyvrp.solve(data, worked(seconds), seed=1, display=False)
    return float(result.cost())


def _rides(path: Path, best: float, seconds: float, bar: float) -> None:
    dial = _instances.dial_a_ride(path)
    started = time.process_time()
    found = darp.share(dial.distance, dial.distance, dial.rides, dial.cars, solutions=10**9,
                       seconds=seconds)  # fmt: skip
    spent = time.process_time() - started
    gap = _instances.check_rides(dial, found) / 1_000 / best - 1
    say(f"darp/{path.stem}, {spent:.0f} s of work, every ride kept", f"{gap:+.3%}",
        f"<= {bar:+.2%}")  # fmt: skip


def worked(seconds: float) -> Callable[[float], bool]:
    """What ends a search once the process has been at work for so long."""
    begun = time.process_time()
    return lambda _best: time.process_time() - begun > seconds


if __name__ == "__main__":
    main([])

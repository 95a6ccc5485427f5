"""Routes of published problems against their best known values, and against three peers.

A search ends by the seconds in which the process is at work, so that a busy machine changes little;
OR-Tools counts the wall's seconds and is given as many. Each plan is checked and its distance
counted again. PyVRP stands beside our engine as its own reader and defaults would run it; OR-Tools
with its guided local search; VROOM, where it is installed, at its highest level. A set whose file
is not at hand is named and left out.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import _instances, _ortools, _vroom
from benchmarks._notices import shared_data
from benchmarks.ground import say
from linli.analysis.dispatch.engines import rides as darp
from linli.analysis.dispatch.engines import vrp

CLOSE = 0.005  # above the best of the peers: what one seed more or less is worth
SEEDS = (1, 2, 3)  # one seed may stay in a poor corner however long it searches
Reader = Callable[[Path], vrp.Problem]
# file, reader, best known, unit of a distance, bar: above it by at most
SETS: tuple[tuple[str, Reader, float, int, float], ...] = (
    ("cvrp/X-n101-k25.vrp", _instances.cvrp, 27_591, 1, 0.005),
    ("cvrp/X-n303-k21.vrp", _instances.cvrp, 21_736, 1, 0.015),
    ("cvrp/X-n1001-k43.vrp", _instances.cvrp, 72_355, 1, 0.025),
    ("vrptw/R112.txt", _instances.vrptw, 953.63, 1_000, 0.01),
    ("vrptw/RC108.txt", _instances.vrptw, 1_117.53, 1_000, 0.01),
    ("pdptw/lr112.txt", _instances.pdptw, 1_003.767, 1_000, 1e-4),
    ("pdptw/lrc104.txt", _instances.pdptw, 1_128.4012, 1_000, 1e-4),
)
SECONDS = {"cvrp/X-n1001-k43.vrp": 60.0}  # of work, where the bar is set for more
CARS = {"pdptw/lr112.txt": 9, "pdptw/lrc104.txt": 10}
DIALS = (("a2-16", 294.249, 5, 1e-4), ("b2-16", 309.405, 5, 1e-4), ("a3-24", 344.835, 10, 0.005),
         ("a4-48", 668.820, 60, 0.005), ("b4-48", 673.81, 60, 0.005))  # fmt: skip


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
        path = folder / "dispatch" / name
        if asked.only in name and _is_there(path, name):
            seconds = max(asked.seconds, SECONDS.get(name, 0.0))
            _routes(path, name, read, best * unit, bar, seconds)
    for name, best, seconds, bar in DIALS:
        path = folder / "dispatch" / "darp" / f"{name}.txt"
        if asked.only in f"darp/{name}" and _is_there(path, f"darp/{name}"):
            _rides(path, best, seconds, bar)


def _is_there(path: Path, name: str) -> bool:
    if not path.exists():
        say(name, "not at hand")
    return path.exists()


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
    peers: dict[str, tuple[float, int | None]] = {}
    peer = _pyvrp(path, name, seconds)
    if peer is not None:
        peers["PyVRP by its own reader and defaults"] = (peer, None)
    other = _ortools.distance_found(problem, seconds=seconds)
    if other is not None:
        peers["OR-Tools routing, guided local search"] = other
    third = _vroom.distance_found(problem)
    if third is not None:
        peers["VROOM, its highest level"] = third
    for who, (driven, n_cars) in peers.items():
        told = "" if cars is None else f", {n_cars} cars"
        say(f"    {who}", f"{driven / best - 1:+.2%}{told}")
    # where fewer cars count first, a peer with more of them is no rival
    rivals = [driven for driven, n in peers.values() if cars is None or n is None or n <= cars]
    if rivals:
        say("    ours against the best of them", f"{median + 1 - min(rivals) / best:+.2%}",
            f"<= {CLOSE:+.1%}")  # fmt: skip


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

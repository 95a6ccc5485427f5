"""How long does a what-if take, does cost follow the infected, and how far is Covasim behind?

    python -m benchmarks simulation
    LINLI_COVASIM_PYTHON=/path/to/its/python python -m benchmarks simulation --only peers
    python -m benchmarks simulation --only uncontrolled

Seconds are CPU seconds of a process of its own. A first run in a process loads or compiles the
kernel; it is told apart. Each peer needs a Python of its own: LINLI_COVASIM_PYTHON (4.0.1),
LINLI_COVASIM3_PYTHON (3.1.6), LINLI_STARSIM_PYTHON (3.7.2), LINLI_LASER_PYTHON (laser-generic 1.1.0).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

CASES = ("full", "wuhan", "uncontrolled", "growth", "screen", "meeting", "pairs", "peers")
USUAL = ("full", "wuhan", "growth", "screen", "peers")


def main(rest: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks simulation")
    parser.add_argument("--only", choices=CASES)
    chosen = parser.parse_args(rest)
    for name in (chosen.only,) if chosen.only else USUAL:
        {"growth": _growth, "screen": _screen, "peers": _peers, "pairs": _pairs,
         "meeting": _meeting}.get(name, lambda n=name: _city(n))()  # fmt: skip


def _city(case: str) -> None:
    bars = {"full": "<= 1.5 s to 60,000", "wuhan": "<= 6 s", "uncontrolled": "<= 120 s"}
    took = _case(case)
    print(f"11 million people, 120 days, {case}: {took['infected']:,} infected")
    _line("built from 13,000 grids", took["build_s"], "<= 10 s")
    _line("made ready for any number of seeds", took["prepare_s"], "")
    _line("kernel loaded or compiled, with a small run", took["compile_s"], "told apart")
    _line("the run", took["run_s"], bars[case])
    _line("a million infected days", took["run_s"] / took["infected_days"] * 1e6, "")
    _line("peak memory", took["rss_mb"], "<= 800 MB", unit=" MB")


def _growth() -> None:
    print("all policies, 400 infected first, as the city grows")
    for n_people in (100_000, 1_000_000, 10_000_000, 30_000_000):
        took = _case(f"grow{n_people}")
        per_day = took["run_s"] / took["infected_days"] * 1e6
        _line(f"{n_people:>11,} people, {took['infected']:>7,} infected", took["run_s"], "")
        _line("    a million infected days", per_day, "")


def _screen() -> None:
    from benchmarks._simulation_case import COVID, built
    from linli.analysis.simulation.policies import CloseCompounds
    from linli.analysis.simulation.screen import Screen
    from linli.analysis.simulation.setting import Setting

    sketch = Screen(Setting(built(11_000_000), COVID, first=200))
    n_grids, start = len(sketch.people), time.process_time()
    choices = [
        (CloseCompounds(from_day=10 + n % 25, leakage=0.05 * (1 + n // 25)),) for n in range(100)
    ]
    wall = time.perf_counter()
    worlds = sketch.run_all(choices, seeds=range(10), n_days=120, threads=2)
    sizes = [int(world.infections.sum()) for of in worlds for world in of]
    name = f"100 policies x 10 seeds on {n_grids:,} grids, 2 threads, CPU"
    _line(name, time.process_time() - start, "<= 150 s")
    _line("    by the clock", time.perf_counter() - wall, "")
    print(f"    infected: {min(sizes):,} to {max(sizes):,}, mean {sum(sizes) / len(sizes):,.0f}")


def _meeting() -> None:
    took = _case("meeting")
    print("4 choices x 20 paired seeds, 11 million people, from two files to a picture, 2 threads")
    _line("the city, with its kernel loaded or compiled", took["build_wall_s"], "")
    _line("80 worlds and the picture", took["run_wall_s"], "")
    _line("click to picture", took["build_wall_s"] + took["run_wall_s"], "<= 60 s wall")
    _line("CPU seconds, all of it", took["build_s"] + took["run_s"], "", unit="")
    _line("infected in a world, mean", took["infected"], "", unit="")


def _pairs() -> None:
    from benchmarks._simulation_case import COVID, built
    from linli.analysis.simulation.engine import run
    from linli.analysis.simulation.policies import CloseCompounds
    from linli.analysis.simulation.setting import Setting

    city = built(200_000)
    sizes = {}
    for day in (24, 25, 28):
        setting = Setting(city, COVID, (CloseCompounds(from_day=day),), first=60)
        sizes[day] = np.array(
            [run(setting, seed=s, n_days=90).state.infected.n for s in range(30)], dtype=float
        )
    for later, bar in ((25, "<= 0.05"), (28, "<= 0.15")):
        paired = (sizes[later] - sizes[24]).var(ddof=1)
        ratio = paired / (sizes[later].var(ddof=1) + sizes[24].var(ddof=1))
        name = f"paired variance ratio, closing {later - 24} day(s) later, 30 pairs"
        _line(name, ratio, bar, unit="")


def _peers() -> None:
    """The same epidemic under tests and tracing, and beside it others' with nothing done."""
    ours = _case("covasim")
    for name, script in (("COVASIM", "_covasim"), ("COVASIM3", "_covasim")):
        theirs = _peer(name, script)
        if theirs:
            print(f"200,000 people, tests and tracing, beside Covasim {theirs['version']}")
            for what, bar in (("infected", "0.8 to 1.2"), ("quarantined", "0.75 to 1.25")):
                _line(f"{what}, ours to theirs", ours[what] / theirs[what], bar, unit="")
            _side_by_side(ours, theirs, ">= 100" if name == "COVASIM" else "")
    ours = _case("free")
    for name, script in (("STARSIM", "_starsim"), ("LASER", "_laser")):
        theirs = _peer(name, script)
        if theirs:
            print(f"200,000 people, nothing done, beside {script[1:]} {theirs['version']}")
            ratio = ours["infected"] / theirs["infected"]
            _line("infected, ours to theirs", ratio, "0.8 to 1.2", unit="")
            _side_by_side(ours, theirs, "")


def _peer(name: str, script: str) -> dict[str, Any] | None:
    """What a peer's own Python says it took; None where none is named."""
    python = os.environ.get(f"LINLI_{name}_PYTHON")
    if not python:
        print(f"LINLI_{name}_PYTHON names no Python: no such peer beside this")
        return None
    path = Path(__file__).parent / f"{script}.py"
    told = subprocess.run([python, str(path), "1"], capture_output=True, text=True, check=True)
    return json.loads(told.stdout.splitlines()[-1])


def _side_by_side(ours: dict[str, Any], theirs: dict[str, Any], bar: str) -> None:
    _line("theirs", theirs["run_s"], "")
    _line("ours, the quickest of five", ours["run_s"], "")
    _line("million people-days a second, ours", 200_000 * 120 / ours["run_s"] / 1e6, "", unit="")
    _line("ratio of people-days a second", theirs["run_s"] / ours["run_s"], bar, unit="")


def _case(case: str) -> dict[str, Any]:
    """One case in a process of its own, so that memory and loading are its own."""
    command = [sys.executable, "-m", "benchmarks._simulation_case", case]
    root = Path(__file__).parent.parent
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    return json.loads(said.stdout.splitlines()[-1])


def _line(what: str, value: float, bar: str, *, unit: str = " s") -> None:
    print(f"  {what:<66} {value:>9.3f}{unit:<3}  {bar}")

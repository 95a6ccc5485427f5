"""How long does a what-if take, does cost follow the infected, and how far is Covasim behind?

    python -m benchmarks simulation
    LINLI_COVASIM_PYTHON=/path/to/its/python python -m benchmarks simulation --only covasim
    python -m benchmarks simulation --only uncontrolled

Seconds are CPU seconds of a process of its own. A first run in a process loads or compiles the
kernel; it is told apart. Covasim needs a Python of its own with covasim 4.0.1 in it.
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

CASES = ("full", "wuhan", "uncontrolled", "growth", "screen", "meeting", "pairs", "covasim")
USUAL = ("full", "wuhan", "growth", "screen", "covasim")


def main(rest: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks simulation")
    parser.add_argument("--only", choices=CASES)
    chosen = parser.parse_args(rest)
    for name in (chosen.only,) if chosen.only else USUAL:
        {"growth": _growth, "screen": _screen, "covasim": _covasim, "pairs": _pairs,
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
    sizes = []
    for n in range(100):  # every tenth of 100 policies x 10 seeds
        policy = CloseCompounds(from_day=10 + n % 25, leakage=0.05 * (1 + n // 25))
        sizes.append(int(sketch.run((policy,), seed=n % 10, n_days=120).infections.sum()))
    took = 10 * (time.process_time() - start)
    _line(f"100 policies x 10 seeds on {n_grids:,} grids, ten times a tenth", took, "<= 150 s")
    print(f"    infected: {min(sizes):,} to {max(sizes):,}")


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


def _covasim() -> None:
    python = os.environ.get("LINLI_COVASIM_PYTHON")
    if not python:
        print("LINLI_COVASIM_PYTHON names no Python with covasim 4.0.1: no peer beside this")
        return
    script = Path(__file__).parent / "_covasim.py"
    said = subprocess.run([python, str(script), "1"], capture_output=True, text=True, check=True)
    theirs = json.loads(said.stdout.splitlines()[-1])
    ours = _case("covasim")
    days = 200_000 * 120
    print(f"200,000 people, 120 days, tests and tracing, beside Covasim {theirs['version']}")
    _line("Covasim", theirs["run_s"], "")
    _line("ours", ours["run_s"], "")
    for what, bar in (("infected", "0.8 to 1.2"), ("quarantined", "0.75 to 1.25")):
        _line(f"{what}, ours to theirs", ours[what] / theirs[what], bar, unit="")
    _line("million people-days a second, ours", days / ours["run_s"] / 1e6, "", unit="")
    _line("ratio of people-days a second", theirs["run_s"] / ours["run_s"], ">= 100", unit="")


def _case(case: str) -> dict[str, Any]:
    """One case in a process of its own, so that memory and loading are its own."""
    command = [sys.executable, "-m", "benchmarks._simulation_case", case]
    root = Path(__file__).parent.parent
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    return json.loads(said.stdout.splitlines()[-1])


def _line(what: str, value: float, bar: str, *, unit: str = " s") -> None:
    print(f"  {what:<66} {value:>9.3f}{unit:<3}  {bar}")

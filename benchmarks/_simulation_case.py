"""One case of the what-if engine in a process of its own: says in JSON what it took."""

import json
import resource
import sys
import time
from dataclasses import replace

import numpy as np

from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.disease import Layer, shipped
from linli.analysis.simulation.engine import run
from linli.analysis.simulation.policies import (
    Beds,
    CloseCompounds,
    Deliver,
    Isolate,
    Policy,
    Quarantine,
    Reduce,
    Screen,
    Trace,
    Triage,
    Vaccinate,
)  # fmt: skip
from linli.analysis.simulation.setting import Setting

COVID = shipped("covid-19-2020")


def everything(day: int, *, leakage: float = 0.05) -> tuple[Policy, ...]:
    """Every kind of policy, most of them from a day on; capacities about Wuhan's."""
    return (
        CloseCompounds(from_day=day, leakage=leakage, within=0.2),
        Isolate(from_day=day, rooms=20_000),
        Quarantine(from_day=day), Trace(from_day=day, cases_a_day=4000, rooms=20_000),
        Beds(ward=20_000, intensive=2000), Beds(from_day=day + 10, shelter=13_000),
        Triage(from_day=day), Screen(from_day=day + 5, samples_a_day=100_000, rounds=2),
        Vaccinate(from_day=day, doses_a_day=10_000), Reduce(layers={Layer.SCHOOL: 0.0}),
        Deliver(from_day=day, households_a_day=500_000),
    )  # fmt: skip


def like_covasim() -> Setting:
    """What the peer's case comes to: about as many infected, and quarantined as many."""
    found = {Layer.HOUSEHOLD: 1.0, Layer.SCHOOL: 0.5, Layer.WORK: 0.5, Layer.CITY: 0.2,
             Layer.COMMUNITY: 0.15, Layer.COMPOUND: 0.15, Layer.RESPONSE: 0.15}  # fmt: skip
    policies = (
        Isolate(from_day=20), Trace(from_day=20, found=found, look_back_days=3, obey=1.0),
        Reduce(from_day=60, layers={la: 0.5 for la in Layer if la is not Layer.HOUSEHOLD}),
    )  # fmt: skip
    disease = replace(COVID, r0=R0_LIKE_COVASIM)
    return Setting(built(200_000), disease, policies=policies, first=100)


R0_LIKE_COVASIM = 1.89
R0_LIKE_OTHERS = 2.32  # so that nothing done ends as the peers' runs do


def free() -> Setting:
    """Nothing done: what engines without tracing or gates can do too."""
    return Setting(built(200_000), replace(COVID, r0=R0_LIKE_OTHERS), first=100)


def built(n_people: int):
    return build(even_grids(n_people), CityPlan(), np.random.default_rng(1))


def main(case: str) -> None:
    n_people, threads = 11_000_000, 1
    if case.startswith("grow"):
        n_people = int(case.removeprefix("grow"))
    took: dict[str, float] = {}
    with Measured(took, "build_s"):
        small_ones = {"covasim": like_covasim, "free": free}
        setting = small_ones[case]() if case in small_ones else Setting(built(n_people), COVID)
    if case in small_ones:
        pass
    elif case == "full":
        setting = replace(setting, policies=everything(32), first=40)
    elif case == "wuhan":
        setting = replace(setting, policies=everything(37, leakage=0.08), first=60)
    elif case == "uncontrolled":
        setting = replace(setting, first=200, disease=replace(COVID, r0=1.84))
    else:
        setting = replace(setting, policies=everything(20), first=400)
    with Measured(took, "prepare_s"):
        _ = setting.prepared  # computed when first asked, so not timed below
        if setting.policies and case not in small_ones:
            vaccinate = next(k for k, p in enumerate(setting.policies) if isinstance(p, Vaccinate))
            setting.prepared.rank(setting.city, vaccinate, setting.policies[vaccinate])
    small = replace(setting, city=built(5000), first=20)
    with Measured(took, "compile_s"):
        run(small, seed=1, n_days=60)
    for _ in range(5 if case in small_ones else 1):  # others' work slows the short ones most
        before = took.get("run_s", np.inf)
        with Measured(took, "run_s"):
            ran = run(setting, seed=1, n_days=120, threads=threads)
        took["run_s"] = min(before, took["run_s"])
    took["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # of the run alone
    seen = ran.state.infected.columns()
    took |= {
        "people": setting.city.n_people,
        "infected": ran.state.infected.n,
        "quarantined": int(ran.state.tally["ever_held"]),
        "infected_days": float((np.minimum(seen["stop"], 120) - seen["at"]).clip(0).sum()),
    }
    print(json.dumps(took))


def meeting() -> None:
    """Four days of closing on twenty seeds; the choices share what they share."""
    from linli.analysis.simulation.compare import compare
    from linli.studies.pictures import Series, lines

    took: dict[str, float] = {}
    with Measured(took, "build_s"):
        city = Setting(built(11_000_000), COVID, first=40)
        small = replace(city, city=built(5000), policies=everything(20), first=20)
        run(small, seed=1, n_days=60)
    choices = {f"day {d}": replace(city, policies=everything(d)) for d in (32, 33, 34, 35)}
    with Measured(took, "run_s"):
        found = compare(choices, n_days=120, most_seeds=20, least_seeds=20, threads=2)
        _ = lines("Infections a day", [
            Series(name, list(range(120)), found.band(name, "infections")[1].tolist())
            for name in found.names
        ], x_label="day", y_label="people a day")  # fmt: skip
    took["infected"] = float(found.outcomes[:, :, 0].mean())
    took["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(took))


class Measured:
    """CPU seconds of this process, all threads; and by the clock, under ``..._wall_s``."""

    def __init__(self, into: dict[str, float], name: str) -> None:
        self._into, self._name = into, name

    def __enter__(self) -> None:
        self._start, self._wall = time.process_time(), time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._into[self._name] = time.process_time() - self._start
        self._into[self._name.removesuffix("s") + "wall_s"] = time.perf_counter() - self._wall


if __name__ == "__main__":
    meeting() if sys.argv[1] == "meeting" else main(sys.argv[1])

"""Does a run from records guess well, and how long does a meeting's question take from them?

    python -m benchmarks what_if
    python -m benchmarks what_if --scale 0.1

First worlds are simulated and their reports alone handed over; the truth stands beside the guess.
Then city W is built with its days before, and four choices are asked about: seconds from question
to answer, beside those of reading the city and its records alone.
"""

import argparse
import time
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

N_PEOPLE, N_CITIES, N_WORLDS, AHEAD_DAYS = 200_000, 10, 20, 12


def main(rest: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks what_if")
    parser.add_argument("--scale", type=float, default=0.01)
    parser.add_argument("--only", choices=("start", "meeting"))
    chosen = parser.parse_args(rest)
    if chosen.only != "meeting":
        _start()
    if chosen.only != "start":
        _meeting(chosen.scale)


def _start() -> None:
    from linli.analysis.simulation.build import CityPlan, build, even_grids
    from linli.analysis.simulation.disease import LAYERS, Duration, shipped
    from linli.analysis.simulation.observation import Observation, Period
    from linli.analysis.simulation.policies import Reduce

    city = build(even_grids(N_PEOPLE, n_districts=2), CityPlan(), np.random.default_rng(3))
    disease = replace(shipped("covid-19-2020"), r0=2.5)
    flat, shut = ({la: s for la in LAYERS if la != "household"} for s in (0.42, 0.1))
    situations = {  # policies, first infected, days before the first that is remembered
        "growing": ((), 60, 10),
        "flat": ((Reduce(layers=flat),), 300, 25),
        "falling": ((Reduce(from_day=24, layers=shut),), 150, 14),
    }
    tests = {
        "many tests": Observation(periods=(Period(onset_to_visit=Duration(3.0, 2.0)),)),
        "few tests": Observation(
            periods=(Period(onset_to_visit=Duration(5.0, 3.0)),), mild_seek=0.2, sensitivity=0.5,
            most_tests=2,
        ),
    }  # fmt: skip
    print(f"{N_CITIES} cities of {N_PEOPLE:,} people each; reports alone are handed over")
    print("  infected in 28 days, of these not over it, infected in the next 12 days:")
    print("  guessed to true, median; share of cities within the band of nine in ten")
    for how, seen in tests.items():
        for name, (policies, first, before) in situations.items():
            cities = [
                _beside_truth(city, disease, seen, policies, first, before, seed)
                for seed in range(1, N_CITIES + 1)
            ]
            ratios = np.median([[g / t for t, g, _, _ in one] for one in cities], axis=0)
            held = np.mean([[low <= t <= high for t, _, low, high in one] for one in cities], 0)
            told = "   ".join(f"{r:5.2f} ({h:4.0%})" for r, h in zip(ratios, held, strict=True))
            print(f"  {how:<10} {name:<8} {told}")


def _beside_truth(
    city: Any, disease: Any, seen: Any, policies: Any, first: int, before: int, seed: int
) -> list[tuple[float, float, float, float]]:
    """True, guessed, and the guess's band: infected in the window, not over it, and later on."""
    from linli.analysis.simulation.engine import begin, run
    from linli.analysis.simulation.policies import Isolate
    from linli.analysis.simulation.setting import Setting
    from linli.analysis.simulation.start import REMEMBERED_DAYS, Start, by_day
    from linli.analysis.simulation.unseen import estimate, share_reported, wait_of

    until = before + REMEMBERED_DAYS
    lived = Setting(city, disease, (Isolate(), *policies), seen, first=first)
    whole = run(lived, seed=seed, n_days=until + AHEAD_DAYS).state.infected.columns()
    known = _known(whole, before)
    wait = wait_of(known.reported - known.onset, REMEMBERED_DAYS - 1 - known.onset)
    share = share_reported(city, disease, seen)
    guess = estimate(by_day(known.onset, known), wait=wait, disease=disease, share=share)
    later = tuple(replace(p, from_day=max(0, p.from_day - before)) for p in lived.policies)
    begun = Setting(city, disease, later, seen, first=0, start=Start(known, guess))
    worlds = []
    for world in range(N_WORLDS):
        state = begin(begun, seed=world)
        there = state.infected.columns()
        inside = int((there["at"] >= 0).sum())
        ill = int((there["stop"] > REMEMBERED_DAYS).sum())
        ran = run(begun, seed=world, n_days=AHEAD_DAYS, state=state)
        worlds.append((inside, ill, ran.series["infections"].sum()))
    past = (whole["at"] >= before) & (whole["at"] < until)
    ill = (whole["at"] < until) & (whole["stop"] > until)
    truth = (past.sum(), ill.sum(), (whole["at"] >= until).sum())
    middle, low, high = (np.quantile(worlds, q, axis=0) for q in (0.5, 0.05, 0.95))
    return list(zip(truth, middle, low, high, strict=True))


def _known(whole: NDArray[Any], before: int) -> Any:
    from linli.analysis.simulation.start import REMEMBERED_DAYS, Known
    from linli.analysis.simulation.state import NOT_YET

    told = (whole["reported"] != NOT_YET) & (whole["reported"] < before + REMEMBERED_DAYS)
    onset = whole["onset"][told].astype(np.int64) - before
    person, inside = whole["person"][told].astype(np.int64), onset >= 0
    n, none = int(inside.sum()), np.empty(0, dtype=np.int64)
    return Known(
        today=REMEMBERED_DAYS, person=person[inside], onset=onset[inside],
        reported=whole["reported"][told].astype(np.int64)[inside] - before,
        fate=np.ones(n, np.uint8), place=np.zeros(n, np.uint8), over=np.zeros(n, bool),
        to_trace=np.zeros(n, bool), immune=person[~inside], held=none, held_until=none,
        held_away=np.empty(0, bool),
    )  # fmt: skip


def _meeting(scale: float) -> None:
    from linli.demo import stage
    from linli.registry.areas import Area
    from linli.studies.simulation import running, study
    from linli.studies.simulation.records import Moment

    stage.set_up(stage.Wanted(scale=scale), lambda *_: None)
    from linli import clock

    city = Area.objects.get(parent=None)
    choices = [{"name": "as now"}, {"name": "close", "close": "all"},
               {"name": "tomorrow", "close": "all", "close_from": 1},
               {"name": "trace", "trace_delay": 0, "trace_share": 0.8}]  # fmt: skip
    given = {"name": "t", "area_id": city.id, "n_days": 30, "most_seeds": 20, "choices": choices}
    question = study.question_of(given)
    moment = Moment(clock.now_s(), True, city.path)
    for what in ("with the compiler's work", "again"):
        began = time.perf_counter()
        cpu = time.process_time()
        made = running.ready(question, moment)
        read_s = time.perf_counter() - began
        _, result = running.answer(question, moment, threads=2)
        print(
            f"{made.here.city.n_people:,} people, {len(result['seeds'])} worlds a choice, {what}:"
            f" city and records {read_s:.1f} s, all {time.perf_counter() - began - read_s:.1f} s,"
            f" CPU {time.process_time() - cpu:.1f} s"
        )

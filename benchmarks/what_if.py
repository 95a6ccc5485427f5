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

N_PEOPLE, N_CITIES, N_WORLDS, AHEAD_DAYS = 60_000, 6, 10, 12


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
    from linli.analysis.simulation.disease import Duration, shipped
    from linli.analysis.simulation.engine import run
    from linli.analysis.simulation.observation import Observation, Period
    from linli.analysis.simulation.policies import Isolate
    from linli.analysis.simulation.setting import Setting
    from linli.analysis.simulation.start import REMEMBERED_DAYS, Start
    from linli.analysis.simulation.state import NOT_YET
    from linli.analysis.simulation.unseen import share_reported

    city = build(even_grids(N_PEOPLE, n_districts=2), CityPlan(), np.random.default_rng(3))
    disease = replace(shipped("covid-19-2020"), r0=2.5)
    seen = Observation(periods=(Period(onset_to_visit=Duration(3.0, 2.0)),))
    share = share_reported(city, disease, seen)
    print(f"{N_CITIES} cities of {N_PEOPLE:,} people; reports alone are handed over on day 28")
    print("  infected so far: true, guessed | in the next 12 days: true, range of ten worlds")
    for seed in range(1, N_CITIES + 1):
        whole = run(
            Setting(city, disease, (Isolate(),), seen, first=30), seed=seed,
            n_days=REMEMBERED_DAYS + AHEAD_DAYS,
        ).state.infected.columns()  # fmt: skip
        told = (whole["reported"] != NOT_YET) & (whole["reported"] < REMEMBERED_DAYS)
        known = _known(whole, told)
        start = Start(known, _guess(known, disease, share))
        begun = Setting(city, disease, (Isolate(),), seen, first=0, start=start)
        worlds = [run(begun, seed=s, n_days=AHEAD_DAYS) for s in range(N_WORLDS)]
        later = np.array([w.series["infections"].sum() for w in worlds])
        first = np.array([w.state.infected.n for w in worlds]) - later
        print(
            f"  {(whole['at'] < REMEMBERED_DAYS).sum():6,} {np.median(first):8,.0f} |"
            f" {(whole['at'] >= REMEMBERED_DAYS).sum():6,} {later.min():8,.0f} {later.max():8,.0f}"
        )


def _known(whole: NDArray[Any], told: NDArray[np.bool_]) -> Any:
    from linli.analysis.simulation.start import REMEMBERED_DAYS, Known

    n, none = int(told.sum()), np.empty(0, dtype=np.int64)
    return Known(
        today=REMEMBERED_DAYS, person=whole["person"][told].astype(np.int64),
        onset=whole["onset"][told].astype(np.int64),
        reported=whole["reported"][told].astype(np.int64), fate=np.ones(n, np.uint8),
        place=np.zeros(n, np.uint8), over=np.zeros(n, bool), to_trace=np.zeros(n, bool),
        immune=none, held=none, held_until=none, held_away=np.empty(0, bool),
    )  # fmt: skip


def _guess(known: Any, disease: Any, share: float) -> Any:
    from linli.analysis.simulation.start import by_day
    from linli.analysis.simulation.unseen import estimate, growth_of, wait_of

    reports = by_day(known.reported, known)
    waits = (known.reported - known.onset).astype(float)
    incubation = disease.latent.mean_days + disease.presymptomatic.mean_days
    return estimate(
        by_day(known.onset, known), reports, wait=wait_of(waits, growth_of(reports)[0]),
        incubation_days=incubation, share=share,
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

"""How is a what-if answered? City and records are read, worlds run, and the answer kept at its end.

A worker does it as a job. Between two worlds it tells how far it is and looks whether somebody has
cancelled. All of the answer is written in one go, so that half of one never stands anywhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

import linli
from linli import clock
from linli.analysis.simulation.build import CityPlan
from linli.analysis.simulation.compare import OUTCOMES, Comparison, band_of, compare
from linli.analysis.simulation.disease import Disease, shipped
from linli.analysis.simulation.engine import Run, run
from linli.analysis.simulation.observation import Observation
from linli.analysis.simulation.policies import CloseCompounds
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.start import Start, by_day
from linli.analysis.simulation.target import clear_chance, first_to_close, spared_by
from linli.analysis.simulation.turns import turns_of
from linli.analysis.simulation.unseen import Estimate, estimate, share_reported
from linli.analysis.simulation.waits import waits_of
from linli.errors import N_, BadInput, Problem
from linli.jobs.queue import LeaseLost, Running
from linli.policy.can import Actor
from linli.registry.areas import Area
from linli.studies.simulation import study
from linli.studies.simulation.choices import Choice, Closing, closing_of, policies_of
from linli.studies.simulation.city import Registered, registered, responding
from linli.studies.simulation.counting import Counting, counting
from linli.studies.simulation.parameters import (
    Parameter,
    observation_of,
    parameters,
    wait_for,
)  # fmt: skip
from linli.studies.simulation.records import Moment, Standing, standing
from linli.studies.simulation.study import Question
from linli.studies.simulation.tables import WhatIf, WhatIfState
from linli.studies.small import check_size

FIRST_SEED = 1
LEAST_SEEDS = study.LEAST_SEEDS
THREADS = 2  # they change no result
TARGET_SEEDS = 5  # worlds from which compounds are ordered
CLOSE_FIRST = 50
CLEAR_LEVELS = ("street", "community")
SHOWN = (
    "infections", "reports", "deaths", "infectious", "ward_in", "ward_queue", "intensive_queue",
    "shelter_in", "held_people", "closed_people", "test_queue", "undelivered", "trace_queue",
    "shelter_queue", "room_queue", "test_wait_days", "trace_wait_days", "ward_wait_days",
    "intensive_wait_days", "shelter_wait_days", "room_wait_days", "delivery_wait_days",
    "test_waiting_days", "trace_waiting_days", "ward_waiting_days", "intensive_waiting_days",
    "shelter_waiting_days", "room_waiting_days", "held_room_queue", "held_room_wait_days",
    "held_room_waiting_days",
)  # fmt: skip


class NoEpidemic(BadInput):
    """There is nothing to begin with."""

    code = "no_epidemic"
    sentence = N_(
        "No case of the last {days} days is confirmed here, so nothing would spread. Say how many "
        "infected are supposed."
    )


class _Cancelled(Exception):
    """Somebody cancelled the what-if."""


@dataclass(frozen=True, eq=False)
class Ready:
    """All that worlds are made of, read once."""

    here: Registered
    standing: Standing
    parameters: Mapping[str, Parameter]
    disease: Disease
    observation: Observation
    estimate: Estimate
    start: Start
    fingerprint: str
    counting: Counting

    def setting(self, choice: Choice, first: tuple[int, ...] = ()) -> Setting:
        """A choice as the simulation takes it."""
        policies = policies_of(
            choice, self.parameters, self.here, today=self.start.first_day, first=first
        )
        return Setting(
            self.here.city, self.disease, policies, self.observation, start=self.start, first=0
        )


def ready(question: Question, moment: Moment) -> Ready:
    """Read city and records as they stand; raises NobodyThere or NoEpidemic."""
    made = _read(question.area, moment, question.disease, question.supposed, question.as_values())
    if not made.estimate.infections.sum() and not (~made.start.known.over).any():
        raise NoEpidemic(days=made.start.known.today)
    return made


def basis(actor: Actor, area: Area, *, disease: str) -> Ready:
    """What a run would begin with now; raises TooSmall or NobodyThere."""
    check_size(actor, area)
    study.simulated(disease)
    return _read(area, Moment(clock.now_s(), actor.exercise, area.path), disease, 0, {})


def _read(
    area: Area, moment: Moment, disease_code: str, supposed: int, asked: Mapping[str, Any]
) -> Ready:
    here = registered(area, moment.today)
    seen = standing(here, moment, disease=disease_code)
    counts = counting(area, seen.known, moment, disease=disease_code)
    seen = seen.without_backlog(counts.backlog)
    found = parameters(seen, moment, n_people=here.city.n_people, disease=disease_code)
    here = responding(here, CityPlan(response=min(1.0, found["response"].value)))
    disease = shipped(study.simulated(disease_code))
    wait = wait_for(found, seen)
    observation = observation_of(found, wait)
    share = share_reported(here.city, disease, observation)
    known = seen.known
    guess = estimate(counts.onsets(known), wait=wait, disease=disease, share=share)
    guess = _supposed(guess, supposed)
    said = f"{here.fingerprint}{asked}{sorted(found.items())}{linli.__version__}"
    digest = sha256(said.encode())
    for column in vars(known).values():
        digest.update(np.asarray(column).tobytes())
    digest.update(counts.weights.tobytes() + repr(counts.ratio).encode())
    return Ready(here, seen, found, disease, counts.observed(observation), guess,
                 Start(known, guess), digest.hexdigest()[:16], counts)  # fmt: skip


def _supposed(guess: Estimate, n: int) -> Estimate:
    """So many more, infected within the last week."""
    extra = np.zeros(len(guess.infections))
    extra[-7:] = n / 7
    return replace(guess, infections=guess.infections + extra)


def answer(
    question: Question, moment: Moment, *,
    told: Callable[[int, int], None] | None = None,
    kept: Callable[[str, int, Run], None] | None = None, threads: int = 1,
) -> tuple[Ready, dict[str, Any]]:  # fmt: skip
    """Answer a question by what the records hold; ``told`` after each world, so many of at most."""
    told = told or _nobody_listens
    made = ready(question, moment)
    names = [c.name for c in question.choices]
    as_now, way = question.choices[0], _way(made, question)
    most = TARGET_SEEDS + question.most_seeds * len(names)
    open_setting = made.setting(replace(as_now, close=Closing.NONE))
    open_runs = []
    for n in range(TARGET_SEEDS):
        told(n, most)
        open_runs.append(
            run(open_setting, seed=FIRST_SEED + n, n_days=question.n_days, threads=threads)
        )
    order, gains = _ordered(made, way, open_runs)
    settings = {
        c.name: made.setting(c, tuple(order[: c.n_first].tolist()) if c.close == Closing.FIRST
                             else ())
        for c in question.choices
    }  # fmt: skip
    first = [
        {"area_id": made.here.compounds[n], "spares": round(float(g), 2)}
        for n, g in zip(order[:CLOSE_FIRST], gains[:CLOSE_FIRST], strict=True) if g > 0
    ]  # fmt: skip
    together = _together(made, way, open_runs, order)
    clear = _Clear(made.here, made.start.first_day, question.n_days)

    def one_more(name: str, done: int, of: int) -> None:
        del of
        told(TARGET_SEEDS + (done - 1) * len(names) + names.index(name) + 1, most)

    def seen(name: str, seed: int, ran: Run) -> None:
        if name == as_now.name:
            clear.add(ran)
        if kept:
            kept(name, seed, ran)

    found = compare(
        settings, n_days=question.n_days, first_seed=FIRST_SEED, most_seeds=question.most_seeds,
        least_seeds=min(LEAST_SEEDS, question.most_seeds), asked=(question.outcome,),
        threads=threads, told=one_more, kept=seen,
    )  # fmt: skip
    turns = turns_of(settings, n_days=made.start.first_day + question.n_days)
    kept_turns = [{**t.plain, "day": t.day - made.start.first_day} for t in turns]
    return made, {
        **_result(made, question, moment, found), "turns": kept_turns, "clear": clear.told(),
        "close_first": first, "close_first_together": together,
    }  # fmt: skip


def _nobody_listens(done: int, most: int) -> None:
    del done, most


def _way(made: Ready, question: Question) -> CloseCompounds:
    """How gates are kept by the choice that keeps some soonest; else as usual, from today on."""
    today = made.start.first_day
    asked = [w for c in question.choices if (w := closing_of(c, today=today))]
    usual = CloseCompounds(from_day=today)
    way = min(asked, key=lambda w: w.from_day, default=usual)
    return replace(way, from_day=max(today, way.from_day), until_day=None, reopen=())


def _ordered(
    made: Ready, way: CloseCompounds, runs: list[Run]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """All compounds, those first whose gates would spare most where all gates are open."""
    order, gains = first_to_close(runs, way, n=len(made.here.city.compound))
    lived_in = np.array([made.here.compounds[n] > 0 for n in order])
    return order[lived_in], gains[lived_in]


def _result(made: Ready, question: Question, moment: Moment, found: Comparison) -> dict[str, Any]:
    here = made.here
    people = np.diff(here.city.compound.start)
    return {
        "names": list(found.names),
        "seeds": list(found.seeds),
        "starts_on": moment.today.isoformat(),
        "n_people": here.city.n_people,
        "n_households": here.city.n_households,
        "outcomes": {name: _outcomes(found, name) for name in found.names},
        "unbeaten": list(found.unbeaten()),
        "counts_deliveries": any(c.deliveries_a_day is not None for c in question.choices),
        "bands": {
            name: {s: found.band(name, s).round(2).tolist() for s in SHOWN} for name in found.names
        },
        "waits": {
            name: {kind: wait.plain for kind, wait in by_kind.items()}
            for name, by_kind in waits_of(found).items()
        },
        "parameters": [vars(p) for p in made.parameters.values()],
        "start": started(made),
        "compounds": [
            {"area_id": here.compounds[n], "community_id": here.communities[n],
             "people": int(people[n]), "errors": _finite(found.unsure, n),
             "infections": [round(float(v), 3) for v in found.by_compound[:, n]]}
            for n in range(len(people))
        ],
    }  # fmt: skip


def _finite(unsure: NDArray[np.float64] | None, compound: int) -> list[float | None]:
    """How unsure each choice's difference is in a compound; None where one world tells nothing."""
    if unsure is None:
        return []
    return [round(float(e), 3) if np.isfinite(e) else None for e in unsure[:, compound]]


def _outcomes(found: Comparison, name: str) -> dict[str, Any]:
    at = found.names.index(name)
    told: dict[str, Any] = {}
    for k, outcome in enumerate(OUTCOMES):
        worlds = found.outcomes[at, :, k]
        if not found.counts(name, outcome):
            continue
        paired = at and len(found.seeds) > 1 and found.counts(found.names[0], outcome)
        less = found.difference(name, outcome) if paired else None
        low, high = band_of(worlds).tolist()
        told[outcome] = {
            "mean": float(worlds.mean()),
            "low": low,
            "high": high,
            "by_seed": worlds.tolist(),
            "less": None if less is None else {**vars(less), "is_clear": bool(less.is_clear)},
        }
    return told


def started(made: Ready) -> dict[str, Any]:
    """What the worlds began with, and how it was found."""
    known, seen, guess = made.start.known, made.standing, made.estimate
    return {
        "n_confirmed": seen.n_confirmed, "n_open": seen.n_open,
        "n_without_onset": seen.n_without_onset, "n_suspected": seen.n_suspected,
        "n_elsewhere": seen.n_elsewhere, "n_contacts": seen.n_contacts,
        "n_in_bed": int((known.place > 0).sum()), "n_to_trace": int(known.to_trace.sum()),
        "n_changes": made.counting.n_changes, "ratio_in_force": made.counting.ratio,
        "n_alone": made.here.n_alone, "n_ages_drawn": made.here.n_ages_drawn,
        "share_reported": guess.share_reported, "growth": guess.growth,
        "growth_error": guess.growth_error, "n_onsets": guess.n_onsets,
        "infections": guess.infections.round(2).tolist(), "certain_until": guess.certain_until,
        "onsets": by_day(known.onset, known).tolist(),
        "reports": by_day(known.reported, known).tolist(),
    }  # fmt: skip


def _together(made: Ready, way: CloseCompounds, runs: list[Run], order: NDArray[np.int64]) -> float:
    """What gates in all of the first ones would spare together."""
    where = np.zeros(len(made.here.city.compound), dtype=bool)
    where[order[:CLOSE_FIRST]] = True
    return round(spared_by(runs, way, where), 2)


class _Clear:
    """Of each street and community, by week: the share of worlds with nobody infected unknown."""

    def __init__(self, here: Registered, today: int, n_days: int) -> None:
        self._today, self._weeks, self._n = today, list(range(0, n_days, 7)), 0
        levels = zip(CLEAR_LEVELS, (here.streets, here.communities), strict=True)
        self._areas = {la: np.unique(np.array(ids), return_inverse=True) for la, ids in levels}
        self._clear = {
            level: np.zeros((len(named), len(self._weeks)))
            for level, (named, _) in self._areas.items()
        }

    def add(self, ran: Run) -> None:
        """Look at one world more."""
        self._n += 1
        for level, (_, at) in self._areas.items():
            for k, day in enumerate(self._weeks):
                self._clear[level][:, k] += clear_chance([ran], at, self._today + day)

    def told(self) -> dict[str, Any]:
        """As it is kept: the days, and a list of areas by level."""
        return {"days": self._weeks} | {
            level: [
                {"area_id": int(area_id), "by_week": (clear / self._n).round(3).tolist()}
                for area_id, clear in zip(named, self._clear[level], strict=True) if area_id
            ]
            for level, (named, _) in self._areas.items()
        }  # fmt: skip


def do(running: Running) -> None:
    """Answer the what-if of a job; what is cancelled or cannot be leaves no answer."""
    what_if_id = int(running.job.given["what_if"])
    if not _move(what_if_id, WhatIfState.RUNNING, study.UNDER_WAY):
        return
    found = WhatIf.objects.get(id=what_if_id)

    def told(done: int, most: int) -> None:
        running.progress(done, most)
        if not WhatIf.objects.filter(id=what_if_id, state=WhatIfState.RUNNING).exists():
            raise _Cancelled

    moment = Moment(clock.seconds(found.asked_at), found.exercise, found.path)
    try:
        question = study.question_of(found.asked)
        made, result = answer(question, moment, told=told, threads=THREADS)
    except _Cancelled:
        return
    except LeaseLost:
        raise
    except Problem as problem:
        _move(what_if_id, WhatIfState.FAILED, study.UNDER_WAY, problem=_kept(problem))
        return
    _move(
        what_if_id, WhatIfState.DONE, (WhatIfState.RUNNING,), result=result,
        fingerprint=made.fingerprint, version=linli.__version__,
    )  # fmt: skip


def _move(what_if_id: int, to: str, of: tuple[str, ...], **changes: Any) -> bool:
    rows = WhatIf.objects.filter(id=what_if_id, state__in=of)
    return bool(rows.update(state=to, **changes))


def _kept(problem: Problem) -> dict[str, Any]:
    """A problem as it is kept, to be told later in the reader's language."""
    plain = {k: v if isinstance(v, int | str) else str(v) for k, v in problem.values.items()}
    return {"sentence": problem.template, "values": plain}

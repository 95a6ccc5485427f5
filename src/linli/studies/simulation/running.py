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
from linli.analysis.simulation.compare import OUTCOMES, Comparison, compare
from linli.analysis.simulation.disease import Disease, shipped
from linli.analysis.simulation.engine import Run, run
from linli.analysis.simulation.observation import Observation
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.start import Start, by_day
from linli.analysis.simulation.target import clear_chance, first_to_close, spared_by
from linli.analysis.simulation.turns import turns_of
from linli.analysis.simulation.unseen import Estimate, estimate, growth_of, share_reported
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
    "shelter_waiting_days",
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
    observation = observation_of(found)
    share = share_reported(here.city, disease, observation)
    known = seen.known
    reports = counts.reports(known)
    wait = wait_for(found, seen.waits, growth_of(reports)[0])
    guess = estimate(
        counts.onsets(known), reports, wait=wait, share=share,
        incubation_days=disease.latent.mean_days + disease.presymptomatic.mean_days,
    )  # fmt: skip
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
    most = TARGET_SEEDS + question.most_seeds * len(names)
    first_runs = []
    as_now = made.setting(question.choices[0])
    for n in range(TARGET_SEEDS):
        told(n, most)
        first_runs.append(run(as_now, seed=FIRST_SEED + n, n_days=question.n_days, threads=threads))
    order, gains = _ordered(made, question, first_runs)
    settings = {
        c.name: made.setting(c, tuple(order[: c.n_first].tolist()) if c.close == Closing.FIRST
                             else ())
        for c in question.choices
    }  # fmt: skip

    def one_more(name: str, done: int, of: int) -> None:
        del of
        told(TARGET_SEEDS + (done - 1) * len(names) + names.index(name) + 1, most)

    found = compare(
        settings, n_days=question.n_days, first_seed=FIRST_SEED, most_seeds=question.most_seeds,
        least_seeds=min(LEAST_SEEDS, question.most_seeds), asked=(question.outcome,),
        threads=threads, told=one_more, kept=kept,
    )  # fmt: skip
    turns = turns_of(settings, n_days=made.start.first_day + question.n_days)
    kept_turns = [{**t.plain, "day": t.day - made.start.first_day} for t in turns]
    result = _result(made, question, moment, found, first_runs, order, gains)
    return made, {**result, "turns": kept_turns}


def _nobody_listens(done: int, most: int) -> None:
    del done, most


def _ordered(
    made: Ready, question: Question, runs: list[Run]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """All compounds, those first whose gates would spare most under the choice as it is now."""
    way = next(
        (w for c in question.choices if (w := closing_of(c, today=made.start.first_day))), None
    ) or closing_of(Choice("–", close=Closing.ALL), today=made.start.first_day)
    assert way is not None
    way = replace(way, from_day=max(made.start.first_day, way.from_day))
    order, gains = first_to_close(runs, way, n=len(made.here.city.compound))
    lived_in = np.array([made.here.compounds[n] > 0 for n in order])
    return order[lived_in], gains[lived_in]


def _result(
    made: Ready, question: Question, moment: Moment, found: Comparison, runs: list[Run],
    order: NDArray[np.int64], gains: NDArray[np.float64],
) -> dict[str, Any]:  # fmt: skip
    here, today = made.here, made.start.first_day
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
             "people": int(people[n]),
             "infections": [round(float(v), 3) for v in found.by_compound[:, n]]}
            for n in range(len(people))
        ],
        "close_first": [
            {"area_id": here.compounds[n], "spares": round(float(g), 2)}
            for n, g in zip(order[:CLOSE_FIRST], gains[:CLOSE_FIRST], strict=True) if g > 0
        ],
        "close_first_together": _together(made, runs, order),
        "clear": _clear(here, runs, today, question.n_days),
    }  # fmt: skip


def _outcomes(found: Comparison, name: str) -> dict[str, Any]:
    at = found.names.index(name)
    told: dict[str, Any] = {}
    for k, outcome in enumerate(OUTCOMES):
        worlds = found.outcomes[at, :, k]
        less = found.difference(name, outcome) if at and len(found.seeds) > 1 else None
        told[outcome] = {
            "mean": float(worlds.mean()),
            "low": float(np.quantile(worlds, 0.05)),
            "high": float(np.quantile(worlds, 0.95)),
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


def _together(made: Ready, runs: list[Run], order: NDArray[np.int64]) -> float:
    """What gates in all of the first ones would spare together."""
    where = np.zeros(len(made.here.city.compound), dtype=bool)
    where[order[:CLOSE_FIRST]] = True
    way = closing_of(Choice("–", close=Closing.ALL), today=made.start.first_day)
    assert way is not None
    return round(spared_by(runs, way, where), 2)


def _clear(here: Registered, runs: list[Run], today: int, n_days: int) -> dict[str, Any]:
    """Of each street and community: the share of worlds with nobody infected unknown, by week."""
    told: dict[str, Any] = {}
    weeks = list(range(0, n_days, 7))
    for level, ids in zip(CLEAR_LEVELS, (here.streets, here.communities), strict=True):
        named, at = np.unique(np.array(ids), return_inverse=True)
        shares = [clear_chance(runs, at, today + day) for day in weeks]
        told[level] = [
            {"area_id": int(area_id), "by_week": [round(float(s[n]), 3) for s in shares]}
            for n, area_id in enumerate(named) if area_id
        ]  # fmt: skip
    return {"days": weeks, **told}


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

"""How will the infection of each newly infected person go? Drawn once, on the day it begins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.dice import Purpose, chance
from linli.analysis.simulation.disease import QUANTILES, Disease, Duration
from linli.analysis.simulation.observation import Observation
from linli.analysis.simulation.state import NEVER, NOT_YET, Event, Fate, State


@dataclass(frozen=True)
class Course:
    """A disease as tables that are looked up: durations by chance, shares by year of age."""

    disease: Disease
    latent: NDArray[np.float32]
    presymptomatic: NDArray[np.float32]
    infectious: NDArray[np.float32]
    strength: NDArray[np.float32]
    onset_to_severe: NDArray[np.float32]
    severe_to_critical: NDArray[np.float32]
    stay: NDArray[np.float32]
    critical_stay: NDArray[np.float32]
    visit: tuple[NDArray[np.float32], ...]  # one an observation's period
    susceptibility: NDArray[np.float64]  # (111,), by year of age, as those below
    symptomatic: NDArray[np.float64]
    severe: NDArray[np.float64]
    critical: NDArray[np.float64]
    death: NDArray[np.float64]


def course_of(disease: Disease, observation: Observation) -> Course:
    """Make the tables of a disease."""
    spread = Duration(1.0, float(disease.dispersion) ** -0.5)  # gamma with mean 1 and shape k
    decade = np.minimum(np.arange(111) // 10, 8)
    return Course(
        disease, disease.latent.table(), disease.presymptomatic.table(), disease.infectious.table(),
        spread.table(), disease.onset_to_severe.table(), disease.severe_to_critical.table(),
        disease.stay.table(), disease.critical_stay.table(),
        tuple(p.onset_to_visit.table() for p in observation.periods),
        *(np.array(getattr(disease, n))[decade] for n in
          ("susceptibility", "symptomatic", "severe", "critical", "death")),
    )  # fmt: skip


def fall_ill(
    state: State, course: Course, observation: Observation, age: NDArray[np.uint8],
    who: NDArray, source: NDArray, layer: NDArray, at: NDArray, spared: NDArray[np.bool_],
) -> NDArray[np.int32]:  # fmt: skip
    """Add a row for each newly infected person, draw its course and note what is due when.

    ``spared``: whom a vaccine spares a severe course. Returns the rows.
    """
    seed = state.seed
    infected = state.infected
    rows = infected.add(len(who))
    new = slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0, 0)
    state.status[who] = 1
    state.row[who] = rows
    at = at.astype(np.float32)
    start = at + _draw(course.latent, seed, Purpose.LATENT, who)
    years = np.minimum(age[who], 110)
    fate = _fates(course, chance(seed, Purpose.FATE, who), years, spared)
    ill = fate > Fate.ASYMPTOMATIC
    onset = start + _draw(course.presymptomatic, seed, Purpose.PRESYMPTOMATIC, who)
    stop = start + _draw(course.infectious, seed, Purpose.INFECTIOUS, who)
    strength = _draw(course.strength, seed, Purpose.STRENGTH, who)
    strength[~ill] *= np.float32(course.disease.asymptomatic_infectiousness)
    severe = np.where(fate >= Fate.SEVERE, onset + _draw(course.onset_to_severe, seed, Purpose.WORSE, who), NEVER)  # noqa: E501  # fmt: skip
    critical = np.where(
        fate == Fate.CRITICAL,
        severe + _draw(course.severe_to_critical, seed, Purpose.WORSE, who, slot=1), NEVER,
    )  # fmt: skip
    end = np.where(
        fate == Fate.CRITICAL, critical + _draw(course.critical_stay, seed, Purpose.STAY, who),
        np.where(fate == Fate.SEVERE, severe + _draw(course.stay, seed, Purpose.STAY, who), stop),
    ).astype(np.float32)  # fmt: skip
    for name, value in (
        ("person", who), ("source", source), ("layer", layer), ("fate", fate), ("at", at),
        ("start", start), ("stop", stop), ("onset", np.where(ill, onset, NEVER)), ("end", end),
        ("strength", strength), ("kept_from", NEVER), ("reported", NOT_YET), ("visits", NOT_YET),
        ("waits_since", NOT_YET),
    ):  # fmt: skip
        getattr(infected, name)[new] = value
    today = state.day
    note = state.calendar.add
    note(Event.STARTS, np.maximum(np.floor(start), today + 1), rows)
    note(Event.NEEDS_BED, np.floor(severe), rows)
    note(Event.NEEDS_INTENSIVE, np.floor(critical), rows)
    note(Event.ENDS, np.maximum(np.floor(end), today + 1), rows)
    visits = _visit_days(state, course, observation, who, onset, severe, fate)
    infected.visits[new] = np.where(np.isfinite(visits), visits, NOT_YET)
    note(Event.VISITS, visits, rows)
    return rows


def _fates(
    course: Course, u: NDArray[np.float64], years: NDArray, spared: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    symptomatic = course.symptomatic[years]
    severe = np.where(spared, 0.0, symptomatic * course.severe[years])
    critical = severe * course.critical[years]
    return (
        (u < symptomatic).astype(np.uint8) + (u < severe).astype(np.uint8)
        + (u < critical).astype(np.uint8)
    )  # fmt: skip


def _visit_days(
    state: State, course: Course, observation: Observation, who: NDArray, onset: NDArray,
    severe: NDArray, fate: NDArray,
) -> NDArray[np.float32]:  # fmt: skip
    """When each comes to a clinic; the period of the onset says how long it takes."""
    days = np.array([p.from_day for p in observation.periods])
    period = np.maximum(np.searchsorted(days, onset, side="right") - 1, 0)
    wait = np.zeros(len(who), dtype=np.float32)
    for n, table in enumerate(course.visit):
        held = period == n
        wait[held] = _draw(table, state.seed, Purpose.VISIT, who[held])
    seeks = chance(state.seed, Purpose.SEEKS, who) < observation.mild_seek
    comes = (fate >= Fate.SEVERE) | ((fate == Fate.MILD) & seeks)
    return np.where(comes, np.floor(np.minimum(onset + wait, severe)), NEVER).astype(np.float32)


def _draw(
    table: NDArray[np.float32], seed: int, purpose: Purpose, who: NDArray, *, slot: int = 0
) -> NDArray[np.float32]:
    return table[(chance(seed, purpose, who, day=slot) * QUANTILES).astype(np.int64)]

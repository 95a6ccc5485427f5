"""How will the infection of each newly infected person go? Drawn once, on the day it begins."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.dice import Purpose, key_of
from linli.analysis.simulation.disease import Disease, Duration
from linli.analysis.simulation.observation import Observation
from linli.analysis.simulation.state import State

if TYPE_CHECKING:
    from linli.analysis.simulation.course_kernel import Tables


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


def tables_of(course: Course, observation: Observation) -> "Tables":
    """The tables as compiled code reads them."""
    from linli.analysis.simulation.course_kernel import Tables

    severe = course.symptomatic * course.severe
    durations = np.stack([
        course.latent, course.presymptomatic, course.infectious, course.onset_to_severe,
        course.severe_to_critical, course.stay, course.critical_stay,
    ])  # fmt: skip
    visit = np.stack(course.visit)
    longest = float(durations.max(axis=1).sum() + visit.max())
    return Tables(
        durations, visit, np.array([p.from_day for p in observation.periods]),
        course.symptomatic, severe, severe * course.critical,
        float(observation.mild_seek), int(np.ceil(longest)) + 2,
    )  # fmt: skip


DRAWN = (  # the kernel's order
    (Purpose.LATENT, 0), (Purpose.PRESYMPTOMATIC, 0), (Purpose.INFECTIOUS, 0), (Purpose.WORSE, 0),
    (Purpose.WORSE, 1), (Purpose.STAY, 0), (Purpose.STAY, 0), (Purpose.STRENGTH, 0),
    (Purpose.FATE, 0), (Purpose.SEEKS, 0), (Purpose.VISIT, 0),
)  # fmt: skip
N_DUE = 5  # the most that is noted of one person


def fall_ill(
    state: State, tables: "Tables", age: NDArray[np.uint8], who: NDArray[np.int32],
    source: NDArray[np.int32], layer: NDArray[np.uint8], at: NDArray[np.float64],
    spared: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Add a row for each newly infected person, draw its course and note what is due when.

    ``spared``: whom a vaccine spares a severe course.
    """
    from linli.analysis.simulation.course_kernel import draw

    seen = state.infected
    seen.add(len(who))
    due = state.calendar.reserve(N_DUE * len(who), state.day + tables.longest)
    people = (age, state.status, state.row)
    draw(
        seen.n - len(who), state.day, who, source, layer, at, spared, people, _keys(state.seed),
        tables, seen.table, due,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _keys(seed: int) -> NDArray[np.uint64]:
    return np.array([key_of(seed, purpose, slot) for purpose, slot in DRAWN])

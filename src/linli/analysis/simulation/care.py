"""Who is tested, who gets a bed, and who has to wait how long? Capacities that bind.

First come is first served, unless triage says the worst first. Every wait is counted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.course import Course
from linli.analysis.simulation.dice import Purpose, key_of
from linli.analysis.simulation.observation import Definition, Observation
from linli.analysis.simulation.policies import Beds, Policy, Screen, Triage
from linli.analysis.simulation.state import Event, State

if TYPE_CHECKING:
    from linli.analysis.simulation.care_kernel import Testing

WARD, INTENSIVE, SHELTER, ROOM = 1, 2, 3, 4
BED_NAMES = {WARD: "ward", INTENSIVE: "intensive", SHELTER: "shelter", ROOM: "rooms"}
TRIES = 32  # that have dice of their own; nobody is tested as often
IMAGING_SLOT = 99  # of a person's chances at tests: the picture, taken once


def testing(observation: Observation, seed: int, day: int) -> "Testing":
    """How people are tested on a day, with the dice of it."""
    from linli.analysis.simulation.care_kernel import Testing

    period = observation.period(day)
    return Testing(
        period.definition is Definition.CLINICAL, period.tests_a_day, float(observation.sensitivity),
        float(observation.imaging), key_of(seed, Purpose.TEST, IMAGING_SLOT), _keys(seed),
        observation.most_tests, observation.retest_days, observation.result_days,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _keys(seed: int) -> NDArray[np.uint64]:
    return np.array([key_of(seed, Purpose.TEST, tries) for tries in range(TRIES)])


def visit(state: State, rows: NDArray[np.int32]) -> None:
    """Those who come to a clinic today join the queue for a test."""
    from linli.analysis.simulation.care_kernel import visit as joined

    state.tally["queue"] = joined(
        np.sort(rows), state.tally["queue"], state.day, state.infected.table
    )


def test(state: State, observation: Observation, *, n_people: int) -> None:
    """Take the tests of a day; note results, and when to come again."""
    from linli.analysis.simulation.care_kernel import test as taken

    tally, day = state.tally, state.day
    others = tally["others"] + round(observation.others_per_100k * n_people / 100_000)
    latest = day + max(observation.retest_days, observation.result_days)
    due = state.calendar.reserve(len(tally["queue"]), latest)
    tally["queue"], tally["others"], n_tests, n_ours, waited = taken(
        tally["queue"], others, day, state.infected.table, due,
        testing(observation, state.seed, day),
    )  # fmt: skip
    today = state.series
    today["tests"].append(n_tests)
    today["test_queue"].append(len(tally["queue"]) + tally["others"])
    today["test_wait_days"].append(waited / n_ours if n_ours else 0.0)


def screen(
    state: State, number: int, policy: Screen, where: NDArray[np.bool_], compound_start: NDArray
) -> int:
    """Test the next people of a round; the samples used are returned."""
    from linli.analysis.simulation.care_kernel import screened

    people = np.where(where, np.diff(compound_start), 0)
    total = int(people.sum())
    done_name = f"screened_{number}"
    done = int(state.tally.get(done_name, 0))
    ahead = total * policy.rounds - done
    n = min(policy.samples_a_day * policy.pool, ahead, total)
    if n <= 0:
        return 0
    on_day = state.day + policy.result_days
    n_positive = screened(
        state.active, state.infected.table, state.calendar.reserve(len(state.active), on_day),
        (total, done, n, policy.coverage * policy.sensitivity, on_day), compound_start,
        np.cumsum(people) - people, where, key_of(state.seed, Purpose.SCREENED, state.day),
    )  # fmt: skip
    state.tally[done_name] = done + n
    again = n_positive * policy.pool if policy.pool > 1 else 0  # each of a positive tube
    return min(-(-n // policy.pool) + again, policy.samples_a_day + again)


def beds_of(policies: tuple[Policy, ...], on: list[int]) -> dict[int, int]:
    """How many beds of each kind there are today."""
    there = [p for n in on if isinstance(p := policies[n], Beds)]
    return {
        WARD: sum(p.ward for p in there),
        INTENSIVE: sum(p.intensive for p in there),
        SHELTER: sum(p.shelter for p in there),
    }


def need_bed(state: State, rows: NDArray[np.int32], kind: int) -> None:
    """These need a bed from today on."""
    from linli.analysis.simulation.care_kernel import waiting

    _wait(state, waiting(rows, kind, state.day, state.infected.table), kind)


def grow_worse(state: State) -> None:
    """Those whose illness takes a bad turn today need a bed."""
    from linli.analysis.simulation.care_kernel import worse

    for event, kind in ((Event.NEEDS_BED, WARD), (Event.NEEDS_INTENSIVE, INTENSIVE)):
        rows = state.calendar.take(event, state.day)
        if len(rows):
            _wait(state, worse(rows, kind, state.day, state.infected.table), kind)


def _wait(state: State, rows: NDArray[np.int32], kind: int) -> None:
    name = f"wait_{BED_NAMES[kind]}"
    state.tally[name] = np.concatenate([state.tally[name], rows])


@contextmanager
def _in_beds(state: State) -> Iterator[NDArray[np.int64]]:
    """How many are in beds of each kind, to be changed; the first counts those in none."""
    names = [f"in_{name}" for name in BED_NAMES.values()]
    counts = np.array([0, *(state.tally[name] for name in names)])
    yield counts
    state.tally.update(zip(names, counts[1:].tolist(), strict=True))


def give_beds(state: State, policies: tuple[Policy, ...], on: list[int]) -> None:
    """Give free beds to those who wait, and count who goes on waiting and how long it took."""
    from linli.analysis.simulation.care_kernel import Wards, give

    there = beds_of(policies, on)
    way = max((p.transfer_days for n in on if isinstance(p := policies[n], Beds)), default=0)
    worst_first = any(isinstance(policies[n], Triage) for n in on)
    how = Wards(np.array([0, *(there.get(kind, 0) for kind in BED_NAMES)]), way, worst_first)
    series = state.series
    with _in_beds(state) as in_beds:
        for kind in there:
            name = BED_NAMES[kind]
            left, n_given, waited = give(
                state.tally[f"wait_{name}"], kind, state.day, state.infected.table, in_beds, how
            )
            state.tally[f"wait_{name}"] = left
            series[f"{name}_in"].append(int(in_beds[kind]))
            series[f"{name}_queue"].append(len(left))
            series[f"{name}_wait_days"].append(waited / n_given if n_given else 0.0)


def end(state: State, course: Course, rows: NDArray[np.int32], age: NDArray[np.uint8]) -> int:
    """These recover or die; their beds fall free. Returns how many died."""
    from linli.analysis.simulation.care_kernel import end as ended

    with _in_beds(state) as in_beds:
        return ended(
            rows, state.infected.table, in_beds, age, course.death,
            float(course.disease.death_without_care), key_of(state.seed, Purpose.DEATH),
        )  # fmt: skip

"""Who is tested, who gets a bed, and who has to wait how long? Capacities that bind.

First come is first served, unless triage says the worst first. Every wait is counted.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.dice import S11, TO_UNIT, Purpose, chance, key_of
from linli.analysis.simulation.observation import Definition, Observation
from linli.analysis.simulation.policies import Beds, Isolate, Policy, Screen, Triage
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.state import Event, Kept, State

if TYPE_CHECKING:
    from linli.analysis.simulation.care_kernel import Testing, Wards

WARD, INTENSIVE, SHELTER, ROOM = 1, 2, 3, 4
BED_NAMES = {WARD: "ward", INTENSIVE: "intensive", SHELTER: "shelter", ROOM: "rooms"}
IN_BEDS = tuple(f"in_{name}" for name in BED_NAMES.values())
QUEUES = ("queue", "wait_ward", "wait_intensive", "wait_shelter")  # as `care_kernel.Queues`
TRIES = 32  # that have dice of their own; nobody is tested as often
IMAGING_SLOT = 99  # of a person's chances at tests: the picture, taken once


def testing(observation: Observation, seed: int, day: int) -> "Testing":
    """How people are tested on a day, with the dice of it."""
    from linli.analysis.simulation.care_kernel import Testing

    period = observation.period(day)
    return Testing(
        period.definition is Definition.CLINICAL, period.tests_a_day,
        float(observation.sensitivity), float(observation.imaging),
        key_of(seed, Purpose.TEST, IMAGING_SLOT), _keys(seed),
        observation.most_tests, observation.retest_days, observation.result_days,
        float(key_of(seed, Purpose.QUEUE, day) >> S11) * TO_UNIT,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _keys(seed: int) -> NDArray[np.uint64]:
    return np.array([key_of(seed, Purpose.TEST, tries) for tries in range(TRIES)])


def evening(setting: Setting, state: State, on: list[int], *, age: NDArray[np.uint8]) -> int:
    """Care for the ill: tests, beds, and what becomes of them. Returns how many died."""
    from linli.analysis.simulation import care_kernel as kernel

    tally, day = state.tally, state.day
    observation, course = setting.observation, setting.prepared.course
    dying = kernel.Dying(
        course.death, float(course.disease.death_without_care), key_of(state.seed, Purpose.DEATH)
    )
    how = (dying, testing(observation, state.seed, day), wards_of(setting.policies, on))
    others = tally["others"] + round(observation.others_per_100k * len(age) / 100_000)
    latest = day + max(observation.retest_days, observation.result_days)
    came = np.sort(state.calendar.take(Event.VISITS, day))
    due = state.calendar.reserve(len(tally["queue"]) + len(came), latest)
    in_beds = np.array([0, *(tally[name] for name in IN_BEDS)])
    waiting = kernel.Queues(*(tally[name] for name in QUEUES))
    left, counts, given = kernel.evening(
        day, state.infected.table, due, came, waiting, others, in_beds, age, how
    )
    died, tally["others"], n_tests, n_ours, waited = counts
    tally.update(zip(QUEUES, left, strict=True))
    _give_rooms(setting, state, on, in_beds)
    tally.update(zip(IN_BEDS, in_beds[1:].tolist(), strict=True))
    today = state.series
    today["tests"].append(n_tests)
    today["test_queue"].append(len(left.test) + tally["others"])
    today["test_wait_days"].append(waited / n_ours if n_ours else 0.0)
    for kind in (WARD, INTENSIVE, SHELTER):
        name, (n_given, days) = BED_NAMES[kind], given[kind].tolist()
        today[f"{name}_in"].append(tally[f"in_{name}"])
        today[f"{name}_queue"].append(len(left[kind]))
        today[f"{name}_wait_days"].append(days / n_given if n_given else 0.0)
    today["bed_queue"].append(len(np.union1d(left.ward, left.intensive)))  # some wait for both
    seen = state.infected
    for name, rows, since in (
        ("test", left.test, seen.visits), ("trace", tally["to_trace"], seen.reported),
        *((BED_NAMES[kind], left[kind], seen.waits_since) for kind in (WARD, INTENSIVE, SHELTER)),
    ):  # fmt: skip
        days = _days_since(rows, since, day)  # of those who go on waiting, so far
        today[f"{name}_waiting_days"].append(days / len(rows) if len(rows) else 0.0)
    return died


def _give_rooms(setting: Setting, state: State, on: list[int], in_beds: NDArray) -> None:
    """Rooms go to the reported who wait at home for one; only where there are rooms at all."""
    from linli.analysis.simulation.care_kernel import room_awaited

    rooms = sum(p.rooms for n in on if isinstance(p := setting.policies[n], Isolate))
    if not rooms:
        return
    seen, day, today = state.infected, state.day, state.series
    waiting = room_awaited(state.active, day, seen.table)
    waiting = waiting[np.argsort(seen.kept_from[waiting], kind="stable")]
    given, left = np.split(waiting, [max(0, rooms - int(in_beds[ROOM]))])
    for name, rows in (("room_wait_days", given), ("room_waiting_days", left)):
        days = _days_since(rows, seen.kept_from, day)
        today[name].append(days / len(rows) if len(rows) else 0.0)
    seen.kept[given], seen.bed[given] = Kept.AWAY, ROOM
    in_beds[ROOM] += len(given)
    today["room_queue"].append(len(left))


def _days_since(rows: NDArray[np.int32], since: NDArray[np.int16], day: int) -> int:
    """How many days some rows have waited by now, in all. ``since``: the column that says it."""
    return day * len(rows) - int(since[rows].sum(dtype=np.int64))


def came_before(
    state: State, observation: Observation, rows: NDArray[np.int32], *, today: int
) -> None:
    """Who came for a test before a run begins: a result is due, or another test."""
    seen, apart = state.infected, observation.retest_days
    finds = finding_test(state.seed, observation, seen.person[rows])
    taken = np.minimum((today - 1 - seen.visits[rows]) // apart + 1, observation.most_tests)
    found = finds < taken
    seen.tests[rows] = np.where(found, finds + 1, taken)
    seen.visits[rows] += (np.where(found, finds, taken) * apart).astype(np.int16)
    due = np.maximum(seen.visits[rows] + observation.result_days, today)
    state.calendar.add(Event.RESULT, due[found], rows[found])
    again = rows[~found & (taken < observation.most_tests)]
    state.calendar.add(Event.VISITS, seen.visits[again], again)


def finding_test(seed: int, observation: Observation, who: NDArray[np.int32]) -> NDArray[np.int64]:
    """Which test of each person is the first to find it, 0 and up; ``most_tests`` if none does."""
    missed = np.stack([
        chance(seed, Purpose.TEST, who, day=tries) >= observation.sensitivity
        for tries in range(observation.most_tests)
    ])  # fmt: skip
    return np.cumprod(missed, axis=0).sum(axis=0)


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


def wards_of(policies: tuple[Policy, ...], on: list[int]) -> "Wards":
    """How many beds of each kind there are today, and how they are given."""
    from linli.analysis.simulation.care_kernel import Wards

    there = [p for n in on if isinstance(p := policies[n], Beds)]
    kinds = (WARD, INTENSIVE, SHELTER)
    n_beds = [0, *(sum(getattr(p, BED_NAMES[kind]) for p in there) for kind in kinds)]
    way = max((p.transfer_days for p in there), default=0)
    return Wards(np.array(n_beds), way, any(isinstance(policies[n], Triage) for n in on))


def need_bed(state: State, rows: NDArray[np.int32], kind: int) -> None:
    """These need a bed from today on."""
    from linli.analysis.simulation.care_kernel import waiting

    name = f"wait_{BED_NAMES[kind]}"
    new = waiting(rows, kind, state.day, state.infected.table)
    state.tally[name] = np.concatenate([state.tally[name], new])

"""Who is tested, who gets a bed, and who has to wait how long? Capacities that bind.

First come is first served, unless triage says the worst first. Every wait is counted.
"""

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.course import Course
from linli.analysis.simulation.dice import Purpose, chance
from linli.analysis.simulation.observation import Definition, Observation
from linli.analysis.simulation.policies import Beds, Isolate, Policy, Screen, Triage
from linli.analysis.simulation.state import NOT_YET, Event, Fate, Kept, State

WARD, INTENSIVE, SHELTER, ROOM = 1, 2, 3, 4
BED_NAMES = {WARD: "ward", INTENSIVE: "intensive", SHELTER: "shelter", ROOM: "rooms"}
IMAGING_SLOT = 99  # of a person's chances at tests: the picture, taken once


def visit(state: State, rows: NDArray[np.int32]) -> None:
    """Those who come to a clinic today join the queue for a test."""
    seen = state.infected
    due = rows[(seen.visits[rows] == state.day) & (seen.reported[rows] == NOT_YET)]
    due = due[~np.isin(due, state.tally["queue"])]
    state.tally["queue"] = np.concatenate([state.tally["queue"], np.unique(due)])


def came_before(
    state: State, observation: Observation, rows: NDArray[np.int32], *, today: int
) -> None:
    """Who came for a test before a run begins: a result is due, or another test."""
    seen = state.infected
    u = chance(state.seed, Purpose.TEST, seen.person[rows], day=0)
    positive = u < observation.sensitivity
    seen.tests[rows] = 1
    due = np.maximum(seen.visits[rows] + observation.result_days, today)
    state.calendar.add(Event.RESULT, due[positive], rows[positive])
    again = rows[~positive] if observation.most_tests > 1 else rows[:0]
    seen.visits[again] = np.maximum(seen.visits[again] + observation.retest_days, today)
    state.calendar.add(Event.VISITS, seen.visits[again], again)


def test(state: State, observation: Observation, *, n_people: int) -> None:
    """Take the tests of a day; note results, and when to come again."""
    period = observation.period(state.day)
    tally, seen, day = state.tally, state.infected, state.day
    tally["others"] += round(observation.others_per_100k * n_people / 100_000)
    if period.definition is Definition.CLINICAL and len(tally["queue"]):
        rows = tally["queue"]
        sure = chance(state.seed, Purpose.TEST, seen.person[rows], day=IMAGING_SLOT)
        found = sure < observation.imaging
        _report_soon(state, rows[found], observation.result_days)
        tally["queue"] = rows[~found]
    rows = tally["queue"]
    waiting = len(rows) + tally["others"]
    n_tests = min(period.tests_a_day, waiting)
    n_ours = len(rows) * n_tests // waiting if waiting else 0
    tally["others"] -= n_tests - n_ours
    taken, tally["queue"] = rows[:n_ours], rows[n_ours:]
    u = np.zeros(len(taken))
    for tries in np.unique(seen.tests[taken]):
        of = seen.tests[taken] == tries
        u[of] = chance(state.seed, Purpose.TEST, seen.person[taken[of]], day=int(tries))
    waited = day - seen.visits[taken]
    seen.tests[taken] += 1
    positive = u < observation.sensitivity
    _report_soon(state, taken[positive], observation.result_days)
    again = taken[~positive & (seen.tests[taken] < observation.most_tests)]
    seen.visits[again] = day + observation.retest_days
    state.calendar.add(Event.VISITS, seen.visits[again], again)
    today = state.series
    today["tests"].append(n_tests)
    today["test_queue"].append(len(tally["queue"]) + tally["others"])
    today["test_wait_days"].append(float(waited.mean()) if len(taken) else 0.0)


def _report_soon(state: State, rows: NDArray[np.int32], days: int) -> None:
    due = np.full(len(rows), state.day + days, dtype=np.float32)
    state.calendar.add(Event.RESULT, due, rows)


def screen(
    state: State, number: int, policy: Screen, where: NDArray[np.bool_], compound_start: NDArray
) -> int:
    """Test the next people of a round; the samples used are returned."""
    people = np.where(where, np.diff(compound_start), 0)
    total = int(people.sum())
    done_name = f"screened_{number}"
    done = int(state.tally.get(done_name, 0))
    ahead = total * policy.rounds - done
    n = min(policy.samples_a_day * policy.pool, ahead, total)
    if n <= 0:
        return 0
    offset = np.cumsum(people) - people
    rows = state.active
    seen = state.infected
    person = seen.person[rows]
    compound = np.searchsorted(compound_start, person, side="right") - 1
    place = offset[compound] + person - compound_start[compound]
    found = where[compound] & ((place - done) % total < n) & (seen.reported[rows] == NOT_YET)
    u = chance(state.seed, Purpose.SCREENED, person, day=state.day)
    positive = rows[found & (u < policy.coverage * policy.sensitivity)]
    due = np.full(len(positive), state.day + policy.result_days, dtype=np.float32)
    state.calendar.add(Event.SCREEN_RESULT, due, positive)
    state.tally[done_name] = done + n
    again = len(positive) * policy.pool if policy.pool > 1 else 0  # each of a positive tube
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
    seen = state.infected
    rows = rows[seen.bed[rows] != kind]
    seen.waits_since[rows] = state.day
    name = f"wait_{BED_NAMES[kind]}"
    state.tally[name] = np.concatenate([state.tally[name], rows])


def give_beds(state: State, policies: tuple[Policy, ...], on: list[int]) -> None:
    """Give free beds to those who wait, and count who goes on waiting and how long it took."""
    count_rooms(state, policies, on)
    _still_waiting(state)
    there = beds_of(policies, on)
    way = max((p.transfer_days for n in on if isinstance(p := policies[n], Beds)), default=0)
    worst_first = any(isinstance(policies[n], Triage) for n in on)
    seen, tally = state.infected, state.tally
    for kind, n_beds in there.items():
        name = BED_NAMES[kind]
        queue = tally[f"wait_{name}"]
        queue = queue[seen.end[queue] > state.day + 1]
        if kind == SHELTER:
            queue = queue[seen.kept[queue] != Kept.AWAY]
        if worst_first:
            queue = queue[np.argsort(-seen.fate[queue].astype(int), kind="stable")]
        free = max(0, n_beds - tally[f"in_{name}"])
        ready = state.day - seen.waits_since[queue] >= way
        given = queue[ready][:free]
        queue = queue[~ready | (np.cumsum(ready) > free)]
        for held in (WARD, INTENSIVE, SHELTER, ROOM):
            tally[f"in_{BED_NAMES[held]}"] -= int((seen.bed[given] == held).sum())
        seen.bed[given] = kind
        seen.kept[given] = Kept.AWAY
        seen.kept_from[given] = np.minimum(seen.kept_from[given], state.day)
        tally[f"in_{name}"] += len(given)
        tally[f"wait_{name}"] = queue
        waited = state.day - seen.waits_since[given]
        state.series[f"{name}_in"].append(tally[f"in_{name}"])
        state.series[f"{name}_queue"].append(len(queue))
        state.series[f"{name}_wait_days"].append(float(waited.mean()) if len(given) else 0.0)
        since = state.day - seen.waits_since[queue]
        state.series[f"{name}_waiting_days"].append(float(since.mean()) if len(queue) else 0.0)


def count_rooms(state: State, policies: tuple[Policy, ...], on: list[int]) -> None:
    """Count the reported who stay at home for want of a room, and since how many days on average.

    Only where there are rooms at all; whoever found none when reported stays at home.
    """
    if not any(isinstance(p := policies[n], Isolate) and p.rooms for n in on):
        return
    seen, rows = state.infected, state.active
    at_home = rows[(seen.kept[rows] == Kept.HOME) & (seen.reported[rows] != NOT_YET)]
    since = state.day - seen.kept_from[at_home]
    state.series["room_queue"].append(len(at_home))
    state.series["room_wait_days"].append(float(since.mean()) if len(at_home) else 0.0)


def _still_waiting(state: State) -> None:
    """How long those have waited by now who are in line for a test and for a tracer."""
    for name, rows, since in (
        ("test", state.tally["queue"], state.infected.visits),
        ("trace", state.tally["to_trace"], state.infected.reported),
    ):
        days = state.day - since[rows]
        state.series[f"{name}_waiting_days"].append(float(days.mean()) if len(rows) else 0.0)


def end(state: State, course: Course, rows: NDArray[np.int32], age: NDArray[np.uint8]) -> int:
    """These recover or die; their beds fall free. Returns how many died."""
    seen, tally = state.infected, state.tally
    for kind, name in BED_NAMES.items():
        tally[f"in_{name}"] -= int((seen.bed[rows] == kind).sum())
    critical = rows[seen.fate[rows] == Fate.CRITICAL]
    person = seen.person[critical]
    dies = np.where(
        seen.bed[critical] == INTENSIVE,
        course.death[np.minimum(age[person], 110)], course.disease.death_without_care,
    )  # fmt: skip
    dead = critical[chance(state.seed, Purpose.DEATH, person) < dies]
    seen.died[dead] = 1
    seen.bed[rows] = 0
    seen.kept[rows] = Kept.AWAY  # no longer infectious, so nothing can come of it
    return len(dead)

"""What happens to those who are reported, to their household and to their contacts?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.care import SHELTER, need_bed
from linli.analysis.simulation.city import City
from linli.analysis.simulation.dice import Purpose, bound_of, key_of
from linli.analysis.simulation.disease import LAYERS, Layer
from linli.analysis.simulation.policies import Isolate, Quarantine, Trace
from linli.analysis.simulation.state import NO_DAY, Fate, Held, State

if TYPE_CHECKING:
    from linli.analysis.simulation.response_kernel import Luck

Contacts = tuple[NDArray[np.int32], NDArray[np.uint8]]  # person, layer
Meets = Callable[[NDArray, NDArray, "Luck", int], Contacts]  # rows, since when: whom they met


LAG_DAYS = 3  # from meeting a source to being asked about it, beside the days asked about


@dataclass(frozen=True)
class Hold:
    """What keeping contacts at home or elsewhere takes."""

    days: int
    test: bool
    rooms: int


def report(state: State, rows: NDArray[np.int32], city: City) -> NDArray[np.int32]:
    """Make cases known; returns those that were not known before."""
    from linli.analysis.simulation.response_kernel import made_known

    return made_known(
        np.sort(rows), state.day, state.infected.table, city.compound.start, state.reports
    )


def isolate(state: State, policy: Isolate | None, rows: NDArray[np.int32]) -> None:
    """Keep reported people apart, and put the mild on the list for a shelter hospital."""
    seen, tally = state.infected, state.tally
    need_bed(state, rows[(seen.fate[rows] <= Fate.MILD) & (seen.end[rows] > state.day)], SHELTER)
    if policy is None:
        return
    from linli.analysis.simulation.response_kernel import apart

    n_rooms = max(0, policy.rooms - tally["in_rooms"])
    tally["in_rooms"] += apart(rows, n_rooms, state.day, seen.table)


def quarantine(state: State, policy: Quarantine, rows: NDArray[np.int32], city: City) -> None:
    """Tell those who live with a case to stay at home, from today on."""
    hold = Hold(policy.days, test=False, rooms=0)
    _note(state, _housemates(state, rows, city, _luck(state, policy)), state.day, hold)


def trace(state: State, policy: Trace, rows: NDArray[np.int32], city: City, meets: Meets) -> None:
    """Find contacts of the cases that wait for a tracer, as many cases as there is time for."""
    seen, tally, day = state.infected, state.tally, state.day
    waiting = np.concatenate([tally["to_trace"], rows])
    taken, tally["to_trace"] = waiting[: policy.cases_a_day], waiting[policy.cases_a_day :]
    waited = day - seen.reported[taken]
    state.series["traced"].append(len(taken))
    state.series["trace_queue"].append(len(tally["to_trace"]))
    state.series["trace_wait_days"].append(_mean(waited))
    if not len(taken):
        return
    hold = Hold(policy.days, policy.test, policy.rooms)
    luck = _luck(state, policy)
    home = _housemates(state, taken, city, luck)
    _note(state, home, day + int(policy.delay_days.get(Layer.HOUSEHOLD, 0)), hold)
    onset = np.where(seen.onset[taken] < NO_DAY, seen.onset[taken] - 2, day)
    begins = np.minimum(np.maximum(onset, day - 14), seen.reported[taken] - policy.look_back_days)
    begins = np.maximum(begins, max(0, day + 1 - len(state.shares))).astype(np.int64)
    people, layer = meets(taken, begins, luck, day - policy.look_back_days - LAG_DAYS)
    delay = np.array([int(policy.delay_days.get(la, 0)) for la in LAYERS])
    late = delay[layer]
    for days in sorted(set(delay.tolist())):
        _note(state, people[late == days], day + days, hold)


def _luck(state: State, policy: Quarantine | Trace) -> "Luck":
    """Whom tracers find today and who does as told; chance's numbers, not a person's."""
    from linli.analysis.simulation.response_kernel import Luck

    found = policy.found if isinstance(policy, Trace) else {Layer.HOUSEHOLD: 1.0}
    return Luck(
        key_of(state.seed, Purpose.TRACED, state.day),
        np.array([bound_of(float(found.get(la, 0.0))) for la in LAYERS]),
        key_of(state.seed, Purpose.OBEYS), bound_of(float(policy.obey)),
    )  # fmt: skip


def _housemates(
    state: State, rows: NDArray[np.int32], city: City, luck: "Luck"
) -> NDArray[np.int32]:
    """Those who live with cases and do as told; under tracing, those who are found."""
    from linli.analysis.simulation.response_kernel import housemates

    cases = np.sort(state.infected.person[rows])
    return housemates(cases, city.household, city.household_start, luck)


def _note(state: State, people: NDArray[np.int32], day: int, hold: Hold) -> None:
    if len(people):
        held = (distinct(people), hold.days, hold.test, bool(hold.rooms))
        state.holds.setdefault(day, []).append(held)


def keep(state: State, *, rooms: int, longest: int) -> None:
    """Begin the quarantines that are due today, let go of those that are over, and give rooms.

    ``longest``: days within which everybody infected so far falls ill.
    """
    from linli.analysis.simulation.response_kernel import begin_hold, still_held

    tally, day, columns = state.tally, state.day, state.infected.table
    parts = [still_held(tally["held"], state.held_until, day)]
    queue, since = _still_in_need(state)
    for people, days, test, wants_room in state.holds.pop(day, []):
        due = state.calendar.reserve(len(people), day + longest)
        new, waits = begin_hold(
            people, (day, day + days), test, wants_room, state.find_rows(), state.held_until,
            state.held_away, columns, due,
        )  # fmt: skip
        parts.append(new if days > 0 else new[:0])
        queue = np.concatenate([queue, waits])
        tally["ever_held"] += len(new)
    since = np.concatenate([since, np.full(len(queue) - len(since), day, np.int32)])
    _give_rooms(state, queue, since, rooms)
    tally["held"] = np.concatenate(parts)


def _still_in_need(state: State) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Who waited for a room yesterday and still does, in order, and since when; who left one."""
    from linli.analysis.simulation.response_kernel import still_in_need

    tally, seen = state.tally, state.infected
    guests, queue = tally["held_guests"], tally["wait_held"]
    people = (state.day, state.held_until, state.status)
    if len(guests):
        row, nobody = state.find_rows(), seen.reported[:0]
        stay = still_in_need(guests, *people, row, nobody, seen.bed, seen.died)
        tally["held_guests"] = guests[stay]
        if len(stay) < len(guests):
            state.held_away[np.delete(guests, stay)] = Held.HOME
    if not len(queue):
        return queue, tally["wait_held_since"]
    row = state.find_rows()
    wait = still_in_need(queue, *people, row, seen.reported, seen.bed, seen.died)
    return queue[wait], tally["wait_held_since"][wait]


def _give_rooms(
    state: State, queue: NDArray[np.int32], since: NDArray[np.int32], rooms: int
) -> None:
    """Rooms go to those who tracers said should be in one: who waits longest at home comes first.

    Nobody is told of a wait as long as there are no rooms at all.
    """
    tally, today, waited = state.tally, state.series, state.day - since
    n_given = min(len(queue), max(0, rooms - len(tally["held_guests"])))
    state.held_away[queue[:n_given]] = Held.ROOM
    tally["held_guests"] = np.concatenate([tally["held_guests"], queue[:n_given]])
    tally["held_rooms"] = len(tally["held_guests"])
    tally["wait_held"], tally["wait_held_since"] = queue[n_given:], since[n_given:]
    if rooms:
        today["held_room_queue"].append(len(queue) - n_given)
        today["held_room_wait_days"].append(_mean(waited[:n_given]))
        today["held_room_waiting_days"].append(_mean(waited[n_given:]))


def _mean(days: NDArray[Any]) -> float:
    return float(days.mean()) if len(days) else 0.0


def distinct(rows: NDArray[Any]) -> NDArray[Any]:
    """Each once, in order."""
    found = np.sort(rows)
    is_new = np.ones(len(found), dtype=bool)
    np.not_equal(found[1:], found[:-1], out=is_new[1:])
    return found[is_new]

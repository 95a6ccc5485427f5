"""What happens to those who are reported, to their household and to their contacts?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.care import ROOM, SHELTER, need_bed
from linli.analysis.simulation.city import City
from linli.analysis.simulation.dice import Purpose, chance
from linli.analysis.simulation.disease import LAYERS, Layer
from linli.analysis.simulation.policies import Isolate, Quarantine, Trace
from linli.analysis.simulation.state import NOT_YET, Event, Fate, Kept, State

Contacts = tuple[NDArray, NDArray, NDArray]  # person, row of the case, layer
Meets = Callable[[NDArray, NDArray], Contacts]  # rows, since when: whom they met outside home


@dataclass(frozen=True)
class Hold:
    """What keeping contacts at home or elsewhere takes."""

    days: int
    obey: float
    test: bool
    rooms: int


def report(state: State, rows: NDArray[np.int32], city: City) -> NDArray[np.int32]:
    """Make cases known; returns those that were not known before."""
    seen = state.infected
    rows = np.unique(rows[seen.reported[rows] == NOT_YET]).astype(np.int32)
    seen.reported[rows] = state.day
    at = city.compound.of(seen.person[rows])
    np.add.at(state.reports[:, state.day], at, 1)
    return rows


def isolate(state: State, policy: Isolate | None, rows: NDArray[np.int32]) -> None:
    """Keep reported people apart, and put the mild on the list for a shelter hospital."""
    seen, tally = state.infected, state.tally
    need_bed(state, rows[(seen.fate[rows] <= Fate.MILD) & (seen.end[rows] > state.day)], SHELTER)
    if policy is None:
        return
    loose = rows[(seen.kept[rows] == Kept.FREE) & (seen.end[rows] > state.day)]
    n_rooms = max(0, policy.rooms - tally["in_rooms"])
    placed, at_home = loose[:n_rooms], loose[n_rooms:]
    seen.kept[placed], seen.kept[at_home] = Kept.AWAY, Kept.HOME
    seen.bed[placed] = ROOM
    tally["in_rooms"] += len(placed)
    seen.kept_from[loose] = state.day


def quarantine(state: State, policy: Quarantine, rows: NDArray[np.int32], city: City) -> None:
    """Tell those who live with a case to stay at home, from today on."""
    people = _housemates(state, rows, city)
    hold = Hold(policy.days, policy.obey, False, 0)
    _note(state, people, state.day, hold)


def trace(state: State, policy: Trace, rows: NDArray[np.int32], city: City, meets: Meets) -> None:
    """Find contacts of the cases that wait for a tracer, as many cases as there is time for."""
    seen, tally, day = state.infected, state.tally, state.day
    waiting = np.concatenate([tally["to_trace"], rows])
    taken, tally["to_trace"] = waiting[: policy.cases_a_day], waiting[policy.cases_a_day :]
    waited = day - seen.reported[taken]
    state.series["traced"].append(len(taken))
    state.series["trace_queue"].append(len(tally["to_trace"]))
    state.series["trace_wait_days"].append(float(waited.mean()) if len(taken) else 0.0)
    if not len(taken):
        return
    hold = Hold(policy.days, policy.obey, policy.test, policy.rooms)
    home = _housemates(state, taken, city)
    likely = float(policy.found.get(Layer.HOUSEHOLD, 0.0))
    lucky = chance(state.seed, Purpose.TRACED, home, day=day) < likely
    _note(state, home[lucky], day + int(policy.delay_days.get(Layer.HOUSEHOLD, 0)), hold)
    parts = [_before(state, taken, policy)]
    onset = np.where(np.isfinite(seen.onset[taken]), seen.onset[taken] - 2, day)
    begins = np.minimum(np.maximum(onset, day - 14), seen.reported[taken] - policy.look_back_days)
    begins = np.maximum(begins, max(0, day + 1 - len(state.shares))).astype(np.int64)
    parts.append(meets(taken, begins))
    people, _, layer = (np.concatenate(a) for a in zip(*parts, strict=True))
    found = np.array([float(policy.found.get(la, 0.0)) for la in LAYERS])
    delay = np.array([int(policy.delay_days.get(la, 0)) for la in LAYERS])
    lucky = chance(state.seed, Purpose.TRACED, people, day=day) < found[layer]
    for days in np.unique(delay[layer[lucky]]):
        _note(state, people[lucky & (delay[layer] == days)], day + int(days), hold)


def _before(state: State, rows: NDArray[np.int32], policy: Trace) -> Contacts:
    """Who infected the cases was a contact too, if they met within the days asked about."""
    seen = state.infected
    recent = (seen.at[rows] >= state.day - policy.look_back_days - 3) & (seen.source[rows] >= 0)
    of = rows[recent]
    return seen.person[seen.source[of]].astype(np.int64), of, seen.layer[of]


def _housemates(state: State, rows: NDArray[np.int32], city: City) -> NDArray[np.int64]:
    person = state.infected.person[rows]
    home = np.unique(city.household[person])
    first = city.household_start[home].astype(np.int64)
    size = city.household_start[home + 1].astype(np.int64) - first
    people = np.repeat(first - np.cumsum(size) + size, size) + np.arange(int(size.sum()))
    return np.setdiff1d(people, person)


def _note(state: State, people: NDArray, day: int, hold: Hold) -> None:
    people = np.unique(people)
    people = people[chance(state.seed, Purpose.OBEYS, people) < hold.obey]
    if len(people):
        state.holds.setdefault(day, []).append((people, hold.days, hold.test, bool(hold.rooms)))


def keep(state: State, *, rooms: int) -> None:
    """Begin the quarantines that are due today; let go of those that are over."""
    tally, day = state.tally, state.day
    tally["held_rooms"] -= state.releases.pop(day, 0)
    for people, days, test, wants_room in state.holds.pop(day, []):
        known = state.row[people]
        reported = (known != NOT_YET) & (state.infected.reported[known] != NOT_YET)
        people = people[~reported].astype(np.int64)
        new = people[state.held_until[people] <= day]
        if wants_room:
            placed = new[: max(0, rooms - tally["held_rooms"])]
            state.held_away[new] = 0
            state.held_away[placed] = 1
            tally["held_rooms"] += len(placed)
            state.releases[day + days] = state.releases.get(day + days, 0) + len(placed)
        else:
            state.held_away[new] = 0
        tally["held"] = np.concatenate([tally["held"], new])
        tally["ever_held"] += len(new)
        # Who sits in a room keeps its days, so that the room falls free when it was noted for.
        longer = people[(state.held_away[people] == 0) | (state.held_until[people] <= day)]
        state.held_until[longer] = np.maximum(state.held_until[longer], day + days)
        _watch(state, people, test=test)
    tally["held"] = tally["held"][state.held_until[tally["held"]] > day]


def _watch(state: State, people: NDArray, *, test: bool) -> None:
    """Who is watched is seen on the day of onset, and tested once infectious if all are tested."""
    seen, day = state.infected, state.day
    rows = state.row[people]
    rows = rows[rows != NOT_YET]
    rows = rows[(seen.reported[rows] == NOT_YET) & (seen.stop[rows] > day)]
    due = np.where(test, np.floor(seen.start[rows]) + 1, np.floor(seen.onset[rows]))
    due = np.minimum(np.maximum(due, day), 30_000)
    sooner = (due < 30_000) & ((seen.visits[rows] > due) | (seen.visits[rows] == NOT_YET))
    rows, due = rows[sooner], due[sooner]
    seen.visits[rows] = due
    state.calendar.add(Event.VISITS, due, rows)

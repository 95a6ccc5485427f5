"""What does a run begin with, if it begins today? Known cases, contacts, and who is not yet known.

A run that starts from records remembers some days: day 0 of its axis lies before today, so that
reports of the last weeks set triggers off and count as days with a report. Known cases stand where
the records have them. Those infected whom nobody knows are estimated from days of onset, see
`unseen`. Each seed draws its own.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.care import (
    BED_NAMES,
    INTENSIVE,
    SHELTER,
    WARD,
    came_before,
    finding_test,
    need_bed,
)  # fmt: skip
from linli.analysis.simulation.city import City, mean_contacts
from linli.analysis.simulation.course import fall_ill
from linli.analysis.simulation.disease import LAYERS, QUANTILES, Disease, Layer
from linli.analysis.simulation.observation import Observation
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.state import (
    NO_DAY,
    NOT_YET,
    Calendar,
    Event,
    Fate,
    Kept,
    Listed,
    State,
)  # fmt: skip
from linli.analysis.simulation.unseen import Estimate

REMEMBERED_DAYS = 28
TRIES = 8  # to find somebody near a case who is not taken
DICE = 28  # this module's own stream beside the seed


@dataclass(frozen=True, eq=False)
class Known:
    """What the records hold. Days count from the first that is remembered; arrays: (cases,)."""

    today: int
    person: NDArray[np.int64]  # of the city
    onset: NDArray[np.int64]  # day
    reported: NDArray[np.int64]  # day
    fate: NDArray[np.uint8]  # Fate; mild where nobody said how ill
    place: NDArray[np.uint8]  # WARD, INTENSIVE, SHELTER or a room, 0 in none
    over: NDArray[np.bool_]  # recovered or dead
    to_trace: NDArray[np.bool_]  # whose contacts nobody has asked for yet
    immune: NDArray[np.int64]  # people whose infection was over before anything is remembered
    held: NDArray[np.int64]  # contacts who are kept, by person
    held_until: NDArray[np.int64]  # day, (held,)
    held_away: NDArray[np.bool_]  # in a room and not at home, (held,)


@dataclass(frozen=True, eq=False)
class Start:
    """What a setting begins with instead of a number of first infected."""

    known: Known
    estimate: Estimate
    first_day: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "first_day", self.known.today)

    def fill(self, setting: Setting, state: State, scratch: State) -> State:
        """Put everything into an empty world; ``scratch`` is another one, to try in."""
        known = self.known
        dice = np.random.default_rng([abs(state.seed), DICE])
        state.status[known.immune] = 1
        state.status[known.person] = 1
        self._immune(setting, state, dice)
        who, at = self._unseen(setting, state, scratch, dice)
        state.status[known.person] = 0
        n_known = len(known.person)
        fall_ill(
            state, setting.prepared.tables, setting.city.age,
            *_alone(np.concatenate([known.person, who])),
            np.concatenate([np.zeros(n_known), at]), np.zeros(n_known + len(who), bool),
        )  # fmt: skip
        before = _as_recorded(state, known, setting.disease)
        _calendar(state, known, before, setting.observation)
        _placed(state, known)
        _held(state, known)
        state.reports = np.zeros((len(setting.city.compound), known.today), np.int32)
        at_home = setting.city.compound.of(known.person)
        np.add.at(state.reports, (at_home, np.minimum(known.reported, known.today - 1)), 1)
        state.day = known.today
        return state

    def _immune(self, setting: Setting, state: State, dice: np.random.Generator) -> None:
        """Beside each case of long ago there were others whom nobody reported."""
        n = round(len(self.known.immune) * (1 / self.estimate.share_reported - 1))
        n = min(n, setting.city.n_people // 2)
        if n:
            state.status[dice.integers(0, setting.city.n_people, n)] = 1

    def _unseen(
        self, setting: Setting, state: State, scratch: State, dice: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Who is infected and not known, and since when.

        Everybody's course and tests are drawn; who would have been reported by now is among the
        known, and so are as many as were reported today of those whom today brings to light.
        """
        n_by_day = self.estimate.drawn(dice)
        at = np.repeat(np.arange(len(n_by_day)), n_by_day) + dice.random(int(n_by_day.sum()))
        who = _near(setting, self.known, state.status != 0, len(at), dice)
        at = at[who >= 0]
        who = who[who >= 0]
        if not len(who):
            return who, at
        fall_ill(
            scratch, setting.prepared.tables, setting.city.age, *_alone(who), at,
            np.zeros(len(who), bool),
        )  # fmt: skip
        seen_by, known = setting.observation, self.known
        visits = scratch.infected.visits[: len(who)].astype(int)
        finds = finding_test(state.seed, seen_by, who.astype(np.int32))
        reported = visits + finds * seen_by.retest_days + seen_by.result_days
        unseen = (visits == NOT_YET) | (finds == seen_by.most_tests) | (reported >= known.today)
        today = np.flatnonzero(unseen & (visits != NOT_YET) & (reported == known.today))
        unseen[today[: int((known.reported == known.today).sum())]] = False
        return who[unseen], at[unseen]


def _alone(who: NDArray[np.int64]) -> tuple[NDArray, NDArray, NDArray]:
    """People whose source is not known: who, source and layer as `fall_ill` takes them."""
    source = np.full(len(who), NOT_YET, np.int32)
    return who.astype(np.int32), source, np.full(len(who), LAYERS.index(Layer.CITY), np.uint8)


def _near(
    setting: Setting, known: Known, taken: NDArray[np.bool_], n: int, dice: np.random.Generator
) -> NDArray[np.int64]:
    """People about the known cases, at home, in the compound, the community or anywhere.

    How often each is as a first case's contacts are, weighed by how easily they infect. Where all
    there are taken, somebody further off is looked for; -1 for who is found nowhere.
    """
    city = setting.city
    recent = known.person[known.onset >= 0]
    weight = mean_contacts(city) * [setting.disease.layers[la] for la in LAYERS]
    share = np.append(weight[:3], weight[3:].sum()) / weight.sum()
    layer = dice.choice(4, size=n, p=share) if len(recent) else np.full(n, 3)
    case = dice.choice(recent, size=n) if len(recent) else np.zeros(n, dtype=np.int64)
    taken = taken.copy()
    who = np.full(n, -1, dtype=np.int64)
    for _ in range(TRIES):
        left = np.flatnonzero(who < 0)
        if not len(left):
            break
        begin, end = _ranges(city, case[left], layer[left])
        found = begin + (dice.random(len(left)) * (end - begin)).astype(np.int64)
        free = np.unique(found, return_index=True)[1]
        free = free[~taken[found[free]]]
        who[left[free]] = found[free]
        taken[found[free]] = True
        layer[who < 0] = np.minimum(layer[who < 0] + 1, 3)
    return who


def _ranges(
    city: City, case: NDArray[np.int64], layer: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The people among whom somebody near each case is looked for."""
    begin = np.zeros(len(case), dtype=np.int64)
    end = np.full(len(case), city.n_people, dtype=np.int64)
    for k, starts, at in (
        (0, city.household_start, city.household[case].astype(np.int64)),
        (1, city.compound.start, city.compound.of(case)),
        (2, city.community.start, city.community.of(case)),
    ):
        here = layer == k
        begin[here] = starts[at[here]]
        end[here] = starts[at[here] + 1]
    return begin, end


def _as_recorded(state: State, known: Known, disease: Disease) -> Listed:
    """Move each known case's days to those of the records, and its severity; what is due then."""
    seen, n = state.infected, len(known.person)
    rows = np.arange(n)
    drawn = seen.fate[:n].copy()
    silent = seen.onset[:n] == NO_DAY
    felt = np.floor(seen.start[:n][silent] + disease.presymptomatic.mean_days)
    seen.onset[:n][silent] = felt.astype(np.int16)
    seen.strength[:n][silent] -= QUANTILES  # as infectious as who feels it
    move = (known.onset - seen.onset[:n]).astype(np.int16)
    for name in ("at", "start", "stop", "onset", "end"):
        getattr(seen, name)[:n] += move
    moved: dict[tuple[int, int], list[NDArray[np.int32]]] = {}
    for (event, day), at in state.calendar.listed().items():
        own = at < n
        for row, new in zip(at[own], day + move[at[own]].astype(int), strict=True):
            moved.setdefault((event, int(new)), []).append(np.array([row], dtype=np.int32))
        if (~own).any():
            moved.setdefault((event, day), []).append(at[~own])
    due = {when: np.concatenate(parts) for when, parts in moved.items()}
    # Who is known to be mild and would be worse by now is not; who is worse needs a bed by now.
    worse = np.zeros(n, dtype=bool)
    for (event, day), at in due.items():
        if event in (Event.NEEDS_BED, Event.NEEDS_INTENSIVE) and day < known.today:
            worse[at[at < n]] = True
    fate = np.maximum(drawn, Fate.MILD)
    fate[worse & (known.fate < Fate.SEVERE)] = Fate.MILD
    fate = np.maximum(fate, known.fate)
    seen.fate[:n] = fate
    mild = rows[fate == Fate.MILD]
    seen.end[mild] = np.ceil(seen.stop[mild]).astype(np.int16)
    grave = rows[(known.fate >= Fate.SEVERE) & (known.fate != drawn)]
    stay = np.where(
        fate[grave] == Fate.CRITICAL,
        disease.severe_to_critical.mean_days + disease.critical_stay.mean_days,
        disease.stay.mean_days,
    )
    over = seen.onset[grave] + disease.onset_to_severe.mean_days + stay
    seen.end[grave] = np.ceil(over).astype(np.int16)
    seen.reported[:n] = np.maximum(0, known.reported)
    seen.visits[:n] = np.maximum(0, known.reported)
    seen.kept[:n] = Kept.HOME
    seen.kept_from[:n] = known.reported
    return due


def _calendar(state: State, known: Known, before: Listed, seen_by: Observation) -> None:
    """What is due from today on; what was due before has happened."""
    seen, n, today = state.infected, len(known.person), known.today
    over = np.zeros(seen.n, dtype=bool)
    over[:n] = known.over
    seen.stop[: seen.n][over] = np.minimum(seen.stop[: seen.n][over], today)
    seen.end[: seen.n][over] = np.minimum(seen.end[: seen.n][over], today)
    started = np.arange(seen.n, dtype=np.int32)
    begun = started[seen.start[: seen.n] < today]
    state.active = begun[seen.stop[begun] > today]
    state.calendar = Calendar()
    note = state.calendar.add
    for (event, day), listed in before.items():
        rows = listed[~over[listed]]
        if event == Event.ENDS:
            continue
        if event == Event.VISITS:
            rows = rows[rows >= n]  # the known have been
            if day < today:
                came_before(state, seen_by, rows, today=today)
                continue
        if event in (Event.NEEDS_BED, Event.NEEDS_INTENSIVE):
            rows = rows[seen.fate[rows] >= Fate.SEVERE]
        if day >= today:
            note(Event(event), np.full(len(rows), day), rows)
    rows = started[~over]
    note(Event.ENDS, np.maximum(seen.end[rows] - 1, today), rows)
    ended = rows[seen.end[rows] < today]
    ended = ended[ended >= n]
    seen.end[ended] = np.minimum(seen.end[ended], today)


def _placed(state: State, known: Known) -> None:
    """Who is in a bed or a room is away; who should be and is not waits since the report."""
    seen, tally, n = state.infected, state.tally, len(known.person)
    rows = np.arange(n, dtype=np.int32)
    there = rows[(known.place > 0) & ~known.over]
    seen.bed[there] = known.place[there]
    seen.kept[there] = Kept.AWAY
    for kind, name in BED_NAMES.items():
        tally[f"in_{name}"] += int((known.place[there] == kind).sum())
    loose = rows[(known.place == 0) & ~known.over & (seen.end[:n] > known.today)]
    for kind, wanted in (
        (WARD, seen.fate[loose] == Fate.SEVERE), (INTENSIVE, seen.fate[loose] == Fate.CRITICAL),
        (SHELTER, seen.fate[loose] == Fate.MILD),
    ):  # fmt: skip
        late = known.fate[loose] >= Fate.SEVERE if kind != SHELTER else np.ones(len(loose), bool)
        need_bed(state, loose[wanted & late], kind)
    seen.waits_since[loose] = np.maximum(0, known.reported[loose])
    seen.kept[rows[known.over]] = Kept.AWAY
    tally["to_trace"] = rows[known.to_trace]


def _held(state: State, known: Known) -> None:
    """Contacts who are kept stay kept until their day."""
    row = state.find_rows()[known.held]
    keep = (row == NOT_YET) | (row >= len(known.person))
    keep &= known.held_until > known.today
    people, until, away = (a[keep] for a in (known.held, known.held_until, known.held_away))
    state.held_until[people] = np.minimum(until, np.iinfo(np.int16).max)
    state.held_away[people] = away
    state.tally["held"] = people.astype(np.int32)
    state.tally["ever_held"] += len(people)
    state.tally["held_guests"] = people[away].astype(np.int32)
    state.tally["held_rooms"] = int(away.sum())


def by_day(days: NDArray[np.int64], known: Known) -> NDArray[np.int64]:
    """How many cases have each day remembered, shape (days remembered,)."""
    inside = (days >= 0) & (days < known.today)
    return np.bincount(days[inside], minlength=known.today)

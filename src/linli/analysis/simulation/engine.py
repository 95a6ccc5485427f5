"""What happens in a city, day by day, under some policies? One world, one seed.

The order of a day is fixed: reports come in; policies are decided on them; cases are isolated,
contacts traced and kept; people meet; illness goes on; tests are taken; beds are given; the day is
counted. Whoever decides sees reports only.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation import care, measures, response
from linli.analysis.simulation.course import fall_ill
from linli.analysis.simulation.dice import Purpose, bits, chance, key_of
from linli.analysis.simulation.disease import LAYERS
from linli.analysis.simulation.policies import (
    Deliver,
    Isolate,
    Policy,
    Quarantine,
    Screen,
    Trace,
    Vaccinate,
)  # fmt: skip
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.state import NOT_YET, Calendar, Event, Infected, State
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.analysis.simulation.response_kernel import Luck

DAYS_BACK = 16  # how long it is remembered which contacts went on
BEFORE = -1
BLOCK = 4096  # rows a thread takes at a time; the result does not depend on it


@dataclass(frozen=True)
class Run:
    """What happened in one world. Series have shape (days,), the first day first."""

    setting: Setting
    state: State

    @property
    def series(self) -> dict[str, NDArray[np.float64]]:
        """Every count of a day by its name."""
        return {name: np.array(values) for name, values in self.state.series.items()}

    @property
    def counted_on(self) -> NDArray[np.int64]:
        """The day on which each infection was counted; BEFORE for those the run began with."""
        n_by_day = np.array(self.state.series["infections"], dtype=np.int64)
        days = np.repeat(np.arange(len(n_by_day)), n_by_day)
        return np.concatenate([np.full(self.state.infected.n - len(days), BEFORE), days])

    def by_area(self, scope: str) -> NDArray[np.int64]:
        """Infections of each area so far."""
        areas = self.setting.city.areas(scope)
        at = areas.of(self.state.infected.columns()["person"])
        return np.bincount(at, minlength=len(areas))


COUNTS = (
    "others", "in_ward", "in_intensive", "in_shelter", "in_rooms", "held_rooms", "ever_held",
    "undelivered",
)  # fmt: skip


def begin(setting: Setting, *, seed: int) -> State:
    """The city on the morning of the first day, with its first infected or what is known today."""
    state = _untouched(setting, seed)
    if setting.start is not None:
        return setting.start.fill(setting, state, _untouched(setting, seed))
    who = _some(setting, seed, Purpose.FIRST, 0, setting.first, state)
    _infect(setting, state, who, at=np.zeros(len(who)))
    return state


def _untouched(setting: Setting, seed: int) -> State:
    city = setting.city
    n, n_compounds = city.n_people, len(city.compound)
    queues = ("to_trace", *care.QUEUES, "held", "held_guests", "wait_held", "wait_held_since")
    tally: dict[str, Any] = {name: np.empty(0, dtype=np.int32) for name in queues}
    tally |= dict.fromkeys(COUNTS, 0)
    return State(
        seed=seed, day=0, status=np.zeros(n, np.uint8), held_until=np.zeros(n, np.int16),
        held_away=np.zeros(n, np.uint8), row=np.empty(0, np.int32), infected=Infected(),
        calendar=Calendar(), active=np.empty(0, np.int32), holds={}, tally=tally,
        reports=np.zeros((n_compounds, 0), np.int32),
        shares=np.ones((DAYS_BACK, len(LAYERS), n_compounds), np.float32),
    )  # fmt: skip


def run(
    setting: Setting,
    *,
    seed: int,
    n_days: int,
    state: State | None = None,
    threads: int = 1,
    oracle: bool = False,
    on_day: Callable[[State], None] | None = None,
) -> Run:
    """Simulate some days.

    Parameters
    ----------
    state
        Where to take up: what `begin` or an earlier run left. It is changed. None: from the start.
    threads
        How many compute; the result is the same.
    oracle
        Let plain NumPy find the infections: for small cities, to check the kernel by.
    on_day
        Told after each day, to show progress; what it raises ends the run.
    """
    if n_days < 1:
        raise BadInput(N_("{n} days is no run. Give 1 or more."), n=n_days)
    if state is None:
        state = begin(setting, seed=seed)
    missing = state.day + n_days - state.reports.shape[1]
    if missing > 0:
        state.reports = np.pad(state.reports, ((0, 0), (0, missing)))
    with _pool(threads) as pool:
        for _ in range(n_days):
            _day(setting, state, pool, oracle=oracle)
            if on_day:
                on_day(state)
    return Run(setting, state)


@contextmanager
def _pool(threads: int) -> Iterator[Callable[..., Any]]:
    if threads <= 1:
        yield map
        return
    with ThreadPoolExecutor(threads) as pool:
        yield pool.map


def _day(setting: Setting, state: State, each: Callable[..., Any], *, oracle: bool) -> None:
    city, ready, day = setting.city, setting.prepared, state.day
    seen, series = state.infected, _Series(state)
    state.series = series
    take = state.calendar.take
    by_screen = take(Event.SCREEN_RESULT, day)
    cases = response.report(state, np.concatenate([take(Event.RESULT, day), by_screen]), city)
    reach = measures.reach_of(city, setting.policies, state, ready)
    shares, closed = measures.shares_of(city, setting.policies, reach, state)
    state.shares[day % DAYS_BACK] = shares
    on = {type(setting.policies[n]): (n, setting.policies[n]) for n in reach}
    _respond(setting, state, reach, on, cases)
    started = take(Event.STARTS, day)
    active = np.concatenate([state.active, started])
    state.active = active[seen.stop[active] > day]
    n_before = seen.n
    rules = _rules(setting, state, shares, on)
    who, source, layer, at = _meet(setting, state, rules, each, oracle=oracle)
    _infect(setting, state, who, source=source, layer=layer, at=at, rules=rules, on=on)
    if setting.imported_a_day:
        whole, broken = divmod(setting.imported_a_day, 1)
        one_more = chance(state.seed, Purpose.IMPORTED, np.zeros(1), day=day)[0] < broken
        who = _some(setting, state.seed, Purpose.IMPORTED, day + 1, int(whole) + one_more, state)
        _infect(setting, state, who, at=np.full(len(who), float(day)), rules=rules, on=on)
    samples = sum(
        care.screen(state, n, p, where, city.compound.start)
        for n, where in reach.items()
        if isinstance(p := setting.policies[n], Screen)
    )
    deaths = care.evening(setting, state, list(reach), age=city.age)
    _deliver(setting, state, on, closed)
    for name, value in (
        ("infections", seen.n - n_before), ("reports", len(cases)), ("deaths", deaths),
        ("screen_samples", samples), ("closed_people", int(ready.people[closed].sum())),
        ("held_people", len(state.tally["held"])), ("infectious", len(state.active)),
        ("screen_reports", int(np.isin(by_screen, cases).sum()) if len(by_screen) else 0),
    ):  # fmt: skip
        series[name].append(value)
    series.level(day)
    state.series = dict(series)
    state.day += 1


class _Series(dict[str, list[float]]):
    """Counts by day; a count that a day did not mention is 0."""

    def __init__(self, state: State) -> None:
        super().__init__(state.series)
        self._days = state.day

    def __missing__(self, name: str) -> list[float]:
        self[name] = [0.0] * self._days
        return self[name]

    def level(self, day: int) -> None:
        """Give every series an entry for this day."""
        for values in self.values():
            values += [0.0] * (day + 1 - len(values))


def _respond(setting: Setting, state: State, reach: Any, on: Any, cases: NDArray) -> None:
    """Isolate, quarantine and trace, each in the compounds where it holds."""
    city = setting.city

    def held(kind: type[Policy]) -> tuple[Any, NDArray]:
        n, policy = on.get(kind, (None, None))
        if policy is None:
            return None, cases[:0]
        if reach[n].all():
            return policy, cases
        return policy, cases[reach[n][city.compound.of(state.infected.person[cases])]]

    policy, of = held(Isolate)
    response.isolate(state, policy, of)
    if len(of) < len(cases):
        response.isolate(state, None, np.setdiff1d(cases, of))
    policy, of = held(Quarantine)
    if policy is not None:
        response.quarantine(state, policy, of, city)
    policy, of = held(Trace)
    if policy is not None:
        response.trace(state, policy, of, city, _meets(setting, state))
    response.keep(
        state, rooms=policy.rooms if policy is not None else 0,
        longest=setting.prepared.tables.longest,
    )  # fmt: skip


def _rules(setting: Setting, state: State, shares: NDArray, on: Any) -> Any:
    from linli.analysis.simulation.kernel import Rules, most_met

    ready, day = setting.prepared, state.day
    rank, given, works = np.zeros(1, np.int32), 0, 0.0
    if Vaccinate in on:
        n, policy = on[Vaccinate]
        given = max(0, policy.doses_a_day * (state.day - policy.from_day - policy.delay_days))
        rank, works = ready.rank(setting.city, n, policy), policy.efficacy
    home_share = on[Isolate][1].home_share if Isolate in on else 1.0
    return Rules(
        day, key_of(state.seed, Purpose.CONTACT, day), float(ready.beta), ready.strength,
        ready.cumulative, ready.contacts, ready.weight,
        most_met(ready.places, ready.contacts, ready.weight), ready.course.susceptibility, shares,
        float(home_share),
        rank, int(given), key_of(state.seed, Purpose.VACCINE), float(works),
    )  # fmt: skip


def _meet(
    setting: Setting, state: State, rules: Any, each: Callable[..., Any], *, oracle: bool
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Who is infected today, by whom, where and when; the first to infect somebody did it."""
    from linli.analysis.simulation.kernel import firsts

    places, rows = setting.prepared.places, state.infected.table
    spread = (places, rows, rules, state.status, state.held_until, state.held_away)
    if oracle:
        from linli.analysis.simulation import oracle as plain

        listed = plain.infections(state.active, *spread)
        columns = list(zip(*listed, strict=True)) or [(), (), (), ()]
        kinds = (np.int32, np.int32, np.uint8, np.float64)
        parts = [tuple(np.array(c, dtype=k) for c, k in zip(columns, kinds, strict=True))]
    else:
        blocks = [state.active[b : b + BLOCK] for b in range(0, len(state.active), BLOCK)]
        parts = list(each(lambda block: _block(block, spread), blocks or [state.active]))
    who, source, layer, at = (np.concatenate(c) for c in zip(*parts, strict=True))
    first = firsts(np.argsort(who, kind="stable"), who, rows.person[source], at)
    return who[first], source[first], layer[first], at[first]


def _block(active: NDArray, spread: Any) -> tuple[NDArray, ...]:
    from linli.analysis.simulation.kernel import infect

    room = len(active) // 2 + 64
    while True:
        person, layer = _room(room)
        found = (person, np.empty(room, np.int32), layer, np.empty(room))
        places, rows, rules, *people = spread
        n = infect(active, places, rows, rules, people[0], people[1], people[2], found)
        if n <= room:
            return tuple(a[:n].copy() for a in found)
        room = n


def _meets(setting: Setting, state: State) -> response.Meets:
    """What finds the contacts of rows on a day that has passed."""
    from linli.analysis.simulation.kernel import contacts_of
    from linli.analysis.simulation.response_kernel import before

    places, columns = setting.prepared.places, state.infected.table

    def meets(
        of: NDArray, first_days: NDArray, luck: "Luck", sources_since: int
    ) -> response.Contacts:
        rules = _rules(setting, state, state.shares[0], {})
        days = range(state.day - DAYS_BACK, state.day)
        keys = np.zeros(DAYS_BACK, dtype=np.uint64)
        for day in days:
            keys[day % DAYS_BACK] = key_of(state.seed, Purpose.CONTACT, day)
        least = state.shares.min(axis=2)
        room = 16 * len(of) + 64
        while True:
            people, layer = found = _room(room)
            n = before(of, sources_since, columns, luck, found)
            n += contacts_of(
                of, first_days, keys, places, columns, rules, state.shares, least, luck,
                (people[n:], layer[n:]),
            )  # fmt: skip
            if n <= room:
                return people[:n], layer[:n]
            room = n

    return meets


def _room(n: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    return np.empty(n, np.int32), np.empty(n, np.uint8)


def _infect(
    setting: Setting, state: State, who: NDArray, *, at: NDArray, source: NDArray | None = None,
    layer: NDArray | None = None, rules: Any = None, on: Any = None,
) -> None:  # fmt: skip
    if not len(who):
        return
    spared = np.zeros(len(who), dtype=bool)
    if rules is not None and rules.vaccinated:
        protects = on[Vaccinate][1].against_severe
        spared = rules.rank[who] < rules.vaccinated
        spared &= chance(state.seed, Purpose.SPARED, who) < protects
    if source is None or layer is None:
        source = np.full(len(who), NOT_YET, np.int32)
        layer = np.full(len(who), LAYERS.index("city"), np.uint8)
    fall_ill(state, setting.prepared.tables, setting.city.age, who, source, layer, at, spared)


def _some(
    setting: Setting, seed: int, purpose: Purpose, day: int, n: int, state: State
) -> NDArray[np.int32]:
    """So many people by chance who were never infected, nobody twice."""
    if n == 0:
        return np.empty(0, dtype=np.int32)
    tries = chance(seed, purpose, np.arange(4 * n + 64), day=day)
    who = (tries * setting.city.n_people).astype(np.int32)
    who = who[np.sort(np.unique(who, return_index=True)[1])]
    who = who[state.status[who] == 0]
    if len(who) < n and n > setting.city.n_people // 8:  # a large share: go through everybody
        order = np.argsort(bits(key_of(seed, purpose, day), np.arange(setting.city.n_people)))
        order = order.astype(np.int32)
        who = order[state.status[order] == 0]
    return who[:n]


def _deliver(setting: Setting, state: State, on: Any, closed: NDArray[np.bool_]) -> None:
    """Households behind gates or in quarantine want goods every few days; riders have a limit."""
    if Deliver not in on:
        return
    city, policy = setting.city, on[Deliver][1]
    homes = city.household[state.tally["held"]]
    homes = response.distinct(homes[~closed[city.household_compound[homes]]])
    n_homes = int(setting.prepared.homes[closed].sum()) + len(homes)
    before = min(int(state.tally["undelivered"]), n_homes)  # who still waits orders nothing new
    waiting = before + (n_homes - before) // policy.every_days
    done = min(waiting, policy.households_a_day)
    state.tally["undelivered"] = waiting - done
    state.series["delivered"].append(done)
    state.series["undelivered"].append(waiting - done)

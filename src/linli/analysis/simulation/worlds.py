"""How are many worlds run without running any day twice? A tree of choices, a thread a seed.

Choices are one world until the first day they differ: that day the world is copied, once for each
choice that goes its own way from there, and so on down to the last.
"""

from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import numpy as np

from linli.analysis.simulation.engine import Run, begin, run
from linli.analysis.simulation.policies import MOST_DAYS, Policy
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.state import State


def seeds_run(
    settings: Sequence[Setting], seeds: Sequence[int], n_days: int, threads: int = 1
) -> Generator[list[Run]]:
    """Run every setting on each seed: a list of runs a seed, in the order of both.

    As many seeds as there are threads are under way at a time. Who stops asking ends them.
    """
    workers = max(1, min(threads, len(seeds)))
    ended = Event()
    waiting: deque[Future[list[Run]]] = deque()
    left = iter(seeds)

    def one(seed: int) -> list[Run]:
        return _worlds(settings, seed, n_days, max(1, threads // workers), ended)

    with ThreadPoolExecutor(workers) as pool:
        try:
            for _, seed in zip(range(workers), left, strict=False):
                waiting.append(pool.submit(one, seed))
            while waiting:
                worlds = waiting.popleft().result()
                for seed in left:
                    waiting.append(pool.submit(one, seed))
                    break
                yield worlds
        finally:
            ended.set()


class Ended(Exception):
    """Nobody waits for these worlds any more."""


def _worlds(
    settings: Sequence[Setting], seed: int, n_days: int, threads: int, ended: Event
) -> list[Run]:
    """Every setting on one seed; the days that some share are run once."""
    found: dict[int, Run] = {}

    def on_day(_: State) -> None:
        if ended.is_set():
            raise Ended

    def go_on(group: list[int], state: State) -> None:
        first = settings[group[0]]
        until = shared_days([settings[k] for k in group], n_days)
        if until > state.day:
            n = until - state.day
            run(first, seed=seed, n_days=n, state=state, threads=threads, on_day=on_day)
        if until == n_days:
            _let_go_of_people(state)
            found.update((k, Run(settings[k], state)) for k in group)
            return
        *others, last = _ways(settings, group, until, n_days)
        for way in others:
            go_on(way, State.restored(state.arrays()))
        go_on(last, state)

    for group in _alike(settings):
        go_on(group, begin(settings[group[0]], seed=seed))
    return [found[k] for k in range(len(settings))]


def _let_go_of_people(state: State) -> None:
    """Forget who is where: eight bytes for each of a city's people, which no result needs."""
    state.status, state.held_away = np.empty(0, np.uint8), np.empty(0, np.uint8)
    state.held_until, state.row = np.empty(0, np.int16), np.empty(0, np.int32)


def _alike(settings: Sequence[Setting]) -> list[list[int]]:
    """Settings that differ in their policies only, together."""
    groups: list[tuple[Setting, list[int]]] = []
    for k, setting in enumerate(settings):
        bare = replace(setting, policies=())
        group = next((g for like, g in groups if like == bare), None)
        if group is None:
            group = []
            groups.append((bare, group))
        group.append(k)
    return [group for _, group in groups]


def _ways(
    settings: Sequence[Setting], group: Sequence[int], day: int, n_days: int
) -> list[list[int]]:
    """A group parted on a day into those that go on as one."""
    ways: list[list[int]] = []
    for k in group:
        for way in ways:
            if shared_days([settings[way[0]], settings[k]], n_days) > day:
                way.append(k)
                break
        else:
            ways.append([k])
    return ways


def shared_days(settings: Sequence[Setting], n_days: int) -> int:
    """How many days all these worlds are one: until a policy is on that not all have."""
    first = settings[0]
    bare = replace(first, policies=())
    if any(replace(s, policies=()) != bare for s in settings[1:]):
        return 0
    longest = max(len(s.policies) for s in settings)
    days = [n_days]
    for n in range(longest):
        here = [s.policies[n] if n < len(s.policies) else None for s in settings]
        days += [_parts(here[0], other) for other in here[1:]]
    return min(days)


def _parts(one: Policy | None, other: Policy | None) -> int:
    """The first day on which it matters which of two policies holds."""
    if one == other:
        return MOST_DAYS
    if one is None or other is None:
        return min(p.from_day for p in (one, other) if p is not None)
    if replace(one, until_day=None) == replace(other, until_day=None):
        return min(MOST_DAYS if p.until_day is None else p.until_day for p in (one, other))
    return min(one.from_day, other.from_day)

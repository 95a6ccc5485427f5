"""Before which moment can so many crews and vehicles not bring everybody, however they share?

`least_last_s` looks at crews only, and costs nothing. `proved_last_s` asks more: could strings of
trips that all end by some moment, one a crew and one a vehicle, hold every trip?
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.dispatch.crew_strings import Kind, kinds
from linli.analysis.dispatch.crews import Job, Yard
from linli.analysis.dispatch.snapshot import Category

CLOSE_SHARE = 0.001  # how closely the moment is found
GRAINS = 2_000  # into which a night is divided; every string is taken a grain too short
MOST_A_CREW = 5  # trips; where a crew has more, their sum is as good a bound
CERTAIN = 1e-4  # of a trip left over, above the error of the arithmetic
NEVER = -1e9


def least_last_s(jobs: Sequence[Job], yard: Yard) -> int:
    """The latest of the moments that trips alone, their pairs, and their sum forbid."""
    n_crews = len(yard.crews)
    begin = min((job.earliest_s for job in jobs), default=0)
    alone = max((job.earliest_s + job.arrive_s for job in jobs), default=0)
    return max(alone, begin + _of_turns(jobs, n_crews), begin + _of_the_sum(jobs, n_crews))


def proved_last_s(jobs: Sequence[Job], yard: Yard, *, at_least_s: int, found_s: int) -> int:
    """A bound between one that is known and what was found: no plan has its last arrive sooner.

    Source
    ------
    Columns are made as they are wanted: Gilmore and Gomory (1961), doi:10.1287/opre.9.6.849; that
    the duals prove a bound before all are made is Farley (1990), doi:10.1287/opre.38.5.922.
    Changed: a string is a set of trips of which the last spares its way back.
    """
    if len(jobs) > MOST_A_CREW * len(yard.crews):
        return at_least_s
    low, high = at_least_s, found_s  # nothing is proved at high
    sorts = (_crews(jobs, yard), _vehicles(jobs, yard))
    while high - low > max(1, CLOSE_SHARE * found_s):
        middle = (low + high) // 2
        if any(_falls_short(sort, jobs, by_s=middle) for sort in sorts):
            low = middle + 1
        else:
            high = middle
    return low


@dataclass(frozen=True)
class _Pool:
    """So many who are alike, the trips they may take, and what they need between two of them."""

    size: int
    jobs: tuple[int, ...]
    rest_s: int
    change_s: int  # more than the rest, between two categories


def _crews(jobs: Sequence[Job], yard: Yard) -> list[_Pool]:
    able = [job.crews for job in jobs]
    return [_Pool(len(k.members), _takes(k, able), 0, 0) for k in kinds(yard.crews, able)]


def _vehicles(jobs: Sequence[Job], yard: Yard) -> list[_Pool]:
    able = [job.vehicles for job in jobs]
    change_s = max(0, yard.cleaning_s - yard.turnaround_s)
    return [
        _Pool(len(k.members), _takes(k, able), yard.turnaround_s, change_s)
        for k in kinds(yard.vehicles, able)
    ]


def _takes(kind: Kind, able: Sequence[Sequence[int]]) -> tuple[int, ...]:
    return tuple(k for k, numbers in enumerate(able) if kind.members[0] in numbers)


def _falls_short(pools: Sequence[_Pool], jobs: Sequence[Job], *, by_s: int) -> bool:
    """Whether these cannot take every trip by then: a linear programme leaves some over."""
    from ortools.linear_solver import pywraplp

    if by_s < min(job.earliest_s for job in jobs):
        return True
    solver = pywraplp.Solver.CreateSolver("GLOP")
    taken = [solver.Constraint(1, solver.infinity()) for _ in jobs]
    room = [solver.Constraint(-solver.infinity(), pool.size) for pool in pools]
    left_over = solver.Objective()
    left_over.SetMinimization()
    for row in taken:
        alone = solver.NumVar(0, solver.infinity(), "")
        row.SetCoefficient(alone, 1)
        left_over.SetCoefficient(alone, 1)
    knapsacks = [_Knapsack(pool, jobs, by_s=by_s) for pool in pools]
    while solver.Solve() == pywraplp.Solver.OPTIMAL:
        worth, paid = [row.dual_value() for row in taken], [-row.dual_value() for row in room]
        n_left = left_over.Value()
        proved, is_new = sum(worth), False
        for pool, knapsack, row, price in zip(pools, knapsacks, room, paid, strict=True):
            best, string = knapsack.fullest(worth)
            proved -= pool.size * best
            if best > price + CERTAIN:
                is_new = True
                column = solver.NumVar(0, solver.infinity(), "")
                row.SetCoefficient(column, 1)
                for k in string:
                    taken[k].SetCoefficient(column, 1)
        if proved > CERTAIN:
            return True
        if not is_new or n_left < CERTAIN:
            return False
    return False


class _Knapsack:
    """The string worth most that ends by a moment: each trip once, one of them as the last."""

    def __init__(self, pool: _Pool, jobs: Sequence[Job], *, by_s: int) -> None:
        begin = min(job.earliest_s for job in jobs)
        self.grain = max(1, (by_s - begin) // GRAINS)
        self.change = pool.change_s // self.grain
        self.room = -(-(by_s - begin + pool.change_s) // self.grain)
        self.by_category: dict[Category | None, list[tuple[int, int, int]]] = {}
        for k in pool.jobs:
            whole, arrive = jobs[k].whole_s + pool.rest_s, jobs[k].arrive_s
            row = (k, whole // self.grain, arrive // self.grain)
            self.by_category.setdefault(jobs[k].category, []).append(row)

    def fullest(self, worth: Sequence[float]) -> tuple[float, list[int]]:
        """What it is worth, and its trips. A category costs its cleaning, the first one for free.

        ``some[0]`` is the most that fits in so many grains, ``some[1]`` the same with a last trip.
        """
        some = np.full((2, self.room + 1), NEVER)
        some[0] = 0.0
        steps: list[tuple[int, int, NDArray[np.float64]]] = []  # trip or -1, grains, before it
        entered: list[tuple[int, NDArray[np.float64]]] = []  # steps so far, before the category
        for rows in self.by_category.values():
            entered.append((len(steps), some))
            inside = _shifted(some, self.change)
            for k, whole, arrive in rows:
                if worth[k] <= CERTAIN or arrive > self.room:
                    continue
                steps.append((k, whole, inside))
                after = np.maximum(inside, _shifted(inside, whole) + worth[k])
                last = _shifted(inside[:1], arrive)[0] + worth[k]
                after[1] = np.maximum(after[1], last)
                inside = after
            some = np.maximum(some, inside)
        is_last = int(some[1, -1] >= some[0, -1])
        best = float(some[is_last, -1])
        return best, self._told(steps, entered, worth, is_last, best)

    def _told(
        self, steps: Sequence[tuple[int, int, NDArray[np.float64]]],
        entered: Sequence[tuple[int, NDArray[np.float64]]], worth: Sequence[float],
        is_last: int, best: float,
    ) -> list[int]:  # fmt: skip
        """Which trips they were, read backwards."""
        arrive_of: Mapping[int, int] = {
            k: arrive for rows in self.by_category.values() for k, _, arrive in rows
        }
        left, string = self.room, []
        until = len(steps)
        for begun, before in reversed(entered):
            if _near(before[is_last, left], best):
                until = begun
                continue
            for k, whole, some in reversed(steps[begun:until]):
                if _near(some[is_last, left], best):
                    continue
                string.append(k)
                best -= worth[k]
                if left >= whole and _near(some[is_last, left - whole], best):
                    left -= whole
                else:
                    left, is_last = left - arrive_of[k], 0
            left, until = left - self.change, begun
        return string


def _shifted(some: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    """What is had once so many grains are spent."""
    found = np.full_like(some, NEVER)
    if by < some.shape[1]:
        found[:, by:] = some[:, : some.shape[1] - by]
    return found


def _near(one: float, other: float) -> bool:
    return abs(one - other) < CERTAIN / 100


def _of_turns(jobs: Sequence[Job], n_crews: int) -> int:
    """Among the i longest trips one crew has at least every i-th one of them more than its turns.

    Of its trips only the way back from the last one is spared.
    """
    longest = sorted(jobs, key=lambda j: -j.whole_s)
    spared = max((j.whole_s - j.arrive_s for j in jobs), default=0)
    least = 0
    for i in range(1, len(longest) + 1):
        turns = (i - 1) // n_crews + 1
        least = max(least, sum(j.whole_s for j in longest[i - turns : i]))
    return max(0, least - spared)


def _of_the_sum(jobs: Sequence[Job], n_crews: int) -> int:
    """All trips shared evenly, each crew spared the way back from its last."""
    if len(jobs) <= n_crews:
        return 0
    back = sorted((job.whole_s - job.arrive_s for job in jobs), reverse=True)
    return -(-(sum(job.whole_s for job in jobs) - sum(back[:n_crews])) // n_crews)

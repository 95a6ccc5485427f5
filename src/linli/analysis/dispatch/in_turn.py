"""How would a dispatcher staff trips: one after the other, with whoever is free first?

It is where the search begins, what it has to beat, and how quickly many plans can be compared.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

from linli.analysis.dispatch.crews import Job, Turn, Yard
from linli.analysis.dispatch.snapshot import Crew, Vehicle


def in_turn(jobs: Sequence[Job], yard: Yard) -> list[Turn]:
    """A plan as a dispatcher makes it: trip after trip, with whoever is free first."""
    crews = [c.duty.from_s for c in yard.crews]
    vehicles = [(v.duty.from_s, v.last_carried, True) for v in yard.vehicles]
    turns: list[Turn] = []
    for job in jobs:

        def ready(v: int, job: Job = job) -> int:
            at, carried, is_fresh = vehicles[v]
            if carried is not None and carried is not job.category:
                return at + max(yard.cleaning_s, 0 if is_fresh else yard.turnaround_s)
            return at + (0 if is_fresh else yard.turnaround_s)

        crew = min(job.crews, key=lambda c: crews[c])
        vehicle = min(job.vehicles, key=ready)
        start = max(crews[crew], ready(vehicle), job.earliest_s)
        end = start + job.whole_s
        crews[crew] = end
        vehicles[vehicle] = (end, job.category, False)
        turns.append(Turn(job.trip, vehicle, crew, start, start + job.arrive_s, end))
    crew_of = _renamed([t.crew for t in turns], yard.crews)
    vehicle_of = _renamed([t.vehicle for t in turns], yard.vehicles)
    return [replace(t, crew=crew_of[t.crew], vehicle=vehicle_of[t.vehicle]) for t in turns]


def keeps(turns: Sequence[Turn], jobs: Sequence[Job], yard: Yard) -> bool:
    """Whether turns made one after the other keep windows, hours and the moment asked for."""
    return (
        yard.n_lead_cars is None
        and not any(job.convoy for job in jobs)
        and max(t.arrive_s for t in turns) <= (yard.by_s or max(t.arrive_s for t in turns))
        and all(
            (job.latest_s is None or t.start_s <= job.latest_s)
            and t.end_s <= yard.crews[t.crew].duty.until_s
            and t.end_s <= yard.vehicles[t.vehicle].duty.until_s
            for t, job in zip(turns, jobs, strict=True)
        )
    )


def least_last_s(jobs: Sequence[Job], n_crews: int) -> int:
    """A moment before which so many crews cannot bring everybody, however they share the trips.

    Among the i longest trips one crew has at least every i-th one of them more than it has turns;
    of its trips only the way back from the last one is spared.
    """
    longest = sorted(jobs, key=lambda j: -j.whole_s)
    spared = max((j.whole_s - j.arrive_s for j in jobs), default=0)
    begin = min((j.earliest_s for j in jobs), default=0)
    least = 0
    for i in range(1, len(longest) + 1):
        turns = (i - 1) // n_crews + 1
        least = max(least, sum(j.whole_s for j in longest[i - turns : i]))
    return begin + max(0, least - spared)


def alike(rows: Sequence[Crew] | Sequence[Vehicle]) -> list[list[int]]:
    """Numbers of those that differ in their ids only, in the order of the first of each."""
    kinds: dict[Hashable, list[int]] = defaultdict(list)
    row: Any
    for number, row in enumerate(rows):
        kinds[replace(row, id="")].append(number)
    return list(kinds.values())


def _renamed(used: Sequence[int], rows: Sequence[Crew] | Sequence[Vehicle]) -> dict[int, int]:
    """Among those who are alike, the first to be used becomes the first, and so on."""
    names: dict[int, int] = {}
    for members in alike(rows):
        first = list(dict.fromkeys(n for n in used if n in members))
        names |= dict(zip(first, members, strict=False))
    return names

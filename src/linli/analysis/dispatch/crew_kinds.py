"""Which crews and vehicles are alike, and which have to be told apart while trips are staffed?"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from linli.analysis.dispatch.crews import Job, Yard
from linli.analysis.dispatch.in_turn import alike
from linli.analysis.dispatch.snapshot import Category, Crew, Vehicle

DAY_S = 86_400


class Vehicles(StrEnum):
    """How much of the vehicles a model holds, the loosest first."""

    LEFT_OUT = "left out"
    COUNTED = "counted"
    NAMED = "named"  # and cleaned


def crew_kinds(jobs: Sequence[Job], yard: Yard) -> list[list[int]]:
    """Numbers of crews that are alike, where they are as many as their jobs; else each alone."""
    found = []
    for members in alike(yard.crews):
        n_jobs = sum(members[0] in job.crews for job in jobs)
        found += [members] if len(members) >= n_jobs else [[m] for m in members]
    return found


def vehicle_kinds(jobs: Sequence[Job], yard: Yard, vehicles: Vehicles) -> list[list[int]]:
    """Numbers of vehicles that are alike; if named, each alone that may carry two categories."""
    if vehicles is Vehicles.LEFT_OUT:
        return []
    named = vehicles is Vehicles.NAMED
    found = []
    for members in _with_the_same_jobs(jobs, yard):
        takes = [job.category for job in jobs if members[0] in job.vehicles]
        enough = not named or len(members) >= len(takes) or len(set(takes)) == 1
        found += [members] if enough else [[m] for m in members]
    return found


def _with_the_same_jobs(jobs: Sequence[Job], yard: Yard) -> list[list[int]]:
    groups: dict[tuple[int, tuple[bool, ...]], list[int]] = defaultdict(list)
    for kind, members in enumerate(alike(yard.vehicles)):
        for m in members:
            groups[kind, tuple(m in job.vehicles for job in jobs)].append(m)
    return list(groups.values())


def may_come(
    rows: Sequence[Crew] | Sequence[Vehicle],
    able: Sequence[Sequence[int]],
    job: int,
    members: Sequence[int],
) -> bool:
    """Of those who are alike but named, the n-th waits for the n-th job: the rest is the same."""
    if len(members) > 1:
        return True
    like = replace(rows[members[0]], id="")
    before = sum(replace(row, id="") == like for row in rows[: members[0]])
    return before <= sum(members[0] in numbers for numbers in able[:job])


def kept_apart(jobs: Sequence[Job], yard: Yard) -> list[Job]:
    """The same jobs with every vehicle kept for one category, by its share of the time on the road.

    Empty where that cannot be: fewer vehicles than categories, or one that is not clean.
    """
    if any(v.last_carried is not None for v in yard.vehicles):
        return []
    owner: dict[int, Category | None] = {}
    for members in alike(yard.vehicles):
        hours: dict[Category | None, int] = {}
        for job in jobs:
            if members[0] in job.vehicles:
                hours[job.category] = hours.get(job.category, 0) + job.whole_s
        if len(hours) > len(members):
            return []
        shares = dict.fromkeys(hours, 1)
        for _ in range(len(members) - len(shares) if hours else 0):
            neediest = max(shares, key=lambda c: (hours[c] / shares[c], str(c)))
            shares[neediest] += 1
        categories = [c for c in sorted(shares, key=str) for _ in range(shares[c])]
        owner |= dict(zip(members, categories, strict=False))
    return [
        replace(job, vehicles=tuple(v for v in job.vehicles if owner.get(v) is job.category))
        for job in jobs
    ]


def groups_of(jobs: Sequence[Job]) -> dict[str, list[int]]:
    """Convoys by name; a trip without one stands alone."""
    groups: dict[str, list[int]] = defaultdict(list)
    for k, job in enumerate(jobs):
        groups[f"convoy {job.convoy}" if job.convoy else f"trip {job.trip}"].append(k)
    return groups


def horizon_s(jobs: Sequence[Job], yard: Yard) -> int:
    """A moment by which one vehicle and one crew could have done all of it."""
    gap = max(yard.turnaround_s, yard.cleaning_s)
    duties = [c.duty.from_s for c in yard.crews] + [v.duty.from_s for v in yard.vehicles]
    begin = max([0, *duties, *(j.earliest_s for j in jobs)])
    return begin + sum(j.whole_s + gap for j in jobs) + DAY_S

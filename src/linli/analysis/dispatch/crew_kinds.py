"""Which crews and vehicles are alike, and which have to be told apart while trips are staffed?"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from linli.analysis.dispatch.crews import Job, Yard
from linli.analysis.dispatch.in_turn import alike
from linli.analysis.dispatch.snapshot import Crew, Vehicle


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
    for members in alike(yard.vehicles):
        takes = [job.category for job in jobs if members[0] in job.vehicles]
        enough = not named or len(members) >= len(takes) or len(set(takes)) == 1
        found += [members] if enough else [[m] for m in members]
    return found


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

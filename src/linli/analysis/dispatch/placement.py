"""Which bed for whom, and who has to wait: by severity, waiting and distance, with the reason?

The rule that everybody can see: who is severer comes first; among equals, who has waited longer;
and only then the drive decides. Nobody waits while a bed that may take them stays empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from linli.analysis.dispatch.flow import Allotment, allot
from linli.analysis.dispatch.placement_words import why_placed, why_waiting
from linli.analysis.dispatch.snapshot import Lot, Snapshot
from linli.analysis.dispatch.suiting import RANK, reaches, seconds_to, spare_equipment, suits
from linli.analysis.dispatch.trips import Placed, Unserved
from linli.errors import N_, BadInput

HOUR_S = 3_600


@dataclass(frozen=True)
class Weights:
    """What the choice of a bed is worth in seconds of driving; all assumed."""

    spare_grade_s: int = 600  # a bed kept for one grade severer than the patient
    spare_equipment_s: int = 1_200  # each thing at the bed that the patient does not need
    steady_s: int = 300  # telling somebody another bed than the one told before

    def __post_init__(self) -> None:
        if min(self.spare_grade_s, self.spare_equipment_s, self.steady_s) < 0:
            raise BadInput(N_("The weights of a placement are seconds, 0 or more each."))


@dataclass(frozen=True)
class Placement:
    """Who goes where, and who waits; indices are those of the snapshot.

    ``beds`` names each column of the allotment: facility and bed class. ``level`` (lots,) is the
    place in the visible order, the higher the sooner. A place on the waiting list is so dear that
    no saving on the way, over however many who move on, makes anybody wait.
    """

    snapshot: Snapshot
    allotment: Allotment
    beds: tuple[tuple[int, int], ...]
    kept: tuple[Placed, ...]
    level: NDArray[np.int64]
    longest: int  # more than any chain of people moving on costs: beyond it somebody has to wait

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Every lot's beds, kept ones first, without the reasons."""
        lots, beds = np.nonzero(self.allotment.taken)
        counts = self.allotment.taken[lots, beds]
        found = [
            Placed(int(lot), *self.beds[bed], count=int(n))
            for lot, bed, n in zip(lots, beds, counts, strict=True)
        ]
        return (*self.kept, *found)

    @cached_property
    def explained(self) -> tuple[Placed, ...]:
        """The same, each with its reasons: why this bed, what is next best, what it would cost."""
        lots, beds = np.nonzero(self.allotment.taken)
        counts = self.allotment.taken[lots, beds]
        found = [
            Placed(int(lot), *self.beds[bed], count=int(n),
                   because=why_placed(self, int(lot), int(bed)))
            for lot, bed, n in zip(lots, beds, counts, strict=True)
        ]  # fmt: skip
        return (*self.kept, *found)

    @cached_property
    def waiting(self) -> tuple[Unserved, ...]:
        """Who is left, first in the order first, each with the reason and a way out."""
        left = np.flatnonzero(self.allotment.waiting)
        order = sorted(left, key=lambda lot: (-self.level[lot], lot))
        return tuple(
            Unserved(int(lot), int(self.allotment.waiting[lot]), why_waiting(self, int(lot)))
            for lot in order
        )

    @property
    def n_placed(self) -> int:
        """How many persons have a bed."""
        return sum(p.count for p in self.placed)

    @property
    def n_waiting(self) -> int:
        """How many persons have none."""
        return int(self.allotment.waiting.sum())

    def ahead_of(self, lot: int) -> int:
        """How many of those waiting come before this lot."""
        waiting = self.allotment.waiting
        return int(waiting[self.level > self.level[lot]].sum())


def place(
    snapshot: Snapshot, *, before: Sequence[Placed] = (), weights: Weights | None = None
) -> Placement:
    """Give beds to the lots of a snapshot, at the least cost, keeping what was confirmed.

    Parameters
    ----------
    before
        An earlier placement of these lots, by the same indices. What is confirmed in it stays;
        the rest is solved anew, and changes only where that is worth ``steady_s`` a person.

    Raises
    ------
    BadInput
        If ``before`` confirms more persons than a lot holds or more beds than there are.
    """
    weights = weights or Weights()
    beds = tuple((f, b) for f, facility in enumerate(snapshot.facilities)
                 for b in range(len(facility.beds)))  # fmt: skip
    kept = tuple(p for p in before if p.confirmed)
    persons, capacity = _left(snapshot, beds, kept)
    may = suits(snapshot, beds) & reaches(snapshot, beds)
    cost = _cost(snapshot, beds, weights)
    _make_steady(cost, beds, before, weights)
    level = _levels(snapshot.lots)
    longest = (int(cost[may].max(initial=0)) + 1) * (len(beds) + 2)
    waiting_cost = 2 * longest * (level + 1)
    found = allot(persons, capacity, cost, may=may, waiting_cost=waiting_cost)
    return Placement(snapshot, found, beds, kept, level, longest)


def _left(
    snapshot: Snapshot, beds: Sequence[tuple[int, int]], kept: Sequence[Placed]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Persons still to be placed and beds still to be given, after what is confirmed."""
    persons = np.array([lot.count for lot in snapshot.lots], np.int64)
    classes = [snapshot.facilities[f].beds[b] for f, b in beds]
    free = np.array([c.free for c in classes], np.int64)
    column = {bed: at for at, bed in enumerate(beds)}
    for p in kept:
        persons[p.lot] -= p.count
        free[column[p.facility, p.bed]] -= p.count
    if len(persons) and persons.min() < 0:
        lot = snapshot.lots[int(persons.argmin())]
        raise BadInput(N_("More persons of {lot} are confirmed than it holds."), lot=lot.id)
    if len(free) and free.min() < 0:
        f, b = beds[int(free.argmin())]
        facility = snapshot.facilities[f]
        raise BadInput(
            N_("More persons are confirmed for {bed} of {facility} than it has beds: {free}."),
            bed=facility.beds[b].id,
            facility=facility.id,
            free=facility.beds[b].free,
        )
    reserve = np.array([c.reserve for c in classes], np.int64)
    return persons, np.maximum(0, free - reserve)


def _cost(
    snapshot: Snapshot, beds: Sequence[tuple[int, int]], weights: Weights
) -> NDArray[np.int64]:
    """Seconds of driving, and what it is worth to keep better beds for those who need them."""
    classes = [snapshot.facilities[f].beds[b] for f, b in beds]
    grade = np.array([RANK[lot.severity] for lot in snapshot.lots], np.int64)
    severest = np.array([max((RANK[s] for s in c.severities), default=0) for c in classes],
                        np.int64)  # fmt: skip
    above = np.maximum(0, severest[None, :] - grade[:, None])
    unused = spare_equipment(snapshot, beds)
    seconds = np.asarray(seconds_to(snapshot, beds).filled(0), np.int64)
    return seconds + above * weights.spare_grade_s + unused * weights.spare_equipment_s


def _make_steady(
    cost: NDArray[np.int64],
    beds: Sequence[tuple[int, int]],
    before: Sequence[Placed],
    weights: Weights,
) -> None:
    """Make every other bed dearer for those who were told of one."""
    column = {bed: at for at, bed in enumerate(beds)}
    told = [p for p in before if not p.confirmed and (p.facility, p.bed) in column]
    for lot in {p.lot for p in told}:
        cost[lot] += weights.steady_s
    for p in {(p.lot, column[p.facility, p.bed]) for p in told}:
        cost[p] -= weights.steady_s


def _levels(lots: Sequence[Lot]) -> NDArray[np.int64]:
    """Everybody's place in the visible order: priority, severity, hours waited; 0 is last."""
    key = [(lot.priority, RANK[lot.severity], lot.waiting_s // HOUR_S) for lot in lots]
    ranks = {k: n for n, k in enumerate(sorted(set(key)))}
    return np.array([ranks[k] for k in key], np.int64)

"""Who goes where, with whom, when? From a snapshot to a plan that keeps every law, or says why not.

Beds first, then runs, then crews; last, a checker that shares nothing with them. A pure function of
the snapshot, the budget and the seed: the same three give the same plan, byte for byte.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version

from linli.analysis.dispatch.check import Verdict, check
from linli.analysis.dispatch.crews import (
    CREW_EFFORT,
    TABLE,
    Turns,
    Unstaffed,
    Yard,
    by_crews,
    lacks,
    staff,
)
from linli.analysis.dispatch.in_turn import in_turn
from linli.analysis.dispatch.jobs import Round, retimed, round_of, rounds
from linli.analysis.dispatch.placement import Placement, Weights, place
from linli.analysis.dispatch.roads.closures import Closure
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.runs import Budget, Judge, order_of, runs, with_paths, worth_of
from linli.analysis.dispatch.snapshot import Snapshot
from linli.analysis.dispatch.trips import Party, Placed, Plan, Reason, Trip, Unserved
from linli.errors import N_

TURNAROUND_S = 600  # between two trips of one vehicle where its yard says nothing; assumed


@dataclass(frozen=True)
class Roads:
    """The open roads that legs are laid on: without them no closure can be held against a plan."""

    ways: Ways
    node_of: Mapping[int, int]  # of each place
    closures: tuple[Closure, ...] = ()
    by_permit: Mapping[frozenset[str], Ways] = field(default_factory=dict)

    def of(self, snapshot: Snapshot) -> Callable[[int], Ways]:
        """The roads of each vehicle by its number, as its permits leave them open to it."""
        return lambda n: self.by_permit.get(snapshot.vehicles[n].passes, self.ways)


@dataclass(frozen=True)
class Planned:
    """A plan with all that led to it."""

    plan: Plan
    placement: Placement
    turns: Turns | None  # None where the trips cannot be staffed
    table: tuple[tuple[int, int | None], ...]  # crews, and when the last would be in a bed
    verdict: Verdict  # as a proposal: what wards and families have still to say is not asked
    unstaffed: Unstaffed | None = field(default=None, compare=False)

    @property
    def passes(self) -> bool:
        """Whether it may be put before those who have to confirm it."""
        return self.verdict.passes


def plan(
    snapshot: Snapshot,
    *,
    budget: Budget | None = None,
    seed: int = 1,
    before: Sequence[Placed] = (),
    roads: Roads | None = None,
    weights: Weights | None = None,
    n_lead_cars: int | None = None,
    crew_counts: Sequence[int] = TABLE,
) -> Planned:
    """Plan a snapshot: beds, runs, crews, and the verdict of the checker.

    Parameters
    ----------
    before
        An earlier placement of these lots; what is confirmed in it stays.
    roads
        The roads that travel times were found on; legs then name their arcs.
    n_lead_cars
        How many lead cars there are, where every trip needs one; None where none does.
    crew_counts
        For how many crews the plan tells how long the night would last; empty for none.
    """
    placement = place(snapshot, before=before, weights=weights)
    ways = (roads.of(snapshot), roads.node_of) if roads else (None, None)
    yard = _yard(snapshot, n_lead_cars)
    placed = placement.explained
    drafted = runs(
        snapshot, placed, seed=seed, budget=budget, network=ways[0], ways=ways[1],
        judge=_judge(snapshot, placed, yard),
    )  # fmt: skip
    drafted = only_moved(drafted)
    turned = rounds(snapshot, drafted)
    jobs = [r.job for r in turned]
    try:
        turns, refused = staff(jobs, yard, seed=seed, effort=CREW_EFFORT), None
    except Unstaffed as problem:
        turns, refused = None, problem
    whole = _whole(snapshot, drafted, turned, turns, placement, refused)
    if roads is not None:
        whole = replace(whole, trips=with_paths(whole.trips, roads.node_of, roads.of(snapshot)))
    closures = roads.closures if roads else ()
    return Planned(
        plan=whole,
        placement=placement,
        turns=turns,
        table=_table(jobs, yard, crew_counts, seed),
        verdict=check(whole, snapshot, closures=closures, departing=False),
        unstaffed=refused,
    )


def _judge(snapshot: Snapshot, placed: Sequence[Placed], yard: Yard) -> Judge | None:
    """How good trips are once crews have taken them in turn: few crews want few trips."""
    if len(snapshot.crews) >= len(snapshot.vehicles) or not snapshot.crews:
        return None

    def judge(trips: Sequence[Trip], unserved: Sequence[Unserved]) -> tuple[int, ...]:
        jobs = [round_of(snapshot, placed, trip).job for trip in trips]
        worth = worth_of(trips, unserved)
        if lacks(jobs, yard):
            return (worth.unserved + sum(t.persons for t in trips), *order_of(worth)[1:])
        turns = in_turn(sorted(jobs, key=lambda j: (-j.whole_s, j.trip)), yard)
        last_s = max((t.arrive_s for t in turns), default=0)
        return (worth.unserved, last_s, worth.longest_ride_s, worth.driving_s)

    return judge


def confirmed(plan: Plan, *, facilities: frozenset[int] | None = None) -> Plan:
    """The plan once these facilities have said yes to everybody placed there; None is all."""
    placed = tuple(
        replace(p, confirmed=True) if facilities is None or p.facility in facilities else p
        for p in plan.placed
    )
    return replace(plan, placed=placed)


def only_moved(plan: Plan) -> Plan:
    """The same plan without beds for those whom no trip brings there; they are left already."""
    boarded: dict[int, int] = defaultdict(int)
    for trip in plan.trips:
        for stop in trip.stops:
            for party in stop.boards:
                boarded[party.placed] += party.count
    kept = [n for n in range(len(plan.placed)) if boarded[n]]
    at = {n: k for k, n in enumerate(kept)}
    placed = tuple(replace(plan.placed[n], count=boarded[n]) for n in kept)
    return replace(plan, placed=placed, trips=tuple(_renumbered(t, at) for t in plan.trips))


def _renumbered(trip: Trip, at: Mapping[int, int]) -> Trip:
    def those(parties: Sequence[Party]) -> tuple[Party, ...]:
        return tuple(Party(at[p.placed], p.count) for p in parties)

    stops = tuple(replace(s, boards=those(s.boards), leaves=those(s.leaves)) for s in trip.stops)
    return replace(trip, stops=stops)


def _yard(snapshot: Snapshot, n_lead_cars: int | None) -> Yard:
    reload_s = max((d.reload_s for d in snapshot.depots), default=0)
    return Yard(
        crews=snapshot.crews,
        vehicles=snapshot.vehicles,
        n_lead_cars=n_lead_cars,
        turnaround_s=reload_s or TURNAROUND_S,
        cleaning_s=snapshot.rules.cleaning_s,
    )


def _whole(
    snapshot: Snapshot,
    drafted: Plan,
    turned: Sequence[Round],
    turns: Turns | None,
    placement: Placement,
    refused: Unstaffed | None,
) -> Plan:
    """The plan with its crews and times, everybody who is left, and how good it is."""
    trips = retimed(snapshot, turned, turns) if turns else tuple(r.trip for r in turned)
    unserved = (*placement.waiting, *drafted.unserved)
    reasons = [*drafted.reasons]
    figures = dict(drafted.figures)
    if turns:
        figures |= {"last_arrival_s": turns.last_s, "last_arrival_at_least_s": turns.bound_s}
        reasons.append(
            Reason.of(
                "crews",
                N_("With {n} crews the last passenger is in a bed after {minutes} minutes; with "
                   "these trips it cannot be before {least}."),
                n=len(snapshot.crews), minutes=-(-turns.last_s // 60),
                least=-(-turns.bound_s // 60),
            )
        )  # fmt: skip
    elif refused is not None:
        reasons.append(Reason.of("unstaffed", N_("{why}"), why=refused))
    return replace(
        drafted,
        trips=trips,
        unserved=unserved,
        worth=worth_of(trips, unserved),
        bound=replace(drafted.bound, unserved=placement.n_waiting + drafted.bound.unserved),
        versions=(*drafted.versions, ("ortools", version("ortools"))),
        reasons=tuple(reasons),
        figures=figures,
    )


def _table(
    jobs: Sequence, yard: Yard, counts: Sequence[int], seed: int
) -> tuple[tuple[int, int | None], ...]:
    told = by_crews(jobs, yard, counts=counts, seed=seed) if counts and jobs else ()
    return tuple((n, turns.last_s if turns else None) for n, turns in told)

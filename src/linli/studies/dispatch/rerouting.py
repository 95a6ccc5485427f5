"""Which way do runs take around what is closed, and is that better? Shown first, then accepted.

Who was fetched and whose bed is held stay as they are. The checker, which shares nothing with the
planner, has to pass before a new way is published; what it refuses is told in its words.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from linli.analysis.dispatch.check import NotPublished, check
from linli.analysis.dispatch.replan import mend
from linli.analysis.dispatch.roads.closures import Closure
from linli.analysis.dispatch.runs import with_paths
from linli.analysis.dispatch.trips import Reason
from linli.errors import N_, Conflict, NotFound, Sentences, Word
from linli.loops.advance import advance
from linli.loops.beds.receivers import DISPATCHERS
from linli.loops.routes import kept as routes
from linli.loops.routes.kept import Route
from linli.loops.routes.tables import RouteWhy, RunRoute
from linli.loops.runs import sheet as sheets
from linli.loops.runs.on_road import ON_ITS_WAY, Run
from linli.loops.scene import Scene
from linli.policy.can import Actor, Ask, can
from linli.studies.dispatch.city_roads import CityRoads, known_roads
from linli.studies.dispatch.closing import hits, in_force
from linli.studies.dispatch.lifting import open_again
from linli.studies.dispatch.run_routes import (
    ahead_of,
    driven,
    laid,
    nearest_first,
    plan_of,
    ride_of,
    snapshot_of,
    trip_of,
)

WORTH_S = 60  # a way that saves less is not worth telling a driver; assumed
NO_WAY = N_(
    "No open road leads this run on to its site. Let it stop where it is safe, lift a closure, or "
    "place its passengers elsewhere."
)


class PlanMoved(Conflict):
    """Between the look and the yes something changed."""

    code = "plan_moved"
    sentence = N_("The plan of run {id} is another by now. Look at it again before you accept it.")


class MeetsNothing(Conflict):
    """There is no closed road to go around."""

    code = "meets_no_closure"
    sentence = N_("Run {id} meets no closed road on its way. It goes on as it was planned.")


@dataclass(frozen=True)
class NewWay:
    """One run: the way it had, the way it would take, why, and what the checker says."""

    run_id: int
    old: Route
    new: Route | None
    closures: tuple[int, ...]  # that it would meet
    reasons: tuple[Reason, ...]
    breaches: tuple[Reason, ...]
    open_again: tuple[int, ...] = ()  # closures it had met that stop nobody any more

    @property
    def passes(self) -> bool:
        """Whether it may be accepted."""
        return self.new is not None and not self.breaches

    @property
    def reordered(self) -> bool:
        """Whether people are fetched in another order."""
        return self.new is not None and _order(self.old) != _order(self.new)

    @property
    def more_minutes(self) -> int:
        """How much longer the new way takes."""
        return 0 if self.new is None else self.new.minutes - self.old.minutes

    @property
    def fewer_minutes(self) -> int:
        """How much shorter it is."""
        return -self.more_minutes

    @property
    def digest(self) -> str:
        """What says that the plan accepted is the plan that was shown."""
        new = self.new
        shown = () if new is None else (
            [(s.kind, s.at, s.transfer_ids) for s in new.stops], [leg.arcs for leg in new.legs]
        )  # fmt: skip
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def propose(actor: Actor, *, now: int, run_ids: Iterable[int] = (), seed: int = 1) -> list[NewWay]:
    """A new way for every run within reach that would meet a closure; nothing is changed.

    And a shorter one for who went around a road that is open again, or still stands before it.
    Raises NotAllowed for who does not dispatch.
    """
    can(actor, Ask("run.open", DISPATCHERS)).required()
    wanted = set(run_ids)
    runs = [
        run for run in sheets.runs_of(actor)
        if run.stage in ON_ITS_WAY and (not wanted or run.id in wanted)
    ]  # fmt: skip
    roads = known_roads()
    if not runs or roads is None:
        return []
    closed = in_force(roads, exercise=actor.exercise, now=now)
    old = driven(runs, closed, now=now)
    free = open_again(runs, now=now)
    found = []
    for run in runs:
        if run.id not in old:
            continue
        if met := hits(run, old[run.id], closed, roads):
            new = _new_way(run, old[run.id], met, closed, roads, now=now, seed=seed)
        else:
            ids = free.get(run.id, ())
            new = _shorter(run, old[run.id], ids, closed, roads, now=now, seed=seed)
        if new is not None:
            found.append(new)
    return found


@transaction.atomic
def accept(scene: Scene, run_id: int, digest: str, *, seed: int = 1) -> int:
    """Take a new way over: it is kept, the run is told, and its road is open again.

    Raises PlanMoved when it is not the one that was shown, NotPublished when a law is broken.
    """
    found = propose(scene.actor, now=scene.now, run_ids=[run_id], seed=seed)
    if not found and run_id in {run.id for run in sheets.runs_of(scene.actor)}:
        raise MeetsNothing(id=run_id)
    if not found:
        raise NotFound(what=Word(N_("run")), value=run_id)
    new = found[0]
    if new.new is None or new.digest != digest:
        raise PlanMoved(id=run_id)
    if new.breaches:
        raise NotPublished(breaches=Sentences(new.breaches))
    kept = routes.keep(
        run_id, new.new, now=scene.now, by=scene.actor.id, why=RouteWhy.REPLANNED
    )  # fmt: skip
    told = {"minutes": min(600, new.new.minutes), "route_id": kept.id}
    advance(run_id, "reroute", scene, data=told)
    return kept.id


def _new_way(
    run: Run, row: RunRoute, met: Sequence[Closure], closed: Sequence[Closure],
    roads: CityRoads, *, now: int, seed: int,
) -> NewWay | None:  # fmt: skip
    ride = ride_of(run)
    if ride is None:
        return None
    known = frozenset(closure.id for closure in met)
    before = [closure for closure in closed if closure.id not in known]
    snapshot, placed, node_of = snapshot_of(ride, roads, before)
    order = _kept_order(row, ride.groups) or nearest_first(ride, snapshot)
    trip = trip_of(ride, snapshot, placed, order)
    ids = tuple(int(closure.id) for closure in met)
    if trip is None:
        return NewWay(run.id, routes.read(row), None, ids, (Reason.of("no_way", NO_WAY),), ())
    trip = with_paths((trip,), node_of, roads.ways(before, passes=ride.permits))[0]
    old = _ahead(laid(ride, trip, roads, now=now), row, run)
    mine = [closure for closure in closed if closure.stops(ride.permits)]
    mended = mend(plan_of(trip, placed, roads, seed), snapshot, roads.network, mine, now_s=0,
                  node_of=node_of, seed=seed)  # fmt: skip
    reasons = (*mended.plan.reasons, *(left.reason for left in mended.again))
    if not mended.plan.trips or mended.again:
        return NewWay(run.id, old, None, ids, reasons or (Reason.of("no_way", NO_WAY),), ())
    travel = replace(mended.snapshot.travel, estimate=roads.estimate)
    trips = tuple(replace(one, crew=trip.crew) for one in mended.plan.trips)  # the same crew
    verdict = check(
        replace(mended.plan, trips=trips), replace(mended.snapshot, travel=travel),
        closures=mine, departing=False,
    )  # fmt: skip
    new = laid(ride, trips[0], roads, now=now)
    return NewWay(run.id, old, new, ids, reasons, verdict.breaches)


def _shorter(
    run: Run, row: RunRoute, free: tuple[int, ...], closed: Sequence[Closure],
    roads: CityRoads, *, now: int, seed: int,
) -> NewWay | None:  # fmt: skip
    """The way over a road that is open again, if the run stands before it or gets there sooner."""
    ride = ride_of(run) if free else None
    if ride is None:
        return None
    snapshot, placed, node_of = snapshot_of(ride, roads, closed)
    order = _kept_order(row, ride.groups) or nearest_first(ride, snapshot)
    trip = trip_of(ride, snapshot, placed, order)
    if trip is None:
        return None
    trip = with_paths((trip,), node_of, roads.ways(closed, passes=ride.permits))[0]
    old, new = _left(row, run), laid(ride, trip, roads, now=now)
    if not _stopped_by(run, free) and _seconds(new) > _seconds(old) - WORTH_S:
        return None
    mine = [closure for closure in closed if closure.stops(ride.permits)]
    travel = replace(snapshot.travel, estimate=roads.estimate)
    verdict = check(
        plan_of(trip, placed, roads, seed), replace(snapshot, travel=travel), closures=mine,
        departing=False,
    )  # fmt: skip
    return NewWay(run.id, old, new, (), (), verdict.breaches, free)


def _stopped_by(run: Run, free: tuple[int, ...]) -> bool:
    """Whether the run still stands before a road that is open again."""
    seen = run.data.get("route", {})
    return seen.get("open") is False and seen.get("closure_id") in free


def _left(row: RunRoute, run: Run) -> Route:
    """The kept way as far as it still lies ahead."""
    leg, share = ahead_of(run, row)
    kept = routes.read(row)
    if not kept.legs:
        return kept
    driven_s = int(share * kept.legs[leg].seconds)
    first = replace(kept.stops[leg], arrive_at=kept.stops[leg].arrive_at + driven_s)
    return replace(kept, stops=(first, *kept.stops[leg + 1 :]), legs=kept.legs[leg:])


def _seconds(way: Route) -> int:
    return way.stops[-1].arrive_at - way.stops[0].arrive_at if way.stops else 0


def _kept_order(row: RunRoute, groups: Sequence) -> list[int]:
    """The groups still to be fetched in the order of the route; empty where it knows them not."""
    rank = {i: n for n, stop in enumerate(row.stops) for i in stop["transfer_ids"]}
    left = [n for n, (place, _, _, ids) in enumerate(groups) if place]
    if any(i not in rank for n in left for i in groups[n][3]):
        return []
    return sorted(left, key=lambda n: rank[groups[n][3][0]])


def _ahead(fresh: Route, row: RunRoute, run: Run) -> Route:
    """The old way as it lies ahead: by the kept route where it still fits, else made anew."""
    leg, share = ahead_of(run, row)
    return fresh if share or leg else routes.read(row)


def _order(route: Route) -> list[tuple[int, ...]]:
    return [stop.transfer_ids for stop in route.stops[1:] if stop.transfer_ids]

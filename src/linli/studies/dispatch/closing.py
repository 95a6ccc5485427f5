"""A road is closed: which arcs is that, and which runs drive there? They are marked at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from linli import clock
from linli.analysis.dispatch.roads import closures as shut
from linli.analysis.dispatch.roads.closures import Closure
from linli.analysis.dispatch.snapshot import Window
from linli.errors import N_, BadInput, Problem
from linli.loops.advance import advance
from linli.loops.closures import draw
from linli.loops.closures.draw import ClosureAsk, Drawn
from linli.loops.closures.tables import RoadClosure, Shape
from linli.loops.for_person import linli_for
from linli.loops.routes import kept as routes
from linli.loops.routes.tables import RunRoute
from linli.loops.runs.on_road import Run, under_way
from linli.loops.scene import Scene
from linli.policy.can import Actor
from linli.registry.vehicles import Vehicle
from linli.studies.dispatch.city_roads import CityRoads, city_roads, known_roads
from linli.studies.dispatch.run_routes import ahead_of, ensured

LINE_DEGREES = 0.00002  # a line is drawn so wide, about two metres
SLACK_S = 3_600  # a run may be later than planned by so much and still meet a closure; assumed


@dataclass(frozen=True)
class Closed:
    """A closure that was drawn, and the runs that were to drive there."""

    closure: RoadClosure
    run_ids: tuple[int, ...]


def close(actor: Actor, form: ClosureAsk, *, now: int) -> Closed:
    """Close a road, and mark every run whose remaining way leads over it.

    Raises BadInput where no road lies, and NotAllowed for who may not.
    """
    draw.may(actor).required()
    drawn = draw.checked(form, now=now)
    roads = city_roads()
    arcs = arcs_of(roads, drawn.shape, drawn.points)
    if not arcs:
        raise BadInput(N_("No road of the map lies there. Draw it across a road."))
    runs = under_way(exercise=actor.exercise)
    before = in_force(roads, exercise=actor.exercise, now=now)
    driven = ensured(runs, before, now=now)  # as they were to drive until this moment
    with transaction.atomic():
        made = draw.draw(actor, drawn, now=now)
        new = _closure(made, arcs, now)
        hit = [run for run in runs if run.id in driven and hits(run, driven[run.id], [new], roads)]
        told = {"closure_id": made.id, **_middle(drawn)}
        marked = [run.id for run in hit if _marked(run.id, linli_for(actor, now), told)]
    return Closed(made, tuple(marked))


def keep_ways(*, exercise: bool, now: int) -> int:
    """Keep a way for every run that has none that still fits; how many are new.

    The worker's: whoever looks at a run is shown its way and writes nothing.
    """
    runs = under_way(exercise=exercise)
    roads = known_roads() if runs else None
    if roads is None:
        return 0
    before = {row.id for row in routes.newest(run.id for run in runs).values()}
    kept = ensured(runs, in_force(roads, exercise=exercise, now=now), now=now)
    return len({row.id for row in kept.values()} - before)


def _marked(run_id: int, scene: Scene, told: dict[str, Any]) -> bool:
    """Whether the run was told; one that has ended meanwhile does not keep a road open."""
    try:
        advance(run_id, "meet_closure", scene, data=told)
    except Problem:
        return False
    return True


def in_force(roads: CityRoads, *, exercise: bool, now: int) -> list[Closure]:
    """The closures that are not over, as arcs and seconds from now."""
    rows = draw.in_force(exercise=exercise, now=now)
    return [
        _closure(row, arcs_of(roads, row.shape, [(p[0], p[1]) for p in row.points]), now)
        for row in rows
    ]


def arcs_of(roads: CityRoads, shape: str, points: Sequence[tuple[float, float]]) -> frozenset[int]:
    """The pieces of road that a drawing closes."""
    if shape == Shape.POINT:
        return shut.at(roads.network, points[0], farthest_m=roads.farthest_m)
    if shape == Shape.LINE:
        import shapely

        wide = shapely.LineString(points).buffer(LINE_DEGREES, cap_style="flat")
        return shut.within(roads.network, [(x, y) for x, y in wide.exterior.coords[:-1]])
    return shut.within(roads.network, list(points))


def hits(
    run: Run, row: RunRoute, closed: Iterable[Closure], roads: CityRoads
) -> list[Closure]:  # fmt: skip
    """The closures that stop this run on the way that lies ahead of it."""
    vehicle = Vehicle.objects.filter(id=run.data.get("vehicle_id") or 0).first()
    permits = frozenset({vehicle.kind}) if vehicle else frozenset()
    leg, share = ahead_of(run, row)
    ahead: set[int] = set()
    for n, one in enumerate(row.legs[leg:]):
        arcs = one["arcs"] if row.roads == roads.network.digest else []
        ahead.update(arcs[int(len(arcs) * share) :] if n == 0 else arcs)
    lasts_s = sum(one["seconds"] for one in row.legs[leg:])
    return [
        closure
        for closure in closed
        if closure.stops(permits)
        and closure.during.from_s <= lasts_s + SLACK_S
        and not closure.arcs.isdisjoint(ahead)
    ]


def _closure(row: RoadClosure, arcs: frozenset[int], now: int) -> Closure:
    begins, ends = clock.seconds(row.from_at), clock.seconds(row.until_at)
    window = Window(max(0, begins - now), max(0, ends - now))
    return Closure(str(row.id), arcs, window, frozenset(row.passes), source=str(row.drawn_by))


def _middle(drawn: Drawn) -> dict[str, float]:
    n = len(drawn.points)
    return {
        "longitude": round(sum(lon for lon, _ in drawn.points) / n, 6),
        "latitude": round(sum(lat for _, lat in drawn.points) / n, 6),
    }

"""What does the dispatcher's map show? Runs with their stops and ways, where they are, closures.

Counts, numbers and points; nobody on a run is named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from linli import clock
from linli.geo import Point
from linli.loops.closures import draw
from linli.loops.closures.tables import RoadClosure
from linli.loops.routes.tables import RunRoute
from linli.loops.runs import sheet as sheets
from linli.loops.runs.on_road import ON_ITS_WAY, Run
from linli.policy.can import Actor
from linli.registry.areas import Area
from linli.registry.sites import Site
from linli.registry.vehicles import Vehicle
from linli.studies.dispatch.city_roads import known_roads
from linli.studies.dispatch.closing import in_force
from linli.studies.dispatch.run_routes import ahead_of, driven


@dataclass(frozen=True)
class NextStop:
    """Where a run goes next: an area or its site, when by the plan, and how many get on."""

    area: Area | None
    site: Site | None
    at: datetime
    n_boarding: int
    transfer_ids: tuple[int, ...]


@dataclass(frozen=True)
class DeskRun:
    """A run on the map: its route, its next stop, where it was last, and whether it is stopped."""

    run: Run
    route: RunRoute | None
    next: NextStop | None
    vehicle: Vehicle | None
    site: Site | None
    n_people: int
    position: Point | None
    seen_at: datetime | None

    @property
    def blocked(self) -> bool:
        """Whether its road is known to be closed."""
        return self.run.data.get("route", {}).get("open") is False

    @property
    def closure_id(self) -> int | None:
        """The closure that it would meet."""
        return self.run.data["route"].get("closure_id") if self.blocked else None

    @property
    def met_at(self) -> str:
        """Where a driver met a closed road that nobody has drawn yet, as a form takes a point."""
        met = self.run.data["route"] if self.blocked and not self.closure_id else {}
        lon, lat = met.get("longitude"), met.get("latitude")
        return "" if lon is None or lat is None else f"{lon} {lat}"


@dataclass(frozen=True)
class DeskMap:
    """Everything on the map, and whether ways are only estimates."""

    runs: tuple[DeskRun, ...]
    closures: tuple[RoadClosure, ...]
    estimate: bool

    @property
    def n_blocked(self) -> int:
        """How many runs would meet a closure."""
        return sum(run.blocked for run in self.runs)


def look(actor: Actor, *, now: int) -> DeskMap:
    """The map of whoever sends, or drives; raises NotAllowed for others."""
    runs = [run for run in sheets.runs_of(actor) if run.stage in ON_ITS_WAY]
    closures = tuple(draw.listed(actor, now=now))
    roads = known_roads()
    if roads is None:  # no area has a point yet
        return DeskMap(tuple(_told(runs, {})), closures, estimate=True)
    ways = driven(runs, in_force(roads, exercise=actor.exercise, now=now), now=now)
    return DeskMap(tuple(_told(runs, ways)), closures, roads.estimate)


def way(run: Run, *, exercise: bool, now: int) -> DeskRun | None:
    """One run with its way; None where it has none: nobody on it, or no point on the map."""
    if run.stage not in ON_ITS_WAY:
        return None
    roads = known_roads()
    if roads is None:
        return None
    ways = driven([run], in_force(roads, exercise=exercise, now=now), now=now)
    return next(iter(_told([run], ways)), None) if ways else None


def stops_of(one: DeskRun) -> list[dict[str, Any]]:
    """Its stops in order, each with its place, its moment, and who has got on there."""
    rows = one.route.stops if one.route else []
    on = set(one.run.data.get("on_board", ()))
    areas = Area.objects.in_bulk({i for stop in rows if (i := stop["area_id"])})
    sites = Site.objects.in_bulk({i for stop in rows if (i := stop["site_id"])})
    return [
        {
            "area": areas.get(stop["area_id"] or 0),
            "site": sites.get(stop["site_id"] or 0),
            "at": clock.moment(stop["arrive_at"]),
            "transfer_ids": stop["transfer_ids"],
            "done": bool(stop["transfer_ids"]) and set(stop["transfer_ids"]) <= on,
        }
        for stop in rows
    ]


def _told(runs: Sequence[Run], ways: dict[int, RunRoute]) -> Iterable[DeskRun]:
    vehicles = Vehicle.objects.in_bulk({i for run in runs if (i := run.data.get("vehicle_id"))})
    stops = [stop for row in ways.values() for stop in row.stops]
    areas = Area.objects.in_bulk({i for stop in stops if (i := stop["area_id"])})
    sites = Site.objects.in_bulk({i for stop in stops if (i := stop["site_id"])})
    for run in runs:
        row = ways.get(run.id)
        told = run.data.get("position")
        end = row.stops[-1]["site_id"] if row and row.stops else None
        yield DeskRun(
            run, row, _next(run, row, areas, sites) if row else None,
            vehicles.get(run.data.get("vehicle_id") or 0), sites.get(end or 0),
            sum(len(stop["transfer_ids"]) for stop in row.stops) if row else 0,
            (told["longitude"], told["latitude"]) if told else None,
            clock.moment(told["at"]) if told else None,
        )  # fmt: skip


def _next(
    run: Run, row: RunRoute, areas: dict[int, Area], sites: dict[int, Site]
) -> NextStop | None:
    if len(row.stops) < 2:
        return None
    leg, _ = ahead_of(run, row)
    stop = row.stops[min(leg + 1, len(row.stops) - 1)]
    left = set(stop["transfer_ids"]) - set(run.data.get("on_board", ()))
    return NextStop(
        areas.get(stop["area_id"] or 0), sites.get(stop["site_id"] or 0),
        clock.moment(stop["arrive_at"]), len(left), tuple(sorted(left)),
    )  # fmt: skip


def drawn(told: DeskMap) -> dict[str, Any]:
    """The same as GeoJSON: ``what`` is a way, a stop, a site, a vehicle or a closure."""
    found: list[dict[str, Any]] = []
    for closure in told.closures:
        found.append(_feature(_outline(closure), "closure", id=closure.id))
    for one in told.runs:
        about = {"id": one.run.id, "blocked": one.blocked, "drives": one.run.stage == "departed"}
        for leg in one.route.legs if one.route else ():
            line = {"type": "LineString", "coordinates": leg["line"]}
            found.append(_feature(line, "way", **about))
        for n, stop in enumerate(one.route.stops if one.route else ()):
            what = "site" if stop["site_id"] else "stop"
            if n:
                found.append(_feature(_point(stop["at"]), what, n=n, **about))
        at = one.position or (one.route.stops[0]["at"] if one.route and one.route.stops else None)
        if at:
            plate = one.vehicle.plate if one.vehicle else ""
            found.append(_feature(_point(at), "vehicle", plate=plate, **about))
    return {"type": "FeatureCollection", "features": found}


def _outline(closure: RoadClosure) -> dict[str, Any]:
    points = closure.points
    if closure.shape == "point":
        return _point(points[0])
    if closure.shape == "line":
        return {"type": "LineString", "coordinates": points}
    return {"type": "Polygon", "coordinates": [[*points, points[0]]]}


def _point(at: Any) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(at)}


def _feature(geometry: dict[str, Any], what: str, **told: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"what": what, **told}, "geometry": geometry}

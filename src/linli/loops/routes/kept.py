"""Which way does a run go? Its routes are only added; the newest is driven. The one writer."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from linli import clock
from linli.geo import Point
from linli.loops.routes.tables import RouteWhy, RunRoute


@dataclass(frozen=True)
class RouteStop:
    """A stop: what happens, where, who gets on, and the moment it is reached."""

    kind: str
    at: Point
    area_id: int | None
    site_id: int | None
    transfer_ids: tuple[int, ...]
    arrive_at: int


@dataclass(frozen=True)
class RouteLeg:
    """The way to the next stop: its line on the map, and its arcs in the network."""

    seconds: int
    metres: int
    line: tuple[Point, ...]
    arcs: tuple[int, ...]


@dataclass(frozen=True)
class Route:
    """A way, on which network, and whether its times are estimates."""

    stops: tuple[RouteStop, ...]
    legs: tuple[RouteLeg, ...]
    roads: str
    estimate: bool

    @property
    def minutes(self) -> int:
        """From its first stop to its last, rounded up."""
        if not self.stops:
            return 0
        return max(1, -(-(self.stops[-1].arrive_at - self.stops[0].arrive_at) // 60))

    @property
    def km(self) -> float:
        """How long the way is."""
        return round(sum(leg.metres for leg in self.legs) / 1_000, 1)


def keep(
    run_id: int, route: Route, *, now: int, by: int | None, why: RouteWhy = RouteWhy.PLANNED
) -> RunRoute:
    """Add a route to a run."""
    row = row_of(run_id, route, now=now, by=by, why=why)
    row.save()
    return row


def row_of(
    run_id: int, route: Route, *, now: int, by: int | None, why: RouteWhy = RouteWhy.PLANNED
) -> RunRoute:
    """A route as it would be kept, not kept yet."""
    made_at = clock.moment(now)
    return RunRoute(
        run_id=run_id, why=why, made_at=made_at, made_by=by, roads=route.roads,
        estimate=route.estimate, stops=[asdict(stop) for stop in route.stops],
        legs=[asdict(leg) for leg in route.legs],
    )  # fmt: skip


def newest(run_ids: Iterable[int]) -> dict[int, RunRoute]:
    """The route that each of these runs drives, where it has one."""
    rows = RunRoute.objects.filter(run_id__in=list(run_ids)).order_by("id")
    return {row.run_id: row for row in rows}


def read(row: RunRoute) -> Route:
    """A route as it was kept."""
    return Route(
        tuple(_stop(stop) for stop in row.stops), tuple(_leg(leg) for leg in row.legs),
        row.roads, row.estimate,
    )  # fmt: skip


def _stop(kept: dict[str, Any]) -> RouteStop:
    at, ids = _point(kept["at"]), tuple(kept["transfer_ids"])
    return RouteStop(**{**kept, "at": at, "transfer_ids": ids})


def _leg(kept: dict[str, Any]) -> RouteLeg:
    line = tuple(_point(point) for point in kept["line"])
    return RouteLeg(kept["seconds"], kept["metres"], line, tuple(kept["arcs"]))


def _point(kept: Sequence[float]) -> Point:
    return (float(kept[0]), float(kept[1]))

"""How do tables become a snapshot? Points become places, with travel times between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from linli.analysis.dispatch.plan import Roads
from linli.analysis.dispatch.roads.closures import Closure, open_arcs
from linli.analysis.dispatch.roads.estimate import estimated
from linli.analysis.dispatch.roads.network import Network
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.snapshot import Depot, Place, Rules, Snapshot, Travel
from linli.analysis.dispatch.tables import read_beds, read_crews, read_patients, read_vehicles
from linli.geo import Point


@dataclass(frozen=True)
class Map:
    """A road network and what is closed on it."""

    network: Network
    closures: tuple[Closure, ...] = ()


class Places:
    """Points, each once, by their numbers."""

    def __init__(self) -> None:
        self.points: dict[Point, int] = {}

    def number(self, point: Point) -> int:
        """The number of a point; a new one if it was not seen before."""
        return self.points.setdefault(point, len(self.points))

    @property
    def rows(self) -> tuple[Place, ...]:
        """All of them."""
        return tuple(Place(f"{lon:.5f} {lat:.5f}", lon, lat) for lon, lat in self.points)


def assembled(
    patients: str,
    beds: str,
    *,
    vehicles: str = "",
    crews: str = "",
    roads: Map | None = None,
    rules: Rules | None = None,
) -> tuple[Snapshot, Roads | None]:
    """A snapshot from CSV texts, with the roads it stands on if there is a map."""
    places = Places()
    facilities = tuple(make(places.number(at)) for make, at in read_beds(beds))
    lots = tuple(make(places.number(at)) for make, at in read_patients(patients))
    yards: dict[int, int] = {}
    vehicle_rows = _at_yards(read_vehicles(vehicles) if vehicles else (), places, yards)
    crew_rows = _at_yards(read_crews(crews) if crews else (), places, yards)
    depots = tuple(Depot(f"yard {n + 1}", place) for n, place in enumerate(yards))
    travel, on = travelled(list(places.points), roads)
    named = _named(places.rows, facilities, lots, depots)
    return Snapshot(
        named, travel, facilities=facilities, lots=lots, vehicles=vehicle_rows, crews=crew_rows,
        depots=depots, rules=rules or Rules(),
    ), on  # fmt: skip


def travelled(points: Sequence[Point], roads: Map | None) -> tuple[Travel, Roads | None]:
    """Travel times between points, on the open roads of a map or else estimated."""
    if roads is None:
        return estimated(points), None
    ways = Ways.of(roads.network, open_arcs(roads.network, roads.closures))
    nodes, near = roads.network.snap(list(points))
    return (
        ways.travel(nodes, near=near),
        Roads(ways, {k: int(n) for k, n in enumerate(nodes)}, roads.closures),
    )


def _at_yards(rows: Any, places: Places, yards: dict[int, int]) -> tuple[Any, ...]:
    made: list[Any] = []
    for make, at in rows:
        made.append(make(yards.setdefault(places.number(at), len(yards))))
    return tuple(made)


def _named(places: Any, facilities: Any, lots: Any, depots: Any) -> tuple[Place, ...]:
    """Call a place by what stands there, which a person recognises."""
    name = {row.place: row.id for row in (*lots, *depots, *facilities)}
    return tuple(replace(p, id=name.get(n, p.id)) for n, p in enumerate(places))

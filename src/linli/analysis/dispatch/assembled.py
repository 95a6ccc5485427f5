"""How do tables become a snapshot? Points become places, with travel times between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from linli.analysis.dispatch.plan import Roads
from linli.analysis.dispatch.roads.closures import NOBODY, Closure, open_arcs
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
    held = sorted({v.passes for v in vehicle_rows}, key=sorted)
    travel, on, by_permit = travelled(list(places.points), roads, permits=held)
    named = _named(places.rows, facilities, lots, depots)
    return Snapshot(
        named, travel, facilities=facilities, lots=lots, vehicles=vehicle_rows, crews=crew_rows,
        depots=depots, rules=rules or Rules(), by_permit=by_permit,
    ), on  # fmt: skip


def travelled(
    points: Sequence[Point], roads: Map | None, *, permits: Sequence[frozenset[str]] = ()
) -> tuple[Travel, Roads | None, dict[frozenset[str], Travel]]:
    """Travel times between points, on the open roads of a map or else estimated.

    ``permits`` are the sets that vehicles hold. The first of what is told are the times on every
    road that is open to any of them; the last those of each set, empty where they do not differ.
    """
    if roads is None:
        return estimated(points), None, {}
    network, closures = roads.network, roads.closures
    is_open = {p: open_arcs(network, closures, passes=p) for p in permits or [NOBODY]}
    whole = Ways.of(network, np.logical_or.reduce(list(is_open.values())))
    nodes, near = network.snap(list(points))
    node_of = {k: int(n) for k, n in enumerate(nodes)}
    travel = whole.travel(nodes, near=near)
    if all(np.array_equal(arcs, whole.is_open) for arcs in is_open.values()):
        return travel, Roads(whole, node_of, closures), {}
    own = {p: Ways.of(network, arcs) for p, arcs in is_open.items()}
    return (
        travel,
        Roads(whole, node_of, closures, own),
        {p: ways.travel(nodes, near=near) for p, ways in own.items()},
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

"""Which roads, closures and places do some files hold, and how long does it take between them?"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linli.analysis.dispatch.roads import closures as shut
from linli.analysis.dispatch.roads.closures import Closure, open_arcs
from linli.analysis.dispatch.roads.estimate import Bridge, estimated
from linli.analysis.dispatch.roads.network import Network
from linli.analysis.dispatch.roads.openstreetmap import network_of
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.snapshot import WHOLE_NIGHT_S, Place, Travel, Window
from linli.errors import N_, BadInput
from linli.geo import Point, distance_m
from linli.studies import tables
from linli.studies.dispatch import network_file

ARC_COLUMNS = ("from", "to", "from_lon", "from_lat", "to_lon", "to_lat")
ARC_ALSO = ("metres", "kmh", "oneway", "road")
CLOSURE_COLUMNS = ("closure",)
CLOSURE_ALSO = ("road", "lon", "lat", "polygon", "from_minute", "until_minute", "passes")
PLACE_COLUMNS = ("place", "lon", "lat")
BRIDGE_COLUMNS = ("bridge", "bank", "other_bank", "lon", "lat")
EXTRACTS = {".pbf": "pbf", ".osm": "osm", ".opl": "opl"}
USUAL_KMH = 25.0  # assumed, where a table of roads gives no speed
MINUTE_S = 60
Watch = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Places:
    """Places of a file, and the nodes of the network at which they stand, where there is one."""

    places: tuple[Place, ...]
    number: dict[str, int]
    nodes: NDArray[np.int64] | None
    near: NDArray[np.bool_] | None
    travel: Travel
    ways: Ways | None

    @property
    def node_of(self) -> dict[int, int]:
        """The node of each place."""
        return {} if self.nodes is None else {n: int(k) for n, k in enumerate(self.nodes)}

    def index(self, name: str) -> int:
        """The number of a place by its name; raises BadInput where there is none."""
        if name not in self.number:
            raise BadInput(N_("There is no place {name}. Add it to the file of places."), name=name)
        return self.number[name]


def read_network(path: Path) -> Network:
    """An OpenStreetMap extract (.osm.pbf, .osm, .opl), a kept network (.npz), or a CSV of roads."""
    if path.suffix.lower() == network_file.SUFFIX:
        return network_file.read(path)
    kind = EXTRACTS.get(path.suffix.lower())
    return network_of(path.read_bytes(), kind=kind) if kind else _from_table(path)


def read_closures(path: Path, network: Network) -> list[Closure]:
    """Closures of a table: a road's number, a point on a road, or a polygon's corners.

    ``polygon`` is written as "114.30 30.58; 114.31 30.58; 114.31 30.59".
    """
    rows = tables.read(path, wanted=CLOSURE_COLUMNS, also=CLOSURE_ALSO)
    names = rows.filled("closure")
    ways = rows.read("road", tables.count, empty=-1)
    lon, lat = (rows.read(c, tables.number, empty=float("nan")) for c in ("lon", "lat"))
    rings: list[list[Point]] = rows.read("polygon", _ring, empty=[])
    begin = rows.read("from_minute", tables.count, empty=0)
    end = rows.read("until_minute", tables.count, empty=WHOLE_NIGHT_S // MINUTE_S)
    found = []
    for n, name in enumerate(names):
        try:
            if ways[n] >= 0:
                arcs = shut.of_way(network, ways[n])
            elif rings[n]:
                arcs = shut.within(network, rings[n])
            elif np.isfinite([lon[n], lat[n]]).all():
                arcs = shut.at(network, (lon[n], lat[n]))
            else:
                raise BadInput(N_("Say where: a road, a lon and lat, or a polygon."))
            during = Window(begin[n] * MINUTE_S, end[n] * MINUTE_S)
        except BadInput as problem:
            raise BadInput(
                N_("{file}, row {row}: {problem}"), file=path.name, row=rows.row[n], problem=problem
            ) from None
        passes = frozenset(rows.cells["passes"][n].split())
        found.append(Closure(name, arcs, during, passes, source=path.name))
    return found


def read_places(
    path: Path, *, network: Network | None = None, closed: Sequence[Closure] = (),
    passes: frozenset[str] = frozenset(), bridges: Path | None = None, watch: Watch | None = None,
) -> Places:  # fmt: skip
    """Places of a table, and the travel times between them: on roads, or estimated without."""
    banks_too = bridges is not None and network is None
    wanted = (*PLACE_COLUMNS, "bank") if banks_too else PLACE_COLUMNS
    rows = tables.read(path, wanted=wanted)
    names = rows.filled("place")
    places = tuple(
        Place(name, x, y)
        for name, x, y in zip(names, *(_degrees(rows, c) for c in ("lon", "lat")), strict=True)
    )
    number = {name: n for n, name in enumerate(names)}
    if len(number) < len(names):
        twice = next(name for n, name in enumerate(names) if number[name] != n)
        raise BadInput(N_("{file} names {place} twice. Give each place one row."),
                       file=path.name, place=twice)  # fmt: skip
    points = [(p.lon, p.lat) for p in places]
    if network is None:
        spans = [] if bridges is None else read_bridges(bridges)
        travel = estimated(points, banks=rows.filled("bank") if banks_too else (), bridges=spans)
        return Places(places, number, None, None, travel, None)
    nodes, near = network.snap(points)
    ways = Ways.of(network, open_arcs(network, closed, passes=passes))
    travel = ways.travel(nodes, near=near, watch=watch)
    return Places(places, number, nodes, near, travel, ways)


def read_bridges(path: Path) -> list[Bridge]:
    """Bridges of a table; ``open`` may say no."""
    rows = tables.read(path, wanted=BRIDGE_COLUMNS, also=("open",))
    names, one, other = (rows.filled(c) for c in ("bridge", "bank", "other_bank"))
    lon, lat = (_degrees(rows, c) for c in ("lon", "lat"))
    shut_ones = [cell.lower() in {"no", "0", "false"} for cell in rows.cells["open"]]
    return [
        Bridge(names[n], (one[n], other[n]), (lon[n], lat[n]), is_open=not shut_ones[n])
        for n in range(len(names))
    ]


def write_travel(found: Places, path: Path) -> None:
    """One row a pair; seconds and metres are empty where there is no way."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["from", "to", "seconds", "metres", "estimate"])
        names = [tables.neutral(place.id) for place in found.places]
        mark = "yes" if found.travel.estimate else "no"
        for a, row in enumerate(names):
            for b, column in enumerate(names):
                seconds = found.travel.seconds_between(a, b)
                metres = found.travel.metres_between(a, b)
                out.writerow([row, column, *("" if v is None else v for v in (seconds, metres)),
                              mark])  # fmt: skip


def _from_table(path: Path) -> Network:
    rows = tables.read(path, wanted=ARC_COLUMNS, also=ARC_ALSO)
    ends = [rows.filled("from"), rows.filled("to")]
    names, (a, b) = tables.numbered(*ends)
    points: list[Point] = [(0.0, 0.0)] * len(names)
    at = [_degrees(rows, c) for c in ARC_COLUMNS[2:]]
    for n in range(len(a)):
        points[a[n]], points[b[n]] = (at[0][n], at[1][n]), (at[2][n], at[3][n])
    metres = rows.read("metres", tables.number, empty=-1.0)
    speed = rows.read("kmh", _above_zero, empty=USUAL_KMH)
    long = [
        m if m >= 0 else distance_m(points[i], points[j])
        for m, i, j in zip(metres, a, b, strict=True)
    ]
    ms = [max(1, round(m * 3_600 / v)) for m, v in zip(long, speed, strict=True)]
    dm = [round(m * 10) for m in long]
    way = rows.read("road", tables.count, empty=0)
    both = [n for n, cell in enumerate(rows.cells["oneway"]) if cell.lower() in {"", "no", "0"}]
    lon, lat = np.array(points).T
    return Network.of(
        lon, lat, [*a, *b[both]], [*b, *a[both]], ms=[*ms, *(ms[n] for n in both)],
        dm=[*dm, *(dm[n] for n in both)], way=[*way, *(way[n] for n in both)],
    )  # fmt: skip


def _degrees(rows: tables.Columns, column: str) -> list[float]:
    rows.filled(column)
    most = 90 if column.endswith("lat") else 180

    def read(text: str) -> float:
        found = tables.number(text)
        if abs(found) > most:
            raise BadInput(
                N_("{text} is no angle between -{most} and {most}."), text=text, most=most
            )
        return found

    return rows.read(column, read, empty=float("nan"))


def _above_zero(text: str) -> float:
    found = tables.number(text)
    if found <= 0:
        raise BadInput(N_("{text} is not above 0."), text=text)
    return found


def _ring(text: str) -> list[Point]:
    corners = [corner.split() for corner in text.split(";") if corner.strip()]
    if any(len(corner) != 2 for corner in corners):
        raise BadInput(
            N_("{text} is no polygon. Write: lon lat; lon lat; lon lat."), text=text[:40]
        )
    return [(tables.number(x), tables.number(y)) for x, y in corners]

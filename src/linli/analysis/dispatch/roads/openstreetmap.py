"""Which roads does an OpenStreetMap extract hold? Its bytes in, a network out; osmium reads them.

A way is cut where it meets another. One-way streets, private roads and bollards are kept; turn
restrictions, heights and the hour of the day are not. Speeds by class are assumed, as a loaded bus
drives in a city; a posted limit lowers them.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any

from linli.analysis.dispatch.roads.network import Network
from linli.errors import N_, BadInput
from linli.geo import Point, distance_m

SPEED_KMH = {
    "motorway": 80, "motorway_link": 50, "trunk": 60, "trunk_link": 40, "primary": 45,
    "primary_link": 35, "secondary": 40, "secondary_link": 30, "tertiary": 35, "tertiary_link": 25,
    "unclassified": 30, "residential": 25, "living_street": 10, "service": 15, "road": 25,
}  # fmt: skip
# assumed, all of them

SHUT = {"no", "private", "agricultural", "forestry"}
BLOCKS = {"bollard", "block", "jersey_barrier", "log", "cycle_barrier", "debris"}
MPH_KMH = 1.609344

Node = tuple[int, Point]


def network_of(extract: bytes, *, kind: str = "pbf") -> Network:
    """The roads of an extract, such as the content of a ``.osm.pbf`` file.

    Parameters
    ----------
    kind
        How the bytes are written: pbf, osm (XML) or opl, as osmium names them.

    Raises
    ------
    BadInput
        If osmium cannot read it, or no road is in it.
    """
    try:
        roads, blocked = _read(extract, kind)
    except RuntimeError as error:
        raise BadInput(
            N_("The extract cannot be read as {kind}: {error} Download it again."),
            kind=kind,
            error=str(error),
        ) from None
    uses = Counter(ref for _, nodes, _, _ in roads for ref, _ in nodes)
    uses.update(ref for _, nodes, _, _ in roads for ref in (nodes[0][0], nodes[-1][0]))
    return _built(roads, uses, blocked)


Road = tuple[int, list[Node], float, int]  # way, nodes, km/h, which ways: 0 both, 1, -1


def _read(extract: bytes, kind: str) -> tuple[list[Road], set[int]]:
    import osmium

    file = osmium.io.FileBuffer(extract, kind)
    wanted = osmium.filter.KeyFilter("highway", "barrier")
    roads: list[Road] = []
    blocked: set[int] = set()
    for thing in osmium.FileProcessor(file).with_locations().with_filter(wanted):
        if isinstance(thing, osmium.osm.Node):
            if thing.tags.get("barrier") in BLOCKS:
                blocked.add(thing.id)
        elif isinstance(thing, osmium.osm.Way) and (speed := _speed_kmh(thing.tags)):
            nodes = [(n.ref, (n.lon, n.lat)) for n in thing.nodes if n.location.valid()]
            if len(nodes) > 1:
                roads.append((thing.id, nodes, speed, _direction(thing.tags)))
    return roads, blocked


def _speed_kmh(tags: Any) -> float:
    """How fast, and 0 where no bus may drive."""
    speed = SPEED_KMH.get(tags.get("highway", ""), 0)
    motor = tags.get("motor_vehicle") or tags.get("vehicle") or tags.get("access") or ""
    if not speed or motor in SHUT or tags.get("area") == "yes":
        return 0
    posted = tags.get("maxspeed", "").split()
    if posted and posted[0].isdigit() and int(posted[0]) > 0:
        limit = int(posted[0]) * (MPH_KMH if posted[1:] == ["mph"] else 1)
        return min(float(speed), limit)
    return speed


def _direction(tags: Any) -> int:
    said = tags.get("oneway", "")
    if said in {"yes", "true", "1"}:
        return 1
    if said in {"-1", "reverse"}:
        return -1
    rounds = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"
    return 1 if rounds and said != "no" else 0


def _pieces(nodes: list[Node], uses: Counter[int], blocked: set[int]) -> Iterator[list[Node]]:
    """Cut a way wherever something meets it, or something stands on it."""
    piece = [nodes[0]]
    for node in nodes[1:]:
        piece.append(node)
        if uses[node[0]] > 1 or node[0] in blocked:
            yield piece
            piece = [node]


def _built(roads: list[Road], uses: Counter[int], blocked: set[int]) -> Network:
    numbers: dict[object, int] = {}
    points: list[Point] = []
    dead_ends = count()
    rows: list[tuple[int, int, int, int, int, list[Point]]] = []

    def number(node: Node) -> int:
        ref, point = node
        key = ("blocked", next(dead_ends)) if ref in blocked else ref  # each side ends there alone
        if key not in numbers:
            numbers[key] = len(points)
            points.append(point)
        return numbers[key]

    for way, nodes, speed, direction in roads:
        for piece in _pieces(nodes, uses, blocked):
            a, b = number(piece[0]), number(piece[-1])
            line = [point for _, point in piece]
            metres = sum(distance_m(p, q) for p, q in pairwise(line))
            ms, dm = max(1, round(metres * 3_600 / speed)), round(metres * 10)
            if direction >= 0:
                rows.append((a, b, ms, dm, way, line[1:-1]))
            if direction <= 0:
                rows.append((b, a, ms, dm, way, line[-2:0:-1]))
    if not rows:
        raise BadInput(N_("There is no road in it that a vehicle may drive. Use another file."))
    tail, head, ms_, dm_, ways, shapes = zip(*rows, strict=True)
    lon, lat = zip(*points, strict=True)
    return Network.of(lon, lat, tail, head, ms=ms_, dm=dm_, way=ways, shapes=shapes)

"""Which roads are shut, to whom, and when? By polygon, by number, or where one stands."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.dispatch.roads.network import FARTHEST_SNAP_M, Network
from linli.analysis.dispatch.snapshot import Window
from linli.errors import N_, BadInput
from linli.geo import Point

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Closure:
    """Arcs that nobody passes within a window of time, save who holds one of the permits."""

    id: str
    arcs: frozenset[int]
    during: Window = field(default_factory=Window)
    passes: frozenset[str] = NOBODY
    source: str = ""  # who closed it, or said that it is closed

    def stops(self, passes: frozenset[str]) -> bool:
        """Whether it stops somebody with these permits."""
        return not self.passes & passes


def within(network: Network, ring: Sequence[Point]) -> frozenset[int]:
    """The arcs that touch a polygon, as they lie on the map.

    Raises
    ------
    BadInput
        If the polygon has fewer than three corners or crosses itself.
    """
    import shapely

    if len(set(ring)) < 3:
        raise BadInput(N_("A closed area needs three corners or more; this one has {corners}."),
                       corners=len(set(ring)))  # fmt: skip
    polygon = shapely.Polygon(ring)
    if not polygon.is_valid:
        raise BadInput(N_("The closed area crosses itself. Draw its corners in order."))
    return frozenset(_tree(network).query(polygon, predicate="intersects").tolist())


def at(
    network: Network, point: Point, *, farthest_m: float = FARTHEST_SNAP_M
) -> frozenset[int]:  # fmt: skip
    """The road nearest to a point, both ways: what a driver says who stands before a barrier.

    Raises
    ------
    BadInput
        If there is no road near.
    """
    import shapely

    from linli.geo import METRES_PER_DEGREE

    found = _tree(network).query_nearest(
        shapely.Point(point), max_distance=farthest_m / METRES_PER_DEGREE, all_matches=False
    )
    if len(found) == 0:
        raise BadInput(
            N_("There is no road within {metres} m of {lon}, {lat}. Check the place."),
            metres=round(farthest_m), lon=point[0], lat=point[1],
        )  # fmt: skip
    arc = int(found[0])
    ends = {int(network.tail[arc]), int(network.head[arc])}
    both = [
        n
        for end in ends
        for n in range(network.start[end], network.start[end + 1])
        if int(network.head[n]) in ends and network.way[n] == network.way[arc]
    ]
    return frozenset({arc, *both})


def of_way(network: Network, way: int) -> frozenset[int]:
    """Every arc of a road, by the number its source gives it; raises BadInput where none has it."""
    found = np.flatnonzero(network.way == way)
    if len(found) == 0:
        raise BadInput(N_("The network has no road {way}. Check the number."), way=way)
    return frozenset(found.tolist())


def open_arcs(
    network: Network,
    closures: Iterable[Closure],
    *,
    passes: frozenset[str] = NOBODY,
    during: Window | None = None,
) -> NDArray[np.bool_]:
    """Which arcs are open all through a window; one that closes for an hour of it is not.

    Plans are made on these, so no vehicle is on its way when a road shuts before it.
    """
    is_open = np.ones(network.n_arcs, dtype=bool)
    for closure in closures:
        if closure.stops(passes) and (during is None or _overlap(closure.during, during)):
            is_open[_known(network, closure)] = False
    return is_open


def roads_id(network: Network, is_open: NDArray[np.bool_]) -> str:
    """The digest of a network as somebody may drive it."""
    sha = hashlib.sha256(network.digest.encode())
    sha.update(np.packbits(is_open).tobytes())
    return sha.hexdigest()[:16]


def _overlap(a: Window, b: Window) -> bool:
    return a.from_s <= b.until_s and b.from_s <= a.until_s


def _known(network: Network, closure: Closure) -> list[int]:
    if closure.arcs and not 0 <= min(closure.arcs) <= max(closure.arcs) < network.n_arcs:
        raise BadInput(
            N_("The closure {closure} was drawn on another network. Draw it again."),
            closure=closure.id,
        )
    return sorted(closure.arcs)


@lru_cache(maxsize=4)
def _tree(network: Network) -> Any:
    """The arcs as lines, to be searched by where they lie."""
    import shapely

    n = np.arange(network.n_arcs)
    bends = np.repeat(n, np.diff(network.shape_start))
    owner = np.concatenate([n, bends, n])
    rank = np.concatenate([np.zeros(len(n)), np.ones(len(bends)), np.full(len(n), 2)])
    lon = np.concatenate([network.lon[network.tail], network.shape_lon, network.lon[network.head]])
    lat = np.concatenate([network.lat[network.tail], network.shape_lat, network.lat[network.head]])
    order = np.lexsort((rank, owner))  # stable, so that bends keep their order
    points = np.column_stack([lon, lat])[order]
    lines: Any = shapely.linestrings(points, indices=owner[order])
    return shapely.STRtree(lines)

"""Which ways are there where no file of roads is named? A sketch between the points of the map.

Neighbouring points are joined by straight pieces of road, longer than they look by a detour; over
water a piece leads only by an open bridge. It lets closures and new plans be worked with before a
city has a road map, and everything worked out on it is told as an estimate.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linli.analysis.dispatch.roads.estimate import DETOUR, SPEED_KMH, Bridge
from linli.analysis.dispatch.roads.network import Network
from linli.errors import N_, BadInput
from linli.geo import METRES_PER_DEGREE, Point

ALL_JOINED = 12  # so few points are all joined with each other
NEAREST = 3  # points of each bank that a bridge is joined to; assumed
LEAST_M = 20.0  # two points at one place are still a piece of road


class Unsketched(BadInput):
    """Too few places have a point."""

    code = "unsketched"
    sentence = N_(
        "No ways can be sketched: fewer than two places have a point on the map. Give areas their "
        "points, or name a file of roads."
    )


def sketched(
    points: Sequence[Point], *, banks: Sequence[str] = (), bridges: Sequence[Bridge] = ()
) -> Network:
    """A network between points by Delaunay's triangles.

    Parameters
    ----------
    points
        (longitude, latitude) of at least two places.
    banks
        On which bank each lies, "" where that is not known; without them there is no river.
    """
    places = list(dict.fromkeys(points))
    if len(places) < 2:
        raise Unsketched()
    bank_of = dict(zip(points, banks, strict=True)) if banks else {}
    across = np.cos(np.radians(np.mean([lat for _, lat in places])))
    flat = np.array(places) * (across, 1.0) * METRES_PER_DEGREE
    pairs = _pairs(flat)
    on = np.array([bank_of.get(p, "") for p in places])
    dry = (on[pairs[:, 0]] == on[pairs[:, 1]]) | (on[pairs] == "").any(axis=1)
    pairs = pairs[dry]
    for bridge in (b for b in bridges if b.is_open):
        node = len(places)
        places.append(bridge.at)
        flat = np.vstack([flat, np.array(bridge.at) * (across, 1.0) * METRES_PER_DEGREE])
        for bank in bridge.banks:
            mine = np.flatnonzero(on == bank)
            near = mine[np.argsort(np.hypot(*(flat[mine] - flat[node]).T), kind="stable")[:NEAREST]]
            pairs = np.vstack([pairs, np.column_stack([near, np.full(len(near), node)])])
    metres = np.maximum(LEAST_M, np.hypot(*(flat[pairs[:, 0]] - flat[pairs[:, 1]]).T)) * DETOUR
    lon, lat = np.array(places).T
    both = np.vstack([pairs, pairs[:, ::-1]])
    ms = np.maximum(1, np.rint(metres * 3_600 / SPEED_KMH)).astype(np.int64)
    dm = np.rint(metres * 10).astype(np.int64)
    way = np.arange(1, len(pairs) + 1)
    return Network.of(
        lon, lat, both[:, 0], both[:, 1], ms=np.tile(ms, 2), dm=np.tile(dm, 2),
        way=np.tile(way, 2),
    )  # fmt: skip


def _pairs(flat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Who is joined with whom, each pair once, the lower number first."""
    n = len(flat)
    if n <= ALL_JOINED:
        return np.array([(a, b) for a in range(n) for b in range(a + 1, n)], dtype=np.int64)
    from scipy.spatial import Delaunay

    corners = Delaunay(flat, qhull_options="QJ Pp").simplices
    sides = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    return np.unique(np.sort(sides, axis=1), axis=0).astype(np.int64)

"""Which roads are there? Nodes and directed arcs as arrays, and where a point meets them."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput
from linli.geo import METRES_PER_DEGREE, Point

FARTHEST_SNAP_M = 1_000.0  # assumed: farther from any road a point is a mistake
MOST_MS = 2**28  # of a whole way, 74 hours
METRES_BITS = 2**24  # decimetres of a whole way, 1,677 km: both fit the 53 bits of a float64


@dataclass(frozen=True, eq=False)
class Network:
    """A road network; arcs are sorted by the node they leave.

    Milliseconds and decimetres are whole numbers, so that sums are exact and the same everywhere.
    """

    lon: NDArray[np.float64]  # of nodes, degrees
    lat: NDArray[np.float64]
    tail: NDArray[np.int32]  # of arcs: the node it leaves
    head: NDArray[np.int32]  # the node it reaches
    ms: NDArray[np.int32]  # milliseconds to drive it
    dm: NDArray[np.int32]  # decimetres long
    way: NDArray[np.int64]  # the road it is part of, as the source numbers it
    shape_start: NDArray[np.int32]  # arcs + 1; where its bends begin in the two below
    shape_lon: NDArray[np.float64]  # of bends between the two nodes
    shape_lat: NDArray[np.float64]

    @classmethod
    def of(
        cls, lon: Any, lat: Any, tail: Any, head: Any, *, ms: Any, dm: Any, way: Any = None,
        shapes: Any = None,
    ) -> "Network":  # fmt: skip
        """Sort and check what was read: one entry a node, one an arc; ``shapes`` bends by arc.

        Raises
        ------
        BadInput
            If there is no arc, an arc names a node that is not there, or takes no time.
        """
        lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        tail, head = np.asarray(tail, np.int64), np.asarray(head, np.int64)
        ms, dm = np.asarray(ms, np.int64), np.asarray(dm, np.int64)
        way = np.zeros(len(tail)) if way is None else way
        if len(tail) == 0:
            raise BadInput(N_("There is no road in it that a vehicle may drive. Use another file."))
        if min(tail.min(), head.min()) < 0 or max(tail.max(), head.max()) >= len(lon):
            raise BadInput(N_("A road begins or ends at a point that is not listed. Add it."))
        if ms.min() < 1 or dm.min() < 0 or ms.max() >= MOST_MS or dm.max() >= METRES_BITS:
            raise BadInput(N_("A road takes no time, or days. Correct its length or its speed."))
        if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
            raise BadInput(N_("A point of the network has no place. Give longitude and latitude."))
        order = np.lexsort((ms, head, tail))
        bends = [shapes[n] for n in order] if shapes is not None else [()] * len(tail)
        flat = np.array([p for bend in bends for p in bend], np.float64).reshape(-1, 2)
        start = np.concatenate([[0], np.cumsum([len(bend) for bend in bends])])
        return cls(
            lon, lat, tail[order].astype(np.int32), head[order].astype(np.int32),
            ms[order].astype(np.int32), dm[order].astype(np.int32),
            np.asarray(way, np.int64)[order], start.astype(np.int32), flat[:, 0], flat[:, 1],
        )  # fmt: skip

    @property
    def n_nodes(self) -> int:
        """How many nodes."""
        return len(self.lon)

    @property
    def n_arcs(self) -> int:
        """How many directed arcs."""
        return len(self.tail)

    @cached_property
    def start(self) -> NDArray[np.int32]:
        """Where each node's arcs begin; nodes + 1 entries."""
        counts = np.bincount(self.tail, minlength=self.n_nodes)
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)

    @cached_property
    def weight(self) -> NDArray[np.float64]:
        """Milliseconds, and below them decimetres, in one exact number."""
        return self.ms.astype(np.float64) * METRES_BITS + self.dm

    @cached_property
    def digest(self) -> str:
        """The same network has the same digest, on every machine."""
        sha = hashlib.sha256()
        for array in (self.lon, self.lat, self.tail, self.head, self.ms, self.dm, self.way):
            sha.update(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes())
        return sha.hexdigest()[:16]

    @cached_property
    def joined(self) -> NDArray[np.int64]:
        """The nodes of the largest part in which every node reaches every other."""
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import connected_components

        # By pairs, which adds up parallel arcs: given them as they are, SciPy never returns.
        graph = csr_matrix(
            (np.ones(self.n_arcs), (self.tail, self.head)), shape=(self.n_nodes, self.n_nodes)
        )
        _, part = connected_components(graph, directed=True, connection="strong")
        return np.flatnonzero(part == np.bincount(part).argmax())

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import cKDTree

        return cKDTree(self._flat(self.lon[self.joined], self.lat[self.joined]))

    def snap(
        self, points: list[Point], *, farthest_m: float = FARTHEST_SNAP_M
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The node of the joined part nearest to each point, and whether it is near enough."""
        if not points:
            return np.zeros(0, np.int64), np.zeros(0, bool)
        lon, lat = np.array(points, np.float64).T
        metres, near = self._tree.query(self._flat(lon, lat))
        return self.joined[near], metres <= farthest_m

    def line(self, arc: int) -> list[Point]:
        """An arc as it lies on the map, from its tail to its head."""
        bends = slice(self.shape_start[arc], self.shape_start[arc + 1])
        ends = [(self.lon[n], self.lat[n]) for n in (self.tail[arc], self.head[arc])]
        middle = zip(self.shape_lon[bends], self.shape_lat[bends], strict=True)
        return [(float(x), float(y)) for x, y in (ends[0], *middle, ends[1])]

    def _flat(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Metres on a plane around the network's middle: true to a per cent within a city."""
        across = np.cos(np.radians(self.lat.mean()))
        return np.column_stack([lon * across, lat]) * METRES_PER_DEGREE

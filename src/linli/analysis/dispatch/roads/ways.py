"""How long from every place to every other, and on which roads? Around what is closed.

SciPy's Dijkstra does the work. One number holds milliseconds and, below them, decimetres, so the
fastest way's length comes with it, and of two equally fast ways the shorter is taken. What cannot
be reached is masked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.dispatch.roads.closures import roads_id
from linli.analysis.dispatch.roads.network import METRES_BITS, Network
from linli.analysis.dispatch.snapshot import Travel

SOURCES_AT_ONCE = 64  # of one search: bounds the memory, costs no time
MS, DM = 1_000, 10


@dataclass(frozen=True, eq=False)
class Ways:
    """A network as somebody may drive it now: its open arcs, made ready to be searched."""

    network: Network
    is_open: NDArray[np.bool_]
    arcs: NDArray[np.int64]  # those kept: open, and of parallel ones the fastest
    graph: Any  # SciPy's matrix of them
    id: str

    @classmethod
    def of(cls, network: Network, is_open: NDArray[np.bool_] | None = None) -> "Ways":
        """Make a network ready; without a second argument all of it is open."""
        from scipy.sparse import csr_matrix

        if is_open is None:
            is_open = np.ones(network.n_arcs, dtype=bool)
        arcs = np.flatnonzero(is_open)
        tail, head = network.tail[arcs], network.head[arcs]
        first = np.ones(len(arcs), dtype=bool)  # sorted by tail, head, ms: the first is the fastest
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        arcs = arcs[first]
        counts = np.bincount(network.tail[arcs], minlength=network.n_nodes)
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        shape = (network.n_nodes, network.n_nodes)
        graph = csr_matrix((network.weight[arcs], network.head[arcs], start), shape=shape)
        return cls(network, is_open, arcs, graph, roads_id(network, is_open))

    def travel(
        self,
        nodes: Sequence[int] | NDArray[np.int64],
        *,
        near: NDArray[np.bool_] | None = None,
        watch: Callable[[int, int], None] | None = None,
    ) -> Travel:
        """Seconds and metres between places, given by the nodes they stand at.

        Parameters
        ----------
        nodes
            One node a place; several places may share one.
        near
            Whether each place is near a road at all; one that is not cannot be reached.
        watch
            Is told how many of how many have been searched from, for a bar.
        """
        from scipy.sparse.csgraph import dijkstra

        places = np.asarray(nodes, dtype=np.int64)
        different, back = np.unique(places, return_inverse=True)
        found = np.empty((len(different), len(different)))
        for n in range(0, len(different), SOURCES_AT_ONCE):
            part = different[n : n + SOURCES_AT_ONCE]
            found[n : n + len(part)] = dijkstra(self.graph, indices=part)[:, different]
            if watch is not None:
                watch(min(n + len(part), len(different)), len(different))
        whole = found[np.ix_(back, back)]
        mask = ~np.isfinite(whole)
        if near is not None:
            mask |= ~near[:, None] | ~near[None, :]
        np.fill_diagonal(mask, val=False)
        whole[mask] = 0
        return Travel(
            seconds=np.ma.MaskedArray(_up(whole // METRES_BITS, MS), mask),
            metres=np.ma.MaskedArray(_up(whole % METRES_BITS, DM), mask),
            roads_id=self.id,
        )

    def paths(
        self, pairs: Sequence[tuple[int, int]], *, within_s: int | None = None
    ) -> dict[tuple[int, int], tuple[int, ...] | None]:
        """The arcs of the fastest way between pairs of nodes; None where there is none.

        With ``within_s`` no farther than that is looked, which is quick for short ways; a pair
        beyond it is None too.
        """
        from scipy.sparse.csgraph import dijkstra

        limit = np.inf if within_s is None else (within_s * MS + 1.0) * METRES_BITS
        goals: dict[int, list[int]] = {}
        for a, b in pairs:
            goals.setdefault(a, []).append(b)
        found: dict[tuple[int, int], tuple[int, ...] | None] = {}
        for a in sorted(goals):
            _, before = dijkstra(self.graph, indices=a, limit=limit, return_predecessors=True)
            for b in goals[a]:
                found[a, b] = self._walked_back(before, a, b)
        return found

    def seconds(self, arcs: Sequence[int]) -> int:
        """How long a path takes, rounded up as ``travel`` rounds."""
        return -(-int(self.network.ms[list(arcs)].astype(np.int64).sum()) // MS)

    def metres(self, arcs: Sequence[int]) -> int:
        """How long a path is, rounded up as ``travel`` rounds."""
        return -(-int(self.network.dm[list(arcs)].astype(np.int64).sum()) // DM)

    def _walked_back(self, before: NDArray[np.int32], a: int, b: int) -> tuple[int, ...] | None:
        path: list[int] = []
        node = b
        while node != a:
            earlier = int(before[node])
            if earlier < 0:
                return None
            row = slice(self.graph.indptr[earlier], self.graph.indptr[earlier + 1])
            place = int(np.flatnonzero(self.graph.indices[row] == node)[0]) + row.start
            path.append(int(self.arcs[place]))
            node = earlier
        return tuple(reversed(path))


def _up(values: NDArray[np.float64], unit: int) -> NDArray[np.int32]:
    """Whole units, rounded up: a promise of time is not broken by rounding."""
    return np.ceil(values / unit).astype(np.int32)

"""Who infected whom, how far has a chain come, and whose source is not known?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from linli.errors import N_, BadInput

UNKNOWN = -1
SURE_ENOUGH = 0.8  # from this probability on, a direction is taken as known; assumed


@dataclass(frozen=True)
class Links:
    """Links between cases numbered 0 to ``n_cases`` - 1, one row a link.

    ``source`` infected ``infected`` with probability ``direction``, else the other way round: 1
    where people are sure of it, 0.5 where nobody knows.
    """

    source: NDArray[np.int64]
    infected: NDArray[np.int64]
    direction: NDArray[np.float64]
    n_cases: int

    def __post_init__(self) -> None:
        if not len(self.source) == len(self.infected) == len(self.direction):
            raise BadInput(N_("Columns of links differ in length."))
        both = np.concatenate([self.source, self.infected])
        if len(both) and not 0 <= both.min() <= both.max() < self.n_cases:
            raise BadInput(N_("A link names a case that is not there."))
        if (self.source == self.infected).any():
            raise BadInput(N_("A case is linked to itself."))
        if not ((self.direction >= 0) & (self.direction <= 1)).all():
            raise BadInput(N_("A direction is a probability, from 0 to 1."))


@dataclass(frozen=True)
class Chains:
    """What decided links say of every case; shape (cases,).

    ``cluster``: number of its cluster, links of unknown direction included; a case without links
    is a cluster of its own. ``generation``: 0 for one without a known source, 1 for those it
    infected, by the shortest way; UNKNOWN (-1) behind a link of unknown direction or in a circle.
    ``n_sources``: known sources. ``maybe_source``: it has none, but a link of unknown direction.
    ``offspring``: how many it infected; one with several known sources counts in part for each.
    """

    cluster: NDArray[np.int64]
    generation: NDArray[np.int64]
    n_sources: NDArray[np.int64]
    maybe_source: NDArray[np.bool_]
    offspring: NDArray[np.float64]

    @property
    def without_source(self) -> NDArray[np.int64]:
        """Cases of whom nobody knows where they were infected, not even perhaps."""
        return np.flatnonzero((self.n_sources == 0) & ~self.maybe_source)

    @property
    def cluster_sizes(self) -> NDArray[np.int64]:
        """How many cases each cluster holds."""
        return np.bincount(self.cluster)

    @property
    def cluster_depths(self) -> NDArray[np.int64]:
        """The last generation that each cluster has reached; UNKNOWN where none is known."""
        depth = np.full(self.cluster.max(initial=-1) + 1, UNKNOWN)
        np.maximum.at(depth, self.cluster, self.generation)
        return depth


def chains(links: Links, *, sure_enough: float = SURE_ENOUGH) -> Chains:
    """Follow links from case to case.

    A link whose direction is not sure enough joins a cluster and makes no generation. The same
    link twice counts once.
    """
    if not 0.5 < sure_enough <= 1:
        raise BadInput(N_("{given} is no degree of sureness: above 0.5, at most 1."),
                       given=sure_enough)  # fmt: skip
    n = links.n_cases
    forward = links.direction >= sure_enough
    known = forward | (links.direction <= 1 - sure_enough)
    source = np.where(forward, links.source, links.infected)[known]
    infected = np.where(forward, links.infected, links.source)[known]
    source, infected = np.unique(np.stack([source, infected]), axis=1)
    n_sources = np.bincount(infected, minlength=n)
    offspring = np.bincount(source, weights=1 / n_sources[infected], minlength=n).astype(float)
    open_ends = np.unique(np.concatenate([links.source[~known], links.infected[~known]]))
    maybe = np.zeros(n, dtype=bool)
    maybe[open_ends] = True
    maybe &= n_sources == 0
    _, cluster = connected_components(_graph(links.source, links.infected, n), directed=False)
    return Chains(
        cluster=cluster.astype(np.int64),
        generation=_generations(source, infected, (n_sources == 0) & ~maybe, n),
        n_sources=n_sources,
        maybe_source=maybe,
        offspring=offspring,
    )


def _generations(
    source: NDArray[np.int64], infected: NDArray[np.int64], first: NDArray[np.bool_], n: int
) -> NDArray[np.int64]:
    """Steps from the nearest case without a source."""
    if not first.any():
        return np.full(n, UNKNOWN)
    steps = dijkstra(
        _graph(source, infected, n), unweighted=True, indices=np.flatnonzero(first), min_only=True
    )
    return np.where(np.isfinite(steps), steps, UNKNOWN).astype(np.int64)


def _graph(source: NDArray[np.int64], infected: NDArray[np.int64], n: int) -> csr_array:
    return csr_array((np.ones(len(source)), (source, infected)), shape=(n, n))


@dataclass(frozen=True)
class PlaceClusters:
    """Places at which infections happened, most infected first; one row a place."""

    place: NDArray[np.int64]
    n_infected: NDArray[np.int64]
    n_sources: NDArray[np.int64]


def by_place(links: Links, place: NDArray[np.int64]) -> PlaceClusters:
    """How many were infected at each place, and by how many sources.

    ``place``: where each link happened, shape (links,); UNKNOWN (-1) is left out.
    """
    if len(place) != len(links.source):
        raise BadInput(N_("Columns of links differ in length."))
    known = place != UNKNOWN
    sources = np.unique(np.stack([place[known], links.source[known]]), axis=1)[0]
    infected = np.unique(np.stack([place[known], links.infected[known]]), axis=1)[0]
    places, n_infected = np.unique(infected, return_counts=True)
    n_sources = np.unique(sources, return_counts=True)[1]
    order = np.lexsort((places, -n_infected))
    return PlaceClusters(places[order], n_infected[order], n_sources[order])

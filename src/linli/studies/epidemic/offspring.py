"""How many did each case of the records infect, and what do the chains look like?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from linli.analysis.epidemic.offspring import Offspring, offspring
from linli.analysis.tracing.chains import Chains, Links, chains
from linli.errors import N_, BadInput
from linli.studies import tables
from linli.studies.pictures import Series, lines

MOST_NAMED = 10  # of cases or clusters told in one answer
MOST_SHOWN = 60  # offspring of one case that a picture has room for


@dataclass(frozen=True)
class Linked:
    """Links read from files: the names of all cases, and what follows from the links."""

    names: list[str]
    chains: Chains

    def told(self) -> dict[str, Any]:
        """Clusters, generations, and the cases whose source nobody knows."""
        found = self.chains
        sizes, depths = found.cluster_sizes, found.cluster_depths
        order = np.argsort(-sizes, kind="stable")
        levels, n = np.unique(found.generation, return_counts=True)
        return {
            "cases": len(self.names),
            "clusters": int((sizes > 1).sum()),
            "largest": [
                {"cases": int(sizes[c]), "depth": int(depths[c]), "first": self._first(c)}
                for c in order[:MOST_NAMED]
                if sizes[c] > 1
            ],
            "generations": {
                str(level) if level >= 0 else "unknown": int(many)
                for level, many in zip(levels.tolist(), n.tolist(), strict=True)
            },
            "deepest": int(found.generation.max(initial=-1)),
            "direction_unknown": int(found.maybe_source.sum()),
            "without_source": [self.names[case] for case in found.without_source.tolist()],
        }

    def _first(self, cluster: int) -> list[str]:
        inside = (self.chains.cluster == cluster) & (self.chains.generation == 0)
        return [self.names[case] for case in np.flatnonzero(inside)[:MOST_NAMED]]


def linked(
    links: Path,
    cases: Path | None = None,
    *,
    source: str = "source",
    infected: str = "infected",
    case: str = "case",
) -> Linked:
    """Read links, and a list of all cases so that those without a link count too.

    A column ``direction`` says how sure it is which way a link goes, from 0 to 1.
    """
    columns = tables.read(links, wanted=(source, infected), also=("direction",))
    own = [] if cases is None else tables.read(cases, wanted=(case,)).filled(case)
    names, (one, other, listed) = tables.numbered(
        columns.filled(source), columns.filled(infected), own
    )
    if cases is not None:
        stray = np.setdiff1d(np.concatenate([one, other]), listed)
        if len(stray):
            raise BadInput(
                N_("{file} names {n} cases that the list of cases does not have, such as {case}."),
                file=links.name,
                n=len(stray),
                case=names[stray[0]],
            )
    same = np.flatnonzero(one == other)
    if len(same):
        raise BadInput(
            N_("{file}, row {row}: a case is linked to itself. Take the row out."),
            file=links.name,
            row=columns.row[same[0]],
        )
    direction = np.array(columns.read("direction", _share, empty=1.0))
    return Linked(names, chains(Links(one, other, direction, len(names))))


def fitted(found: Linked) -> Offspring:
    """The offspring distribution of the cases, zeros included."""
    return offspring(found.chains.offspring)


def picture(
    found: Linked, fit: Offspring, *, title: str, x_label: str, y_label: str, names: tuple[str, str]
) -> str:
    """How many cases infected how many, as bars, and the fitted distribution as dots."""
    counts = np.minimum(np.round(found.chains.offspring), MOST_SHOWN)
    value, n = np.unique(counts, return_counts=True)
    x = np.arange(int(counts.max()) + 1)
    bars = list(zip(value.astype(float).tolist(), n.astype(float).tolist(), strict=True))
    dots = Series(names[1], x.tolist(), (fit.mass(x) * fit.n).tolist(), dots=True)
    return lines(title, [dots], x_label=x_label, y_label=y_label, bars=bars, bar_name=names[0])


def _share(text: str) -> float:
    found = tables.number(text)
    if not 0 <= found <= 1:
        raise BadInput(N_("{text} is no share. Write a number from 0 to 1."), text=text)
    return found

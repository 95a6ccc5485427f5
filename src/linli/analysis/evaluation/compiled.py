"""How is a tree of indicators scored fast? As group matrices, for many replicates at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.evaluation.aggregation import aggregated
from linli.analysis.evaluation.framework import Framework, Kind
from linli.analysis.evaluation.recipe import Aggregate, Recipe


@dataclass(frozen=True)
class Group:
    """One group: where its parts stand, its level and the weights of its parts, adding to one."""

    id: str
    level: int
    parts: NDArray[np.intp]
    weights: NDArray[np.float64]


@dataclass(frozen=True)
class Compiled:
    """A framework flattened: indicators first, then groups from the bottom upwards."""

    indicators: tuple[str, ...]
    groups: tuple[Group, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Every node's id, in the order of the arrays."""
        return (*self.indicators, *(g.id for g in self.groups))

    def at(self, node_id: str) -> int:
        """Where a node stands in the arrays."""
        return self.ids.index(node_id)

    def nominal(self) -> NDArray[np.float64]:
        """Each node's weight in its root: the product of the weights on the way up."""
        weight = np.zeros(len(self.ids))
        inner = {int(p) for g in self.groups for p in g.parts}
        for number in range(len(self.groups) - 1, -1, -1):
            place = len(self.indicators) + number
            if place not in inner:
                weight[place] = 1.0
            weight[self.groups[number].parts] = weight[place] * self.groups[number].weights
        return weight


def compiled(framework: Framework, weights: NDArray[np.float64] | None = None) -> Compiled:
    """Flatten a framework; `weights`, one an indicator, replace those of its file."""
    names = tuple(n.id for n in framework.indicators)
    own = dict(zip(names, weights, strict=True)) if weights is not None else {}
    place = {name: at for at, name in enumerate(names)}
    level: dict[str, int] = {}
    waiting = [n for n in framework.nodes if n.kind is Kind.GROUP]
    groups: list[Group] = []
    while waiting:
        ready = [g for g in waiting if all(c.id in place for c in framework.children(g.id))]
        for node in ready:
            parts = framework.children(node.id)
            level[node.id] = max((level[p.id] + 1 for p in parts if p.id in level), default=0)
            raw = np.array(
                [own.get(p.id, 1.0 if p.weight is None else p.weight) for p in parts], dtype=float
            )
            share = raw / raw.sum() if raw.sum() > 0 else np.full(len(raw), 1 / len(raw))
            at = np.array([place[p.id] for p in parts], dtype=np.intp)
            groups.append(Group(node.id, level[node.id], at, share))
        for node in ready:
            place[node.id] = len(names) + [g.id for g in groups].index(node.id)
        waiting = [g for g in waiting if g not in ready]
    return Compiled(names, tuple(groups))


def scores(
    tree: Compiled,
    values: NDArray[np.float64],
    recipe: Recipe,
    *,
    enough: NDArray[np.bool_] | None = None,
    weights: tuple[NDArray[np.float64], ...] | None = None,
) -> NDArray[np.float64]:
    """Scores of all nodes.

    Parameters
    ----------
    values
        Normalised, shape (units, indicators); missing is NaN.
    enough
        Shape (units, groups): is enough there to give the group a score? All, if not given.
    weights
        One array a group, shape (parts,) or (parts, replicates).

    Returns
    -------
    Shape (units, nodes), or (units, nodes, replicates) where weights have replicates.
    """
    chosen = weights or tuple(g.weights for g in tree.groups)
    n_replicates = max((w.shape[1] for w in chosen if w.ndim == 2), default=0)
    tail = (n_replicates,) if n_replicates else ()
    out = np.empty((len(values), len(tree.ids), *tail))
    out[:, : values.shape[1]] = values[..., None] if n_replicates else values
    for number, group in enumerate(tree.groups):
        by = recipe.at_level(group.level)
        only_indicators = n_replicates and group.parts.max() < values.shape[1]
        parts = values[:, group.parts] if only_indicators else out[:, group.parts]
        if recipe.floor > 0 and by is not Aggregate.MPI:
            parts = np.maximum(parts, recipe.floor)
        made = aggregated(parts, chosen[number], by=by, power=recipe.power, group=group.id)
        if recipe.decimals is not None and by is Aggregate.SUM:
            made = np.round(made, recipe.decimals)
        if n_replicates and made.ndim == 1:
            made = made[:, None]
        place = values.shape[1] + number
        out[:, place] = made
        if enough is not None:
            out[~enough[:, number], place] = np.nan
    return out


def availability(tree: Compiled, there: NDArray[np.bool_], least: float) -> NDArray[np.bool_]:
    """Has each unit enough of each group? Shape (units, groups)."""
    node = np.zeros((len(there), len(tree.ids)), dtype=bool)
    node[:, : there.shape[1]] = there
    for number, group in enumerate(tree.groups):
        share = node[:, group.parts].mean(axis=1)
        node[:, there.shape[1] + number] = share >= least - 1e-9
    return node[:, there.shape[1] :]

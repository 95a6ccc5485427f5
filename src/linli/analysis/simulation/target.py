"""Which compounds first? What of a simulated world would not have happened behind their gates.

In worlds already run, each infection knows who infected it and where. Gates kept in some compounds
would have stopped some of these, and all that followed from them. That orders compounds; it is a
count on a tree that was, no new world: what is chosen is run again to be believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.disease import LAYERS, Layer
from linli.analysis.simulation.engine import Run
from linli.analysis.simulation.policies import OUTSIDE, CloseCompounds
from linli.analysis.simulation.state import NOT_YET
from linli.errors import N_, BadInput


@dataclass(frozen=True)
class Tree:
    """Who infected whom in one world; rows as in the world, sources before those they infect."""

    source: NDArray[np.int64]  # row, or NOT_YET
    stopped: NDArray[np.float64]  # the share that a gate on either side stops, 0 before its day
    own: NDArray[np.int64]  # compound of the one infected
    other: NDArray[np.int64]  # compound of the source
    generations: list[NDArray[np.int64]]  # rows, the first ones first


def tree_of(ran: Run, policy: CloseCompounds) -> Tree:
    """Read a world for a way of closing; only infections from the policy's first day on count."""
    seen = ran.state.infected.columns()
    compound = ran.setting.city.compound.of(seen["person"])
    source = seen["source"].astype(np.int64)
    known = source >= 0
    go_on = np.ones(len(LAYERS))
    for layer in OUTSIDE:
        go_on[LAYERS.index(layer)] = policy.leakage
    go_on[LAYERS.index(Layer.COMPOUND)] = policy.within
    go_on[LAYERS.index(Layer.RESPONSE)] = policy.response
    stopped = np.where(known & (seen["at"] >= policy.from_day), 1 - go_on[seen["layer"]], 0.0)
    other = np.where(known, compound[np.maximum(source, 0)], compound)
    return Tree(source, stopped, compound, other, _generations(source))


def first_to_close(
    runs: Sequence[Run], policy: CloseCompounds, *, n: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The compounds whose gates would have stopped most, the first first, and how much each.

    Returns
    -------
    Numbers of compounds, shape (n,), and infections that gates in each alone would have spared in
    an average world: those stopped, and all that followed, each counted once.

    Raises
    ------
    BadInput
        If there are not so many compounds.
    """
    n_all = len(runs[0].setting.city.compound)
    if not 0 < n <= n_all:
        raise BadInput(N_("{n} compounds cannot be chosen of {all}."), n=n, all=n_all)
    spared = np.zeros(n_all)
    for ran in runs:
        tree = tree_of(ran, policy)
        lost = tree.stopped * _followers(tree)
        rows = np.flatnonzero(tree.stopped)
        np.add.at(spared, tree.own[rows], lost[rows] * _come_so_far(tree, rows, tree.own))
        rows = rows[tree.other[rows] != tree.own[rows]]
        np.add.at(spared, tree.other[rows], lost[rows] * _come_so_far(tree, rows, tree.other))
    order = np.argsort(-spared, kind="stable")[:n]
    return order, spared[order] / len(runs)


def spared_by(runs: Sequence[Run], policy: CloseCompounds, where: NDArray[np.bool_]) -> float:
    """Infections that gates in these compounds would have spared, in an average world."""
    total = 0.0
    for ran in runs:
        tree = tree_of(ran, policy)
        left = np.ones(len(tree.source))
        touched = where[tree.own] | where[tree.other]
        for rows in tree.generations:
            of = tree.source[rows]
            before = np.where(of >= 0, left[np.maximum(of, 0)], 1.0)
            left[rows] = before * np.where(touched[rows], 1 - tree.stopped[rows], 1.0)
        total += float((1 - left).sum())
    return total / len(runs)


def clear_chance(runs: Sequence[Run], areas: NDArray[np.int64], day: int) -> NDArray[np.float64]:
    """The share of worlds in which nobody unknown is infected in an area on a day.

    ``areas`` tells of each compound in which area it lies, 0 to the last; shape (compounds,).
    """
    clear = np.zeros(int(areas.max()) + 1)
    for ran in runs:
        seen = ran.state.infected.columns()
        there = (seen["at"] < day) & (seen["stop"] > day)
        unknown = (seen["reported"] == NOT_YET) | (seen["reported"] > day)
        home = areas[ran.setting.city.compound.of(seen["person"][there & unknown])]
        clear += np.bincount(home, minlength=len(clear)) == 0
    return clear / len(runs)


def _generations(source: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    depth = np.zeros(len(source), dtype=np.int64)
    rows = np.flatnonzero(source >= 0)
    while len(rows):
        deeper = depth[source[rows]] + 1
        change = deeper > depth[rows]
        if not change.any():
            break
        depth[rows[change]] = deeper[change]
    order = np.argsort(depth, kind="stable")
    cuts = np.flatnonzero(np.diff(depth[order])) + 1
    return np.split(order, cuts)


def _come_so_far(
    tree: Tree, rows: NDArray[np.int64], compound: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The chance that a chain comes to each of some rows although its compound's gates are kept."""
    gates = compound[rows]
    left = np.ones(len(rows))
    at, above = np.arange(len(rows)), tree.source[rows]
    while True:
        there = above >= 0
        at, above = at[there], above[there]
        if not len(at):
            return left
        passed = (tree.own[above] == gates[at]) | (tree.other[above] == gates[at])
        left[at] *= np.where(passed, 1 - tree.stopped[above], 1.0)
        above = tree.source[above]


def _followers(tree: Tree) -> NDArray[np.float64]:
    """Of each infection: itself and all that followed from it."""
    n = np.ones(len(tree.source))
    for rows in tree.generations[:0:-1]:
        np.add.at(n, tree.source[rows], n[rows])
    return n

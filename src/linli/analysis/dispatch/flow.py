"""Who gets which bed so that the sum of all costs is least, and what would one more bed be worth?

The one file that speaks to OR-Tools' min-cost flow. Persons flow from lots through beds; whoever
finds none flows over an arc to the waiting list, so that an answer always exists.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import NegativeCycleError, csgraph_from_dense, floyd_warshall

from linli.errors import N_, BadInput

MOST_TOTAL = 2**53  # beyond it, a sum of costs is no longer exact in a float
NEVER = np.inf


@dataclass(frozen=True)
class Allotment:
    """How many persons of each lot go to which beds, and how many wait; of least total cost.

    ``taken`` has shape (lots, beds), ``waiting`` (lots,), both in persons. ``cost`` (lots, beds)
    is that of one person, and ``may`` says where a person may go at all; ``waiting_cost`` (lots,)
    and ``capacity`` (beds,) are as they were asked.
    """

    taken: NDArray[np.int64]
    waiting: NDArray[np.int64]
    cost: NDArray[np.int64]
    may: NDArray[np.bool_]
    waiting_cost: NDArray[np.int64]
    capacity: NDArray[np.int64]

    @property
    def total(self) -> int:
        """What all of it costs, waiting included."""
        return int((self.taken * self.cost).sum() + (self.waiting * self.waiting_cost).sum())

    @property
    def spare(self) -> NDArray[np.int64]:
        """Beds nobody was given; shape (beds,)."""
        return self.capacity - self.taken.sum(axis=0)

    @cached_property
    def chains(self) -> NDArray[np.float64]:
        """Least cost of moving others on, so that a place is free in one bed and filled in another.

        Shape (beds + 2, beds + 2), from the bed that gets one person too many to the bed that
        has one too few; behind the beds stand the waiting list and "nowhere", to which a spare
        bed leads at no cost, as it does to every bed that may well stay emptier. Infinite where
        no chain leads. In a cheapest flow nobody gains by a circle: the diagonal is zero.
        """
        n_lots, n_beds = self.taken.shape
        cost = np.full((n_lots, n_beds + 2), NEVER)
        cost[:, :n_beds][self.may] = self.cost[self.may]
        cost[:, n_beds] = self.waiting_cost
        lots, at = np.nonzero(np.column_stack([self.taken, self.waiting]))
        step = np.full((n_beds + 2, n_beds + 2), NEVER)
        np.minimum.at(step, at, cost[lots] - cost[lots, at][:, None])
        step[-1, :] = 0
        step[:n_beds, -1][self.spare > 0] = 0
        step[n_beds, -1] = 0
        np.fill_diagonal(step, 0)
        return floyd_warshall(csgraph_from_dense(step, null_value=NEVER))

    def price_of_moving(self, lot: int, *, at: int) -> NDArray[np.float64]:
        """What all would cost more if one person of the lot were moved from the bed ``at``.

        Shape (beds + 1,), the waiting list last, where ``at`` may stand too: for every place the
        person could go to. It counts the chain of others who then move on; infinite where the
        person may not go.
        """
        cost = np.append(np.where(self.may[lot], self.cost[lot], NEVER), self.waiting_cost[lot])
        return cost - cost[at] + self.chains[:-1, at]

    @property
    def is_proved(self) -> bool:
        """Whether no circle of moves and no spare bed would save anything: the optimum, proved."""
        try:
            return bool((self.chains.diagonal() >= 0).all())
        except NegativeCycleError:
            return False


def allot(
    persons: NDArray[np.int64],
    capacity: NDArray[np.int64],
    cost: NDArray[np.int64],
    *,
    may: NDArray[np.bool_],
    waiting_cost: NDArray[np.int64],
) -> Allotment:
    """Give every person one of the beds open to them, or a place on the waiting list.

    Parameters
    ----------
    persons, capacity
        Of each lot, shape (lots,); of each kind of beds, shape (beds,).
    cost, may
        Of one person, whole numbers of any one unit, zero or more, and whether a person of the
        lot may go there; both of shape (lots, beds). The cost of a forbidden pair is not read.
    waiting_cost
        Of one person who is left; shape (lots,).

    Raises
    ------
    BadInput
        For shapes that do not fit, a negative number, or costs too large to be summed exactly.

    Source
    ------
    Cost scaling (Goldberg 1997, doi:10.1006/jagm.1995.0805) as in OR-Tools. Integer supplies and
    capacities make an integer flow, which is therefore the optimum of the linear programme too.
    """
    _check(persons, capacity, cost, may, waiting_cost)
    n_lots, n_beds = cost.shape
    if not n_lots:
        none = np.zeros((0, n_beds), np.int64)
        return Allotment(none, persons, cost, may, waiting_cost, capacity)
    lots, beds = np.nonzero(may)
    flows = _solve(persons, capacity, (lots, beds, cost[lots, beds]), waiting_cost)
    taken = np.zeros((n_lots, n_beds), np.int64)
    taken[lots, beds] = flows[: len(lots)]
    waiting = flows[len(lots) : len(lots) + n_lots]
    return Allotment(taken, waiting, cost, may, waiting_cost, capacity)


def _solve(
    persons: NDArray[np.int64],
    capacity: NDArray[np.int64],
    arcs: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    waiting_cost: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The flow of every arc: first lots to beds, then lots to the waiting list, then the rest."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    lots, beds, cost = arcs
    n_lots, n_beds = len(persons), len(capacity)
    end = n_lots + n_beds
    tails = np.concatenate([lots, np.arange(n_lots), n_lots + np.arange(n_beds)])
    heads = np.concatenate([n_lots + beds, np.full(n_lots + n_beds, end)])
    room = np.concatenate([np.minimum(persons[lots], capacity[beds]), persons, capacity])
    price = np.concatenate([cost, waiting_cost, np.zeros(n_beds, np.int64)])
    network = SimpleMinCostFlow()
    made = network.add_arcs_with_capacity_and_unit_cost(tails, heads, room, price)
    network.set_nodes_supplies(
        np.arange(end + 1), np.concatenate([persons, np.zeros(n_beds, np.int64), [-persons.sum()]])
    )
    status = network.solve()
    if status != network.OPTIMAL:
        raise BadInput(N_("The beds cannot be shared out: {status}."), status=status.name)
    return network.flows(made)


def _check(
    persons: NDArray[np.int64],
    capacity: NDArray[np.int64],
    cost: NDArray[np.int64],
    may: NDArray[np.bool_],
    waiting_cost: NDArray[np.int64],
) -> None:
    shape = (len(persons), len(capacity))
    if cost.shape != shape or may.shape != shape or len(waiting_cost) != len(persons):
        raise BadInput(N_("cost and may need shape {shape}: lots and beds."), shape=shape)
    allowed = cost[may]
    for what in (persons, capacity, allowed, waiting_cost):
        if len(what) and what.min() < 0:
            raise BadInput(N_("Persons, beds and costs are zero or more; got {n}."), n=what.min())
    most = max(allowed.max(initial=0), waiting_cost.max(initial=0))
    if int(most) * max(1, int(persons.sum())) > MOST_TOTAL:
        raise BadInput(N_("The costs are too large to be summed exactly. Scale them down."))

"""Can a dispatcher's turns be made better by taking the trips in another order?

What is searched is the order in which a dispatcher gives them out (`in_turn`). Whole numbers only,
and dice from a seed: the same every time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from linli.analysis.dispatch.crews import Job, Turn, Yard
from linli.analysis.dispatch.in_turn import Teller

TRIES = 4_000  # orders of a night of 30 trips, 15 crews and 15 vehicles; fewer where there are more
LOOKS = TRIES * 30 * (15 + 15)  # at a crew or a vehicle, in all
FEWEST_TRIES = 200
LOOSEST_S = 300  # how much later than before an order may be at first and still be gone on from
SWAPS = 0.5  # share of tries that exchange two trips; the others move one
WAIT_SHARE = 20  # how many seconds of everybody's mean wait weigh as much as one of the last
BREACH = 1_000  # what a second outside hours or windows weighs against one of the last arrival


@dataclass(frozen=True)
class Found:
    """An order of the trips and the turns it gives; ``breach_s`` is 0 where all hours are kept."""

    order: tuple[int, ...]
    turns: tuple[Turn, ...]
    breach_s: int
    last_s: int
    waits_s: int  # of all persons together, until their arrival


def searched(
    jobs: Sequence[Job], yard: Yard, *, seed: int, begin: Sequence[int] | None = None,
    no_later_than_s: int | None = None, enough_s: int = 0, late_share: float = 0.0,
) -> Found:  # fmt: skip
    """The best order that was found: the last arrival first, then everybody's.

    Parameters
    ----------
    begin
        The order to begin with; by default the trips as they are given.
    no_later_than_s
        A last arrival that is good enough: only everybody's wait is looked at below it.
    enough_s
        A last arrival at which the search ends.
    late_share
        In how many tries one of the two trips is that which arrives last.

    Source
    ------
    Threshold accepting: Dueck and Scheuer (1990), doi:10.1016/0021-9991(90)90201-B.
    """
    count = len(jobs)
    teller = Teller(jobs, yard)
    order = list(range(count)) if begin is None else list(begin)
    persons = max(1, sum(job.persons for job in jobs))
    cap_s = no_later_than_s or 0

    def weighed(told: tuple[int, int, int, int]) -> int:
        breach_s, last_s, waits_s, _ = told
        late = WAIT_SHARE * (max(last_s, cap_s) + BREACH * breach_s)
        return late + waits_s // persons

    def ranked(told: tuple[int, int, int, int]) -> tuple[int, int, int]:
        return (told[0], max(told[1], cap_s), told[2])

    best = now = teller.tell(order)
    best_order = order
    tries = _tries(jobs, yard) if count > 1 else 0
    dice = np.random.default_rng(seed)
    pairs = dice.integers(0, max(1, count), size=(tries, 2)).tolist()
    shares = dice.random((tries, 2)).tolist()
    for n, ((a, b), (swap, late)) in enumerate(zip(pairs, shares, strict=True)):
        if not best[0] and best[1] <= enough_s:
            break
        other = order.copy()
        if late < late_share:
            a = order.index(now[3])
        if swap < SWAPS:
            other[a], other[b] = other[b], other[a]
        else:
            other.insert(b, other.pop(a))
        told = teller.tell(other)
        loose = WAIT_SHARE * LOOSEST_S * (tries - n) // (4 * tries)
        if weighed(told) <= weighed(now) + (0 if no_later_than_s else loose):
            order, now = other, told
            if ranked(told) < ranked(best):
                best, best_order = told, other
    return Found(tuple(best_order), tuple(teller.turns(best_order)), *best[:3])


def _tries(jobs: Sequence[Job], yard: Yard) -> int:
    looks = len(jobs) * (len(yard.crews) + len(yard.vehicles))
    return max(FEWEST_TRIES, min(TRIES, LOOKS // looks))

"""How fast are beds shared out, and is it the optimum? 1,400 communities, 60 facilities, 4 grades.

    python -m benchmarks dispatch_placement

The yardstick of the same run is HiGHS, inside SciPy, on the same programme (its presolve off,
with which it does not return), on a tenth of the communities and on all of them. CPU seconds of one
core, the solver's import left out.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from linli.analysis.dispatch.flow import Allotment
from linli.analysis.dispatch.placement import place
from linli.analysis.dispatch.snapshot import (
    BedClass,
    Category,
    Facility,
    Lot,
    Place,
    Rules,
    Severity,
    Snapshot,
    Travel,
)

N_COMMUNITIES, N_FACILITIES = 1_400, 60
GRADES = (Severity.MILD, Severity.ORDINARY, Severity.SEVERE, Severity.CRITICAL)


def main(rest: list[str]) -> None:
    if rest:
        sys.exit(f"dispatch_placement takes no options; got {' '.join(rest)}")
    print("dispatch_placement, CPU seconds of one core")
    place(_made(4))  # the import
    for n in (N_COMMUNITIES // 10, N_COMMUNITIES):
        made = _made(n)
        took, found = _timed(lambda made=made: place(made))
        own = f"{n:,} communities x {N_FACILITIES} x {len(GRADES)}, {found.n_placed:,} placed"
        _line(own, took, "<= 0.5 s" if n == N_COMMUNITIES else "")
        proof, proved = _timed(lambda found=found: found.allotment.is_proved)
        _line(f"  its proof that nothing is cheaper: {proved}", proof, "")
        peer, optimum = _timed(lambda found=found: _highs(found.allotment))
        _line("  HiGHS on the same question", peer, "")
        _line("  ratio of HiGHS to it", peer / took, "", unit="")
        print(f"    total {found.allotment.total:,}, HiGHS {optimum:,.0f}")
    why, _ = _timed(lambda: found.explained)
    _line("reasons for every lot and bed", why, "")
    again, _ = _timed(lambda: place(_one_bed_fewer(made), before=found.placed))
    _line("solved again with one bed fewer", again, "")


def _made(n: int) -> Snapshot:
    """Lots of up to a few persons in every grade of every community, and beds for nearly all."""
    dice = np.random.default_rng(5)
    points = dice.uniform((113.9, 30.3), (114.7, 30.9), (n + N_FACILITIES, 2))
    metres = np.abs(points[:, None, :] - points[None, :, :]).sum(axis=2) * 100_000
    travel = Travel(
        np.ma.array(metres / 8, dtype=np.int32), np.ma.array(metres, dtype=np.int32), "made"
    )
    lots = [
        Lot(f"c{c} {grade}", c, Category.CONFIRMED, grade, int(count),
            waiting_s=int(dice.integers(0, 72)) * 3_600)
        for c in range(n) for grade in GRADES if (count := dice.poisson(3))
    ]  # fmt: skip
    need = sum(lot.count for lot in lots)
    free = int(need / (N_FACILITIES * len(GRADES)) * 0.97) + 1
    facilities = tuple(
        Facility(f"f{f}", n + f, tuple(
            BedClass(grade, Category.CONFIRMED, frozenset({grade}), free) for grade in GRADES
        ), receiver="on duty")
        for f in range(N_FACILITIES)
    )  # fmt: skip
    places = tuple(Place(str(k), float(x), float(y)) for k, (x, y) in enumerate(points))
    return Snapshot(places, travel, facilities=facilities, lots=tuple(lots),
                    rules=Rules(ride_limit_s=10**6))  # fmt: skip


def _one_bed_fewer(made: Snapshot) -> Snapshot:
    first = made.facilities[0]
    beds = (replace(first.beds[0], free=first.beds[0].free - 1), *first.beds[1:])
    return replace(made, facilities=(replace(first, beds=beds), *made.facilities[1:]))


def _highs(of: Allotment) -> float:
    """The linear programme of the same question."""
    lots, beds = np.nonzero(of.may)
    n_lots, n_beds = of.may.shape
    cost = np.concatenate([of.cost[lots, beds], of.waiting_cost])
    persons = of.taken.sum(axis=1) + of.waiting
    at = np.arange(len(cost))
    ones = np.ones(len(cost))
    one_lot = coo_array((ones, (np.concatenate([lots, np.arange(n_lots)]), at)))
    one_bed = coo_array((ones[: len(beds)], (beds, at[: len(beds)])), shape=(n_beds, len(cost)))
    found = linprog(
        cost, A_ub=vstack([one_bed]), b_ub=of.capacity, A_eq=one_lot.tocsr(), b_eq=persons,
        method="highs-ds", options={"presolve": False},
    )  # fmt: skip
    return float(found.fun)


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    found = call()
    return time.process_time() - start, found


def _line(what: str, value: float, bar: str, *, unit: str = " s") -> None:
    print(f"  {what:<66} {value:>9.3f}{unit:<2}  {bar}")

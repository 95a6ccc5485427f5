"""Is the sharing out of beds the cheapest there is, and does it say what a change would cost?"""

import numpy as np
import pytest
from scipy.optimize import linprog

from linli.analysis.dispatch.flow import Allotment, allot
from linli.errors import BadInput

FAR = 10_000  # more than any way


def random_case(seed: int) -> dict[str, np.ndarray]:
    dice = np.random.default_rng(seed)
    n_lots, n_beds = int(dice.integers(1, 12)), int(dice.integers(1, 6))
    return {
        "persons": dice.integers(0, 9, n_lots),
        "capacity": dice.integers(0, 15, n_beds),
        "cost": dice.integers(0, 3600, (n_lots, n_beds)),
        "may": dice.uniform(size=(n_lots, n_beds)) < 0.7,
        "waiting_cost": dice.integers(1, 4, n_lots) * FAR,
    }


def solved(case: dict[str, np.ndarray]) -> Allotment:
    return allot(
        case["persons"],
        case["capacity"],
        case["cost"],
        may=case["may"],
        waiting_cost=case["waiting_cost"],
    )


def optimum(case: dict[str, np.ndarray]) -> float:
    """The same question as a linear programme, answered by HiGHS."""
    n_lots, n_beds = case["cost"].shape
    cost = np.column_stack([case["cost"], case["waiting_cost"]])
    most = np.column_stack([np.where(case["may"], 99, 0), np.full(n_lots, 99)])
    one_lot = np.kron(np.eye(n_lots), np.ones(n_beds + 1))
    one_bed = np.kron(np.ones(n_lots), np.eye(n_beds, n_beds + 1))
    found = linprog(
        cost.ravel(), A_ub=one_bed, b_ub=case["capacity"], A_eq=one_lot, b_eq=case["persons"],
        bounds=[(0, m) for m in most.ravel()], method="highs", options={"presolve": False},
    )  # fmt: skip
    assert found.status == 0
    return float(found.fun)


@pytest.mark.parametrize("seed", range(100))
def test_the_total_is_the_optimum_of_the_linear_programme(seed):
    case = random_case(seed)

    found = solved(case)

    assert found.total == pytest.approx(optimum(case), abs=1e-6)
    assert found.is_proved
    assert (found.taken.sum(axis=1) + found.waiting == case["persons"]).all()
    assert (found.taken.sum(axis=0) <= case["capacity"]).all()
    assert not found.taken[~case["may"]].any()


@pytest.mark.parametrize("seed", range(0, 100, 5))
def test_what_a_change_would_cost_is_what_it_costs_when_it_is_made(seed):
    case = random_case(seed)
    found = solved(case)

    for lot in np.flatnonzero(case["persons"]):
        for bed in np.flatnonzero(case["may"][lot] & (case["capacity"] > 0)):
            if found.taken[lot, bed]:
                continue
            now = np.flatnonzero(np.append(found.taken[lot], found.waiting[lot]))
            # one person of the lot is put there by hand, and all others are shared out anew
            forced = {k: v.copy() for k, v in case.items()}
            forced["persons"][lot] -= 1
            forced["capacity"][bed] -= 1
            total = solved(forced).total + case["cost"][lot, bed]
            extra = min(found.price_of_moving(lot, at=at)[bed] for at in now)
            assert extra == total - found.total


def test_a_flow_that_is_not_the_cheapest_is_not_proved():
    case = {
        "persons": np.array([1, 1]), "capacity": np.array([1, 1]),
        "cost": np.array([[1, 5], [5, 1]]), "may": np.ones((2, 2), bool),
        "waiting_cost": np.array([FAR, FAR]),
    }  # fmt: skip
    best = solved(case)
    crossed = Allotment(
        best.taken[::-1].copy(), best.waiting, best.cost, best.may, best.waiting_cost, best.capacity
    )

    assert best.is_proved
    assert not crossed.is_proved


def test_nobody_and_no_bed_is_an_answer_too():
    nobody = allot(
        np.zeros(0, np.int64), np.array([3]), np.zeros((0, 1), np.int64),
        may=np.zeros((0, 1), bool), waiting_cost=np.zeros(0, np.int64),
    )  # fmt: skip

    assert nobody.total == 0
    assert nobody.spare.tolist() == [3]


def test_costs_that_are_negative_or_too_large_are_refused():
    case = random_case(1)
    with pytest.raises(BadInput, match="zero or more"):
        solved({**case, "persons": case["persons"] - 99})
    with pytest.raises(BadInput, match="too large"):
        solved({**case, "waiting_cost": case["waiting_cost"] * 2**40})

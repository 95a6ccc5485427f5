"""How is a model of CP-SAT solved the same way twice, and which rules clash where it cannot be?

The one file that runs OR-Tools' CP-SAT: one worker, a seed, and effort counted in the solver's own
deterministic units, never in seconds, so that an inquiry can recompute an answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar

CLASH_EFFORT = 1.0  # deterministic units for each question whether some rules clash; assumed


class Outcome(StrEnum):
    """How far the solver came."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"  # an answer, and a bound that it does not reach
    INFEASIBLE = "infeasible"  # proved that there is none
    UNKNOWN = "unknown"  # the effort ran out before an answer


@dataclass(frozen=True)
class Solved:
    """What came of it: the values asked for, the cost reached and the least that is possible."""

    outcome: Outcome
    values: Mapping[str, int]
    cost: int
    bound: int

    @property
    def has_answer(self) -> bool:
        """Whether there is something to read in ``values``."""
        return self.outcome in {Outcome.OPTIMAL, Outcome.FEASIBLE}

    @property
    def gap(self) -> float:
        """How far above the bound, as a share of it; 0 where proved."""
        return (self.cost - self.bound) / self.bound if self.bound > 0 else float(self.cost > 0)


def solve(
    model: "CpModel", wanted: Mapping[str, "IntVar"], *, seed: int = 1, effort: float = 2.0
) -> Solved:
    """Solve the model and read the variables wanted, by the names given here.

    ``effort`` is in CP-SAT's deterministic units, about a second each on a quiet machine of 2020.
    """
    solver, status = _run(model, seed=seed, effort=effort)
    names = {"OPTIMAL": Outcome.OPTIMAL, "FEASIBLE": Outcome.FEASIBLE}
    outcome = names.get(status, Outcome.INFEASIBLE if status == "INFEASIBLE" else Outcome.UNKNOWN)
    if outcome not in {Outcome.OPTIMAL, Outcome.FEASIBLE}:
        return Solved(outcome, {}, 0, 0)
    values = {name: int(solver.value(variable)) for name, variable in wanted.items()}
    bound = round(solver.best_objective_bound)
    return Solved(outcome, values, round(solver.objective_value), bound)


def clash(
    model: "CpModel",
    rules: Mapping[str, "IntVar"],
    *,
    seed: int = 1,
    effort: float = CLASH_EFFORT,
) -> tuple[str, ...]:
    """Find rules that cannot all hold, of which none can be spared: a smallest set of its kind.

    ``rules`` names the switch (a Boolean variable) of each rule. Empty if all of them can hold, or
    if the effort does not suffice to say. A rule whose removal is undecided is kept: the set then
    still clashes, but may not be the smallest.

    Source
    ------
    CP-SAT's sufficient assumptions, then a deletion filter: Chinneck and Dravnieks (1991),
    doi:10.1287/ijoc.3.2.157.
    """
    model.clear_objective()
    left = _core(model, rules, list(rules), seed=seed, effort=effort)
    if left is None:
        return ()
    for name in list(left):
        without = [r for r in left if r != name]
        smaller = _core(model, rules, without, seed=seed, effort=effort)
        if smaller is not None:
            left = [r for r in without if r in smaller]
    return tuple(left)


def _core(
    model: "CpModel",
    rules: Mapping[str, "IntVar"],
    held: Sequence[str],
    *,
    seed: int,
    effort: float,
) -> list[str] | None:
    """Those of the rules held that suffice for a clash, or None where they do not clash."""
    model.clear_assumptions()
    model.add_assumptions([rules[name] for name in held])
    solver, status = _run(model, seed=seed, effort=effort)
    model.clear_assumptions()
    if status != "INFEASIBLE":
        return None
    named = {rules[name].index: name for name in held}
    core = [named[i] for i in solver.sufficient_assumptions_for_infeasibility() if i in named]
    return [name for name in held if name in core]


def _run(model: "CpModel", *, seed: int, effort: float) -> tuple[Any, str]:
    from ortools.sat.python.cp_model import CpSolver

    solver = CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = effort
    return solver, solver.status_name(solver.solve(model))

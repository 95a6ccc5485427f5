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
    model: "CpModel",
    wanted: Mapping[str, "IntVar"],
    *,
    seed: int = 1,
    effort: float = 2.0,
    linear: int = 1,
    close_enough: float = 0.0,
) -> Solved:
    """Solve the model and read the variables wanted, by the names given here.

    ``effort`` is in CP-SAT's deterministic units, about a second each on a quiet machine of 2020.
    ``linear`` says how much of the model its linear relaxation holds, 0 to 2: 2 is worth its cost
    where sums decide, as in rosters. ``close_enough`` is a gap to the bound that may stay open.
    """
    solver, status = _run(model, seed=seed, effort=effort, linear=linear, gap=close_enough)
    names = {"OPTIMAL": Outcome.OPTIMAL, "FEASIBLE": Outcome.FEASIBLE}
    outcome = names.get(status, Outcome.INFEASIBLE if status == "INFEASIBLE" else Outcome.UNKNOWN)
    if outcome not in {Outcome.OPTIMAL, Outcome.FEASIBLE}:
        return Solved(outcome, {}, 0, 0)
    values = {name: int(solver.value(variable)) for name, variable in wanted.items()}
    cost, bound = round(solver.objective_value), round(solver.best_objective_bound)
    if outcome is Outcome.OPTIMAL and cost > bound:
        outcome = Outcome.FEASIBLE  # near enough, and not proved
    return Solved(outcome, values, cost, bound)


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
    Deletion filter: Chinneck and Dravnieks (1991), doi:10.1287/ijoc.3.2.157. Rules are fixed on
    or off rather than assumed, since CP-SAT proves far less under assumptions.
    """
    if not _clashes(model, rules, list(rules), seed=seed, effort=effort):
        return ()
    left = list(rules)
    for name in rules:
        without = [r for r in left if r != name]
        if _clashes(model, rules, without, seed=seed, effort=effort):
            left = without
    return tuple(left)


def _clashes(
    model: "CpModel",
    rules: Mapping[str, "IntVar"],
    held: Sequence[str],
    *,
    seed: int,
    effort: float,
) -> bool:
    """Whether it is proved that the rules held cannot all hold."""
    trial = model.clone()
    trial.clear_objective()
    for name, switch in rules.items():
        trial.add(trial.get_bool_var_from_proto_index(switch.index) == int(name in held))
    return _run(trial, seed=seed, effort=effort)[1] == "INFEASIBLE"


def _run(
    model: "CpModel", *, seed: int, effort: float, linear: int = 1, gap: float = 0.0
) -> tuple[Any, str]:
    from ortools.sat.python.cp_model import CpSolver

    solver = CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = effort
    solver.parameters.linearization_level = linear
    solver.parameters.relative_gap_limit = gap
    return solver, solver.status_name(solver.solve(model))

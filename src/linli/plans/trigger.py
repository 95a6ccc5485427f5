"""Is what a plan waits for there? Counted from the records where the plan says how."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from linli.analysis.evaluation.formulas import Term, WrongFormula, read_formulas_of
from linli.errors import N_
from linli.plans.faults import Faults
from linli.plans.plan import Plan
from linli.registry.areas import Area, under
from linli.studies.evaluation.records import RECORDS, rows_of, vocabulary

FORM = '{ records = "items", loop = "case", when = "opened", days = 7 }'


@dataclass(frozen=True)
class Signal:
    """How many there are, and from how many on the plan is to be thought of."""

    n: int
    at_least: float

    @property
    def is_met(self) -> bool:
        """Whether there are as many; it suggests, and starts nothing."""
        return self.n >= self.at_least


def counted_of(said: Any, faults: Faults) -> Term | None:
    """The records that a trigger counts, by the words of the evaluation's formulas."""
    if not isinstance(said, Mapping):
        faults.add("trigger.count", N_("It takes a table such as {form}."), form=FORM)
        return None
    cells = ", ".join(f"{json.dumps(str(k))} = {json.dumps(v, default=str)}"
                      for k, v in said.items())  # fmt: skip
    try:
        formula = read_formulas_of(
            f"[trigger]\ncount = {{ {cells} }}\n", "trigger", ["trigger"], vocabulary()
        )["trigger"]
    except WrongFormula as problem:
        faults.add("trigger.count", "{reason}", reason=problem.values["reason"])
        return None
    return formula.count[0]


def signal_of(plan: Plan, area: Area, *, now: int, exercise: bool) -> Signal | None:
    """What the records say of the trigger in an area; None where only words say it."""
    term = plan.trigger.count
    if term is None:
        return None
    rows = rows_of(term, now=now, exercise=exercise)
    path = RECORDS[term.records].path
    if path is not None:
        rows = rows.filter(under(area.path, path))
    return Signal(rows.count(), plan.trigger.at_least)

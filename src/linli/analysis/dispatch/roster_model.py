"""The model of a roster: which duty to whom, under which rules, at which cost?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linli.analysis.dispatch.cp import Outcome, clash, solve
from linli.analysis.dispatch.rosters import (
    DAYS_A_WEEK,
    RULES,
    Case,
    Duty,
    Need,
    Worker,
    hindrance,
    too_close,
)

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

FAIR, STEADY = 100, 1  # a step of the spread is worth so many duties given to somebody else
SUMS = 2  # a roster is made of sums: let the linear relaxation hold them all
FURTHEST_DAYS = 2  # a shift of 24 hours and its rest end within two days

Key = tuple[int, int, int]  # day, number of the need, number of the worker


@dataclass(frozen=True)
class Best:
    """What the solver found."""

    duties: tuple[Duty, ...]
    missing: int
    spread: int
    shortage_bound: int
    is_proved: bool


def best(case: Case, *, previous: Sequence[Duty], seed: int, effort: float) -> Best:
    """Fewest missing first; then, with no more missing, fair and little changed."""
    if not case.workers or not case.needs:
        missing = case.days * sum(n.n for n in case.needs)
        return Best((), missing, 0, missing, is_proved=True)
    first = _Model(case)
    first.hint(previous if any(first.keys(previous)) else in_turn(case))
    first.model.minimize(first.shortage)
    manned = solve(first.model, first.wanted, seed=seed, effort=effort, linear=SUMS)
    if not manned.has_answer:  # pragma: no cover - an empty roster is always an answer
        raise AssertionError(manned.outcome)
    second = _Model(case)
    second.model.add(second.shortage <= manned.cost)
    second.hint(previous, found=manned.values)
    spread = second.spread()
    second.model.minimize(FAIR * spread + STEADY * second.changes(previous))
    fair = solve(second.model, second.wanted, seed=seed, effort=effort, linear=SUMS)
    values = fair.values if fair.has_answer else manned.values
    duties = first.read(values)
    return Best(
        duties=duties,
        missing=manned.cost,
        spread=_spread(case, duties),
        shortage_bound=manned.bound,
        is_proved=manned.outcome is Outcome.OPTIMAL and fair.outcome is Outcome.OPTIMAL,
    )


def in_turn(case: Case) -> tuple[Duty, ...]:
    """A first roster as a person would write it: day by day, whoever has done least comes next."""
    duties: list[Duty] = []
    done = {w.id: 0 for w in case.workers}
    scarce = sorted(case.needs, key=lambda n: (not n.skill, n.post, n.shift))
    for day in range(case.days):
        for need in scarce:
            free = [w for w in case.workers if hindrance(case, duties, w, need, day) == "order"]
            free.sort(key=lambda w: (len(w.skills), done[w.id], w.id))
            for worker in free[: need.n]:
                duties.append(Duty(day, need.post, need.shift, worker.id))
                done[worker.id] += 1
    return tuple(duties)


def clashing(case: Case, *, seed: int) -> tuple[str, ...]:
    """The smallest set of rules that cannot all hold, by their names in ``RULES``."""
    model = _Model(case, switched=True)
    model.model.add(model.shortage == 0).only_enforce_if(model.switches["cover"])
    return clash(model.model, model.switches, seed=seed)


class _Model:
    """The variables and rules; with switches, each rule holds only where its switch is on."""

    def __init__(self, case: Case, *, switched: bool = False) -> None:
        from ortools.sat.python.cp_model import CpModel

        self.case = case
        self.model: CpModel = CpModel()
        self.switches = {r: self.model.new_bool_var(r) for r in RULES} if switched else {}
        self.on: dict[Key, IntVar] = {
            (day, n, w): self.model.new_bool_var(f"{day}/{n}/{w}")
            for day in range(case.days)
            for n, need in enumerate(case.needs)
            for w, worker in enumerate(case.workers)
            if switched or _may(worker, need, day)
        }
        self._cover()
        self._one_a_day()
        self._rest()
        self._week()
        self._nights()
        if switched:
            self._own()

    @property
    def wanted(self) -> dict[str, "IntVar"]:
        """All duties, by their place."""
        return {"/".join(map(str, key)): variable for key, variable in self.on.items()}

    def hint(self, previous: Sequence[Duty], *, found: Mapping[str, int] | None = None) -> None:
        """Begin the search at the roster found, else at the previous one."""
        known = self.keys(previous)
        for key, variable in self.on.items():
            said = found["/".join(map(str, key))] if found else int(key in known)
            self.model.add_hint(variable, said)

    def changes(self, previous: Sequence[Duty]) -> Any:
        """How many duties of the previous roster are taken away."""
        taken = (1 - self.on[key] for key in self.keys(previous) & set(self.on))
        return sum(taken, start=0)

    def spread(self) -> Any:
        """Most minus fewest shifts, and the same of nights."""
        nights = {n for n, need in enumerate(self.case.needs) if self._shift(need).is_night}
        parts = []
        for counted in (set(range(len(self.case.needs))), nights):
            low = self.model.new_int_var(0, self.case.days, "low")
            high = self.model.new_int_var(0, self.case.days, "high")
            for w in range(len(self.case.workers)):
                load = sum(v for (_, n, who), v in self.on.items() if who == w and n in counted)
                self.model.add(low <= load)
                self.model.add(high >= load)
            parts.append(high - low)
        return sum(parts, start=0)

    def read(self, values: Mapping[str, int]) -> tuple[Duty, ...]:
        """The duties given."""
        return tuple(
            Duty(day, self.case.needs[n].post, self.case.needs[n].shift, self.case.workers[w].id)
            for day, n, w in sorted(self.on)
            if values[f"{day}/{n}/{w}"]
        )

    def keys(self, duties: Sequence[Duty]) -> set[Key]:
        """Where those duties stand in this model, as far as they do."""
        needs = {(need.post, need.shift): n for n, need in enumerate(self.case.needs)}
        workers = {worker.id: w for w, worker in enumerate(self.case.workers)}
        return {
            (d.day, needs[d.post, d.shift], workers[d.worker])
            for d in duties
            if (d.post, d.shift) in needs and d.worker in workers
        }

    def _shift(self, need: Need) -> Any:
        return next(s for s in self.case.shifts if s.name == need.shift)

    def _if(self, constraint: Any, rule: str) -> None:
        if self.switches:
            constraint.only_enforce_if(self.switches[rule])

    def _cover(self) -> None:
        short = []
        for day in range(self.case.days):
            for n, need in enumerate(self.case.needs):
                there = [v for (d, m, _), v in self.on.items() if (d, m) == (day, n)]
                missing = self.model.new_int_var(0, need.n, f"short/{day}/{n}")
                self.model.add(sum(there) + missing == need.n)
                short.append(missing)
        self.shortage = sum(short)

    def _on(self, w: int, day: int) -> list[tuple[Need, "IntVar"]]:
        return [
            (need, self.on[day, n, w])
            for n, need in enumerate(self.case.needs)
            if (day, n, w) in self.on
        ]

    def _one_a_day(self) -> None:
        for w in range(len(self.case.workers)):
            for day in range(self.case.days):
                self.model.add_at_most_one(v for _, v in self._on(w, day))

    def _rest(self) -> None:
        for w in range(len(self.case.workers)):
            for day in range(self.case.days):
                for later in range(1, FURTHEST_DAYS + 1):
                    self._rest_between(w, day, later)

    def _rest_between(self, w: int, day: int, later: int) -> None:
        for need, first in self._on(w, day):
            close = [
                v
                for other, v in self._on(w, day + later)
                if too_close(self.case, self._shift(need), self._shift(other), days_later=later)
            ]
            if close:
                self._if(self.model.add(first + sum(close) <= 1), "rest")

    def _week(self) -> None:
        for w in range(len(self.case.workers)):
            for day in range(max(1, self.case.days - DAYS_A_WEEK + 1)):
                week = range(day, min(self.case.days, day + DAYS_A_WEEK))
                load = sum(v for d in week for _, v in self._on(w, d))
                self._if(self.model.add(load <= self.case.rules.shifts_a_week), "week")

    def _nights(self) -> None:
        most = self.case.rules.nights_in_a_row
        for w in range(len(self.case.workers)):
            for day in range(self.case.days - most):
                run = [
                    v
                    for d in range(day, day + most + 1)
                    for need, v in self._on(w, d)
                    if self._shift(need).is_night
                ]
                self._if(self.model.add(sum(run) <= most), "nights")

    def _own(self) -> None:
        for (day, n, w), variable in self.on.items():
            worker, need = self.case.workers[w], self.case.needs[n]
            if need.skill and need.skill not in worker.skills:
                self._if(self.model.add(variable == 0), "skill")
            if day in worker.off:
                self._if(self.model.add(variable == 0), "off")


def _may(worker: Worker, need: Need, day: int) -> bool:
    return day not in worker.off and (not need.skill or need.skill in worker.skills)


def _spread(case: Case, duties: Sequence[Duty]) -> int:
    loads = [sum(d.worker == w.id for d in duties) for w in case.workers]
    return max(loads) - min(loads)

"""The model of crews and vehicles: who takes which trip when, so that the last arrives soonest?

Crews who have several trips are named while the solver searches, since their load bounds the night
from below; so are vehicles that may carry two categories, since they are cleaned in between.
All others who are alike are counted only, and named afterwards: turns that overlap no more often
than there are vehicles can always be shared out among them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from linli.analysis.dispatch.cp import Outcome, Solved, clash, solve
from linli.analysis.dispatch.crew_kinds import (
    Vehicles,
    crew_kinds,
    groups_of,
    horizon_s,
    kept_apart,
    may_come,
    vehicle_kinds,
)
from linli.analysis.dispatch.crews import RULES, Job, Turn, Turns, Yard
from linli.analysis.dispatch.in_turn import in_turn, keeps, least_last_s

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

    from linli.analysis.dispatch.snapshot import Category, Crew, Vehicle

NEAR_ENOUGH = 0.01  # a gap that a row of the table need not close
WORTH_SMOOTHING = 0.02  # a gap above which what comes second is not looked at
SMOOTHING = 0.25  # of the effort, for what comes second


def best(
    jobs: Sequence[Job], yard: Yard, *, seed: int, effort: float, thorough: bool
) -> Turns | None:
    """The last arrival as early as can be, then everybody's; None where nothing was found.

    If not thorough, the last arrival only, and near enough.
    """
    jobs = sorted(jobs, key=lambda j: (-j.whole_s, j.trip))  # the longest first: fewer symmetries
    found, bound_s = _in_strengths(jobs, yard, seed=seed, effort=effort, thorough=thorough)
    by_turn = in_turn(jobs, yard)
    last_s = max(t.arrive_s for t in by_turn)
    if not keeps(by_turn, jobs, yard) or (found and found.last_s <= last_s):
        return found
    bound_s = max(least_last_s(jobs, len(yard.crews)), bound_s)
    return Turns(tuple(by_turn), last_s, bound_s, last_s == bound_s, seed, effort)


def _in_strengths(
    jobs: Sequence[Job], yard: Yard, *, seed: int, effort: float, thorough: bool
) -> tuple[Turns | None, int]:
    """The best of ever stricter models, and a bound that holds for all of them.

    If all vehicles can be named in a looser model, nothing was lost by it. Before they are named
    from the start, which is slow, each is kept for one category, so that none has to be cleaned.
    """
    how = {"seed": seed, "effort": effort, "thorough": thorough}
    bound_s = 0
    apart = kept_apart(jobs, yard)
    for vehicles, asked in (
        (Vehicles.LEFT_OUT, jobs),
        (Vehicles.COUNTED, jobs),
        (Vehicles.COUNTED, apart),
        (Vehicles.NAMED, jobs),
    ):
        if not asked:
            continue
        try:
            found = _best(asked, yard, vehicles, **how)  # type: ignore[arg-type]
        except _NoVehicleFree as problem:
            bound_s = max(bound_s, problem.bound_s)
            continue
        if found is None:
            if asked is apart:
                continue
            return None, bound_s
        if asked is apart:
            is_proved = found.last_s == bound_s
            found = replace(found, bound_s=bound_s, is_proved=is_proved)
        return found, max(bound_s, found.bound_s)
    return None, bound_s


class _NoVehicleFree(Exception):
    """No vehicle is back, or clean, where one was counted on; the bound holds all the same."""

    bound_s = 0


def _best(
    jobs: Sequence[Job],
    yard: Yard,
    vehicles: Vehicles,
    *,
    seed: int,
    effort: float,
    thorough: bool,
) -> Turns | None:
    first = _Model(jobs, yard, vehicles)
    if not any(job.convoy for job in jobs):
        first.hint_at(in_turn(jobs, yard))
    first.model.minimize(first.last)
    enough = 0.0 if thorough else NEAR_ENOUGH
    found = solve(first.model, first.wanted, seed=seed, effort=effort, close_enough=enough)
    if not found.has_answer:
        return None
    values = found.values
    if thorough and found.gap <= WORTH_SMOOTHING:
        values = _smoothed(jobs, yard, vehicles, found, seed=seed, effort=effort)
    try:
        turns = _named(first, values)
    except _NoVehicleFree as problem:
        problem.bound_s = found.bound
        raise
    return Turns(
        turns=turns,
        last_s=max(t.arrive_s for t in turns),
        bound_s=found.bound,
        is_proved=found.outcome is Outcome.OPTIMAL,
        seed=seed,
        effort=effort,
    )


def _smoothed(
    jobs: Sequence[Job],
    yard: Yard,
    vehicles: Vehicles,
    found: Solved,
    *,
    seed: int,
    effort: float,
) -> Mapping[str, int]:
    """The starts with the least waiting of all persons together, the last arrival no later."""
    second = _Model(jobs, yard, vehicles)
    second.model.add(second.last <= found.cost)
    second.hint(found.values)
    second.model.minimize(sum(j.persons * s for j, s in zip(jobs, second.start, strict=True)))
    better = solve(second.model, second.wanted, seed=seed, effort=effort * SMOOTHING)
    return better.values if better.has_answer else found.values


def clashing(jobs: Sequence[Job], yard: Yard, *, seed: int) -> tuple[str, ...]:
    """The smallest set of rules that cannot all hold, by their names in ``RULES``."""
    switched = _Model(jobs, yard, switched=True)
    return clash(switched.model, switched.switches, seed=seed)


class _Model:
    """Variables and constraints; with switches, each rule holds only where its switch is on."""

    def __init__(
        self,
        jobs: Sequence[Job],
        yard: Yard,
        vehicles: Vehicles = Vehicles.NAMED,
        *,
        switched: bool = False,
    ) -> None:
        from ortools.sat.python.cp_model import CpModel

        self.jobs, self.yard = jobs, yard
        self.model = CpModel()
        self.switches = {r: self.model.new_bool_var(r) for r in RULES} if switched else {}
        self.far = horizon_s(jobs, yard)
        self.start = [self.model.new_int_var(0, self.far, f"start/{k}") for k in range(len(jobs))]
        self.last = self.model.new_int_var(0, 2 * self.far, "last")
        self.crew_kinds = crew_kinds(jobs, yard)
        self.vehicle_kinds = vehicle_kinds(jobs, yard, vehicles)
        self.crew = self._chosen("crew", yard.crews, self.crew_kinds, [j.crews for j in jobs])
        self.vehicle = self._chosen(
            "vehicle", yard.vehicles, self.vehicle_kinds, [j.vehicles for j in jobs]
        )
        self._times()
        self._share_crews()
        self._share_vehicles()
        if vehicles is Vehicles.NAMED:
            self._clean()
        self._lead()

    @property
    def wanted(self) -> dict[str, "IntVar"]:
        """Starts and choices, by their names."""
        told = {f"start/{k}": v for k, v in enumerate(self.start)}
        for name, chosen in (("crew", self.crew), ("vehicle", self.vehicle)):
            told |= {f"{name}/{k}/{kind}": v for (k, kind), v in chosen.items()}
        return told

    def hint_at(self, turns: Sequence[Turn]) -> None:
        """Begin the search at these turns."""
        said = dict.fromkeys(self.wanted, 0)
        for k, turn in enumerate(turns):
            said[f"start/{k}"] = turn.start_s
            said[f"crew/{k}/{_kind_of(turn.crew, self.crew_kinds)}"] = 1
            if self.vehicle_kinds:
                said[f"vehicle/{k}/{_kind_of(turn.vehicle, self.vehicle_kinds)}"] = 1
        self.hint({name: said[name] for name in self.wanted})

    def hint(self, values: Mapping[str, int]) -> None:
        """Begin the search here."""
        for name, variable in self.wanted.items():
            self.model.add_hint(variable, values[name])

    def _chosen(
        self,
        name: str,
        rows: "Sequence[Crew] | Sequence[Vehicle]",
        kinds: Sequence[Sequence[int]],
        able: Sequence[Sequence[int]],
    ) -> dict[tuple[int, int], "IntVar"]:
        """Which kind takes which job: one each."""
        chosen = {
            (k, kind): self.model.new_bool_var(f"{name}/{k}/{kind}")
            for k, numbers in enumerate(able)
            for kind, members in enumerate(kinds)
            if members[0] in numbers and may_come(rows, able, k, members)
        }
        for k in range(len(self.jobs) if kinds else 0):
            self.model.add_exactly_one(v for (job, _), v in chosen.items() if job == k)
        return chosen

    def _if(self, constraint: Any, *rules: str, also: Sequence[Any] = ()) -> None:
        literals = [*also, *(self.switches[r] for r in rules if self.switches)]
        if literals:
            constraint.only_enforce_if(literals)

    def _times(self) -> None:
        for job, start in zip(self.jobs, self.start, strict=True):
            self.model.add(self.last >= start + job.arrive_s)
            self._if(self.model.add(start >= job.earliest_s), "windows")
            if job.latest_s is not None:
                self._if(self.model.add(start <= job.latest_s), "windows")
        if self.yard.by_s is not None:
            self._if(self.model.add(self.last <= self.yard.by_s), "by")
        members = [self.yard.crews[kind[0]] for kind in self.crew_kinds]
        self._hours(self.crew, [m.duty for m in members])
        vehicles = [self.yard.vehicles[kind[0]] for kind in self.vehicle_kinds]
        self._hours(self.vehicle, [v.duty for v in vehicles])

    def _hours(self, chosen: Any, duties: Any) -> None:
        for (k, kind), on in chosen.items():
            duty, whole = duties[kind], self.jobs[k].whole_s
            self._if(self.model.add(self.start[k] >= duty.from_s), "hours", also=[on])
            self._if(self.model.add(self.start[k] + whole <= duty.until_s), "hours", also=[on])

    def _share_crews(self) -> None:
        sizes = [j.whole_s for j in self.jobs]
        self._cumulative("crew", self.crew, self.crew_kinds, sizes, "crews")
        if not self.switches:
            self.model.add(self.last >= least_last_s(self.jobs, len(self.yard.crews)))

    def _share_vehicles(self) -> None:
        sizes = [j.whole_s + self.yard.turnaround_s for j in self.jobs]
        self._cumulative("vehicle", self.vehicle, self.vehicle_kinds, sizes, "vehicles")

    def _cumulative(self, name: str, chosen: Any, kinds: Any, sizes: Any, rule: str) -> None:
        for kind, members in enumerate(kinds):
            jobs = [k for (k, other) in chosen if other == kind]
            if len(jobs) <= len(members):
                continue
            spans = [
                self.model.new_optional_fixed_size_interval_var(
                    self.start[k], sizes[k], chosen[k, kind], f"{name}/{k}/{kind}"
                )
                for k in jobs
            ]
            room: Any = len(members)
            if self.switches:  # enough for all where the rule is switched off
                room = len(members) + (1 - self.switches[rule]) * len(jobs)
            self.model.add_cumulative(spans, [1] * len(jobs), room)
            if len(members) == 1 and not self.switches:
                self._load({k: chosen[k, kind] for k in jobs}, sizes)

    def _load(self, on: "Mapping[int, IntVar]", sizes: Sequence[int]) -> None:
        """Nobody is done before all their trips are, the way back from the last one spared."""
        way_back = {k: sizes[k] - self.jobs[k].arrive_s for k in on}
        spared: Any = max(way_back.values())
        if max(way_back.values()) > min(way_back.values()):
            final = {k: self.model.new_bool_var("final") for k in on}
            for k, literal in final.items():
                self.model.add_implication(literal, on[k])
            self.model.add_at_most_one(final.values())
            spared = sum((way_back[k] * v for k, v in final.items()), start=0)
        begin = min(self.jobs[k].earliest_s for k in on)
        self.model.add(self.last >= begin + sum(sizes[k] * v for k, v in on.items()) - spared)

    def _clean(self) -> None:
        """A vehicle is cleaned between two categories, and of what it carried before."""
        for kind, members in enumerate(self.vehicle_kinds):
            vehicle = self.yard.vehicles[members[0]]
            jobs = [k for (k, other) in self.vehicle if other == kind]
            for at, k in enumerate(jobs):
                on = self.vehicle[k, kind]
                before = vehicle.last_carried
                if before is not None and before is not self.jobs[k].category:
                    ready = vehicle.duty.from_s + self.yard.cleaning_s
                    self._if(self.model.add(self.start[k] >= ready), "vehicles", also=[on])
                for other in jobs[at + 1 :] if len(members) == 1 else ():
                    if self.jobs[other].category is not self.jobs[k].category:
                        self._clean_between(k, other, [on, self.vehicle[other, kind]])

    def _clean_between(self, one: int, other: int, both: Sequence["IntVar"]) -> None:
        earlier = self.model.new_bool_var(f"before/{one}/{other}")
        gap = max(self.yard.cleaning_s, self.yard.turnaround_s)
        for a, b, literal in ((one, other, earlier), (other, one, ~earlier)):
            ends = self.start[a] + self.jobs[a].whole_s
            self._if(self.model.add(ends + gap <= self.start[b]), "vehicles",
                     also=[*both, literal])  # fmt: skip

    def _lead(self) -> None:
        """Trips of a convoy leave together; a lead car goes in front until the last is back."""
        groups = groups_of(self.jobs)
        spans = []
        for name, members in groups.items():
            first = members[0]
            for k in members[1:]:
                self.model.add(self.start[k] == self.start[first])
            whole = max(self.jobs[k].whole_s for k in members)
            spans.append(self.model.new_fixed_size_interval_var(self.start[first], whole, name))
        if self.yard.n_lead_cars is not None and self.yard.n_lead_cars < len(spans):
            room: Any = self.yard.n_lead_cars
            if self.switches:
                room = room + (1 - self.switches["leads"]) * len(spans)
            self.model.add_cumulative(spans, [1] * len(spans), room)


def _named(model: _Model, values: Mapping[str, int]) -> tuple[Turn, ...]:
    """Name crews, vehicles and lead cars, in the order of departure: whoever is free first."""
    free: dict[tuple[str, int], int] = defaultdict(int)
    carried = {n: v.last_carried for n, v in enumerate(model.yard.vehicles)}
    lead_of: dict[str, int] = {}
    groups = {k: name for name, members in groups_of(model.jobs).items() for k in members}
    turns = []
    for k in sorted(range(len(model.jobs)), key=lambda k: (values[f"start/{k}"], k)):
        job, start = model.jobs[k], values[f"start/{k}"]
        end = start + job.whole_s
        crew = next(m for m in _kind("crew", k, model, values) if free["crew", m] <= start)
        vehicle = _clean_one(k, start, model, values, free, carried)
        free["crew", crew] = end
        free["vehicle", vehicle] = end + model.yard.turnaround_s
        carried[vehicle] = job.category
        if model.yard.n_lead_cars is not None and groups[k] not in lead_of:
            cars = range(model.yard.n_lead_cars)
            lead_of[groups[k]] = next(c for c in cars if free["lead", c] <= start)
            free["lead", lead_of[groups[k]]] = start + max(
                j.whole_s for n, j in enumerate(model.jobs) if groups[n] == groups[k]
            )
        turns.append(
            Turn(job.trip, vehicle, crew, start, start + job.arrive_s, end,
                 lead_of.get(groups[k]))
        )  # fmt: skip
    return tuple(turns)


def _clean_one(
    k: int,
    start: int,
    model: _Model,
    values: Mapping[str, int],
    free: Mapping[tuple[str, int], int],
    carried: "Mapping[int, Category | None]",
) -> int:
    """A vehicle that carried the same, or was cleaned since: of these the one back last."""
    category = model.jobs[k].category
    yard = model.yard
    clean = []
    for m in _kind("vehicle", k, model, values):
        ready = free["vehicle", m]
        other = carried[m] is not None and carried[m] is not category
        if other:
            begun = max(ready - yard.turnaround_s, yard.vehicles[m].duty.from_s)
            ready = max(ready, begun + yard.cleaning_s)
        if ready <= start:
            clean.append((carried[m] is not category, -free["vehicle", m], m))
    if not clean:
        raise _NoVehicleFree
    return min(clean)[2]


def _kind(name: str, k: int, model: _Model, values: Mapping[str, int]) -> Sequence[int]:
    if name == "vehicle" and not model.vehicle_kinds:
        return model.jobs[k].vehicles
    chosen, kinds = (
        (model.crew, model.crew_kinds) if name == "crew" else (model.vehicle, model.vehicle_kinds)
    )
    return next(kinds[c] for (job, c) in chosen if job == k and values[f"{name}/{k}/{c}"])


def _kind_of(number: int, kinds: Sequence[Sequence[int]]) -> int:
    return next(k for k, members in enumerate(kinds) if number in members)

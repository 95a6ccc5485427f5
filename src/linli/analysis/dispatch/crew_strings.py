"""The model of crews and vehicles as strings of trips, for CP-SAT.

A trip is the first of a string, or follows exactly one other; so many strings as there are crews,
and as many again as there are vehicles. A trip begins once that before it on both strings is back.
Two trips that could not follow each other in time are never joined, which is what makes a proof
short where everybody has few trips. Who are alike share their strings and are named afterwards.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from linli.analysis.dispatch.crews import RULES, Job, Turn, Yard
from linli.analysis.dispatch.snapshot import Crew, Vehicle, Window

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

DAY_S = 86_400


@dataclass(frozen=True)
class Kind:
    """Crews or vehicles that differ in nothing that counts: their numbers and their hours."""

    members: tuple[int, ...]
    duty: Window


@dataclass
class String:
    """The variables of one sort of string: who is first, who follows whom, and which kind."""

    name: str
    kinds: list[Kind]
    first: "dict[tuple[int, int], IntVar]" = field(default_factory=dict)  # trip, kind
    after: "dict[tuple[int, int], IntVar]" = field(default_factory=dict)  # trip, trip after it
    on: "dict[tuple[int, int], IntVar]" = field(default_factory=dict)  # trip, kind

    def variables(self) -> "dict[str, IntVar]":
        """All of them by their names."""
        told = {f"{self.name}/first/{k}/{g}": v for (k, g), v in self.first.items()}
        told |= {f"{self.name}/after/{a}/{b}": v for (a, b), v in self.after.items()}
        return told | {f"{self.name}/on/{k}/{g}": v for (k, g), v in self.on.items()}


class Strings:
    """Variables and constraints; with switches, each rule holds only where its switch is on."""

    def __init__(
        self, jobs: Sequence[Job], yard: Yard, *, last_s: int | None = None, switched: bool = False
    ) -> None:
        from ortools.sat.python.cp_model import CpModel

        self.jobs, self.yard = jobs, yard
        self.model = CpModel()
        self.switches = {r: self.model.new_bool_var(r) for r in RULES} if switched else {}
        self.latest_s = horizon_s(jobs, yard) if last_s is None else last_s
        self.start = [
            self.model.new_int_var(0, self.latest_s - job.arrive_s, f"start/{k}")
            for k, job in enumerate(jobs)
        ]
        self.last = self.model.new_int_var(0, self.latest_s, "last")
        self._times()
        crews = kinds(yard.crews, [job.crews for job in jobs])
        vehicles = kinds(yard.vehicles, [job.vehicles for job in jobs])
        self.crew, self.vehicle = String("crew", crews), String("vehicle", vehicles)
        self._join(self.crew, [j.crews for j in jobs], lambda *_: 0, "crews")
        self._join(self.vehicle, [j.vehicles for j in jobs], self._gap_s, "vehicles")
        self._clean_first()
        self._lead()

    @property
    def wanted(self) -> "dict[str, IntVar]":
        """Starts and strings, by their names."""
        told = {f"start/{k}": v for k, v in enumerate(self.start)}
        return told | self.crew.variables() | self.vehicle.variables()

    def hint_at(self, turns: Sequence[Turn]) -> None:
        """Begin the search at these turns, one a job."""
        said = dict.fromkeys(self.wanted, 0)
        said |= {f"start/{k}": turn.start_s for k, turn in enumerate(turns)}
        for string, who in (
            (self.crew, [t.crew for t in turns]), (self.vehicle, [t.vehicle for t in turns]),
        ):  # fmt: skip
            before: dict[int, int] = {}
            for k in sorted(range(len(turns)), key=lambda k: turns[k].start_s):
                g = next(n for n, kind in enumerate(string.kinds) if who[k] in kind.members)
                said[f"{string.name}/on/{k}/{g}"] = 1
                if who[k] in before:
                    said[f"{string.name}/after/{before[who[k]]}/{k}"] = 1
                else:
                    said[f"{string.name}/first/{k}/{g}"] = 1
                before[who[k]] = k
        self.hint({name: said[name] for name in self.wanted})

    def hint(self, values: Mapping[str, int]) -> None:
        """Begin the search here."""
        for name, variable in self.wanted.items():
            self.model.add_hint(variable, values[name])

    def named(self, values: Mapping[str, int]) -> tuple[Turn, ...]:
        """The turns in the order of the jobs: everybody named, and as early as the strings let."""
        crew_of, vehicle_of = (self._members(s, values) for s in (self.crew, self.vehicle))
        leads = self._lead_cars(values)
        start = [values[f"start/{k}"] for k in range(len(self.jobs))]
        return tuple(
            Turn(job.trip, vehicle_of[k], crew_of[k], start[k], start[k] + job.arrive_s,
                 start[k] + job.whole_s, leads.get(k))
            for k, job in enumerate(self.jobs)
        )  # fmt: skip

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

    def _gap_s(self, a: int, b: int) -> int:
        """What a vehicle needs between two trips: cleaning where the category changes."""
        if self.jobs[a].category is self.jobs[b].category:
            return self.yard.turnaround_s
        return max(self.yard.cleaning_s, self.yard.turnaround_s)

    def _join(
        self, string: String, able: Sequence[Sequence[int]], gap_s: Callable[[int, int], int],
        rule: str,
    ) -> None:  # fmt: skip
        takes = [{g for g, kind in enumerate(string.kinds) if kind.members[0] in numbers}
                 for numbers in able]  # fmt: skip
        for k, those in enumerate(takes):
            for g in sorted(those):
                string.on[k, g] = self.model.new_bool_var("")
                string.first[k, g] = self.model.new_bool_var("")
                self.model.add_implication(string.first[k, g], string.on[k, g])
                self._hours(k, string.on[k, g], string.kinds[g].duty)
            self.model.add_exactly_one(string.on[k, g] for g in those)
        self._follow(string, takes, gap_s)
        for g, kind in enumerate(string.kinds):
            begun = sum(v for (_, other), v in string.first.items() if other == g)
            self._if(self.model.add(begun <= len(kind.members)), rule)
            if not self.switches:
                self._load(string, g, kind, gap_s)

    def _follow(
        self, string: String, takes: Sequence[set[int]], gap_s: Callable[[int, int], int]
    ) -> None:
        count = len(self.jobs)
        for a in range(count):
            for b in range(count):
                if a == b or not takes[a] & takes[b] or not self._has_time(a, b, gap_s(a, b)):
                    continue
                joined = string.after[a, b] = self.model.new_bool_var("")
                done = self.start[a] + self.jobs[a].whole_s + gap_s(a, b)
                self.model.add(self.start[b] >= done).only_enforce_if(joined)
                if len(takes[a] | takes[b]) > 1:
                    for g in takes[a]:
                        same = [string.on[b, g]] if g in takes[b] else []
                        self.model.add_bool_or([~joined, ~string.on[a, g], *same])
        for k in range(count):
            before = [v for (_, b), v in string.after.items() if b == k]
            self.model.add_exactly_one(
                [*before, *(v for (one, _), v in string.first.items() if one == k)]
            )
            self.model.add_at_most_one(v for (a, _), v in string.after.items() if a == k)

    def _has_time(self, a: int, b: int, gap_s: int) -> bool:
        """Whether the second can follow the first at all; with switches, windows are not held."""
        earliest = 0 if self.switches else self.jobs[a].earliest_s
        begin = earliest + self.jobs[a].whole_s + gap_s
        latest = None if self.switches else self.jobs[b].latest_s
        return begin + self.jobs[b].arrive_s <= self.latest_s and (
            latest is None or begin <= latest
        )

    def _hours(self, k: int, on: "IntVar", duty: Window) -> None:
        whole = self.jobs[k].whole_s
        self._if(self.model.add(self.start[k] >= duty.from_s), "hours", also=[on])
        self._if(self.model.add(self.start[k] + whole <= duty.until_s), "hours", also=[on])

    def _load(self, string: String, g: int, kind: Kind, gap_s: Callable[[int, int], int]) -> None:
        """A kind is done no sooner than all its trips, the ways back from the last ones spared."""
        those = [k for (k, other) in string.on if other == g]
        if len(those) <= len(kind.members):
            return
        rest = gap_s(those[0], those[0])
        spared = max(self.jobs[k].whole_s - self.jobs[k].arrive_s for k in those) + rest
        begin = min(self.jobs[k].earliest_s for k in those)  # the last arrives after it in any case
        driven = sum((self.jobs[k].whole_s + rest) * string.on[k, g] for k in those)
        self.model.add(len(kind.members) * (self.last - begin + spared) >= driven)

    def _clean_first(self) -> None:
        """A vehicle is cleaned of what it carried before the night."""
        for (k, g), first in self.vehicle.first.items():
            vehicle = self.yard.vehicles[self.vehicle.kinds[g].members[0]]
            if vehicle.last_carried not in (None, self.jobs[k].category):
                ready = vehicle.duty.from_s + self.yard.cleaning_s
                self._if(self.model.add(self.start[k] >= ready), "vehicles", also=[first])

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

    def _members(self, string: String, values: Mapping[str, int]) -> dict[int, int]:
        """Who takes each trip: the members of a kind in turn begin its strings."""
        before = {b: a for (a, b) in string.after if values[f"{string.name}/after/{a}/{b}"]}
        begun: dict[int, int] = defaultdict(int)
        who: dict[int, int] = {}
        for k in sorted(range(len(self.jobs)), key=lambda k: (values[f"start/{k}"], k)):
            if k in before:
                who[k] = who[before[k]]
                continue
            g = next(g for (one, g) in string.first
                     if one == k and values[f"{string.name}/first/{k}/{g}"])  # fmt: skip
            who[k] = string.kinds[g].members[begun[g]]
            begun[g] += 1
        return who

    def _lead_cars(self, values: Mapping[str, int]) -> dict[int, int]:
        if self.yard.n_lead_cars is None:
            return {}
        free = [0] * self.yard.n_lead_cars
        found: dict[int, int] = {}
        groups = sorted(groups_of(self.jobs).values(), key=lambda g: (values[f"start/{g[0]}"], g))
        for members in groups:
            start = values[f"start/{members[0]}"]
            car = next(c for c, since in enumerate(free) if since <= start)
            free[car] = start + max(self.jobs[k].whole_s for k in members)
            found |= dict.fromkeys(members, car)
        return found


def kinds(rows: Sequence[Crew] | Sequence[Vehicle], able: Sequence[Sequence[int]]) -> list[Kind]:
    """Those who are alike and may take the same trips."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    row: Any
    for m, row in enumerate(rows):
        groups[replace(row, id=""), tuple(m in numbers for numbers in able)].append(m)
    return [Kind(tuple(members), rows[members[0]].duty) for members in groups.values()]


def groups_of(jobs: Sequence[Job]) -> dict[str, list[int]]:
    """Convoys by name; a trip without one stands alone."""
    groups: dict[str, list[int]] = defaultdict(list)
    for k, job in enumerate(jobs):
        groups[f"convoy {job.convoy}" if job.convoy else f"trip {job.trip}"].append(k)
    return groups


def horizon_s(jobs: Sequence[Job], yard: Yard) -> int:
    """A moment by which one vehicle and one crew could have done all of it."""
    gap = max(yard.turnaround_s, yard.cleaning_s)
    duties = [c.duty.from_s for c in yard.crews] + [v.duty.from_s for v in yard.vehicles]
    begin = max([0, *duties, *(j.earliest_s for j in jobs)])
    return begin + sum(j.whole_s + gap for j in jobs) + DAY_S

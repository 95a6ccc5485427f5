"""Which crew and which vehicle take which trip, and when is the last patient in a bed?

With few escorts it is they, not buses, who decide how long a night lasts; so they are planned.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from linli.analysis.dispatch.snapshot import (
    Category,
    Crew,
    Rules,
    Severity,
    Vehicle,
    Window,
)
from linli.errors import N_, BadInput, Sentences, Word

TABLE = (2, 4, 8, 15)  # numbers of crews that every plan tells the time for
CREW_EFFORT = 0.5  # CP-SAT's deterministic units for each of the two questions
ENDLESS_S = 30 * 86_400
FEW_EFFORT = 0.3  # the same for a row of the table


@dataclass(frozen=True)
class Job:
    """A trip as crews and vehicles see it; ``arrive_s`` and ``whole_s`` count from its departure.

    ``vehicles`` and ``crews`` are the numbers of those that can take it.
    """

    trip: str
    category: Category | None
    arrive_s: int  # until the last passenger is in a bed
    whole_s: int  # until crew and vehicle are free again
    vehicles: tuple[int, ...]
    crews: tuple[int, ...]
    earliest_s: int = 0  # of departure
    latest_s: int | None = None
    persons: int = 1
    escorts: int = 1  # that the passengers ask for
    seats: int = 0  # that they fill
    convoy: str = ""  # trips of one convoy leave together behind one lead car


@dataclass(frozen=True)
class Yard:
    """Everybody and everything that can be sent.

    ``n_lead_cars`` is None where no trip needs one in front; else every trip, or convoy, does.
    """

    crews: tuple[Crew, ...]
    vehicles: tuple[Vehicle, ...]
    n_lead_cars: int | None = None
    turnaround_s: int = 600  # between two trips of one vehicle: fuel, bottles, a wipe; assumed
    cleaning_s: int = Rules().cleaning_s  # between two categories in one vehicle
    by_s: int | None = None  # when the last passenger has to be in a bed

    def with_crews(self, n: int) -> "Yard":
        """The same with so many crews like the first; if there is none, of two escorts each."""
        like = self.crews[0] if self.crews else Crew("crew", 0, escorts=2)
        return replace(self, crews=tuple(replace(like, id=f"crew {k + 1}") for k in range(n)))

    def without_hours(self) -> "Yard":
        """The same with everybody on duty from their first hour without an end."""
        crews = tuple(replace(c, duty=Window(c.duty.from_s, ENDLESS_S)) for c in self.crews)
        vehicles = tuple(replace(v, duty=Window(v.duty.from_s, ENDLESS_S)) for v in self.vehicles)
        return replace(self, crews=crews, vehicles=vehicles)


@dataclass(frozen=True)
class Turn:
    """One trip with its crew, its vehicle and its times, in seconds from the start of the plan."""

    trip: str
    vehicle: int
    crew: int
    start_s: int
    arrive_s: int
    end_s: int
    lead_car: int | None = None


@dataclass(frozen=True)
class Turns:
    """Every trip staffed: when the last passenger is in a bed, and the earliest that can be."""

    turns: tuple[Turn, ...]
    last_s: int
    bound_s: int
    is_proved: bool
    seed: int
    effort: float

    @property
    def gap(self) -> float:
        """How far the last arrival is above the proved bound, as a share of it."""
        return (self.last_s - self.bound_s) / self.bound_s if self.bound_s else 0.0

    def of(self, trip: str) -> Turn:
        """The turn of one trip."""
        return next(t for t in self.turns if t.trip == trip)


class Unstaffed(BadInput):
    """The trips cannot be staffed; each reason is told, and the rules that clash."""

    code = "unstaffed"
    sentence = N_("The trips cannot be staffed. {reasons}")


@dataclass(frozen=True)
class Lack:
    """One thing that is missing, as a sentence with values."""

    sentence: str
    values: tuple[tuple[str, object], ...] = ()

    def tell(self, translate: Callable[[str], str] = str) -> str:
        """Say it."""
        return translate(self.sentence).format(**dict(self.values))


RULES = {
    "crews": N_("only these crews are there"),
    "vehicles": N_("only these vehicles are there"),
    "leads": N_("only these lead cars are there"),
    "hours": N_("crews and vehicles work within their hours"),
    "windows": N_("people are picked up and received within their hours"),
    "by": N_("the last passenger has to be in a bed by then"),
}


def staff(
    jobs: Sequence[Job],
    yard: Yard,
    *,
    seed: int = 1,
    effort: float = CREW_EFFORT,
    thorough: bool = True,
) -> Turns:
    """Give every trip a crew, a vehicle and a start: the last arrival first, then all others.

    If not ``thorough``, the last arrival only, to a hundredth.

    Raises
    ------
    Unstaffed
        With every lack that can be seen at once, else with the smallest set of rules that clash.
    """
    from linli.analysis.dispatch.crew_model import best, clashing

    if not jobs:
        return Turns((), 0, 0, is_proved=True, seed=seed, effort=effort)
    missing = lacks(jobs, yard)
    if missing:
        raise Unstaffed(reasons=Sentences(missing))
    found = best(jobs, yard, seed=seed, effort=effort, thorough=thorough)
    if found is None:
        raise Unstaffed(reasons=_in_words(clashing(jobs, yard, seed=seed)))
    return found


def by_crews(
    jobs: Sequence[Job], yard: Yard, *, counts: Sequence[int] = TABLE, seed: int = 1
) -> tuple[tuple[int, Turns | None], ...]:
    """Tell the same night with other numbers of crews; None where so few cannot do it at all.

    All are like the first crew of the yard; everybody works, and whoever is to be fetched or to
    receive waits, as long as it takes. What no crew may take now, none takes then.
    """
    from linli.analysis.dispatch.crew_model import best

    told: list[tuple[int, Turns | None]] = []
    able = [bool(job.crews) for job in jobs]
    for n in counts:
        anyone = tuple(range(n))
        asked = [
            replace(job, crews=anyone if ok else (), latest_s=None)
            for job, ok in zip(jobs, able, strict=True)
        ]
        of = replace(yard.with_crews(n).without_hours(), by_s=None)
        cannot = not asked or lacks(asked, of)
        found = None if cannot else best(asked, of, seed=seed, effort=FEW_EFFORT, thorough=False)
        told.append((n, found))
    return tuple(told)


def convoys(jobs: Sequence[Job], to: Sequence[str], *, size: int) -> tuple[Job, ...]:
    """Let up to ``size`` trips to the same place follow one lead car; the longest together.

    ``to`` names where each trip ends. One sealed road then stops them all: a choice to be made
    knowingly, where lead cars are few.
    """
    if size < 1:
        raise BadInput(N_("A convoy holds one trip or more; got {n}."), n=size)
    groups: dict[str, list[int]] = defaultdict(list)
    for at in sorted(range(len(jobs)), key=lambda i: (-jobs[i].whole_s, jobs[i].trip)):
        groups[to[at]].append(at)
    named = list(jobs)
    for place, members in groups.items():
        for rank, at in enumerate(members):
            named[at] = replace(jobs[at], convoy=f"{place} {rank // size + 1}")
    return tuple(named)


def lacks(jobs: Sequence[Job], yard: Yard) -> tuple[Lack, ...]:
    """Everything that is missing and can be seen without planning."""
    found = []
    if not yard.crews:
        found.append(_lack(N_("There is no crew. Name one, or ask the district for escorts.")))
    if not yard.vehicles:
        found.append(_lack(N_("There is no vehicle. Name one, or ask the bus company.")))
    if yard.n_lead_cars == 0:
        found.append(_lack(N_("There is no lead car. Ask the traffic police for one.")))
    for job in jobs:
        if yard.crews and not job.crews:
            found.append(_lack(
                N_("Trip {trip} needs a protected crew of {escorts} who may care for its "
                   "passengers; there is none. Call one, or split the trip."),
                trip=job.trip, escorts=job.escorts,
            ))  # fmt: skip
        if yard.vehicles and not job.vehicles:
            found.append(_lack(
                N_("Trip {trip} needs a vehicle with {seats} seats that may carry its passengers; "
                   "there is none. Ask for one, or split the trip."),
                trip=job.trip, seats=job.seats,
            ))  # fmt: skip
    return tuple(found)


def escorts_needed(passengers: Sequence[tuple[Severity, int]], rules: Rules) -> int:
    """How many escorts passengers of these grades ask for together; at least one."""
    each = dict(rules.persons_per_escort)
    unknown = each.get(Severity.UNKNOWN, 1)
    share = sum(count / each.get(severity, unknown) for severity, count in passengers)
    return max(1, -int(-share // 1))


def _lack(sentence: str, **values: object) -> Lack:
    return Lack(sentence, tuple(values.items()))


def _in_words(rules: Sequence[str]) -> Sentences:
    if not rules:
        return Sentences([Lack(N_("The effort did not suffice to find an answer. Allow more."))])
    told = [Lack(N_("These rules cannot all hold, and it would do to let one of them go:"))]
    told += [_lack("{rule};", rule=Word(RULES[r])) for r in rules[:-1]]
    return Sentences([*told, _lack("{rule}.", rule=Word(RULES[rules[-1]]))])

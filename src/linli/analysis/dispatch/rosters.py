"""Who stands at which post on which shift, with rest and fairness, and where is somebody missing?

One model per community: a roster for a whole city is neither solvable nor wanted by those in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil

from linli.errors import N_, BadInput

HOURS_A_DAY = 24
DAYS_A_WEEK = 7
HOUSEHOLDS_A_WORKER = 240  # norm of the city's notice of 2020
NIGHT_ENDS_H = 6  # a shift that covers the hours before six is a night; assumed
NORM_EFFORT = 4.0  # CP-SAT's deterministic units


@dataclass(frozen=True)
class Shift:
    """A stretch of the day, by the hour it begins; it may end on the day after."""

    name: str
    begins_h: int
    hours: int

    def __post_init__(self) -> None:
        if not (0 <= self.begins_h < HOURS_A_DAY and 0 < self.hours <= HOURS_A_DAY):
            raise BadInput(
                N_(
                    "Shift {name} begins at {begins} and lasts {hours} hours. A shift begins from "
                    "0 to 23 and lasts 1 to 24 hours."
                ),
                name=self.name,
                begins=self.begins_h,
                hours=self.hours,
            )

    @property
    def is_night(self) -> bool:
        """Whether it covers the small hours."""
        ends = self.begins_h + self.hours
        return self.begins_h < NIGHT_ENDS_H or ends > HOURS_A_DAY


@dataclass(frozen=True)
class Need:
    """How many are needed at a post on a shift of every day, and what they have to know."""

    post: str
    shift: str
    n: int
    skill: str = ""

    def __post_init__(self) -> None:
        if self.n < 1:
            raise BadInput(
                N_("{post} on shift {shift} needs {n} people. Ask for one or more, or leave it."),
                post=self.post,
                shift=self.shift,
                n=self.n,
            )


@dataclass(frozen=True)
class Worker:
    """Somebody who may be put on duty, by an id that means nothing elsewhere."""

    id: str
    skills: frozenset[str] = frozenset()
    off: frozenset[int] = frozenset()  # days away, counted from 0


@dataclass(frozen=True)
class Rules:
    """What a roster has to respect."""

    rest_hours: int = 11  # between two shifts; Directive 2003/88/EC, article 3
    shifts_a_week: int = 5  # in any seven days; assumed (Labour Law of the PRC, 38: at most six)
    nights_in_a_row: int = 3  # assumed


@dataclass(frozen=True)
class Duty:
    """One person at one post on one shift of one day."""

    day: int
    post: str
    shift: str
    worker: str


@dataclass(frozen=True)
class Gap:
    """A post that lacks somebody, and why each of the others cannot come."""

    day: int
    post: str
    shift: str
    missing: int
    reasons: tuple[tuple[str, int], ...]  # a rule and how many of the workers it holds back

    def tell(self, translate: Callable[[str], str] = str) -> str:
        """Say it in a sentence."""
        parts = [translate(REASONS[reason]).format(n=n) for reason, n in self.reasons]
        head = translate(
            N_("Day {day}, {post}, shift {shift}: {missing} missing. Of the others, {why}.")
        )
        return head.format(
            day=self.day + 1,
            post=self.post,
            shift=self.shift,
            missing=self.missing,
            why=", ".join(parts) or translate(N_("there is nobody")),
        )


REASONS = {
    "skill": N_("{n} lack the skill"),
    "off": N_("{n} are away"),
    "taken": N_("{n} are on duty that day"),
    "rest": N_("{n} need their rest"),
    "week": N_("{n} have worked enough that week"),
    "nights": N_("{n} have had enough nights in a row"),
    "order": N_("{n} could come in another order of duties"),
}
RULES = {
    "cover": N_("every post is manned on every shift"),
    "skill": N_("a post is given only to those who know it"),
    "off": N_("nobody is on duty on a day away"),
    "rest": N_("everybody rests between two shifts"),
    "week": N_("nobody works more than so many shifts a week"),
    "nights": N_("nobody has more than so many nights in a row"),
}


@dataclass(frozen=True)
class Case:
    """What one community needs over some days, and who is there."""

    days: int
    shifts: tuple[Shift, ...]
    needs: tuple[Need, ...]
    workers: tuple[Worker, ...]
    rules: Rules = field(default_factory=Rules)
    households: int = 0  # 0: not said

    def __post_init__(self) -> None:
        if self.days < 1:
            raise BadInput(N_("A roster is for one day or more; got {days}."), days=self.days)
        names = [s.name for s in self.shifts]
        for need in self.needs:
            if need.shift not in names:
                raise BadInput(
                    N_(
                        "{post} asks for shift {shift}, which is not there. Choose one of: {known}."
                    ),
                    post=need.post,
                    shift=need.shift,
                    known=names,
                )
        for what, ids in (("worker", [w.id for w in self.workers]), ("shift", names)):
            twice = sorted({i for i in ids if ids.count(i) > 1})
            if twice:
                raise BadInput(N_("{what} {ids} is there twice. Name each once."), what=what,
                               ids=twice)  # fmt: skip

    @property
    def by_norm(self) -> int:
        """How many workers the norm asks for, one to 240 households."""
        return workers_by_norm(self.households)


@dataclass(frozen=True)
class Roster:
    """Duties, gaps, and how it was found; ``spread`` is most minus fewest shifts of a worker."""

    duties: tuple[Duty, ...]
    gaps: tuple[Gap, ...]
    clash: tuple[str, ...]  # the rules that cannot all hold, where somebody is missing
    spread: int
    shortage_bound: int  # fewer cannot be missing; proved
    is_proved: bool
    seed: int
    effort: float

    @property
    def n_missing(self) -> int:
        """How many duties nobody has."""
        return sum(gap.missing for gap in self.gaps)

    def of(self, worker: str) -> tuple[Duty, ...]:
        """Everything one worker is asked for."""
        return tuple(d for d in self.duties if d.worker == worker)


def workers_by_norm(households: int, *, per_worker: int = HOUSEHOLDS_A_WORKER) -> int:
    """How many workers so many households call for."""
    return ceil(households / per_worker)


def too_close(case: Case, one: Shift, other: Shift, *, days_later: int) -> bool:
    """Whether the second shift begins before the rest after the first is over."""
    gap = days_later * HOURS_A_DAY + other.begins_h - one.begins_h - one.hours
    return gap < case.rules.rest_hours


def roster(
    case: Case, *, previous: Sequence[Duty] = (), seed: int = 1, effort: float = NORM_EFFORT
) -> Roster:
    """Man every post as far as the rules allow, share the load, and change little.

    First as few missing as possible, then the smallest spread of shifts and of nights, then the
    fewest changes from the previous roster, which is also where the search begins.
    """
    from linli.analysis.dispatch.roster_model import best, clashing

    found = best(case, previous=previous, seed=seed, effort=effort)
    return Roster(
        duties=found.duties,
        gaps=gaps(case, found.duties),
        clash=clashing(case, seed=seed) if found.missing else (),
        spread=found.spread,
        shortage_bound=found.shortage_bound,
        is_proved=found.is_proved,
        seed=seed,
        effort=effort,
    )


def gaps(case: Case, duties: Sequence[Duty]) -> tuple[Gap, ...]:
    """Every post with somebody missing, and what holds each of the others back."""
    found = []
    for day in range(case.days):
        for need in case.needs:
            there = [d.worker for d in duties
                     if (d.day, d.post, d.shift) == (day, need.post, need.shift)]  # fmt: skip
            missing = need.n - len(there)
            if missing > 0:
                others = [w for w in case.workers if w.id not in there]
                why = [hindrance(case, duties, w, need, day) for w in others]
                counted = tuple((r, why.count(r)) for r in REASONS if r in why)
                found.append(Gap(day, need.post, need.shift, missing, counted))
    return tuple(found)


def hindrance(case: Case, duties: Sequence[Duty], worker: Worker, need: Need, day: int) -> str:
    """The first rule that keeps this worker from this post on this day, beside those duties."""
    shifts = {s.name: s for s in case.shifts}
    this = shifts[need.shift]
    own = [d for d in duties if d.worker == worker.id]
    if need.skill and need.skill not in worker.skills:
        return "skill"
    if day in worker.off:
        return "off"
    if any(d.day == day for d in own):
        return "taken"
    for duty in own:
        first, second = sorted([(duty.day, duty.shift), (day, need.shift)])
        later = second[0] - first[0]
        if too_close(case, shifts[first[1]], shifts[second[1]], days_later=later):
            return "rest"
    days = {d.day for d in own} | {day}
    if _most_in_a_window(days, DAYS_A_WEEK) > case.rules.shifts_a_week:
        return "week"
    nights = {d.day for d in own if shifts[d.shift].is_night}
    if this.is_night and _longest_run(nights | {day}) > case.rules.nights_in_a_row:
        return "nights"
    return "order"


def _most_in_a_window(days: set[int], length: int) -> int:
    return max((sum(d <= e < d + length for e in days) for d in days), default=0)


def _longest_run(days: set[int]) -> int:
    longest = run = 0
    for day in range(min(days, default=0), max(days, default=-1) + 1):
        run = run + 1 if day in days else 0
        longest = max(longest, run)
    return longest

"""Is the house in order before the next emergency? A self-check beside the score, by records.

The norm of one worker for 240 households (S52), who left in each quarter and what a step of the
grade rests on (S53), who has a degree or a certificate (S54), where work is solved (S08), whether
what is written was done (S66), and which loops somebody would take (S97). None is typed in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from linli import clock
from linli.analysis.dispatch.rosters import workers_by_norm
from linli.analysis.evaluation.formulas import Term
from linli.analysis.rates import Rate, rate
from linli.loops import board
from linli.loops.board import FoundSolved
from linli.loops.requests import sample
from linli.loops.requests.sample import BackChecks
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.policy.roles import COMMUNITY_STAFF
from linli.registry import roster
from linli.registry.areas import Area, AreaKind, under
from linli.registry.qualifications import Qualification, QualificationKind
from linli.registry.roster import Assignment, Post
from linli.studies.evaluation.counting import by_area
from linli.studies.evaluation.readiness import Ready, readiness
from linli.studies.evaluation.study import SEE

QUARTER_DAYS = 91
N_QUARTERS = 4
MOST_COMMUNITIES = 5_000
MOST_STEPS = 200
PERSONNEL = "roster.see"
_ROLES = tuple(sorted(role.value for role in COMMUNITY_STAFF))
_HOUSEHOLDS = Term("households")
_HELD = Term("posts", (("held", (True,)), ("role", _ROLES)))
_WORKERS = Term("workers")
_COLLEGE = Term("workers", (("holds", (QualificationKind.COLLEGE_DEGREE.value,)),))
_CERTIFIED = Term("workers", (("holds", (QualificationKind.SOCIAL_WORK.value,)),))


@dataclass(frozen=True)
class Staffing:
    """One community: its workers against the norm, and what they have learned."""

    area: Area
    n_households: int
    n_workers: int  # posts that are held
    n_people: int  # who hold them
    n_college: int
    n_certified: int

    @property
    def n_wanted(self) -> int:
        """How many workers the norm asks for."""
        return workers_by_norm(self.n_households)

    @property
    def n_lacking(self) -> int:
        """By how many workers it stands below the norm."""
        return max(0, self.n_wanted - self.n_workers)

    @property
    def share_college(self) -> float | None:
        """Of its workers, the share with a college degree; None without workers."""
        return self.n_college / self.n_people if self.n_people else None

    @property
    def share_certified(self) -> float | None:
        """Of its workers, the share with a social-work certificate; None without workers."""
        return self.n_certified / self.n_people if self.n_people else None


@dataclass(frozen=True)
class Quarter:
    """Who left all community posts in the days up to one, of those who served in them."""

    until: date
    left: Rate


@dataclass(frozen=True)
class GradeStep:
    """One step of somebody's grade, or an act of care for them, and what shows it."""

    id: int
    account_id: int
    name: str  # of the person, for who may see the roster
    kind: str
    step: str
    before: str  # the step they stood on until then
    evidence: str
    gained_on: date


@dataclass(frozen=True)
class Checks:
    """What the self-check of an area says."""

    communities: tuple[Staffing, ...]  # those with the most workers lacking first
    quarters: tuple[Quarter, ...]  # the newest first
    n_vacant: int
    n_grade_steps: int
    n_care: int
    steps: tuple[GradeStep, ...] | None  # None: counts only, for who does not see the roster
    found: FoundSolved
    again: BackChecks
    ready: tuple[Ready, ...]  # the loops, the least ready first

    @property
    def below_norm(self) -> tuple[Staffing, ...]:
        """The communities below the norm."""
        return tuple(one for one in self.communities if one.n_lacking)

    @property
    def all(self) -> tuple[int, int, int]:
        """All workers, those with a college degree, and those with the certificate."""
        rows = self.communities
        return (
            sum(one.n_people for one in rows),
            sum(one.n_college for one in rows),
            sum(one.n_certified for one in rows),
        )


def checks(actor: Actor, area: Area, *, now: int) -> Checks:
    """The self-check of an area now; raises NotAllowed."""
    can(actor, Ask(SEE, roles_for(SEE), area.path)).required()
    communities = Area.objects.filter(
        under(area.path), kind__in=(AreaKind.COMMUNITY, AreaKind.VILLAGE), valid_until=None
    ).order_by("path")[:MOST_COMMUNITIES]
    staffing = norm(communities, now=now, exercise=actor.exercise)
    told = Qualification.objects.filter(
        under(area.path), kind__in=(QualificationKind.GRADE, QualificationKind.CARE)
    )
    sees = can(actor, Ask(PERSONNEL, roles_for(PERSONNEL), area.path)).allowed
    return Checks(
        communities=tuple(sorted(staffing, key=lambda s: (-s.n_lacking, s.area.path))),
        quarters=tuple(_quarters(area, now=now, exercise=actor.exercise)),
        n_vacant=_vacant(area, now),
        n_grade_steps=told.filter(kind=QualificationKind.GRADE).count(),
        n_care=told.filter(kind=QualificationKind.CARE).count(),
        steps=_steps(area) if sees else None,
        found=board.found_and_solved(area.path, exercise=actor.exercise),
        again=sample.back_checks(area.path, exercise=actor.exercise),
        ready=tuple(readiness([one.area for one in staffing], now=now)),
    )


def norm(communities: Iterable[Area], *, now: int, exercise: bool) -> list[Staffing]:
    """Each community against one worker for 240 households, by the posts held now."""
    listed = list(communities)
    if not listed:
        return []
    counts = [
        by_area(term, listed, now=now, exercise=exercise)
        for term in (_HOUSEHOLDS, _HELD, _WORKERS, _COLLEGE, _CERTIFIED)
    ]
    return [Staffing(a, *(int(found[a.path]) for found in counts)) for a in listed]


def _quarters(area: Area, *, now: int, exercise: bool) -> Iterable[Quarter]:
    """The last quarters of 91 days, each counted as the formula of yearly attrition is."""
    today = clock.day(clock.moment(now))
    for k in range(N_QUARTERS):
        ago = k * QUARTER_DAYS
        left, served = (
            Term("assignments", where, when=when, days=QUARTER_DAYS, ago=ago)
            for where, when in (
                ((("left", (True,)), ("role", _ROLES)), "ended"),
                ((("role", _ROLES),), "running"),
            )
        )
        n_left, n_served = (
            int(by_area(term, [area], now=now, exercise=exercise)[area.path])
            for term in (left, served)
        )
        yield Quarter(today - timedelta(days=ago), rate(n_left, n_served))


def _vacant(area: Area, now: int) -> int:
    """Community posts that nobody holds."""
    held = Assignment.objects.filter(roster.current(now), deputy=False)
    posts = Post.objects.filter(under(area.path), Q(role__in=_ROLES))
    return posts.exclude(id__in=held.values("post_id")).count()


def _steps(area: Area) -> tuple[GradeStep, ...]:
    """The steps of the grade and the acts of care, the newest first, with what was before."""
    rows = Qualification.objects.filter(
        under(area.path), kind__in=(QualificationKind.GRADE, QualificationKind.CARE)
    ).select_related("account").order_by("gained_on", "id")  # fmt: skip
    stood: dict[int, str] = {}
    found = []
    for row in rows:
        is_grade = row.kind == QualificationKind.GRADE
        before = stood.get(row.account_id, "") if is_grade else ""
        found.append(
            GradeStep(
                row.id, row.account_id, row.account.display_name, row.kind, row.name, before,
                row.evidence, row.gained_on,
            )
        )  # fmt: skip
        if is_grade:
            stood[row.account_id] = row.name
    return tuple(reversed(found[-MOST_STEPS:]))

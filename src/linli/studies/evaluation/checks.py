"""Is the house in order before the next emergency? A self-check beside the score, by records.

The norm of one worker for 240 households (S52), who left in a quarter (S53), where work is solved
(S08), and whether what is written was done (S66). Each line names its records; none is typed in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from django.db.models import Q

from linli.analysis.evaluation.formulas import Term
from linli.analysis.rates import Rate, rate
from linli.loops import board, counted
from linli.loops.board import FoundSolved
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.policy.roles import COMMUNITY_STAFF
from linli.registry import roster
from linli.registry.areas import Area, AreaKind, under
from linli.registry.qualifications import Qualification, QualificationKind
from linli.registry.roster import Assignment, Post
from linli.studies.evaluation.counting import by_area
from linli.studies.evaluation.study import SEE

HOUSEHOLDS_A_WORKER = 240  # the norm: one community worker for every 240 households
QUARTER_DAYS = 91
MOST_COMMUNITIES = 5_000
_ROLES = tuple(sorted(role.value for role in COMMUNITY_STAFF))
_HOUSEHOLDS = Term("households")
_HELD = Term("posts", (("held", (True,)), ("role", _ROLES)))
_LEFT = Term("assignments", (("left", (True,)), ("role", _ROLES)), when="ended", days=QUARTER_DAYS)
_SERVED = Term("assignments", (("role", _ROLES),), when="running", days=QUARTER_DAYS)


@dataclass(frozen=True)
class Staffing:
    """One community against the norm."""

    area: Area
    n_households: int
    n_workers: int

    @property
    def n_wanted(self) -> int:
        """How many workers the norm asks for."""
        return ceil(self.n_households / HOUSEHOLDS_A_WORKER)

    @property
    def n_lacking(self) -> int:
        """By how many workers it stands below the norm."""
        return max(0, self.n_wanted - self.n_workers)


@dataclass(frozen=True)
class Checks:
    """What the self-check of an area says."""

    below_norm: tuple[Staffing, ...]  # those with the most workers lacking first
    n_communities: int
    left: Rate  # who left all community posts in a quarter, of those who served in it
    n_vacant: int
    n_grade_steps: int  # with evidence: the register takes no other
    found: FoundSolved
    mismatch: Rate  # closed items asked about again where the resident said otherwise
    n_to_check: int


def checks(actor: Actor, area: Area, *, now: int) -> Checks:
    """The self-check of an area now; raises NotAllowed."""
    can(actor, Ask(SEE, roles_for(SEE), area.path)).required()
    communities = list(
        Area.objects.filter(
            under(area.path), kind__in=(AreaKind.COMMUNITY, AreaKind.VILLAGE), valid_until=None
        ).order_by("path")[:MOST_COMMUNITIES]
    )
    staffing = norm(communities, now=now, exercise=actor.exercise)
    below = sorted((s for s in staffing if s.n_lacking), key=lambda s: (-s.n_lacking, s.area.path))
    ended, served = (
        int(by_area(term, [area], now=now, exercise=actor.exercise)[area.path])
        for term in (_LEFT, _SERVED)
    )
    asked = counted.items(exercise=actor.exercise).filter(under(area.path))
    differs = asked.filter(back_check="differs").count()
    checked = asked.filter(back_check__in=("agrees", "differs")).count()
    steps = Qualification.objects.filter(under(area.path), kind=QualificationKind.GRADE).count()
    return Checks(
        below_norm=tuple(below),
        n_communities=len(communities),
        left=rate(ended, served),
        n_vacant=_vacant(area, now),
        n_grade_steps=steps,
        found=board.found_and_solved(area.path, exercise=actor.exercise),
        mismatch=rate(differs, checked),
        n_to_check=asked.filter(back_check="asked").count(),
    )


def norm(communities: Iterable[Area], *, now: int, exercise: bool) -> list[Staffing]:
    """Each community against one worker for 240 households, by the posts held now."""
    listed = list(communities)
    if not listed:
        return []
    households = by_area(_HOUSEHOLDS, listed, now=now, exercise=exercise)
    workers = by_area(_HELD, listed, now=now, exercise=exercise)
    return [Staffing(a, int(households[a.path]), int(workers[a.path])) for a in listed]


def _vacant(area: Area, now: int) -> int:
    """Community posts that nobody holds."""
    held = Assignment.objects.filter(roster.current(now), deputy=False)
    posts = Post.objects.filter(under(area.path), Q(role__in=_ROLES))
    return posts.exclude(id__in=held.values("post_id")).count()

"""Which seats does an area have, who sits in them now, and which are empty?"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch

from linli.policy.can import PATH_STEP
from linli.policy.roles import Role
from linli.registry import roster
from linli.registry.areas import Area, under
from linli.registry.roster import Assignment, Post

POSTS_A_PAGE = 200


@dataclass(frozen=True)
class Seat:
    """A post at a moment: who holds it, who deputises, and whether it is vacant."""

    post: Post
    holder: Assignment | None
    deputies: tuple[Assignment, ...]

    @property
    def vacant(self) -> bool:
        """Whether nobody holds it."""
        return self.holder is None


def seats_in(area: Area, at: int, *, below: bool, most: int = POSTS_A_PAGE) -> list[Seat]:
    """The posts of an area, or of all below it as well; those first responsible come first."""
    posts = Post.objects.filter(under(area.path)) if below else Post.objects.filter(area=area)
    running = Assignment.objects.filter(roster.current(at)).select_related("account")
    found = posts.select_related("area").prefetch_related(
        Prefetch("assignments", queryset=running, to_attr="running")
    )
    return [_seat(post) for post in found.order_by("path", "-first_responsible", "id")[:most]]


def vacancies(path: str, at: int, *, most: int = POSTS_A_PAGE) -> list[Post]:
    """The posts under a path that nobody holds at a moment; each is itself a piece of work."""
    held = Assignment.objects.filter(roster.current(at), deputy=False).values("post_id")
    empty = Post.objects.filter(under(path)).exclude(id__in=held)
    return list(empty.select_related("area").order_by("path", "id")[:most])


def workers_at(
    path: str, roles: Iterable[Role], at: int, *, most: int = 100
) -> list[tuple[int, str, str]]:
    """(account, name, role) of whoever holds one of the roles over a place, the nearest first."""
    paths = [path[:n] for n in range(PATH_STEP, len(path) + 1, PATH_STEP)]
    rows = (
        Assignment.objects.filter(
            roster.current(at),
            post__path__in=paths,
            post__role__in=[role.value for role in roles],
            account__is_active=True,
        )
        .order_by("-post__path", "deputy", "id")
        .values_list("account_id", "account__display_name", "post__role")[:most]
    )
    return list({row[0]: row for row in rows}.values())


def _seat(post: Post) -> Seat:
    running: list[Assignment] = post.running  # type: ignore[attr-defined]  # the prefetch's name
    holder = next((a for a in running if not a.deputy), None)
    return Seat(post, holder, tuple(a for a in running if a.deputy))

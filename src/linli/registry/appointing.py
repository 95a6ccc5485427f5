"""Who may put whom into which post, and who sits where? The roster as people edit and read it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from linli.audit.records import record
from linli.errors import N_, BadInput, NotFound, Word
from linli.policy.can import Actor, Ask, Holding, can, scope
from linli.policy.powers import roles_for
from linli.policy.roles import FIELD_STAFF, NAMES, Role
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.areas import TIER_NAMES, Tier, under, within
from linli.registry.areas import get as area_of
from linli.registry.roster import Assignment, Post

SEE, EDIT = "roster.see", "roster.edit"
# A commander's post stands at the tier it commands, so that nobody makes one in a community.
TIERS = {
    Role.STREET_DUTY: Tier.STREET,
    Role.DISTRICT_COMMAND: Tier.DISTRICT,
    Role.CITY_COMMAND: Tier.CITY,
}
LINE_ROLES = FIELD_STAFF | {Role.PARTNER}  # the others are for an administrator to give


@dataclass(frozen=True)
class Seat:
    """A post, and who sits in it now as holder or deputy; nobody where it is vacant."""

    post: Post
    assignment: Assignment | None


def seats(
    actor: Actor, *, now: int, area_path: str = "", after: int = 0, most: int = 50
) -> tuple[list[Seat], int | None]:
    """A page of posts within reach with those in them now, and the key of the next page."""
    held = actor.holds(roles_for(SEE))
    path = min((h.path for h in held), key=len, default="")
    can(actor, Ask(SEE, roles_for(SEE), path)).required()
    wanted = Q(id__gt=after) & within(scope(actor, roles_for(SEE)))
    if area_path:
        wanted &= under(area_path)
    posts = list(Post.objects.filter(wanted).order_by("id")[: most + 1])
    sitting = Assignment.objects.filter(
        roster.current(now), post__in=[p.id for p in posts[:most]]
    ).select_related("account")
    by_post: dict[int, list[Assignment]] = {}
    for assignment in sitting.order_by("deputy", "id"):
        by_post.setdefault(assignment.post_id, []).append(assignment)
    found = [Seat(p, a) for p in posts[:most] for a in by_post.get(p.id, [None])]
    return found, posts[most - 1].id if len(posts) > most else None


@transaction.atomic
def make_post(
    actor: Actor,
    *,
    role: Role,
    area_id: int,
    topic: str = "",
    title: str = "",
    first_responsible: bool = False,
) -> Post:
    """Make a post in an area within reach."""
    area = area_of(area_id)
    holding = _may(actor, role, area.path)
    if role in TIERS and area.tier is not TIERS[role]:
        raise BadInput(
            N_("A {role} is of a {tier}. Choose an area of that tier."),
            role=Word(NAMES[role]),
            tier=Word(TIER_NAMES[TIERS[role]]),
        )
    made = Post.objects.create(
        role=role.value,
        area=area,
        path=area.path,
        topic=topic,
        title=title,
        first_responsible=first_responsible,
    )
    record(actor, "add", "posts", made.id, holding=holding, path=area.path)
    return made


@transaction.atomic
def appoint(
    actor: Actor,
    post_id: int,
    account_id: int,
    *,
    starts_at: datetime,
    ends_at: datetime | None = None,
    deputy: bool = False,
) -> Assignment:
    """Put an account into a post within reach; raises Occupied, BadInput, or NotFound."""
    post = Post.objects.filter(id=post_id).first()
    if post is None or not _reaches(actor, post):
        raise NotFound(what=Word(N_("post")), value=post_id)
    holding = _may(actor, Role(post.role), post.path)
    account = Account.objects.filter(id=account_id, is_active=True).first()
    if account is None:
        raise NotFound(what=Word(N_("account")), value=account_id)
    made = roster.appoint(post, account, starts_at=starts_at, ends_at=ends_at, deputy=deputy)
    detail = {"account": account.id, "post": post.id, "deputy": deputy}
    record(actor, "appoint", "roster", made.id, holding=holding, path=post.path, detail=detail)
    return made


@transaction.atomic
def relieve(actor: Actor, assignment_id: int, *, at: datetime) -> Assignment:
    """End an assignment within reach at a moment."""
    found = Assignment.objects.filter(id=assignment_id).select_related("post").first()
    if found is None or not _reaches(actor, found.post):
        raise NotFound(what=Word(N_("assignment")), value=assignment_id)
    holding = _may(actor, Role(found.post.role), found.post.path)
    if at < found.starts_at:
        raise BadInput(
            N_("The end, {ends}, is not after the start, {starts}. Choose a later end."),
            ends=at.isoformat(),
            starts=found.starts_at.isoformat(),
        )
    roster.relieve(found, at=at)
    record(actor, "relieve", "roster", found.id, holding=holding, path=found.post.path)
    return found


def _may(actor: Actor, role: Role, path: str) -> Holding:
    """Roles beyond the line of work are an administrator's to give."""
    roles = roles_for(EDIT)
    allowed = roles if role in LINE_ROLES else roles & {Role.ADMINISTRATOR}
    return can(actor, Ask(EDIT, allowed, path)).required()


def _reaches(actor: Actor, post: Post) -> bool:
    reach = {h.path for h in actor.holds(roles_for(SEE) | roles_for(EDIT))}
    return any(post.path.startswith(path) for path in reach)

"""Who holds which role, where, from when to when, and who is first responsible right now?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import Q

from linli import bulk, clock
from linli.columns import AreaPathField, MomentField
from linli.errors import N_, BadInput, Conflict
from linli.policy.can import PATH_STEP, Actor, Holding
from linli.policy.roles import Role
from linli.registry.accounts import Account
from linli.registry.areas import Area

UNITS_NAMED = 900  # units a query names; for more it reads the posts of the whole city
ROLE_CHOICES = [(role.value, role.value) for role in Role]


class Post(models.Model):
    """A seat: a role in an area, for one topic or for all; it stays when its holder leaves."""

    id = models.BigAutoField(primary_key=True)
    role = models.CharField(max_length=24, choices=ROLE_CHOICES)
    area = models.ForeignKey(Area, models.PROTECT, related_name="posts")
    path = AreaPathField()
    topic = models.CharField(max_length=40, blank=True)  # a duty's topic; blank: every topic
    title = models.CharField(max_length=120, blank=True)
    organisation_id = models.BigIntegerField(null=True)
    first_responsible = models.BooleanField(default=False)

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["area", "role"], name="post_area"),
            models.Index(fields=["path", "role"], name="post_path"),
        ]


class Assignment(models.Model):
    """Somebody in a post from one moment to another, as its holder or as deputy."""

    id = models.BigAutoField(primary_key=True)
    post = models.ForeignKey(Post, models.PROTECT, related_name="assignments")
    account = models.ForeignKey(Account, models.PROTECT, related_name="assignments")
    starts_at = MomentField()
    ends_at = MomentField(null=True)
    deputy = models.BooleanField(default=False)

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["account", "starts_at"], name="assignment_account"),
            models.Index(fields=["post", "starts_at"], name="assignment_post"),
        ]


class Absence(models.Model):
    """When somebody cannot be reached, so that the deputy answers."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="absences")
    starts_at = MomentField()
    ends_at = MomentField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        app_label = "registry"
        indexes = [models.Index(fields=["account", "ends_at"], name="absence_account")]


class Occupied(Conflict):
    """A post has a holder for that time already."""

    code = "post_occupied"
    sentence = N_("{post} is held by {holder} in that time. End that first, or appoint a deputy.")


@dataclass(frozen=True)
class Answerable:
    """Who answers for a unit: the account, by which assignment, and whether as deputy."""

    account_id: int
    name: str
    phone: str
    post_id: int
    topic: str
    deputy: bool


def current(at: datetime | int, prefix: str = "") -> Q:
    """Assignments that run at a moment."""
    return Q(**{f"{prefix}starts_at__lte": at}) & (
        Q(**{f"{prefix}ends_at": None}) | Q(**{f"{prefix}ends_at__gt": at})
    )


def holdings_of(account_id: int, at: int) -> tuple[Holding, ...]:
    """What an account holds at a moment (UTC seconds), for policy.can; one query."""
    rows = Assignment.objects.filter(current(at), account_id=account_id).values_list(
        "post__role", "post__path", "ends_at"
    )
    return tuple(
        Holding(Role(role), path, clock.seconds(ends) if ends else None)
        for role, path, ends in rows
    )


def all_holdings(at: int) -> dict[int, tuple[Holding, ...]]:
    """What every account holds at a moment (UTC seconds); one query for who asks about many."""
    found: dict[int, list[Holding]] = {}
    rows = Assignment.objects.filter(current(at)).values_list(
        "account_id", "post__role", "post__path", "ends_at"
    )
    for account, role, path, ends in rows.iterator():
        holding = Holding(Role(role), path, clock.seconds(ends) if ends else None)
        found.setdefault(account, []).append(holding)
    return {account: tuple(held) for account, held in found.items()}


def actor_of(account: Account, at: int, *, two_factor: bool, exercise: bool = False) -> Actor:
    """The actor that an account is at a moment; every account is also a resident."""
    holdings = (*holdings_of(account.id, at), Holding(Role.RESIDENT, ""))
    return Actor(account.id, holdings, account.person_id, two_factor, exercise)


def first_responsible(area_id: int, topic: str, at: int) -> Answerable | None:
    """The one reachable person who answers for this unit and topic at this moment, or None.

    A post for the topic comes before a post for all; the holder before the deputy; then who
    has been there longest. Somebody absent is passed over.
    """
    rows = list(
        Assignment.objects.filter(
            current(at),
            post__area_id=area_id,
            post__first_responsible=True,
            post__topic__in={topic, ""},
            account__is_active=True,
        )
        .exclude(account__absences__starts_at__lte=at, account__absences__ends_at__gt=at)
        .select_related("account", "post")
    )
    if not rows:
        return None
    best = min(rows, key=lambda a: (a.post.topic == "", a.deputy, a.starts_at, a.id))
    return Answerable(
        best.account_id,
        best.account.display_name,
        best.account.phone,
        best.post_id,
        best.post.topic,
        best.deputy,
    )


def first_responsible_many(units: Iterable[int], at: int) -> dict[int, dict[str, int]]:
    """The first responsible account of each unit by topic ("" is every topic) at a moment.

    The same answer as first_responsible gives, in one query however many units there are.
    """
    found: dict[int, dict[str, int]] = {}
    wanted = sorted(set(units))
    named = len(wanted) <= UNITS_NAMED
    which = f"p.area_id IN ({', '.join(['%s'] * len(wanted))})" if named else "1 = 1"
    if not wanted:
        return found
    with connection.cursor() as cursor:  # every tick asks: written out, it takes a quarter
        cursor.execute(
            _FIRST_RESPONSIBLE.format(which=which), [*(wanted if named else ()), *[at] * 4]
        )
        sought = set(wanted)
        for unit, topic, account in cursor.fetchall():
            if unit in sought:
                found.setdefault(unit, {}).setdefault(topic, account)
    return found


_FIRST_RESPONSIBLE = """
SELECT p.area_id, p.topic, a.account_id
FROM registry_post p
JOIN registry_assignment a ON a.post_id = p.id
JOIN registry_account who ON who.id = a.account_id
WHERE {which} AND p.first_responsible AND who.is_active
  AND a.starts_at <= %s AND (a.ends_at IS NULL OR a.ends_at > %s)
  AND NOT EXISTS (SELECT 1 FROM registry_absence away WHERE away.account_id = a.account_id
                  AND away.starts_at <= %s AND away.ends_at > %s)
ORDER BY a.deputy, a.starts_at, a.id
"""


def holders(path: str, roles: Iterable[Role], at: int, topic: str = "") -> list[int]:
    """The accounts that hold one of the roles exactly at this area, at this moment."""
    return list(
        Assignment.objects.filter(
            current(at),
            post__path=path,
            post__role__in=[r.value for r in roles],
            post__topic__in={topic, ""},
            account__is_active=True,
        )
        .order_by("deputy", "id")
        .values_list("account_id", flat=True)
    )


def holders_above(path: str, roles: Iterable[Role], at: int) -> list[int]:
    """The accounts that hold one of the roles at this area or any above it."""
    paths = [path[:n] for n in range(PATH_STEP, len(path) + 1, PATH_STEP)]
    return list(
        Assignment.objects.filter(
            current(at),
            post__path__in=paths,
            post__role__in=[r.value for r in roles],
            account__is_active=True,
        ).values_list("account_id", flat=True)
    )


def appoint(
    post: Post,
    account: Account,
    *,
    starts_at: datetime,
    ends_at: datetime | None = None,
    deputy: bool = False,
) -> Assignment:
    """Put somebody into a post; a post has one holder at a time, and any number of deputies."""
    if ends_at is not None and ends_at <= starts_at:
        raise BadInput(
            N_("The end, {ends}, is not after the start, {starts}. Choose a later end."),
            ends=ends_at.isoformat(),
            starts=starts_at.isoformat(),
        )
    if not deputy:
        clash = Assignment.objects.filter(post=post, deputy=False).exclude(ends_at__lte=starts_at)
        if ends_at is not None:
            clash = clash.exclude(starts_at__gte=ends_at)
        held = clash.select_related("account").first()
        if held is not None:
            raise Occupied(post=post.title or post.role, holder=held.account.display_name)
    return Assignment.objects.create(
        post=post, account=account, starts_at=starts_at, ends_at=ends_at, deputy=deputy
    )


def relieve(assignment: Assignment, *, at: datetime) -> None:
    """End an assignment at a moment; the row stays."""
    Assignment.objects.filter(id=assignment.id).update(ends_at=at)


LOADED_POSTS = (
    "id", "role", "area", "path", "topic", "title", "organisation_id", "first_responsible",
)  # fmt: skip


def load_posts(rows: Iterable[Sequence[Any]]) -> int:
    """Add posts in bulk, as plain values in the order of LOADED_POSTS."""
    return bulk.insert(Post, LOADED_POSTS, rows)


LOADED_ASSIGNMENTS = (
    "id", "post", "account", "starts_at", "ends_at", "deputy",
)  # fmt: skip


def load_assignments(rows: Iterable[Sequence[Any]]) -> int:
    """Put people into free posts in bulk, in the order of LOADED_ASSIGNMENTS."""
    return bulk.insert(Assignment, LOADED_ASSIGNMENTS, rows)

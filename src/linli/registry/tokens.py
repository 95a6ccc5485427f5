"""Which machines may act for which account? Access tokens: shown once, kept as a hash, ended."""

import hashlib
import secrets

from django.db import models, transaction
from django.db.models import Q

from linli import clock, prepared
from linli.audit.records import record
from linli.columns import AreaPathField, MomentField
from linli.errors import N_, BadInput, NotFound, SignInNeeded, Word
from linli.policy.can import Actor, Ask, Holding, can, is_within
from linli.policy.powers import roles_for
from linli.policy.roles import Role
from linli.registry import admissions, areas
from linli.registry.accounts import Account
from linli.registry.roster import Assignment

PREFIX = "linli_"  # so that a token found in a log or a file is known for what it is
SECRET_BYTES = 32
LONGEST_DAYS = 400
EDIT = "accounts.edit"
DAY_S = 86_400


class ApiToken(models.Model):
    """A machine's access in the name of an account, until a moment of the wall clock."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="api_tokens")
    label = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.BigIntegerField(null=True)
    made_at = MomentField()
    ends_at = MomentField()
    revoked_at = MomentField(null=True)
    reach = AreaPathField(blank=True)  # no post outside it is lent, whoever is appointed later

    class Meta:
        app_label = "registry"


class TokenUnknown(SignInNeeded):
    """The token sent is not one of ours, or its time has passed."""

    code = "token_unknown"
    sentence = N_("This access token is not known here, or has ended. Ask for a new one.")


@transaction.atomic
def issue(
    account: Account, *, label: str, days: int, by: Actor, wall: int | None = None
) -> tuple[ApiToken, str]:
    """Make a token for an account and record who did; its text is never shown again."""
    if not 1 <= days <= LONGEST_DAYS:
        raise BadInput(
            N_("A token lasts from 1 to {most} days; {days} were asked."),
            most=LONGEST_DAYS,
            days=days,
        )
    holding = _may(by, account.id)
    text = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    at = int(clock.wall_now()) if wall is None else wall
    made = ApiToken.objects.create(
        account=account,
        label=label[:80],
        digest=digest(text),
        made_by=by.id,
        made_at=at,
        ends_at=at + days * DAY_S,
        reach=holding.path,
    )
    record(
        by, "issue", "token", made.id, holding=holding, detail={"account": account.id, "days": days}
    )
    return made, text


@transaction.atomic
def revoke(token_id: int, *, by: Actor, wall: int | None = None) -> None:
    """End a token now."""
    can(by, Ask(EDIT, roles_for(EDIT))).required()
    at = int(clock.wall_now()) if wall is None else wall
    found = ApiToken.objects.filter(id=token_id, revoked_at=None).first()
    if found is None or not _reaches(by, found.account_id):
        raise NotFound(what=Word(N_("access token")), value=token_id)
    holding = _may(by, found.account_id)
    ApiToken.objects.filter(id=found.id).update(revoked_at=at)
    record(by, "revoke", "token", token_id, holding=holding)


def listed(by: Actor, *, after: int = 0, most: int = 50) -> tuple[list[ApiToken], int | None]:
    """A page of the tokens of accounts within reach, and the key of the next page."""
    can(by, Ask(EDIT, roles_for(EDIT))).required()
    rows = list(ApiToken.objects.filter(id__gt=after).order_by("id")[: most + 1])
    key = rows[most - 1].id if len(rows) > most else None
    return [row for row in rows[:most] if _reaches(by, row.account_id)], key


def of_account(by: Actor, account_id: int) -> list[ApiToken]:
    """The tokens of one account within reach, the newest first."""
    can(by, Ask(EDIT, roles_for(EDIT))).required()
    if not _reaches(by, account_id):
        raise NotFound(what=Word(N_("account")), value=account_id)
    return list(ApiToken.objects.filter(account_id=account_id).order_by("-id"))


def own(actor: Actor) -> list[ApiToken]:
    """The tokens that act in the actor's own name, the newest first."""
    if actor.id is None:
        raise SignInNeeded()
    return list(ApiToken.objects.filter(account_id=actor.id).order_by("-id"))


@transaction.atomic
def end_own(actor: Actor, token_id: int, *, wall: int | None = None) -> None:
    """End a token of the own account; nobody is asked for that."""
    at = int(clock.wall_now()) if wall is None else wall
    if actor.id is None:
        raise SignInNeeded()
    mine = ApiToken.objects.filter(id=token_id, account_id=actor.id, revoked_at=None)
    if not mine.update(revoked_at=at):
        raise NotFound(what=Word(N_("access token")), value=token_id)
    record(actor, "revoke", "token", token_id)


def _posts(account_id: int) -> set[str]:
    """Where an account holds posts, now or later: a token would hold them too."""
    at = clock.now_s()
    mine = Assignment.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), account_id=account_id)
    return set(mine.values_list("post__path", flat=True))


def _may(by: Actor, account_id: int) -> Holding:
    """Nobody lends by a token what lies beyond their own reach."""
    roles = roles_for(EDIT)
    for path in sorted(_posts(account_id)):
        can(by, Ask(EDIT, roles, path)).required()
    if not _reaches(by, account_id):  # without a post, it is for who reaches the whole city
        can(by, Ask(EDIT, roles, areas.whole_city())).required()
    return can(by, Ask(EDIT, roles)).required()


def _reaches(by: Actor, account_id: int) -> bool:
    return admissions.reached(by).filter(id=account_id).exists()


def account_of(text: str, wall: int | None = None) -> Account:
    """The account a token stands for; raises TokenUnknown."""
    at = int(clock.wall_now()) if wall is None else wall
    found = (
        ApiToken.objects.filter(
            digest=digest(text), revoked_at=None, ends_at__gt=at, account__is_active=True
        )
        .select_related("account")
        .first()
    )
    if found is None:
        raise TokenUnknown()
    return found.account


_BEARER = """
SELECT a.id, a.person_id, t.reach, p.role, p.path, s.ends_at
FROM registry_apitoken t JOIN registry_account a ON a.id = t.account_id
LEFT JOIN registry_assignment s ON s.account_id = a.id AND s.starts_at <= %s
    AND (s.ends_at IS NULL OR s.ends_at > %s)
LEFT JOIN registry_post p ON p.id = s.post_id
WHERE t.digest = %s AND t.revoked_at IS NULL AND t.ends_at > %s AND a.is_active
"""


def bearer_of(text: str, *, at: int, exercise: bool, wall: int | None = None) -> Actor:
    """The actor whom a token stands for, with what the account holds at a moment; one statement.

    Posts count within the reach of whoever made the token. Raises TokenUnknown.
    """
    ends_after = int(clock.wall_now()) if wall is None else wall
    found = prepared.rows(_BEARER, [at, at, digest(text), ends_after])
    if not found:
        raise TokenUnknown()
    account_id, person_id, reach = found[0][:3]
    held = tuple(
        Holding(Role(role), path, ends)
        for *_, role, path, ends in found
        if role is not None and is_within(path, reach)
    )
    return Actor(account_id, (*held, Holding(Role.RESIDENT, "")), person_id, True, exercise)


def digest(text: str) -> str:
    """What is kept of a token: enough to know it again, not to show it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

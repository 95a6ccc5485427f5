"""Who is let in? Accounts are made, found, shut and opened, and given a new way to sign in.

An administrator reaches the accounts whose posts all lie within the administrator's own area.
An account without a post is for who administers the whole city, or for who made it; nobody
does any of this to the own account, which has its own page.
"""

from dataclasses import dataclass

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from linli import clock
from linli.audit.records import Record, record
from linli.errors import N_, BadInput, Conflict, NotFound, Word
from linli.policy.can import Actor, Ask, Holding, can, scope
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.accounts import Account
from linli.registry.areas import within
from linli.registry.roster import Assignment

EDIT = "accounts.edit"
KIND = "account"
ACCOUNTS_A_PAGE = 50
LEAST_NAME = 2
MOST_NAME = 80


class OwnAccount(Conflict):
    """An administrator would shut or reset the own account, and could lock everybody out."""

    code = "own_account"
    sentence = N_("This is your own account. Change it on your own page, or ask a colleague.")


@dataclass(frozen=True)
class Admission:
    """An account as an administrator sees it: whether it is open, and how it signs in."""

    account: Account
    has_password: bool
    second_factors: tuple[str, ...]  # kinds of authenticator, without the recovery codes
    posts: tuple[tuple[str, areas.Area], ...]  # role and area, now or later


def listed(by: Actor, *, text: str = "", after: int = 0) -> tuple[list[Account], int | None]:
    """A page of accounts within reach by their names, and the key of the next page.

    Residents' accounts are in no list; one is found by its whole user name.
    """
    can(by, Ask(EDIT, roles_for(EDIT))).required()
    text = text.strip()[:MOST_NAME]
    rows = reached(by).filter(id__gt=after)
    staff = Q(person_id=None)
    if text:
        named = Q(username__icontains=text) | Q(display_name__icontains=text)
        rows = rows.filter((staff & named) | Q(username=text))
    else:
        rows = rows.filter(staff)
    found = list(rows.order_by("id")[: ACCOUNTS_A_PAGE + 1])
    page = found[:ACCOUNTS_A_PAGE]
    return page, page[-1].id if len(found) > ACCOUNTS_A_PAGE else None


def one(by: Actor, account_id: int) -> Admission:
    """One account within reach; one out of reach sounds like one that is not there."""
    account, _ = _found(by, account_id)
    kinds = Authenticator.objects.filter(user_id=account.id).values_list("type", flat=True)
    posts = _current().filter(account_id=account.id).select_related("post__area")
    return Admission(
        account=account,
        has_password=account.has_usable_password(),
        second_factors=tuple(sorted({k for k in kinds if k != Authenticator.Type.RECOVERY_CODES})),
        posts=tuple((a.post.role, a.post.area) for a in posts.order_by("post__path", "id")),
    )


@transaction.atomic
def add(by: Actor, *, username: str, display_name: str, language: str = "zh-hans") -> Account:
    """Make an account that nobody can sign in to yet; it is let in by a link of its own."""
    holding = can(by, Ask(EDIT, roles_for(EDIT))).required()
    username, display_name = username.strip(), display_name.strip()
    if not LEAST_NAME <= len(username) <= MOST_NAME or not username.isprintable():
        raise BadInput(
            N_("A user name takes {least} to {most} characters; got {length}."),
            least=LEAST_NAME,
            most=MOST_NAME,
            length=len(username),
        )
    if any(letter.isspace() for letter in username):
        raise BadInput(N_("A user name has no spaces. Write it in one word."))
    if not display_name.isprintable() or len(display_name) > MOST_NAME:
        raise BadInput(N_("The name others see holds at most {most} characters."), most=MOST_NAME)
    made = Account.objects.create_user(
        username, None, display_name=display_name or username, language=language
    )
    record(by, "add", KIND, made.id, holding=holding)
    return made


@transaction.atomic
def shut(by: Actor, account_id: int) -> Account:
    """Let an account in no more; its sessions and tokens end with it. Its posts stay to be filled.

    Nothing is deleted: what it did keeps its name.
    """
    return _turned(by, account_id, active=False)


@transaction.atomic
def reopen(by: Actor, account_id: int) -> Account:
    """Let an account in again."""
    return _turned(by, account_id, active=True)


@transaction.atomic
def link_for(by: Actor, account_id: int) -> str:
    """Take the password away and give the path of a link that sets a new one, once.

    Whoever is signed in with the old password is signed out. The link ends by being used, by
    the next link, or after `PASSWORD_RESET_TIMEOUT` seconds.
    """
    account, holding = _another(by, account_id)
    if not account.is_active:
        raise Conflict(N_("This account is shut. Open it first."))
    account.set_unusable_password()
    account.save(update_fields=["password"])
    record(by, "password", KIND, account.id, holding=holding)
    key = default_token_generator.make_token(account)
    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(account), "key": key},
    )


@transaction.atomic
def forget_second_factor(by: Actor, account_id: int) -> None:
    """Remove what an account shows beside its password, so that it sets up another at sign-in."""
    account, holding = _another(by, account_id)
    Authenticator.objects.filter(user_id=account.id).delete()
    record(by, "second_factor", KIND, account.id, holding=holding)


def reached(by: Actor) -> QuerySet[Account]:
    """The accounts that this administrator may do something about."""
    ranges = scope(by, roles_for(EDIT))
    if any(first == "" or areas.whole_city().startswith(first) for first, _ in ranges):
        return Account.objects.all()
    posts = _current().filter(account_id=OuterRef("pk"))
    inside = within(ranges, "post__path")
    made = Record.objects.filter(actor_id=by.id, act="add", kind=KIND).values_list("subject")
    ids = [int(subject) for (subject,) in made] if by.id is not None else []
    return Account.objects.filter(
        Exists(posts.filter(inside)) & ~Exists(posts.exclude(inside))
        | (Q(id__in=ids) & ~Exists(posts))
    )


def _turned(by: Actor, account_id: int, *, active: bool) -> Account:
    account, holding = _another(by, account_id)
    if account.is_active != active:
        account.is_active = active
        account.save(update_fields=["is_active"])
        if not active:  # for good: to be let in again does not bring a token back
            tokens = account.api_tokens.filter(revoked_at=None)
            tokens.update(revoked_at=int(clock.wall_now()))
        record(by, "open" if active else "shut", KIND, account.id, holding=holding)
    return account


def _another(by: Actor, account_id: int) -> tuple[Account, Holding]:
    account, holding = _found(by, account_id)
    if account.id == by.id:
        raise OwnAccount()
    return account, holding


def _found(by: Actor, account_id: int) -> tuple[Account, Holding]:
    holding = can(by, Ask(EDIT, roles_for(EDIT))).required()
    account = reached(by).filter(id=account_id).first()
    if account is None:
        raise NotFound(what=Word(N_("account")), value=account_id)
    return account, holding


def _current() -> QuerySet[Assignment]:
    at = clock.now_s()
    return Assignment.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at))

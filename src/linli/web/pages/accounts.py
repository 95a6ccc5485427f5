"""Who can sign in, and how is somebody let in again who has lost the way? For administrators."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli.errors import N_, BadInput, Problem
from linli.policy.powers import roles_for
from linli.policy.roles import NAMES, Role
from linli.registry import admissions, tokens
from linli.web.menu import Nav, Section
from linli.web.page import id_of, signed_in, typed

TOKEN_DAYS = 90
FACTOR_NAMES = {"totp": N_("an authenticator app"), "webauthn": N_("a security key")}
LINK_HOURS = settings.PASSWORD_RESET_TIMEOUT // 3600


@never_cache
def accounts(request: HttpRequest) -> HttpResponse:
    """The accounts within reach, found by a part of a name."""
    return _listed(request)


def _listed(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    text = request.GET.get("text", "").strip()
    rows, after = admissions.listed(
        signed_in(request), text=text, after=id_of(request.GET.get("after", "")) or 0
    )
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "rows": rows,
        "after": after,
        "query": query.urlencode(),
        "text": text,
        "languages": settings.LANGUAGES,
        "values": typed(request) if problem else {},
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "accounts/list.html", context, status=status)


def add(request: HttpRequest) -> HttpResponse:
    """Make an account, and show the link by which it is entered."""
    if request.method != "POST":
        return redirect("accounts")
    actor, post = signed_in(request), request.POST
    language = post.get("language", "")
    try:
        if language not in dict(settings.LANGUAGES):
            raise BadInput(N_("Choose a language for the account."))
        made = admissions.add(
            actor,
            username=post.get("username", ""),
            display_name=post.get("display_name", ""),
            language=language,
        )
    except Problem as problem:
        return _listed(request, problem)
    link = admissions.link_for(actor, made.id)
    return _one(request, made.id, link=request.build_absolute_uri(link))


@never_cache
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    """One account: its posts, how it signs in, its tokens; what is done about it."""
    if request.method != "POST":
        return _one(request, account_id)
    try:
        return _done(request, account_id)
    except Problem as problem:
        return _one(request, account_id, problem=problem)


def _done(request: HttpRequest, account_id: int) -> HttpResponse:
    """What the button said; a secret is shown on the answer and nowhere else."""
    actor, asked = signed_in(request), request.POST.get("do", "")
    if asked == "link":
        link = admissions.link_for(actor, account_id)
        return _one(request, account_id, link=request.build_absolute_uri(link))
    if asked == "token":
        return _one(request, account_id, token=_token(request, account_id))
    if asked == "shut":
        admissions.shut(actor, account_id)
        said = gettext("The account is shut. Its seats still stand in the roster.")
    elif asked == "reopen":
        admissions.reopen(actor, account_id)
        said = gettext("The account is open again.")
    elif asked == "factor":
        admissions.forget_second_factor(actor, account_id)
        said = gettext("The second factor is forgotten. Another one is set up at the next sign-in.")
    elif asked == "revoke":
        admissions.one(actor, account_id)
        tokens.revoke(id_of(request.POST.get("token", "")) or 0, by=actor)
        said = gettext("The token has ended.")
    else:
        raise BadInput(N_("Nothing was asked. Use the buttons of the page."))
    messages.success(request, said)
    return redirect("account", account_id=account_id)


def _token(request: HttpRequest, account_id: int) -> str:
    actor, post = signed_in(request), request.POST
    label, days = post.get("label", "").strip(), id_of(post.get("days", ""))
    known = admissions.one(actor, account_id).account
    if not label or days is None:
        raise BadInput(N_("Say what the token is for, and how many days it lasts."))
    _, text = tokens.issue(known, label=label, days=days, by=actor)
    return text


def _one(
    request: HttpRequest,
    account_id: int,
    *,
    link: str = "",
    token: str = "",
    problem: Problem | None = None,
) -> HttpResponse:
    actor = signed_in(request)
    found = admissions.one(actor, account_id)
    context = {
        "found": found,
        "one": found.account,
        "own": found.account.id == actor.id,
        "factors": [FACTOR_NAMES.get(kind, kind) for kind in found.second_factors],
        "posts": [(NAMES[Role(role)], area) for role, area in found.posts],
        "tokens": tokens.of_account(actor, account_id),
        "link": link,
        "hours": LINK_HOURS,
        "token": token,
        "most_days": tokens.LONGEST_DAYS,
        "values": {"days": str(TOKEN_DAYS)} | (dict(typed(request)) if problem else {}),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "accounts/one.html", context, status=status)


NAV = Nav(N_("Accounts"), "accounts", roles_for("accounts.edit"), 65, Section.HOUSE)
URLS = [
    path("accounts", accounts, name="accounts"),
    path("accounts/new", add, name="account_add"),
    path("accounts/<int:account_id>", account, name="account"),
]

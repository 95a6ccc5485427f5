"""The cast of the demonstration: be anybody by one click. There is no such page elsewhere."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.policy.roles import NAMES, SENTENCES, Role
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.areas import Area
from linli.registry.roster import Assignment
from linli.web.purposes import KEPT

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True)
class Member:
    """One of the cast: the account, what it is, and where."""

    account: Account
    role: str
    sentence: str
    area: Area | None


def _only_in_demo() -> None:
    if not settings.DEMO:
        raise Http404


@never_cache
def cast(request: HttpRequest) -> HttpResponse:
    """Everybody of the cast, with role and area."""
    _only_in_demo()
    return render(request, "cast/cast.html", {"members": _members()})


def be(request: HttpRequest, username: str) -> HttpResponse:
    """Sign in as one of the cast, in a fresh session."""
    _only_in_demo()
    account = Account.objects.filter(username=username, is_cast=True, is_active=True).first()
    if account is None or request.method != "POST":
        raise Http404
    request.session.flush()
    login(request, account, backend=BACKEND)
    request.session.pop(KEPT, None)
    said = gettext("You are {name} now.").format(name=account.display_name)
    messages.success(request, said)
    return redirect("work")


def _members() -> list[Member]:
    accounts = list(Account.objects.filter(is_cast=True, is_active=True).order_by("id"))
    held = {
        a.account_id: a.post
        for a in Assignment.objects.filter(
            roster.current(clock.now_s()), account__in=accounts
        ).select_related("post__area")
    }
    return [_member(account, held.get(account.id)) for account in accounts]


def _member(account: Account, post: roster.Post | None) -> Member:
    role = Role(post.role) if post else Role.RESIDENT
    return Member(account, NAMES[role], SENTENCES[role], post.area if post else None)


URLS = [path("cast", cast, name="cast"), path("cast/<str:username>", be, name="be")]

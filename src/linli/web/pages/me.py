"""Who am I here? My posts, my purpose, my way to sign in, my tokens, and who looked at me."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli.audit import acts
from linli.audit.words import ACTS
from linli.policy.can import OWNERS
from linli.policy.roles import NAMES, PURPOSE_NAMES, SENTENCES, Purpose, Role
from linli.registry import tokens
from linli.registry.areas import Area
from linli.web import purposes
from linli.web.page import id_of, signed_in

LOOKS_A_PAGE = 30


@never_cache
def me(request: HttpRequest) -> HttpResponse:
    """What this account holds right now, and until when."""
    actor = signed_in(request)
    held = [h for h in actor.holdings if h.role not in OWNERS]
    areas = {a.path: a for a in Area.objects.filter(path__in={h.path for h in held})}
    context = {
        "holdings": [(NAMES[h.role], SENTENCES[h.role], areas.get(h.path), h.until) for h in held],
        "purposes": purposes.open_to(request),
        "chosen": purposes.of(request),
        "tokens": tokens.own(actor),
    }
    return render(request, "about/me.html", context)


def end_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a program's access in the own name."""
    if request.method == "POST":
        tokens.end_own(signed_in(request), token_id)
        messages.success(request, gettext("The token has ended."))
    return redirect("me")


@never_cache
def looks(request: HttpRequest) -> HttpResponse:
    """Who looked at or changed the own record: when, in which role, what for; no names."""
    actor = signed_in(request)
    before = id_of(request.GET.get("after", ""))
    rows = (
        acts.looks_at(actor.person_id, before=before, most=LOOKS_A_PAGE)
        if actor.person_id is not None
        else []
    )
    context = {
        "rows": rows,
        "after": rows[-1].id if len(rows) == LOOKS_A_PAGE else None,
        "has_record": actor.person_id is not None,
        "acts": ACTS,
        "roles": {role.value: NAMES[role] for role in Role},
        "purposes": {p.value: PURPOSE_NAMES[p] for p in Purpose},
    }
    return render(request, "about/looks.html", context)


URLS = [
    path("me", me, name="me"),
    path("me/looks", looks, name="looks"),
    path("me/tokens/<int:token_id>/end", end_token, name="end_token"),
]

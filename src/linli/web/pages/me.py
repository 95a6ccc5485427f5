"""Who am I here? My posts, my purpose, my language, my way to sign in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache

from linli.policy.can import OWNERS
from linli.policy.roles import NAMES, SENTENCES
from linli.registry.areas import Area
from linli.web import purposes
from linli.web.page import signed_in


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
    }
    return render(request, "about/me.html", context)


URLS = [path("me", me, name="me")]

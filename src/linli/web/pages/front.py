"""The front: what does a resident need, and what may everybody know?"""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.i18n import set_language

from linli import clock
from linli.loops import board
from linli.registry.declarations import Declaration
from linli.registry.signed_in import actor_of
from linli.web.groups import grouped, types_in_use


def front(request: HttpRequest) -> HttpResponse:
    """What do you need? And what is declared for the city, until when."""
    now, exercise = clock.now_s(), actor_of(request).exercise
    declared = (
        Declaration.objects.filter(
            Q(lifted_at=None) | Q(lifted_at__gt=now),
            starts_at__lte=now,
            ends_at__gt=now,
            exercise=exercise,
        )
        .select_related("area")
        .order_by("path")
    )
    context = {
        "groups": grouped(types_in_use(clock.day(clock.now()))),
        "declared": declared,
        "sums": board.total("", loop="request", exercise=exercise),
    }
    return render(request, "front/front.html", context)


URLS = [path("", front, name="front"), path("language", set_language, name="language")]

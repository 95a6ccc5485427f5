"""Which mode is the city in, by whose word and until when? Declared, and lifted, here."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, BadInput, Problem
from linli.plans import modes
from linli.plans.modes import NewDeclaration
from linli.policy.can import scope
from linli.policy.powers import roles_for
from linli.policy.roles import STAFF
from linli.registry import areas
from linli.registry.areas import Area, AreaKind
from linli.registry.declarations import Mode, Phase
from linli.registry.signed_in import actor_of
from linli.web.menu import Nav, Section
from linli.web.page import id_of, moment_of, signed_in, typed, working


@never_cache
def view(request: HttpRequest) -> HttpResponse:
    """What is declared, what was, and the form to declare."""
    working(request, STAFF)
    return _page(request)


def _page(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    ranges = scope(actor_of(request), roles_for("mode.declare"))
    now = clock.now()
    known = modes.history("", exercise=actor_of(request).exercise)
    running = [d for d in known if _runs(d, now)]
    context = {
        "running": running,
        "past": [d for d in known if d not in running][:50],
        "places": _places(ranges),
        "liftable": {d.id for d in running if any(a <= d.path < b for a, b in ranges)},
        "modes": Mode.choices,
        "phases": [(p, label) for p, label in Phase.choices if p],
        "values": typed(request) if problem else {},
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "modes/modes.html", context, status=status)


def _runs(declaration: modes.Declaration, now: datetime) -> bool:
    lifted = declaration.lifted_at is not None and declaration.lifted_at <= now
    return not lifted and declaration.ends_at > now


def _places(ranges: tuple[tuple[str, str], ...]) -> list[Area]:
    """Where this person may declare: the city, districts and streets of the own area."""
    wide = (AreaKind.CITY, AreaKind.DISTRICT, AreaKind.STREET, AreaKind.TOWN, AreaKind.TOWNSHIP)
    return list(Area.objects.filter(areas.within(ranges), kind__in=wide).order_by("path"))


def declare(request: HttpRequest) -> HttpResponse:
    """Declare a mode for an area, with an end."""
    if request.method != "POST":
        return redirect("modes")
    actor = signed_in(request)
    post = request.POST
    try:
        area_id = id_of(post.get("area", ""))
        if area_id is None:
            raise BadInput(N_("Choose the area it holds for."))
        area = areas.get(area_id)
        starts = moment_of(post.get("starts_at", "")) or clock.now()
        ends = moment_of(post.get("ends_at", ""))
        if ends is None:
            raise BadInput(N_("Say when it ends: emergency powers end."))
        new = NewDeclaration(
            mode=post.get("mode", ""),
            authority=post.get("authority", ""),
            reason=post.get("reason", ""),
            starts_at=clock.seconds(starts),
            ends_at=clock.seconds(ends),
            phase=post.get("phase", ""),
        )
        modes.declare(actor, area, new, now=clock.now_s())
    except Problem as problem:
        return _page(request, problem)
    messages.success(request, gettext("Declared. Clocks and forms follow at once."))
    return redirect("modes")


def lift(request: HttpRequest, declaration_id: int) -> HttpResponse:
    """End a declaration before its time."""
    if request.method != "POST":
        return redirect("modes")
    modes.lift(signed_in(request), declaration_id, now=clock.now_s())
    messages.success(request, gettext("Lifted. Clocks and forms follow at once."))
    return redirect("modes")


NAV = Nav(N_("Modes"), "modes", STAFF, 80, Section.HOUSE)
URLS = [
    path("modes", view, name="modes"),
    path("modes/declare", declare, name="declare"),
    path("modes/<int:declaration_id>/lift", lift, name="lift"),
]

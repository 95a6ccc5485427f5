"""Who is first responsible where, and which seats are empty?"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, Problem
from linli.policy.can import OWNERS, Actor, Ask, can
from linli.policy.powers import roles_for
from linli.policy.roles import NAMES, STAFF, Role
from linli.registry import accounts, appointing, areas, roster, seats
from linli.registry.areas import Area
from linli.registry.signed_in import actor_of
from linli.web.menu import Nav, Section
from linli.web.page import allow, id_of, moment_of, signed_in, typed

VERB = "roster.see"


@never_cache
def view(request: HttpRequest) -> HttpResponse:
    """The seats of an area, its empty ones below, and who answers there now."""
    signed_in(request)
    return _page(request)


def _page(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    actor = actor_of(request)
    area = _area(request, actor)
    allow(request, VERB, path=area.path)
    now = clock.now_s()
    edits = can(actor, Ask("roster.edit", roles_for("roster.edit"), area.path)).allowed
    context = {
        "area": area,
        "above": areas.ancestors(area),
        "below": Area.objects.filter(parent=area).order_by("path"),
        "seats": seats.seats_in(area, now, below=False),
        "vacant": seats.vacancies(area.path, now, most=30),
        "answers": roster.first_responsible(area.id, "", now) if area.tier is not None else None,
        "names": {role.value: NAMES[role] for role in Role},
        "edits": edits,
        "values": typed(request) if problem else {},
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "roster/roster.html", context, status=status)


def appoint(request: HttpRequest) -> HttpResponse:
    """Put somebody into a seat of this area."""
    if request.method != "POST":
        return redirect("roster")
    post = request.POST
    try:
        made = appointing.appoint(
            signed_in(request),
            id_of(post.get("post", "")) or 0,
            accounts.called(post.get("username", "")).id,
            starts_at=moment_of(post.get("starts_at", "")) or clock.now(),
            ends_at=moment_of(post.get("ends_at", "")),
            deputy=post.get("deputy") == "true",
        )
    except Problem as problem:
        return _page(request, problem)
    said = gettext("{name} is appointed.").format(name=made.account.display_name)
    messages.success(request, said)
    return _back(request)


def relieve(request: HttpRequest) -> HttpResponse:
    """End somebody's time in a seat now."""
    if request.method != "POST":
        return redirect("roster")
    try:
        given = id_of(request.POST.get("assignment", "")) or 0
        appointing.relieve(signed_in(request), given, at=clock.now())
    except Problem as problem:
        return _page(request, problem)
    messages.success(request, gettext("The seat is free from now on."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    answer = redirect("roster")
    area = request.POST.get("area", "")
    if id_of(area) is not None:
        answer["Location"] += f"?area={area}"
    return answer


def _area(request: HttpRequest, actor: Actor) -> Area:
    given = request.GET.get("area") or request.POST.get("area") or ""
    if (area_id := id_of(given)) is not None:
        return areas.get(area_id)
    held = [h.path for h in actor.holds(roles_for(VERB)) if h.role not in OWNERS]
    found = Area.objects.filter(path=min(held, key=len, default="")).first()
    return found or areas.get(0)


NAV = Nav(N_("Roster"), "roster", STAFF, 60, Section.HOUSE)
URLS = [
    path("roster", view, name="roster"),
    path("roster/appoint", appoint, name="appoint"),
    path("roster/relieve", relieve, name="relieve"),
]

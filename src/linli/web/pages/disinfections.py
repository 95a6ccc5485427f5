"""What is to be disinfected today, and what is not done yet? By place."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, BadInput, Problem
from linli.loops import catalogue
from linli.loops.disinfections import watch
from linli.policy.can import scope
from linli.policy.powers import roles_for
from linli.policy.roles import FIELD_STAFF
from linli.registry import areas
from linli.registry.areas import Area
from linli.registry.signed_in import actor_of
from linli.web.menu import Nav, Section
from linli.web.page import id_of, typed, working


@never_cache
def disinfections(request: HttpRequest) -> HttpResponse:
    """Today's undone by place, and the form to put a place onto the sheet."""
    working(request, FIELD_STAFF)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            _plan(request)
        except Problem as found:
            problem = found
        else:
            messages.success(request, gettext("It is on the sheet."))
            return redirect("disinfections")
    return _page(request, problem)


def _plan(request: HttpRequest) -> None:
    given = request.POST
    name = given.get("name", "").strip()
    if len(name) < 2:
        raise BadInput(N_("Say which place it is, in two letters or more."))
    watch.plan(
        actor_of(request),
        areas.get(id_of(given.get("area", "")) or 0),
        name[:120],
        first_day=clock.day(clock.now()),
        weekdays="".join(given.getlist("weekday")),
        agent=given.get("agent", "").strip()[:80],
        photo="photo" in given,
    )


def _page(request: HttpRequest, problem: Problem | None) -> HttpResponse:
    actor = actor_of(request)
    today: date = clock.day(clock.now())
    items = [
        item
        for first, _ in scope(actor, FIELD_STAFF)
        for item in watch.undone(first, today, exercise=actor.exercise)
    ]
    places = Area.objects.in_bulk({item.area_id for item in items})
    planners = roles_for(watch.PLAN)
    held = [h.path for h in actor.holds(planners)]
    context = {
        "today": today,
        "rows": [(item, places[item.area_id]) for item in items],
        "loop": catalogue.get("disinfection"),
        "places": list(
            Area.objects.filter(areas.under(min(held, key=len)), valid_until=None)
            .exclude(kind="building")
            .order_by("path")[:300]
        )
        if held
        else [],
        "weekdays": WEEKDAYS,
        "problem": problem,
        "typed": typed(request),
    }
    status = problem.status if problem else 200
    return render(request, "disinfections/disinfections.html", context, status=status)


WEEKDAYS = (
    ("1", N_("Monday")),
    ("2", N_("Tuesday")),
    ("3", N_("Wednesday")),
    ("4", N_("Thursday")),
    ("5", N_("Friday")),
    ("6", N_("Saturday")),
    ("7", N_("Sunday")),
)
NAV = Nav(N_("Disinfections"), "disinfections", FIELD_STAFF, 36, Section.PICTURE)
URLS = [path("disinfections", disinfections, name="disinfections")]

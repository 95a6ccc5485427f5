"""Which orders are out, which units have them, and which have done them? Issued here, too."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock, uids
from linli.errors import N_, BadInput, Problem
from linli.loops import catalogue, find
from linli.loops.advance import Opening, open_item
from linli.loops.directives.forms import LOWER_TIERS
from linli.loops.directives.reach import Reached, reached
from linli.loops.find import Filters
from linli.loops.scene import scene
from linli.policy.can import Actor
from linli.policy.roles import DUTY_OFFICERS, FIELD_STAFF, Role
from linli.registry.areas import TIER_NAMES, Area, Tier
from linli.registry.signed_in import actor_of
from linli.web.menu import Nav, Section
from linli.web.page import id_of, signed_in, typed, working

READERS = FIELD_STAFF | {Role.AUDITOR}
SHOWN = 20  # orders on the page, the newest first


@dataclass(frozen=True)
class Order:
    """One order and where it stands at each tier."""

    item: find.Item
    place: Area
    tiers: list[tuple[str, Reached]]
    text: str


@never_cache
def view(request: HttpRequest) -> HttpResponse:
    """The orders in this person's area, and the form to issue one."""
    working(request, READERS)
    return _page(request)


def _page(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    actor = actor_of(request)
    rows = find.items(actor, filters=Filters(loop="directive"), purpose=None, most=SHOWN).rows
    places = Area.objects.in_bulk({row.area_id for row in rows})
    context = {
        "orders": [
            Order(
                row,
                places[row.area_id],
                [(TIER_NAMES[r.tier], r) for r in reached(row.id)],
                row.data.get("text", ""),
            )
            for row in rows
        ],
        "places": _places(actor),
        "tiers": [(int(tier), TIER_NAMES[Tier(tier)]) for tier in reversed(LOWER_TIERS)],
        "classes": catalogue.get("directive").classes.items(),
        "chosen": set(request.POST.getlist("tiers")) if problem else set("012"),
        "values": typed(request) if problem else {"item_class": "normal", "report": "on"},
        "uid": request.POST.get("uid") if problem else str(uids.fresh()),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "directives/directives.html", context, status=status)


def _places(actor: Actor) -> list[Area]:
    """Where this person may order: the areas of the own posts on duty."""
    paths = {holding.path for holding in actor.holds(DUTY_OFFICERS)}
    return list(Area.objects.filter(path__in=paths).order_by("path"))


def issue(request: HttpRequest) -> HttpResponse:
    """Send an order down to every unit of the chosen tiers."""
    if request.method != "POST":
        return redirect("directives")
    actor, post = signed_in(request), request.POST
    try:
        area_id = id_of(post.get("area", ""))
        if area_id is None:
            raise BadInput(N_("Choose the area it holds for."))
        said = {
            "title": post.get("title", ""),
            "text": post.get("text", ""),
            "tiers": [tier for t in post.getlist("tiers") if (tier := id_of(t)) is not None],
            "report": "report" in post,
        }
        opening = Opening(
            area_id=area_id,
            item_class=post.get("item_class", ""),
            data=said,
            title=post.get("title", ""),
            uid=_uid(post.get("uid", "")),
            channel="page",
        )
        made = open_item(catalogue.get("directive"), opening, scene(actor, clock.now_s()))
    except Problem as problem:
        return _page(request, problem)
    n_units = sum(r.n_units for r in reached(made.item_id))
    messages.success(request, gettext("Sent down to {n} units.").format(n=n_units))
    return redirect("directives")


def _uid(text: str) -> UUID:
    """The id that the form was given, so that a form sent twice is one order."""
    try:
        return UUID(text)
    except ValueError:
        return uids.fresh()


NAV = Nav(N_("Directives"), "directives", READERS, 45, Section.PICTURE)
URLS = [
    path("directives", view, name="directives"),
    path("directives/issue", issue, name="issue"),
]

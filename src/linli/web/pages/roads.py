"""Where are the runs, which roads are closed, and which way do they take now? The desk's map."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, Problem
from linli.loops import catalogue
from linli.loops.beds.receivers import DISPATCHERS
from linli.loops.closures import draw
from linli.loops.closures.draw import ClosureAsk
from linli.loops.opening import check_form
from linli.loops.scene import Scene
from linli.onemap import shapes, sights
from linli.policy.can import Actor
from linli.policy.powers import roles_for
from linli.registry.areas import Area
from linli.registry.sites import Site
from linli.registry.vehicles import VehicleKind
from linli.registry.wards import BedSeverity
from linli.studies.dispatch import desk, lifting, rerouting
from linli.studies.dispatch.closing import close
from linli.web import purposes
from linli.web.forms import answers, fields_of
from linli.web.menu import Nav, Section
from linli.web.page import id_of, moment_of, typed, working

DRAWERS = roles_for(draw.DRAW)
MOMENTS = ("from_at", "until_at")
USUALLY = timedelta(hours=12)  # what the form offers as the end of a closure
MOST_OFFERED = 250  # areas around which roads may be closed, on one page


@never_cache
def roads(request: HttpRequest) -> HttpResponse:
    """The map with its table, what is closed, and a form to close a road."""
    return _page(request)


def _page(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    actor = working(request, DISPATCHERS)
    now = clock.now_s()
    told = desk.look(actor, now=now)
    context = {
        "told": told,
        "closures": [(one, draw.may_lift(actor, one)) for one in told.closures],
        "kinds": dict(VehicleKind.choices),
        "run_loop": catalogue.get("run"),
        "severities": dict(BedSeverity.choices),
        "fields": _fields(request, actor, problem),
        "outlines": _outlines(actor),
        "problem": problem,
        "opened": bool(problem) or "points" in request.GET,
    }
    return render(request, "roads/roads.html", context, status=problem.status if problem else 200)


def _fields(request: HttpRequest, actor: Actor, problem: Problem | None) -> list[Any]:
    met = {name: request.GET[name] for name in ("shape", "points") if name in request.GET}
    asked = {**met, **typed(request)}
    fields = []
    for one in fields_of(ClosureAsk, asked, problem):
        if one.name in MOMENTS:
            value = asked.get(one.name, "") or (
                _local(clock.now() + USUALLY) if one.name == "until_at" else ""
            )
            fields.append(replace(one, kind="datetime-local", value=value))
        elif one.name == "passes":
            chosen = ",".join(request.POST.getlist("passes"))
            fields.append(replace(one, kind="many", choices=tuple(VehicleKind.choices),
                                  value=chosen))  # fmt: skip
        elif one.name == "area_id":
            fields.append(replace(one, kind="select", choices=_areas(actor)))
        else:
            fields.append(one)
    return fields


def _local(at: datetime) -> str:
    return localtime(at).strftime("%Y-%m-%dT%H:%M")


def _home(actor: Actor) -> Area | None:
    widest = min((h.path for h in actor.holds(DISPATCHERS)), key=len, default=None)
    return None if widest is None else Area.objects.filter(path=widest).first()


def _areas(actor: Actor) -> tuple[tuple[str, str], ...]:
    """The areas just below the dispatcher's own, by name."""
    home = _home(actor)
    if home is None:
        return ()
    rows = Area.objects.filter(parent=home, valid_until=None).order_by("path")[:MOST_OFFERED]
    return tuple((str(area.id), area.name_zh) for area in rows)


def _outlines(actor: Actor) -> tuple[int, int, str] | None:
    """The area, tier and mark by which the outlines of the background are fetched."""
    home = _home(actor)
    if home is None or not sights.tiers_below(home):
        return None
    tier = sights.chosen_tier(home)
    return home.id, int(tier), shapes.sheet(home, tier).mark


@never_cache
def drawn(request: HttpRequest) -> HttpResponse:
    """What the map shows now, as GeoJSON; asked again every few seconds."""
    actor = working(request, DISPATCHERS)
    return JsonResponse(desk.drawn(desk.look(actor, now=clock.now_s())))


def shut(request: HttpRequest) -> HttpResponse:
    """A road is closed; who was to drive there is marked, and a new way is one key away."""
    if request.method != "POST":
        return redirect("roads")
    actor = working(request, DRAWERS)
    try:
        given = answers(ClosureAsk, request.POST)
        given["passes"] = request.POST.getlist("passes")
        for name in MOMENTS:
            at = moment_of(str(given.get(name, "")))
            given[name] = at.isoformat() if at else None
        form = ClosureAsk.model_validate(check_form(ClosureAsk, given))
        done = close(actor, form, now=clock.now_s())
    except Problem as problem:
        return _page(request, problem)
    n = len(done.run_ids)
    said = ngettext(
        "Closed. {n} run was to drive there: plan a new way.",
        "Closed. {n} runs were to drive there: plan new ways.",
        n,
    )
    messages.success(request, said.format(n=n) if n else gettext("Closed. No run drives there."))
    return redirect("ways" if n else "roads")


def lift(request: HttpRequest, closure_id: int) -> HttpResponse:
    """The road is open again."""
    if request.method != "POST":
        return redirect("roads")
    done = lifting.lift(working(request, DRAWERS), closure_id, now=clock.now_s())
    n = len(done.run_ids)
    said = ngettext(
        "The road is open again. {n} run had met it: see whether a way is shorter now.",
        "The road is open again. {n} runs had met it: see whether a way is shorter now.",
        n,
    )
    messages.success(request, said.format(n=n) if n else gettext("The road is open again."))
    return redirect("ways" if n else "roads")


@never_cache
def ways(request: HttpRequest) -> HttpResponse:
    """The old and the new way of every run that meets a closure; one tap takes a new one."""
    actor, now = working(request, DISPATCHERS), clock.now_s()
    problem: Problem | None = None
    if request.method == "POST":
        run_id = id_of(request.POST.get("run", "")) or 0
        scene = Scene(actor, now, purposes.of(request) or "")
        try:
            rerouting.accept(scene, run_id, request.POST.get("digest", ""))
        except Problem as found:
            problem = found
        else:
            messages.success(request, gettext("The new way is taken; the driver sees it."))
            return redirect("ways")
    context = {"rows": _rows(rerouting.propose(actor, now=now)), "problem": problem}
    return render(request, "roads/ways.html", context, status=problem.status if problem else 200)


def _rows(found: list[rerouting.NewWay]) -> list[Any]:
    stops = [
        stop for one in found for way in (one.old, one.new) if way is not None for stop in way.stops
    ]
    areas = Area.objects.in_bulk({stop.area_id for stop in stops if stop.area_id})
    sites = Site.objects.in_bulk({stop.site_id for stop in stops if stop.site_id})

    def named(way: Any) -> list[Any]:
        return [] if way is None else [
            (stop, areas.get(stop.area_id or 0), sites.get(stop.site_id or 0),
             clock.moment(stop.arrive_at))
            for stop in way.stops
        ]  # fmt: skip

    return [(one, named(one.old), named(one.new)) for one in found]


NAV = Nav(N_("Roads and runs"), "roads", DISPATCHERS, 19, Section.MOVES)
URLS = [
    path("roads", roads, name="roads"),
    path("roads/drawn.json", drawn, name="roads_drawn"),
    path("roads/shut", shut, name="road_shut"),
    path("roads/<int:closure_id>/lift", lift, name="road_lift"),
    path("roads/ways", ways, name="ways"),
]

"""A run on one page: who is on it, what is missing before it leaves, and what the driver does."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.loops import catalogue
from linli.loops.advance import advance
from linli.loops.beds.receivers import DISPATCHERS, named, on_duty
from linli.loops.closures.tables import RoadClosure
from linli.loops.runs import sheet as sheets
from linli.loops.runs.compose import compose
from linli.loops.runs.on_road import ON_ITS_WAY
from linli.loops.scene import Scene
from linli.policy.can import Actor, scope
from linli.policy.powers import roles_for
from linli.policy.roles import STAFF, Role
from linli.registry.areas import within
from linli.registry.roster import Assignment, current
from linli.registry.vehicles import Vehicle
from linli.registry.wards import BedCategory, BedSeverity
from linli.studies.dispatch import desk, lifting
from linli.web import purposes
from linli.web.forms import answers, fields_of
from linli.web.menu import Nav, Section
from linli.web.page import id_of, signed_in, typed, working

CREW = roles_for(sheets.SEE)
ASKED_ON_THE_PAGE = ("equip", "check_route", "tell_position", "meet_closure", "disinfect")
ESCORTS = STAFF - {Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR}
MOST_OFFERED = 200


@never_cache
def drive(request: HttpRequest) -> HttpResponse:
    """The driver's own run; where there are several, the list of them."""
    actor = working(request, CREW)
    mine = sheets.runs_of(actor)
    own = [run for run in mine if run.data.get("driver_id") == actor.id]
    if len(own) == 1:
        return redirect("run", run_id=own[0].id)
    context = {"runs": own or mine, "run_loop": catalogue.get("run"), "severities": SEVERITIES}
    return render(request, "runs/drive.html", context)


@never_cache
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run, with its gates open and shut."""
    return _page(request, run_id)


def _page(
    request: HttpRequest, run_id: int, *, tried: str = "", problem: Problem | None = None
) -> HttpResponse:
    actor = signed_in(request)
    told = sheets.sheet(actor, run_id, purpose=purposes.of(request), now=clock.now_s())
    loop = catalogue.get("run")
    steps = [
        (step, _fields(step, told, request, tried, problem))
        for step in loop.steps_from(told.run.stage)
        if step.name in ASKED_ON_THE_PAGE
    ]
    sends = bool(actor.holds(DISPATCHERS))
    free = lifting.open_again([told.run], now=clock.now_s()) if sends else {}
    way = desk.way(told.run, exercise=actor.exercise, now=clock.now_s())
    context = {
        "way": way,
        "stops": desk.stops_of(way) if way else [],
        "closure": _closure(told.run.data.get("route", {}).get("closure_id")),
        "open_again": free.get(told.run.id) if told.run.stage in ON_ITS_WAY else None,
        "sheet": told,
        "run": told.run,
        "loop": loop,
        "transfer_loop": catalogue.get("transfer"),
        "steps": steps,
        "tried": tried,
        "sends": sends,
        "offers": _offers(actor, told) if sends and told.run.stage == "drafted" else None,
        "categories": dict(BedCategory.choices),
        "severities": SEVERITIES,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "runs/run.html", context, status=status)


def _closure(closure_id: int | None) -> Any:
    """The closure that a run meets, with its reason and its end."""
    return RoadClosure.objects.filter(id=closure_id or 0).first()


def _fields(step: Any, told: sheets.Sheet, request: HttpRequest, tried: str, problem: Any) -> Any:
    """A step's form; what was seen before stands in it."""
    kept = {"equip": "equipment", "check_route": "route"}.get(step.name, "")
    values = typed(request) if step.name == tried else told.run.data.get(kept, {})
    mine = problem if step.name == tried else None
    return fields_of(step.asks, values, mine, prefix=f"{step.name}-")


def _offers(actor: Actor, told: sheets.Sheet) -> dict[str, Any]:
    """The vehicles, drivers and escorts that a dispatcher may name here."""
    now = clock.now_s()
    here = within(scope(actor, DISPATCHERS))
    vehicles = Vehicle.objects.filter(here, valid_until=None).order_by("kind", "plate")
    data = told.run.data
    return {
        "vehicles": list(vehicles[:MOST_OFFERED]),
        "drivers": named(_near(told.run.path, {Role.DRIVER}, now)),
        "escorts": named(_near(told.run.path, ESCORTS, now)),
        "escort_ids": data.get("escort_ids", []),
    }


def _near(at: str, roles: Any, now: int) -> list[int]:
    """Who holds one of these roles at a place, above it, or below it, and is not away."""
    below = Assignment.objects.filter(
        current(now), post__path__startswith=at, post__role__in=[r.value for r in roles]
    ).values_list("account_id", flat=True)
    return sorted({*on_duty(at, now, frozenset(roles)), *below[:MOST_OFFERED]})


def new(request: HttpRequest) -> HttpResponse:
    """A run is made up from those who were ticked."""
    if request.method != "POST":
        return redirect("transfers")
    actor, purpose = working(request, DISPATCHERS), purposes.of(request)
    ids = [i for text in request.POST.getlist("transfer") if (i := id_of(text))]
    if not ids:
        raise BadInput(N_("Nobody is ticked. Tick who goes on the run."))
    made = compose(Scene(actor, clock.now_s(), purpose or ""), ids)
    return redirect("run", run_id=made)


def act(request: HttpRequest, run_id: int, name: str) -> HttpResponse:
    """One step of a run, from its page; what is refused stands on the page with its reasons."""
    if request.method != "POST":
        return redirect("run", run_id=run_id)
    actor, purpose = signed_in(request), purposes.of(request)
    sheets.sheet(actor, run_id, purpose=purpose, now=clock.now_s())  # theirs to see
    step = catalogue.get("run").step(name)
    if step is None:
        raise NotFound(what=Word(N_("step")), value=name[:40])
    try:
        scene = Scene(actor, clock.now_s(), purpose or "")
        advance(run_id, name, scene, data=_answers(step, request))
    except Problem as problem:
        return _page(request, run_id, tried=name, problem=problem)
    messages.success(request, gettext("Done: {step}.").format(step=gettext(step.label)))
    return redirect("run", run_id=run_id)


def _answers(step: Any, request: HttpRequest) -> dict[str, Any]:
    """What was filled in; ticked numbers are all taken."""
    many = {
        "crew": "escort_ids",
        "load": "transfer_ids",
        "unload": "transfer_ids",
        "pick_up": "transfer_ids",
    }
    given = answers(step.asks, request.POST)
    if step.name in many:
        given[many[step.name]] = request.POST.getlist(many[step.name])
    return given


SEVERITIES = dict(reversed(BedSeverity.choices))
NAV = Nav(N_("My runs"), "drive", CREW, 19, Section.TODAY)
URLS = [
    path("runs", drive, name="drive"),
    path("runs/new", new, name="run_new"),
    path("runs/<int:run_id>", run, name="run"),
    path("runs/<int:run_id>/<slug:name>", act, name="run_act"),
]

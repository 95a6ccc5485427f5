"""Who comes to the ward, who is at its door, who lies in it? And how many beds are there?"""

from dataclasses import replace
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
from linli.loops.beds import receivers, search
from linli.loops.conversions import batches as sites_in_batches
from linli.loops.scene import Scene
from linli.loops.stays import ward as lists
from linli.policy.can import Ask, can
from linli.policy.powers import roles_for
from linli.policy.roles import DUTY_OFFICERS
from linli.registry import wards as registry
from linli.registry.sites import SiteKind, SiteLevel
from linli.registry.wards import BedCategory, BedSeverity, Counted
from linli.web import purposes
from linli.web.forms import answers, fields_of
from linli.web.menu import Nav, Section
from linli.web.page import id_of, signed_in, typed, working

RECEIVES = roles_for(lists.SEE)
CATEGORIES = dict(BedCategory.choices)
SEVERITIES = dict(reversed(BedSeverity.choices))
BY_STAGE = {  # what a ward does next, the first in the open; the rest behind "more"
    "held": ("confirm", "refuse"),
    "confirmed": ("name_receiver", "refuse"),
    "coming": ("arrive", "name_receiver", "turn_away"),
    "arrived": ("admit", "turn_away"),
    "admitted": ("discharge", "ask_move", "sign_out"),
}


@never_cache
def ward(request: HttpRequest) -> HttpResponse:
    """The receiving side: the door first, then the road, then the beds."""
    return _page(request)


def _page(
    request: HttpRequest, *, tried: tuple[int, str] = (0, ""), problem: Problem | None = None
) -> HttpResponse:
    actor = working(request, RECEIVES)
    found = lists.listed(actor, purpose=purposes.of(request))
    loop = catalogue.get("stay")
    now = clock.now_s()
    rows = [(one, _steps(request, loop, one, tried, problem, now)) for one in found]
    context = {
        "groups": [
            (stage, label, [row for row in rows if row[0].item.stage == stage])
            for stage, label in GROUPS
        ],
        "n": len(found),
        "loop": loop,
        "categories": CATEGORIES,
        "severities": SEVERITIES,
        "problem": problem,
        "tried": tried,
    }
    status = problem.status if problem else 200
    return render(request, "wards/ward.html", context, status=status)


def _steps(
    request: HttpRequest,
    loop: Any,
    one: lists.Expected,
    tried: tuple[int, str],
    problem: Problem | None,
    now: int,
) -> list[Any]:
    steps = []
    for name in BY_STAGE[one.item.stage]:
        step = loop.step(name)
        mine = tried == (one.item.id, name)
        fields = fields_of(
            step.asks,
            typed(request) if mine else None,
            problem if mine else None,
            prefix=f"{one.item.id}-{name}-",
        )
        steps.append((step, _with_receivers(fields, one, now), mine))
    return steps


def _with_receivers(fields: Any, one: lists.Expected, now: int) -> Any:
    """Who may receive is chosen by name, not typed as a number."""
    offered = tuple(
        (str(i), name) for i, name in receivers.named(receivers.on_duty(one.item.path, now))
    )
    return [
        replace(f, kind="select", choices=offered, required=False)
        if f.name == "receiver_id" and offered
        else f
        for f in fields
    ]


def act(request: HttpRequest, stay_id: int, name: str) -> HttpResponse:
    """One step of a stay, from the ward's page."""
    if request.method != "POST":
        return redirect("ward")
    actor = working(request, RECEIVES)
    step = catalogue.get("stay").step(name)
    if step is None:
        raise NotFound(what=Word(N_("step")), value=name[:40])
    try:
        scene = Scene(actor, clock.now_s(), purposes.of(request) or "")
        known = {one.item.id for one in lists.listed(actor, purpose=purposes.of(request))}
        if stay_id not in known:
            raise NotFound(what=Word(N_("stay")), value=stay_id)
        advance(stay_id, name, scene, data=answers(step.asks, request.POST))
    except Problem as problem:
        return _page(request, tried=(stay_id, name), problem=problem)
    messages.success(request, gettext("Done: {step}.").format(step=gettext(step.label)))
    return redirect("ward")


@never_cache
def beds(request: HttpRequest) -> HttpResponse:
    """All wards of open sites with their free beds, by category."""
    actor = working(request, roles_for(search.SEE))
    category = request.GET.get("category", "")
    category = category if category in CATEGORIES else ""
    found = search.everywhere(actor, category=category)
    roles = roles_for(registry.REPORT)
    paths = dict(
        registry.Ward.objects.filter(id__in=[p.ward_id for p in found]).values_list("id", "path")
    )
    rows = [(p, can(actor, Ask(registry.REPORT, roles, paths[p.ward_id])).allowed) for p in found]
    context = {
        "rows": rows,
        "category": category,
        "categories": CATEGORIES,
        "severities": SEVERITIES,
    }
    return render(request, "wards/beds.html", context)


@never_cache
def batches(request: HttpRequest) -> HttpResponse:
    """Hospitals in their batches: what each would bring, and opening one."""
    return _batches(request)


def _batches(
    request: HttpRequest, told: sites_in_batches.OpenedBatch | None = None,
    problem: Problem | None = None,
) -> HttpResponse:  # fmt: skip
    actor = working(request, roles_for(sites_in_batches.SEE))
    context = {
        "batches": sites_in_batches.listed(actor),
        "opens": bool(actor.holds(DUTY_OFFICERS)),
        "stages": {stage.name: stage.label for stage in catalogue.get("conversion").stages},
        "kinds": dict(SiteKind.choices),
        "levels": dict(SiteLevel.choices),
        "told": told,
        "problem": problem,
    }
    return render(request, "wards/batches.html", context, status=problem.status if problem else 200)


def open_batch(request: HttpRequest, number: int) -> HttpResponse:
    """Open every site of a batch that is ready, and say what that brought."""
    if request.method != "POST":
        return redirect("beds_batches")
    actor = working(request, roles_for(sites_in_batches.SEE))
    try:
        told = sites_in_batches.open_batch(Scene(actor, clock.now_s()), number)
    except Problem as problem:
        return _batches(request, problem=problem)
    return _batches(request, told)


def count(request: HttpRequest, ward_id: int) -> HttpResponse:
    """A ward counts its beds anew."""
    if request.method != "POST":
        return redirect("beds")
    actor = signed_in(request)
    counted = Counted(
        _number(request, "n_beds"),
        _number(request, "n_blocked"),
        _number(request, "n_more_in_24h"),
        gettext("counted at the ward"),
    )
    registry.count(actor, ward_id, counted, now=clock.now_s())
    messages.success(request, gettext("Counted."))
    return redirect("beds")


def _number(request: HttpRequest, name: str) -> int:
    number = id_of(request.POST.get(name, "").strip())
    if number is None:
        raise BadInput(N_("A count is a whole number from 0 on."))
    return number


GROUPS = (
    ("arrived", N_("At the door")),
    ("coming", N_("On the way")),
    ("held", N_("To be confirmed")),
    ("confirmed", N_("Confirmed, not yet on the way")),
    ("admitted", N_("In bed")),
)
NAV = (
    Nav(N_("Ward"), "ward", RECEIVES, 20, Section.MOVES),
    Nav(N_("Beds"), "beds", roles_for(search.SEE), 21, Section.MOVES),
)
URLS = [
    path("ward", ward, name="ward"),
    path("ward/<int:stay_id>/<slug:name>", act, name="ward_act"),
    path("beds", beds, name="beds"),
    path("beds/batches", batches, name="beds_batches"),
    path("beds/batches/<int:number>/open", open_batch, name="beds_open_batch"),
    path("beds/<int:ward_id>/count", count, name="beds_count"),
]

"""Who waits for a bed, which bed fits, and who goes with which run? The dispatcher's desk."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, Problem
from linli.knocks import doors
from linli.loops import catalogue, find
from linli.loops import token as tokens
from linli.loops.advance import advance
from linli.loops.beds import search
from linli.loops.beds.receivers import DISPATCHERS
from linli.loops.opening import check_form
from linli.loops.runs import sheet as sheets
from linli.loops.scene import Scene
from linli.loops.transfers import ask as asking
from linli.loops.transfers import board as boards
from linli.loops.transfers import family, queue
from linli.loops.transfers.forms import TransferAsk
from linli.loops.transfers.gates import need_of
from linli.policy.can import Actor
from linli.policy.powers import roles_for
from linli.policy.roles import DESKS, Role
from linli.registry import areas
from linli.registry.areas import Area
from linli.registry.sites import Site
from linli.registry.wards import BedCategory, BedSeverity
from linli.web import purposes
from linli.web.forms import answers, fields_of
from linli.web.menu import Nav, Section
from linli.web.page import id_of, typed, working

SENDERS = DESKS | {Role.CLINICIAN}
CATEGORIES = dict(BedCategory.choices)
SEVERITIES = dict(reversed(BedSeverity.choices))


@never_cache
def transfers(request: HttpRequest) -> HttpResponse:
    """The queue by its rule, who has a bed and no run, and the runs that are under way."""
    actor, purpose = working(request, SENDERS), purposes.of(request)
    category = request.GET.get("category", "")
    category = category if category in CATEGORIES else ""
    rows, after = queue.listed(
        actor, purpose=purpose, category=category, after=id_of(request.GET.get("after", "")) or 0
    )
    ready, people = queue.ready(actor, purpose=purpose)
    sends = bool(actor.holds(DISPATCHERS))
    shown = [*(row.item for row in rows), *ready]
    context = {
        "rows": rows,
        "after": after,
        "query": urlencode({"category": category}) if category else "",
        "rule": queue.RULE,
        "ready": _by_destination(ready, people),
        "runs": sheets.runs_of(actor) if sends else [],
        "places": Area.objects.in_bulk({item.area_id for item in shown}),
        "sends": sends,
        "category": category,
        "categories": CATEGORIES,
        "severities": SEVERITIES,
        "loop": catalogue.get("transfer"),
        "run_loop": catalogue.get("run"),
    }
    return render(request, "transfers/desk.html", context)


def _by_destination(items: list[Any], people: dict[int, Any]) -> list[tuple[Any, str, list[Any]]]:
    """Who has a bed, by the site and the category: those who may share a run."""
    sites = Site.objects.in_bulk({item.data["site_id"] for item in items})
    groups: dict[tuple[int, str], list[Any]] = {}
    for item in items:
        key = (item.data["site_id"], item.data["category"])
        groups.setdefault(key, []).append((item, people[item.id]))
    return [(sites.get(site), category, rows) for (site, category), rows in sorted(groups.items())]


@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a bed for somebody."""
    actor = working(request, roles_for(asking.ASK))
    problem: Problem | None = None
    if request.method == "POST":
        try:
            given = answers(TransferAsk, request.POST)
            severity = request.POST.get("severity", "")
            form = TransferAsk.model_validate(check_form(TransferAsk, given))
            new = asking.NewTransfer(severity, form)
            asking.ask(actor, new, purpose=purposes.of(request), now=clock.now_s())
        except Problem as found:
            problem = found
        else:
            messages.success(request, gettext("They are in the queue."))
            return redirect("transfers")
    asked = frozenset({"trigger", "from_site_id", "from_stay_id"})
    values = {"person_id": request.GET.get("person", ""), **typed(request)}
    fields = [f for f in fields_of(TransferAsk, values, problem) if f.name not in asked]
    context = {
        "fields": fields,
        "severities": SEVERITIES,
        "severity": request.POST.get("severity", ""),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "transfers/ask.html", context, status=status)


@never_cache
def places(request: HttpRequest, item_id: int) -> HttpResponse:
    """The wards that fit one who waits, the nearest first; one tap holds a bed."""
    actor, purpose = working(request, DISPATCHERS), purposes.of(request)
    view = _seen(actor, item_id, purpose)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            data = {"ward_id": id_of(request.POST.get("ward", "")) or 0}
            advance(item_id, "find_place", Scene(actor, clock.now_s(), purpose or ""), data=data)
        except Problem as found:
            problem = found
        else:
            messages.success(request, gettext("A bed is held. The ward is asked to confirm it."))
            return redirect("transfers")
    around = areas.point_of(view.place)
    context = {
        "view": view,
        "item": view.item,
        "found": search.find(actor, need_of(view.item), around=around),
        "position": queue.position(view.item),
        "categories": CATEGORIES,
        "severities": SEVERITIES,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "transfers/places.html", context, status=status)


def _seen(actor: Actor, item_id: int, purpose: str | None) -> find.ItemView:
    """A transfer in sight; raises NotFound for anything else."""
    loop = catalogue.get("transfer")
    find.reach(actor, item_id, loop=loop, roles=loop.seen_by)
    return find.item_for(actor, item_id, now=clock.now_s(), purpose=purpose)


@never_cache
def tell(request: HttpRequest, item_id: int) -> HttpResponse:
    """Say how the family was told; a link to follow is made, and shown this once."""
    actor, purpose = working(request, SENDERS), purposes.of(request)
    now = clock.now_s()
    view = _seen(actor, item_id, purpose)
    step = view.loop.step("tell_family")
    problem: Problem | None = None
    link = ""
    if request.method == "POST":
        text = tokens.make()
        data = {"how": request.POST.get("how", ""), "link": tokens.digest(text)}
        try:
            advance(item_id, "tell_family", Scene(actor, now, purpose or ""), data=data)
        except Problem as found:
            problem = found
        else:
            link = request.build_absolute_uri(reverse("transfer_followed", args=[text]))
    told = fields_of(step.asks, typed(request), problem) if step else []
    context = {
        "item": view.item,
        "site": Site.objects.filter(id=view.item.data.get("site_id")).first(),
        "fields": [field for field in told if field.name != "link"],
        "link": link,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "transfers/tell.html", context, status=status)


@never_cache
def followed(request: HttpRequest, token: str) -> HttpResponse:
    """Where they go, when, and who receives them: for the family, by the link they were given."""
    with doors.guessing_token(request):
        seen = family.seen(token, now=clock.now_s())
    return render(request, "transfers/followed.html", {"seen": seen})


@never_cache
def board(request: HttpRequest) -> HttpResponse:
    """Moved, waiting, the longest wait, gates that are shut: counts for whoever commands."""
    actor = working(request, roles_for(boards.SEE))
    area_id = id_of(request.GET.get("area", ""))
    area = areas.get(area_id) if area_id else None
    context = {
        "board": boards.board(actor, area_path=area.path if area else ""),
        "area": area,
        "categories": CATEGORIES,
        "severities": SEVERITIES,
        "sends": bool(actor.holds(DISPATCHERS)),
    }
    return render(request, "transfers/board.html", context)


NAV = (
    Nav(N_("Transfers"), "transfers", SENDERS, 18, Section.MOVES),
    Nav(N_("Transfers at a glance"), "transfer_board", roles_for(boards.SEE), 22, Section.MOVES),
)
URLS = [
    path("transfers", transfers, name="transfers"),
    path("transfers/ask", ask, name="transfer_ask"),
    path("transfers/board", board, name="transfer_board"),
    path("transfers/<int:item_id>/places", places, name="transfer_places"),
    path("transfers/<int:item_id>/tell", tell, name="transfer_tell"),
    path("transfers/follow/<str:token>", followed, name="transfer_followed"),
]

"""How does a gate keeper tell of a fever? One temperature, one tap, nothing to see after."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock, uids
from linli.errors import N_, BadInput, Problem
from linli.loops import catalogue
from linli.loops.advance import Opening, open_item
from linli.loops.fevers.loop import FEVER_C
from linli.loops.scene import Scene
from linli.policy.roles import Purpose, Role
from linli.registry.areas import Area
from linli.web.menu import Nav, Section
from linli.web.page import id_of, kept_at, typed, working

KEEPERS = frozenset({Role.GATE_KEEPER})
COLDEST_C, WARMEST_C = 30.0, 45.0  # what a thermometer at a gate can show of a living person


@never_cache
def gate(request: HttpRequest) -> HttpResponse:
    """The one question."""
    working(request, KEEPERS)
    return _page(request)


def _page(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    actor = working(request, KEEPERS)
    paths = {h.path for h in actor.holds(KEEPERS)}
    context = {
        "gates": list(Area.objects.filter(path__in=paths).order_by("path")),
        "values": typed(request) if problem else {},
        "uid": request.POST.get("uid") if problem else str(uids.fresh()),
        "problem": problem,
    }
    return render(request, "gate/gate.html", context, status=problem.status if problem else 200)


def measure(request: HttpRequest) -> HttpResponse:
    """Below the threshold nothing is kept; from it on one fever opens. The answer is the same."""
    if request.method != "POST":
        return redirect("gate")
    actor, post = working(request, KEEPERS), request.POST
    try:
        warm = _temperature(post.get("temperature", ""))
        if warm >= FEVER_C:
            mine = {h.path for h in actor.holds(KEEPERS)}
            at = Area.objects.filter(path__in=mine, id=id_of(post.get("gate", "")) or 0).first()
            if at is None:
                raise BadInput(N_("Choose the gate where you stand."))
            told = {name: post.get(name, "") for name in ("name", "phone") if post.get(name)}
            opening = Opening(
                at.id,
                "fever",
                {"temperature_c": warm, "source": "gate", **told},
                uid=_uid(post.get("uid", "")),
                channel="page",
                happened_at=kept_at(request, clock.now_s()),
            )
            keeper = replace(actor, holdings=actor.holds(KEEPERS))  # not the resident they also are
            scene = Scene(keeper, clock.now_s(), Purpose.SCREENING.value)
            open_item(catalogue.get("fever"), opening, scene)
    except Problem as problem:
        return _page(request, problem)
    messages.success(request, gettext("Noted. Thank you."))
    return redirect("gate")


def _temperature(text: str) -> float:
    try:
        warm = float(text.strip().replace(",", "."))
    except ValueError:
        warm = 0.0
    if not COLDEST_C <= warm <= WARMEST_C:
        raise BadInput(
            N_("{given} is no temperature from {low} to {high} °C. Measure again."),
            given=text.strip()[:20] or "-",
            low=COLDEST_C,
            high=WARMEST_C,
        )
    return warm


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uids.fresh()


NAV = Nav(N_("Temperature"), "gate", KEEPERS, 30, Section.TODAY)
URLS = [path("gate", gate, name="gate"), path("gate/measure", measure, name="gate_measure")]

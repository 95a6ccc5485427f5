"""What if? Ask about choices, watch the run, read differences with their intervals, and sign."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli.analysis.epidemic.afterwards import AFTER_DAYS
from linli.analysis.simulation.words import OUTCOME_NAMES
from linli.errors import N_, NotFound, Problem, Word
from linli.policy.can import Actor
from linli.policy.powers import roles_for
from linli.policy.roles import NAMES, Role
from linli.registry import areas
from linli.registry.areas import Area
from linli.registry.signed_in import actor_of, attached
from linli.studies.epidemic.marks import OF
from linli.studies.simulation import documents, map_picture, on_curve, running, study, told
from linli.studies.simulation.choices import CLOSING_NAMES, MOST_CHOICES
from linli.studies.simulation.documents import Sheet
from linli.studies.simulation.followed import CHOICE, OF_CHOICE
from linli.studies.simulation.presets import PRESETS
from linli.studies.simulation.study import DECIDE, RUN, SEE, UNDER_WAY
from linli.studies.simulation.tables import WhatIf, WhatIfState
from linli.web import what_if_form
from linli.web.menu import Nav, Section
from linli.web.page import allow, id_of, signed_in, typed

LISTED = 30
PLACES_SHOWN = 30
CURVES = ("infections", "reports", "deaths", "ward_in", "ward_queue", "intensive_queue",
          "shelter_in", "shelter_queue", "test_queue", "trace_queue", "held_people",
          "undelivered")  # fmt: skip
STATES = dict(WhatIfState.choices)


@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """What was asked before, and the questions that are often asked."""
    actor = signed_in(request)
    rows = list(study.listing(actor)[:LISTED])
    places = Area.objects.in_bulk({row.area_id for row in rows})
    context = {
        "rows": [(row, places.get(row.area_id), STATES[row.state]) for row in rows],
        "presets": [(name, preset.title) for name, preset in PRESETS.items()],
        "asks": bool(actor.holds(roles_for(RUN))),
    }
    return render(request, "what_if/front.html", context)


@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """The form; what was typed stays where something has to be put right."""
    actor = signed_in(request)
    allow(request, RUN)
    said = typed(request)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            area = _area(actor, said.get("area", ""))
            made = study.ask(actor, study.question_of(what_if_form.question(said, area)))
            return redirect("what_if_run", whatif_id=made.id)
        except Problem as found:
            problem = found
    head, parts = what_if_form.shown(said, request.GET.get("preset", ""))
    context = {
        "head": head, "parts": parts, "problem": problem, "closings": CLOSING_NAMES.items(),
        "places": _places(actor), "most": MOST_CHOICES,
        "opened": problem is not None or "preset" not in request.GET,
        "presets": [(name, preset.title) for name, preset in PRESETS.items()],
    }  # fmt: skip
    status = problem.status if problem else 200
    return render(request, "what_if/new.html", context, status=status)


@never_cache
def basis(request: HttpRequest) -> HttpResponse:
    """What a run would begin with: how it stands, and where each number comes from."""
    actor = signed_in(request)
    area = _area(actor, request.GET.get("area", ""))
    allow(request, RUN, path=area.path)
    made = running.basis(actor, area, disease=study.USUAL_DISEASE)
    context = {
        "area": area,
        "parameters": [vars(p) for p in made.parameters.values()],
        "start": running.started(made),
        "n_people": made.here.city.n_people,
        "n_households": made.here.city.n_households,
        "places": _places(actor),
    }
    return render(request, "what_if/basis.html", context)


@never_cache
def run(request: HttpRequest, whatif_id: int, problem: Problem | None = None) -> HttpResponse:
    """How far a what-if is, and its answer; a piece of the page asks again by itself."""
    actor = signed_in(request)
    found, _ = study.get(actor, whatif_id)
    done, total = study.progress(found)
    under_way = found.state in UNDER_WAY
    context: dict[str, Any] = {
        "what_if": found, "area": areas.get(found.area_id), "state": STATES[found.state],
        "under_way": under_way, "n_done": done, "n_total": total,
        "why": told.problem_of(found), "problem": problem, "typed": typed(request),
        "asks": bool(actor.holds(roles_for(RUN))),
    }  # fmt: skip
    if getattr(request, "htmx", None) and under_way:
        return render(request, "what_if/_progress.html", context)
    if getattr(request, "htmx", None):
        return HttpResponse(headers={"HX-Refresh": "true"})
    if found.result:
        context |= _answer(actor, found) | {"decides": bool(actor.holds(roles_for(DECIDE)))}
    status = problem.status if problem else 200
    return render(request, "what_if/run.html", context, status=status)


def _answer(actor: Actor, found: WhatIf) -> dict[str, Any]:
    result = found.result
    marks = on_curve.marked(actor, areas.get(found.area_id), result, study.disease_of(found))
    places = told.places_of(result)
    names = result["names"]
    maps = []
    for n, name in enumerate(names[1:], start=1):
        title = gettext("{choice} less {first}: infections by compound").format(
            choice=name, first=names[0]
        )
        svg = map_picture.drawn(places, n, title=title)
        if svg:
            step = map_picture.step_of(places, n)
            maps.append((name, step, mark_safe(svg)))  # noqa: S308 - drawn by us, names escaped
    return {
        "result": result,
        "rows": told.rows_of(result),
        "outcomes": [(o, OUTCOME_NAMES[o]) for o in told.outcomes_of(result)],
        "curves": told.curves_of(result, CURVES, marks),
        "late": told.deaths_late(result, study.disease_of(found)),
        "after_days": AFTER_DAYS, "of_names": {**OF, CHOICE: OF_CHOICE},
        "waits": told.waits_of(result),
        "places": places[:PLACES_SHOWN], "n_places": len(places), "maps": maps,
        "colours": list(zip(map_picture.COLOURS, LEGEND, strict=True)),
        "close_first": told.close_first(result), "open_first": told.open_first(result),
        "clear_days": result["clear"]["days"],
        "cited": told.cited(found), "sheets": [sheet.value for sheet in Sheet],
        "start": result["start"], "parameters": result["parameters"],
        "decisions": [(d, NAMES[Role(d.signed_as)])
                      for d in found.decisions.order_by("id")],
    }  # fmt: skip


LEGEND = (
    N_("many fewer"), N_("fewer"), N_("about the same, or no more than luck"), N_("more"),
    N_("many more"),
)  # fmt: skip


@require_POST
def cancel(request: HttpRequest, whatif_id: int) -> HttpResponse:
    """Stop it; the question stays, nothing else does."""
    study.cancel(signed_in(request), whatif_id)
    return redirect("what_if_run", whatif_id=whatif_id)


@require_POST
def decide(request: HttpRequest, whatif_id: int) -> HttpResponse:
    """Sign which choice is taken, and why."""
    try:
        study.decide(
            signed_in(request), whatif_id, choice=request.POST.get("choice", ""),
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except Problem as problem:
        if problem.status != 422:
            raise
        return run(request, whatif_id, problem)
    return redirect("what_if_run", whatif_id=whatif_id)


@never_cache
def file(request: HttpRequest, whatif_id: int) -> HttpResponse | StreamingHttpResponse:
    """A table of the answer as a Parquet file."""
    sheet = request.GET.get("sheet", Sheet.DAYS)
    found, _ = study.get(signed_in(request), whatif_id)
    if sheet not in tuple(Sheet):
        raise NotFound(what=Word(N_("table")), value=sheet[:20])
    pieces = documents.parquet(study.answer_of(found), Sheet(sheet))
    answer = StreamingHttpResponse(pieces, content_type=documents.PARQUET)
    answer["Content-Disposition"] = attached(
        actor_of(request), f"what-if-{found.id}-{sheet}.parquet"
    )
    return answer


def _places(actor: Actor) -> list[Area]:
    """The areas that somebody may ask about: their own, and the units directly below."""
    own = {h.path for h in actor.holds(roles_for(RUN))}
    listed = []
    for area in Area.objects.filter(path__in=own).order_by("path"):
        listed += [area, *Area.objects.filter(parent=area, valid_until=None).order_by("path")]
    return listed


def _area(actor: Actor, given: str) -> Area:
    """The area asked for, or the widest of one's own."""
    if given:
        area_id = id_of(given)
        if area_id is None:
            raise NotFound(what=Word(N_("area")), value=given[:20])
        return areas.get(area_id)
    own = [h.path for h in actor.holds(roles_for(RUN))]
    return areas.at(min(own, key=lambda p: (len(p), p), default=""))


NAV = Nav(N_("What if"), "what_if", roles_for(SEE), 40, Section.STUDIES)
URLS = [
    path("what-if", front, name="what_if"),
    path("what-if/new", new, name="what_if_new"),
    path("what-if/basis", basis, name="what_if_basis"),
    path("what-if/<int:whatif_id>", run, name="what_if_run"),
    path("what-if/<int:whatif_id>/cancel", cancel, name="what_if_cancel"),
    path("what-if/<int:whatif_id>/decide", decide, name="what_if_decide"),
    path("what-if/<int:whatif_id>/parquet", file, name="what_if_file"),
]

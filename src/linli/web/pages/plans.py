"""Which plans are there, could one run here now, and what lacks? Signed, compared, started here."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli import clock
from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.loops import catalogue
from linli.plans import readiness, runs, shelf
from linli.plans.lines import PART_NAMES, VERDICT_NAMES, WHY_SAID, Line, Part, Short
from linli.plans.plan import Plan
from linli.plans.readiness import READY, Readiness
from linli.plans.starting import MOST_HOURS, NewRun
from linli.plans.trigger import signal_of
from linli.policy.can import Actor
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.accounts import Account
from linli.registry.areas import Area, AreaKind
from linli.registry.declarations import Mode, Phase
from linli.registry.plans import RunKind
from linli.web.menu import Nav, Section
from linli.web.page import allow, id_of, signed_in, typed

USUAL_HOURS = 8
GAPS_SHOWN = 30  # of one line; the rest is counted
GOING_SHOWN = 20
MOST_UPLOAD = 400_000  # bytes of a plan sent as a file


@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """Every plan, how ready it is in one's own area, and what runs."""
    actor = signed_in(request)
    kept = shelf.listed(actor)
    area = _area(request, actor)
    now = clock.now_s()
    newest = runs.newest_by_plan(actor)
    plans = [one.plan for one in kept if one.plan is not None]
    ready = readiness.several_as(actor, plans, area, now=now) if area is not None else {}
    context = {
        "rows": [
            {
                "kept": one,
                "run": newest.get(one.version.code),
                "ready": ready.get(one.version.code),
                "signal": _signal(one.plan, area, actor, now),
            }
            for one in kept
        ],
        "area": area,
        "places": _places(actor),
        "going": [(run, runs.title_of(run))
                  for run in runs.listing(actor).filter(ended_at=None)[:GOING_SHOWN]],
        "signs": bool(actor.holds(roles_for(shelf.SIGN))),
    }  # fmt: skip
    return render(request, "plans/front.html", context)


def _signal(plan: Plan | None, area: Area | None, actor: Actor, now: int) -> Any:
    if plan is None or area is None:
        return None
    return signal_of(plan, area, now=now, exercise=actor.exercise)


@never_cache
def one(request: HttpRequest, code: str, problem: Problem | None = None) -> HttpResponse:
    """A plan: its steps, what it takes, how ready it is in an area, and its start."""
    actor = signed_in(request)
    version = id_of(request.GET.get("version", ""))
    kept = shelf.get(actor, code, version)
    area = _area(request, actor, kept.plan)
    context: dict[str, Any] = {
        "kept": kept, "plan": kept.plan, "problem": problem, "typed": typed(request), "area": area,
        "places": _places(actor, kept.plan), "versions": shelf.versions(actor, code),
        "signs": bool(actor.holds(roles_for(shelf.SIGN))), "usual_hours": USUAL_HOURS,
        "most_hours": MOST_HOURS, "text_shown": not kept.plan,
    }  # fmt: skip
    if kept.plan is not None:
        context |= _told(kept.plan)
        context["runs"] = list(runs.listing(actor, code)[:10])
        if area is not None:
            context |= _standing(actor, kept.plan, area)
    status = problem.status if problem else 200
    return render(request, "plans/one.html", context, status=status)


def _told(plan: Plan) -> dict[str, Any]:
    return {
        "mode": dict(Mode.choices)[plan.mode], "phase": dict(Phase.choices)[plan.phase],
        "kinds": [AreaKind(kind).label for kind in AreaKind.values if kind in plan.areas],
        "steps": [(step, catalogue.get(step.loop)) for step in plan.steps],
        "titles": {step.name: step.title for step in plan.steps},
    }  # fmt: skip


def _standing(actor: Actor, plan: Plan, area: Area) -> dict[str, Any]:
    """How ready it is here, and what this person may do with it."""
    now = clock.now_s()
    found = readiness.ready_as(actor, plan, area, now=now)
    return {
        "ready": found, "parts": _parts(found), "whys": WHY_SAID, "verdicts": VERDICT_NAMES,
        "signal": signal_of(plan, area, now=now, exercise=actor.exercise),
        "tries": runs.may(actor, "plans.exercise", area.path),
        "starts": runs.may(actor, "plans.start", area.path),
    }  # fmt: skip


def _parts(found: Readiness) -> list[tuple[str, list[dict[str, Any]]]]:
    """The lines part by part, each gap with its place and who is to mend it."""
    gaps = [short for _, short in found.gaps]
    places = Area.objects.in_bulk({i for g in gaps for i in (g.area_id, g.unit_id) if i})
    ids = {gap.account_id for gap in gaps if gap.account_id}
    names = dict(Account.objects.filter(id__in=ids).values_list("id", "display_name"))

    def shown(short: Short) -> dict[str, Any]:
        return {
            "gap": short, "place": places.get(short.area_id),
            "unit": places.get(short.unit_id or 0),
            "who": names.get(short.account_id or 0, ""),
            "since": clock.moment(short.since) if short.since is not None else None,
        }  # fmt: skip

    def line(one: Line) -> dict[str, Any]:
        return {"line": one, "gaps": [shown(short) for short in one.shorts[:GAPS_SHOWN]],
                "more": max(0, len(one.shorts) - GAPS_SHOWN)}  # fmt: skip

    return [
        (PART_NAMES[part], [line(o) for o in found.of(part)]) for part in Part if found.of(part)
    ]


@never_cache
def behind(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """The records behind a number of a plan's readiness."""
    actor = signed_in(request)
    kept = shelf.get(actor, code)
    area = _area(request, actor, kept.plan)
    if kept.plan is None or area is None:
        raise NotFound(what=Word(N_("plan")), value=code[:40])
    found = readiness.ready_as(actor, kept.plan, area, now=clock.now_s())
    rows = readiness.behind(found, key, exercise=actor.exercise)
    line = next((one for one in found.lines if one.key == key), None)
    if rows is None or line is None:
        raise NotFound(what=Word(N_("line of a plan")), value=key[:40])
    if line.part is not Part.STEP:
        allow(request, {Part.ROLE: "roster.see", Part.STOCK: "resources.see"}.get(
            line.part, "sites.see"))  # fmt: skip
    here = Area.objects.in_bulk({_area_of(row) for row in rows})
    context = {
        "kept": kept, "plan": kept.plan, "area": area, "line": line, "verdicts": VERDICT_NAMES,
        "rows": [(row, here.get(_area_of(row))) for row in rows], "whys": WHY_SAID,
        "holds": line.part in (Part.STOCK, Part.PLACE)
        and bool(actor.holds(roles_for("plans.reserve"))),
    }  # fmt: skip
    return render(request, "plans/behind.html", context)


def _area_of(row: Any) -> int:
    return int(row.resource.area_id if hasattr(row, "resource") else row.area_id)


@never_cache
def edit(request: HttpRequest, code: str = "") -> HttpResponse:
    """The text of a plan, to be changed and signed as a new version; or a new plan."""
    actor = signed_in(request)
    allow(request, shelf.SIGN)
    kept = shelf.get(actor, code) if code else None
    said = typed(request)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            text = _sent(request, said.get("text", ""))
            made = shelf.sign(actor, text, note=said.get("note", ""), now=clock.now_s())
        except Problem as found:
            problem = found
        else:
            messages.success(request, gettext("Signed. Runs under way keep their version."))
            return redirect("plan", code=made.code)
    context = {
        "kept": kept, "problem": problem, "note": said.get("note", ""),
        "text": said.get("text") or (kept.version.text if kept else ""),
    }  # fmt: skip
    return render(request, "plans/edit.html", context, status=problem.status if problem else 200)


def _sent(request: HttpRequest, typed_text: str) -> str:
    """The plan as a file, where one was sent, or as it was typed."""
    file = request.FILES.get("file")
    if file is None:
        return typed_text.replace("\r\n", "\n")
    if (file.size or 0) > MOST_UPLOAD:
        raise BadInput(N_("The file holds {n} bytes; at most {most} are taken."), n=file.size,
                       most=MOST_UPLOAD)  # fmt: skip
    try:
        return file.read().decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        sentence = N_("The file is not written in UTF-8. Save it so, and send it again.")
        raise BadInput(sentence) from None


@never_cache
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """What one version says otherwise than another."""
    actor = signed_in(request)
    listed = shelf.versions(actor, code)
    new = shelf.get(actor, code, id_of(request.GET.get("new", "")))
    before = next((v.version for v in listed if v.version < new.version.version), None)
    old_number = id_of(request.GET.get("old", "")) or before or new.version.version
    old = shelf.get(actor, code, old_number)
    context = {
        "kept": new, "old": old, "versions": listed,
        "lines": shelf.differences(old.version, new.version),
    }  # fmt: skip
    return render(request, "plans/compare.html", context)


@never_cache
def at_once(request: HttpRequest) -> HttpResponse:
    """What several plans draw on together, were they to run at once."""
    actor = signed_in(request)
    kept = [one for one in shelf.listed(actor) if one.plan is not None]
    chosen = set(request.GET.getlist("plan"))
    area = _area(request, actor)
    now = clock.now_s()
    wanted = [one.plan for one in kept if one.plan and one.version.code in chosen]
    several = list(readiness.several_as(actor, wanted, area, now=now).values()) if area else []
    context = {
        "kept": kept, "chosen": chosen, "area": area, "places": _places(actor),
        "several": several, "shared": readiness.at_once(several),
        "left_out": [one for one in kept if one.version.code in chosen
                     and one.plan and area and area.kind not in one.plan.areas],
    }  # fmt: skip
    return render(request, "plans/at_once.html", context)


@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Start it, as an exercise or for real; what has to be put right is told on the plan's page."""
    actor = signed_in(request)
    said = typed(request)
    try:
        area_id = id_of(said.get("area", ""))
        if area_id is None:
            raise BadInput(N_("Choose the area it is started for."))
        kind = said.get("kind", "")
        hours = id_of(said.get("hours", "")) or 0
        new = NewRun(code, area_id, kind, said.get("reason", ""), hours, said.get("sure") == "1")
        run = runs.begin(actor, new, now=clock.now_s())
    except Problem as problem:
        if problem.status in (401, 403, 404):
            raise
        return one(request, code, problem)
    exercise = run.kind == RunKind.EXERCISE
    messages.success(request, gettext("The exercise has begun.") if exercise
                     else gettext("The plan has been started for real."))  # fmt: skip
    return redirect("plan_run", plan_run_id=run.id)


def _places(actor: Actor, plan: Plan | None = None) -> list[Area]:
    """The areas of one's own posts, and those directly below, that the plan is for."""
    own = {h.path for h in actor.holds(roles_for(READY))}
    listed: dict[int, Area] = {}
    for area in Area.objects.filter(path__in=own).order_by("path"):
        below = Area.objects.filter(parent=area, valid_until=None).order_by("path")
        listed |= {one.id: one for one in (area, *below) if one.tier is not None}
    return [one for one in listed.values() if plan is None or one.kind in plan.areas]


def _area(request: HttpRequest, actor: Actor, plan: Plan | None = None) -> Area | None:
    """The area asked for, or the widest of one's own that the plan is for; None without one."""
    given = request.POST.get("area") or request.GET.get("area", "")
    if given:
        area_id = id_of(given)
        if area_id is None:
            raise NotFound(what=Word(N_("area")), value=given[:20])
        found = areas.get(area_id)
        allow(request, READY, path=found.path)
        return found
    listed = _places(actor, plan)
    return min(listed, key=lambda one: (len(one.path), one.path), default=None)


NAV = Nav(N_("Plans"), "plans", roles_for(shelf.SEE), 15, Section.PICTURE)
URLS = [
    path("plans", front, name="plans"),
    path("plans/new", edit, name="plan_new"),
    path("plans/at-once", at_once, name="plans_at_once"),
    path("plans/<slug:code>", one, name="plan"),
    path("plans/<slug:code>/edit", edit, name="plan_edit"),
    path("plans/<slug:code>/compare", compare, name="plan_compare"),
    path("plans/<slug:code>/start", start, name="plan_start"),
    path("plans/<slug:code>/behind/<slug:key>", behind, name="plan_behind"),
]

"""How does a plan that was started go? Its board, its gaps, its score; and what is held back."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli import clock
from linli.errors import N_, BadInput, Problem
from linli.loops import catalogue
from linli.plans import reserve, runs
from linli.plans.lines import in_language
from linli.plans.role_lines import called
from linli.policy.powers import roles_for
from linli.policy.roles import NAMES, Role
from linli.registry.plans import ReserveKind, RunKind
from linli.registry.signed_in import take_part
from linli.web.page import day_of, id_of, signed_in, typed

LISTED = 100
ASKED = ("kind", "record", "plan", "area")
SCORES = {
    "roles": N_("answered in time, of those called"), "stock": N_("stock and places covered"),
    "steps": N_("steps finished in time"), "gaps": N_("gaps mended"),
}  # fmt: skip


@never_cache
def listed(request: HttpRequest) -> HttpResponse:
    """The runs within sight, the newest first."""
    actor = signed_in(request)
    context = {"runs": [(run, runs.title_of(run)) for run in runs.listing(actor)[:LISTED]]}
    return render(request, "plans/runs.html", context)


@never_cache
def run(request: HttpRequest, plan_run_id: int, problem: Problem | None = None) -> HttpResponse:
    """The board: steps, who has what, gaps, answers; the score once it is over."""
    actor = signed_in(request)
    found = runs.board(actor, plan_run_id)
    this = found.run
    verb = runs.VERBS[RunKind(this.kind)]
    roles = called(found.plan.roles) if found.plan else frozenset()
    context = {
        "titles": {one.step.name: one.step.title for one in found.steps},
        "silent": found.silent[:LISTED], "within_s": found.plan.answer_s if found.plan else 0,
        "board": found, "run": this, "plan": found.plan, "problem": problem,
        "typed": typed(request), "loops": catalogue.all_loops(),
        "role": NAMES.get(Role(this.started_as), this.started_as),
        "steps": [(one, in_language(one.row.problem)) for one in found.steps],
        "readiness": in_language(this.readiness) or {}, "gap_loop": catalogue.get("gap"),
        "scores": [(SCORES[name], this.score[name]) for name in SCORES if name in this.score],
        "over": this.ended_at is not None, "is_exercise": this.kind == RunKind.EXERCISE,
        "ends": this.ended_at is None and runs.may(actor, verb, this.path),
        "takes_on": this.ended_at is not None and this.kind == RunKind.EXERCISE
        and runs.may(actor, runs.VERBS[RunKind.EXERCISE], this.path),
        "answers": this.ended_at is None and bool(actor.holds(roles))
        and all(one.account_id != actor.id for one in found.answered),
        "sees_items": actor.exercise == this.exercise,
        "joins": this.ended_at is None and this.exercise and not actor.exercise,
    }  # fmt: skip
    status = problem.status if problem else 200
    return render(request, "plans/run.html", context, status=status)


@require_POST
def answer(request: HttpRequest, plan_run_id: int) -> HttpResponse:
    """Say: here I am."""
    runs.answer(signed_in(request), plan_run_id, now=clock.now_s())
    messages.success(request, gettext("Noted: you are here."))
    return redirect("plan_run", plan_run_id=plan_run_id)


@require_POST
def join(request: HttpRequest, plan_run_id: int) -> HttpResponse:
    """Go into the exercise with this session: from now on it sees and does what is of it."""
    found = runs.get(signed_in(request), plan_run_id)
    if not found.exercise or found.ended_at is not None:
        raise runs.Over(run=found.id)
    take_part(request, on=True)
    messages.success(request, gettext("You are in the exercise now; the city's work is set aside."))
    return redirect("plan_run", plan_run_id=plan_run_id)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Back to the city's own work."""
    take_part(request, on=False)
    signed_in(request)
    messages.success(request, gettext("You are back at the city's own work."))
    return redirect("work")


@require_POST
def end(request: HttpRequest, plan_run_id: int) -> HttpResponse:
    """End it before its time."""
    try:
        reason = request.POST.get("reason", "")
        runs.finish(signed_in(request), plan_run_id, reason=reason, now=clock.now_s())
    except BadInput as problem:
        return run(request, plan_run_id, problem)
    messages.success(request, gettext("It is over. What came of it stands below."))
    return redirect("plan_run", plan_run_id=plan_run_id)


@require_POST
def take_on(request: HttpRequest, plan_run_id: int) -> HttpResponse:
    """The gaps that an exercise found become the city's own work."""
    n = runs.take_on(signed_in(request), plan_run_id, now=clock.now_s())
    said = ngettext(
        "{n} gap is the city's own work now.", "{n} gaps are the city's own work now.", n
    )
    messages.success(request, said.format(n=n))
    return redirect("plan_run", plan_run_id=plan_run_id)


@never_cache
def reserves(request: HttpRequest) -> HttpResponse:
    """What is held back, for which plan and where; something is held back from here, too."""
    return _reserves(request)


def _reserves(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    actor = signed_in(request)
    now = clock.now_s()
    rows = list(reserve.listed(actor, now=now)[:LISTED])
    names: dict[tuple[str, int], Any] = {}
    for kind, table in reserve.TABLES.items():
        ids = [row.record_id for row in rows if row.kind == kind]
        found = table._default_manager.in_bulk(ids)
        names |= {(kind, id_): record for id_, record in found.items()}
    context = {
        "rows": [(row, names.get((row.kind, row.record_id)), _lifts(actor, row)) for row in rows],
        "problem": problem, "typed": typed(request), "kinds": ReserveKind.choices,
        "asked": {name: request.GET.get(name, "")[:40] for name in ASKED} | dict(typed(request)),
        "holds": bool(actor.holds(roles_for(reserve.HOLD))),
    }  # fmt: skip
    status = problem.status if problem else 200
    return render(request, "plans/reserves.html", context, status=status)


def _lifts(actor: Any, row: Any) -> bool:
    return runs.may(actor, reserve.HOLD, row.path) or runs.may(actor, reserve.HOLD, row.record_path)


@require_POST
def hold(request: HttpRequest) -> HttpResponse:
    """Hold something back for a plan."""
    actor = signed_in(request)
    said = typed(request)
    try:
        new = reserve.NewReserve(
            kind=said.get("kind", ""), record_id=id_of(said.get("record", "")) or 0,
            quantity=_number(said.get("quantity", "")), plan=said.get("plan", "")[:40],
            area_id=id_of(said.get("area", "")) or 0, reason=said.get("reason", ""),
            until=_day(said.get("until", "")),
        )  # fmt: skip
        reserve.hold(actor, new, now=clock.now_s())
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        return _reserves(request, problem)
    messages.success(request, gettext("Held back."))
    return redirect("reserves")


@require_POST
def let_go(request: HttpRequest, reserve_id: int) -> HttpResponse:
    """Let a reserve go again."""
    reserve.lift(signed_in(request), reserve_id, now=clock.now_s())
    messages.success(request, gettext("Let go."))
    return redirect("reserves")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0  # refused with a sentence by whoever holds it back


def _day(text: str) -> date | None:
    return day_of(text) if text.strip() else None


URLS = [
    path("plans/runs", listed, name="plan_runs"),
    path("plans/reserves", reserves, name="reserves"),
    path("plans/reserves/hold", hold, name="reserve_hold"),
    path("plans/reserves/<int:reserve_id>/let-go", let_go, name="reserve_let_go"),
    path("plans/runs/leave", leave, name="exercise_leave"),
    path("plans/runs/<int:plan_run_id>", run, name="plan_run"),
    path("plans/runs/<int:plan_run_id>/answer", answer, name="plan_run_answer"),
    path("plans/runs/<int:plan_run_id>/join", join, name="plan_run_join"),
    path("plans/runs/<int:plan_run_id>/end", end, name="plan_run_end"),
    path("plans/runs/<int:plan_run_id>/take-on", take_on, name="plan_run_take_on"),
]

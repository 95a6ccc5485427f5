"""My work: what is mine, late first; what waits at my unit; what I was told."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_
from linli.jobs import outbox
from linli.loops import catalogue, find
from linli.policy.can import OWNERS, Actor
from linli.policy.powers import roles_for
from linli.policy.roles import NAMES, SENTENCES, STAFF, Role
from linli.web import purposes
from linli.web.menu import Nav, Section, entries_for
from linli.web.page import signed_in
from linli.web.rows import rows_of

WORKERS = roles_for("work.see")
UNHELD_SHOWN = 20
JOBS_SHOWN = 4  # so many of the menu's first entries are one tap away
NOTICE_WORDS = {
    "yours": N_("It is yours now"),
    "late": N_("It is late"),
    "due_soon": N_("Its limit comes near"),
    "unheld": N_("It has come to your unit, and nobody holds it"),
    "progress": N_("Your request moved on"),
    "overtaken": N_("Something was done while the line was cut, and came too late to move it"),
    "may_replan": N_("A road it had met closed is open again; see whether a way is shorter now"),
    "break_glass": N_("A resident's record was opened in an emergency"),
}


@never_cache
def work(request: HttpRequest) -> HttpResponse:
    """What is mine, the earliest limit first, and what nobody holds at my unit."""
    actor = signed_in(request)
    if not actor.holds(WORKERS):
        return _elsewhere(request, actor)
    purpose = purposes.of(request)
    mine = find.work_of(actor, now=clock.now_s(), after=request.GET.get("after"))
    unheld = find.unheld_of(actor, most=UNHELD_SHOWN)
    rows = rows_of([*mine.rows, *unheld.rows], actor, purpose)
    context = {
        "mine": rows[: len(mine.rows)],
        "unheld": rows[len(mine.rows) :],
        "n_late": sum(1 for item in mine.rows if item.late),
        "after": mine.after,
        "more_unheld": unheld.after is not None,
        "jobs": [e for e in entries_for(actor, request.path) if not e.current][:JOBS_SHOWN],
    }
    return render(request, "work/work.html", context)


def _elsewhere(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Whoever has no work of this kind lands where their role's page is, or reads what they may."""
    if all(h.role in OWNERS for h in actor.holdings):
        return redirect("follow")
    homes = [HOMES[h.role] for h in actor.holdings if h.role in HOMES]
    if homes:
        return redirect(homes[0])
    held = sorted({h.role for h in actor.holdings if h.role not in OWNERS})
    context = {
        "roles": [(NAMES[role], SENTENCES[role]) for role in held],
        "entries": entries_for(actor, request.path),
    }
    return render(request, "work/none.html", context)


HOMES = {  # where those land whose work is no list of items
    Role.GATE_KEEPER: "gate",
    Role.AUDITOR: "audit",
    Role.ADMINISTRATOR: "accounts",
    Role.ANALYST: "board",
    Role.DATA_OFFICE: "registry",
}


@dataclass(frozen=True)
class Line:
    """One line of a notice: what happened, with which item."""

    words: str
    item_id: int | None
    stage: str = ""
    kind: str = ""


@never_cache
def notices(request: HttpRequest) -> HttpResponse:
    """What I was told, the newest first; opening the page reads it."""
    actor = signed_in(request)
    assert actor.id is not None
    found = outbox.notices_of(actor.id, exercise=actor.exercise)
    context = {"notices": [(notice, [_line(line) for line in notice.lines]) for notice in found]}
    answer = render(request, "work/notices.html", context)
    if found:
        outbox.mark_read(actor.id, found[0].id, exercise=actor.exercise, now=clock.now_s())
    return answer


def _line(line: Any) -> Line:
    kind, item_id, detail = line
    loop = catalogue.all_loops().get(detail.get("loop", ""))
    stage = loop.stage(detail["stage"]).label if loop and detail.get("stage") else ""
    return Line(NOTICE_WORDS.get(kind, kind), item_id, stage, kind)


NAV = Nav(N_("My work"), "work", WORKERS & STAFF, 10, Section.TODAY)
URLS = [path("work", work, name="work"), path("notices", notices, name="notices")]

"""Trips, ongoing care, incidents, conversions: what is under way, and a form to begin another."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, BadInput, Problem
from linli.loops import catalogue, find
from linli.loops.advance import Moved
from linli.loops.arranged import VERBS, begin
from linli.loops.find import Filters
from linli.loops.handovers import loop as handover
from linli.loops.handovers.make import hand_over
from linli.loops.incidents.loop import FAULT_NAMES
from linli.loops.loop import Loop
from linli.loops.opening import check_form
from linli.policy.can import Actor
from linli.policy.powers import roles_for
from linli.policy.roles import DESKS, Role
from linli.registry.sites import Site
from linli.web import purposes
from linli.web.forms import answers, fields_of
from linli.web.menu import Nav, Section
from linli.web.page import id_of, moment_of, typed, working
from linli.web.rows import rows_of

MOMENTS = frozenset({"goes_at"})


@dataclass(frozen=True)
class Page:
    """One loop on a page of its own: its address, its words, who begins one and how."""

    loop: str
    url: str
    title: str
    button: str

    @property
    def verb(self) -> str:
        """The power that opens one about a person; empty: the loop's own rule."""
        return VERBS.get(self.loop, "")


PAGES = {
    page.url: page
    for page in (
        Page("trip", "trips", N_("Trips"), N_("Book a trip")),
        Page("ongoing_care", "ongoing_care", N_("Ongoing care"), N_("Ask for ongoing care")),
        Page("incident", "incidents", N_("Incidents"), N_("Report an incident")),
        Page("conversion", "conversions", N_("Conversions of sites"), N_("Choose a site")),
        Page("handover", "handovers", N_("Hand-overs"), N_("Hand something over")),
    )
}  # fmt: skip


def _view(page: Page) -> Callable[[HttpRequest], HttpResponse]:
    @never_cache
    def view(request: HttpRequest) -> HttpResponse:
        loop = catalogue.get(page.loop)
        begins = roles_for(page.verb) if page.verb else loop.opened_by
        actor = working(request, loop.seen_by | begins)
        problem: Problem | None = None
        if request.method == "POST":
            try:
                moved = _begun(request, page, loop, actor)
            except Problem as found:
                problem = found
            else:
                said = gettext("It is under way: number {id}.")
                messages.success(request, said.format(id=moved.item_id))
                return redirect(page.url)
        return _shown(request, page, loop, actor, problem, begins=bool(actor.holds(begins)))

    return view


def _begun(request: HttpRequest, page: Page, loop: Loop, actor: Actor) -> Moved:
    """The item that the form begins, where it belongs."""
    given = answers(loop.asks, request.POST)
    for name in MOMENTS & given.keys():
        at = moment_of(str(given[name]))
        given[name] = at.isoformat() if at else ""
    item_class = request.POST.get("item_class", "")
    data = check_form(
        loop.asks, given
    )  # what is wrong with a field is told before what is not chosen
    if item_class not in loop.classes:
        raise BadInput(N_("Choose what it is."))
    purpose, now = purposes.of(request), clock.now_s()
    if loop.name == handover.LOOP.name:
        return hand_over(actor, item_class, data, now=now)
    return begin(actor, loop, item_class, given, purpose=purpose, now=now)


def _shown(
    request: HttpRequest,
    page: Page,
    loop: Loop,
    actor: Actor,
    problem: Problem | None,
    *,
    begins: bool,
) -> HttpResponse:
    purpose = purposes.of(request)
    after = id_of(request.GET.get("after", ""))
    found = find.items(
        actor, filters=Filters(loop=loop.name, alive=True), purpose=purpose,
        after=str(after) if after else None,
    )  # fmt: skip
    fields = [
        replace(field, kind="datetime-local") if field.name in MOMENTS else field
        for field in fields_of(loop.asks, typed(request), problem)
    ]
    context = {
        "page": page,
        "loop": loop,
        "rows": [(row, _about(row.item)) for row in rows_of(found.rows, actor, purpose)],
        "after": found.after,
        "query": "",
        "begins": begins,
        "fields": fields,
        "item_class": request.POST.get("item_class", ""),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "arrangements/arrangements.html", context, status=status)


def _about(item: Any) -> dict[str, Any]:
    """What one is about beside its class: the site, the moment, what went wrong."""
    data = item.data
    at = data.get("goes_at")
    return {
        "sites": list(Site.objects.filter(id__in=[
            i for i in (data.get("from_site_id"), data.get("site_id")) if i
        ])),
        "goes_at": datetime.fromisoformat(at.replace("Z", "+00:00")) if at else None,
        "fault": FAULT_NAMES.get(data.get("fault", ""), ""),
        "n_beds": data.get("n_beds_planned"),
    }  # fmt: skip


NAV = Nav(N_("Trips"), "trips", DESKS | {Role.GRID_WORKER}, 23, Section.MOVES)
URLS = [path(url, _view(page), name=url) for url, page in PAGES.items()]

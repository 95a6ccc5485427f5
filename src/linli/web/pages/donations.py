"""Give something without an account, follow it by its token to where it went; the desk's list.

Whoever holds the token is taken for the donor. It is typed into a form and never stands in an
address, which is written into logs and sent on to where a link leads.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache

from linli import clock, uids
from linli.errors import N_, BadInput, Problem
from linli.knocks import doors
from linli.loops import find
from linli.loops.donations import trace
from linli.loops.donations.loop import KEEPERS, LOOP, DonationAsk
from linli.loops.find import Filters
from linli.loops.handovers import loop as handovers
from linli.policy.roles import Role
from linli.registry.areas import Area
from linli.registry.gazetteer import answering, place, places_called
from linli.registry.signed_in import actor_of
from linli.web import purposes
from linli.web.forms import answers, fields_of
from linli.web.menu import Nav, Section
from linli.web.page import id_of, typed, working
from linli.web.problems import with_wait
from linli.web.rows import rows_of

SEEN_BY = KEEPERS | {Role.AUDITOR}


@never_cache
def give(request: HttpRequest) -> HttpResponse:
    """What, how much, for which place; the code to follow it by is told at once."""
    if request.method == "POST" and "find" not in request.POST:
        return _given(request)
    values = typed(request) if request.method == "POST" else request.GET.dict()
    return _form(request, values)


def _given(request: HttpRequest) -> HttpResponse:
    values, actor = typed(request), actor_of(request)
    try:
        area = Area.objects.filter(id=id_of(values.get("area", "")) or 0).first()
        if area is None:
            raise BadInput(
                N_("Choose the place: type part of its name, and pick it from the list.")
            )
        if values.get("item_class") not in LOOP.classes:
            raise BadInput(N_("Choose what it is."))
        data = answers(DonationAsk, request.POST)
        doors.knock_to_file(request, actor)
        given = trace.give(
            actor, answering(area).id, values["item_class"], data, now=clock.now_s(),
            uid=_uid(values),
        )  # fmt: skip
    except Problem as problem:
        return _form(request, values, problem)
    return render(request, "donations/given.html", {"given": given})


def _form(request: HttpRequest, values: Any, problem: Problem | None = None) -> HttpResponse:
    context = {
        "classes": LOOP.classes,
        "values": values,
        "places": places_called(values.get("where", "")),
        "chosen_place": place(id_of(values.get("area", "")) or 0),
        "fields": fields_of(DonationAsk, values, problem),
        "uid": values.get("uid") or uids.fresh(),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return with_wait(render(request, "donations/give.html", context, status=status), problem)


def _uid(values: Any) -> UUID:
    try:
        return UUID(values.get("uid", ""))
    except ValueError:
        return uids.fresh()


@never_cache
def follow(request: HttpRequest) -> HttpResponse:
    """Type the code: where the gift went, part by part; it may be withdrawn while not here."""
    token = request.POST.get("token", "").strip()
    context: dict[str, Any] = {"token": token}
    problem: Problem | None = None
    if token:
        try:
            with doors.guessing_token(request):
                seen = trace.followed(actor_of(request), token)
            if "withdraw" in request.POST:
                trace.withdraw(actor_of(request), token, now=clock.now_s())
                seen = trace.followed(actor_of(request), token)
            context["seen"] = seen
        except Problem as found:
            problem = context["problem"] = found
    status = problem.status if problem else 200
    page = render(request, "donations/follow.html", context, status=status)
    return with_wait(page, problem)


@never_cache
def donations(request: HttpRequest) -> HttpResponse:
    """What is promised, in store and on the way, for the desk and the charity that keep it."""
    actor = working(request, SEEN_BY)
    purpose = purposes.of(request)
    after = id_of(request.GET.get("after", ""))
    found = find.items(
        actor, filters=Filters(loop=LOOP.name, alive=True), purpose=purpose,
        after=str(after) if after else None,
    )  # fmt: skip
    context = {"loop": LOOP, "rows": rows_of(found.rows, actor, purpose), "after": found.after,
               "query": ""}  # fmt: skip
    return render(request, "donations/list.html", context)


@never_cache
def donation(request: HttpRequest, item_id: int) -> HttpResponse:
    """Where every part of a gift is, for whoever keeps it."""
    actor = working(request, SEEN_BY)
    seen = trace.seen(actor, item_id, now=clock.now_s(), purpose=purposes.of(request))
    return render(request, "donations/one.html", {"seen": seen})


NAV = (
    Nav(N_("Donations"), "donations", SEEN_BY, 26, Section.MOVES),
    Nav(N_("Hand-overs"), "handovers", handovers.LOOP.seen_by, 27, Section.MOVES),
)
URLS = [
    path("donations", donations, name="donations"),
    path("donations/give", give, name="give"),
    path("donations/follow", follow, name="follow_gift"),
    path("donations/<int:item_id>/trace", donation, name="donation"),
]

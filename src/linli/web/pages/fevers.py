"""Who has a fever and waits to be seen? One list for the clinic and the desks, one tap to see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache

from linli.errors import N_
from linli.loops import find
from linli.loops.find import Filters
from linli.policy.roles import DESKS, Role
from linli.web import purposes
from linli.web.menu import Nav, Section
from linli.web.page import id_of, working
from linli.web.rows import rows_of

READERS = DESKS | {Role.CLINICIAN, Role.TRACER}


@never_cache
def fevers(request: HttpRequest) -> HttpResponse:
    """The fevers under way within reach, those nobody has seen first, the earliest limit first."""
    actor, purpose = working(request, READERS), purposes.of(request)
    after = id_of(request.GET.get("after", ""))
    filters = Filters(loop="fever", alive=True)
    page = find.items(actor, filters=filters, purpose=purpose, after=str(after) if after else None)
    waiting = sorted(
        page.rows, key=lambda item: (item.stage != "found", item.due_at is None, item.due_at or 0)
    )
    context = {
        "rows": rows_of(waiting, actor, purpose),
        "n_waiting": sum(item.stage == "found" for item in waiting),
        "after": page.after,
        "query": "",
        "sources": SOURCES,
    }
    return render(request, "fevers/fevers.html", context)


SOURCES = {
    "gate": N_("at a gate"),
    "round": N_("on a round"),
    "self": N_("by their own report"),
    "clinic": N_("at a clinic"),
    "desk": N_("at a desk"),
}
NAV = Nav(N_("Fevers"), "fevers", READERS, 17, Section.PEOPLE)
URLS = [path("fevers", fevers, name="fevers")]

"""What has the laboratory to do, what did it find, and whose is it?"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, BadInput
from linli.loops.laboratory import lists, matching, orders
from linli.loops.laboratory.tables import Finding, Test
from linli.policy.powers import roles_for
from linli.policy.roles import HEALTH_STAFF
from linli.web import purposes
from linli.web.columns import LABELS
from linli.web.menu import Nav, Section
from linli.web.page import id_of, signed_in

REFUSED_SHOWN = 20


@never_cache
def laboratory(request: HttpRequest) -> HttpResponse:
    """Tubes that wait, for the laboratory; results that wait, for whoever may say whose."""
    actor = signed_in(request)
    matches = bool(actor.holds(roles_for("laboratory.match")))
    sees = bool(actor.holds(roles_for("laboratory.see"))) or not matches
    tubes, after_tube = (
        orders.open_orders(actor, after=id_of(request.GET.get("tube", "")) or 0)
        if sees
        else ([], None)
    )
    waiting, after = (
        matching.unmatched(
            actor, purpose=purposes.of(request), after=id_of(request.GET.get("after", "")) or 0
        )
        if matches
        else ([], None)
    )
    context = {
        "sees_tubes": sees,
        "tubes": tubes,
        "after_tube": after_tube,
        "waiting": [(one, [(LABELS[k], v) for k, v in one.result.told.items()]) for one in waiting],
        "after": after,
        "n_elsewhere": matching.n_elsewhere(actor) if matches else 0,
        "matches": matches,
        "enters": bool(actor.holds(roles_for("laboratory.result"))),
        "tests": dict(Test.choices),
        "findings": dict(Finding.choices),
    }
    return render(request, "laboratory/laboratory.html", context)


def take(request: HttpRequest) -> HttpResponse:
    """A file of results comes in; what was refused is told row by row."""
    if request.method != "POST":
        return redirect("laboratory")
    actor = signed_in(request)
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(N_("No file came with it. Choose one."))
    told, refused = lists.take_file(actor, file, now=clock.now_s())
    context = {"told": told, "refused": refused[:REFUSED_SHOWN], "n_refused": len(refused)}
    return render(request, "laboratory/taken.html", context)


def match(request: HttpRequest, result_id: int) -> HttpResponse:
    """Somebody says whose a result is, or sets it aside."""
    if request.method != "POST":
        return redirect("laboratory")
    answer = request.POST.get("person", "")
    person_id = id_of(answer)
    if person_id is None and answer != "nobody":
        raise BadInput(N_("Say whose it is, or that it is nobody's here."))
    row = matching.decide(
        signed_in(request),
        result_id,
        person_id=person_id,
        purpose=purposes.of(request),
        now=clock.now_s(),
    )
    if row.item_id is not None:
        said = gettext("Matched. It is positive: case {id} follows from it.")
        messages.success(request, said.format(id=row.item_id))
    else:
        messages.success(request, gettext("Matched.") if person_id else gettext("Set aside."))
    return redirect("laboratory")


def cancel(request: HttpRequest, order_id: int) -> HttpResponse:
    """Somebody says why a test is not done, or that another sample is taken in its place."""
    case_id = id_of(request.POST.get("case", ""))
    back = redirect("laboratory") if case_id is None else redirect("case", item_id=case_id)
    if request.method != "POST":
        return back
    row = orders.cancel(
        signed_in(request),
        order_id,
        why=request.POST.get("why", ""),
        purpose=purposes.of(request),
        now=clock.now_s(),
    )
    if row.why:
        messages.success(request, gettext("The test is not done; the reason stands with it."))
    else:
        said = gettext("Another sample is asked for, with the tube {sample}.")
        messages.success(request, said.format(sample=row.sample))
    return back


NAV = Nav(
    N_("Laboratory"), "laboratory", HEALTH_STAFF | roles_for("laboratory.match"), 36, Section.PEOPLE
)
URLS = [
    path("laboratory", laboratory, name="laboratory"),
    path("laboratory/take", take, name="laboratory_take"),
    path("laboratory/results/<int:result_id>", match, name="laboratory_match"),
    path("laboratory/orders/<int:order_id>/cancel", cancel, name="laboratory_cancel"),
]

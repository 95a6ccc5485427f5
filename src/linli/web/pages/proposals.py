"""What does the planner propose for who waits? Runs to take over one by one, and who is left."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, BadInput, Problem
from linli.loops.beds.receivers import DISPATCHERS
from linli.loops.runs.compose import compose
from linli.loops.scene import Scene
from linli.registry.accounts import Account
from linli.registry.sites import Site
from linli.registry.vehicles import Vehicle
from linli.studies.dispatch.transfers import Proposal, propose
from linli.web import purposes
from linli.web.page import id_of, working


@never_cache
def proposal(request: HttpRequest) -> HttpResponse:
    """The proposal as it is now; taking a run over holds its beds and makes it up."""
    actor, purpose = working(request, DISPATCHERS), purposes.of(request)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            run = _take_over(request, Scene(actor, clock.now_s(), purpose or ""))
        except Problem as found:
            problem = found
        else:
            messages.success(request, gettext("The beds are held, and the run is made up."))
            return redirect("run", run_id=run)
    told = propose(actor, purpose=purpose, now=clock.now_s())
    context = {"told": told, "rows": _rows(told), "problem": problem}
    status = problem.status if problem else 200
    return render(request, "transfers/proposal.html", context, status=status)


def _take_over(request: HttpRequest, scene: Scene) -> int:
    """The run whose riders came with the form, each as transfer:ward."""
    pairs: dict[int, int] = {}
    for text in request.POST.getlist("rider"):
        transfer, _, ward = text.partition(":")
        pairs[id_of(transfer) or 0] = id_of(ward) or 0
    if not pairs:
        raise BadInput(N_("Nobody is on this run. Plan anew."))
    escorts = [i for text in request.POST.getlist("escort") if (i := id_of(text))]
    return compose(
        scene,
        list(pairs),
        wards=pairs,
        vehicle_id=id_of(request.POST.get("vehicle", "")),
        escort_ids=tuple(escorts),
    )


def _rows(told: Proposal) -> list[Any]:
    """Each run with its vehicle, its site and its escorts by name."""
    vehicles = Vehicle.objects.in_bulk({run.vehicle_id for run in told.runs})
    sites = Site.objects.in_bulk({run.site_id for run in told.runs})
    ids = {account for run in told.runs for account in run.escort_ids}
    names = dict(Account.objects.filter(id__in=ids).values_list("id", "display_name"))
    return [
        (
            run,
            vehicles.get(run.vehicle_id),
            sites.get(run.site_id),
            [names.get(i, str(i)) for i in run.escort_ids],
        )
        for run in told.runs
    ]


URLS = [path("transfers/plan", proposal, name="transfer_plan")]

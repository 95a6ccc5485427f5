"""Who did and saw what, and does the sealed record still hold? For auditors."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache

from linli.audit import acts as audit_acts
from linli.audit.sealed import Seal
from linli.audit.words import ACTS, KINDS
from linli.errors import N_
from linli.loops import catalogue, keeping
from linli.loops.removals import rules
from linli.policy.powers import roles_for
from linli.policy.roles import NAMES, PURPOSE_NAMES, Purpose, Role
from linli.registry import proving
from linli.registry.accounts import Account
from linli.web.menu import Nav, Section
from linli.web.page import id_of, signed_in

ACTS_A_PAGE = 50
REPORTS = 8
CAUSES = {
    "closed": N_("kept long enough"),
    "emergency": N_("the emergency is over"),
    "left": N_("kept long enough after they had left"),
    "empty": N_("nobody lives there"),
    "asked": N_("the resident asked for it"),
}


@never_cache
def audit(request: HttpRequest) -> HttpResponse:
    """A page of acts, narrowed to somebody, to an act or to one record."""
    actor = signed_in(request)
    given = request.GET
    who = given.get("who", "").strip()
    account = Account.objects.filter(username=who).first() if who else None
    rows = audit_acts.acts(
        actor,
        kind=given.get("kind", "")[:40],
        subject=given.get("subject", "").strip()[:64],
        actor_id=(account.id if account else 0) if who else None,
        before=id_of(given.get("after", "")),
        most=ACTS_A_PAGE,
    )
    names = dict(
        Account.objects.filter(id__in={row.actor_id for row in rows}).values_list(
            "id", "display_name"
        )
    )
    query = given.copy()
    query.pop("after", None)
    context = {
        "rows": [(row, names.get(row.actor_id or 0, "")) for row in rows],
        "after": rows[-1].id if len(rows) == ACTS_A_PAGE else None,
        "query": query.urlencode(),
        "given": given,
        "acts": ACTS,
        "kinds": KINDS,
        "loops": {loop.name: loop.label for loop in catalogue.all_loops().values()},
        "roles": {role.value: NAMES[role] for role in Role},
        "purposes": {p.value: PURPOSE_NAMES[p] for p in Purpose},
        "seals": Seal.objects.order_by("-id")[:4],
        "proof": proving.last_proof(),
        "destructions": keeping.reports(actor, most=REPORTS, but=rules.REPORTS),
        "causes": CAUSES,
    }
    return render(request, "audit/audit.html", context)


def prove(request: HttpRequest) -> HttpResponse:
    """Ask the worker to recompute every chain."""
    if request.method == "POST":
        proving.ask_for_proof(signed_in(request))
    return redirect("audit")


@never_cache
def proof(request: HttpRequest) -> HttpResponse:
    """How far the check is: a piece of the page that asks again until it is done."""
    audit_acts.acts(signed_in(request), most=1)
    return render(request, "audit/_proof.html", {"proof": proving.last_proof()})


NAV = Nav(N_("Audit"), "audit", roles_for("audit.see"), 20, Section.HOUSE)
URLS = [
    path("audit", audit, name="audit"),
    path("audit/prove", prove, name="prove"),
    path("audit/proof", proof, name="proof"),
]

"""Who leaves the register of residents, what holds whom, and what does who asks for it hear?"""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.audit.words import KINDS
from linli.columns import whole
from linli.errors import N_, BadInput, Problem
from linli.loops import keeping
from linli.loops.removals import look, rules
from linli.loops.removals.parts import PROOF_NAMES, Proof
from linli.loops.requests import own_record
from linli.loops.requests.forms import REACH_NAMES
from linli.loops.requests.own_record import Answer, Asked
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.accounts import Account
from linli.registry.areas import Area
from linli.registry.sight import seen_at
from linli.web import purposes
from linli.web.columns import LABELS
from linli.web.menu import Nav, Section
from linli.web.page import id_of, signed_in, typed
from linli.web.pages.audit import CAUSES


@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """Numbers by rule and area, the terms, what went; and names for who may see them."""
    return _overview(request)


def _overview(
    request: HttpRequest, *, tried: str = "", problem: Problem | None = None
) -> HttpResponse:
    actor, now, area = signed_in(request), clock.now_s(), _area(request)
    shown = look.overview(actor, now=now, area=area)
    chosen = request.GET.get("rule", "")
    rule = rules.get(chosen) if chosen else None
    names = bool(actor.holds(roles_for(look.NAMES)))
    rows: list[look.Seen] = []
    after = None
    if rule is not None and names:
        rows, after = look.people(
            actor, purpose=purposes.of(request), now=now, rule=rule,
            area_path=area.path if area else "", after=request.GET.get("after", "")[:80] or None,
        )  # fmt: skip
    query = request.GET.copy()
    query.pop("after", None)
    signed = [one.terms.signed.signed_by for one in shown if one.terms.signed is not None]
    signers = [account_id for account_id in signed if account_id is not None]
    context = {
        "rules": shown,
        "area": area,
        "rule": rule,
        "names": names,
        "rows": rows,
        "after": quote(after) if after else None,
        "query": query.urlencode(),
        "signs": bool(actor.holds(roles_for("limits.edit"))),
        "signers": dict(Account.objects.filter(id__in=signers).values_list("id", "display_name")),
        "went": look.reports(actor),
        "labels": {one.name: one.label for one in rules.RULES} | {rules.ASKED: KINDS[rules.ASKED]},
        "causes": CAUSES,
        "tried": tried,
        "given": typed(request),
        "problem": problem,
    }
    return render(request, "removals/removals.html", context, status=_status(problem))


def sign(request: HttpRequest, name: str) -> HttpResponse:
    """Sign other days for one rule; they hold from now on, for who has left already too."""
    rule = rules.get(name)
    if request.method != "POST":
        return redirect("removals")
    given = request.POST
    days = whole(given.get("days", "").strip())
    try:
        if days is None:
            raise BadInput(N_("{given} is no number of days."), given=given.get("days", "")[:40])
        keeping.sign(
            signed_in(request), rule.name, closed_days=days, after_emergency_days=days,
            note=given.get("note", ""),
        )  # fmt: skip
    except BadInput as problem:
        return _overview(request, tried=rule.name, problem=problem)
    messages.success(request, gettext("Signed. It holds from now on."))
    return redirect("removals")


@never_cache
def one(request: HttpRequest, person_id: int) -> HttpResponse:
    """One resident: when the record goes, and what holds it."""
    seen = look.one(signed_in(request), person_id, purpose=purposes.of(request), now=clock.now_s())
    return render(request, "removals/person.html", {"seen": seen, "row": seen.row})


@never_cache
def answer(request: HttpRequest, item_id: int) -> HttpResponse:
    """A request to be erased or put right: what may go, what is held, and the answer to it."""
    actor, given = signed_in(request), request.POST if request.method == "POST" else request.GET
    person_id = id_of(given.get("person", "").strip())
    problem: Problem | None = None
    if request.method == "POST" and "look" not in given:
        try:
            own_record.answer(actor, item_id, _answer(request, person_id), now=clock.now_s())
        except (own_record.WhoIsIt, own_record.Held, BadInput) as said:
            problem = said
        else:
            messages.success(request, gettext("It is done, and the resident has the answer."))
            return redirect("item", item_id=item_id)
    found = own_record.see(
        actor, item_id, now=clock.now_s(), purpose=purposes.of(request), person_id=person_id
    )
    context = _asked(request, found, problem) | {"person": given.get("person", "")[:20]}
    return render(request, "removals/asked.html", context, status=_status(problem))


def _answer(request: HttpRequest, person_id: int | None) -> Answer:
    given = request.POST
    reach = given.get("reach", "")
    return Answer(
        parts=given.getlist("parts"), proof=given.get("proof", ""), person_id=person_id,
        reach=reach, words=given.get("words", "")[: own_record.MOST_WORDS],
    )  # fmt: skip


def _asked(request: HttpRequest, found: Asked, problem: Problem | None) -> dict[str, Any]:
    actor = signed_in(request)
    seen = seen_at(actor, found.person.path) if found.person is not None else frozenset()
    proofs = [(p.value, PROOF_NAMES[p]) for p in Proof if p is not Proof.ACCOUNT or found.own]
    return {
        "found": found,
        "name": found.person.name if found.person is not None and "name" in seen else "",
        "corrected": [LABELS.get(name, name) for name in found.corrected],
        "proofs": proofs,
        "reaches": [(r.value, name) for r, name in REACH_NAMES.items()],
        "chosen": request.POST.getlist("parts"),
        "given": typed(request),
        "problem": problem,
        "n_may": sum(part.goes for part in found.parts),
    }


def _area(request: HttpRequest) -> Area | None:
    area_id = id_of(request.GET.get("area", ""))
    return areas.get(area_id) if area_id is not None else None


def _status(problem: Problem | None) -> int:
    return problem.status if problem is not None else 200


NAV = Nav(N_("Removals"), "removals", roles_for(look.SEE), 56, Section.HOUSE)
URLS = [
    path("removals", overview, name="removals"),
    path("removals/terms/<slug:name>", sign, name="removal_terms"),
    path("removals/people/<int:person_id>", one, name="removal"),
    path("removals/asked/<int:item_id>", answer, name="removal_asked"),
]

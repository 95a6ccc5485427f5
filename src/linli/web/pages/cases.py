"""Who is in which category, why, and what is still missing? The desk where cases are decided."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache

from linli import clock, uids
from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.loops import catalogue, find
from linli.loops.advance import advance
from linli.loops.cases import definitions, explain, intake
from linli.loops.cases.definitions import Disease, Need, Verdict
from linli.loops.cases.explain import Change
from linli.loops.cases.forms import CATEGORY_NAMES, SEVERITY_NAMES, Category
from linli.loops.cases.intake import CaseReport
from linli.loops.find import Filters, ItemView
from linli.loops.laboratory import orders, results
from linli.loops.laboratory.tables import Finding, Test, Why
from linli.loops.scene import Scene
from linli.policy.can import Actor
from linli.policy.fields import sees, shown
from linli.policy.powers import roles_for
from linli.policy.roles import DESKS, NAMES, Role
from linli.registry import stated_needs
from linli.registry.accounts import Account
from linli.registry.areas import Area
from linli.registry.imports.typed import checked
from linli.registry.person import Person
from linli.registry.sites import Site
from linli.web import purposes
from linli.web.menu import Nav, Section
from linli.web.page import id_of, signed_in, typed, working
from linli.web.rows import rows_of

READERS = DESKS | {Role.CLINICIAN, Role.TRACER}
REFUSED_SHOWN = 20


@dataclass(frozen=True)
class Line:
    """One rule as a person reads it: what would follow, what of it is met, what is missing."""

    category: str
    basis: str
    met: list[str]
    missing: list[str]


@never_cache
def cases(request: HttpRequest) -> HttpResponse:
    """The cases within reach, the newest first, and the forms to report more."""
    return _desk(request)


def _desk(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    actor, purpose = working(request, READERS), purposes.of(request)
    category = request.GET.get("category", "")
    stage = request.GET.get("stage", "")
    filters = Filters(
        loop="case",
        alive=True,
        item_class=category if category in set(Category) else "",
        stages=(stage,) if stage in {"unclassified", "managed"} else (),
    )
    after = id_of(request.GET.get("after", ""))
    page = find.items(actor, filters=filters, purpose=purpose, after=str(after) if after else None)
    people = Person.objects.in_bulk({item.subject_id for item in page.rows if item.subject_id})
    rows = [(row, _who(actor, people.get(row.item.subject_id))) for row in rows_of(
        page.rows, actor, purpose)]  # fmt: skip
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "rows": rows,
        "after": page.after,
        "query": query.urlencode(),
        "category": filters.item_class,
        "stage": stage,
        "categories": CATEGORY_NAMES,
        "severities": SEVERITY_NAMES,
        "diseases": [(d.code, d.called(get_language() or "")) for d in
                     definitions.diseases().values()],
        "places": _places(actor),
        "values": typed(request) if problem else {"category": "suspected"},
        "problem": problem,
    }  # fmt: skip
    status = problem.status if problem else 200
    return render(request, "cases/desk.html", context, status=status)


def _places(actor: Actor) -> list[Area]:
    """Where this person may report: the areas of the own posts and what lies right below."""
    paths = [h.path for h in actor.holds(READERS)]
    found = Area.objects.filter(path__in=paths) | Area.objects.filter(parent__path__in=paths)
    return list(found.order_by("path")[:200])


def _who(actor: Actor, person: Person | None) -> dict[str, Any]:
    """Somebody as this actor may see them."""
    if person is None:
        return {}
    roles = [h.role for h in actor.holds(READERS) if person.path.startswith(h.path)]
    told = {"name": person.name, "phone": person.phone, "birth_date": person.birth_date}
    return {"id": person.id, **shown(told, sees(roles))}


def report(request: HttpRequest) -> HttpResponse:
    """Somebody reports one case; whom the registry knows is found, whom it does not is added."""
    if request.method != "POST":
        return redirect("cases")
    actor, post = signed_in(request), request.POST
    try:
        asked = {name: post[name] for name in CaseReport.model_fields if post.get(name, "").strip()}
        row = checked(CaseReport, {"source": "desk", **asked})
        taken = intake.take_in(actor, [row], now=clock.now_s(), purpose=purposes.of(request))
        if taken.refused:
            raise taken.refused[0].problem
    except Problem as problem:
        return _desk(request, problem)
    one = taken.reported[0]
    said = (
        gettext("There is a case of this person already: {id}. The report stands in its history.")
        if one.joined or one.again
        else gettext("Case {id} is open, and a place has been asked for.")
    )
    messages.success(request, said.format(id=one.case_id))
    return redirect("case", item_id=one.case_id)


def take(request: HttpRequest) -> HttpResponse:
    """A list of cases comes in; what was refused is told row by row."""
    if request.method != "POST":
        return redirect("cases")
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(N_("No file came with it. Choose one."))
    told, refused = intake.take_file(
        signed_in(request), file, now=clock.now_s(), purpose=purposes.of(request)
    )
    context = {"told": told, "refused": refused[:REFUSED_SHOWN]}
    return render(request, "cases/taken.html", context)


@never_cache
def case(request: HttpRequest, item_id: int) -> HttpResponse:
    """One case: who, in which category and why, what follows, tests, places, and every change."""
    return _one(request, _view(request, item_id))


def _view(request: HttpRequest, item_id: int) -> ItemView:
    actor = signed_in(request)
    view = find.item_for(actor, item_id, now=clock.now_s(), purpose=purposes.of(request))
    if view.loop.name != "case" or view.own:
        raise NotFound(what=Word(N_("case")), value=item_id)
    return view


def _one(request: HttpRequest, view: ItemView, problem: Problem | None = None) -> HttpResponse:
    actor, item = signed_in(request), view.item
    chosen = request.POST if problem else request.GET
    evidence = chosen.getlist("evidence") if "weigh" in chosen or problem else item.data["evidence"]
    language = get_language() or ""
    disease = definitions.diseases().get(item.kind)
    verdict = explain.follows(item.kind, evidence, clock.day(clock.now()), item.path)
    follows = verdict.category if verdict else None
    steps = [s.step.name for s in view.steps if s.step.name in {"classify", "reclassify"}]
    person_id = item.subject_id or 0
    context = {
        "view": view,
        "item": item,
        "who": _who(actor, Person.objects.filter(id=person_id).first()),
        "needs": stated_needs.of_person(actor, person_id),
        "disease": disease.called(language) if disease else item.kind,
        "categories": CATEGORY_NAMES,
        "severities": SEVERITY_NAMES,
        "criteria": _choices(disease, evidence, language),
        "verdict": verdict,
        "follows": CATEGORY_NAMES[follows] if follows else "",
        "basis": definitions.BASES[verdict.basis] if verdict else "",
        "lines": _lines(verdict, language),
        "chosen": chosen.get("category") or follows or item.item_class,
        "step": steps[0] if steps else "",
        "changes": _changes(view, disease, language),
        "results": [
            (r, dict(Test.choices)[r.test], dict(Finding.choices)[r.finding])
            for r in results.results_of(person_id, exercise=actor.exercise)
        ],
        "orders": [
            (row, dict(Test.choices)[row.test])
            for row in orders.of_person(person_id, exercise=actor.exercise)
            if row.done_at is None
        ],
        "may_order": bool(actor.holds(roles_for(orders.ORDER))),
        "whys": Why.choices,
        "places": _placements(person_id, actor.exercise),
        "placement": catalogue.get("placement"),
        "below": [(row, catalogue.get(row.loop)) for row in explain.below(item.id)],
        "uid": uids.fresh(),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "cases/case.html", context, status=status)


@dataclass(frozen=True)
class Told:
    """One word on the category as a person reads it."""

    change: Change
    who: str
    role: str
    category: str
    evidence: list[str]
    followed: str


def _changes(view: ItemView, disease: Disease | None, language: str) -> list[Told]:
    """Every word on the category, the newest first."""
    changes = explain.history(view.item, view.events)
    actors = {c.actor_id for c in changes if c.actor_id is not None}
    names = dict(Account.objects.filter(id__in=actors).values_list("id", "display_name"))
    told = []
    for change in reversed(changes):
        followed = change.verdict.category if change.verdict else None
        told.append(
            Told(
                change,
                names.get(change.actor_id or 0, ""),
                NAMES.get(Role(change.role), ""),
                CATEGORY_NAMES[Category(change.category)],
                _criteria(disease, change.evidence, language),
                CATEGORY_NAMES[followed] if followed else "",
            )
        )
    return told


def _choices(disease: Disease | None, evidence: Any, language: str) -> list[tuple[str, str, bool]]:
    codes = disease.criteria if disease else {}
    return [(c, _criteria(disease, [c], language)[0], c in evidence) for c in codes]


def _criteria(disease: Disease | None, codes: Any, language: str) -> list[str]:
    return [disease.criterion(c, language) if disease else c for c in codes]


def _lines(verdict: Verdict | None, language: str) -> list[Line]:
    """The rules in force, each with what is met and what is missing."""
    if verdict is None:
        return []

    def say(need: Need) -> str:
        named = ", ".join(verdict.disease.criterion(code, language) for code in need.of)
        if len(need.of) == 1:
            return named
        return gettext("{least} of: {named}").format(least=need.least, named=named)

    return [
        Line(
            CATEGORY_NAMES[w.rule.category],
            definitions.BASES[w.rule.basis],
            [say(need) for need in w.met],
            [say(need) for need in w.missing],
        )
        for w in verdict.weighed
    ]


def _placements(person_id: int, exercise: bool) -> list[tuple[Any, str]]:
    """The places somebody needed, the newest first, with the site where there is one."""
    rows = explain.placements(person_id, exercise=exercise)
    sites = Site.objects.in_bulk({r.data["site_id"] for r in rows if r.data.get("site_id")})
    return [(r, sites[i].name_zh if (i := r.data.get("site_id")) in sites else "") for r in rows]


def classify(request: HttpRequest, item_id: int) -> HttpResponse:
    """Somebody decides on the category, on the evidence that stands."""
    view = _view(request, item_id)
    step = "classify" if view.item.stage == "unclassified" else "reclassify"
    if request.method != "POST":
        return redirect("case", item_id=item_id)
    post = request.POST
    data: dict[str, Any] = {"evidence": post.getlist("evidence")}
    data |= {name: post[name] for name in ("category", "severity") if post.get(name)}
    scene = Scene(signed_in(request), clock.now_s(), purposes.of(request) or "")
    try:
        advance(item_id, step, scene, data=data, uid=_uid(post.get("uid", "")))
    except Problem as problem:
        return _one(request, view, problem)
    messages.success(request, gettext("The category stands, with its evidence."))
    return redirect("case", item_id=item_id)


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


NAV = Nav(N_("Cases"), "cases", READERS, 34, Section.PEOPLE)
URLS = [
    path("cases", cases, name="cases"),
    path("cases/report", report, name="case_report"),
    path("cases/take", take, name="cases_take"),
    path("cases/<int:item_id>", case, name="case"),
    path("cases/<int:item_id>/classify", classify, name="case_classify"),
]

"""The round at the door: one tap for who is well, a card for who is not, and the own report."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli import clock, uids
from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.loops.calls import watch as calls
from linli.loops.calls.tables import By
from linli.loops.rounds import SEEN_NAMES
from linli.loops.screening import card, coverage, explain, questionnaire, receive
from linli.loops.screening.receive import Outcome, ScreeningReport
from linli.policy.can import Actor, scope
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.areas import Area
from linli.web import purposes
from linli.web.menu import Nav, Section
from linli.web.page import PLAIN, id_of, kept_at, signed_in

WORKERS = roles_for(coverage.SEE)
REASONS = {seen.name.lower(): name for seen, name in SEEN_NAMES.items()}
OUTCOMES = {
    Outcome.ACCEPTED: N_("Written down."),
    Outcome.DUPLICATE: N_("That was written down already."),
    Outcome.SUPERSEDED: N_("Something said later holds. Yours is kept beside it."),
}


@dataclass(frozen=True)
class Asked:
    """A question as the page shows it, with what was typed."""

    question: questionnaire.Question
    label: str
    hint: str
    choices: list[tuple[str, str]]


@never_cache
def screening(request: HttpRequest) -> HttpResponse:
    """Today's round of an area: the doors that are open yet, nobody came first."""
    actor = signed_in(request)
    if not actor.holds(WORKERS):
        return redirect("screening_own")
    area, today = _area(request, actor), clock.day(clock.now())
    found = coverage.doors(actor, area, today, purpose=purposes.of(request))
    context = {
        "area": area,
        "others": _others(actor, area),
        "today": today,
        "doors": [one for one in found if one.n_uncovered],
        "not_seen": [one for one in found if not one.n_uncovered],
        "numbers": coverage.total(area.path, today, exercise=actor.exercise),
        "cards": card.completeness(area.path),
        "reasons": REASONS,
        "open": _is_open(actor, area.path, today),
        **_stamp(),
    }
    return render(request, "screening/round.html", context)


@never_cache
def door(request: HttpRequest, household_id: int) -> HttpResponse:
    """The card of a household, and a report for each of its people."""
    return _door(request, household_id)


def _door(
    request: HttpRequest, household_id: int, problem: Problem | None = None, typed: Any = None
) -> HttpResponse:
    actor = signed_in(request)
    today = clock.day(clock.now())
    found = card.open_card(actor, household_id, today, purpose=purposes.of(request))
    own = card.own_household(actor) == household_id
    context = {
        "card": found,
        "own": own,
        "today": today,
        "reasons": REASONS,
        "questions": _questions(),
        "ways": By.choices,
        "problem": problem,
        "typed": typed or {},
        "open": _is_open(actor, found.household.path, today),
        **_stamp(),
    }
    status = problem.status if problem else 200
    return render(request, "screening/door.html", context, status=status)


@never_cache
def own(request: HttpRequest) -> HttpResponse:
    """A resident's own report: the own household's card."""
    actor = signed_in(request)
    household_id = card.own_household(actor)
    if household_id is None:
        raise NotFound(
            N_("Your account is not linked to a resident. The community desk can link it."),
            what=Word(N_("household")),
            value="-",
        )
    return _door(request, household_id)


@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """Take one report from a form, and lead back to where it was made."""
    actor = signed_in(request)
    household_id = id_of(request.POST.get("door", ""))
    try:
        told = _told(request, actor, household_id)
        answer = receive.receive(
            actor, [told], now=clock.now_s(), purpose=purposes.of(request) or _named(request)
        )[0]
        if answer.problem is not None:
            raise answer.problem
    except Problem as problem:
        if household_id is None:
            raise
        return _door(request, household_id, problem, request.POST)
    if request.POST.get("in_place"):
        return HttpResponse(gettext(OUTCOMES[answer.outcome]), content_type=PLAIN)
    messages.success(request, gettext(OUTCOMES[answer.outcome]))
    if request.POST.get("back") == "round":
        return redirect(f"/screening?area={id_of(request.POST.get('area', '')) or ''}")
    return redirect("screening_door", household_id)


@require_POST
def spoken(request: HttpRequest) -> HttpResponse:
    """Write down that somebody in special care was spoken to today."""
    actor = signed_in(request)
    given = request.POST
    by = given.get("by", "door")
    if by not in By.values:
        raise BadInput(
            N_("{given} is no way to be found. Choose one of: {known}."),
            given=by[:40],
            known=tuple(By.values),
        )
    told = {"uid": _uid(given.get("uid", "")), "by": by, "well": given.get("well") != "0"}
    person = id_of(given.get("person", "")) or 0
    at = kept_at(request, clock.now_s()) or clock.now_s()
    calls.contacted(actor, person, told, now=at, purpose=purposes.of(request))
    messages.success(request, gettext("Written down."))
    household_id = id_of(given.get("door", ""))
    return redirect("screening_door", household_id) if household_id else redirect("screening")


def _told(request: HttpRequest, actor: Actor, household_id: int | None) -> ScreeningReport:
    given = request.POST
    person_id = id_of(given.get("person", ""))
    seen = given.get("seen", "checked")
    if seen not in REASONS:
        raise BadInput(
            N_("{given} is no way to be found. Choose one of: {known}."),
            given=seen[:40],
            known=tuple(REASONS),
        )
    own = card.own_household(actor)
    mine = household_id is not None and household_id == own
    form = questionnaire.in_force()
    answers: dict[str, Any] = {}
    for question in form.questions:
        values = [v for v in given.getlist(f"q_{question.name}") if v.strip()]
        if values:
            answers[question.name] = values if question.kind == "select_multiple" else values[0]
    return ScreeningReport(
        uid=_uid(given.get("uid", "")),
        seq=_seq(given.get("seq", "")),
        day=clock.day(clock.moment(kept_at(request, clock.now_s()) or clock.now_s())),
        person_id=person_id,
        household_id=None if person_id else household_id,
        seen=seen,  # type: ignore[arg-type]  # checked above
        how="self" if mine else "door",
        answers=answers or None,
    )


def _named(request: HttpRequest) -> str | None:
    """The purpose that the form itself names, where the session has none yet."""
    named = request.POST.get("purpose", "")
    return named if named in {value for value, _ in purposes.open_to(request)} else None


def _stamp() -> dict[str, Any]:
    """What makes the writes of this page once: ids, and where their sequence begins.

    The page's script raises the sequence by the time that goes by until the tap.
    """
    return {"seq": clock.now_s() * 1000, "fresh_uids": iter(uids.fresh, None)}


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uids.fresh()


def _seq(text: str) -> int:
    given = id_of(text)
    return given if given is not None and given > 0 else clock.now_s() * 1000


def _questions() -> list[Asked]:
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    return [
        Asked(q, q.label[language], q.hint[language],
              [(name, label[language]) for name, label in q.choices])
        for q in questionnaire.in_force().questions
    ]  # fmt: skip


def _area(request: HttpRequest, actor: Actor) -> Area:
    given = id_of(request.GET.get("area", ""))
    if given is not None:
        return areas.get(given)
    mine = [first for first, _ in scope(actor, WORKERS)]
    return areas.at(max(mine, key=len, default=""))


def _others(actor: Actor, area: Area) -> list[Area]:
    """The grids one may choose from, where the post is wider than a grid."""
    if area.tier is None:
        return []
    return list(Area.objects.filter(parent=area, valid_until=None, kind="grid").order_by("path"))


def _is_open(actor: Actor, where: str, today: date) -> bool:
    rounds = explain.open_rounds(actor.exercise, clock.now_s())
    return any(first <= today <= last and at <= where < end for at, end, first, last in rounds)


NAV = Nav(N_("My round"), "screening", WORKERS, 15, Section.TODAY)
URLS = [
    path("screening", screening, name="screening"),
    path("screening/own", own, name="screening_own"),
    path("screening/doors/<int:household_id>", door, name="screening_door"),
    path("screening/report", report, name="screening_report"),
    path("screening/spoken", spoken, name="screening_spoken"),
]

"""Which rounds are held, what do they ask, and what has been earned by answering?"""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli import clock
from linli.errors import N_, BadInput, Problem
from linli.loops import catalogue, find
from linli.loops.advance import advance, open_item
from linli.loops.campaigns.loop import CALLERS
from linli.loops.find import Filters
from linli.loops.opening import Opening
from linli.loops.scene import scene
from linli.loops.screening import coverage, questionnaire, rewards
from linli.policy.can import Actor
from linli.policy.powers import roles_for
from linli.policy.roles import FIELD_STAFF, Role
from linli.registry import areas
from linli.registry.areas import Area
from linli.registry.signed_in import actor_of
from linli.web.menu import Nav, Section
from linli.web.page import id_of, signed_in, typed, working

READERS = FIELD_STAFF | {Role.ANALYST}
SHOWN = 20


@never_cache
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds of this person's areas, the newest first, and the form to call one."""
    working(request, READERS)
    return _page(request)


def _page(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    actor = actor_of(request)
    rows = find.items(actor, filters=Filters(loop="campaign"), purpose=None, most=SHOWN).rows
    places = Area.objects.in_bulk({row.area_id for row in rows})
    today = clock.day(clock.now())
    loop = catalogue.get("campaign")
    context: dict[str, Any] = {
        "rounds": [
            {
                "item": row,
                "place": places[row.area_id],
                "numbers": coverage.total(
                    row.path,
                    min(today, date.fromisoformat(row.data["last_on"])),
                    exercise=actor.exercise,
                ),
                "begins": row.stage == "planned" and _calls(actor, row.path),
                "ends": row.stage == "open" and _calls(actor, row.path),
            }
            for row in rows
        ],
        "loop": loop,
        "places": _places(actor),
        "today": today,
        "problem": problem,
        "typed": typed(request),
        "asks": bool(actor.holds(roles_for(questionnaire.EDIT))),
        "pays": bool(actor.holds(roles_for(rewards.PAY))),
    }
    return render(request, "rounds/rounds.html", context, status=problem.status if problem else 200)


@require_POST
def call(request: HttpRequest) -> HttpResponse:
    """Plan a round and open it where nothing stands in the way."""
    actor = signed_in(request)
    given = request.POST
    try:
        area = areas.get(id_of(given.get("area", "")) or 0)
        data: dict[str, Any] = {
            "title": given.get("title", ""),
            "first_on": given.get("first_on", ""),
            "last_on": given.get("last_on", ""),
            "emergency_only": given.get("emergency_only") == "1",
            "reward_cents": _cents(given.get("reward", "")),
        }
        loop = catalogue.get("campaign")
        kind = "daily" if given.get("kind") == "daily" else "sweep"
        opening = Opening(area.id, kind, data, title=data["title"], channel="page")
        open_item(loop, opening, scene(actor))
    except Problem as problem:
        return _page(request, problem)
    messages.success(request, gettext("The round is planned. Open it when it may begin."))
    return redirect("rounds")


@require_POST
def take(request: HttpRequest, item_id: int, name: str) -> HttpResponse:
    """Open a planned round, or let today be the last day of an open one."""
    actor = signed_in(request)
    loop = catalogue.get("campaign")
    find.reach(actor, item_id, loop=loop, roles=loop.seen_by)
    if name not in ("begin", "end"):
        raise BadInput(
            N_("{given} is no class. Choose one of: {known}."), given=name[:40],
            known=("begin", "end"),
        )  # fmt: skip
    try:
        advance(item_id, name, scene(actor))
    except Problem as problem:
        return _page(request, problem)
    messages.success(request, gettext("Done."))
    return redirect("rounds")


@never_cache
def questions(request: HttpRequest) -> HttpResponse:
    """The questionnaire in force, its versions, and the door for a new one."""
    working(request, READERS | roles_for(questionnaire.EDIT))
    problem = None
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise BadInput(N_("Choose a file first."))
            data = upload.read(questionnaire.MOST_BYTES + 1)
            form = questionnaire.sign(actor_of(request), data, now=clock.now_s())
        except Problem as found:
            problem = found
        else:
            told = gettext("Version {version} is in force.").format(version=form.version)
            messages.success(request, told)
            return redirect("round_questions")
    context = {
        "form": questionnaire.in_force(),
        "versions": questionnaire.versions(),
        "edits": bool(actor_of(request).holds(roles_for(questionnaire.EDIT))),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "rounds/questions.html", context, status=status)


@never_cache
def questions_file(request: HttpRequest, tier: int) -> HttpResponse:
    """The XLSForm of a version, to be changed and sent back."""
    working(request, READERS | roles_for(questionnaire.EDIT))
    answer = HttpResponse(
        questionnaire.as_xlsx(tier),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    answer["Content-Disposition"] = f'attachment; filename="round-{tier}.xlsx"'
    return answer


@never_cache
def owed(request: HttpRequest) -> HttpResponse:
    """What residents have earned by reporting; paying marks it, and never says what for."""
    actor = signed_in(request)
    working(request, roles_for(rewards.PAY))
    problem = None
    if request.method == "POST":
        try:
            person = id_of(request.POST.get("person", "")) or 0
            now = clock.now_s()
            rewards.pay(actor, person, until=clock.day(clock.moment(now)), now=now)
            messages.success(request, gettext("Done."))
            return redirect("rewards")
        except Problem as found:
            problem = found
    held = [h.path for h in actor.holds(roles_for(rewards.PAY))]
    area = areas.at(min(held, key=len))
    context = {"area": area, "owed": rewards.owed(actor, area), "problem": problem}
    status = problem.status if problem else 200
    return render(request, "rounds/rewards.html", context, status=status)


def _cents(text: str) -> int:
    if not text.strip():
        return 0
    try:
        return round(float(text) * 100)
    except (ValueError, OverflowError):
        raise BadInput(
            N_("{given} is no amount. Write it like 5 or 2.50."), given=text[:20]
        ) from None


def _calls(actor: Actor, where: str) -> bool:
    return any(where.startswith(h.path) for h in actor.holds(CALLERS))


def _places(actor: Actor) -> list[Area]:
    """The areas a round may be called for, from this person's posts down one level."""
    held = {h.path for h in actor.holds(CALLERS)}
    own = list(Area.objects.filter(path__in=held).order_by("path"))
    below = Area.objects.filter(parent__in=own, valid_until=None).order_by("path")
    return [*own, *(area for area in below if area.tier is not None)]


NAV = Nav(N_("Rounds"), "rounds", READERS, 34, Section.PICTURE)
URLS = [
    path("rounds", rounds, name="rounds"),
    path("rounds/call", call, name="round_call"),
    path("rounds/questions", questions, name="round_questions"),
    path("rounds/questions/<int:tier>.xlsx", questions_file, name="round_questions_file"),
    path("rounds/rewards", owed, name="rewards"),
    path("rounds/<int:item_id>/<slug:name>", take, name="round_take"),
]

"""Today's follow-ups, on a phone: one tap for "well", and only an exception asks more."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, BadInput, Problem
from linli.loops import catalogue
from linli.loops.exposures.tables import Exposure
from linli.loops.follow_ups import seen, today
from linli.loops.follow_ups.forms import SYMPTOM_NAMES
from linli.loops.follow_ups.seen import Told
from linli.loops.follow_ups.tables import TEST_SLOT, FollowUp, Seen
from linli.loops.follow_ups.today import Contact
from linli.loops.scene import Scene
from linli.loops.work import unmet_gates
from linli.policy.can import Actor
from linli.policy.roles import FOLLOWERS, PURPOSES, TRACERS, Purpose
from linli.registry import stated_needs
from linli.registry.accounts import Account
from linli.registry.areas import Area
from linli.registry.forms import sane
from linli.web.menu import Nav, Section
from linli.web.page import PLAIN, id_of, kept_at, working

BY_HABIT = (Purpose.SCREENING, Purpose.INVESTIGATION, Purpose.CARE)
EXCEPTIONS = (Seen.ILL, Seen.UNREACHABLE, Seen.REFUSED, Seen.AWAY, Seen.LOST)


@dataclass(frozen=True)
class Line:
    """One follow-up of the day with the person it is of."""

    row: FollowUp
    contact: Contact

    @property
    def is_test(self) -> bool:
        """Whether it asks for a sample."""
        return self.row.slot == TEST_SLOT


def scene_of(request: HttpRequest) -> Scene:
    """Whoever follows contacts up acts now, for the first purpose of theirs that fits."""
    actor = working(request, FOLLOWERS)
    return Scene(actor, clock.now_s(), _purpose(actor))


def _purpose(actor: Actor) -> str:
    held = {h.role for h in actor.holds(FOLLOWERS)}
    may = {purpose for role in held for purpose in PURPOSES.get(role, ())}
    return next((p.value for p in BY_HABIT if p in may), "")


@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """What this worker has to ask today, in the order of the doors."""
    return _mine(request)


def _mine(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    scene = scene_of(request)
    found = today.of_worker(scene)
    lines = [Line(row, found.contacts[row.contact_id]) for row in found.rows]
    context = {
        "day": found.day,
        "due": [line for line in lines if line.row.status == Seen.DUE],
        "done": [line for line in lines if line.row.status != Seen.DUE],
        "exceptions": [(code.value, code.label) for code in EXCEPTIONS],
        "symptoms": SYMPTOM_NAMES.items(),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "follow_ups/today.html", context, status=status)


def tell(request: HttpRequest) -> HttpResponse:
    """Take in what became of one follow-up, from the day's list or from a contact's page."""
    if request.method != "POST":
        return redirect("follow_ups")
    scene, post = scene_of(request), request.POST
    try:
        told = replace(_told(post), at=kept_at(request, scene.now))
        done = seen.take_in([told], scene)
        if done.refused:
            raise done.refused[0].problem
    except Problem as problem:
        return _mine(request, problem)
    if post.get("in_place"):
        return HttpResponse(gettext("Written down."), content_type=PLAIN)
    messages.success(request, gettext("Written down."))
    if post.get("next") == "contact":
        return redirect("contact", contact_id=told.contact_id)
    return redirect("follow_ups")


def _told(post: Any) -> Told:
    contact, slot = id_of(post.get("contact", "")), id_of(post.get("slot", "0"))
    try:
        day = sane(date.fromisoformat(post.get("day", "")))
        warm = float(post["temperature_c"]) if post.get("temperature_c") else None
    except ValueError:
        raise BadInput(N_("A day is like 2020-02-09, a temperature like 36.8.")) from None
    if contact is None or slot is None:
        raise BadInput(N_("Nothing was asked for. Use one of the buttons."))
    symptoms = tuple(post.getlist("symptoms"))
    return Told(contact, day, slot, post.get("status", ""), symptoms, warm)


@never_cache
def contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """A contact: who, why, until when, the calendar, and what still keeps them."""
    scene = scene_of(request)
    item, _ = today.contact_of(contact_id, scene)
    rows = today.of_contact(contact_id, scene)
    loop = catalogue.get("contact")
    release = loop.step("release")
    assert release is not None
    open_stage = release.starts_at(item.stage)
    found = today.contacts_of([contact_id], scene).get(contact_id)
    exposures = list(Exposure.objects.filter(contact_id=contact_id).order_by("id"))
    context = {
        "item": item,
        "loop": loop,
        "who": found,
        "needs": stated_needs.of_person(scene.actor, item.subject_id),
        "place": Area.objects.get(id=item.area_id),
        "weeks": _weeks(rows),
        "exposures": exposures if scene.actor.holds(TRACERS) else [],
        "n_exposures": len(exposures),
        "may_trace": bool(scene.actor.holds(TRACERS)),
        "holder": Account.objects.filter(id=item.holder_id or 0).first(),
        "unmet": unmet_gates(release, item, {}, scene) if open_stage else [],
        "today": clock.day(clock.moment(scene.now)),
        "exceptions": [(code.value, code.label) for code in EXCEPTIONS],
        "symptoms": SYMPTOM_NAMES.items(),
        "due": [
            row
            for row in rows
            if row.status == Seen.DUE and row.day == clock.day(clock.moment(scene.now))
        ],
        "test_slot": TEST_SLOT,
    }
    return render(request, "follow_ups/contact.html", context)


@dataclass(frozen=True)
class Cell:
    """One day of the calendar; None before it begins and after it ends."""

    day: date
    rows: list[FollowUp]


def _weeks(rows: list[FollowUp]) -> list[list[Cell]]:
    """The calendar by weeks from Monday on, empty days left empty."""
    if not rows:
        return []
    by_day: dict[date, list[FollowUp]] = {}
    for row in rows:
        by_day.setdefault(row.day, []).append(row)
    monday = min(by_day) - timedelta(days=min(by_day).weekday())
    weeks = []
    while monday <= max(by_day):
        days = [monday + timedelta(days=n) for n in range(7)]
        weeks.append([Cell(day, by_day.get(day, [])) for day in days])
        monday += timedelta(days=7)
    return weeks


NAV = Nav(N_("Follow-ups"), "follow_ups", FOLLOWERS, 12, Section.PEOPLE)
URLS = [
    path("follow-ups", mine, name="follow_ups"),
    path("follow-ups/tell", tell, name="follow_ups_tell"),
    path("contacts/<int:contact_id>", contact, name="contact"),
]

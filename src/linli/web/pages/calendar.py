"""On which days are offices open? The calendar that limits count by: read, entered, signed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, BadInput, Problem
from linli.loops import limit_texts, office, office_signing, office_text
from linli.loops.office_text import Year, spells
from linli.policy.powers import roles_for
from linli.registry.accounts import Account
from linli.registry.signed_in import actor_of
from linli.web.page import allow, id_of, signed_in, typed


@never_cache
def calendar(request: HttpRequest) -> HttpResponse:
    """The years entered, the forms, the text, the versions."""
    signed_in(request)
    allow(request, "limits.see")
    if request.method != "POST":
        return _page(request)
    values = typed(request)
    standing = office.in_force().text
    text = values.get("text", standing).replace("\r\n", "\n")
    try:
        if "text" not in values:
            text = _with_years(standing, _years(request))
        office_text.read(text)
        if "sign" not in request.POST:
            return _page(request, text=text, preview=True)
        note = values.get("note", "")
        made = office_signing.sign_as(actor_of(request), text, note=note, now=clock.now_s())
    except Problem as problem:
        return _page(request, text=text, problem=problem)
    said = gettext("Version {n} is signed. It holds from now on; due moments follow it.")
    messages.success(request, said.format(n=made.version))
    return redirect("calendar")


def _with_years(text: str, years: list[Year]) -> str:
    standing = office_text.read(text)
    for year in years:
        standing = standing.with_year(year)
    return office_text.written(standing)


def _years(request: HttpRequest) -> list[Year]:
    """What the form for a year says: a file, or a year with its days."""
    source = request.POST.get("source", "")
    file = request.FILES.get("file")
    if file is not None:
        given = file.read(office_text.MOST_BYTES + 1)
        return office_text.years_of(office_text.decoded(given), source)
    number = id_of(request.POST.get("year", "").strip())
    if number is None:
        raise BadInput(N_("Name the year, or choose a file."))
    holidays, worked = (
        request.POST.get(name, "").replace(",", " ").replace("、", " ").split()
        for name in ("holidays", "worked")
    )
    return [office_text.year_of(number, source, holidays, worked)]


def _page(
    request: HttpRequest,
    *,
    text: str | None = None,
    preview: bool = False,
    problem: Problem | None = None,
) -> HttpResponse:
    versions = office.versions()
    number = id_of(request.GET.get("version", ""))
    newest = office.in_force()
    shown = office.version(number) if number is not None else newest
    before = next((v for v in versions if v.version == shown.version - 1), None)
    signers = dict(
        Account.objects.filter(id__in={v.signed_by for v in versions}).values_list(
            "id", "display_name"
        )
    )
    read = office_text.read(text if preview and text else shown.text)
    context = {
        "shown": shown,
        "newest": newest,
        "hours": [f"{opens:%H:%M}–{shuts:%H:%M}" for opens, shuts in read.hours],
        "years": [(y, spells(y.holidays), spells(y.worked)) for y in reversed(read.years)],
        "unknown": office.unknown_said(clock.now_s(), gettext),
        "versions": [(v, signers.get(v.signed_by or 0, "")) for v in versions],
        "diff": limit_texts.changes(before.text, shown.text) if before else [],
        "text": newest.text if text is None else text,
        "proposed": limit_texts.changes(newest.text, text) if text is not None else [],
        "preview": preview,
        "edits": bool(actor_of(request).holds(roles_for("limits.edit"))),
        "typed": typed(request),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "calendar/calendar.html", context, status=status)


URLS = [path("calendar", calendar, name="calendar")]

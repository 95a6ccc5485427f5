"""How long may each stage take, and what happens when it takes longer? Read, edited, signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock, toml_text
from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.loops import catalogue, limit_texts, limits, office
from linli.loops.limits import ANY, ClockRule, LimitSet
from linli.loops.loop import Loop
from linli.policy.powers import roles_for
from linli.policy.roles import STAFF
from linli.registry.accounts import Account
from linli.registry.areas import TIER_NAMES
from linli.registry.declarations import Mode
from linli.registry.signed_in import actor_of
from linli.web.menu import Nav, Section
from linli.web.page import allow, id_of, signed_in, typed

LONGEST_CELL = 20  # characters; what is longer is no duration, share or tier
MODE_NAMES = {ANY: N_("peace and emergency"), **{m.value: m.label for m in Mode}}


@dataclass(frozen=True)
class Line:
    """One limit as people read it; ``n`` is its place in the text."""

    n: int
    stage: str
    item_class: str
    mode: str
    limit: str
    calendar: str
    rungs: list[tuple[int, str, bool, str]]


@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """Every loop with the version in force."""
    signed_in(request)
    allow(request, "limits.see")
    newest = [
        (loop, next(iter(limit_texts.versions(loop)), None))
        for loop in catalogue.all_loops().values()
    ]
    return render(
        request,
        "limits/overview.html",
        {"newest": newest, "unknown": office.unknown_said(clock.now_s(), gettext)},
    )


@never_cache
def of_loop(request: HttpRequest, name: str) -> HttpResponse:
    """The limits of one loop: the table, the form, the text, the history."""
    signed_in(request)
    allow(request, "limits.see")
    loop = catalogue.get(name)
    versions = limit_texts.versions(loop)
    if not versions:
        raise NotFound(what=Word(N_("version of the limits")), value=name)
    number = id_of(request.GET.get("version", ""))
    shown = limit_texts.version(loop, number) if number is not None else versions[0]
    if request.method == "POST":
        return _edited(request, loop, versions)
    return _page(request, loop, versions, shown)


def _edited(request: HttpRequest, loop: Loop, versions: list[LimitSet]) -> HttpResponse:
    """Look at a change first, then sign it; what was typed stays whatever happens."""
    values = typed(request)
    text = values.get("text", "").replace("\r\n", "\n")
    try:
        if "table" in request.POST:
            text = _from_table(versions[0].text, values)
        limits.read(loop, text)
        if "sign" in request.POST and not values.get("note", "").strip():
            raise BadInput(N_("Say why the limits change; the reason is kept with the signature."))
        if "sign" in request.POST:
            note = values.get("note", "")
            made = limits.sign_as(actor_of(request), loop, text, note=note, now=clock.now_s())
            said = gettext("Version {n} is signed. It holds for what is opened from now on.")
            messages.success(request, said.format(n=made.version))
            return redirect("limits_of", name=loop.name)
    except Problem as problem:
        return _page(request, loop, versions, versions[0], text=text, problem=problem)
    return _page(request, loop, versions, versions[0], text=text, preview=True)


def _from_table(text: str, values: Mapping[str, str]) -> str:
    """The text in force with the cells that were changed in the table, and only those."""
    standing = _cells_of(text)
    edited: dict[tuple[str, int], dict[str, str | bool]] = {}
    for name, given in values.items():
        parts = name.rsplit("-", 2)
        n = id_of(parts[1]) if len(parts) == 3 else None
        place = ("", 0) if n is None else (parts[0], n)
        old = standing.get(place, {}).get(parts[-1])
        new = given == "yes" if isinstance(old, bool) else given.strip()[:LONGEST_CELL]
        if old is not None and new != old:
            edited.setdefault(place, {})[parts[-1]] = new
    return limit_texts.with_cells(text, edited)


def _cells_of(text: str) -> dict[tuple[str, int], dict[str, str | bool]]:
    """What stands in each cell of the tables: of the clocks and of the rungs."""
    cells: dict[tuple[str, int], dict[str, str | bool]] = {
        (f"ladder.{rung.ladder}", rung.n): {
            "at": rung.at,
            "tier": rung.tier,
            "clears_holder": rung.clears_holder,
        }
        for rung in limit_texts.ladders(text)
    }
    for n, clock_ in enumerate(toml_text.loads(text).get("clock", ())):
        calendar = clock_.get("calendar", "always")
        cells["clock", n] = {"limit": clock_["limit"], "calendar": calendar}
    return cells


def _page(
    request: HttpRequest,
    loop: Loop,
    versions: list[LimitSet],
    shown: LimitSet,
    *,
    text: str | None = None,
    preview: bool = False,
    problem: Problem | None = None,
) -> HttpResponse:
    before = next((v for v in versions if v.version == shown.version - 1), None)
    signers = dict(
        Account.objects.filter(id__in={v.signed_by for v in versions}).values_list(
            "id", "display_name"
        )
    )
    context = {
        "loop": loop,
        "shown": shown,
        "newest": versions[0],
        "lines": lines_of(loop, text if preview and text else shown.text),
        "rungs": [
            (rung, loop.step(rung.step))
            for rung in limit_texts.ladders(text if preview and text else shown.text)
        ],
        "calendars": office.NAMES,
        "tiers": {tier.name.lower(): name for tier, name in TIER_NAMES.items()},
        "versions": [(v, signers.get(v.signed_by or 0, "")) for v in versions],
        "diff": limit_texts.changes(before.text, shown.text) if before else [],
        "text": versions[0].text if text is None else text,
        "proposed": limit_texts.changes(versions[0].text, text) if text is not None else [],
        "preview": preview,
        "edits": bool(actor_of(request).holds(roles_for("limits.edit"))),
        "note": request.POST.get("note", ""),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "limits/of_loop.html", context, status=status)


def lines_of(loop: Loop, text: str) -> list[Line]:
    """The rules of a text as people read them, in the order written."""
    return [_line(loop, n, rule) for n, rule in enumerate(limits.read(loop, text))]


def _line(loop: Loop, n: int, rule: ClockRule) -> Line:
    return Line(
        n=n,
        stage=loop.stage(rule.stage).label,
        item_class=N_("all classes") if rule.item_class == ANY else loop.classes[rule.item_class],
        mode=MODE_NAMES[rule.mode],
        limit=_duration(rule.limit_s),
        calendar=rule.calendar,
        rungs=[_rung(loop, rung) for rung in sorted(rule.ladder, key=lambda r: r.at)],
    )


def _rung(loop: Loop, rung: Any) -> tuple[int, str, bool, str]:
    step = loop.step(rung.step) if rung.step else None
    return (
        round(rung.at * 100),
        TIER_NAMES[rung.tier],
        rung.clears_holder,
        step.label if step else "",
    )


def _duration(seconds: int) -> str:
    """A duration as it is written: the largest unit that divides it."""
    for unit, size in sorted(limits.UNITS_S.items(), key=lambda u: -u[1]):
        if seconds % size == 0 and (unit != "d" or seconds >= 2 * size):
            return f"{seconds // size}{unit}"
    return f"{seconds // 60}m"


NAV = Nav(N_("Limits"), "limits", STAFF, 70, Section.HOUSE)
URLS = [
    path("limits", overview, name="limits"),
    path("limits/<slug:name>", of_loop, name="limits_of"),
]

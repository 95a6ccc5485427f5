"""How far is the round? A board from the city to the door, on which every sum balances."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_
from linli.loops.rounds import SEEN_NAMES, Coverage
from linli.loops.screening import card, coverage, lost
from linli.loops.screening.coverage import MOST_LISTED, AreaCoverage
from linli.policy.can import OWNERS, Actor
from linli.policy.powers import roles_for
from linli.registry import areas, departures
from linli.registry.areas import Area
from linli.web import purposes
from linli.web.menu import Nav, Section
from linli.web.page import allow, day_of, id_of, signed_in

SEE = "coverage.see"
DAYS_SHOWN = 7
REASONS = {seen.name.lower(): name for seen, name in SEEN_NAMES.items()}
COLUMNS = (
    ("expected", N_("expected")),
    ("checked", N_("screened")),
    ("refused", N_("declined")),
    ("unreachable", N_("unreachable")),
    ("away", N_("away")),
    ("exempt", N_("exempt")),
    ("uncovered", N_("uncovered")),
)
WHY = {
    "replaced": N_("replaced by a later one"),
    "stale": N_("older than what was there"),
    "day_over": N_("came after the day was closed"),
    "merged": N_("two records turned out to be one person"),
}


@dataclass(frozen=True)
class Row:
    """One area of the board: its numbers, and where they lead."""

    area: Area
    numbers: Coverage
    cells: list[tuple[str, str, int]]  # name, label, count
    address: str
    counted: bool
    n_fever: int


@never_cache
def board(request: HttpRequest) -> HttpResponse:
    """The coverage of one area on one day, and of those below it."""
    actor = signed_in(request)
    area, day = _area(request, actor), _day(request)
    allow(request, SEE, path=area.path)
    drill = actor.exercise
    whole = coverage.each(area.path, [area], day, exercise=drill)[0]
    below = coverage.below(area, day, exercise=drill)
    rest = coverage.own(area, day, exercise=drill)
    today = clock.day(clock.now())
    context = {
        "area": area,
        "above": [a for a in areas.ancestors(area) if _covers(actor, a)],
        "day": day,
        "today": today,
        "days": [today - timedelta(days=n) for n in range(DAYS_SHOWN)],
        "closed": coverage.closed(day, exercise=drill),
        "whole": _row(whole, actor, day),
        "n_left": departures.n_left(area.path, day),
        "below": [_row(row, actor, day) for row in below],
        "rest": rest if below and rest.expected else None,
        "columns": [label for _, label in COLUMNS],
        "names": _names_address(actor, area, whole.numbers, day),
        "cards": card.completeness(area.path) if area.tier is None or area.tier == 0 else None,
    }
    return render(request, "coverage/board.html", context)


@never_cache
def doors(request: HttpRequest) -> HttpResponse:
    """Who was not checked in an area on a day, by building and floor, and which reports lost."""
    actor = signed_in(request)
    area, day = _area(request, actor), _day(request)
    purpose = purposes.of(request)
    found = coverage.doors(actor, area, day, purpose=purpose)
    context = {
        "area": area,
        "day": day,
        "closed": coverage.closed(day, exercise=actor.exercise),
        "doors": found,
        "n_people": sum(len(one.people) for one in found),
        "n_uncovered": sum(one.n_uncovered for one in found),
        "lost": lost.lost(actor, area, day, purpose=purpose),
        "why": WHY,
        "reasons": REASONS,
    }
    return render(request, "coverage/doors.html", context)


def _row(row: AreaCoverage, actor: Actor, day: date) -> Row:
    cells = [(name, label, getattr(row.numbers, name)) for name, label in COLUMNS]
    address = f"{reverse('coverage')}?{urlencode({'area': row.area.id, 'day': day.isoformat()})}"
    return Row(row.area, row.numbers, cells, address, row.counted, row.n_fever)


def _names_address(actor: Actor, area: Area, numbers: Coverage, day: date) -> str:
    """The address of the list of names, empty for who sees counts only or where it is too long."""
    roles = roles_for(coverage.SEE)
    mine = any(area.path.startswith(h.path) for h in actor.holds(roles))
    if not mine or numbers.expected > MOST_LISTED:
        return ""
    return f"{reverse('coverage_doors')}?{urlencode({'area': area.id, 'day': day.isoformat()})}"


def _area(request: HttpRequest, actor: Actor) -> Area:
    given = id_of(request.GET.get("area", ""))
    if given is not None:
        return areas.get(given)
    held = [h.path for h in actor.holds(roles_for(SEE)) if h.role not in OWNERS]
    path = min(held, key=len, default="")
    found = Area.objects.filter(path=path).first() or Area.objects.filter(parent=None).first()
    return found if found is not None else areas.get(0)


def _day(request: HttpRequest) -> date:
    text = request.GET.get("day", "")
    if not text:
        return clock.day(clock.now())
    return day_of(text)


def _covers(actor: Actor, area: Area) -> bool:
    return any(area.path.startswith(h.path) for h in actor.holds(roles_for(SEE)))


NAV = Nav(N_("Coverage"), "coverage", roles_for(SEE), 32, Section.PICTURE)
URLS = [
    path("coverage", board, name="coverage"),
    path("coverage/doors", doors, name="coverage_doors"),
]

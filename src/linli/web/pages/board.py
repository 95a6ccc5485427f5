"""How does the work of a unit stand? Counts that open their lists, rates that say how sure."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache

from linli import clock
from linli.analysis.rates import LEAST_N, Rate
from linli.errors import N_, BadInput
from linli.loops import board as boards
from linli.loops import catalogue
from linli.loops.requests import sample
from linli.policy.can import OWNERS, Actor
from linli.policy.powers import roles_for
from linli.policy.roles import FIELD_STAFF, Role
from linli.registry import areas, declarations
from linli.registry.areas import TIER_NAMES, Area, Tier
from linli.web.menu import Nav, Section
from linli.web.page import allow, id_of, signed_in

DEFAULT_LOOP = "request"
BAR_WIDTH, BAR_HEIGHT = 220, 26


@dataclass(frozen=True)
class Figure:
    """One number of the board: its words, its count, the list it opens, and how it is meant."""

    label: str
    n: int
    address: str
    tone: str = ""


@dataclass(frozen=True)
class Bar:
    """A rate as a drawing: the share, and the reach of its interval, in units of the drawing."""

    label: str
    hint: str
    rate: Rate

    @property
    def x(self) -> float:
        """Where the share stands."""
        return round((self.rate.share or 0) * BAR_WIDTH, 1)

    @property
    def low(self) -> float:
        """Where the interval begins."""
        return round((self.rate.low or 0) * BAR_WIDTH, 1)

    @property
    def reach(self) -> float:
        """How wide the interval is drawn, at least a line."""
        return max(2.0, round(((self.rate.high or 0) - (self.rate.low or 0)) * BAR_WIDTH, 1))


@never_cache
def board(request: HttpRequest) -> HttpResponse:
    """The board of one area: totals, tiers, rates, and the areas below it."""
    actor = signed_in(request)
    area = _area(request, actor)
    allow(request, "board.see", path=area.path)
    loop = catalogue.get(request.GET.get("loop", DEFAULT_LOOP))
    item_class = request.GET.get("class", "")
    if item_class and item_class not in loop.classes:
        raise BadInput(
            N_("{given} is no class. Choose one of: {known}."),
            given=item_class[:40],
            known=tuple(loop.classes),
        )
    drill = actor.exercise
    numbers = boards.total(area.path, loop=loop.name, item_class=item_class, exercise=drill)
    below = (
        boards.children(area, loop=loop.name, item_class=item_class, exercise=drill)
        if area.tier
        else []
    )
    opens = _Opens(actor, loop.name, item_class)
    rates = boards.rates(numbers)
    found = boards.found_and_solved(area.path, loop=loop.name, exercise=actor.exercise)
    context = {
        "area": area,
        "above": [a for a in areas.ancestors(area) if _covers(actor, a)],
        "loop": loop,
        "item_class": item_class,
        "figures": opens.figures(area, numbers),
        "tiers": opens.tiers(area, numbers),
        "bars": _bars(rates),
        "again": _asked_again(opens, area)
        if loop.name == DEFAULT_LOOP and not item_class
        else None,
        "rates": rates,
        "least_n": LEAST_N,
        "below": [(row, opens.cells(row.area, row.numbers)) for row in below],
        "columns": [label for label, _, _ in COLUMNS],
        "found": found,
        "found_tiers": sorted({first for first, _ in found.pairs}),
        "tier_range": list(Tier),
        "mode": declarations.in_force(area.path, clock.now_s(), exercise=actor.exercise),
        "opens_lists": opens.allowed,
    }
    return render(request, "board/board.html", context)


COLUMNS: tuple[tuple[str, str, dict[str, str]], ...] = (
    (N_("under way"), "n_alive", {"alive": "1"}),
    (N_("late"), "n_late", {"late": "1"}),
    (N_("held by nobody"), "n_unheld", {"unheld": "1"}),
    (N_("no target"), "n_no_target", {"no_target": "1", "alive": "1"}),
    (N_("closed"), "n_closed", {"state": "closed"}),
)


@dataclass(frozen=True)
class _Opens:
    """Makes the addresses of the lists behind the numbers; none for who sees counts only."""

    actor: Actor
    loop: str
    item_class: str

    @property
    def allowed(self) -> bool:
        """Whether this person may open lists at all."""
        return bool(self.actor.holds(FIELD_STAFF))

    def list_of(self, area: Area, **narrowed: str) -> str:
        """The address of a list, empty if it is not open to this person."""
        if not self.allowed:
            return ""
        query = {"area": area.id, "loop": self.loop, "item_class": self.item_class} | narrowed
        return f"{reverse('items')}?{urlencode({k: v for k, v in query.items() if v})}"

    def figures(self, area: Area, numbers: Any) -> list[Figure]:
        """The large numbers at the top."""
        tones = {"n_late": "bad", "n_unheld": "warm"}
        return [
            Figure(label, _count(numbers, name), self.list_of(area, **query), tones.get(name, ""))
            for label, name, query in COLUMNS
        ]

    def tiers(self, area: Area, numbers: Any) -> list[Figure]:
        """How many each tier answers for now."""
        above = {
            Tier.STREET: numbers["n_street"],
            Tier.DISTRICT: numbers["n_district"],
            Tier.CITY: numbers["n_city"],
        }
        lowest = _count(numbers, "n_alive") - sum(above.values())
        return [
            Figure(TIER_NAMES[t], n, self.list_of(area, alive="1", tier=str(int(t))))
            for t, n in {Tier.COMMUNITY: lowest, **above}.items()
        ]

    def cells(self, area: Area, numbers: Any) -> list[Figure]:
        """One row of the table of areas below."""
        return [
            Figure(label, _count(numbers, name), self.list_of(area, **query), name)
            for label, name, query in COLUMNS
        ]


def _asked_again(opens: _Opens, area: Area) -> dict[str, Any]:
    """Of closed requests some are asked about again (S66): how many, and how many differ."""
    found = sample.back_checks(area.path, exercise=opens.actor.exercise)
    bar = Bar(
        N_("said otherwise when asked again"),
        N_("of those asked; a sample of what was closed"),
        found.mismatch,
    )
    figures = [
        Figure(label, n, opens.list_of(area, state="closed", back_check=word))
        for label, n, word in (
            (N_("to be asked again"), found.n_waiting, "asked"),
            (N_("said the same"), found.mismatch.n - found.mismatch.successes, "agrees"),
            (N_("said otherwise"), found.mismatch.successes, "differs"),
        )
    ]
    return {"bar": bar, "figures": figures, "sampled": found.n_sampled, "closed": found.n_closed}


def _count(numbers: Any, name: str) -> int:
    return numbers["n_open"] + numbers["n_waiting"] if name == "n_alive" else numbers[name]


def _bars(rates: boards.Rates) -> list[Bar]:
    return [
        Bar(N_("answered in time"), N_("of those answered or overdue"), rates.response),
        Bar(N_("solved"), N_("residents say so, of those who said anything"), rates.solved),
        Bar(N_("satisfied"), N_("4 or 5 of 5, of those who scored"), rates.satisfied),
    ]


def _area(request: HttpRequest, actor: Actor) -> Area:
    given = request.GET.get("area", "")
    if (area_id := id_of(given)) is not None:
        return areas.get(area_id)
    held = [h.path for h in actor.holds(roles_for("board.see")) if h.role not in OWNERS]
    path = min(held, key=len, default="")
    found = Area.objects.filter(path=path).first() or Area.objects.filter(parent=None).first()
    return found if found is not None else areas.get(0)


def _covers(actor: Actor, area: Area) -> bool:
    return any(area.path.startswith(h.path) for h in actor.holds(roles_for("board.see")))


NAV = Nav(N_("Board"), "board", roles_for("board.see") - {Role.RESIDENT}, 30, Section.PICTURE)
URLS = [path("board", board, name="board")]

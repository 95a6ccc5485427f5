"""Is everybody taken in, treated, tested and kept apart? Four ratios, each opening its list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache

from linli.errors import N_, NotFound, Word
from linli.loops import catalogue, ratios
from linli.loops.ratios import Ratio
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.areas import Area
from linli.web import purposes
from linli.web.menu import Nav, Section
from linli.web.page import id_of, signed_in


@never_cache
def board(request: HttpRequest) -> HttpResponse:
    """The four ratios of an area, and the days between onset, report, result and arrival."""
    actor, area = signed_in(request), _area(request)
    shown = ratios.board(actor, area_path=area.path if area else "")
    context = {
        "board": shown,
        "ratios": [(one, ratios.NAMES[one.ratio], ratios.MEANS[one.ratio]) for one in shown.ratios],
        "area": area,
        "lists": bool(actor.holds(roles_for("ratios.list"))),
    }
    return render(request, "ratios/board.html", context)


@never_cache
def unmet(request: HttpRequest, name: str) -> HttpResponse:
    """Whoever is missing from a ratio, each once, with the item that says so."""
    actor, area = signed_in(request), _area(request)
    if name not in set(Ratio):
        raise NotFound(what=Word(N_("ratio")), value=name[:40])
    rows, after = ratios.unmet(
        actor,
        Ratio(name),
        purpose=purposes.of(request),
        area_path=area.path if area else "",
        after=id_of(request.GET.get("after", "")) or 0,
    )
    places = Area.objects.in_bulk({row.area_id for row in rows})
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "rows": [(row, places[row.area_id], catalogue.get(row.loop)) for row in rows],
        "name": ratios.NAMES[Ratio(name)],
        "means": ratios.MEANS[Ratio(name)],
        "area": area,
        "after": after,
        "query": query.urlencode(),
    }
    return render(request, "ratios/unmet.html", context)


def _area(request: HttpRequest) -> Area | None:
    area_id = id_of(request.GET.get("area", ""))
    return None if area_id is None else areas.get(area_id)


NAV = Nav(N_("Beds, tests, isolation"), "ratios", roles_for("ratios.see"), 33, Section.PICTURE)
URLS = [
    path("ratios", board, name="ratios"),
    path("ratios/<slug:name>", unmet, name="ratio_unmet"),
]

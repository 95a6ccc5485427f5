"""The one map: an area's parts coloured by live figures, with the same figures as a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page

from linli import clock
from linli.errors import N_, BadInput
from linli.onemap import catalogue, shapes, sights
from linli.onemap.layer import GAP_NAMES, GAP_SENTENCES, Figure, Layer, Measure
from linli.onemap.paint import GAP_CLASSES, Painting, paint
from linli.policy.can import Actor
from linli.policy.powers import roles_for
from linli.registry.areas import Area, Tier, ancestors, get
from linli.registry.signed_in import actor_of
from linli.web.menu import Nav, Section
from linli.web.page import allow
from linli.web.templatetags.linli import called, say

A_YEAR_S = 31_536_000
# What a map leaves out of a name, since every name on it has the same.
GENERIC = (" District", " Subdistrict", " Community", " Village", "街道", "社区")
NAV = Nav(N_("Map"), "map", roles_for("map.see"), 40, Section.PICTURE)


@dataclass(frozen=True)
class Cell:
    """One number of the table: as it is read, as it sorts, and the list it opens."""

    text: str
    value: float | None
    address: str = ""


@dataclass(frozen=True)
class Line:
    """One row of the table, which is also one area on the map."""

    area: Area
    shade: int
    cells: list[Cell]
    deeper: str  # where a click or Enter leads: the map below, or the list
    partial: bool = False

    @property
    def short(self) -> str:
        """The name as it stands on the map."""
        name = called(self.area)
        known = next((word for word in GENERIC if name.endswith(word) and name != word), "")
        return name.removesuffix(known)


@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """The page; without a script or a graphics card it is a table with links."""
    actor = actor_of(request)
    painting = _painted(request, actor)
    layer, area, tier = painting.layer, painting.sight.area, painting.sight.tier
    tiers = sights.tiers_below(area)
    sheet = shapes.sheet(area, tier)
    context = {
        "painting": painting,
        "layer": layer,
        "area": area,
        "tier": tier,
        "lines": _lines(painting),
        "whole": _cells(painting, painting.whole, area),
        "rest": painting.written(painting.rest, gettext) if painting.rest else None,
        "classes": list(enumerate(painting.labels)),
        "gaps": _gaps(painting),
        "crumbs": [(a, address(layer, a)) for a in ancestors(area)],
        "layers": [(one, address(one, area, tier)) for one in catalogue.layers_of(actor)],
        "tiers": [(t, address(layer, area, t)) for t in tiers],
        "sheet": sheet,
        "values_address": f"{reverse('map_values')}?{_query(layer, area, tier)}",
        "shapes_address": reverse("map_shapes", args=[area.id, int(tier), sheet.mark]),
        "around_address": f"{reverse('map')}?layer={layer.name}&area=",
    }
    return render(request, "map/show.html", context)


@never_cache
def values(request: HttpRequest) -> HttpResponse:
    """The figures of a map as small JSON; nothing (204) as long as they are those of ``since``."""
    painting = _painted(request, actor_of(request))
    same = request.GET.get("since") == str(painting.version)
    answer = HttpResponse(status=204) if same else JsonResponse(painting.values(gettext))
    local = painting.at.astimezone(ZoneInfo(settings.TIME_ZONE))
    said = quote(say(local, with_year=False))  # a header holds no Chinese
    answer.headers["Linli-Now"] = f"{local.isoformat(timespec='minutes')} {said}"
    return answer


@gzip_page
def outlines(request: HttpRequest, area_id: int, tier: int, mark: str) -> HttpResponse:
    """The outlines; under their own mark they never change and are kept for a year."""
    allow(request, "areas.see")
    sheet = shapes.sheet(get(area_id), _tier(tier))
    answer = HttpResponse(sheet.body, content_type="application/geo+json")
    answer.headers["ETag"] = f'"{sheet.mark}"'
    kept = f"public, max-age={A_YEAR_S}, immutable" if mark == sheet.mark else "no-cache"
    answer.headers["Cache-Control"] = kept
    return answer


def address(layer: Layer, area: Area, tier: Tier | None = None) -> str:
    """Where the map of a layer over an area is."""
    return f"{reverse('map')}?{_query(layer, area, tier)}"


def _query(layer: Layer, area: Area, tier: Tier | None) -> str:
    query = {"layer": layer.name, "area": area.id}
    return urlencode(query if tier is None else query | {"tier": int(tier)})


def _painted(request: HttpRequest, actor: Actor) -> Painting:
    """What was asked for; what was left out is where and what this person sees first."""
    asked = request.GET
    own = catalogue.layers_of(actor) or list(catalogue.all_layers().values())
    layer = catalogue.get(asked["layer"]) if asked.get("layer") else own[0]
    area = get(_number(asked["area"])) if asked.get("area") else sights.home(actor)
    tier = _tier(_number(asked["tier"])) if asked.get("tier") else None
    return paint(actor, layer, area, tier, now=clock.now_s())


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadInput(N_("{given} is no number of an area. Start from the map."), given=text[:40])
    return int(text)


def _tier(number: int) -> Tier:
    if number not in set(Tier):
        raise BadInput(N_("{given} is no tier. Start from the map."), given=number)
    return Tier(number)


def _lines(painting: Painting) -> list[Line]:
    """The rows of the table, the highest figure first and gaps last."""
    lines = [
        Line(
            row.area,
            row.shade,
            cells := _cells(painting, row.figure, row.area),
            _deeper(painting, row.area, cells),
            row.partial,
        )
        for row in painting.rows
    ]
    return sorted(lines, key=lambda line: (line.shade < 0, -(line.cells[0].value or 0)))


def _cells(painting: Painting, figure: Figure, area: Area) -> list[Cell]:
    said = painting.written(figure, gettext)
    return [
        Cell(
            text,
            value,
            _list_of(measure, area) if painting.opens_lists and value is not None else "",
        )
        for measure, text, value in zip(painting.layer.measures, said, figure.values, strict=True)
    ]


def _list_of(measure: Measure, area: Area) -> str:
    """The list that a number opens: the same filters that counted it."""
    if measure.opens is None:
        return ""
    plain = {name: _plain(value) for name, value in measure.opens.items()}
    return f"{reverse('items')}?{urlencode({**plain, 'area': area.id})}"


def _plain(value: str | int | bool) -> str | int:
    return int(value) if isinstance(value, bool) else value


def _deeper(painting: Painting, area: Area, cells: Iterable[Cell]) -> str:
    if area.tier is not None and area.tier > Tier.COMMUNITY:
        return address(painting.layer, area)
    return next((cell.address for cell in cells if cell.address), "")


def _gaps(painting: Painting) -> list[Mapping[str, Any]]:
    """The gaps that are on this map, each with the sentence that explains it."""
    seen = {row.figure.gap for row in painting.rows if row.figure.gap is not None}
    return [
        {"shade": GAP_CLASSES[gap], "name": GAP_NAMES[gap], "sentence": GAP_SENTENCES[gap]}
        for gap in GAP_CLASSES
        if gap in seen
    ]


URLS = [
    path("map", show, name="map"),
    path("map/values", values, name="map_values"),
    path("map/shapes/<int:area_id>/<int:tier>/<slug:mark>.json", outlines, name="map_shapes"),
]

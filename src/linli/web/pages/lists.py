"""Which items stand behind a number? Every figure of a board opens its list here."""

from dataclasses import fields as dataclass_fields
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache

from linli.errors import N_
from linli.loops import catalogue, find
from linli.loops.find import Filters
from linli.registry import areas
from linli.registry.areas import TIER_NAMES, Area, Tier
from linli.web import purposes
from linli.web.page import id_of, signed_in
from linli.web.rows import rows_of

YES = {"1": True, "0": False}
NARROWED: dict[str, str] = {
    "late": N_("late"),
    "unheld": N_("held by nobody"),
    "no_target": N_("without a limit"),
    "alive": N_("under way"),
    "reopened": N_("opened again"),
}


ASKED_AGAIN: dict[str, str] = {
    "asked": N_("to be asked again"),
    "agrees": N_("said the same"),
    "differs": N_("said otherwise"),
}


@never_cache
def items(request: HttpRequest) -> HttpResponse:
    """A page of items within this person's scope, narrowed by the address."""
    actor = signed_in(request)
    purpose = purposes.of(request)
    area = _area(request)
    filters = filters_of(request, area)
    page = find.items(actor, filters=filters, purpose=purpose, after=_after(request))
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "rows": rows_of(page.rows, actor, purpose),
        "after": page.after,
        "query": query.urlencode(),
        "area": area,
        "narrowed": _said(filters),
        "loop": catalogue.get(filters.loop) if filters.loop else None,
        "filters": filters,
        "classes": [(c, c) for loop in catalogue.all_loops().values() for c in loop.classes],
    }
    return render(request, "items/list.html", context)


def filters_of(request: HttpRequest, area: Area | None) -> Filters:
    """What the address narrows the list to; what it does not know it leaves alone."""
    given: dict[str, Any] = {}
    for known in dataclass_fields(Filters):
        value = request.GET.get(known.name, "")
        if known.name in NARROWED and value in YES:
            given[known.name] = YES[value]
        elif known.name in {
            "loop",
            "state",
            "item_class",
            "kind",
            "outcome",
            "back_check",
            "reply",
        }:
            given[known.name] = value[:40]
    tier = id_of(request.GET.get("tier", ""))
    if tier in set(Tier):
        given["tier"] = tier
    return Filters(**given, area_path=area.path if area else "")


def _area(request: HttpRequest) -> Area | None:
    given = request.GET.get("area", "")
    area_id = id_of(given)
    return areas.get(area_id) if area_id is not None else None


def _after(request: HttpRequest) -> str | None:
    given = request.GET.get("after", "")
    return given if id_of(given) is not None else None


def _said(filters: Filters) -> list[str]:
    """What the list is narrowed to, in words."""
    words = [label for name, label in NARROWED.items() if getattr(filters, name)]
    if filters.tier is not None:
        words.append(TIER_NAMES[Tier(filters.tier)])
    if filters.back_check in ASKED_AGAIN:
        words.append(ASKED_AGAIN[filters.back_check])
    return words


URLS = [path("items", items, name="items")]

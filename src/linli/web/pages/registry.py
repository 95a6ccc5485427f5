"""What does the city know of itself? Areas and all that belongs to them, by date and source."""

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, NotFound, Problem, Word
from linli.policy.can import Actor, scope
from linli.policy.powers import roles_for
from linli.policy.roles import STAFF
from linli.registry import (
    areas,
    exports,
    facts,
    gazetteer,
    grants,
    kinds,
    people,
    records,
    roster,
)
from linli.registry.areas import Area, AreaCode
from linli.registry.imports import kinds as import_kinds
from linli.registry.kinds import KINDS, Kind
from linli.web import purposes
from linli.web.columns import KIND_NAMES, LABELS, SHOWN, areas_named, cells
from linli.web.menu import Nav, Section
from linli.web.page import allow, id_of, signed_in

LISTS = frozenset(import_kinds.every())
CHILDREN_SHOWN = 400
FACTS_SHOWN = 60


def front(request: HttpRequest) -> HttpResponse:
    """Search for a place, or begin at the top of the tree."""
    actor = signed_in(request)
    text = request.GET.get("where", "")
    top = Area.objects.filter(parent=None).order_by("path").first()
    if top is None:
        raise NotFound(what=Word(N_("area")), value="-")
    context = {
        "text": text,
        "found": gazetteer.places_called(text, most=30),
        "top": top,
        "below": Area.objects.filter(parent=top).order_by("path"),
        "kinds": _open_kinds(actor),
        "imports": bool(actor.holds(roles_for("imports.run"))),
        "merges": bool(actor.holds(roles_for("people.merge"))),
    }
    return render(request, "registry/front.html", context)


def area(request: HttpRequest, area_id: int) -> HttpResponse:
    """One area: its names, codes and figures, who answers there, and what lies in it."""
    actor = signed_in(request)
    found = areas.get(area_id)
    allow(request, "areas.see", path=found.path)
    below = list(Area.objects.filter(parent=found).order_by("kind", "path")[: CHILDREN_SHOWN + 1])
    now = clock.now_s()
    sees_roster = any(found.path.startswith(h.path) for h in actor.holds(roles_for("roster.see")))
    context = {
        "area": found,
        "above": areas.ancestors(found),
        "codes": AreaCode.objects.filter(area=found).order_by("system", "code"),
        "below": below[:CHILDREN_SHOWN],
        "more_below": len(below) > CHILDREN_SHOWN,
        "facts": facts.of_area(found.id, most=FACTS_SHOWN),
        "answers": roster.first_responsible(found.id, "", now) if sees_roster else None,
        "sees_roster": sees_roster and found.tier is not None,
        "kinds": _open_kinds(actor, found),
        **_edits(actor, KINDS["areas"], {"path": found.path}),
    }
    return render(request, "registry/area.html", context)


@never_cache
def listed(request: HttpRequest, kind_name: str) -> HttpResponse:
    """The records of one kind, within sight and under an area."""
    actor = signed_in(request)
    kind = kinds.get(kind_name)
    area_id = id_of(request.GET.get("area", ""))
    within = areas.get(area_id) if area_id is not None else None
    name = request.GET.get("name", "").strip()[:80]
    page = _page(request, actor, kind, within.path if within else "", name)
    named = areas_named(page.rows)
    columns = SHOWN[kind.name]
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "kind": kind,
        "title": KIND_NAMES[kind.name],
        "area": within,
        "above": areas.ancestors(within) if within else [],
        "name": name,
        "labels": [LABELS.get(c, c) for c in columns],
        "rows": [(row["id"], cells(kind, row, columns, named)) for row in page.rows],
        "after": quote(str(page.after)) if page.after else None,
        "query": query.urlencode(),
        "adds": bool(actor.holds(roles_for(kind.edits))),
        "goes_out": kind.name in LISTS and bool(actor.holds(roles_for("exports.run"))),
    }
    return render(request, "registry/listed.html", context)


def _page(request: HttpRequest, actor: Actor, kind: Kind, area_path: str, name: str) -> Any:
    """A page of records; people are looked for by any part of a name, a phone or a code."""
    purpose = purposes.of(request) if kind.about_residents else None
    after = request.GET.get("after", "")[:200]
    if kind.name == "people":
        filters = people.Filters(area_path=area_path)
        return people.listing(
            actor, purpose=purpose, text=name, filters=filters, after=after or None
        )
    return records.listed(
        actor, kind, purpose=purpose, area_path=area_path, name=name, after=id_of(after) or 0
    )


def out(request: HttpRequest, kind_name: str, form: str) -> StreamingHttpResponse:
    """A whole list as a file, streamed; who took it out, and what for, is recorded."""
    actor = signed_in(request)
    kind = kinds.get(kind_name)
    area_id = id_of(request.GET.get("area", ""))
    sent = exports.export(
        actor,
        kind.name,
        purpose=purposes.of(request) if kind.about_residents else None,
        form=form,
        area_path=areas.get(area_id).path if area_id is not None else "",
        language=get_language() or "zh-hans",
    )
    answer = StreamingHttpResponse(sent.chunks, content_type=sent.content_type)
    answer["Content-Disposition"] = f'attachment; filename="{sent.name}"'
    return answer


@never_cache
def one(request: HttpRequest, kind_name: str, row_id: int) -> HttpResponse:
    """One record with all that this person may see of it; the look is recorded."""
    actor = signed_in(request)
    kind = kinds.get(kind_name)
    if kind.name == "areas":
        return redirect("area", area_id=row_id)
    purpose = purposes.of(request) if kind.about_residents else None
    try:
        record = records.one(actor, kind, row_id, purpose=purpose, now=clock.now_s())
    except NotFound:
        if kind.name == "people" and actor.holds(roles_for("people.break_glass")):
            return _closed(request, row_id)
        raise
    return render(request, "registry/one.html", _shown(kind, record) | _edits(actor, kind, record))


def _edits(actor: Actor, kind: Kind, record: dict[str, Any]) -> dict[str, bool]:
    """Whether the page offers to put the record right: the door itself asks again."""
    held = actor.holds(roles_for(kind.edits))
    at = record["path"] if kind.placed else areas.whole_city()
    sees = actor.holds(roles_for("removals.names")) if kind.name == "people" else ()
    return {
        "edits": kind.edited and any(at.startswith(h.path) for h in held),
        "removals": any(at.startswith(h.path) for h in sees),
    }


def _shown(kind: Kind, record: dict[str, Any]) -> dict[str, Any]:
    columns = [c for c in kind.columns if c not in {"path", "survivor_id"}]
    at = record.get("area_id")
    place = Area.objects.filter(id=at).first() if at else None
    return {
        "kind": kind,
        "title": KIND_NAMES[kind.name],
        "record": record,
        "cells": cells(kind, record, columns, areas_named([record])),
        "area": place,
        "above": areas.ancestors(place) if place else [],
    }


def _closed(request: HttpRequest, person_id: int, problem: Problem | None = None) -> HttpResponse:
    """Out of this person's area: in an emergency it can be opened, with a reason."""
    context = {"person_id": person_id, "hours": grants.GRANT_HOURS, "problem": problem}
    status = problem.status if problem else 404
    return render(request, "registry/closed.html", context, status=status)


def break_glass(request: HttpRequest, person_id: int) -> HttpResponse:
    """Open one resident's record for three hours; the unit and the resident are told."""
    if request.method != "POST":
        return redirect("record", kind_name="people", row_id=person_id)
    reason = request.POST.get("reason", "").strip()
    try:
        grants.break_glass(signed_in(request), person_id, reason=reason, now=clock.now_s())
    except NotFound:
        raise
    except Problem as problem:
        return _closed(request, person_id, problem)
    return redirect("record", kind_name="people", row_id=person_id)


def _open_kinds(actor: Actor, area: Area | None = None) -> list[tuple[str, str]]:
    """The kinds of record this person may list, here if an area is given."""
    found = []
    for kind in KINDS.values():
        roles = roles_for(kind.sees)
        reach = scope(actor, roles)
        here = area is None or not kind.about_residents or _meets(reach, area.path)
        if actor.holds(roles & STAFF) and here and kind.name != "areas":
            found.append((kind.name, KIND_NAMES[kind.name]))
    return found


def _meets(reach: tuple[tuple[str, str], ...], path_: str) -> bool:
    """Whether some of an area lies in reach: it is inside a range, or a range is inside it."""
    return any(first <= path_ < end or first.startswith(path_) for first, end in reach)


NAV = Nav(N_("Registry"), "registry", STAFF, 50, Section.HOUSE)
URLS = [
    path("registry", front, name="registry"),
    path("registry/areas/<int:area_id>", area, name="area"),
    path("registry/people/<int:person_id>/open", break_glass, name="break_glass"),
    path("registry/<slug:kind_name>", listed, name="records"),
    path("registry/<slug:kind_name>.<slug:form>", out, name="records_out"),
    path("registry/<slug:kind_name>/<int:row_id>", one, name="record"),
]

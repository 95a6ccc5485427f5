"""The desk: a request that came by phone, visit or paper, written down for whoever asks."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache

from linli import clock, uids
from linli.errors import N_, BadInput, NotAllowed, Problem, PurposeNeeded
from linli.loops import find
from linli.loops.requests.file import Filed, file_request, join_request
from linli.loops.requests.forms import Channel, RequestAsk
from linli.loops.requests.loop import LOOP
from linli.policy.can import Actor, scope
from linli.policy.roles import FIELD_STAFF, Purpose, Role
from linli.registry import records
from linli.registry.areas import Area
from linli.registry.gazetteer import Place, answering, place, places_called
from linli.registry.kinds import KINDS
from linli.web.forms import answers, fields_of
from linli.web.groups import grouped, types_in_use
from linli.web.menu import Nav, Section
from linli.web.page import id_of, typed, working
from linli.web.rows import rows_of

KEPT = "filed"
CHANNELS = (
    (Channel.PHONE.value, N_("by phone")),
    (Channel.VISIT.value, N_("in person")),
    (Channel.PAPER.value, N_("on paper")),
)
LABELS = {
    "description": N_("What is needed, in the caller's words"),
    "contact_name": N_("The caller's name"),
    "contact_phone": N_("Phone to call back"),
}
HOUSEHOLDS_SHOWN = 8
GRIDS_OFFERED = 6


@dataclass(frozen=True)
class Caller:
    """A household that may be the caller's, with its home and the area that answers."""

    record: dict[str, Any]
    home: Area | None
    area: Area | None


@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """The form of the desk."""
    actor = working(request, FIELD_STAFF)
    if request.method == "POST" and "find" not in request.POST:
        return _file(request, actor)
    return _form(request, actor, typed(request) if request.method == "POST" else {})


def _file(request: HttpRequest, actor: Actor) -> HttpResponse:
    values = typed(request)
    try:
        area, subject = _where(actor, values)
        filed = file_request(
            actor,
            now=clock.now_s(),
            kind=values.get("kind", ""),
            area_id=area.id,
            data=answers(RequestAsk, request.POST),
            channel=_channel(values),
            uid=_uid(values),
            subject=subject,
            on_behalf=True,
        )
    except Problem as problem:
        return _form(request, actor, values, problem)
    return _told(request, filed)


def _form(
    request: HttpRequest, actor: Actor, values: Any, problem: Problem | None = None
) -> HttpResponse:
    ranges = scope(actor, FIELD_STAFF)
    chosen = place(id_of(values.get("area", "")) or 0)
    own = [] if chosen or values.get("where") else _own_grids(actor)
    context = {
        "groups": grouped(types_in_use(clock.day(clock.now()))),
        "channels": CHANNELS,
        "values": values if values or not own else {"channel": Channel.VISIT.value},
        "places": places_called(values.get("where", ""), ranges=ranges) or own,
        "chosen_place": chosen,
        "callers": _callers(actor, values.get("caller", "")),
        "similar": _similar(actor, chosen, values.get("kind", "")),
        "fields": fields_of(RequestAsk, values, problem, labels=LABELS),
        "uid": values.get("uid") or uids.fresh(),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "desk/new.html", context, status=status)


def _own_grids(actor: Actor) -> list[Place]:
    """A grid worker's own grids: whoever stands at a door there need not search for them."""
    paths = {holding.path for holding in actor.holds({Role.GRID_WORKER})}
    ids = Area.objects.filter(path__in=paths).order_by("path").values_list("id", flat=True)
    return [found for n in ids[:GRIDS_OFFERED] if (found := place(n)) is not None]


def callers(request: HttpRequest) -> HttpResponse:
    """The households with this phone, as a piece of the form."""
    actor = working(request, FIELD_STAFF)
    text = request.GET.get("caller", "")
    context = {"callers": _callers(actor, text), "values": {"caller": text}}
    return render(request, "desk/_callers.html", context)


def places(request: HttpRequest) -> HttpResponse:
    """The places of this desk's area whose name holds what was typed."""
    actor = working(request, FIELD_STAFF)
    text = request.GET.get("where", "")
    found = places_called(text, ranges=scope(actor, FIELD_STAFF))
    return render(request, "requests/_places.html", {"places": found, "values": {"where": text}})


def similar(request: HttpRequest) -> HttpResponse:
    """What is under way for the same place and type, as a piece of the form."""
    actor = working(request, FIELD_STAFF)
    chosen = place(id_of(request.GET.get("area", "")) or 0)
    context = {"similar": _similar(actor, chosen, request.GET.get("kind", ""))}
    return render(request, "desk/_similar.html", context)


def join(request: HttpRequest, item_id: int) -> HttpResponse:
    """The caller asks for what is under way already: one more voice, and a code to follow it."""
    actor = working(request, FIELD_STAFF)
    if request.method != "POST":
        return redirect("desk")
    token = join_request(actor, item_id, now=clock.now_s(), on_behalf=True)
    return _told(request, Filed(item_id, "", token))


def _told(request: HttpRequest, filed: Filed) -> HttpResponse:
    """The number and the code, to be read out to the caller."""
    return render(request, "desk/told.html", {"filed": filed}, status=201)


def _callers(actor: Actor, phone: str) -> list[Caller]:
    """The households within sight that gave this phone; the look is recorded."""
    phone = phone.strip()
    if not phone:
        return []
    try:
        found = records.listed(
            actor,
            KINDS["households"],
            purpose=Purpose.SERVICE.value,
            exact={"phone": phone},
            most=HOUSEHOLDS_SHOWN,
        ).rows
    except (NotAllowed, PurposeNeeded):
        return []
    ids = {row[name] for row in found for name in ("home_id", "area_id")}
    areas = Area.objects.in_bulk(ids)
    return [Caller(row, areas.get(row["home_id"]), areas.get(row["area_id"])) for row in found]


def _similar(actor: Actor, chosen: Any, kind: str) -> list[Any]:
    in_reach = chosen and any(
        first <= chosen.area.path < end for first, end in scope(actor, LOOP.seen_by)
    )
    if not in_reach or not kind:
        return []
    return rows_of(find.similar(actor, chosen.area.id, kind)[:5], actor, Purpose.SERVICE.value)


def _where(actor: Actor, values: Any) -> tuple[Area, tuple[str, int] | None]:
    """Where it belongs: the household's responsible area, or the one that answers for a place."""
    household = id_of(values.get("household", ""))
    if household is not None:
        record = records.one(
            actor,
            KINDS["households"],
            household,
            purpose=Purpose.SERVICE.value,
            now=clock.now_s(),
        )
        return Area.objects.get(id=record["area_id"]), ("household", household)
    found = Area.objects.filter(id=id_of(values.get("area", "")) or 0).first()
    if found is None:
        raise BadInput(N_("Choose the caller's household, or the place from the list."))
    return answering(found), None


def _channel(values: Any) -> Channel:
    known = {value for value, _ in CHANNELS}
    if values.get("channel") not in known:
        raise BadInput(N_("Say how the request came in: by phone, in person or on paper."))
    return Channel(values["channel"])


def _uid(values: Any) -> UUID:
    try:
        return UUID(values.get("uid", ""))
    except ValueError:
        return uids.fresh()


NAV = Nav(N_("Desk"), "desk", FIELD_STAFF, 20, Section.TODAY)
URLS = [
    path("desk/new", new, name="desk"),
    path("desk/new/callers", callers, name="callers"),
    path("desk/new/places", places, name="desk_places"),
    path("desk/new/similar", similar, name="desk_similar"),
    path("desk/<int:item_id>/join", join, name="desk_join"),
]

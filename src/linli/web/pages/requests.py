"""A resident's own request: file it without an account, follow it by its token, have the last word.

Whoever holds the token is taken for the resident whose request it is. It is typed once and kept
in the session: an address is written into logs and sent on to where a link leads.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache

from linli import clock, uids
from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.knocks import doors
from linli.loops import find, why
from linli.loops.advance import advance
from linli.loops.find import ItemView
from linli.loops.loop import Step
from linli.loops.requests.file import Filed, file_request, join_request
from linli.loops.requests.forms import Channel, RequestAsk
from linli.loops.scene import Scene
from linli.loops.token import digest
from linli.registry.areas import Area
from linli.registry.duties import RequestType
from linli.registry.gazetteer import answering, place, places_called
from linli.registry.signed_in import actor_of
from linli.web.forms import answers, fields_of
from linli.web.groups import grouped, types_in_use
from linli.web.page import id_of, typed
from linli.web.problems import with_wait

MOST_KEPT = 20  # requests that one browser follows
KEPT = "filed"  # in the session: the tokens of what was filed in it, to show once more
SILENT = frozenset({"read"})  # taken by opening the page, not by a button


@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """The form: what, where, in your words, and how to reach you if you like."""
    if request.method == "POST" and "find" not in request.POST:
        return _file(request)
    values = typed(request) if request.method == "POST" else request.GET.dict()
    return _form(request, values)


def _file(request: HttpRequest) -> HttpResponse:
    values = typed(request)
    data = answers(RequestAsk, request.POST)
    try:
        area = _area(values)
        data.setdefault("address", area.name_zh)
        doors.knock_to_file(request, actor_of(request))
        filed = file_request(
            actor_of(request),
            now=clock.now_s(),
            kind=values.get("kind", ""),
            area_id=answering(area).id,
            data=data,
            channel=Channel.PAGE,
            uid=_uid(values),
        )
    except Problem as problem:
        return _form(request, values, problem)
    return redirect("filed", item_id=_keep(request, filed))


def _form(request: HttpRequest, values: Any, problem: Problem | None = None) -> HttpResponse:
    types = types_in_use(clock.day(clock.now()))
    chosen = next((t for t in types if t.code == values.get("kind")), None)
    context = {
        "groups": grouped(types),
        "open_group": chosen.group if chosen else values.get("group", ""),
        "values": values,
        "places": places_called(values.get("where", "")),
        "chosen_place": place(id_of(values.get("area", "")) or 0),
        "fields": fields_of(RequestAsk, values, problem),
        "uid": values.get("uid") or uids.fresh(),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return with_wait(render(request, "requests/new.html", context, status=status), problem)


def places(request: HttpRequest) -> HttpResponse:
    """The places whose name holds what was typed, as a piece of the form."""
    text = request.GET.get("where", "")
    context = {"places": places_called(text), "values": {"where": text}, "asked": True}
    return render(request, "requests/_places.html", context)


def _area(values: Any) -> Area:
    found = Area.objects.filter(id=id_of(values.get("area", "")) or 0).first()
    if found is None:
        raise BadInput(N_("Choose the place: type part of its name, and pick it from the list."))
    return found


def _uid(values: Any) -> UUID:
    try:
        return UUID(values.get("uid", ""))
    except ValueError:
        return uids.fresh()


def _keep(request: HttpRequest, filed: Filed) -> int:
    if filed.token:
        kept = request.session.get(KEPT, {})
        newest = list({**kept, str(filed.item_id): filed.token}.items())[-MOST_KEPT:]
        request.session[KEPT] = dict(newest)
    return filed.item_id


@never_cache
def filed(request: HttpRequest, item_id: int) -> HttpResponse:
    """It is in: the token, once more, to whoever has just filed it."""
    token = _token(request, item_id)
    context = {"token": token, "item": _seen(request, token).item}
    return render(request, "requests/filed.html", context)


@never_cache
def follow(request: HttpRequest) -> HttpResponse:
    """Type the token; an account also sees what it has asked for."""
    given = request.POST.get("token", "").strip()
    if given:
        try:
            return _followed_from_now_on(request, given)
        except Problem as problem:
            context = {"given": given, "problem": problem}
            page = render(request, "requests/follow.html", context, status=problem.status)
            return with_wait(page, problem)
    return render(request, "requests/follow.html", {"own": find.own_items(actor_of(request))})


@never_cache
def by_code(request: HttpRequest, token: str) -> HttpResponse:
    """A link that holds the token, as somebody may have kept it, leads to the page without it."""
    return _followed_from_now_on(request, token)


def _followed_from_now_on(request: HttpRequest, token: str) -> HttpResponse:
    with doors.guessing_token(request):
        item_id = find.by_token(token)
    return redirect("followed", item_id=_keep(request, Filed(item_id, "", token)))


def _token(request: HttpRequest, item_id: int) -> str:
    """The token that was typed in this browser for a request; raises NotFound if none was."""
    token = request.session.get(KEPT, {}).get(str(item_id))
    if token is None:
        raise NotFound(what=Word(N_("request")), value=item_id)
    return str(token)


@dataclass(frozen=True)
class Followed:
    """What somebody with a token sees: their request, and whether it is theirs or joined."""

    view: ItemView
    joined: bool

    @property
    def item(self) -> Any:
        """The item as it stands."""
        return self.view.item


def _seen(request: HttpRequest, token: str) -> Followed:
    with doors.guessing_token(request):
        item_id = find.by_token(token)
    view = find.item_for(actor_of(request), item_id, now=clock.now_s(), purpose=None, token=token)
    return Followed(view, joined=view.item.token_hash != digest(token))


@never_cache
def followed(request: HttpRequest, item_id: int) -> HttpResponse:
    """How the request stands, why, and what can be said now; opening it reads the reply."""
    token = _token(request, item_id)
    seen = _seen(request, token)
    if seen.item.stage == "answered" and seen.item.reply_seen_at is None and not seen.joined:
        advance(seen.item.id, "read", _scene(request), own=True)
        seen = _seen(request, token)
    return _followed(request, seen)


def _followed(
    request: HttpRequest,
    seen: Followed,
    *,
    tried: str = "",
    problem: Problem | None = None,
) -> HttpResponse:
    values = typed(request) if problem else {}
    steps = [] if seen.joined else [n.step for n in seen.view.steps if _is_own(n.step)]
    context = {
        "seen": seen,
        "view": seen.view,
        "item": seen.item,
        "stage": seen.view.loop.stage(seen.item.stage),
        "kind": RequestType.objects.filter(code=seen.item.kind).first(),
        "reasons": why.why(seen.item),
        "steps": [
            (step, _fields(step, tried, values, problem), tried == step.name) for step in steps
        ],
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "requests/followed.html", context, status=status)


def _is_own(step: Step) -> bool:
    return step.own and step.name not in SILENT | {"me_too"}


def _fields(step: Step, tried: str, values: Any, problem: Problem | None) -> Any:
    mine = step.name == tried
    return fields_of(
        step.asks, values if mine else None, problem if mine else None, prefix=f"{step.name}-"
    )


def step(request: HttpRequest, item_id: int, name: str) -> HttpResponse:
    """The resident takes a step of their own: tell more, rate, open again, withdraw."""
    if request.method != "POST":
        return redirect("followed", item_id=item_id)
    seen = _seen(request, _token(request, item_id))
    if seen.joined:
        raise NotFound(what=Word(N_("request")), value=item_id)
    declared = seen.view.loop.step(name)
    if declared is None or not _is_own(declared):
        raise NotFound(what=Word(N_("step")), value=name)
    try:
        data = answers(declared.asks, request.POST)
        advance(seen.item.id, name, _scene(request), data=data, own=True)
    except Problem as problem:
        return _followed(request, seen, tried=name, problem=problem)
    return redirect("followed", item_id=item_id)


def join(request: HttpRequest, item_id: int) -> HttpResponse:
    """Me too: one more voice for a request that is there."""
    if request.method != "POST":
        return redirect("new_request")
    doors.knock_to_file(request, actor_of(request))
    token = join_request(actor_of(request), item_id, now=clock.now_s())
    return redirect("filed", item_id=_keep(request, Filed(item_id, "", token)))


def similar(request: HttpRequest) -> HttpResponse:
    """Requests of the same type under way nearby, where others may know of them."""
    area, kind = id_of(request.GET.get("area", "")) or 0, request.GET.get("kind", "")
    public = RequestType.objects.filter(code=kind, public=True).first()
    known = Area.objects.filter(id=area).exists()
    rows = find.similar(actor_of(request), area, kind) if public and known else []
    return render(request, "requests/_similar.html", {"rows": rows, "kind": public})


def _scene(request: HttpRequest) -> Scene:
    return Scene(actor_of(request), clock.now_s())


URLS = [
    path("requests/new", new, name="new_request"),
    path("requests/new/places", places, name="places"),
    path("requests/new/similar", similar, name="similar"),
    path("requests/filed/<int:item_id>", filed, name="filed"),
    path("requests/follow", follow, name="follow"),
    path("requests/follow/<str:token>", by_code, name="followed_by_code"),
    path("requests/own/<int:item_id>", followed, name="followed"),
    path("requests/own/<int:item_id>/<slug:name>", step, name="own_step"),
    path("requests/<int:item_id>/join", join, name="join"),
]

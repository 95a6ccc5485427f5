"""An item: its history, why it stands where it stands, and the steps this person may take."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache

from linli import clock, uids
from linli.errors import N_, NotFound, Problem, Word
from linli.loops import find, sync, why
from linli.loops.advance import advance
from linli.loops.cases import definitions
from linli.loops.find import ItemView, NextStep
from linli.loops.loop import State, Step
from linli.loops.photos import keep
from linli.loops.requests import own_record
from linli.loops.requests.assign import TAKERS
from linli.loops.scene import Scene
from linli.plans import runs
from linli.policy.can import Actor, usual_purpose
from linli.policy.powers import roles_for
from linli.policy.roles import NAMES, Role
from linli.registry import stated_needs
from linli.registry.accounts import Account
from linli.registry.duties import RequestType
from linli.registry.seats import workers_at
from linli.registry.signed_in import actor_of
from linli.web import purposes
from linli.web.forms import Field, answers, fields_of
from linli.web.page import kept_at, signed_in, typed, uid_of
from linli.web.rows import rows_of

SILENT = frozenset({"read", "me_too"})


@dataclass(frozen=True)
class Offer:
    """A step that may be taken: its fields as filled in so far, and the gates that are shut."""

    next: NextStep
    fields: list[Field]
    tried: bool

    @property
    def step(self) -> Any:
        """The step as declared."""
        return self.next.step


@never_cache
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    """The item as this person may see it."""
    actor = signed_in(request)
    purpose = purposes.of(request)
    view = find.item_for(actor, item_id, now=clock.now_s(), purpose=purpose)
    if view.own and view.item.reply_seen_at is None and _offers(view, "read"):
        advance(item_id, "read", Scene(actor, clock.now_s()), own=True)  # shown here, so read
        view = find.item_for(actor, item_id, now=clock.now_s(), purpose=purpose)
    return _page(request, view)


def _offers(view: ItemView, name: str) -> bool:
    return any(following.step.name == name for following in view.steps)


def _page(
    request: HttpRequest, view: ItemView, *, tried: str = "", problem: Problem | None = None
) -> HttpResponse:
    offers = [
        _offer(request, view, following, tried, problem)
        for following in view.steps
        if following.step.name not in SILENT
    ]
    context = {
        "view": view,
        "item": view.item,
        "kind": RequestType.objects.filter(code=view.item.kind).first(),
        "reasons": why.why(view.item),
        "offers": offers,
        "history": _history(view),
        "contact": [(label, view.data.get(name)) for name, label in CONTACT if view.data.get(name)],
        "needs": stated_needs.of_person(actor_of(request), person_of(view)),
        "photos": _photos(request, view),
        "plan_run": runs.of_item(view.item.id),
        "about_record": _about_record(request, view),
        "uid": uids.fresh(),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "items/item.html", context, status=status)


def _about_record(request: HttpRequest, view: ItemView) -> bool:
    """Whether the item asks for a record to be erased or put right, and this person may do it."""
    may = any(view.item.path.startswith(h.path) for h in actor_of(request).holds(_ERASERS))
    asks = view.item.loop == "request" and view.item.kind in own_record.TYPES
    return may and asks and not view.own


_ERASERS = roles_for(own_record.ERASE)


def _photos(request: HttpRequest, view: ItemView) -> dict[str, Any] | None:
    """The photos of the item, and whether this person may add one; None where none are kept."""
    actor = actor_of(request)
    if view.own or not view.loop.photos:
        return None
    scene = Scene(actor, clock.now_s(), purposes.of(request) or "")
    rows = keep.of_item(scene, view.item.id)
    full = len(rows) >= keep.MOST_OF_AN_ITEM or view.item.state == State.CLOSED
    held = actor.holds(view.loop.photographers)
    adds = not full and any(view.item.path.startswith(h.path) for h in held)
    by_role = [(one, NAMES[Role(one.role)]) for one in rows]
    return {"rows": by_role, "adds": adds}


def person_of(view: ItemView) -> int | None:
    """The person an item is about, as far as it says."""
    if view.item.subject_kind == "person" and view.item.subject_id is not None:
        return int(view.item.subject_id)
    return view.data.get("person_id")


CONTACT = (
    ("contact_name", N_("Name")),
    ("contact_phone", N_("Phone")),
    ("name", N_("Name")),
    ("phone", N_("Phone")),
    ("address", N_("Where exactly")),
)


def _offer(
    request: HttpRequest, view: ItemView, following: NextStep, tried: str, problem: Problem | None
) -> Offer:
    step = following.step
    mine = step.name == tried
    fields = fields_of(
        step.asks,
        typed(request) if mine else None,
        problem if mine else None,
        prefix=f"{step.name}-",
    )
    asked = [f for f in fields if f.name != "person_id" or person_of(view) is None]
    return Offer(following, [_with_choices(request, view, f) for f in asked], mine)


def _with_choices(request: HttpRequest, view: ItemView, field: Field) -> Field:
    """A person or an earlier item is picked from a list, not typed as a number."""
    if field.name == "holder_id":
        workers = workers_at(view.item.path, TAKERS, clock.now_s())
        choices = tuple(
            (str(n), f"{name} – {gettext(NAMES[Role(role)])}") for n, name, role in workers
        )
        return replace(field, kind="select", choices=choices)
    if field.name == "disease":
        known = definitions.diseases().values()
        named = tuple((one.code, one.called(get_language() or "")) for one in known)
        return replace(field, kind="select", choices=named)
    if field.name == "item":
        near = find.similar(actor_of(request), view.item.area_id, view.item.kind)
        choices = tuple((str(n.id), f"{n.id} {n.title}") for n in near if n.id != view.item.id)
        return replace(field, kind="choice", choices=choices) if choices else field
    return field


@dataclass(frozen=True)
class Happened:
    """One event in the history: what, when, by whom in which role, and the words with it."""

    event: Any
    who: str
    role: str
    words: str


def _history(view: ItemView) -> list[Happened]:
    """The events, the newest first; words are shown, contact data is not."""
    actors = {e.actor_id for e in view.events if e.actor_id is not None}
    names = dict(Account.objects.filter(id__in=actors).values_list("id", "display_name"))
    told = []
    for event in reversed(view.events):
        role = NAMES.get(Role(event.role), "") if event.role in set(Role) else event.role
        words = _words(event.data, view.loop.reasons)
        if event.step == sync.OVERTAKEN and (step := view.loop.step(event.data["step"])):
            words = f"{gettext(step.label)}. {words}"
        told.append(Happened(event, names.get(event.actor_id or 0, ""), role, words))
    return told


def _words(data: Mapping[str, Any], reasons: Mapping[str, str]) -> str:
    """What somebody wrote with a step; a code for the reason of an allotment is no such thing."""
    for name in ("note", "comment", "reason"):
        text = data.get(name)
        if text and text not in why.REASONS and text not in reasons:
            return str(text)
    return ""


def step(request: HttpRequest, item_id: int, name: str) -> HttpResponse:
    """Take a step, by one tap from a list or with its form from the item's page."""
    if request.method != "POST":
        return redirect("item", item_id=item_id)
    actor = signed_in(request)
    purpose = purposes.of(request) or _usual(actor, item_id)
    view = find.item_for(actor, item_id, now=clock.now_s(), purpose=purpose)
    declared = view.loop.step(name)
    if declared is None:
        raise NotFound(what=Word(N_("step")), value=name[:40])
    if (at := kept_at(request, clock.now_s())) is not None:
        return _merged(request, view, declared, at, purpose)
    try:
        advance(
            item_id,
            name,
            Scene(actor, clock.now_s(), purpose),
            data=answers(declared.asks, request.POST),
            uid=uid_of(request),
            own=view.own,
        )
    except Problem as problem:
        if request.htmx or request.POST.get("next"):  # type: ignore[attr-defined]
            raise
        return _page(request, view, tried=name, problem=problem)
    if request.htmx:  # type: ignore[attr-defined]
        return _row(request, item_id)
    messages.success(request, gettext("Done: {step}.").format(step=gettext(declared.label)))
    return redirect(_next(request) or reverse("item", args=[item_id]))


def _merged(
    request: HttpRequest, view: ItemView, declared: Step, at: int, purpose: str
) -> HttpResponse:
    """A step that the page kept while the line was cut: taken late, or written beside."""
    act = sync.Act(
        uid_of(request) or uids.fresh(), at, view.loop.name, step=declared.name,
        item_id=view.item.id, data=answers(declared.asks, request.POST),
    )  # fmt: skip
    told = sync.merge(signed_in(request), [act], now=clock.now_s(), purpose=purpose)[0]
    if told.came is sync.Came.REJECTED and told.problem is not None:
        raise told.problem
    if told.came is sync.Came.OVERTAKEN:
        said = gettext("Somebody moved it on meanwhile. What you did stands in its history.")
        messages.warning(request, said)
    return redirect("item", item_id=view.item.id)


def _usual(actor: Actor, item_id: int) -> str:
    """What this person would look at the item for; empty where it has to be asked."""
    return usual_purpose(actor, find.seen_by(item_id)) or ""


def _row(request: HttpRequest, item_id: int) -> HttpResponse:
    """The row of a list, as it stands after a tap."""
    actor = actor_of(request)
    purpose = purposes.of(request) or _usual(actor, item_id)
    view = find.item_for(actor, item_id, now=clock.now_s(), purpose=purpose)
    rows = rows_of([view.item], actor, purpose)
    return render(request, "work/_row.html", {"row": rows[0], "just_done": True})


def _next(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return address if ours else ""


URLS = [
    path("items/<int:item_id>", item, name="item"),
    path("items/<int:item_id>/steps/<slug:name>", step, name="step"),
]

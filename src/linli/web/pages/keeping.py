"""How is a record of the registry added or put right by hand? One form for every kind of record.

It goes through the registry's own door, as the API and the imports do. What a role may not see
is not in the form and stays as it is; a record that somebody else changed meanwhile is shown as
it stands now, with what was typed, and nothing is overwritten in silence.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from pydantic import ValidationError

from linli import clock
from linli.errors import N_, NotFound, Problem, Word
from linli.forms import BadForm
from linli.policy.can import OWNERS
from linli.policy.fields import MASK
from linli.policy.powers import roles_for
from linli.registry import areas, gazetteer, keep, kinds, records
from linli.registry.areas import Area
from linli.registry.forms import edit_of
from linli.registry.kinds import Kind
from linli.web import purposes
from linli.web.columns import AREA_COLUMNS, KIND_NAMES, SETS
from linli.web.forms import MANY, Field, fields_of
from linli.web.page import allow, id_of, signed_in, typed
from linli.web.words import NEEDS, RELATIONS, SKILLS, TOPICS

DAYS = frozenset({"as_of", "birth_date", "left_on", "valid_from", "valid_until"})
LISTS = frozenset({"needs"})
HOMES_SHOWN = 400
PLACES_OFFERED = 30
CHOICES: dict[str, Mapping[str, str]] = {
    "people.relation": RELATIONS,
    "duties.skill": SKILLS,
    "duties.topic": TOPICS,
}
HINTS = {
    "code": N_("The mark it has on paper; it tells it from the others of its kind."),
    "household_id": N_("The number of the household's record."),
    "organisation_id": N_("The number of the organisation's record."),
    "source": N_("Where this is known from: a visit, a call, a list."),
    "as_of": N_("The day on which it was so."),
}


@never_cache
def new(request: HttpRequest, kind_name: str) -> HttpResponse:
    """Add one record, in an area that is chosen first."""
    signed_in(request)
    kind = kinds.get(kind_name)
    chosen = id_of(request.POST.get("area", "") or request.GET.get("area", ""))
    if chosen is None and kind.placed:
        return _places(request, kind)
    place = areas.get(chosen) if chosen is not None and kind.placed else None
    above = place.path if place else areas.whole_city()
    allow(request, kind.edits, path=above, purpose=_purpose(request, kind))
    if request.method != "POST":
        return _form(request, kind, place=place, values=_blank(request, kind, place))
    try:
        sent = _read(request, kind, {})
        made = keep.add(
            signed_in(request), kind, _checked(kind, sent, whole=True),
            purpose=_purpose(request, kind),
        )  # fmt: skip
    except Problem as problem:
        return _form(request, kind, place=place, values=_sent(request, kind), problem=problem)
    messages.success(request, gettext("It is written down."))
    return _to(kind, made)


@never_cache
def edit(request: HttpRequest, kind_name: str, row_id: int) -> HttpResponse:
    """Put one record right; only what was changed on the page is sent on."""
    actor = signed_in(request)
    kind = kinds.get(kind_name)
    purpose = _purpose(request, kind)
    mark = keep.mark_of(kind, row_id)  # before it is read: a change in between is then told
    record = records.one(actor, kind, row_id, purpose=purpose, now=clock.now_s())
    allow(
        request,
        kind.edits,
        path=record["path"] if kind.placed else areas.whole_city(),
        purpose=purpose,
    )
    if not kind.edited:
        raise NotFound(what=Word(kind.noun), value=row_id)
    at = record.get("area_id") or record.get("parent_id")
    place = Area.objects.filter(id=at).first() if at else None
    shown: dict[str, Any] = {"record": record, "place": place, "mark": mark}
    if request.method != "POST":
        return _form(request, kind, values=_texts(kind, record), **shown)
    try:
        sent = _read(request, kind, record)
        if not sent:
            messages.info(request, gettext("Nothing was different, so nothing was changed."))
            return _to(kind, row_id)
        made = keep.change(
            actor, kind, row_id, _checked(kind, sent), purpose=purpose,
            seen=request.POST.get("seen", ""),
        )  # fmt: skip
    except Problem as problem:
        return _form(request, kind, values=_sent(request, kind), problem=problem, **shown)
    messages.success(request, gettext("It is changed."))
    return _to(kind, made)


def _purpose(request: HttpRequest, kind: Kind) -> str | None:
    return purposes.of(request) if kind.about_residents else None


def _to(kind: Kind, row_id: int) -> HttpResponse:
    if kind.name == "areas":
        return redirect("area", area_id=row_id)
    return redirect("record", kind_name=kind.name, row_id=row_id)


def _places(request: HttpRequest, kind: Kind) -> HttpResponse:
    """Where does the new one belong? The areas of one's own posts, or one found by its name."""
    actor = signed_in(request)
    allow(request, kind.edits, purpose=_purpose(request, kind))
    held = {h.path for h in actor.holds(roles_for(kind.edits)) if h.role not in OWNERS}
    text = request.GET.get("where", "")
    context = {
        "kind": kind,
        "title": KIND_NAMES[kind.name],
        "own": Area.objects.filter(path__in=held).order_by("path"),
        "text": text,
        "found": gazetteer.places_called(text, most=PLACES_OFFERED),
    }
    return render(request, "keeping/places.html", context)


def _form(
    request: HttpRequest,
    kind: Kind,
    *,
    values: Mapping[str, str],
    place: Area | None,
    record: Mapping[str, Any] | None = None,
    mark: str = "",
    problem: Problem | None = None,
) -> HttpResponse:
    hidden = [name for name, value in (record or {}).items() if value == MASK]
    now = _texts(kind, record) if record and isinstance(problem, keep.ChangedMeanwhile) else {}
    fields = [
        _told(kind, field, place, now.get(field.name), fixed=record is None)
        for field in fields_of(kind.form, dict(values), problem)
        if field.name not in hidden
    ]
    context = {
        "kind": kind,
        "title": KIND_NAMES[kind.name],
        "fields": fields,
        "record": record,
        "place": place,
        "mark": mark,
        "hides": bool(set(hidden) & set(kind.form.model_fields)),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "keeping/form.html", context, status=status)


def _told(kind: Kind, field: Field, place: Area | None, now: str | None, *, fixed: bool) -> Field:
    """A field with its choices and its hint, and with what stands there now if that differs."""
    column = f"{kind.name}.{field.name}"
    names = SETS.get(column) or CHOICES.get(column)
    shaped = replace(field, hint=HINTS.get(field.name, field.hint))
    if field.name in DAYS:
        shaped = replace(shaped, kind="date")
    elif field.name in LISTS:
        known = {**NEEDS, **{code: code for code in field.chosen if code not in NEEDS}}
        shaped = replace(shaped, kind="many", choices=tuple(known.items()))
    elif names:
        own = {} if field.value in names or not field.value else {field.value: field.value}
        blank = () if field.required else (("", "–"),)
        shaped = replace(
            shaped,
            kind="select",
            choices=(*blank, *((v, n) for v, n in {**names, **own}.items() if v)),
        )
    elif field.name == "home_id" and place is not None and (homes := _homes(place)):
        shaped = replace(shaped, kind="select", choices=homes)
    elif field.name in AREA_COLUMNS and fixed and field.name != "home_id":
        shaped = replace(shaped, kind="hidden")
    elif field.name in AREA_COLUMNS:
        shaped = replace(shaped, hint=N_("The number of the area; it stands in its address."))
    if now is not None and now != field.value:
        told = gettext("It says now: {value}").format(value=now or "–")
        shaped = replace(shaped, error=told)
    return shaped


def _homes(place: Area) -> tuple[tuple[str, str], ...]:
    """The compounds and buildings of the community that a household's home may be."""
    near = Area.objects.filter(kind__in=keep.HOMES, valid_until=None)
    near = near.filter(community_id=place.community_id or 0).select_related("parent")
    found = list(near.order_by("path")[: HOMES_SHOWN + 1])
    if len(found) > HOMES_SHOWN:
        return ()
    return tuple((str(a.id), f"{a.parent.name_zh if a.parent else ''} {a.name_zh}") for a in found)


def _blank(request: HttpRequest, kind: Kind, place: Area | None) -> dict[str, str]:
    """What a new record begins with: its area, today, and what the address says."""
    begun = {
        "as_of": clock.now().date().isoformat(),
        "household_id": request.GET.get("household", ""),
    }
    if place is not None:
        begun |= {"area_id": str(place.id), "parent_id": str(place.id)}
    plain = {n: f.get_default() for n, f in kind.form.model_fields.items() if not f.is_required()}
    return _texts(kind, plain | {k: v for k, v in begun.items() if k in kind.form.model_fields})


def _texts(kind: Kind, record: Mapping[str, Any] | None) -> dict[str, str]:
    """The columns of a record as a form shows them."""
    columns = kind.form.model_fields
    return {name: _text(value) for name, value in (record or {}).items() if name in columns}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return MANY.join(map(str, value))
    if isinstance(value, float):
        return f"{value:.15g}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _sent(request: HttpRequest, kind: Kind) -> dict[str, str]:
    """What was typed, list fields joined as a form shows them."""
    many = {name: MANY.join(request.POST.getlist(name)) for name in LISTS}
    return {**typed(request), **{k: v for k, v in many.items() if k in kind.form.model_fields}}


def _read(request: HttpRequest, kind: Kind, record: Mapping[str, Any]) -> dict[str, Any]:
    """What the page sent that differs from the record, in values that the form takes."""
    before, sent = _texts(kind, record), _sent(request, kind)
    found: dict[str, Any] = {}
    for name, info in kind.form.model_fields.items():
        text = sent.get(name)
        if text is None or (text == before.get(name) and text != MASK):
            continue
        if name in LISTS:
            found[name] = text.split(MANY) if text else []
        elif text.strip() or info.is_required():
            found[name] = text.strip()
        elif record:
            found[name] = info.get_default()
    return found


def _checked(kind: Kind, sent: Mapping[str, Any], *, whole: bool = False) -> dict[str, Any]:
    """The values, read and checked by the form that the API uses; raises BadForm."""
    form = kind.form if whole else edit_of(kind.form, f"{kind.model.__name__}Page")
    try:
        return form(**sent).model_dump(exclude_unset=not whole)
    except ValidationError as error:
        raise BadForm(error.errors()) from None


URLS = [
    path("registry/<slug:kind_name>/new", new, name="record_new"),
    path("registry/<slug:kind_name>/<int:row_id>/edit", edit, name="record_edit"),
]

"""What may residents ask for, and who leads it? The list of types, changed by whoever keeps it."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from pydantic import ValidationError

from linli import clock
from linli.errors import N_, Problem, Taken, Word
from linli.forms import BadForm
from linli.policy.powers import roles_for
from linli.registry import duties, request_types
from linli.registry.duties import Duty, RequestType
from linli.registry.request_types import CLASS_NAMES, NewRequestType, RequestTypeForm
from linli.web.forms import answers, fields_of
from linli.web.menu import Nav, Section
from linli.web.page import allow, signed_in


@never_cache
def listed(request: HttpRequest) -> HttpResponse:
    """All types with their class and the duty that leads each, those led by none marked."""
    actor = signed_in(request)
    allow(request, "duties.see")
    unled = {kind.code for kind in duties.unmapped(clock.day(clock.now()))}
    led_by = {duty.code: duty for duty in Duty.objects.order_by("valid_from")}  # newest
    context = {
        "types": [(kind, CLASS_NAMES.get(kind.item_class, ""), kind.code in unled,
                   led_by.get(kind.duty_code))
                  for kind in request_types.everything()],
        "n_unled": len(unled),
        "edits": bool(actor.holds(roles_for(request_types.EDIT))),
    }  # fmt: skip
    return render(request, "request_types/list.html", context)


@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Add a type."""
    return _kept(request, None)


@never_cache
def one(request: HttpRequest, code: str) -> HttpResponse:
    """See a type and change it."""
    signed_in(request)
    allow(request, "duties.see")
    return _kept(request, request_types.one(code))


def _kept(request: HttpRequest, kind: RequestType | None) -> HttpResponse:
    actor = signed_in(request)
    if request.method != "POST" and kind is not None:
        return _form(request, kind, _values(kind))
    allow(request, request_types.EDIT)
    if request.method != "POST":
        return _form(request, kind, {})
    form = RequestTypeForm if kind else NewRequestType
    try:
        asked = form(**answers(form, request.POST))
        code = kind.code if kind else str(getattr(asked, "code", ""))
        if kind is None and RequestType.objects.filter(code=code).exists():
            raise Taken(what=Word(N_("The code")), value=code)
        request_types.put(actor, code, asked)
    except ValidationError as error:
        return _form(request, kind, request.POST.dict(), BadForm(error.errors()))
    except Problem as problem:
        return _form(request, kind, request.POST.dict(), problem)
    messages.success(request, gettext("Kept. It holds for what is asked from now on."))
    return redirect("request_types")


def _values(kind: RequestType) -> dict[str, object]:
    found = {name: getattr(kind, name) for name in RequestTypeForm.model_fields}
    return found | {"valid_until": str(kind.valid_until or "")}


def _form(
    request: HttpRequest,
    kind: RequestType | None,
    values: Mapping[str, object],
    problem: Problem | None = None,
) -> HttpResponse:
    form = RequestTypeForm if kind else NewRequestType
    fields = fields_of(form, values, problem)
    context = {
        "kind": kind,
        "fields": fields,
        "facts": [(f.label, dict(f.choices).get(f.value, f.value)) for f in fields],
        "edits": bool(signed_in(request).holds(roles_for(request_types.EDIT))),
        "n_questions": len(kind.attributes) if kind else 0,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "request_types/one.html", context, status=status)


NAV = Nav(N_("Types of request"), "request_types", roles_for(request_types.EDIT), 66, Section.HOUSE)
URLS = [
    path("request-types", listed, name="request_types"),
    path("request-types/new", new, name="request_type_new"),
    path("request-types/<str:code>", one, name="request_type"),
]

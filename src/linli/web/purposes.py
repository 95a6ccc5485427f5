"""What does this person look at resident data for? Asked once, shown on the page, recorded."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from linli.policy.roles import PURPOSE_NAMES, PURPOSES, Purpose
from linli.registry.signed_in import actor_of

KEPT = "purpose"


def open_to(request: HttpRequest) -> list[tuple[str, str]]:
    """The purposes this person's roles may have, with their names."""
    held = {h.role for h in actor_of(request).holdings}
    may = {purpose for role in held for purpose in PURPOSES.get(role, ())}
    return [(p.value, PURPOSE_NAMES[p]) for p in Purpose if p in may]


def of(request: HttpRequest) -> str | None:
    """The purpose named for this request, or earlier in this session; None if none was."""
    may = {value for value, _ in open_to(request)}
    named = request.GET.get("purpose", "")
    if named in may:
        request.session[KEPT] = named
        return named
    kept = request.session.get(KEPT)
    return kept if kept in may else None


def ask(request: HttpRequest) -> HttpResponse:
    """The page that asks what for, and leads back to where the person was going."""
    rest = [(key, value) for key, value in request.GET.items() if key != "purpose"]
    context = {"purposes": open_to(request), "rest": rest, "action": request.path}
    return HttpResponse(render_to_string("purpose.html", context, request), status=403)

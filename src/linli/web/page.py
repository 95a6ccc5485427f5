"""What stands on every page, whatever it is about: who, where, when, which language?"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest

from linli import clock
from linli.columns import whole
from linli.errors import N_, BadInput, SignInNeeded
from linli.jobs import outbox
from linli.loops.sync import within_reach
from linli.policy.can import Actor, Ask, Holding, can
from linli.policy.powers import roles_for
from linli.policy.roles import NAMES, Purpose, Role
from linli.registry import dial
from linli.registry.forms import sane
from linli.registry.signed_in import account_of, actor_of
from linli.web import purposes
from linli.web.menu import parts_for

PLAIN = "text/plain; charset=utf-8"
SPEEDS = (0, 1, 20, 120)  # city seconds in a second, offered in a demonstration


def every_page(request: HttpRequest) -> dict[str, Any]:
    """The context of the frame: menu, clock, demonstration, who is signed in and as what."""
    actor = actor_of(request)
    account = account_of(request)
    return {
        "actor": actor,
        "account": account,
        "posts": _posts(actor),
        "menu": parts_for(actor, request.path),
        "city_now": clock.now(),
        "demo": settings.DEMO,
        "speeds": SPEEDS,
        "clock_speed": int(dial.find().speed) if settings.DEMO else 1,
        "n_unread": outbox.n_unread(account.id, exercise=actor.exercise) if account else 0,
        "purpose_name": dict(purposes.open_to(request)).get(purposes.of(request) or "", "–"),
    }


def _posts(actor: Actor) -> list[str]:
    roles = {h.role for h in actor.holdings if h.role not in (Role.VISITOR, Role.RESIDENT)}
    return [NAMES[role] for role in sorted(roles)] or ([NAMES[Role.RESIDENT]] if actor.id else [])


def allow(
    request: HttpRequest, verb: str, *, path: str | None = None, purpose: str | None = None
) -> Holding:
    """The holding that lets this person do it here, or the problem that says why not.

    A purpose is only asked when the verb is about residents, so it is only named for those.
    """
    about_residents = verb.startswith(("people.", "households."))
    chosen = Purpose(purpose) if purpose else None
    ask = Ask(verb, roles_for(verb), path, chosen, about_residents)
    return can(actor_of(request), ask).required()


def signed_in(request: HttpRequest) -> Actor:
    """The actor, who must have an account; raises SignInNeeded."""
    actor = actor_of(request)
    if actor.id is None:
        raise SignInNeeded()
    return actor


def working(request: HttpRequest, roles: frozenset[Role]) -> Actor:
    """The actor, who must hold one of these roles somewhere; raises SignInNeeded, NotAllowed."""
    can(actor_of(request), Ask("work.see", roles)).required()
    return actor_of(request)


def typed(request: HttpRequest) -> Mapping[str, str]:
    """What was typed into a form, to be shown again when something has to be put right."""
    return {k: str(v) for k, v in request.POST.items() if k != "csrfmiddlewaretoken"}


def moment_of(text: str) -> datetime | None:
    """A moment as a form sends it, in the city's zone; None for nothing; raises BadInput."""
    if not text.strip():
        return None
    try:
        given = datetime.fromisoformat(text.strip())
        sane(given.date())
        return given if given.tzinfo else given.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    except ValueError:
        raise BadInput(
            N_("{given} is no moment. Write it like 2020-02-09T18:00."), given=text[:40]
        ) from None


def day_of(text: str) -> date:
    """A day of this age of the world, as a form or an address gives it; raises BadInput."""
    try:
        return sane(date.fromisoformat(text.strip()))
    except ValueError:
        raise BadInput(
            N_("{given} is no day. Write it like 2020-02-09."), given=text[:40] or "–"
        ) from None


def kept_at(request: HttpRequest, now: int) -> int | None:
    """When a form was filled in that its page kept while the line was cut; None: just now.

    Raises ActOutOfReach for a moment that a device cannot mean.
    """
    if request.POST.get("kept") != "1":
        return None
    ms = id_of(request.POST.get("at_ms", "") or request.POST.get("seq", ""))
    return None if ms is None else within_reach(ms // 1000, now)


def id_of(text: str) -> int | None:
    """An id as an address or a form gives it; None if it is none."""
    return whole(text)


def uid_of(request: HttpRequest) -> UUID | None:
    """The id that a form carries so that sending it twice is once; None if it carries none."""
    try:
        return UUID(request.POST.get("uid", ""))
    except ValueError:
        return None

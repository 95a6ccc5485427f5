"""Who is behind this web request? What its session shows, as the actor that policy knows.

Pages and API ask here, so that a session means the same at both doors.
"""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from linli import clock
from linli.policy.can import VISITOR, Actor
from linli.registry import declarations, roster
from linli.registry.accounts import Account
from linli.registry.declarations import NoExercise

# Where allauth keeps how the session's owner has signed in.
_METHODS = "account_authentication_methods"
_METHODS_OF = "account_authentication_methods_user"
_ACTOR = "_linli_actor"
_EXERCISE = "linli_exercise"  # of a session: takes part in an exercise
_LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})


def account_of(request: HttpRequest) -> Account | None:
    """The account that is signed in, None for a visitor."""
    user: Any = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated and user.is_active else None


def has_session(request: HttpRequest) -> bool:
    """Whether a session says that somebody is signed in; asked before anything is read."""
    return SESSION_KEY in getattr(request, "session", {})


def shown_second_factor(request: HttpRequest) -> bool:
    """Whether this session has shown a second factor, or none is asked of this deployment."""
    if not settings.SECOND_FACTOR:
        return True
    session: Any = getattr(request, "session", {})
    if str(session.get(_METHODS_OF, "")) != str(session.get(SESSION_KEY, "-")):
        return False
    methods = session.get(_METHODS)
    return isinstance(methods, list) and any(m.get("method") == "mfa" for m in methods)


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request at the city's time; worked out once a request."""
    known: Actor | None = getattr(request, _ACTOR, None)
    if known is not None:
        return known
    account = account_of(request)
    exercise = bool(settings.DEMO)  # everything done in a demonstration is an exercise
    if account is None:
        actor = replace(VISITOR, exercise=exercise)
    elif takes_part(request):
        actor = roster.actor_of(
            account, clock.now_s(), two_factor=shown_second_factor(request), exercise=True
        )
    else:
        actor = roster.actor_of(
            account, clock.now_s(), two_factor=shown_second_factor(request), exercise=exercise
        )
    setattr(request, _ACTOR, actor)
    return actor


def attached(actor: Actor, name: str) -> str:
    """How a file that is handed out is called; one of an exercise says so wherever it goes."""
    mark = "exercise-" if actor.exercise and not settings.DEMO else ""
    return f'attachment; filename="{mark}{name}"'


def takes_part(request: HttpRequest) -> bool:
    """Whether this session takes part in an exercise, and one is held: it ends with the last.

    What was written in an exercise that is over is not done for real: raises NoExercise, once.
    """
    session: Any = getattr(request, "session", {})
    if not session.get(_EXERCISE):
        return False
    if declarations.exercise_under_way(clock.now_s()):
        return True
    session.pop(_EXERCISE)
    if request.method not in _LOOKS:
        raise NoExercise()
    return False


def take_part(request: HttpRequest, *, on: bool) -> None:
    """Go into the exercise with this session, or back to the city's own work."""
    if on:
        request.session[_EXERCISE] = True
    else:
        request.session.pop(_EXERCISE, None)

"""Who is calling? A signed-in session with its proof of origin, a machine's token, or nobody."""

from django.conf import settings
from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from linli import clock
from linli.api.faults import CsrfMissing
from linli.knocks import doors
from linli.policy.can import Actor
from linli.registry import declarations, signed_in, tokens

EXERCISE = "X-Exercise"  # "1": the caller takes part in an exercise that is held
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Caller(AuthBase):
    """Finds the caller of every operation; whether they may is each operation's question."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = (
        "An access token of an account, made by an administrator. A signed-in session counts as "
        "well; its changes need the X-CSRFToken header. Without either the caller is a visitor. "
        "With the header X-Exercise: 1 a token acts in an exercise; while none is held it is "
        "refused, and nothing is done for real."
    )

    def __call__(self, request: HttpRequest) -> Actor:
        """The actor; raises TokenUnknown, or CsrfMissing for a session's bare change."""
        return actor_of(request)


def _exercise(request: HttpRequest) -> bool:
    """Whether a token is used in an exercise; raises NoExercise where it says so and none is."""
    if settings.DEMO or request.headers.get(EXERCISE) != "1":
        return bool(settings.DEMO)
    declarations.required_exercise(clock.now_s())
    return True


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request: by its token if it shows one, else by its session."""
    known: Actor | None = getattr(request, "auth", None)
    if known is not None:
        return known
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise tokens.TokenUnknown()
        with doors.showing_access(request, tokens.TokenUnknown):
            return tokens.bearer_of(text.strip(), at=clock.now_s(), exercise=_exercise(request))
    if (
        signed_in.account_of(request) is not None
        and request.method not in SAFE_METHODS
        and check_csrf(request) is not None
    ):
        raise CsrfMissing()
    return signed_in.actor_of(request)

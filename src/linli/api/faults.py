"""How does the API say that something went wrong? One shape: code, sentence, values."""

import logging
import math
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel

from linli.errors import N_, BadInput, NotFound, Problem, SignInNeeded, TooLarge, Word
from linli.forms import BadForm

log = logging.getLogger("linli.api")

LONGEST_VALUE = 200  # characters of a value that is said back


class Fault(BaseModel):
    """What went wrong: a stable code, one sentence in the caller's language, its values."""

    code: str
    sentence: str
    values: dict[str, Any]


class NoSuchRoute(NotFound):
    """The address leads nowhere."""

    code = "no_such_route"
    sentence = N_("There is nothing at {path}. The description at {description} lists what is.")


class MethodNotAllowed(Problem):
    """The address is there, and this is not what can be done with it."""

    code = "method_not_allowed"
    status = 405
    sentence = N_("{method} is not possible here. Possible: {allowed}.")


class WrongType(Problem):
    """What was sent is not of the type that is read here."""

    code = "wrong_type"
    status = 415
    sentence = N_("This is read as {wanted}; {given} was sent.")


class CsrfMissing(Problem):
    """A change was asked with a session's cookie and without the proof that the page asked it."""

    code = "csrf_missing"
    status = 403
    sentence = N_("The form's proof of origin is missing or too old. Load the page again.")


class Unreadable(BadInput):
    """The body is no JSON, or holds what no text may hold."""

    code = "unreadable"
    status = 400
    sentence = N_("The body cannot be read: {reason}. Send one JSON object in UTF-8.")


class Broken(Problem):
    """We failed; the log knows more, and the caller learns no more than that."""

    code = "broken"
    status = 500
    sentence = N_("Something broke on our side, and nothing was changed. Try again later.")


def fault_of(problem: Problem) -> Fault:
    """A problem in the API's shape."""
    values = {name: _plain(value) for name, value in problem.values.items()}
    return Fault(code=problem.code, sentence=problem.tell(gettext), values=values)


def answer(problem: Problem) -> HttpResponse:
    """A problem as the API's answer."""
    response = JsonResponse(fault_of(problem).model_dump(), status=problem.status)
    if problem.wait_s is not None:
        response["Retry-After"] = str(problem.wait_s)
    return response


def _plain(value: Any) -> Any:
    """A value as JSON can carry it, cut to a length that nobody minds to read."""
    if isinstance(value, bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)  # JSON has no word for the others
    if isinstance(value, Word):
        return gettext(value)
    if hasattr(value, "tell"):
        return value.tell(gettext)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in value]
    return str(value)[:LONGEST_VALUE]


def handle(api: NinjaAPI) -> None:
    """Teach an API to answer every exception in the one shape."""

    def problem(_: HttpRequest, error: Any) -> HttpResponse:
        return answer(error)

    def invalid(_: HttpRequest, error: Any) -> HttpResponse:
        # the first two parts say where ninja found it ("body", "data"); people know the field
        errors = [{**e, "loc": _place(e["loc"])} for e in error.errors]
        return answer(BadForm(errors))

    def http(_: HttpRequest, error: Any) -> HttpResponse:
        if isinstance(error.__cause__ or error.__context__, Problem):
            return answer(error.__cause__ or error.__context__)  # ninja wraps what a parser raises
        return answer(Unreadable(reason=str(error)))

    def missing(request: HttpRequest, _: Any) -> HttpResponse:
        return answer(no_such_route(request))

    def sign_in(_: HttpRequest, __: Any) -> HttpResponse:
        return answer(SignInNeeded())

    def large(request: HttpRequest, _: Any) -> HttpResponse:
        return answer(too_large(request))

    def suspicious(_: HttpRequest, error: Any) -> HttpResponse:
        return answer(Unreadable(reason=type(error).__name__))

    def broken(request: HttpRequest, error: Any) -> HttpResponse:
        log.exception("%s %s broke", request.method, request.path, exc_info=error)
        return answer(Broken())

    handlers: dict[type[Exception], Any] = {
        Exception: broken,
        SuspiciousOperation: suspicious,
        RequestDataTooBig: large,
        HttpError: http,
        Http404: missing,
        AuthenticationError: sign_in,
        ValidationError: invalid,
        Problem: problem,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def no_such_route(request: HttpRequest) -> NoSuchRoute:
    """The problem of an address that leads nowhere."""
    path = request.path.encode("ascii", "replace").decode()[:LONGEST_VALUE]
    return NoSuchRoute(path=path, description="/api/openapi.json")


def too_large(request: HttpRequest, most: int | None = None) -> TooLarge:
    """The problem of a body that is larger than the door."""
    size = request.META.get("CONTENT_LENGTH") or "?"
    return TooLarge(size=size, most=most or settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _place(loc: tuple[Any, ...]) -> tuple[Any, ...]:
    parts = tuple(loc[1:]) if loc and loc[0] in _SOURCES else tuple(loc)
    return parts[1:] if len(parts) > 1 and parts[0] in {"body", "payload"} else parts


_SOURCES = {"body", "query", "path", "header", "form", "file", "cookie"}

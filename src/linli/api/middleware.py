"""What happens to a call before and after its operation? Size, text, shape of faults, caching."""

import logging
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from linli.api.faults import (
    Broken,
    CsrfMissing,
    MethodNotAllowed,
    Unreadable,
    answer,
    no_such_route,
    too_large,
)
from linli.api.openapi import queries
from linli.errors import N_, BadInput, NoText
from linli.loops.photos.picture import MOST_BYTES
from linli.registry import signed_in, tokens

log = logging.getLogger("linli.api")

PREFIX = "/api/"
UPLOADS = "/api/imports"  # a file, which streams to disk
PHOTOS = "/photos"
MOST_OF_A_PHOTO = MOST_BYTES + 2**20  # and the form around it
MOST_OF_A_FILE = 512 * 2**20  # bytes; assumed: a city's people as CSV hold a quarter of it


class OneFace:
    """Keeps every answer under /api/ to one shape and out of every cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Refuse what is too large or no text; put a bare fault into its shape."""
        if not f"{request.path}/".startswith(PREFIX):
            return self.get_response(request)
        response = self._refused(request) or self.get_response(request)
        if response.status_code >= 400 and not _shaped(response):
            response = _shape(request, response)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _named: object
    ) -> HttpResponse | None:
        """Refuse a filter that is not asked for, so that none is dropped in silence."""
        route = request.resolver_match.route if request.resolver_match else ""
        known = _queries().get((request.method or "", _path_of(route)))
        if known is None or not request.GET:
            return None
        for name, values in request.GET.lists():
            if name not in known or len(values) > 1:
                plain = name.encode("ascii", "replace").decode()[:60].replace("\0", "?")
                return answer(UnknownFilter(given=plain, known=tuple(sorted(known)) or "-"))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What broke outside an operation is told in the same shape, with no more."""
        if not request.path.startswith(PREFIX):
            return None
        log.exception("%s %s broke", request.method, request.path, exc_info=error)
        return answer(Broken())

    def _refused(self, request: HttpRequest) -> HttpResponse | None:
        size = request.META.get("CONTENT_LENGTH") or "0"
        if not size.isdigit():
            return answer(Unreadable(reason="Content-Length"))
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        if request.path == UPLOADS and int(size) > most and _is_known(request):
            most = MOST_OF_A_FILE
        elif request.path.endswith(PHOTOS) and int(size) > most and _is_known(request):
            most = MOST_OF_A_PHOTO
        if int(size) > most:
            return answer(too_large(request, most))
        if "\0" in request.path:
            return answer(no_such_route(request))
        if b"\0" in unquote_to_bytes(request.META.get("QUERY_STRING", "")):
            return answer(NoText())
        return None


class UnknownFilter(BadInput):
    """Something in the query is not asked for, or stands there twice."""

    code = "unknown_filter"
    sentence = N_("{given} cannot stand here, or only once. Possible: {known}.")


def _is_known(request: HttpRequest) -> bool:
    """Whether an account calls: nobody else fills the disk, not even for a moment."""
    if signed_in.has_session(request):
        return True
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    try:
        return scheme.lower() == "bearer" and bool(tokens.account_of(text.strip()))
    except tokens.TokenUnknown:
        return False


def _path_of(route: str) -> str:
    """A route of Django's as the description writes it."""
    return "/" + route.replace("<", "{").replace(">", "}")


def _queries() -> dict[tuple[str, str], frozenset[str]]:
    from linli.api.app import api  # which is built after the settings that name this file

    return queries(api)


def nowhere(request: HttpRequest) -> HttpResponse:
    """The view of every address under /api that nothing else answers."""
    return answer(no_such_route(request))


nowhere.csrf_exempt = True  # type: ignore[attr-defined]  # it changes nothing


def _shaped(response: HttpResponseBase) -> bool:
    return response.get("Content-Type", "").startswith("application/json")


def _shape(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    """A fault of Django's own as one of ours."""
    if response.status_code == 405:
        allowed = tuple(response.get("Allow", "").split(", "))
        shaped = answer(MethodNotAllowed(method=request.method, allowed=allowed))
        shaped["Allow"] = response.get("Allow", "")
        return shaped
    if response.status_code == 404:
        return answer(no_such_route(request))
    if response.status_code == 403:
        return answer(CsrfMissing())
    if response.status_code == 413:
        return answer(too_large(request))
    if response.status_code >= 500:
        return answer(Broken())
    return answer(Unreadable(reason=str(response.status_code)))

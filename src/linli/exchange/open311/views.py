"""The seven calls of GeoReport v2, in XML and JSON."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt

from linli import clock
from linli.errors import N_, NotFound, Problem, Word
from linli.exchange.open311 import asked, told
from linli.exchange.open311.formats import written
from linli.knocks import doors
from linli.loops import catalogue, find, public, token
from linli.loops.advance import open_item
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.registry.attributes import checked
from linli.registry.duties import open_types

log = logging.getLogger("linli.open311")
Answer = tuple[str, Any]
MOST_CONTACT = 40


class WrongMethod(Problem):
    """The call is there, and not with this method."""

    code = "method_not_allowed"
    status = 405
    sentence = N_("{method} is not possible here. Possible: {allowed}.")


class Broken(Problem):
    """We failed; the log knows more."""

    code = "broken"
    status = 500
    sentence = N_("Something broke on our side, and nothing was changed. Try again later.")


def call(**methods: Callable[..., Answer]) -> Callable[..., HttpResponse]:
    """A view of one address: its methods, its format, and every fault as GeoReport's errors."""

    def view(request: HttpRequest, format_: str, **named: str) -> HttpResponse:
        status, wait_s = 200, None
        try:
            asked.check_size(request)
            asked.check_text(request.GET)
            asked.check_jurisdiction(request.GET)
            handler = methods.get(request.method or "")
            if handler is None:
                raise WrongMethod(method=request.method, allowed=tuple(methods))
            root, value = handler(request, **named)
        except Problem as problem:
            status, root, value = _status(problem), "errors", _errors(problem)
            wait_s = problem.wait_s
        except RequestDataTooBig:
            status, root, value = 413, "errors", _errors(asked.TooLarge())
        except SuspiciousOperation:
            status, root, value = 400, "errors", _errors(asked.BadRequest())
        except Exception:
            log.exception("%s %s broke", request.method, request.path)
            status, root, value = 500, "errors", _errors(Broken())
        answer = written(root, value, format_, status=status)
        if status == 405:
            answer["Allow"] = ", ".join(methods)
        if wait_s is not None:
            answer["Retry-After"] = str(wait_s)
        return answer

    return csrf_exempt(view)


def _discovery(request: HttpRequest) -> Answer:
    base = request.build_absolute_uri(request.path.rpartition("/")[0])
    return "discovery", told.discovery(base, exercise=bool(settings.DEMO))


def _services(_: HttpRequest) -> Answer:
    return "services", [told.service(kind) for kind in open_types(clock.day(clock.now()))]


def _definition(_: HttpRequest, code: str) -> Answer:
    return "service_definition", told.definition(asked.kind_of(code))


def _requests(request: HttpRequest) -> Answer:
    now = clock.now()
    filters, size, page = asked.filters_of(request.GET, now)
    rows = public.listed(
        filters,
        on=clock.day(now),
        exercise=bool(settings.DEMO),
        most=size,
        skip=size * (page - 1),
    )
    return "service_requests", [told.request(row) for row in rows]


def _request(_: HttpRequest, number: str) -> Answer:
    now = clock.now()
    found = public.one(asked.id_of(number), on=clock.day(now), exercise=bool(settings.DEMO))
    return "service_requests", [told.request(found)]


def _token(request: HttpRequest, text: str) -> Answer:
    with doors.guessing_token(request):
        item_id = find.by_token(text[:64])
    return "service_requests", [{"token": text[:64], "service_request_id": str(item_id)}]


def _post(request: HttpRequest) -> Answer:
    given = request.POST
    asked.check_text(given)
    asked.check_jurisdiction(given)
    key = given.get("api_key") or request.GET.get("api_key", "")
    with doors.guessing_key(request, asked.BadKey):
        actor = asked.actor_of(key)
    doors.knock_as_app(key)
    if request.FILES:
        raise asked.BadRequest(N_("Files are not taken here. Send the address of one: media_url."))
    if not given.get("service_code"):
        raise asked.BadRequest(N_("service_code is missing. The services list them."))
    kind = asked.kind_of(given["service_code"])
    place = asked.place_of(given)
    text = token.make()
    name = " ".join(part for part in (given.get("first_name"), given.get("last_name")) if part)
    reach = given.get("phone") or given.get("email") or ""
    answers = checked(kind.attributes, asked.answers_in(given))
    if given.get("media_url"):
        answers["media_url"] = _web_address(given["media_url"])
    moved = open_item(
        catalogue.get(public.LOOP),
        Opening(
            area_id=place.id,
            item_class=kind.item_class,
            data={
                "description": given.get("description", "") or told.named(kind),
                "contact_name": name,
                "contact_phone": reach,
                "address": given.get("address_string", ""),
                "attributes": answers,
            },
            kind=kind.code,
            channel="open311",
            token_hash=token.digest(text),
        ),
        Scene(actor, clock.now_s()),
    )
    notice = gettext("Follow it with this token: {token}").format(token=text)
    return "service_requests", [
        {
            "service_request_id": str(moved.item_id),
            "token": text,
            "service_notice": notice,
            "account_id": "",
        }
    ]


def _web_address(text: str) -> str:
    parts = urlsplit(text[:500])
    if parts.scheme not in {"http", "https"} or not parts.netloc or len(text) > 500:
        raise asked.BadRequest(N_("media_url has to be an address on the web."))
    return text


def _errors(problem: Problem) -> list[dict[str, Any]]:
    return [{"code": _status(problem), "description": problem.tell(gettext)}]


def _status(problem: Problem) -> int:
    """GeoReport knows 400 for whatever is wrong with what was sent."""
    return 400 if problem.status == 422 else problem.status


def _nowhere(request: HttpRequest) -> Answer:
    raise NotFound(what=Word(N_("call")), value=request.path[:100])


discovery = call(GET=_discovery)
services = call(GET=_services)
definition = call(GET=_definition)
requests = call(GET=_requests, POST=_post)
request_ = call(GET=_request)
token_ = call(GET=_token)
nowhere = call(GET=_nowhere, POST=_nowhere)

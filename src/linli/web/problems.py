"""What does somebody read when something goes wrong? One sentence, and what can be done now."""

import logging
import sys
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from linli.columns import BIGGEST
from linli.errors import N_, NoText, Problem, PurposeNeeded, SignInNeeded
from linli.knocks.rates import TooOften
from linli.policy.can import SecondFactorNeeded
from linli.web import purposes

log = logging.getLogger("linli.web")

TITLES = {
    400: N_("We could not read that"),
    401: N_("Sign in first"),
    403: N_("This is not open to you"),
    404: N_("We could not find that"),
    409: N_("That is not possible now"),
    422: N_("Something has to be put right"),
    429: N_("That was too often"),
    500: N_("Something broke on our side"),
}


OTHER_FACES = ("/api/", "/open311/")  # which refuse in their own words


class ProblemPages:
    """Turns a Problem that a page raises into an answer: a page, or a piece of one for HTMX."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the page answer."""
        return self.answer(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, named: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse a number that no row can have, and what no text may hold."""
        if request.path.startswith(OTHER_FACES):
            return None
        if any(isinstance(value, int) and value > BIGGEST for value in named.values()):
            return not_found(request, Exception())
        texts = [*_texts(request.GET), *_texts(request.POST), *map(str, named.values())]
        return tell(request, NoText()) if any("\0" in text for text in texts) else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer to a Problem; anything else goes its way."""
        return tell(request, error) if isinstance(error, Problem) else None


def _texts(given: QueryDict) -> Iterator[str]:
    for name, values in given.lists():
        yield name
        yield from (value for value in values if isinstance(value, str))


def tell(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The sentence on a page of its own, or in the page's place for alerts."""
    whole_page = not getattr(request, "htmx", None)
    if whole_page and request.method == "GET":
        if isinstance(problem, SignInNeeded):
            return redirect(f"{reverse('account_login')}?next={request.get_full_path()}")
        if isinstance(problem, SecondFactorNeeded):
            return redirect(reverse("mfa_index"))
        if isinstance(problem, PurposeNeeded):
            return purposes.ask(request)
    sentence = problem.tell(gettext)
    if not whole_page:
        answer = HttpResponse(
            render_to_string("_alert.html", {"sentence": sentence}, request), status=problem.status
        )
        answer.headers["HX-Retarget"] = "#alert"
        answer.headers["HX-Reswap"] = "innerHTML"
    else:
        answer = _page(request, problem.status, sentence)
    return with_wait(answer, problem)


def with_wait(answer: HttpResponse, problem: Problem | None) -> HttpResponse:
    """The same answer, saying after how many seconds to try again where that is known."""
    if problem is not None and problem.wait_s is not None:
        answer.headers["Retry-After"] = str(problem.wait_s)
    return answer


def too_often(request: HttpRequest) -> HttpResponse:
    """What allauth counts by itself, told as we tell it; its spans are a minute."""
    return tell(request, TooOften(wait_s=60))


def told(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The sentence alone, where nothing is known yet of who asks."""
    return HttpResponse(
        problem.tell(gettext), status=problem.status, content_type="text/plain; charset=utf-8"
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent could not be read."""
    return _page(request, 400, gettext("Go back and try again."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refused before a page was reached."""
    return _page(request, 403, gettext("You may not open this page."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such address."""
    return _page(
        request, 404, gettext("There is no page at this address. Check it, or start at the front.")
    )


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without the mark we gave it: it is too old, or not from us."""
    return _page(
        request, 403, gettext("The page was open for too long. Go back, reload it and send again.")
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Our fault; told without looking anything up, and logged by the route, never by a token."""
    match = request.resolver_match
    route = match.route if match else request.path
    log.error("%s /%s broke", request.method, route.lstrip("/"), exc_info=sys.exc_info())
    text = render_to_string("500.html", {"title": gettext(TITLES[500])})
    return HttpResponse(text, status=500)


def _page(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    title = gettext(TITLES.get(status, HTTPStatus(status).phrase))
    context = {"title": title, "sentence": sentence, "status": status}
    return HttpResponse(render_to_string("problem.html", context, request), status=status)

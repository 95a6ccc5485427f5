"""What may a page load, and who must show a second factor before seeing one?"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from linli.errors import TooLarge
from linli.loops.photos.picture import MOST_BYTES
from linli.policy.can import OWNERS
from linli.registry.signed_in import actor_of, has_session
from linli.web.problems import OTHER_FACES, told

LISTS = "/registry/imports"
MOST_OF_A_LIST = 513 * 2**20  # bytes; what an import takes, and the form around it
PHOTOS = "/photos"
MOST_OF_A_PHOTO = MOST_BYTES + 2**20  # and the form around it
Answer = Callable[[HttpRequest], HttpResponse]

# Open to somebody who has signed in but not yet shown a second factor.
BEFORE_SECOND_FACTOR = ("/account/", "/static/", "/language")


def _policy() -> str:
    """Files of our own and nothing else; the map's workers and pictures are made in the page."""
    servers = [p["settings"]["server_url"] for p in _providers()]
    vouching = " ".join(f"{u.scheme}://{u.netloc}" for u in map(urlsplit, servers))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            f"form-action 'self' {vouching}".strip(),
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def _providers() -> list[dict[str, dict[str, str]]]:
    providers: dict[str, Any] = settings.SOCIALACCOUNT_PROVIDERS
    return providers.get("openid_connect", {}).get("APPS", [])


def content_policy(answer: Answer) -> Answer:
    """Tell the browser to load files of our own only and to keep no page, unless an answer says."""
    policy = _policy()

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Cache-Control", "no-store, private")  # files come before this
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=()")
        return response

    return middleware


def size(answer: Answer) -> Answer:
    """Refuse what is too large before a byte of it is read, so that nobody fills the disk."""
    usual: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OTHER_FACES):
            return answer(request)
        said = request.META.get("CONTENT_LENGTH") or "0"
        most = usual
        if request.path.startswith(LISTS) and has_session(request):
            most = MOST_OF_A_LIST
        elif request.path.endswith(PHOTOS) and has_session(request):
            most = MOST_OF_A_PHOTO
        if not said.isdecimal() or int(said) > most:
            return told(request, TooLarge(size=said[:20], most=most))
        return answer(request)

    return middleware


def second_factor(answer: Answer) -> Answer:
    """Send staff without a second factor to where they set one up, whatever page they ask for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        open_to_all = request.path.startswith((*BEFORE_SECOND_FACTOR, "/api/"))
        if settings.SECOND_FACTOR and not open_to_all:
            actor = actor_of(request)
            works_here = any(h.role not in OWNERS for h in actor.holdings)
            if works_here and not actor.two_factor:
                return redirect(f"{reverse('mfa_index')}?next={request.path}")
        return answer(request)

    return middleware

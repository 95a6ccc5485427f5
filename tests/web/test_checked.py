"""Is every page open to everybody: by ear, at 360 px, in both languages, from files of our own?

All pages are opened in one furnished city, by a server of its own, and what a look at them writes
is undone with each.
"""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from tests.conftest import InFlight
from tests.web.checker import faults
from tests.web.furnished import VISITS, Furnished, Visit, build_furnished

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.slow,  # every page is opened; a minute in all
]

SIZES = {"desktop": (1280, 900), "phone": (360, 740)}
ALL = [(language, size) for language in ("en", "zh-hans") for size in SIZES]
# At every change as most see them; `make search` looks in both languages at both sizes.
LOOKED_AT = ALL if os.environ.get("LINLI_SEARCH") else [("zh-hans", "phone")]


class Browsers:
    """One window for each person, language and size; they keep the files they have read."""

    def __init__(self, chromium: Any, url: str, here: Furnished, flying: InFlight) -> None:
        self.chromium, self.url, self.here, self.flying = chromium, url, here, flying
        names = {visit.who for visit in VISITS if visit.who is not None}
        self.sessions = {name: self._signed_in(name) for name in names}
        self.windows: dict[tuple[str | None, str, str], Any] = {}

    def _signed_in(self, name: str) -> str:
        client = Client()
        client.force_login(
            self.here.city.accounts[name],
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        return client.cookies["sessionid"].value

    def window(self, who: str | None, language: str, size: str) -> Any:
        """The window of somebody, signed in."""
        key = (who, language, size)
        if key not in self.windows:
            width, height = SIZES[size]
            opened = self.windows[key] = self.chromium.new_context(
                viewport={"width": width, "height": height},
                locale="zh-CN" if language == "zh-hans" else "en-GB",
            )
            if who is not None:
                cookie = {"name": "sessionid", "value": self.sessions[who], "url": self.url}
                opened.add_cookies([cookie])
        return self.windows[key]

    def close(self) -> None:
        """Close every window."""
        for window in self.windows.values():
            window.close()


@pytest.fixture(scope="module")
def browsers(chromium: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[Browsers]:
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        transaction.atomic(),
        InFlight.watched() as flying,
    ):
        patch.setattr("django.conf.settings.SECOND_FACTOR", False)
        here = build_furnished()
        server = LiveServer("localhost")
        opened = Browsers(chromium, server.url, here, flying)
        yield opened
        opened.close()
        server.stop()
        transaction.set_rollback(True)


@pytest.fixture
def answered(browsers: Browsers, db: None) -> Iterator[None]:
    """Let what a page asked for be answered before what it wrote is undone."""
    yield
    browsers.flying.wait()


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.page)
def test_a_page_passes_the_checker_and_fits(browsers: Browsers, axe: str, visit: Visit) -> None:
    found = []
    for language, size in LOOKED_AT:
        place = f"{language} {size}"
        found += [f"{place}: {fault}" for fault in looked_at(browsers, axe, visit, language, size)]

    assert found == []


def looked_at(
    browsers: Browsers, axe: str, visit: Visit, language: str, size: str
) -> Iterator[str]:
    """What is wrong with one page, in one language, at one size."""
    asked: list[str] = []
    said: list[str] = []
    page = browsers.window(visit.who, language, size).new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(browsers.url + visit.address(browsers.here))
    yield from faults(page, axe)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > SIZES[size][0]:
        yield f"{wide} px wide"
    yield from said
    ours = urlsplit(browsers.url).netloc
    yield from (f"asks {url}" for url in asked if elsewhere(url, ours))
    page.close()


def elsewhere(url: str, ours: str) -> bool:
    """Whether an address is of another host."""
    return urlsplit(url).scheme in {"http", "https"} and urlsplit(url).netloc != ours

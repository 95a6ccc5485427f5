"""What do the tests share that look at pages in a browser?"""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def chromium_path() -> str | None:
    """Return the Chromium of this machine, or the one LINLI_CHROMIUM names."""
    return os.environ.get("LINLI_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Yield one headless browser for the whole session; open a context of your own in it."""
    path = chromium_path()
    if path is None:
        pytest.skip("No Chromium on this machine; install it, or name it in LINLI_CHROMIUM.")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django would take for an async caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def kept_connection() -> Iterator[None]:
    """Keep the test's connection when a call of the application in this process ends.

    A server gives back its connection with each request, which ends the test's transaction on
    PostgreSQL. Django's own test client switches that off for its calls, and on again.
    """
    from django.db import connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
        yield


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the accessibility checker as a script to add to a page."""
    return AXE.read_text(encoding="utf-8")


class InFlight:
    """How many requests a server of this process has begun and not finished."""

    def __init__(self) -> None:
        self.n = 0
        self.changed = threading.Condition()

    def begun(self, **_: object) -> None:
        """One more."""
        with self.changed:
            self.n += 1

    def ended(self, **_: object) -> None:
        """One less, also when whoever asked has gone."""
        with self.changed:
            self.n -= 1
            self.changed.notify_all()

    def wait(self) -> None:
        """Wait until nothing is on its way: a page that was closed has left some behind."""
        time.sleep(GOES_ON_S)  # what the browser had just sent arrives
        with self.changed:
            assert self.changed.wait_for(lambda: self.n <= 0, timeout=LONGEST_S)

    @classmethod
    @contextmanager
    def watched(cls) -> Iterator["InFlight"]:
        """Count from here to the end of the block."""
        from django.core.signals import request_finished, request_started

        flying = cls()
        request_started.connect(flying.begun)
        request_finished.connect(flying.ended)
        yield flying
        request_started.disconnect(flying.begun)
        request_finished.disconnect(flying.ended)


GOES_ON_S = 0.02
LONGEST_S = 20


@pytest.fixture(autouse=True)
def all_answered(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a live server answer what pages asked for before its tables are emptied."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")  # so that it is emptied after this
    with InFlight.watched() as flying:
        yield
        flying.wait()

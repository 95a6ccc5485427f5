"""What do the tests share that look at pages in a browser?"""

import os
import shutil
from collections.abc import Iterator
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

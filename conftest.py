"""What do all tests share, those in the package and those across it?"""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from tests.cast import City

hypothesis_settings.register_profile("usual", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True, max_examples=50)
hypothesis_settings.load_profile("usual")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that compare with a golden file, so that `make golden` finds them."""
    for item in items:
        if "golden" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.golden)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave thousands of collected tests out of every later look for garbage: a tenth less time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def quick_settings() -> Iterator[None]:
    """Spare tests what is right in a city: a slow hash, and every file looked up at the start.

    Every test client starts anew, and looking up all files took longer than most requests.
    """
    from django.test import override_settings

    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=quick, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return what compares a text with `golden/<name>` beside the test, or rewrites that file."""

    def compare(name: str, text: str) -> None:
        path = Path(request.path).parent / "golden" / name
        if os.environ.get("LINLI_GOLDEN") == "rewrite":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path.name} is not written yet: run `make golden`, read its diff."
        assert text == path.read_text(encoding="utf-8"), (
            "Changed: run `make golden`, read its diff."
        )

    return compare


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    """What a process remembers of signed limits and of the dial belongs to one test's database."""
    from linli import clock
    from tests.kept import forget_caches

    forget_caches()
    yield
    forget_caches()
    clock.follow(lambda: clock.WALL)


@pytest.fixture
def city(db: None) -> "City":
    """The small city on the evening of 9 February 2020."""
    from tests import kept
    from tests.cast import build_with_limits

    return kept.put(build_with_limits)

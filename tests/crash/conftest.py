"""A deployment of its own for each test that is hard on it."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.crash.deployment import Deployment, drop_database, fresh_database


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """A deployment on the database that the tests run on, with one of its own."""
    url = os.environ.get("LINLI_DATABASE_URL", "")
    on_postgresql = urlsplit(url).scheme.startswith("postgres")
    own, name = fresh_database(url) if on_postgresql else ("", "")
    made = Deployment(tmp_path, own)
    try:
        made.say("setup", "--password", "not used here", "--city", "W")
        yield made
    finally:
        made.kill()
        if name:
            drop_database(url, name)

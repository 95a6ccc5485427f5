"""Every page x odd values in its address, its query and its form: none breaks.

Pages come from the resolver and the names of fields from the pages' own source, so that a new one
is tried without being named here.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client

import linli.web
from linli import clock
from linli.loops.shipped import ship_limits
from linli.policy.roles import STAFF
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.roster import Post
from tests.callers import still
from tests.cast import EVENING, HOUR, build_city
from tests.policy import stage
from tests.policy.test_pages_crossing import PAGES

pytestmark = [pytest.mark.db, pytest.mark.django_db]

ASKED = re.compile(
    r"""(?:GET|POST|post|given|asked|values|data)(?:\.get(?:list)?\(|\[)f?"([a-z_]+)["\]]"""
)
EVERY_POST, VISITOR = "who holds every post", "a visitor"
QUICK = ("a digit that is no number",)
ODD = {
    "none": b"",
    "a digit that is no number": "²".encode(),
    "digits of another script": "١٢".encode(),
    "the biggest column and one more": str(2**63).encode(),
    "nineteen nines": b"9" * 19,
    "thirty nines": b"9" * 30,
    "less than nothing": b"-1",
    "not a number": b"nan",
    "endless": b"1e999",
    "NUL": b"a\0b",
    "half a character": b"\xed\xa0\x80",
    "no UTF-8": b"\xff\xfe",
    "long": b"a" * 5000,
    "markup": b"<script>'\"&",
    "a day that never was": b"2020-02-30",
    "before all days": b"0001-01-01T00:00",
    "after all days": b"9999-12-31T23:59",
    "the first day": b"0001-01-01",
    "the last day": b"9999-12-31",
    "a pattern": b"%_%\\",
    "braces": b"{0.__class__} {x}",
}


def _names() -> list[str]:
    folder = Path(str(linli.web.__file__)).parent
    found = {n for file in folder.rglob("*.py") for n in ASKED.findall(file.read_text("utf-8"))}
    return sorted(found - {"purpose", "csrfmiddlewaretoken"})


NAMES = _names()


@pytest.fixture(scope="module")
def place(django_db_setup: None, django_db_blocker: Any) -> Iterator[stage.Place]:
    with django_db_blocker.unblock(), transaction.atomic():
        still()
        ship_limits()
        city = build_city()
        made = stage.furnish(city, stage.OWN)
        stage.cast_of_every_role(city)
        made.ids |= stage.imports_of_their_own()
        busy = Account.objects.create_user(EVERY_POST, display_name="Busy", language="en")
        for role in sorted(STAFF):
            post = Post.objects.create(
                role=role, area_id=made.area_id, path=city.areas[stage.OWN].path
            )
            roster.appoint(post, busy, starts_at=clock.moment(EVENING - HOUR))
        yield made
        transaction.set_rollback(True)


def test_the_names_of_fields_are_found() -> None:
    assert {"area", "after", "kind", "name", "token", "uid", "reason"} <= set(NAMES)


@pytest.mark.parametrize("odd", QUICK)
def test_no_page_breaks_on(place: stage.Place, settings: Any, odd: str) -> None:
    assert _broken(place, settings, odd, EVERY_POST) == []


@pytest.mark.search
@pytest.mark.slow
@pytest.mark.parametrize("odd", sorted(ODD.keys() - set(QUICK)))
def test_no_page_breaks_either_on(place: stage.Place, settings: Any, odd: str) -> None:
    assert _broken(place, settings, odd, EVERY_POST) == []


@pytest.mark.parametrize("odd", ["thirty nines", "NUL"])
def test_no_page_breaks_for_a_visitor_on(place: stage.Place, settings: Any, odd: str) -> None:
    assert _broken(place, settings, odd, VISITOR) == []


def _broken(place: stage.Place, settings: Any, odd: str, caller: str) -> list[str]:
    """The calls that an odd value breaks, as a session that the caller keeps."""
    settings.SECOND_FACTOR = False
    settings.GUESS_RATE = settings.FILING_RATE = None
    still()
    client = Client(raise_request_exception=False, headers={"Accept-Language": "en"})
    if caller != VISITOR:
        client.force_login(Account.objects.get(username=caller))
    value = quote(ODD[odd])
    query = "purpose=service&" + "&".join(f"{name}={value}" for name in NAMES)

    broken = []
    for page in PAGES:
        for path in _paths(page, place, value):
            for method, sent in (("GET", ""), ("POST", query)):
                status = _status(client, method, path, query, sent)
                if status >= 500:
                    broken.append(f"{method} {path[:80]}")

    return broken


def _status(client: Client, method: str, path: str, query: str, sent: str) -> int:
    """What a page answers, undone; one that breaks the database's transaction breaks."""
    with transaction.atomic():
        answer = client.generic(
            method, path, sent, "application/x-www-form-urlencoded", QUERY_STRING=query
        )
        answer.getvalue()
        transaction.set_rollback(True)
    return int(answer.status_code)


def _paths(page: str, place: stage.Place, value: str) -> Iterator[str]:
    """The page at what is there, and where a text or a number stands, at what is odd."""
    known = {**place.ids, "item_id": place.rows["requests"], "person_id": place.rows["people"],
             "row_id": 1, "tier": 1, "token": "guess", "username": "ann", "name": "request",
             "mark": "x", "form": "csv", "merge_id": 1, "code": "noise", "number": 1,
             "photo_id": 1, "key": "role-0"}  # fmt: skip
    yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(known[m[1]]), page)
    if "<" in page:
        yield "/" + re.sub(r"<int:\w+>", "9" * 25, re.sub(r"<(?:str|slug):\w+>", value, page))

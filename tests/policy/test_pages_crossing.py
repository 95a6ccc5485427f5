"""Every page x every role x own and foreign area: none breaks, none shows what is not theirs.

The pages come from the resolver, so a new one is crossed without being named here; one with a
parameter nobody gave a value for fails until it has one.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from linli.loops.shipped import ship_limits
from linli.policy.roles import STAFF, Role
from linli.registry.accounts import Account
from linli.registry.kinds import KINDS
from tests.callers import still
from tests.cast import build_city
from tests.policy import stage

pytestmark = pytest.mark.django_db

NOT_OURS = ("account/", "api/", "^api", "open311/", "static/")  # allauth's, and crossed elsewhere
SECRETS = (b"Zhao ash", b"item of ash", b"p-ash", b"h-ash")
FAR_AWAY = 10**8
# That somebody looked, that they were here, that a notice was read: nothing else follows from
# opening a page.
A_LOOK_WRITES = {"audit_record", "django_session", "jobs_notice", "knocks_knock"}
_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)
CALLERS = [Role.VISITOR, Role.RESIDENT, *sorted(STAFF)]


def _pages(patterns: Any, before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if route.startswith(NOT_OURS):
            continue
        if isinstance(pattern, URLPattern):
            yield from _of_each_kind(route)
        else:
            yield from _pages(pattern.url_patterns, route)


def _of_each_kind(route: str) -> Iterator[str]:
    """A page that lists any kind of record is a page for each."""
    if "<slug:kind_name>" not in route:
        yield route
        return
    for kind in KINDS:
        yield route.replace("<slug:kind_name>", kind)


PAGES = sorted(set(_pages(get_resolver().url_patterns)))


@pytest.fixture(scope="module")
def places(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, stage.Place]]:
    with django_db_blocker.unblock(), transaction.atomic():
        still()
        ship_limits()
        city = build_city()
        made = {name: stage.furnish(city, name) for name in (stage.OWN, stage.FOREIGN)}
        stage.cast_of_every_role(city)
        for place in made.values():
            place.ids |= stage.imports_of_their_own()
        yield made
        transaction.set_rollback(True)


def test_there_are_pages_to_cross() -> None:
    assert len(PAGES) > 30


@pytest.mark.parametrize("page", PAGES)
def test_no_page_breaks_or_shows_a_foreign_thing(
    places: dict[str, stage.Place], page: str, settings: Any
) -> None:
    settings.SECOND_FACTOR = False
    still()
    for role in CALLERS:
        client = Client(raise_request_exception=False)
        if role is not Role.VISITOR:
            client.force_login(Account.objects.get(username=f"only_{role}"))
        answers = [_get(client, page, places[stage.OWN])]
        if "<" in page:  # otherwise there is one such page, the same for every place
            answers.append(_get(client, page, places[stage.FOREIGN]))
        shown = [secret for secret in SECRETS if any(secret in a.told for a in answers)]
        assert not shown, f"{role} sees {shown}"
        if "_id>" in page:
            missing = _get(client, page, places[stage.FOREIGN], beyond=FAR_AWAY)
            if not page.startswith(_ANYWHERE):
                assert answers[-1].status_code == missing.status_code, role
            answers.append(missing)
        for answer in answers:
            assert answer.status_code < 500, f"{role}: {answer.told[:500]!r}"
            assert answer.wrote <= A_LOOK_WRITES, f"{role}: a look changes {answer.wrote}"


# Places and what is public have no foreign side; an import is its account's, not an area's.
_ANYWHERE = (
    "map",
    "registry/areas",
    "registry/sites",
    "registry/organisations",
    "registry/duties",
    "registry/imports",
    "requests/<int:item_id>/",
)


def address_of(page: str, place: stage.Place, beyond: int = 0) -> str:
    """The address of a page with its parameters filled in."""
    values: dict[str, Any] = {
        **place.ids,
        "item_id": place.rows["removals" if page.startswith("removals/") else "requests"],
        "person_id": place.rows["people"],
        "row_id": place.rows.get(page.split("/")[1] if "/" in page else "", 1),
        "tier": 1,
        "token": "guess",
        "username": "ann",
        "name": "request" if page.startswith("limits") else "accept",
        "mark": "x",
        "token_id": 1,
        "merge_id": 1,
        "photo_id": 1,
        "number": 1,
        "code": "noise",
        "form": "csv",
        "key": "role-0",
    }

    def fill(match: re.Match[str]) -> str:
        value = values[match[1]]
        return str(value + beyond if isinstance(value, int) and match[1] != "tier" else value)

    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", fill, page)


def _get(client: Client, page: str, place: stage.Place, beyond: int = 0) -> Any:
    """Look at a page, and undo what looking did."""
    path = address_of(page, place, beyond)
    query = {"purpose": "service", "q": "Zhao", "name": "Zhao"}
    wrote: set[str] = set()
    with transaction.atomic(), connection.execute_wrapper(partial(_watch, wrote)):
        answer: Any = client.get(path, query, headers={"Accept-Language": "en"})
        answer.told = answer.getvalue()
        answer.wrote = wrote
        transaction.set_rollback(True)
    return answer


def _watch(wrote: set[str], execute: Any, sql: str, *args: Any) -> Any:
    """Let a statement pass, and note the table that it writes."""
    if found := _WRITES.match(sql):
        wrote.add(found[1])
    return execute(sql, *args)

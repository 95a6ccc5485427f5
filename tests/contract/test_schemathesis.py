"""schemathesis reads the OpenAPI file, sends what fits it and what does not, and finds nothing.

In process, each call undone. Half of the calls name things that are there, so that they get past
"not found". 422 counts as an answer to what fits the file: a rule may refuse what a schema lets
through (an end before its start); every other check is schemathesis' own. That nothing answers
without a token is not asked here (the probe sends it along) but in the crossing, of every role.
Three callers try every operation; the others what is open to their role: that all
else is refused to them is the crossing's to show. Those others are called by `make search`.
Each caller draws other cases, and always the same: `LINLI_SEARCH=50` draws so many of each kind.
"""

import os
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth

from linli import clock
from linli.loops.shipped import ship_limits
from linli.policy.roles import PURPOSES, Role
from linli.registry import roster
from linli.registry.accounts import Account
from linli.site.wsgi import application
from tests.callers import still, token_for
from tests.cast import EVENING, HOUR, POSTS, City, build_city
from tests.policy import stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_connection")]

CALLERS = {None: Role.VISITOR, "ann": Role.RESIDENT, **{name: role for name, role, *_ in POSTS},
           "dov": Role.DRIVER}  # fmt: skip
WIDE = [None, "sam", "lou"]  # nobody, who sees residents, and who runs the deployment
REST = [name for name in CALLERS if name not in {*WIDE, "cleo", "eve"}]  # one of each role
LONG = [pytest.mark.slow, pytest.mark.search]
MARKS = {None: LONG, "lou": LONG}
EXAMPLES = int(os.environ.get("LINLI_SEARCH", "1"))  # of each operation, right and wrong


@pytest.fixture(scope="module")
def city(
    kept_connection: None, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[City, stage.Place]]:
    with django_db_blocker.unblock(), transaction.atomic():
        still()
        ship_limits()
        made = build_city()
        made.accounts["dov"] = driver(made)
        yield made, stage.furnish(made, stage.OWN)
        transaction.set_rollback(True)


def driver(city: City) -> Account:
    """Somebody who drives for the street, whom the cast does not have."""
    account = Account.objects.create_user("dov", display_name="Dov", language="en")
    area = city.areas["elm"]
    post = roster.Post.objects.create(role=Role.DRIVER, area=area, path=area.path)
    roster.appoint(post, account, starts_at=clock.moment(EVENING - HOUR))
    return account


@pytest.fixture(scope="module")
def schema(kept_connection: None) -> Any:
    found = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    found.config.checks.positive_data_acceptance.expected_statuses.append("422")
    return found


@pytest.mark.parametrize("name", [pytest.param(n, marks=MARKS.get(n, ())) for n in WIDE], ids=str)
def test_schemathesis_finds_nothing(city: Any, schema: Any, name: str | None) -> None:
    found = faults(schema, *city, name)

    assert not found, "\n\n".join(found)


@pytest.mark.search
@pytest.mark.slow
def test_schemathesis_finds_nothing_at_the_doors_that_are_open_to_all(
    city: Any, schema: Any
) -> None:
    found = faults(schema, *city, None, only_open=True)

    assert not found, "\n\n".join(found)


@pytest.mark.search
@pytest.mark.slow
@pytest.mark.parametrize("name", REST)
def test_schemathesis_finds_nothing_for_any_other_role(city: Any, schema: Any, name: str) -> None:
    found = faults(schema, *city, name, only_open=True)

    assert not found, "\n\n".join(found)


def test_every_role_is_somebody_who_calls() -> None:
    assert {CALLERS[name] for name in [*WIDE, *REST]} == set(Role) - {Role.SYSTEM}


def faults(
    schema: Any, city: City, place: stage.Place, name: str | None, *, only_open: bool = False
) -> list[str]:
    """What schemathesis finds wrong, calling as one of the cast; nothing is kept of any call."""
    still()
    found = []
    headers = {"Accept-Language": "en"}
    if name is not None:
        headers["Authorization"] = f"Bearer {token_for(city.accounts[name])}"
        headers["X-Purpose"] = next(iter(sorted(PURPOSES.get(CALLERS[name], ()))), "service")
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if only_open and CALLERS[name] not in operation.definition.raw["x-roles"]:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            error = _fault(operation, mode, place, headers, str(name))
            if error:
                found.append(f"{operation.label}: {error}")
    return found


def _fault(
    operation: Any, mode: GenerationMode, place: stage.Place, headers: dict[str, str], who: str
) -> str:  # fmt: skip
    known = {**place.ids, "item_id": place.rows["requests"], "loop": "request"}
    only_who = {k: v for k, v in headers.items() if k == "Authorization"}
    known["row_id"] = place.rows.get(operation.path.split("/")[2], 1)

    @seed(zlib.crc32(f"{who} {operation.label}".encode()))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def call(case: Any, real: bool) -> None:
        if real and mode is GenerationMode.POSITIVE:
            for named in (case.path_parameters, case.query, case.body):
                if isinstance(named, dict):
                    named.update({key: known[key] for key in named if key in known})
        assume(not _says_less_than_it_holds(case))
        sent = headers if mode is GenerationMode.POSITIVE else only_who
        with transaction.atomic():
            case.call_and_validate(headers=sent, excluded_checks=[ignored_auth])
            transaction.set_rollback(True)

    try:
        call()
    except Unsatisfiable:
        return ""  # nothing about this operation can be sent wrong
    except (
        Exception,
        BaseExceptionGroup,
    ) as error:  # every way of failing is a finding, told with its operation
        return f"{type(error).__name__}: {error}"[:1500]
    return ""


def _says_less_than_it_holds(case: Any) -> bool:
    """A query that holds nothing: the client leaves it out, so that what arrives may fit."""
    values = case.query.values() if isinstance(case.query, dict) else ()
    return any(_left_out(value) for value in values)


def _left_out(value: Any) -> bool:
    return value in (None, [], {}) or (isinstance(value, list) and None in value)

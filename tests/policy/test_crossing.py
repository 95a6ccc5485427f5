"""Every operation of the API x every role x own and foreign area: what is declared is what is done.

The operations come from the API's own description, so a new one is crossed without being named
here. What is expected follows from its roles, from whether it has a place, and from whose it is.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from linli.api.app import api
from linli.loops.codelists import code_lists
from linli.loops.shipped import ship_limits
from linli.policy.roles import PURPOSES, STAFF, Role
from linli.registry.duties import Duty
from tests.callers import still
from tests.cast import City, build_city
from tests.policy import stage
from tests.policy.examples import Examples

pytestmark = pytest.mark.django_db  # who may is decided before a database is asked

REFUSED = {401, 403, 404}
JSON = "application/json"
OPEN_TO = {Role.VISITOR, Role.RESIDENT}
FAR_AWAY = 10**9


@cache
def _a_list() -> str:
    """The name of a list of codes."""
    return next(iter(code_lists()))


@dataclass(frozen=True)
class Operation:
    """One operation as its description has it."""

    method: str
    path: str
    says: dict[str, Any]

    @property
    def roles(self) -> set[str]:
        return set(self.says["x-roles"])

    @property
    def id(self) -> str:
        found: str = self.says["operationId"]
        return found

    def reaches(self, role: str, own_area: bool) -> bool:
        """Whether the declarations let this role do it there; nothing there is their own."""
        held = {role} if role == Role.VISITOR else {role, Role.RESIDENT}
        open_to_all = not self.says["x-about-residents"] and not self.says["x-own"]
        if held & self.roles & OPEN_TO and open_to_all:
            return True
        if role in OPEN_TO or role not in self.roles:
            return False
        if self.says["x-whole-city"]:
            return False  # nobody of the cast here holds a post at the top of the tree
        return own_area or not self.says["x-placed"]


DESCRIPTION: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/")))
OPERATIONS = [
    Operation(method, path, says)
    for path, methods in DESCRIPTION["paths"].items()
    for method, says in methods.items()
]
CALLERS = ["visitor", Role.RESIDENT, *sorted(STAFF)]


@dataclass
class World:
    """The city with one of everything in Oak Lane and in Ash Road, and who calls."""

    city: City
    places: dict[str, stage.Place]
    callers: dict[str, dict[str, str]]

    def call(
        self, operation: Operation, role: str, where: str, *, client: Client | None = None,
        beyond: int = 0,
    ) -> Any:  # fmt: skip
        """Call an operation on what stands in a place, and undo what it did."""
        place = self.places[where]
        examples = Examples(DESCRIPTION, place.ids)
        path, row_id = self._path(operation, place, beyond, role)
        step = re.fullmatch(r"/api/\w+/\{item_id\}/(\w+)", operation.path)
        if step and operation.method == "post" and not beyond:
            stage.set_where_a_step_starts(row_id, step[1])
        headers = {"Accept-Language": "en"} | _purpose(operation, role)
        headers |= self.callers[role] if client is None else {}
        body = examples.body(operation.says)
        query = examples.query(operation.says)
        sent, content_type = json.dumps(body).encode() if body is not None else b"", JSON
        if "multipart/form-data" in operation.says.get("requestBody", {}).get("content", {}):
            sent, content_type = (
                encode_multipart(BOUNDARY, stage.a_file(operation.path)),
                MULTIPART_CONTENT,
            )
        with transaction.atomic():
            answer = (client or Client(raise_request_exception=False)).generic(
                operation.method.upper(),
                path,
                sent,
                content_type,
                headers=headers,
                query_params=query,
            )
            answer.told = answer.getvalue()
            transaction.set_rollback(True)
        return answer, row_id

    def _path(
        self, operation: Operation, place: stage.Place, beyond: int, role: str
    ) -> tuple[str, int]:
        word = operation.path.split("/")[2]
        ids = {**place.ids, "row_id": place.rows.get(word, 0), "loop": "request", "code": "noise"}
        ids["item_id"] = ids["row_id"]
        ids["photo_id"] = place.rows.get(f"photos of {word}", 0)
        ids |= {
            "name": _a_list(),
            "kind": "people",
            "figure": "unseen",
            "rule": "people_moved",
            "year": 2020,
            "number": 1,
        }
        if word == "duties":
            ids["row_id"] = Duty.objects.order_by("id").values_list("id", flat=True)[0]
        own = {name: ids[f"{name} of {role}"] for name in ids if f"{name} of {role}" in ids}
        ids |= own
        named = re.findall(r"\{(\w+)\}", operation.path)
        row_id = next((ids[n] for n in named if isinstance(ids[n], int)), 0)
        path = operation.path
        for name in named:
            path = path.replace(f"{{{name}}}", str(_plus(ids[name], beyond)))
        return path, row_id


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Build the city once for all operations: every call is undone, so nobody disturbs another."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _build()
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World) -> World:
    still()
    return built


def _build() -> World:
    still()
    ship_limits()
    city = build_city()
    places = {name: stage.furnish(city, name) for name in (stage.OWN, stage.FOREIGN)}
    for name, place in places.items():
        stage.open_more(city, place, name)
    callers = stage.cast_of_every_role(city)
    for place in places.values():
        place.ids |= stage.imports_of_their_own()
    return World(city, places, callers)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.id)
def test_every_role_may_exactly_what_is_declared_where_it_is_declared(
    world: World, operation: Operation
) -> None:
    foreign = {world.city.areas[n].id for n in ("ash", "ash1", "west", "fir")}

    for role in CALLERS:
        for where in (stage.OWN, stage.FOREIGN):
            if where == stage.FOREIGN and not operation.reaches(role, own_area=True):
                continue  # who is refused at home is refused abroad by the same question
            answer, _ = world.call(operation, role, where)
            status, told = answer.status_code, answer.told.decode(errors="replace")
            at = f"{role} in {where}: {status} {told[:300]}"

            assert status < 500, at
            if operation.reaches(role, where == stage.OWN):
                assert status not in REFUSED, at
                assert not operation.path.endswith("/batch") or answer.json()["opened"], at
            elif operation.method == "get" and status == 200:
                assert not _areas_in(answer.json()) & foreign or role == "visitor", at
                assert answer.json() in ([], {"rows": [], "after": None}), at
            elif operation.path.endswith("/batch") and status == 200:
                assert _all_refused(answer.json()), at
            else:
                assert status in REFUSED, at
                assert set(answer.json()) == {"code", "sentence", "values"}, at


@pytest.mark.parametrize(
    "operation",
    [o for o in OPERATIONS if "_id}" in o.path and o.says["x-placed"]],
    ids=lambda o: o.id,
)
def test_a_foreign_thing_answers_exactly_like_one_that_is_not_there(
    world: World, operation: Operation
) -> None:
    about_places = not operation.says["x-about-residents"]  # a shop's existence is no secret
    for role in CALLERS:
        if operation.reaches(role, own_area=False) or about_places:
            continue
        there, row_id = world.call(operation, role, stage.FOREIGN)
        missing, _ = world.call(operation, role, stage.FOREIGN, beyond=FAR_AWAY)

        assert there.status_code == missing.status_code, f"{role}: {there.told!r}"
        known = there.told.decode().replace(str(row_id), "N")
        unknown = missing.told.decode().replace(str(row_id + FAR_AWAY), "N")
        assert known == unknown, role


@pytest.mark.parametrize(
    "operation",
    [o for o in OPERATIONS if not o.roles & OPEN_TO],
    ids=lambda o: o.id,
)
def test_staff_without_a_second_factor_see_and_do_nothing(
    world: World, operation: Operation, settings: Any
) -> None:
    settings.SECOND_FACTOR = True
    for role in sorted(operation.roles & set(STAFF)):
        client = stage.without_second_factor(Role(role))

        answer, _ = world.call(operation, role, stage.OWN, client=client)

        if answer.status_code == 200 and operation.path.endswith("/batch"):
            assert _all_refused(answer.json()), role
        else:
            assert answer.status_code in {403, 404}, f"{role}: {answer.told!r}"


@pytest.mark.db
@pytest.mark.parametrize(
    "operation",
    [o for o in OPERATIONS if o.method == "get" and o.says["x-about-residents"]],
    ids=lambda o: o.id,
)
def test_a_list_never_holds_a_row_of_another_area(world: World, operation: Operation) -> None:
    foreign = {world.city.areas[n].id for n in ("ash", "ash1")}
    without_area = Operation("get", operation.path, {**operation.says, "parameters": []})

    for role in sorted(operation.roles & set(STAFF)):
        answer, _ = world.call(without_area, role, stage.OWN)

        assert answer.status_code == 200, f"{role}: {answer.told!r}"
        assert b"-ash" not in answer.told, role  # the code of each row of Ash Road ends so
        if answer["Content-Type"].startswith(JSON):
            assert not _areas_in(answer.json()) & foreign, role


def _all_refused(told: dict[str, Any]) -> bool:
    """Whether a bulk call let nothing in."""
    codes = {row["fault"]["code"] for row in told["refused"]}
    return not told["opened"] and codes <= {"not_allowed", "not_found", "second_factor_needed"}


def _purpose(operation: Operation, role: str) -> dict[str, str]:
    """The header with a purpose that the role may have; the first one."""
    if not operation.says["x-about-residents"] or role in OPEN_TO:
        return {}
    return {"X-Purpose": next(iter(sorted(PURPOSES.get(Role(role), ()))), "service")}


def _areas_in(told: Any) -> set[int]:
    """Every area named anywhere in an answer."""
    if isinstance(told, dict):
        own = {v for k, v in told.items() if k == "area_id" and isinstance(v, int)}
        return own.union(*(_areas_in(v) for v in told.values()))
    if isinstance(told, list):
        return set().union(*(_areas_in(part) for part in told)) if told else set()
    return set()


def _plus(value: Any, beyond: int) -> Any:
    return value + beyond if isinstance(value, int) else value

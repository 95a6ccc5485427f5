"""The API's description: kept in a golden file, every name once, every route typed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from ninja.errors import ConfigError

from linli.api.app import api
from linli.api.openapi import Description
from linli.loops.requests.loop import LOOP as REQUEST
from linli.policy.roles import Role


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/")))
    return found


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_description_is_what_the_golden_file_holds(
    description: dict[str, Any], golden: Callable[[str, str], None]
) -> None:
    text = json.dumps(description, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    version = json.dumps(description["info"]["version"])

    golden("openapi.json", text.replace(f'"version": {version}', '"version": "x"'))


def test_no_operation_shares_its_id_with_another(description: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(description)]

    assert len(ids) == len(set(ids))


def test_one_name_never_stands_for_two_schemas() -> None:
    whole = Description(api, "/api/")

    with pytest.raises(ConfigError, match="RequestOpening"):
        whole.add_schema_definitions({"RequestOpening": {"type": "string"}})


def test_every_operation_says_who_may_and_answers_faults_in_one_shape(
    description: dict[str, Any],
) -> None:
    for path, method, operation in operations(description):
        assert operation["x-roles"], f"{method} {path} names no roles"
        assert operation["responses"]["422"] == {"$ref": "#/components/responses/Fault422"}


def test_every_step_of_a_loop_has_its_own_typed_body(description: dict[str, Any]) -> None:
    bodies = [
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for path, _, operation in operations(description)
        if path.startswith("/api/requests/{item_id}/") and "requestBody" in operation
    ]

    steps = [step for step in REQUEST.steps if step.by != {Role.SYSTEM}]
    assert len(bodies) == len(set(bodies)) == len(steps)
    assert all(ref.startswith("#/components/schemas/Request") for ref in bodies)


def test_the_description_is_served_to_anybody(client: Any) -> None:
    answer = client.get("/api/openapi.json")

    assert answer.status_code == 200
    assert "/api/requests" in answer.json()["paths"]

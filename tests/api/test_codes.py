"""S94: the same code everywhere, from the table to the form to the API's description."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from linli.api.app import api
from linli.loops.codelists import code_list, code_lists
from linli.registry.duties import RequestType
from tests.cast import City

pytestmark = pytest.mark.db


def known_sets() -> list[frozenset[str]]:
    """The codes of each list."""
    return [frozenset(c.code for c in one.codes) for one in code_lists().values()]


def enums(node: Any) -> Iterator[frozenset[str]]:
    """Every closed set of texts in the API's description."""
    if isinstance(node, dict):
        if "enum" in node and all(isinstance(value, str) for value in node["enum"]):
            yield frozenset(node["enum"])
        for value in node.values():
            yield from enums(value)
    elif isinstance(node, list):
        for value in node:
            yield from enums(value)


def test_every_closed_column_takes_its_codes_from_a_list(city: City) -> None:
    lists = known_sets()
    columns = {
        f"{model.__name__}.{field.name}": frozenset(
            str(code) for code, _ in field.flatchoices if code not in ("", None)
        )
        for model in apps.get_models()
        if model.__module__.startswith(("linli.registry", "linli.loops"))
        for field in model._meta.concrete_fields
        if field.choices
    }

    assert len(columns) >= 6
    assert {name for name, codes in columns.items() if not any(codes <= one for one in lists)} == (
        set()
    )


def test_every_closed_set_of_the_api_is_a_code_list(city: City) -> None:
    lists = known_sets()

    strangers = [
        sorted(found)
        for found in {one - {""} for one in enums(api.get_openapi_schema())}
        if len(found) > 1 and not any(found <= one for one in lists)
    ]

    assert strangers == []


def test_a_lists_version_changes_with_its_entries_and_only_then(city: City) -> None:
    before, other = code_list("request_type").version, code_list("role").version

    RequestType.objects.create(code="new", name_zh="新", name_en="New", item_class="normal")

    assert code_list("request_type").version != before
    assert code_list("role").version == other


def test_anybody_reads_the_lists_in_their_language(client: Client, city: City) -> None:
    answer = client.get("/api/codes/area_kind", headers={"Accept-Language": "zh-hans"})

    labels = {row["code"]: row["label"] for row in answer.json()["codes"]}
    assert labels["district"] == "区"


def test_an_unknown_list_is_told_in_a_sentence(client: Client, city: City) -> None:
    answer = client.get("/api/codes/nothing", headers={"Accept-Language": "en"})

    assert answer.status_code == 404
    assert "There is no code list nothing" in answer.json()["sentence"]

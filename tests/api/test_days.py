"""Days at the ends of time, in every question to the API: a sentence, and nothing breaks."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from linli.api.app import api
from tests.callers import Caller, still
from tests.cast import City

pytestmark = pytest.mark.db
ENDS = ("0001-01-01", "9999-12-31")
FORMATS = {"date": "", "date-time": "T00:00:00+08:00"}
MAIN = {"disease": "covid19", "signal": "positives.covid19"}


def _kind(schema: dict[str, Any]) -> str:
    found = [schema, *schema.get("anyOf", [])]
    return next((s["format"] for s in found if s.get("format") in FORMATS), "")


PATHS: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/")))["paths"]


def asked() -> Iterator[tuple[str, str, str]]:
    """Every question with a day or a moment in it: path, the name of the day, its format."""
    for path, methods in PATHS.items():
        for one in methods.get("get", {}).get("parameters", []):
            kind = _kind(one["schema"])
            if kind:
                yield path, one["name"], kind


@pytest.fixture(autouse=True)
def evening() -> None:
    still()


def test_no_question_breaks_at_the_ends_of_time(city: City) -> None:
    broken, questions = [], list(asked())
    callers = [Caller(city, who) for who in ("gil", "jo")]
    for path, name, kind in questions:
        needed = [p for p in PATHS[path]["get"]["parameters"] if p.get("required")]
        for end in ENDS:
            said = {p["name"]: _usual(p, city) for p in needed} | {name: end + FORMATS[kind]}
            at = {p["name"]: said.pop(p["name"], 1) for p in needed if p["in"] == "path"}
            for caller in callers:
                told = caller.get(path.format(**at), **said)
                if told.status_code >= 500:
                    broken.append((path, name, end))

    assert len(questions) > 5
    assert broken == []


def _usual(parameter: dict[str, Any], city: City) -> Any:
    if _kind(parameter["schema"]):
        return "2020-02-08" + FORMATS[_kind(parameter["schema"])]
    return MAIN.get(parameter["name"], city.areas["w"].id)

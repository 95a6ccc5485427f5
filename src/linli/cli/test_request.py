"""The request loop at the prompt, by the rights of the account that is named."""

import json

import pytest

from tests.callers import still
from tests.cast import City
from tests.cli.prompt import linli

pytestmark = pytest.mark.db


def test_a_request_is_opened_taken_and_answered_at_the_prompt(city: City) -> None:
    still()
    area = str(city.areas["oak1"].id)
    said = ["--as", "bo", "--area", area, "--type", "noise", "--name", "Ann", "--json"]

    made = json.loads(linli("request", "open", "Drums at night", *said).stdout)
    number = str(made["id"])
    listed = json.loads(linli("request", "list", "--as", "bo", "--json").stdout)
    linli("request", "step", number, "accept", "--as", "bo")
    answer = json.dumps({"note": "Spoke to them.", "result": "done", "reach": "phone"})
    linli("request", "step", number, "answer", "--as", "bo", "--form", answer)
    shown = linli("request", "show", number, "--as", "bo").stdout

    assert [row["id"] for row in listed["rows"]] == [made["id"]]
    assert made["token"]
    assert "answered" in shown
    assert "contact_name: Ann" in shown
    assert "Possible now: deliver" in shown
    assert linli("request", "why", number, "--as", "bo").stdout.strip()


def test_the_prompt_gives_nobody_more_than_their_posts(city: City) -> None:
    still()
    area = str(city.areas["oak1"].id)
    made = json.loads(
        linli("request", "open", "Drums", "--as", "bo", "--area", area, "--type", "noise",
              "--json").stdout
    )  # fmt: skip
    number = str(made["id"])

    foreign = linli("request", "show", number, "--as", "eve", code=2).stderr
    missing = linli("request", "show", "999", "--as", "eve", code=2).stderr

    assert foreign.replace(number, "N") == missing.replace("999", "N")
    assert "no item" in linli("request", "step", number, "accept", "--as", "eve", code=2).stderr
    assert "no account nobody" in linli("request", "list", "--as", "nobody", code=2).stderr
    assert "JSON object" in linli(
        "request", "step", number, "accept", "--as", "bo", "--form", "[", code=2
    ).stderr  # fmt: skip
    assert "no purpose" in linli(
        "request", "list", "--as", "bo", "--purpose", "gossip", code=2
    ).stderr  # fmt: skip

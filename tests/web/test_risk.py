"""The pages, API and command of risk: the list, its reasons, the records behind, what stands in."""

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from linli.cli.main import app
from linli.loops.counted import items
from linli.studies.risk import runs
from linli.studies.risk.test_runs import confirmed, lived, written
from tests.callers import Caller, still
from tests.cast import EVENING, City

pytestmark = pytest.mark.db
__all__ = ["lived"]  # the fixture
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def counted(lived: City, settings: Any) -> City:
    """Oak Lane and the others, counted on the evening of the tests."""
    settings.SECOND_FACTOR = False
    still()
    confirmed(lived, 1)
    runs.keep(now=EVENING, by=None, exercise=False)
    return lived


def opened(city: City, who: str, page: str, query: str = "", **arguments: str) -> Any:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(city.accounts[who], backend=BACKEND)
    return client.get(reverse(page, kwargs=arguments) + query)


def test_the_list_shows_whom_somebody_answers_for_with_their_place_in_the_city(counted: City):
    jo, dee = (opened(counted, who, "risk").content.decode() for who in ("jo", "dee"))

    assert "Oak" in jo
    assert "Ash" in jo
    assert "Oak" in dee
    assert "Ash" not in dee
    assert runs.latest(exercise=False).fingerprint in dee
    assert "people with a chronic illness: Nobody has recorded any in the whole city." in jo
    west = f"?area={counted.areas['west'].id}"
    assert opened(counted, "dee", "risk", west).status_code == 403


def test_a_community_splits_into_factors_that_open_their_records(counted: City):
    oak = f"?area={counted.areas['oak'].id}"
    page = opened(counted, "sam", "risk", oak).content.decode()
    rows = opened(
        counted, "sam", "risk_factor", f"{oak}&side=count&part=0&purpose=service",
        name="aged_65_pct",
    ).content.decode()  # fmt: skip

    assert "on the list of the 1 riskiest" in page
    assert "Nobody has entered where clinicians work." in page
    assert "without all three" in page
    assert "Counted: 6" in rows
    assert "6 records within your reach" in rows


def test_the_file_is_the_list_and_says_what_makes_it_again(counted: City):
    answer = opened(counted, "jo", "risk_file", form="csv")
    told = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    run = runs.latest(exercise=False)

    assert [row["rank"] for row in told] == [str(n + 1) for n in range(run.n_ranked)]
    assert {(row["fingerprint"], row["seed"]) for row in told} == {(run.fingerprint, "1")}
    machine = json.loads(opened(counted, "jo", "risk_file", form="json").content)
    assert machine["rows"][0]["area_id"] == counted.areas["oak"].id


def test_the_api_says_the_same_and_opens_what_stands_in(counted: City):
    oak, elm = counted.areas["oak"].id, counted.areas["elm"].id
    jo, dee = Caller(counted, "jo"), Caller(counted, "dee")
    told = jo.get("/api/risk/community", area_id=oak).json()
    run = runs.latest(exercise=False)

    assert told["row"]["score"] == pytest.approx(run.risk.score[run.place[oak]])
    factors = {one["id"]: one for one in told["factors"]}
    assert factors["no_guard"]["value"] == 1
    assert dee.post("/api/estates/ask", {"area_id": elm}).json() == {"n_opened": 3}
    (estate,) = dee.get("/api/estates", area_id=elm).json()
    assert {one["how"] for one in estate["stands"]} == {"asked"}
    assert items(exercise=False).filter(loop="substitute").count() == 3
    assert Caller(counted, "cy").get("/api/risk", area_id=oak).status_code == 403
    assert jo.get("/api/risk", area_id=oak, run_id=999).status_code == 404


def test_counting_again_by_page_is_for_those_who_study(counted: City):
    written(counted.areas["pine"], "clinicians", 3)
    client = Client(headers={"Accept-Language": "en"})
    for who, status in (("dee", 403), ("jo", 302)):
        client.force_login(counted.accounts[who], backend=BACKEND)
        assert client.post(reverse("risk_count")).status_code == status


def test_the_command_tells_the_same_list_within_the_reach_of_who_asks(
    counted: City, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LINLI_LANG", "en")

    def said(*words: str) -> str:
        return CliRunner().invoke(app, words).output

    run = runs.latest(exercise=False)
    assert f"fingerprint {run.fingerprint}" in said("risk", "--from-records", "--as", "dee")
    assert "1. Oak: " in said("risk", "--from-records", "--as", "dee")
    assert "Ash" not in said("risk", "--from-records", "--as", "dee")
    told = json.loads(said("estates", "--as", "dee", "--ask", "--json"))
    assert (told["n_opened"], len(told["estates"])) == (3, 1)

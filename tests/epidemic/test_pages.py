"""The pages of the course: an area, a file of one's own, Wuhan as published, and files to keep."""

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from linli.studies.epidemic.tables import CurveMark
from tests.callers import still
from tests.cast import City
from tests.epidemic.fallen_ill import LAST, fall_ill

pytestmark = pytest.mark.db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = False
    still()


def caller(city: City, name: str, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(city.accounts[name], backend=BACKEND)
    return client


def wuhan(client: Client, query: str = "") -> Any:
    return client.get(reverse("epidemic_example", kwargs={"name": "wuhan-2020"}) + query)


def test_the_page_tells_r_what_is_missing_what_may_come_and_each_unit_below(city: City):
    fall_ill(city)
    gil = caller(city, "gil")

    english = gil.get(reverse("epidemic")).content.decode()
    chinese = caller(city, "gil", "zh-hans").get(reverse("epidemic")).content.decode()

    assert english.count('role="img"') == 3
    assert "R, 95 %:" in english
    assert "fell ill in 7 days up to" in english
    assert f"?area={city.areas['east'].id}" in english
    assert "Nothing is written onto these days." in english
    assert "再生数" in chinese
    assert "Outbreak" not in chinese


def test_an_order_is_written_onto_the_curve_and_read_off_it_half_a_month_later(city: City):
    fall_ill(city)
    fay = caller(city, "fay")
    address = reverse("epidemic_declare") + f"?area={city.areas['east'].id}"
    closed = LAST - timedelta(days=15)
    words = {"kind": "order", "first_on": closed.isoformat(), "words": "closed <b>strictly</b>"}

    wrong = fay.post(address, words | {"first_on": "soon"})
    made = fay.post(address, words, follow=True).content.decode()
    foreign = fay.post(reverse("epidemic_declare") + f"?area={city.areas['ash'].id}", words)
    taken = fay.post(reverse("epidemic_withdraw", args=[CurveMark.objects.get().id]), follow=True)

    assert wrong.status_code == 422
    assert "soon is no day" in wrong.content.decode()
    assert "closed &lt;b&gt;strictly" in wrong.content.decode()  # what was typed is still there
    assert "(order or measure, Fay)" in made
    assert f"On {closed} (closed &lt;b&gt;strictly&lt;/b&gt;)" in made
    assert f"15 days later, on {LAST}," in made
    assert foreign.status_code == 403
    assert "Nothing is written onto these days." in taken.content.decode()


def test_wuhan_shows_the_order_of_17_february_and_r_that_stays_below_one_once_declared(city: City):
    jo = caller(city, "jo")

    declared = wuhan(jo).content.decode()
    silent = wuhan(jo, "?declared=0").content.decode()
    told = json.loads(wuhan(jo, "?form=json").content)

    assert (
        "On 2020-02-17 (closed strictly, and a search house by house for three days) 1600 new "
        "cases were counted; 15 days later, on 2020-03-03, 114."
    ) in " ".join(declared.replace("1,600", "1600").split())
    assert "2020-02-12 stands so far above" not in declared
    assert "2020-02-12" in silent.split("stand so far above both neighbours")[0].split("warm")[-1]
    r = {row["day"]: row["r"] for row in told["days"] if row["r"] is not None}
    below = min(day for day, value in r.items() if day > "2020-01-26" and value < 1)
    assert "2020-01-31" <= below <= "2020-02-08"
    assert max(value for day, value in r.items() if day > "2020-02-12") < 1


def test_a_file_of_ones_own_is_looked_at_and_not_kept_and_what_is_wrong_is_told(city: City):
    dee = caller(city, "dee")
    days = [date(2019, 12, 20) + timedelta(days=n) for n in range(40)]
    counts = "day,count\n" + "".join(f"{day},{30 + n % 5}\n" for n, day in enumerate(days))
    cases = "onset,reported,area\n" + "".join(
        f"{day},{day + timedelta(days=1 + n % 4)},A\n" for day in days for n in range(6)
    )

    def sent(text: str, **more: str) -> Any:
        file = SimpleUploadedFile("mine.csv", text.encode())
        return dee.post(reverse("epidemic_own"), {"file": file, **more})

    seen = sent(counts, orders="2020-01-05 closed", delay="5,2").content.decode()
    table = list(csv.DictReader(io.StringIO(sent(cases, form="csv").content.decode())))

    assert "On 2020-01-05 (closed) 31 new cases were counted; 15 days later" in seen
    assert "there is no nowcast" in seen
    assert len([row for row in table if row["onset_expected"]]) >= 40
    for text, more, sentence in (
        (counts, {"orders": "soon closed"}, "soon is no day"),
        (counts, {"serial": "7"}, "7 is no mean and spread"),
        (counts, {"window": "99"}, "99 days are too few or too many"),
        (counts.replace("2020-01-03,", "2999-01-03,"), {}, "lies in the future"),
        (counts.replace("2019-12-22,32\n", ""), {}, "has no row for 2019-12-22"),
        (counts.replace("2019-12-22,32", "2019-12-22,-3"), {}, "-3 is below zero"),
        (counts + "2019-12-22,32\n", {}, "has two counts for 2019-12-22"),
        ("day,count\n2020-01-01,3\n2020-01-02,3\n2020-01-03,4\n", {}, "3 days hold no window"),
        ("a,b\n1,2\n", {}, "has no column"),
    ):
        answer = sent(text, **more)
        assert answer.status_code in {200, 422}
        assert sentence in answer.content.decode(), sentence


def test_the_course_is_taken_away_as_a_table_and_for_a_machine(city: City):
    fall_ill(city)
    fay = caller(city, "fay")

    table = fay.get(reverse("epidemic_file", args=["csv"])).content.decode()
    whole = json.loads(fay.get(reverse("epidemic_file", args=["json"])).content)

    rows = list(csv.DictReader(io.StringIO(table)))
    assert rows[-1]["day"] == (LAST + timedelta(days=7)).isoformat()
    assert rows[-1]["forecast"]
    assert rows[-1]["reported"] == ""
    assert whole["area_id"] == city.areas["east"].id
    assert sum(int(row["reported"] or 0) for row in rows) == whole["n_cases"]
    assert fay.get(reverse("epidemic_file", args=["pdf"])).status_code == 404

"""What a computer would read two ways is refused: numbers for days, answers for numbers."""

from uuid import uuid4

import pytest

from tests.callers import NOISE, Caller, still
from tests.cast import EVENING, City

pytestmark = pytest.mark.db


@pytest.mark.parametrize("day", ["2.5e-178", "86400", "1581206400", "2020-02-09T00:00:00"])
def test_a_number_is_no_day(city: City, day: str):
    still()

    answer = Caller(city, None).get("/api/area-codes", system="test", code="x", on=day)

    assert answer.status_code == 422
    assert "on has to be a date such as 2020-02-09" in answer.json()["sentence"]


@pytest.mark.parametrize("moment", [EVENING, str(EVENING), 1e9, True])
def test_a_number_is_no_moment(city: City, moment: object):
    still()
    body = {"area_id": city.areas["oak1"].id, "kind": "noise", "form": NOISE}

    answer = Caller(city, None).post("/api/requests", body | {"happened_at": moment})

    assert answer.status_code == 422
    assert "happened_at has to be a moment such as" in answer.json()["sentence"]


def test_true_is_no_number(city: City):
    still()

    answer = Caller(city, "sam").post("/api/notices/read", {"up_to": True})

    assert answer.status_code == 422
    assert "up_to has to be a whole number" in answer.json()["sentence"]


def test_the_uid_of_somebody_elses_request_tells_nothing_of_it(city: City):
    still()
    body = {"area_id": city.areas["oak1"].id, "kind": "noise", "form": NOISE, "uid": str(uuid4())}
    ann = Caller(city, "ann")
    made = ann.post("/api/requests", body)

    again = ann.post("/api/requests", body)
    guessed = Caller(city, None).post("/api/requests", body)

    assert (made.status_code, again.status_code, guessed.status_code) == (201, 200, 409)
    assert guessed.json()["code"] == "taken"
    assert "stage" not in guessed.json()["values"]

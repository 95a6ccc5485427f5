"""The course by the API: the same figures as the page, and marks by name."""

from datetime import date, timedelta

import pytest

from tests.callers import Caller, still
from tests.cast import City
from tests.epidemic.fallen_ill import LAST, fall_ill

pytestmark = pytest.mark.db
MARKS = "/api/epidemic/marks"


def test_below_a_community_counts_are_for_who_sees_the_cases(city: City):
    still()
    fall_ill(city)
    jo, gil = Caller(city, "jo"), Caller(city, "gil")
    grid, oak = city.areas["oak1"].id, city.areas["oak"].id

    for path in ("/api/epidemic", "/api/what-if/basis"):
        small = jo.get(path, area_id=grid)
        asked = {"name": "n", "area_id": grid, "choices": [{"name": "now"}]}

        assert small.status_code == 403
        assert small.json()["code"] == "too_small"
        assert "Choose its community" in small.json()["sentence"]
        assert gil.get(path, area_id=grid).json().get("code") != "too_small"
        assert jo.get(path, area_id=oak).json().get("code") != "too_small"
    assert jo.post("/api/what-if", asked).json()["code"] == "too_small"


def test_the_api_tells_the_course_and_marks_are_written_and_taken_back(city: City):
    still()
    known = fall_ill(city)
    fay, east = Caller(city, "fay"), city.areas["east"].id
    new = {"area_id": east, "kind": "order", "words": "closed",
           "first_on": str(LAST - timedelta(days=15))}  # fmt: skip

    made = fay.post(MARKS, new)
    told = fay.get("/api/epidemic", area_id=east).json()
    wrong = fay.post(MARKS, new | {"first_on": str(date(2020, 3, 1))})
    refused = Caller(city, "tao").post(MARKS, new)
    taken = fay.post(f"{MARKS}/{made.json()['id']}/withdraw")

    assert made.status_code == 201
    assert told["n_cases"] == sum(row[2] != "ash" for row in known)
    assert told["latest_r"]["low"] < told["latest_r"]["mean"] < told["latest_r"]["high"]
    assert told["marks"][0]["then_on"] == str(LAST)
    assert told["marks"][0]["count_then"] == told["days"][-8]["reported"]
    assert wrong.status_code == 422
    assert "still to come" in wrong.content.decode()
    assert refused.status_code == 403
    assert taken.status_code == 200
    assert fay.get(MARKS, area_id=east).json() == []

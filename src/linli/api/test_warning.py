"""Warnings over the API: the board, a series, a replay, and a look on demand."""

from datetime import timedelta

import pytest

from linli.studies.warning import watch
from linli.studies.warning.test_watch import PLAN, SIGNAL, YESTERDAY, positives
from tests.callers import Caller, still
from tests.cast import EVENING, City

pytestmark = pytest.mark.db


def test_the_board_and_a_series_say_the_same_as_the_pages_and_null_is_unknown(city: City) -> None:
    still()
    for back in range(20):
        positives(city, "oak2", YESTERDAY - timedelta(days=back), back % 2)
    positives(city, "oak1", YESTERDAY, 9)
    watch.run(PLAN, day=YESTERDAY, now=EVENING, exercise=False)
    sam, oak1 = Caller(city, "sam"), city.areas["oak1"].id

    board = sam.get("/api/warning/board").json()
    series = sam.get("/api/warning/series", area_id=oak1, signal=SIGNAL).json()
    replay = sam.get("/api/warning/back-test", area_id=oak1, signal=SIGNAL,
                     event="2020-02-08").json()  # fmt: skip
    item = sam.get(f"/api/warnings/{board['lines'][0]['item_id']}").json()

    assert [line["area_id"] for line in board["lines"]] == [oak1]
    assert board["run"]["n_raised"] == 1
    assert board["lags"][0]["days"] == 1
    assert (series["observed"], series["alarm"]) == (9, True)
    assert series["past"]["counts"][0] is None  # before the first result nothing is known
    assert {one["method"] for one in replay["methods"]} >= {"c2", "bayes", "glr"}
    assert item["stage"] == "raised"


def test_who_reaches_the_whole_city_asks_for_a_look_and_who_answers_elsewhere_sees_nothing(
    city: City,
) -> None:
    assert Caller(city, "jo").post("/api/warning/runs").status_code == 202
    assert Caller(city, "sam").post("/api/warning/runs").status_code == 403
    for name in ("eve", "cy", "ann", "gus"):
        told = Caller(city, name).get("/api/warning/board", area_id=city.areas["oak"].id)
        assert told.status_code == 403

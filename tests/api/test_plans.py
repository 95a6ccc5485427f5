"""Plans by the API: read, checked, signed, held against the records, tried, and ended."""

from typing import Any

import pytest

from linli.loops.counted import items
from tests.callers import NOISE, Caller, still
from tests.cast import EVENING, HOUR, City
from tests.plans import prepared
from tests.plans.prepared import PLAN, signed

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def _evening() -> None:
    still()


def exercise(city: City, by: Caller | None = None, **more: Any) -> Any:
    signed(city)
    body = {"area_id": city.areas["elm"].id, "hours": 6, "reason": "The yearly one."} | more
    return (by or Caller(city, "dee")).post("/api/plans/small/exercise", body)


def test_a_text_is_checked_and_signed_and_read_again(city: City) -> None:
    gil, sam = Caller(city, "gil"), Caller(city, "sam")
    wrong = PLAN.replace('loop = "substitute"', 'loop = "lift"')

    refused = gil.post("/api/plans/check", {"text": wrong})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_plan")
    assert "There is no loop lift" in refused.json()["sentence"]
    assert gil.post("/api/plans/check", {"text": PLAN}).json() == {"code": "small", "n_steps": 3}
    made = gil.post("/api/plans", {"text": PLAN, "note": "Ours."})
    assert (made.status_code, made.json()) == (201, {"code": "small", "version": 1})
    assert sam.post("/api/plans", {"text": PLAN, "note": "Mine."}).status_code == 403

    read = sam.get("/api/plans/small").json()
    assert (read["text"], read["versions"], read["signed_by"]) == (
        PLAN, [1], city.accounts["gil"].id,
    )  # fmt: skip
    assert "small" in {row["code"] for row in sam.get("/api/plans").json()}
    assert sam.get("/api/plans/none").status_code == 404


def test_a_sentence_about_a_plan_is_told_in_chinese(city: City) -> None:
    wrong = PLAN.replace('loop = "substitute"', 'loop = "lift"')

    told = Caller(city, "gil", "zh-hans").post("/api/plans/check", {"text": wrong}).json()

    assert "没有闭环“lift”" in told["sentence"]


def test_readiness_says_what_lacks_and_who_is_to_mend_it(city: City) -> None:
    signed(city)
    sam = Caller(city, "sam")
    oak, elm = city.areas["oak"].id, city.areas["elm"].id

    found = sam.get("/api/plans/small/ready", area_id=oak).json()

    assert (found["n_lines"], found["signal_n"], found["signal_at_least"]) == (10, 0, 1)
    tents = next(line for line in found["lines"] if line["key"] == "stock-1")
    assert (tents["needed"], tents["have"], tents["verdict"]) == (2, None, "no_record")
    assert tents["gaps"][0]["account_id"] == city.accounts["sam"].id
    assert sam.get("/api/plans/small/ready", area_id=elm).status_code == 403
    assert sam.get("/api/plans/small/ready", area_id=city.areas["oak1"].id).status_code == 422
    assert sam.get("/api/plans/small/ready").status_code == 422


def test_an_exercise_is_started_answered_worked_in_and_ended(city: City) -> None:
    dee, sam = Caller(city, "dee"), Caller(city, "sam")
    made = exercise(city, dee)
    assert made.status_code == 201
    number = made.json()["id"]
    board = dee.get(f"/api/plan-runs/{number}").json()
    [order] = board["steps"][0]["item_ids"]
    assert (board["kind"], board["n_gaps_open"]) == ("exercise", board["n_gaps"])

    assert dee.get(f"/api/directives/{order}").status_code == 404  # the city's own work
    dee.headers["X-Exercise"] = "1"
    assert dee.get(f"/api/directives/{order}").status_code == 200
    assert sam.post(f"/api/plan-runs/{number}/answer").status_code == 200
    assert sam.post(f"/api/plan-runs/{number}/end", {"reason": "No."}).status_code == 403
    early = dee.post(f"/api/plan-runs/{number}/take-on")
    assert early.status_code == 409
    board = dee.get(f"/api/plan-runs/{number}").json()
    assert (board["n_called"], board["n_answers"], board["n_in_time"]) == (3, 1, 1)
    [came] = board["answers"]
    assert (came["account_id"], came["role"]) == (city.accounts["sam"].id, "secretary")
    over = dee.post(f"/api/plan-runs/{number}/end", {"reason": "Enough."}).json()
    assert over["score"]["roles"] == {"n": 1, "of": 3, "share": 0.3333}
    del dee.headers["X-Exercise"]
    taken = dee.post(f"/api/plan-runs/{number}/take-on").json()
    assert taken["n_opened"] == items(exercise=False).filter(loop="gap").count() > 0


def test_the_header_does_nothing_for_real_while_no_exercise_is_held(city: City) -> None:
    dee = Caller(city, "dee")
    number = exercise(city, dee).json()["id"]
    [order] = dee.get(f"/api/plan-runs/{number}").json()["steps"][0]["item_ids"]
    dee.headers["X-Exercise"] = "1"
    assert dee.get(f"/api/directives/{order}").status_code == 200

    still(EVENING + 7 * HOUR)

    refused = dee.get(f"/api/directives/{order}")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_exercise")
    said = {"area_id": city.areas["oak1"].id, "kind": "noise", "form": NOISE}
    assert dee.post("/api/requests", said).status_code == 409
    assert items(exercise=False).count() == 0
    del dee.headers["X-Exercise"]
    assert dee.get(f"/api/directives/{order}").status_code == 404


def test_a_start_for_real_is_refused_without_an_emergency_or_a_word(city: City) -> None:
    signed(city)
    gil, body = Caller(city, "gil"), {"area_id": city.areas["east"].id, "reason": "It is time."}

    none = gil.post("/api/plans/small/start", body | {"sure": True})
    assert (none.status_code, none.json()["code"]) == (409, "no_emergency")
    unsure = gil.post("/api/plans/small/start", body | {"sure": False})
    assert (unsure.status_code, unsure.json()["code"]) == (422, "not_sure")
    assert gil.post("/api/plans/small/start", body).status_code == 422
    dee = Caller(city, "dee").post("/api/plans/small/start", body | {"sure": True})
    assert dee.status_code == 403


@pytest.mark.parametrize("wrong", [{"hours": 0}, {"hours": 1000}, {"reason": ""}, {"area_id": 0}])
def test_a_start_that_makes_no_sense_is_refused(city: City, wrong: dict[str, Any]) -> None:
    assert exercise(city, **wrong).status_code == 422


def test_something_is_held_back_by_the_api_and_let_go(city: City) -> None:
    signed(city)
    tents = prepared.stock(city, "oak", "tent", 3, unit="piece")
    dee = Caller(city, "dee")
    body = {"kind": "resources", "record_id": tents.id, "quantity": 2, "plan": "small",
            "area_id": city.areas["elm"].id, "reason": "For the night."}  # fmt: skip

    for no_number in (True, "much", -1, 1e308):
        assert dee.post("/api/reserves", body | {"quantity": no_number}).status_code == 422
    made = dee.post("/api/reserves", body)
    assert made.status_code == 201
    again = dee.post("/api/reserves", body)
    assert (again.status_code, again.json()["code"]) == (409, "held_back")
    assert Caller(city, "sam").post("/api/reserves", body).status_code == 403
    [row] = dee.get("/api/reserves").json()["rows"]
    assert (row["quantity"], row["plan"]) == (2, "small")
    assert dee.post(f"/api/reserves/{row['id']}/lift").status_code == 200
    assert dee.get("/api/reserves").json()["rows"] == []


def test_lists_go_by_key(city: City) -> None:
    exercise(city)
    gil = Caller(city, "gil")
    west = {"area_id": city.areas["west"].id, "hours": 2, "reason": "Another one."}
    assert gil.post("/api/plans/small/exercise", west).status_code == 201

    first = gil.get("/api/plan-runs", most=1).json()
    second = gil.get("/api/plan-runs", most=1, after=first["after"]).json()

    assert {first["rows"][0]["area_id"], second["rows"][0]["area_id"]} == {
        city.areas["elm"].id, city.areas["west"].id,
    }  # fmt: skip
    eve = Caller(city, "eve").get("/api/plan-runs").json()["rows"]
    assert [row["area_id"] for row in eve] == [city.areas["west"].id]

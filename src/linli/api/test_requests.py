"""A request travels its loop through the API, and every refusal has one shape."""

from uuid import uuid4

import pytest

from tests.callers import NOISE, Caller, open_noise, still
from tests.cast import City

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def evening() -> None:
    still()


def test_a_resident_asks_a_worker_answers_and_the_resident_rates(city: City) -> None:
    ann, bo = Caller(city, "ann"), Caller(city, "bo")
    item = open_noise(city, ann)
    worker = bo.get(f"/api/requests/{item}").json()["holder_id"]
    cy = Caller(city, next(n for n, a in city.accounts.items() if a.id == worker))

    assert cy.post(f"/api/requests/{item}/accept").json()["stage"] == "working"
    said = {"note": "Spoke to them.", "result": "done", "reach": "page"}
    assert cy.post(f"/api/requests/{item}/answer", said).json()["stage"] == "answered"
    rated = ann.post(f"/api/requests/{item}/rate", {"solved": True, "satisfied": 5}, purpose=None)

    assert rated.json() == {"id": item, "stage": "closed", "stage_label": "closed", "again": False}
    history = bo.get(f"/api/requests/{item}/history").json()
    assert [e["step"] for e in history] == ["open", "assign", "accept", "answer", "rate"]
    assert bo.get(f"/api/requests/{item}/why").json()["sentences"]


def test_a_visitor_follows_the_own_request_by_its_token_and_nobody_elses(city: City) -> None:
    nobody = Caller(city, None)
    body = {"area_id": city.areas["oak1"].id, "kind": "noise", "form": NOISE}
    made = nobody.post("/api/requests", body).json()

    seen = nobody.get(f"/api/requests/{made['id']}", token=made["token"], purpose=None)
    wrong = nobody.get(f"/api/requests/{made['id']}", token="guess", purpose=None)

    assert seen.json()["own"] is True
    assert seen.json()["data"]["contact_name"] == "Ann Example"
    assert wrong.status_code == 404


def test_the_same_uid_twice_is_once_and_so_is_the_same_key(city: City) -> None:
    ann = Caller(city, "ann")
    body = {"area_id": city.areas["oak1"].id, "form": NOISE}

    first = ann.post("/api/requests", body | {"uid": str(uuid4())})
    second = ann.post("/api/requests", body | {"uid": first.json()["uid"]})
    keyed = [ann.post("/api/requests", body, **{"Idempotency-Key": "k1"}) for _ in "ab"]

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert [a.status_code for a in keyed] == [201, 200]


def test_two_visitors_who_send_the_same_key_stay_two(city: City) -> None:
    nobody = Caller(city, None)
    bodies = [{"area_id": city.areas[a].id, "form": NOISE} for a in ("oak1", "ash1")]

    made = [nobody.post("/api/requests", body, **{"Idempotency-Key": "1"}) for body in bodies]

    assert made[0].json()["id"] != made[1].json()["id"]
    assert all(a.json()["token"] for a in made)


def test_a_desk_opens_many_and_is_told_of_each_that_is_refused(city: City) -> None:
    good = {"area_id": city.areas["oak1"].id, "kind": "noise", "form": NOISE}
    twice = {**good, "uid": str(uuid4())}
    rows = [good, twice, {**good, "area_id": city.areas["ash1"].id}, twice]

    told = Caller(city, "bo").post("/api/requests/batch", {"rows": rows}).json()

    assert [row["again"] for row in told["opened"]] == [False, False, True]
    assert [(row["index"], row["fault"]["code"]) for row in told["refused"]] == [(2, "not_allowed")]


def test_the_list_goes_by_key_and_shows_no_other_area(city: City) -> None:
    ann, bo, eve = Caller(city, "ann"), Caller(city, "bo"), Caller(city, "eve")
    ids = [open_noise(city, ann) for _ in range(3)]

    first = bo.get("/api/requests", most=2).json()
    rest = bo.get("/api/requests", most=2, after=first["after"]).json()

    assert [row["id"] for row in first["rows"] + rest["rows"]] == ids[::-1]
    assert rest["after"] is None
    assert eve.get("/api/requests").json()["rows"] == []


def test_a_foreign_item_answers_exactly_like_one_that_is_not_there(city: City) -> None:
    item = open_noise(city, Caller(city, "ann"))
    eve = Caller(city, "eve")

    for path in ("", "/history", "/why"):
        there = eve.get(f"/api/requests/{item}{path}")
        missing = eve.get(f"/api/requests/{item + 1000}{path}")
        assert there.status_code == missing.status_code == 404
        assert there.content.replace(b"%d" % item, b"N") == missing.content.replace(
            b"%d" % (item + 1000), b"N"
        )
    assert eve.post(f"/api/requests/{item}/accept").status_code == 404


def test_staff_say_what_they_look_at_a_request_for(city: City) -> None:
    item = open_noise(city, Caller(city, "ann"))
    bo = Caller(city, "bo")

    assert bo.get(f"/api/requests/{item}", purpose=None).json()["code"] == "purpose_needed"
    assert bo.get(f"/api/requests/{item}", purpose="gossip").json()["code"] == "unknown_purpose"


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "cannot take the step"), ("zh-hans", "现在可以")]
)
def test_a_step_that_is_not_possible_says_what_is(city: City, language: str, sentence: str) -> None:
    item = open_noise(city, Caller(city, "ann"))

    said = {"note": "Done.", "result": "done", "reach": "page"}
    answer = Caller(city, "bo", language).post(f"/api/requests/{item}/answer", said)

    assert answer.status_code == 409
    assert answer.json()["code"] == "step_not_possible"
    assert sentence in answer.json()["sentence"]


def test_rules_for_every_area_take_a_post_at_the_top(city: City) -> None:
    lou, gil, fay = (Caller(city, name) for name in ("lou", "gil", "fay"))
    text = lou.get("/api/limits/request").json()["text"]
    duty = {"code": "lifts", "topic": "lifts", "name_zh": "电梯", "name_en": "Lifts",
            "valid_from": "2020-02-01"}  # fmt: skip

    signed = gil.post("/api/limits/request", {"text": text, "note": "Again."})

    assert (signed.status_code, signed.json()["version"]) == (201, 2)
    assert fay.post("/api/limits/request", {"text": text}).status_code == 403
    assert Caller(city, "ida").post("/api/duties", duty).status_code == 201


def test_a_secretary_makes_no_commander(city: City) -> None:
    post = {"role": "city_command", "area_id": city.areas["oak"].id}

    answer = Caller(city, "sam").post("/api/roster/posts", post)

    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    assert "city tier" in answer.json()["sentence"]

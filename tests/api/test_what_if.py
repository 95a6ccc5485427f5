"""A what-if by the API: what it would begin with, the run, its tables, and who signs."""

from io import BytesIO

import duckdb
import pytest

from linli.jobs import queue
from tests.callers import Caller, still
from tests.cast import City
from tests.crowd import Crowd

pytestmark = pytest.mark.db


@pytest.fixture
def crowd(city: City) -> Crowd:
    import linli.studies.simulation.jobs  # noqa: F401 - so that the kind of job is known

    still()
    made = Crowd(city)
    made.fall_ill(24)
    return made


def test_a_question_is_asked_answered_taken_away_and_signed(crowd: Crowd, tmp_path):
    gil = Caller(crowd.city, "gil")
    area_id = crowd.city.areas["w"].id
    basis = gil.get("/api/what-if/basis", area_id=area_id).json()
    wait = next(p for p in basis["parameters"] if p["name"] == "report_wait")
    assert (basis["n_people"], wait["n_records"], wait["from_records"]) == (720, 24, True)

    asked = gil.post(
        "/api/what-if",
        {
            "name": "Tonight", "area_id": area_id, "n_days": 8, "most_seeds": 2,
            "choices": [{"name": "as now"}, {"name": "close", "close": "all"}],
        },
    )  # fmt: skip
    assert asked.status_code == 202
    address = f"/api/what-if/{asked.json()['id']}"
    early = gil.get(f"{address}/parquet")
    assert (early.status_code, early.json()["code"]) == (409, "what_if_running")
    assert queue.run_next()

    answer = gil.get(address).json()
    assert (answer["state"], answer["names"]) == ("done", ["as now", "close"])
    assert answer["outcomes"]["close"]["infections"]["less"]["low"] is not None
    waits = answer["waits"]["close"]
    assert {"tests", "tracers", "wards", "intensive", "rooms"} <= set(waits)
    assert "deliveries" not in waits  # nobody counts them, which is not 0
    assert "undelivered_days" not in answer["outcomes"]["close"]
    assert len(waits["wards"]["longest_days"]) == 3
    [mark] = answer["marks"]
    assert (mark["on"], mark["of"], mark["choices"]) == ("2020-02-09", "choice", ["close"])
    assert mark["words"] == "gates are kept; 10 % of contacts outside go on"
    assert mark["series"]["reports"]["close"] == {
        "then": dict(zip(
            ("low", "middle", "high"),
            (band[0] for band in answer["bands"]["close"]["reports"]), strict=True,
        )), "later": None,
    }  # fmt: skip
    path = tmp_path / "days.parquet"
    path.write_bytes(BytesIO(gil.get(f"{address}/parquet").getvalue()).read())
    [(n, last)] = duckdb.sql(
        f"SELECT count(*), max(day) FROM '{path}' WHERE series = 'infections'"
    ).fetchall()
    assert (n, last) == (16, 7)
    signed = gil.post(f"{address}/decisions", {"choice": "close", "reason": "Beds run out."})
    assert signed.json()["signed_name"] == "Gil"
    assert gil.get(address).json()["decisions"][0]["reason"] == "Beds run out."
    assert gil.get("/api/what-if").json()["rows"][0]["n_done"] > 0


def test_what_cannot_be_is_refused_in_the_readers_language(crowd: Crowd):
    gil = Caller(crowd.city, "gil", language="zh-hans")
    wrong = {"name": "关闭", "close": "all", "leakage": 1.3}

    answer = gil.post(
        "/api/what-if",
        {"name": "今晚", "area_id": crowd.city.areas["w"].id, "choices": [wrong]},
    )

    assert answer.status_code == 422
    assert answer.json()["sentence"] == "方案“关闭”，大门漏出的比例：1.3不是比例，请填0到1。"


def test_orders_in_force_stand_on_the_curves_for_who_may_see_them(crowd: Crowd):
    gil, area = Caller(crowd.city, "gil"), crowd.city.areas["w"]
    order = {"area_id": area.id, "kind": "order", "first_on": "2020-02-01", "words": "封闭管理"}
    assert gil.post("/api/epidemic/marks", order).status_code == 201
    made = gil.post(
        "/api/what-if",
        {"name": "t", "area_id": area.id, "n_days": 20, "most_seeds": 2,
         "choices": [{"name": "now"}, {"name": "beds", "shelter_beds": 9, "shelter_from": 2}]},
    )  # fmt: skip
    assert queue.run_next()

    answer = gil.get(f"/api/what-if/{made.json()['id']}").json()

    first, second = answer["marks"]
    assert (first["words"], first["of"], first["day"]) == ("封闭管理", "order", -8)
    counted, later = first["series"]["reports"]["now"].values()
    assert counted == {"middle": answer["start"]["reports"][20], "low": None, "high": None}
    assert later["middle"] == answer["bands"]["now"]["reports"][1][7]
    assert (second["words"], second["choices"]) == ("9 beds are opened", ["beds"])
    assert second["series"]["reports"]["beds"]["later"] is not None
    assert "reports" in second["series"]
    assert "deaths" not in first["series"]  # of days before nothing is known but reports

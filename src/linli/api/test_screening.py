"""The rounds by the API: a batch is answered row by row, and counts open the list of names."""

import pytest

from linli.loops.screening import counting
from linli.loops.screening.tables import Report
from tests.callers import Caller, still
from tests.cast import City
from tests.doors import SEQ, TODAY, Doors, move_in, open_round

pytestmark = pytest.mark.db
UID = "01234567-89ab-4def-8123-456789abcde{n}"


@pytest.fixture
def doors(city: City) -> Doors:
    still()
    found = move_in(city)
    open_round(city)
    return found


def body(*reports: dict) -> dict:
    """A batch as a phone sends it."""
    common = {"seq": SEQ, "day": TODAY.isoformat()}
    return {"reports": [common | {"uid": UID.format(n=n)} | r for n, r in enumerate(reports)]}


def send(city: City, name: str, *reports: dict, purpose: str | None = "screening"):
    return Caller(city, name).post("/api/screening/reports", body(*reports), purpose=purpose)


def test_each_report_of_a_batch_has_its_answer(city: City, doors: Doors) -> None:
    answer = send(
        city,
        "cy",
        {"household_id": doors.households["101"].id},
        {"person_id": doors.people["Qian One"].id, "seen": "refused"},
        {"person_id": doors.people["Li One"].id},
    )

    told = answer.json()["answers"]
    assert [(one["outcome"], one["n_persons"]) for one in told] == [
        ("accepted", 3), ("accepted", 1), ("rejected", 0),
    ]  # fmt: skip
    assert told[2]["fault"]["code"] == "not_found"


def test_a_batch_sent_twice_is_once(city: City, doors: Doors) -> None:
    cy, batch = Caller(city, "cy"), body({"household_id": doors.households["101"].id})

    first, again = (
        cy.post("/api/screening/reports", batch, purpose="screening").json()["answers"][0]
        for _ in range(2)
    )

    assert (first["outcome"], again["outcome"]) == ("accepted", "duplicate")
    assert Report.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "purpose", "status"),
    [("cy", None, 403), ("cy", "care", 200), ("quin", "screening", 403), (None, None, 401)],
)
def test_reports_take_a_post_and_a_purpose(
    city: City, doors: Doors, name: str | None, purpose: str | None, status: int
) -> None:
    sent = body({"person_id": doors.people["Qian One"].id})

    answer = Caller(city, name).post("/api/screening/reports", sent, purpose=purpose)

    assert answer.status_code == status
    assert Report.objects.exists() is (status == 200)


@pytest.mark.parametrize(
    "wrong", [{"seq": 0}, {"seq": 2**63}, {"seen": "asleep"}, {"day": "soon"}, {"extra": 1}]
)
def test_a_report_that_cannot_be_read_is_told_and_nothing_is_written(
    city: City, doors: Doors, wrong: dict
) -> None:
    answer = send(city, "cy", {"person_id": doors.people["Qian One"].id} | wrong)

    assert answer.status_code == 422
    assert not Report.objects.exists()


def test_the_board_balances_and_opens_its_list_of_names(city: City, doors: Doors) -> None:
    send(city, "cy", {"household_id": doors.households["101"].id})
    counting.count_expected(TODAY)
    dee = Caller(city, "dee")

    board = dee.get("/api/screening/coverage", area_id=city.areas["elm"].id).json()
    names = dee.get(
        "/api/screening/uncovered", area_id=city.areas["oak"].id, purpose="screening"
    ).json()

    assert (board["expected"], board["checked"], board["uncovered"]) == (6, 3, 3)
    assert board["expected"] == sum(row["expected"] for row in board["below"])
    listed = {p["name"] for row in names["rows"] for p in row["people"]}
    assert listed == {"Qian One", "Sun One", "Sun Two"}


def test_names_are_for_who_works_there_and_counts_for_who_commands(
    city: City, doors: Doors
) -> None:
    area = city.areas["oak"].id
    may_count = {"gil": 200, "fay": 200, "jo": 200, "eve": 403, "gus": 403}
    for name, counts in may_count.items():
        caller = Caller(city, name)
        names = caller.get("/api/screening/uncovered", area_id=area, purpose="screening")
        assert names.status_code == 403, name
        assert caller.get("/api/screening/coverage", area_id=area).status_code == counts, name


def test_signals_come_with_null_for_what_nobody_knows(city: City, doors: Doors) -> None:
    fever = {"person_id": doors.people["Qian One"].id, "answers": {"temperature_c": 38.2}}
    send(city, "cy", fever)

    told = Caller(city, "fay").get(
        "/api/signals", first="2020-02-08", last="2020-02-09", area_id=city.areas["elm"].id
    ).json()  # fmt: skip

    assert told["days"] == ["2020-02-08", "2020-02-09"]
    assert [a["counts"]["fevers"] for a in told["areas"]] == [[None, 1], [None, 1], [None, 0]]

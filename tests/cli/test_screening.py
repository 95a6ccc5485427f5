"""`linli screening` and `linli check`, as somebody at the prompt meets them."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from linli.cli.doctor import Grade, examine
from linli.loops.screening import partitions
from linli.loops.screening.tables import Count
from tests.callers import still
from tests.cast import City
from tests.cli.prompt import linli
from tests.doors import TODAY, Doors, move_in, open_round, tell, told

pytestmark = pytest.mark.db


@pytest.fixture
def doors(city: City) -> Doors:
    still()
    found = move_in(city)
    open_round(city)
    return found


def answer(*said: str, code: int = 0) -> Any:
    return json.loads(linli("screening", *said, "--json", code=code).stdout)


def grade_of_partitions() -> Grade:
    return next(f.grade for f in examine() if f.check == "partitions")


def test_the_check_tells_of_reports_in_no_days_partition(city: City, doors: Doors) -> None:
    tell(city.actor("cy"), told(household=doors.households["101"]))
    if connection.vendor == "postgresql":
        assert grade_of_partitions() is Grade.WARNING

    partitions.ensure(TODAY)

    assert grade_of_partitions() is Grade.GOOD


def test_a_file_goes_in_and_each_rejected_row_has_its_sentence(
    city: City, doors: Doors, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("household,day,seen\nh101,2020-02-09,checked\nh999,2020-02-09,checked\n")

    found = answer("report", str(path), "--as", "sam", code=1)

    assert found["counts"] == {"accepted": 1, "rejected": 1}
    assert found["rejected"][0]["row"] == 3
    assert "h999" in found["rejected"][0]["reason"]


def test_the_coverage_and_its_list_are_told_to_who_may(city: City, doors: Doors) -> None:
    tell(city.actor("cy"), told(household=doors.households["101"]))
    assert answer("count", "--day", "2020-02-09")["reports"] == 3
    oak = str(city.areas["oak"].id)

    rows = answer("coverage", "--as", "gil", "--area", oak)["rows"]
    listed = answer("uncovered", "--as", "sam", "--area", oak)

    assert [(row["expected"], row["checked"], row["uncovered"]) for row in rows] == [
        (6, 3, 3), (4, 3, 1), (2, 0, 2),
    ]  # fmt: skip
    assert sum(len(door["people"]) for door in listed) == 3
    assert "may not" in linli("screening", "uncovered", "--as", "eve", "--area", oak, code=2).stderr


def test_a_counter_that_was_tampered_with_is_found(city: City, doors: Doors) -> None:
    tell(city.actor("cy"), told(household=doors.households["101"]))
    Count.objects.filter(n_checked=3).update(n_checked=4)

    assert answer("count", code=1)["differ"] == [city.areas["oak1"].id]


def test_a_day_that_is_none_is_told_in_one_sentence(city: City, doors: Doors) -> None:
    said = linli("screening", "count", "--day", "yesterday", code=2).stderr

    assert "no day" in said

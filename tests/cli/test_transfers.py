"""Beds, the queue, the board, the gates and a proposal at the prompt."""

import json

import pytest

from linli import clock
from tests.bedside import Bedside
from tests.cast import City
from tests.cli.prompt import linli

pytestmark = pytest.mark.db


@pytest.fixture
def bedside(city: City) -> Bedside:
    """The hospital; the grid and the street have their points on the map."""
    for name, point in (("oak1", (114.31, 30.61)), ("elm", (114.30, 30.60))):
        area = city.areas[name]
        area.longitude, area.latitude = point
        area.save()
    made = Bedside(city)
    clock.follow(lambda: clock.Dial(shown=made.now + 60, speed=0))
    return made


def test_a_ward_is_counted_and_found_at_the_prompt(bedside: Bedside) -> None:
    ward = bedside.ward(n_beds=3)

    counted = ("--beds", "9", "--blocked", "2", "--source", "sister", "--as", "hal")
    linli("beds", "count", str(ward.id), *counted)
    need = ("--category", "confirmed", "--severity", "severe")
    at = ("--longitude", "114.3", "--latitude", "30.6")
    found = linli("beds", "find", *need, *at, "--as", "dee", "--json")

    told = json.loads(found.stdout)
    assert [(one["ward_id"], one["n_free"]) for one in told] == [(ward.id, 7)]
    assert "7 / 9" in linli("beds", "find", "--as", "dee").stdout


def test_a_count_that_does_not_add_up_and_a_word_nobody_knows_are_refused(
    bedside: Bedside,
) -> None:
    ward = bedside.ward(n_beds=3)

    bad = linli("beds", "count", str(ward.id), "--beds", "2", "--blocked", "5", "--source", "x",
                "--as", "hal", code=2)  # fmt: skip
    assert "does not add up" in bad.stderr
    assert "none we know" in linli(
        "beds", "find", "--category", "sick", "--as", "dee", code=2
    ).stderr  # fmt: skip
    linli("beds", "count", str(ward.id), "--beds", "2", "--source", "x", "--as", "ann", code=2)


def test_the_queue_the_board_and_a_proposal_are_told(bedside: Bedside) -> None:
    bedside.ward(n_beds=1)
    first, second = bedside.waiting("severe"), bedside.waiting()

    queue = json.loads(linli("transfers", "queue", "--as", "dee", "--json").stdout)
    board = json.loads(linli("transfers", "board", "--as", "fay", "--json").stdout)
    plan = json.loads(linli("transfers", "plan", "--as", "dee", "--json").stdout)

    assert [(row["id"], row["position"]) for row in queue] == [(first, 1), (second, 2)]
    assert {row["severity"]: row["waiting"] for row in board["classes"]}["severe"] == 1
    moved = [r["transfer_id"] for run in plan["runs"] for r in run["riders"]]
    assert len(moved) + sum(len(left["transfers"]) for left in plan["left"]) == 2
    assert linli("transfers", "queue", "--as", "quin", code=2).stdout == ""


def test_the_gates_of_a_run_exit_with_one_while_one_is_shut(bedside: Bedside) -> None:
    run = bedside.run(bedside.confirmed(bedside.ward()))

    shut = linli("transfers", "gates", str(run), "--as", "dov", code=1)
    bedside.looked_at(run)
    linli("transfers", "gates", str(run), "--as", "dov")

    assert "Nobody has looked whether the road is open" in shut.stdout

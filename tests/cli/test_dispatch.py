"""What a dispatcher says at the prompt is planned and checked, and a wrong cell is named."""

import json
from pathlib import Path

import pytest

from tests.cli.prompt import linli

PATIENTS = """id,lon,lat,category,severity,count,told
a,114.31,30.56,confirmed,mild,12,yes
b,114.32,30.55,confirmed,mild,6,yes
c,114.33,30.56,confirmed,severe,2,yes
"""
BEDS = """facility,lon,lat,bed,category,severities,free,receiver
shelter,114.34,30.55,hall,confirmed,mild;ordinary,40,dee
ward,114.35,30.56,w,confirmed,severe;critical,4,hal
"""
VEHICLES = "id,lon,lat,seats\nbus 1,114.32,30.56,20\nbus 2,114.32,30.56,8\n"
CREWS = "id,lon,lat,escorts\ncrew 1,114.32,30.56,2\n"
PLAN = """trip,vehicle,crew,leaves,patient,facility,bed,confirmed
t1,bus 1,crew 1,0:00,a,shelter,hall,yes
t1,bus 1,crew 1,0:00,b,shelter,hall,yes
t2,bus 2,,0:00,c,ward,w,yes
"""
NEEDS = "post,shift,begins,hours,n\ngate,morning,6,8,1\ngate,evening,14,8,1\ngate,night,22,8,1\n"
WORKERS = "id,off\nw1,\nw2,\nw3,\nw4,\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, text in (
        ("patients", PATIENTS),
        ("beds", BEDS),
        ("vehicles", VEHICLES),
        ("crews", CREWS),
        ("plan", PLAN),
        ("needs", NEEDS),
        ("workers", WORKERS),
    ):
        (tmp_path / f"{name}.csv").write_text(text)  # fmt: skip
    return tmp_path


def say(command: str, files: Path, *names: str, more: tuple[str, ...] = (), code: int = 0):
    paths = [str(files / f"{name}.csv") for name in names]
    return linli("dispatch", command, *paths, *more, code=code)


FOUR = ("patients", "beds", "vehicles", "crews")


def test_beds_are_given_with_their_reasons(files):
    said = say("place", files, "patients", "beds").stdout

    assert "20 have a bed, 0 wait" in said
    assert "estimate" in said


def test_a_plan_names_receivers_and_tells_of_other_numbers_of_crews(files):
    said = say("plan", files, *FOUR).stdout
    told = json.loads(say("plan", files, *FOUR, more=("--json",)).stdout)

    assert "(dee)" in said
    assert "With 2 crews:" in said
    assert told["passes"]
    assert told["unserved"] == 0
    assert set(told["crews"]) == {"2", "4", "8", "15"}


def test_a_plan_typed_by_hand_is_held_against_every_law(files):
    refused = say("check", files, "plan", *FOUR, code=1).stdout
    (files / "plan.csv").write_text(PLAN.replace("t2,bus 2,,0:00", "t2,bus 2,crew 1,3:00"))
    passed = say("check", files, "plan", *FOUR).stdout

    assert "t2 has no crew, and 1 escorts are needed" in refused
    assert "keeps every law" in passed


def test_a_roster_names_its_gap_and_the_norm(files):
    said = say("roster", files, "needs", "workers", more=("--households", "2500")).stdout

    assert "1 missing" in said
    assert "the norm asks for 11" in said


def test_the_night_is_refused_as_it_was_sent(files):
    told = json.loads(linli("dispatch", "night", "--as-it-was", "--json").stdout)

    assert len(told["as_it_was"]["refused"]) == 3
    assert all(told["as_it_was"]["refused"].values())


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        ("patients", "a,114.31,30.56,confirmed", "a,114.31,30.56,", "line 2, column category"),
        ("patients", "30.56,confirmed,mild,12", "30.56,ill,mild,12", "ill is not known"),
        ("patients", "mild,12", "mild,0", "0 is less than 1"),
        ("patients", "114.31", "here", "here is no place"),
        ("patients", "b,114.32", "a,114.32", "a stands on line 2 already"),
        ("vehicles", "30.56,20", "30.56,0", "line 2, column seats: bus 1 has 0 seats"),
        ("beds", "4,hal", "four,hal", "four is no whole number"),
        ("crews", ",escorts", ",people", "column escorts: there is no such column"),
    ],
)
def test_a_wrong_cell_is_named_with_its_row_and_column(files, table, old, new, said):
    path = files / f"{table}.csv"
    path.write_text(path.read_text().replace(old, new, 1))

    refused = say("plan", files, *FOUR, code=2)

    assert said in refused.stderr

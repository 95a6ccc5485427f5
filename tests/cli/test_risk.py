"""Do `linli risk` and `risk-check` rank, explain and measure plain files, and refuse wrong ones?"""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from linli.analysis.risk.model import shipped
from linli.analysis.risk.simulated import Simulated, city
from linli.cli.main import app


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LINLI_LANG", "en")
    return lambda *words: CliRunner().invoke(app, [*map(str, words)])


@pytest.fixture
def made() -> Simulated:
    effects = {"crowded_homes_pct": 0.7, "no_guard": 0.5}
    return city(shipped("community"), n=150, seed=4, effects=effects, near=1.5)


@pytest.fixture
def files(tmp_path: Path, made: Simulated) -> Path:
    place = made.communities
    with (tmp_path / "places.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "longitude", "latitude", "population", "district", *place.factors])
        for n, one in enumerate(place.ids):
            out.writerow([one, *place.points[n], place.population[n], place.districts[n],
                          *place.values[n]])  # fmt: skip
    with (tmp_path / "cases.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "day", "cases"])
        for day, counts in (("2020-02-01", made.before), ("2020-02-15", made.after)):
            out.writerows([one, day, int(c)] for one, c in zip(place.ids, counts, strict=True))
    (tmp_path / "sources.csv").write_text("longitude,latitude,cases\n114.26,30.6,100\n")
    return tmp_path


def test_a_list_comes_with_reasons_certainty_and_the_way_off(said, files: Path, made: Simulated):
    told = said("risk", files / "places.csv", "--sources", files / "sources.csv", "--top", "10",
                "--draws", "50", "--unit", made.communities.ids[0], "--json")  # fmt: skip

    assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    assert len(found["top"]) == 10
    first = found["top"][0]
    assert first["score"] >= found["top"][-1]["score"]
    assert 0 <= first["in_top"] <= 1
    assert sum(first["parts"].values()) > 0
    assert {"factor", "says", "after", "enough"} <= set(first["actions"][0])


def test_people_read_the_same_in_either_language_and_get_a_picture(said, files: Path, monkeypatch):
    words = ["risk", files / "places.csv", "--top", "5", "--draws", "20"]
    words += ["--sources", files / "sources.csv", "--cases", files / "cases.csv"]
    words += ["--picture", files / "r.svg"]
    english = said(*words)
    monkeypatch.setenv("LINLI_LANG", "zh")
    chinese = said(*words)

    assert english.exit_code == chinese.exit_code == 0, english.output
    assert "1. " in english.output
    assert "cases a 10,000" in english.output
    assert "每万人" in chinese.output
    assert "<svg" in (files / "r.svg").read_text("utf-8")


def test_a_check_names_the_best_score_of_each_measure(said, files: Path):
    words = ["risk-check", files / "places.csv", files / "cases.csv", "--split", "2020-02-10"]
    told = json.loads(said(*words, "--json").output)

    assert told["n"] == 150
    assert {"prior", "posterior", "population", "last_rate"} <= set(told["measures"])
    assert set(told["best"]) == set(told["measures"]["prior"])
    assert "*" in said(*words).output


@pytest.mark.parametrize(
    ("file", "before", "after", "says"),
    [
        ("cases.csv", "2020-02-01,", "2020-13-01,", "is no day"),
        ("cases.csv", "c00000,", "nobody,", "row 2: there is no community nobody"),
        ("places.csv", "c00001,", "c00000,", "c00000: the id is there twice"),
        ("places.csv", "population", "people", "has no column"),
        ("sources.csv", ",100", ",-3", "Cases are numbers of 0 or more"),
        ("sources.csv", "114.26", "east", "row 2, longitude: east is no number"),
    ],
)
def test_a_wrong_file_is_answered_with_the_place_and_the_remedy(
    said, files: Path, file: str, before: str, after: str, says: str
):
    path = files / file
    path.write_text(path.read_text().replace(before, after, 1))

    told = said("risk", files / "places.csv", "--sources", files / "sources.csv", "--cases",
                files / "cases.csv", "--draws", "0")  # fmt: skip

    assert told.exit_code == 2
    assert says in told.output
    assert "Traceback" not in told.output


def test_an_unknown_phase_model_and_community_are_answered_with_what_there_is(said, files: Path):
    places = files / "places.csv"

    assert "first, spread" in said("risk", places, "--phase", "last").output
    assert "Choose one of community" in said("risk", places, "--model", "city").output
    assert "There is no file" in said("risk", places, "--model", "a/b.toml").output
    assert "There is no file" in said("risk", files / "none.csv").output

"""Can somebody fit announced totals from files, and does a wrong one leave nothing?"""

import csv
import json
from importlib.resources import files

import pytest
from typer.testing import CliRunner

from linli.cli.main import app

QUICK = ("--until", "2020-03-08", "--rounds", "40")


@pytest.fixture
def said(monkeypatch, tmp_path):
    monkeypatch.setenv("LINLI_LANG", "en")
    monkeypatch.chdir(tmp_path)
    text = files("linli.demo.wuhan").joinpath("daily_counts.csv").read_text("utf-8")
    (tmp_path / "totals.csv").write_text(text)
    return lambda *words: CliRunner().invoke(app, ["calibrate", *map(str, words)])


def test_r_by_period_is_told_drawn_and_written_down(said, tmp_path):
    told = said("totals.csv", "wuhan-2020", *QUICK, "--out", "out")

    assert told.exit_code == 0, told.output
    assert "2020-01-23 … 2020-02-01" in told.output
    assert "Reports announced: 49,911" in told.output
    assert "Ask for more --rounds" in told.output  # forty are far too few, and it says so
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert names == {"draws.csv", "infections.svg", "r.svg", "reports.svg"}
    rows = list(csv.DictReader((tmp_path / "out/draws.csv").read_text().splitlines()))
    assert 0 < float(rows[0]["tested"]) < 1


def test_the_same_is_told_in_json_with_every_parameter(said):
    told = json.loads(said("totals.csv", "wuhan-2020", *QUICK, "--json").stdout)

    assert [p["from"] for p in told["periods"]][2] == "2020-01-23"
    assert told["periods"][0]["low"] <= told["periods"][0]["r"] <= told["periods"][0]["high"]
    assert set(told["parameters_2.5_50_97.5"]) >= {"contact_1", "tested", "slower_late", "spread"}
    assert told["r_hat"] > 1.05


def test_draws_are_run_in_the_agent_model_and_told_beside_the_fit(said, tmp_path):
    few = ("--rounds", "300", "--check", "--worlds", "2", "--people", "60000")

    told = said("totals.csv", "wuhan-2020", "--until", "2020-03-08", *few, "--out", "out")
    read = json.loads(
        said("totals.csv", "wuhan-2020", "--until", "2020-03-08", *few, "--json").stdout
    )["check"]

    assert told.exit_code == 0, told.output
    assert "The agent model: 2 draws, one world each, 60,000 people." in told.output
    assert "agents: " in told.output
    assert "R of the agents less that of the fit" in told.output
    assert (tmp_path / "out/check.svg").read_text().startswith("<svg")
    assert read["people"] == 60_000
    assert len(read["periods"]) == 5
    assert len(read["agents"]["reports_5_25_50_75_95"][2]) == 68
    assert 0 <= read["agents"]["within_half"] <= read["agents"]["within_nine_in_ten"] <= 1


def test_priors_are_chosen_by_name(said):
    told = json.loads(said("totals.csv", "wuhan-2020", *QUICK, "--priors", "weak", "--json").stdout)

    assert told["priors"] == "weak"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("none.csv", "wuhan-2020"), "There is no file none.csv"),
        (("totals.csv", "plague"), "There is no epidemic plague"),
        (("totals.csv", "none.toml"), "There is no file none.toml"),
        (("totals.csv", "wuhan-2020", "--column", "sick"), "lacks sick"),
        (("totals.csv", "wuhan-2020", "--until", "soon"), "soon is no date"),
        (("totals.csv", "wuhan-2020", "--until", "2020-02-01"), "past the last report"),
        (("totals.csv", "wuhan-2020", "--rounds", "3"), "3 rounds are too few"),
        (("totals.csv", "wuhan-2020", "--priors", "strong"), "There are no priors strong"),
        (("totals.csv", "wuhan-2020", "--check", "--worlds", "1"), "1 worlds check nothing"),
        (("totals.csv", "wuhan-2020", "--check", "--people", "-1"), "A city of -1 people"),
        (("totals.csv", "wuhan-2020", "--column", "definition"), "Line 2: 2019-12-01"),
        (("totals.csv", "wuhan-2020", "--out", "totals.csv"), "is there already"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_nothing_is_left(said, tmp_path, words, sentence):
    told = said(*words)

    assert told.exit_code == 2
    assert sentence in told.output
    assert [p.name for p in tmp_path.iterdir()] == ["totals.csv"]

"""The same what-if from the command line: from the records, with files, or refused by name."""

import json

import duckdb
import pytest
from typer.testing import CliRunner

from linli.cli.main import app
from tests.callers import still
from tests.cast import City
from tests.crowd import Crowd

CHOICES = """
name = "Tonight"
area_id = {area}
n_days = 8
[[choices]]
name = "as now"
[[choices]]
name = "close"
close = "all"
leakage = {leakage}
"""


@pytest.fixture
def said(city: City, monkeypatch, tmp_path):
    still()
    Crowd(city).fall_ill(24)
    monkeypatch.setenv("LINLI_LANG", "en")
    monkeypatch.chdir(tmp_path)

    def say(*words: str, who: str = "gil", leakage: float = 0.1):
        area = city.areas["w"].id
        (tmp_path / "choices.toml").write_text(CHOICES.format(area=area, leakage=leakage))
        options = ["--as", who, "--seeds", "2"]
        return CliRunner().invoke(
            app, ["simulate", "choices.toml", "--from-records", *options, *words]
        )

    return say


def test_choices_are_answered_from_the_records_in_words_files_and_json(said, tmp_path):
    told = said("--out", "out")
    again = json.loads(said("--json").stdout)

    assert told.exit_code == 0, told.output
    assert "confirmed cases with a day of onset (24)" in told.output
    assert again["fingerprint"] in told.output
    [mark] = again["marks"]
    assert (mark["on"], mark["choices"]) == ("2020-02-09", ["close"])
    assert f"1. 2020-02-09 {mark['words']} (close)" in told.output
    assert ">1</text>" in (tmp_path / "out/reports.svg").read_text()
    assert set(again["waits"]["close"]["tests"]) == {"most", "longest_days", "total_days"}
    assert (tmp_path / "out/infections.svg").read_text().startswith("<svg")
    [(n,)] = duckdb.sql(
        f"SELECT sum(value) FROM '{tmp_path}/out/worlds.parquet'"
        " WHERE choice = 'close' AND outcome = 'closed_person_days'"
    ).fetchall()
    assert n == 2 * 8 * 720


def test_what_cannot_be_or_may_not_be_is_one_sentence_and_leaves_nothing(said, tmp_path):
    wrong = said("--out", "out", leakage=1.3)
    eve = said("--out", "out", who="eve")

    assert "1.3 is no share. Give 0 to 1." in wrong.output
    assert "may not do this here: ask what if" in eve.output
    assert {wrong.exit_code, eve.exit_code} <= {1, 2}
    assert [p.name for p in tmp_path.iterdir()] == ["choices.toml"]

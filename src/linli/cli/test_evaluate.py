"""Can a newcomer score a table of their own, and does a wrong one get an answer?"""

import ast
import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from linli.cli.main import app

GOOD = "id,name,LE,EYS,MYS,GNI\nno,Norway,83.2,18.2,13,64660\nis,Iceland,82.7,19.2,13.8,55782\n"


@pytest.fixture
def said(monkeypatch):
    monkeypatch.setenv("LINLI_LANG", "en")
    return lambda *words: CliRunner().invoke(app, ["evaluate", *map(str, words)])


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_three_commands_take_a_newcomer_from_nothing_to_a_report(said, table, tmp_path):
    assert "hdi" in said("--frameworks").output
    assert said("--framework", "hdi", "--template").output.strip() == "id,name,group,LE,EYS,MYS,GNI"
    told = said(table, "--framework", "hdi", "--report", tmp_path / "mine.html")

    assert told.exit_code == 0
    assert "Norway" in told.output
    page = (tmp_path / "mine.html").read_text("utf-8")
    assert "Human Development Index" in page
    assert "<svg" in page
    assert "http" not in page.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_the_answer_in_json_holds_scores_recipe_and_fingerprint(said, table):
    told = json.loads(said(table, "--framework", "hdi", "--json", "--replicates", "16").output)

    assert told["units"][0]["score"] == pytest.approx(0.961, abs=0.0006)
    assert told["recipe"]["levels"] == ["arithmetic", "geometric"]
    assert len(told["fingerprint"]) == 16
    assert told["units"][0]["rank_interval"]


def test_a_report_for_word_holds_the_same_scores(said, table, tmp_path):
    docx = pytest.importorskip("docx")

    assert said(table, "--framework", "hdi", "--report", tmp_path / "r.docx").exit_code == 0

    cells = [c.text for t in docx.Document(tmp_path / "r.docx").tables for c in t._cells]
    assert "Norway" in cells


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["none.csv"], "There is no file none.csv."),
        ([], "Say which file to score"),
        (["none.csv", "--framework", "nothing"], "There is no framework nothing."),
        (["none.csv", "--report", "r.pdf"], "r.pdf is no report."),
    ],
)
def test_a_wrong_command_gets_one_sentence(said, words, told):
    answer = said(*words)

    assert answer.exit_code == 2
    assert told in answer.output


@pytest.mark.parametrize("choice", ["impute", "impute=guess", "nothing=1", "power=many"])
def test_a_wrong_choice_gets_one_sentence(said, table, choice):
    answer = said(table, "--framework", "hdi", "--set", choice)

    assert answer.exit_code == 2
    assert len(answer.output.strip().splitlines()) == 1


def test_a_file_in_another_encoding_is_told(said, tmp_path):
    path = tmp_path / "gb.csv"
    path.write_bytes("id,name,LE\nx,武汉,80\n".encode("gb18030"))

    assert "is not UTF-8 text" in said(path, "--framework", "hdi").output


def test_one_unit_is_shown_beside_its_peers_and_since_before(said, table, tmp_path):
    earlier = tmp_path / "before.csv"
    earlier.write_text(GOOD.replace("83.2", "80.2"), encoding="utf-8")
    words = [table, "--framework", "hdi", "--unit", "no", "--before", earlier]

    told = said(*words, "--report", tmp_path / "r.html").output
    in_json = json.loads(said(*words, "--json").output)

    assert "Most like it: Iceland" in told
    assert "no: 0.95 to 0.96, most by LE" in told
    assert in_json["profile"]["peers"][0]["name"] == "Iceland"
    assert sum(in_json["changes"][0]["by_indicator"].values()) == pytest.approx(
        in_json["changes"][0]["after"] - in_json["changes"][0]["before"]
    )
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "<title>Contributions</title>" in page
    assert "<title>Rank change</title>" in page


def test_a_unit_that_is_not_there_gets_one_sentence(said, table):
    assert "There is no unit zz" in said(table, "--framework", "hdi", "--unit", "zz").output


def test_importing_the_engine_does_not_import_scipy():
    code = (
        "import sys, linli.analysis.evaluation.uncertainty, linli.analysis.evaluation.diagnosis;"
        "print([m for m in ('scipy', 'django', 'docx') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ast.literal_eval(told.stdout) == []

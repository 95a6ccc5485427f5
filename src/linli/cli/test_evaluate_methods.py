"""Are the other methods reached from the command line, and is a wrong word answered in one?"""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from linli.analysis.evaluation import ranking
from linli.cli.main import app

OWN = (
    "id,parent,kind,name_en,direction,weight,worst,best\nall,,group,All,,,,\n"
    "a,all,indicator,A,+,4,0,12\nb,all,indicator,B,+,3,0,12\n"
    "c,all,indicator,C,+,1,0,8\nd,all,indicator,D,+,2,0,8\n"
)
PLOSKAS = [[8, 7, 2, 1], [5, 3, 7, 5], [7, 5, 6, 4], [9, 9, 7, 3], [11, 10, 3, 7], [6, 9, 5, 4]]


@pytest.fixture
def said(monkeypatch, tmp_path):
    monkeypatch.setenv("LINLI_LANG", "en")
    (tmp_path / "own.csv").write_text(OWN, encoding="utf-8")
    rows = [f"u{k},{','.join(map(str, row))}" for k, row in enumerate(PLOSKAS)]
    (tmp_path / "t.csv").write_text("id,a,b,c,d\n" + "\n".join(rows), encoding="utf-8")
    words = ["evaluate", str(tmp_path / "t.csv"), "--framework", str(tmp_path / "own.csv")]
    return lambda *more: CliRunner().invoke(app, [*words, *map(str, more)])


def scores(answer) -> dict[str, float]:
    return {row["id"]: row["score"] for row in json.loads(answer.output)["units"]}


def test_topsis_and_vikor_give_the_published_numbers_from_a_file(said):
    """Papathanasiou and Ploskas (2018), doi:10.1007/978-3-319-91648-4."""
    topsis = scores(said("--method", "topsis", "--json"))
    vikor = scores(said("--method", "vikor", "--with", "majority=0.625", "--json"))

    assert [round(topsis[f"u{k}"], 3) for k in range(6)] == [
        0.387, 0.327, 0.391, 0.615, 0.868, 0.493
    ]  # fmt: skip
    assert [round(vikor[f"u{k}"], 3) for k in range(6)] == [0.640, 1.0, 0.693, 0.271, 0.0, 0.694]


def test_copeland_fuzzy_and_best_weights_answer_with_their_choices(said):
    duels = scores(said("--method", "copeland", "--json"))
    told = json.loads(said("--method", "fuzzy", "--with", "grades=0|50|100", "--json").output)
    best = scores(said("--method", "best_weights", "--json"))

    wanted = ranking.copeland(np.array(PLOSKAS, float), np.array([4.0, 3, 1, 2]))
    assert [duels[f"u{k}"] for k in range(6)] == wanted.tolist()
    assert told["options"] == {"operator": "product_sum", "grades": "0|50|100"}
    grades = [told["units"][0][f"grade {g}"] for g in (0, 50, 100)]
    assert sum(grades) == pytest.approx(1)
    assert max(best.values()) == pytest.approx(1)


def test_a_recipe_file_holds_choices_and_a_method(said, tmp_path):
    recipe = tmp_path / "r.toml"
    recipe.write_text('normalise = "min_max"\n[method]\nname = "topsis"\nscaling = "min_max"\n')

    told = json.loads(said("--recipe", recipe, "--json").output)

    assert told["method"] == "topsis"
    assert told["options"] == {"scaling": "min_max"}


def test_comparisons_become_weights_and_enter_the_score(said, tmp_path, monkeypatch):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(",a,b\na,1,2\nb,,1\n")
    two.write_text(",a,b\na,1,8\nb,1/8,1\n")

    alone = CliRunner().invoke(app, ["evaluate", "--ahp", str(one), "--ahp", str(two), "--json"])
    whole = json.loads(said("--ahp", one, "--ahp", two, "--json").output)

    weights = json.loads(alone.output)["weights"]
    assert weights == pytest.approx({"a": 0.8, "b": 0.2})  # they meet at 4
    shares = {i["id"]: i["weight"] for i in whole["indicators"]}
    assert shares["a"] / shares["b"] == pytest.approx(4)


def test_the_indices_name_every_choice_and_its_interval(said):
    told = json.loads(said("--sobol", "64", "--json").output)

    assert {row["factor"] for row in told["factors"]} == {"weights", "normalise", "levels"}
    assert told["evaluations"] == 64 * 8
    assert all(len(row["total_interval"]) == 2 for row in told["factors"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--method", "oracle"], "method is oracle. Choose one of: topsis"),
        (["--method", "topsis", "--with", "majority=1"], "topsis has no option majority"),
        (["--method", "topsis", "--with", "scaling=big"], "scaling is big"),
        (["--method", "vikor", "--with", "majority=much"], "majority is much, which is no number"),
        (["--method", "topsis", "--with", "scaling"], "scaling is no choice"),
        (["--recipe", "none.toml"], "There is no file none.toml."),
    ],
)
def test_a_wrong_method_gets_one_sentence(said, words, told):
    answer = said(*words)

    assert answer.exit_code == 2
    assert told in answer.output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (",a,b\na,1,x\nb,,1\n", "a against b: x is no comparison"),
        (",a,b\nb,1,2\na,,1\n", "is no square"),
        (",a,zz\na,1,2\nzz,,1\n", "own has no zz"),
        (",a,b\na,1,2\nb,3,1\n", "cannot be used"),
    ],
)
def test_wrong_comparisons_get_one_sentence(said, tmp_path, text, told):
    (tmp_path / "c.csv").write_text(text)

    answer = said("--ahp", tmp_path / "c.csv")

    assert answer.exit_code == 2
    assert told in answer.output


def test_a_gap_is_named_before_units_are_compared(said, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(table.read_text().replace("u1,5,", "u1,,"))

    answer = said("--method", "topsis")

    assert answer.exit_code == 2
    assert "u1 has no a; this method compares every cell" in answer.output

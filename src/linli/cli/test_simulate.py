"""Can somebody ask what if from two files, and does a wrong or cancelled run leave nothing?"""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from linli.cli.main import app

CITY = "[city]\npeople = 4000\n[run]\ndays = 20\nfirst = 10\nstarts = 2020-01-23\n"
CHOICES = """
[[scenario]]
name = "nothing"
[[scenario]]
name = "shut"
policy = [{kind = "close_compounds", from = 2020-01-28, leakage = 0.0}]
"""


@pytest.fixture
def said(monkeypatch, tmp_path):
    monkeypatch.setenv("LINLI_LANG", "en")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "city.toml").write_text(CITY)
    (tmp_path / "choices.toml").write_text(CHOICES)
    return lambda *words: CliRunner().invoke(app, ["simulate", *map(str, words)])


def test_choices_are_compared_with_intervals_pictures_and_parquet(said, tmp_path):
    told = said("city.toml", "choices.toml", "--seeds", 3, "--least", 2, "--out", "out")

    assert told.exit_code == 0, told.output
    assert "shut" in told.output
    assert " … " in told.output
    assert (tmp_path / "out/infections.svg").read_text().startswith("<svg")
    days = duckdb.sql(
        f"SELECT scenario, seed, sum(n) FROM '{tmp_path}/out/days.parquet'"
        " WHERE series = 'infections' GROUP BY ALL"
    ).fetchall()
    rows = dict(duckdb.sql(
        f"SELECT scenario || seed, sum(n) FROM '{tmp_path}/out/infections.parquet' GROUP BY ALL"
    ).fetchall())  # fmt: skip
    assert {f"{s}{k}": n for s, k, n in days} == rows  # those it began with are in neither
    assert sorted(p.name for p in tmp_path.iterdir()) == ["choices.toml", "city.toml", "out"]


def test_orders_and_turns_stand_on_the_curves_with_what_followed_them(said, tmp_path):
    order = '\n[[marks]]\non = 2020-01-25\nwords = "masks are worn"\n'
    (tmp_path / "choices.toml").write_text(CHOICES + order)

    told = said("city.toml", "choices.toml", "--seeds", 2, "--out", "out")
    read = json.loads(said("city.toml", "choices.toml", "--seeds", 2, "--json").stdout)

    assert "Reported cases a day when it happened, and 15 days later:" in told.output
    assert "1. 2020-01-25 masks are worn\n     nothing: " in told.output
    assert "2. 2020-01-28 gates are kept; 0 % of contacts outside go on (shut)" in told.output
    assert ">1</text>" in (tmp_path / "out/reports.svg").read_text()
    first, other = read["marks"]
    assert (first["on"], first["later_on"]) == ("2020-01-25", "2020-02-09")
    assert (other["of"], other["choices"], other["day"]) == ("choice", ["shut"], 5)
    bands = {s["name"]: s["bands_5_50_95"]["reports"] for s in read["scenarios"]}
    seen = first["series"]["reports"]["shut"]
    assert seen["then"]["middle"] == bands["shut"][1][2]
    assert seen["later"] == {
        "low": bands["shut"][0][17], "middle": bands["shut"][1][17], "high": bands["shut"][2][17],
    }  # fmt: skip
    assert other["series"]["reports"]["nothing"]["later"] is None  # day 20 is after the run


def test_the_same_is_told_in_json(said):
    told = json.loads(said("city.toml", "choices.toml", "--seeds", 2, "--json").stdout)

    first, other = told["scenarios"]
    assert first["outcomes"]["infections"]["less_the_first"] is None
    assert set(other["outcomes"]["infections"]["less_the_first"]) == {"mean", "low", "high"}
    assert len(other["bands_5_50_95"]["infections"][1]) == 20


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("city.toml", "none.toml"), "There is no file none.toml"),
        ((".", "choices.toml"), "is a folder"),
        (("city.toml", "choices.toml", "--out", "city.toml"), "city.toml is there already"),
        (("city.toml", "choices.toml", "--out", "no/where"), "cannot be made"),
        (("city.toml", "choices.toml", "--seeds", "0"), "0 seeds compare nothing"),
        (("city.toml", "choices.toml", "--asked", "luck"), "luck is no outcome"),
        (("city.toml", "city.toml"), "city is not known"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_nothing_is_left(said, tmp_path, words, sentence):
    told = said(*words)

    assert told.exit_code == 2
    assert sentence in told.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["choices.toml", "city.toml"]


def test_a_cancelled_run_leaves_nothing_half_written(said, tmp_path, monkeypatch):
    def cancelled(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("linli.cli.simulate._draw", cancelled)

    said("city.toml", "choices.toml", "--seeds", 1, "--out", "out")

    assert sorted(p.name for p in tmp_path.iterdir()) == ["choices.toml", "city.toml"]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_interrupted_ends_and_leaves_nothing(said, tmp_path, end):
    (tmp_path / "city.toml").write_text(CITY.replace("4000", "400000").replace("= 20", "= 300"))
    words = ("simulate", "city.toml", "choices.toml", "--seeds", "50", "--out", "out")
    ran = subprocess.Popen(
        [Path(sys.executable).parent / "linli", *words], cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    while ran.poll() is None and not list(tmp_path.glob(".out-*/worlds.duckdb")):
        time.sleep(0.05)

    ran.send_signal(end)

    out, err = ran.communicate(timeout=60)
    assert ran.returncode != 0, out
    assert b"Traceback" not in err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["choices.toml", "city.toml"]


@pytest.mark.parametrize("what", ["a picture", "a table"])
def test_a_full_disk_is_one_sentence_and_nothing_is_left(said, tmp_path, monkeypatch, what):
    def full(*_given, **_named):
        if what == "a picture":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise duckdb.IOException("IO Error: Could not write file: No space left on device")

    monkeypatch.setattr("linli.cli.simulate._draw", full)

    told = said("city.toml", "choices.toml", "--seeds", 1, "--out", "out")

    assert told.exit_code == 2, told.output
    assert "No space left on device. Nothing of it is kept" in told.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["choices.toml", "city.toml"]


def test_a_folder_that_nobody_may_write_into_is_refused_before_anything_runs(said, tmp_path):
    told = said("city.toml", "choices.toml", "--out", "/proc/out")

    assert told.exit_code == 2
    assert "/proc/out cannot be made" in told.output


@pytest.mark.parametrize(
    ("city", "policy", "sentence"),
    [
        ("people = 0", "", "it has 0 people"),
        ("people = 5\nhousehold_size = 6.0", "", "is larger than compound"),
        ("people = 4000", "where = ['community:Moon']", "there is no community Moon"),
        ("people = 4000", "until = 2020-01-10", "until: day -13 lies before the run begins"),
        ("people = 4000", "leakage = 1.3", "leakage: 1.3 is no share"),
        ("people = 4000", "kind = 'beds', ward = -1", "ward: -1 is below 0"),
        ("people = 4000", "kind = 'trace', cases_a_day = -1", "cases_a_day: -1 is below 0"),
        ("people = 4000", "kind = 'deliver', households_a_day = -1", "households_a_day: -1 is"),
    ],
)
def test_a_city_or_a_policy_that_cannot_be_is_refused_by_name_before_anything_runs(
    said, tmp_path, monkeypatch, city, policy, sentence
):
    monkeypatch.setattr("linli.analysis.simulation.compare.compare", None)  # nothing may run
    kind = "" if policy.startswith("kind") else "kind = 'close_compounds'"
    inside = ", ".join(filter(None, (kind, policy)))
    (tmp_path / "city.toml").write_text(CITY.replace("people = 4000", city))
    (tmp_path / "choices.toml").write_text(f"[[scenario]]\nname = 'odd'\npolicy = [{{{inside}}}]\n")

    told = said("city.toml", "choices.toml", "--out", "out")

    assert told.exit_code == 2, told.output
    assert sentence in told.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["choices.toml", "city.toml"]


def test_importing_the_package_brings_no_compiler():
    code = (
        "import sys, linli.analysis.simulation.engine, linli.analysis.simulation.scenario;"
        "assert not {'numba', 'scipy.stats', 'django'} & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-c", code], check=True)

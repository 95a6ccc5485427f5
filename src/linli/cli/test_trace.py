"""Tracing and estimates at the prompt: from files alone, each mistake told in a sentence."""

import json
from pathlib import Path

import pytest

from linli.studies.tracing.test_candidates import PEOPLE, VISITS
from tests.cli.prompt import linli

PAIRS = "infector_onset,infected_onset\n" + "\n".join(
    f"2020-01-{first:02},2020-01-{first + apart:02}"
    for first, apart in [(1, 5), (2, 3), (3, 7), (4, 4), (5, 9), (6, 2), (9, -1), (8, 6)]
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {
        "visits.csv": VISITS,
        "people.csv": PEOPLE,
        "pairs.csv": PAIRS + "\n,2020-01-09\n",
        "links.csv": "source,infected\na,b\na,c\na,d\nd,e\n",
        "cases.csv": "case\na\nb\nc\nd\ne\nf\n",
        "stays.csv": "person_id,place_id,from_s,to_s\n1,9,0,3600\n2,9,0,1800\n",
        "ill.csv": "person_id,from_s,to_s\n1,0,9999\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_pairs_are_told_with_their_factors_and_a_person_decides(folder: Path):
    told = linli("trace", f"{folder}/visits.csv", "--people", f"{folder}/people.csv",
                 "--out", f"{folder}/out.csv", "--picture", f"{folder}/out.svg")  # fmt: skip

    assert "Ann - Bo" in told.stdout.splitlines()[0]
    assert "ties between the two +1.80 (one household)" in told.stdout
    assert told.stdout.splitlines()[-1] == (
        "2 pairs shared a place. The score is in log-odds; a person decides."
    )
    assert (folder / "out.csv").exists()
    assert (folder / "out.svg").read_text().startswith("<svg")


def test_the_terms_are_told_with_their_sources():
    rows = json.loads(linli("trace", "--terms", "--json").stdout)

    assert {"place:private", "seats:same row"} <= {row["term"] for row in rows}
    assert all(row["source"] for row in rows)


def test_the_exposed_are_counted(folder: Path):
    told = linli("exposed", f"{folder}/stays.csv", f"{folder}/ill.csv").stdout

    assert told == "1 - 2: 30 minutes together, 1 meetings\n1 contacts of 1 cases.\n"


def test_chains_are_told_by_generation(folder: Path):
    told = linli("chains", f"{folder}/links.csv", "--cases", f"{folder}/cases.csv").stdout

    assert "6 cases in 1 clusters; the longest chain has 2 generations." in told
    assert "  generation 1: 3" in told
    assert "Without a known source: 2" in told


def test_a_serial_interval_counts_what_is_negative_and_what_was_left_out(folder: Path):
    told = linli("serial-interval", f"{folder}/pairs.csv", "--picture", f"{folder}/si.svg").stdout

    assert told.startswith("Serial interval, normal: mean 4.37 (")
    assert "8 rows used, 1 of them negative; 1 left out for want of a day." in told
    assert (folder / "si.svg").read_text().startswith("<svg")


def test_a_delay_and_offspring_answer_in_json(folder: Path):
    delay = json.loads(linli("delays", f"{folder}/pairs.csv", "--from", "infector_onset", "--to",
                             "infected_onset", "--family", "normal", "--json").stdout)  # fmt: skip
    spread = json.loads(linli("offspring", f"{folder}/links.csv", "--cases",
                              f"{folder}/cases.csv", "--json").stdout)  # fmt: skip

    assert delay["n"] == 8
    assert spread["r"]["value"] == pytest.approx(4 / 6)
    assert (spread["n"], spread["n_zero"]) == (6, 4)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (("trace", "{}/none.csv"), "There is no file"),
        (("trace", "{}/links.csv"), "links.csv has no column person, place, kind, from; it needs"),
        (("trace",), "Name a file of visits, or say --terms."),
        (("trace", "{}/visits.csv", "--written-on", "soon"), "soon is no day."),
        (("serial-interval", "{}/pairs.csv", "--family", "gamma"), "1 of 8 waits are negative"),
        (("serial-interval", "{}/pairs.csv", "--family", "weibull"), "weibull is no family."),
        (("delays", "{}/cases.csv"), "cases.csv has no column onset, reported"),
        (("offspring", "{}/pairs.csv", "--cases", "{}/cases.csv"), "pairs.csv has no column sour"),
        (("exposed", "{}/ill.csv", "{}/ill.csv"), "ill.csv has no column place_id"),
        (("exposed", "{}/none.csv", "{}/ill.csv"), "none.csv cannot be read."),
    ],
)
def test_a_mistake_is_one_sentence(folder: Path, said: tuple[str, ...], sentence: str):
    told = linli(*(part.format(folder) for part in said), code=2)

    assert told.stderr.startswith(sentence)
    assert told.stderr.count("\n") == 1

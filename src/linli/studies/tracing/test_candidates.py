"""Do files of visits become ranked pairs, and does a wrong cell name itself?"""

from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from linli.errors import BadInput
from linli.studies.tracing.candidates import read_weights, terms, trace, write

VISITS = """person,place,kind,from,to,certainty,source
Ann,Oak Lane 3,private,2020-01-24T18:00,2020-01-24T21:00,,interview
Bo,Oak Lane 3,private,2020-01-24T18:30,2020-01-24T21:00,,interview
Cy,market,market,2020-01-23,,0.5,gate
Ann,market,market,2020-01-23,,,gate
"""
PEOPLE = """person,onset,onset_to,household
Ann,2020-01-26,,h1
Bo,2020-01-30,2020-02-01,h1
Eve,2020-01-31,,h2
"""


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_supper_stands_above_the_market_and_says_why(tmp_path: Path):
    found = trace(file(tmp_path, "v.csv", VISITS), file(tmp_path, "p.csv", PEOPLE))

    first, second = found.rows()
    assert (first["first"], first["second"], first["place"]) == ("Ann", "Bo", "Oak Lane 3")
    assert (second["first"], second["second"], second["place"]) == ("Ann", "Cy", "market")
    assert first["first_infected_second"] > 0.8
    assert first["sources"] == ["interview", "interview"]
    for row in (first, second):
        assert sum(f["log_odds"] for f in row["factors"]) == pytest.approx(row["score"], abs=0.01)
    assert {f["factor"]: f["seen"] for f in first["factors"]}["ties"] == "same household"


def test_onsets_may_stand_as_people_typed_them_once_a_day_of_writing_is_given(tmp_path: Path):
    visits = file(tmp_path, "v.csv", VISITS)
    typed = file(tmp_path, "p.csv", "person,onset\nAnn,初二\nBo,1.30\n")

    told = next(trace(visits, typed, written_on=date(2020, 2, 9)).rows())
    exact = next(
        trace(
            visits, file(tmp_path, "q.csv", "person,onset\nAnn,2020-01-26\nBo,2020-01-30\n")
        ).rows()
    )

    assert told["score"] == exact["score"]
    with pytest.raises(BadInput, match=r"p.csv, row 2, onset: 初二 is no day"):
        trace(visits, typed)


def test_all_pairs_are_written_with_a_column_a_factor(tmp_path: Path):
    found = trace(file(tmp_path, "v.csv", VISITS))
    out = tmp_path / "out.csv"

    write(found, out)

    header, *lines = out.read_text("utf-8-sig").splitlines()
    assert header.startswith("first,second,score,probability")
    assert header.endswith("ties,seats,repeats")
    assert len(lines) == 2


def test_the_picture_is_well_formed_and_names_people_as_the_file_does(tmp_path: Path):
    drawn = trace(file(tmp_path, "v.csv", VISITS.replace("Bo", "B<o"))).picture("Pairs", "log-odds")

    assert "Ann · B<o" in "".join(ElementTree.fromstring(drawn).itertext())


def test_weights_of_ones_own_change_what_they_name_and_nothing_else(tmp_path: Path):
    visits = file(tmp_path, "v.csv", VISITS)
    own = read_weights(file(tmp_path, "w.csv", "term,log_odds\nplace:market,9\n"))

    assert next(trace(visits, weights=own).rows())["place"] == "market"
    assert own.of("place:private") == next(
        t["log_odds"] for t in terms() if t["term"] == "place:private"
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (",private,", ",home,", r"v.csv, row 2, kind: home is not known here. Write one of: priv"),
        (",0.5,", ",2,", r"v.csv, row 4, certainty: 2 is no certainty"),
        ("2020-01-23,", "23/1,", r"v.csv, row 4, from: 23/1 is no moment"),
        ("T21:00", "T17:00", r"v.csv, row 2: the visit ends before it starts. Mend from or to."),
        ("Cy,", ",", r"v.csv, row 4: person is empty. Fill it in, or take the row out."),
    ],
)
def test_a_wrong_cell_names_itself_and_the_remedy(
    tmp_path: Path, old: str, new: str, sentence: str
):
    with pytest.raises(BadInput, match=sentence):
        trace(file(tmp_path, "v.csv", VISITS.replace(old, new)))


def test_a_person_listed_twice_and_a_term_that_is_none_are_told(tmp_path: Path):
    visits = file(tmp_path, "v.csv", VISITS)
    with pytest.raises(BadInput, match=r"p.csv, row 5: this person stands there twice"):
        trace(visits, file(tmp_path, "p.csv", PEOPLE + "Ann,,,\n"))
    with pytest.raises(BadInput, match=r"w.csv, row 2: there is no term place:pub"):
        read_weights(file(tmp_path, "w.csv", "term,log_odds\nplace:pub,1\n"))

"""Are the contacts those that a reader finds by hand, at the edges too?"""

from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.errors import BadInput
from linli.studies.contacts.bulk import contacts

HOUR, MINUTE = 3_600, 60
Row = tuple[int, ...]


def written(folder: Path, name: str, columns: str, rows: list[Row]) -> Path:
    path = folder / f"{name}.csv"
    path.write_text("\n".join([columns, *(",".join(map(str, row)) for row in rows)]))
    return path


def found(folder: Path, visits: list[Row], cases: list[Row], minutes: float = 15) -> list[Row]:
    visited = written(folder, "visits", "person_id,place_id,from_s,to_s", visits)
    ill = written(folder, "cases", "person_id,from_s,to_s", cases)
    answer = contacts(visited, ill, least_minutes=minutes)
    return list(
        zip(answer.case_id.tolist(), answer.contact_id.tolist(), answer.n_meetings.tolist(),
            answer.together_s.tolist(), strict=True)
    )  # fmt: skip


def test_a_quarter_of_an_hour_is_a_contact_and_a_second_less_is_none(tmp_path: Path):
    visits = [(1, 9, 0, HOUR), (2, 9, HOUR - 900, 2 * HOUR), (3, 9, HOUR - 899, 2 * HOUR)]

    assert found(tmp_path, visits, [(1, 0, 2 * HOUR)]) == [(1, 2, 1, 900)]


def test_only_the_time_in_which_a_case_may_have_infected_counts(tmp_path: Path):
    visits = [(1, 9, 0, HOUR), (2, 9, 0, HOUR)]

    assert found(tmp_path, visits, [(1, 50 * MINUTE, 2 * HOUR)]) == []
    assert found(tmp_path, visits, [(1, 45 * MINUTE, 2 * HOUR)]) == [(1, 2, 1, 900)]


def test_two_short_meetings_do_not_make_a_long_one_and_two_long_ones_add_up(tmp_path: Path):
    visits = [(1, 9, 0, HOUR), (2, 9, 0, 600), (2, 9, 1200, 1800), (3, 9, 0, 900),
              (3, 9, 1800, 2800)]  # fmt: skip

    assert found(tmp_path, visits, [(1, 0, HOUR)]) == [(1, 3, 2, 1900)]


def test_a_file_without_a_column_is_told_by_its_name(tmp_path: Path):
    visits = written(tmp_path, "visits", "person_id,place_id,from_s", [(1, 9, 0)])
    cases = written(tmp_path, "cases", "person_id,from_s,to_s", [(1, 0, 1)])

    with pytest.raises(BadInput, match=r"visits.csv has no column to_s; it needs: person_id"):
        contacts(visits, cases)


def test_a_file_that_is_none_is_told(tmp_path: Path):
    (tmp_path / "visits.parquet").write_text("person_id")

    with pytest.raises(BadInput, match=r"visits.parquet cannot be read"):
        contacts(tmp_path / "visits.parquet", tmp_path / "visits.parquet")


@pytest.mark.parametrize(
    ("visits", "sentence"),
    [
        ("1,9,0,x", r"visits.csv, to_s: x is no whole number of seconds"),
        ("1,9,2020-01-23,2020-01-24", r"visits.csv, from_s: 2020-01-23 is no whole number"),
        ("1,9,0.5,3.5", r"visits.csv, from_s: "),
        ("1,9,,60", r"1 rows of visits.csv have an empty cell"),
        ("1,9,60,0", r"1 rows of visits.csv end before they start"),
        ("Ann,9,0,60", r"person_id is a number in only one of visits.csv and cases.csv"),
    ],
)
def test_a_wrong_cell_is_told_before_anything_is_counted(tmp_path: Path, visits, sentence):
    path = tmp_path / "visits.csv"
    path.write_text(f"person_id,place_id,from_s,to_s\n{visits}\n")
    cases = written(tmp_path, "cases", "person_id,from_s,to_s", [(1, 0, 60)])

    with pytest.raises(BadInput, match=sentence):
        contacts(path, cases)


VISIT = st.tuples(st.integers(1, 5), st.integers(1, 2), st.integers(0, 60), st.integers(1, 40))


@settings(max_examples=25)
@given(st.lists(VISIT, min_size=1, max_size=14), st.integers(1, 20))
def test_the_answer_is_that_of_looking_at_every_pair(tmp_path_factory, visits, least):
    folder = tmp_path_factory.mktemp("pairs")
    stays = [(p, q, MINUTE * s, MINUTE * (s + n)) for p, q, s, n in visits]
    expected: dict[tuple[int, int], list[int]] = {}
    for person, place, start, end in stays:
        for other, there, begin, finish in stays:
            together = min(end, finish) - max(start, begin)
            if person == 1 and other != 1 and place == there and together >= least * MINUTE:
                expected.setdefault((person, other), []).append(together)

    told = found(folder, stays, [(1, 0, 10_000)], minutes=least)

    assert told == [(*pair, len(t), sum(t)) for pair, t in sorted(expected.items())]


def made_up(folder: Path, *, n_visits: int, n_people: int, n_places: int, n_cases: int) -> None:
    """Visits of fourteen days and cases, the same every time, as Parquet files."""
    dice = np.random.default_rng(2020)
    starts = dice.integers(0, 14 * 24 * HOUR, n_visits)
    table = {
        "person_id": dice.integers(0, n_people, n_visits),
        "place_id": dice.integers(0, n_places, n_visits),
        "from_s": starts,
        "to_s": starts + dice.integers(600, 7_800, n_visits),
    }
    ill = np.sort(dice.choice(n_people, n_cases, replace=False))
    cases = {"person_id": ill, "from_s": ill % 7 * 24 * HOUR, "to_s": 0 * ill + 14 * 24 * HOUR}
    with duckdb.connect() as database:
        for name, columns in (("visits", table), ("cases", cases)):
            rows = list(zip(*(c.tolist() for c in columns.values()), strict=True))
            kinds = ", ".join(f"{column} BIGINT" for column in columns)
            database.execute(f"CREATE TABLE {name} ({kinds})")
            for start in range(0, len(rows), 5_000):
                values = ", ".join(map(str, rows[start : start + 5_000]))
                database.execute(f"INSERT INTO {name} VALUES {values}")
            database.execute(f"COPY {name} TO '{folder / name}.parquet' (FORMAT parquet)")

"""Is a wrong cell told by its place, with what to write instead?"""

from pathlib import Path

import duckdb
import pytest

from linli.errors import BadInput
from linli.studies import tables


def table(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "visits.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_columns_come_by_name_in_whatever_order_and_encoding(tmp_path: Path):
    path = table(tmp_path, "place,Person\n橡树里,王一\n", encoding="gb18030")

    found = tables.read(path, wanted=("person", "place"), also=("to",))

    assert found.cells == {"person": ["王一"], "place": ["橡树里"], "to": [""]}


def test_a_parquet_file_is_read_like_a_text(tmp_path: Path):
    path = tmp_path / "visits.parquet"
    with duckdb.connect() as database:
        database.execute(
            "COPY (SELECT 'a' AS person, TIMESTAMP '2020-01-23 14:30:00' AS \"from\", "
            f"NULL AS place) TO '{path}' (FORMAT parquet)"
        )

    found = tables.read(path, wanted=("person", "from", "place"))

    assert found.cells == {"person": ["a"], "from": ["2020-01-23T14:30"], "place": [""]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("place\nx\n", r"visits.csv has no column person; it needs: person. It has: place."),
        ("person\n", r"visits.csv has a header and no rows."),
        ("", r"The file is empty"),
    ],
)
def test_a_file_that_is_not_the_one_asked_for_is_told(tmp_path: Path, text: str, sentence: str):
    with pytest.raises(BadInput, match=sentence):
        tables.read(table(tmp_path, text), wanted=("person",))


def test_a_wrong_cell_is_told_by_file_row_and_column(tmp_path: Path):
    found = tables.read(table(tmp_path, "from\n2020-01-23\n23 Jan\n"), wanted=("from",))

    with pytest.raises(BadInput) as told:
        found.read("from", tables.moment, empty=(0.0, 0))

    assert str(told.value) == (
        "visits.csv, row 3, from: 23 Jan is no moment. "
        "Write 2020-01-23, 2020-01-23T14 or 2020-01-23T14:30."
    )


def test_a_moment_says_how_exact_it_is():
    assert [tables.moment(t)[1] for t in ("1970-01-02", "1970-01-02T03", "1970-01-02T03:04")] == [
        86_400, 3_600, 60,
    ]  # fmt: skip
    assert tables.moment("1970-01-02T03:04")[0] == 86_400 + 3 * 3_600 + 4 * 60


@pytest.mark.parametrize("text", ["nan", "inf", "x", "1,5"])
def test_what_is_no_number_is_refused(text: str):
    with pytest.raises(BadInput, match="is no number"):
        tables.number(text)

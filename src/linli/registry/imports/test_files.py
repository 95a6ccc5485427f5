"""A file that is no table is told in one sentence, and nothing of it is kept."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import Workbook

from linli.errors import BadInput
from linli.registry import imports
from linli.registry.imports import files
from linli.registry.imports.staging import ImportRow, Upload
from tests.cast import City
from tests.lists import come_in, counts

TABLE = "姓名,手机号\n王小明,13900000001\n\n李丽丽,13900000002\n"
ROWS = [(2, ["王小明", "13900000001"]), (4, ["李丽丽", "13900000002"])]


def read(data: bytes) -> tuple[str, list[str], list[tuple[int, list[str]]]]:
    with files.opened(io.BytesIO(data)) as table:
        return table.encoding, table.header, list(table.rows)


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_reads_the_same_in_every_encoding(encoding: str) -> None:
    _, header, rows = read(TABLE.encode(encoding))

    assert header == ["姓名", "手机号"]
    assert rows == ROWS


def test_a_workbook_reads_as_its_values() -> None:
    data = workbook(["姓名", "手机号", "生日"], ["王小明", 13900000001, date(1950, 3, 4)])

    assert read(data) == (
        "xlsx", ["姓名", "手机号", "生日"], [(2, ["王小明", "13900000001", "1950-03-04"])]
    )  # fmt: skip


def test_a_line_of_tags_below_the_header_is_no_row() -> None:
    assert read("姓名,手机号\n#person+name,#contact+phone\n王小明,1390\n".encode())[2] == [
        (3, ["王小明", "1390"])
    ]


WRONG = {
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "picture"),
    "an empty file": (b"", "is empty"),
    "white space": (b" \n\n ", "is empty"),
    "a 10 MB cell": (b"name,phone\n" + b"x" * 10_000_000 + b",1\n", "more than 10000 characters"),
    "a quoted 10 MB cell": (
        b'name,phone\n"' + b"x\n" * 5_000_000 + b'",1\n', "more than 10000 characters"
    ),
    "semicolons": ("姓名;手机号\n王小明;1\n".encode(), "separated by semicolons"),
    "tabs": ("姓名\t手机号\n王小明\t1\n".encode(), "separated by tabs"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + b"\x00" * 100, r"old Excel file \(.xls\)"),
    "an archive": (b"PK\x03\x04" + b"\x00" * 100, "damaged"),
    "bytes": (b"a,b\n\x00\x01\x02", "not a text"),
    "no encoding": (b"a,b\n\xff\xff\xff\n", "no encoding we know"),
    "a title twice": ("姓名,姓名\n1,2\n".encode(), "names 姓名 twice"),
    "a formula": (workbook(["name", "phone"], ["=1+1", "2"]), "Cell A2 holds a formula"),
    "a header alone": (b"name,phone\n", "no rows below"),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_told_in_one_sentence_and_nothing_is_kept(city: City, what: str) -> None:
    data, sentence = WRONG[what]

    with pytest.raises(BadInput, match=sentence):
        imports.begin(city.actor("ida"), "people", io.BytesIO(data), "wrong.csv")

    assert not Upload.objects.exists()
    assert not ImportRow.objects.exists()


@pytest.mark.parametrize("text", ["=1+1", "+86 27", "-1", "@x", "\tx"])
def test_what_a_spreadsheet_would_run_goes_out_quoted_and_comes_back(text: str) -> None:
    assert files.neutral(text) == f"'{text}"
    assert files.plain(files.neutral(text)) == text


@pytest.mark.django_db
def test_a_workbook_of_people_comes_in(city: City) -> None:
    data = workbook(["姓名", "手机号", "责任网格"], ["王小明", 13900000001, "橡树里第一网格"])

    assert counts(come_in(city, data)) == {"created": 1}


def parquet(tmp_path: Path) -> bytes:
    """Three columns, one of them without a value in the first row."""
    target = tmp_path / "list.parquet"
    duckdb.sql(
        "SELECT * FROM (VALUES ('王小明', NULL, DATE '1950-03-04'), ('李丽丽', 7, NULL)) "
        "AS t(name, floor, birth_date)"
    ).write_parquet(str(target))
    return target.read_bytes()


def test_parquet_reads_as_its_values_and_nothing_for_null(tmp_path: Path) -> None:
    assert read(parquet(tmp_path)) == (
        "parquet",
        ["name", "floor", "birth_date"],
        [(2, ["王小明", "", "1950-03-04"]), (3, ["李丽丽", "7", ""])],
    )


def test_parquet_that_was_cut_short_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="damaged or cut short"):
        read(parquet(tmp_path)[:60])

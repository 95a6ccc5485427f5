"""A file of reports goes in by the same door: each row has its end, and twice is once."""

from collections import Counter
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook

from linli.errors import BadInput, NotFound
from linli.loops.screening import files
from linli.loops.screening.tables import Report
from tests.cast import EVENING, City
from tests.doors import Doors, move_in, open_round

pytestmark = pytest.mark.db
HEADER = ("person", "household", "day", "seen", "temperature_c")
ROWS = [
    ("QianOne", "", "2020-02-09", "refused", ""),
    ("", "h101", "2020-02-09", "checked", ""),
    ("SunOne", "", "2020-02-09", "checked", "38.5"),
    ("SunTwo", "", "2020-02-09", "asleep", ""),
    ("Nobody", "", "2020-02-09", "checked", ""),
    ("SunTwo", "", "2020-02-09", "checked", "hot"),
]


@pytest.fixture
def doors(city: City) -> Doors:
    found = move_in(city)
    open_round(city)
    return found


def written(path: Path) -> Path:
    """The rows as a file of the kind its name says."""
    if path.suffix == ".xlsx":
        book = Workbook()
        for row in (HEADER, *ROWS):
            book.active.append(row)
        book.save(path)
    elif path.suffix == ".parquet":
        table = ", ".join(f"({', '.join(repr(cell) for cell in row)})" for row in ROWS)
        names = ", ".join(HEADER)
        duckdb.connect().execute(
            f"COPY (SELECT * FROM (VALUES {table}) t({names})) TO '{path}' (FORMAT parquet)"
        )
    else:
        path.write_text("\n".join(",".join(row) for row in (HEADER, *ROWS)), "utf-8")
    return path


def outcomes(city: City, path: Path) -> Counter[str]:
    """How many rows came to which end."""
    lines = files.take_in(city.actor("sam"), path, now=EVENING, purpose="screening")
    return Counter(line.outcome for line in lines)


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx", "list.parquet"])
def test_the_same_list_goes_in_from_every_kind_of_file_and_once(
    city: City, doors: Doors, tmp_path: Path, name: str
) -> None:
    path = written(tmp_path / name)

    assert outcomes(city, path) == {"accepted": 3, "rejected": 3}
    assert outcomes(city, path) == {"duplicate": 3, "rejected": 3}

    assert Report.objects.count() == 5
    assert Report.objects.filter(fever=True).count() == 1


def test_a_file_that_is_none_is_told_in_one_sentence(city: City, tmp_path: Path) -> None:
    broken = tmp_path / "list.parquet"
    broken.write_bytes(b"PAR1")

    with pytest.raises(BadInput):
        outcomes(city, broken)
    with pytest.raises(NotFound):
        outcomes(city, tmp_path / "none.csv")

"""Who was with any of these cases for long enough? Asked of files of millions of visits."""

import csv
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput

LEAST_MINUTES = 15  # WHO and the China protocols count a close contact from here on
MEMORY_MB = 800
WANTED = {
    "visits": ("person_id", "place_id", "from_s", "to_s"),
    "cases": ("person_id", "from_s", "to_s"),
}


@dataclass(frozen=True)
class Contacts:
    """One row a case and contact, in the order of both; times in seconds on the visits' scale."""

    case_id: NDArray
    contact_id: NDArray
    n_meetings: NDArray[np.int64]
    n_places: NDArray[np.int64]
    together_s: NDArray[np.int64]
    longest_s: NDArray[np.int64]
    first_met_s: NDArray[np.int64]
    last_met_s: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.case_id)


def statement() -> str:
    """The SQL file, in DuckDB's dialect."""
    return files("linli.studies.contacts").joinpath("contacts.sql").read_text("utf-8")


def contacts(
    visits: Path,
    cases: Path,
    *,
    least_minutes: float = LEAST_MINUTES,
    memory_mb: int = MEMORY_MB,
    threads: int | None = None,
) -> Contacts:
    """Everybody who was with a case for at least so many minutes in one meeting.

    Parameters
    ----------
    visits, cases
        Parquet or CSV files with the columns of WANTED; a name may hold ``*`` for one file a day.
        A case's ``from_s`` to ``to_s`` are the seconds in which it may have infected.
    memory_mb
        DuckDB spills to disk beyond this.
    """
    if least_minutes <= 0:
        raise BadInput(N_("{given} minutes: the least time together is above zero."),
                       given=least_minutes)  # fmt: skip
    with duckdb.connect() as database:
        database.execute(f"SET memory_limit = '{int(memory_mb)}MB'")
        database.execute("SET preserve_insertion_order = false")
        database.execute("SET enable_progress_bar = false")  # it draws on standard output
        if threads is not None:
            database.execute(f"SET threads = {int(threads)}")
        _look_at(database, "visits", visits)
        _look_at(database, "cases", cases)
        _same_ids(database, visits, cases)
        answer = database.execute(statement(), {"least_s": round(least_minutes * 60)})
        return Contacts(**answer.fetchnumpy())


def _look_at(database: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """Make a file a view; a column that is missing is told before anything runs."""
    reader = "read_csv" if path.suffix.lower() == ".csv" else "read_parquet"
    quoted = str(path).replace("'", "''")
    try:
        database.execute(f"CREATE VIEW {name} AS SELECT * FROM {reader}('{quoted}')")
        found = {row[0] for row in database.execute(f"DESCRIBE {name}").fetchall()}
    except duckdb.Error:
        raise BadInput(
            N_("{file} cannot be read. Give a CSV with a header, or a Parquet file."),
            file=path.name,
        ) from None
    lacking = tuple(column for column in WANTED[name] if column not in found)
    if lacking:
        raise BadInput(
            N_("{file} has no column {lacking}; it needs: {wanted}."),
            file=path.name,
            lacking=lacking,
            wanted=WANTED[name],
        )
    for column in ("from_s", "to_s"):
        _whole_seconds(database, name, column, path.name)
    nulls = " OR ".join(f"{column} IS NULL" for column in WANTED[name])
    empty = database.execute(f"SELECT count(*) FROM {name} WHERE {nulls}").fetchall()[0][0]
    if empty:
        raise BadInput(
            N_("{n} rows of {file} have an empty cell. Fill them in, or take the rows out."),
            n=empty,
            file=path.name,
        )
    backwards = database.execute(f"SELECT count(*) FROM {name} WHERE to_s < from_s").fetchall()[0][
        0
    ]
    if backwards:
        raise BadInput(
            N_("{n} rows of {file} end before they start. Mend from_s or to_s."),
            n=backwards,
            file=path.name,
        )


def _whole_seconds(database: duckdb.DuckDBPyConnection, name: str, column: str, file: str) -> None:
    """A column of text, or of moments, is told by its first cell that is no number."""
    filled = f"FROM {name} WHERE {column} IS NOT NULL"
    kind = database.execute(f"SELECT typeof({column}) {filled} LIMIT 1").fetchall()
    if not kind or "INT" in kind[0][0]:
        return
    text = f"CAST({column} AS VARCHAR)"
    wrong = database.execute(
        f"SELECT {text} {filled} AND NOT regexp_full_match({text}, '-?[0-9]+') LIMIT 1"
    ).fetchall()
    raise BadInput(
        N_("{file}, {column}: {value} is no whole number of seconds. Write seconds since any one "
           "moment, the same in both files."),
        file=file,
        column=column,
        value=wrong[0][0] if wrong else kind[0][0],
    )  # fmt: skip


def _same_ids(database: duckdb.DuckDBPyConnection, visits: Path, cases: Path) -> None:
    """People have numbers in both files, or texts in both."""
    kinds = [
        database.execute(f"SELECT typeof(person_id) FROM {name} LIMIT 1").fetchall()
        for name in ("visits", "cases")
    ]
    are_numbers = ["INT" in kind[0][0] for kind in kinds if kind]
    if len(set(are_numbers)) > 1:
        raise BadInput(
            N_("person_id is a number in only one of {visits} and {cases}. Use the same in both."),
            visits=visits.name,
            cases=cases.name,
        )


def rows(found: Contacts, most: int) -> list[dict[str, int]]:
    """The first contacts, one dictionary each."""
    names = [field.name for field in fields(found)]
    columns = [getattr(found, name)[:most].tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def write(found: Contacts, path: Path) -> None:
    """All contacts as CSV."""
    names = [field.name for field in fields(found)]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(names)
        out.writerows(zip(*(getattr(found, name).tolist() for name in names), strict=True))

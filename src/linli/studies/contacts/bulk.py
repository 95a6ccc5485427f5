"""Who was with any of these cases for long enough? Asked of files of millions of visits."""

from dataclasses import dataclass
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
        if threads is not None:
            database.execute(f"SET threads = {int(threads)}")
        _look_at(database, "visits", visits)
        _look_at(database, "cases", cases)
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

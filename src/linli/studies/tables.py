"""What does a file of records hold, column by column? CSV, XLSX or Parquet, cells as texts.

A cell that cannot be read is told by its row, its column and what can be written instead.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput
from linli.registry.imports import files

T = TypeVar("T")
EPOCH = date(1970, 1, 1)  # day 0, and second 0 at its midnight
PRECISIONS = {10: 86_400, 13: 3_600, 16: 60, 19: 60}  # seconds, by how much of a moment is written
MOST_ROWS = 2_000_000


@dataclass(frozen=True)
class Columns:
    """The columns asked for, one text a row; a column that is not there holds empty texts."""

    file: str
    row: list[int]  # as the file counts them, for whoever has to find one
    cells: dict[str, list[str]]

    def __len__(self) -> int:
        return len(self.row)

    def has(self, column: str) -> bool:
        """Whether the file has a column, and anything in it."""
        return any(self.cells[column])

    def read(self, column: str, meaning: Callable[[str], T], *, empty: T) -> list[T]:
        """Every cell of a column by its meaning; raises BadInput naming the first wrong cell."""
        found = []
        for row, cell in zip(self.row, self.cells[column], strict=True):
            try:
                found.append(meaning(cell) if cell else empty)
            except BadInput as problem:
                raise BadInput(
                    N_("{file}, row {row}, {column}: {problem}"),
                    file=self.file,
                    row=row,
                    column=column,
                    problem=problem,
                ) from None
        return found

    def filled(self, column: str) -> list[str]:
        """The texts of a column in which no cell may be empty."""
        for row, cell in zip(self.row, self.cells[column], strict=True):
            if not cell:
                raise BadInput(
                    N_("{file}, row {row}: {column} is empty. Fill it in, or take the row out."),
                    file=self.file,
                    row=row,
                    column=column,
                )
        return self.cells[column]


def read(path: Path, *, wanted: Sequence[str], also: Sequence[str] = ()) -> Columns:
    """The columns of a file: those that it must have, and those that it may have."""
    rows = _parquet(path) if path.suffix.lower() == ".parquet" else _text(path)
    header = {title.strip().lower(): n for n, title in enumerate(rows[0][1])}
    lacking = tuple(title for title in wanted if title not in header)
    if lacking:
        raise BadInput(
            N_("{file} has no column {lacking}; it needs: {wanted}. It has: {found}."),
            file=path.name,
            lacking=lacking,
            wanted=tuple(wanted),
            found=tuple(header),
        )
    body = rows[1:]
    cells = {
        title: [files.plain(cells[header[title]]) if title in header else "" for _, cells in body]
        for title in (*wanted, *also)
    }
    if not body:
        raise BadInput(N_("{file} has a header and no rows."), file=path.name)
    return Columns(path.name, [number for number, _ in body], cells)


def day(text: str) -> float:
    """Days since EPOCH of a text such as 2020-01-23."""
    try:
        return float((date.fromisoformat(text) - EPOCH).days)
    except ValueError:
        raise BadInput(N_("{text} is no day. Write it like 2020-01-23."), text=text) from None


def moment(text: str) -> tuple[float, int]:
    """Seconds since EPOCH of a moment as the place's clock showed it, and how exact it is."""
    precision = PRECISIONS.get(len(text))
    try:
        if precision is None:
            raise ValueError(text)
        found = datetime.fromisoformat(text if len(text) != 13 else f"{text}:00")
    except ValueError:
        raise BadInput(
            N_("{text} is no moment. Write 2020-01-23, 2020-01-23T14 or 2020-01-23T14:30."),
            text=text,
        ) from None
    midnight = datetime(EPOCH.year, EPOCH.month, EPOCH.day)  # noqa: DTZ001 - the place's own clock
    return (found - midnight).total_seconds(), precision


def number(text: str) -> float:
    """A number; raises BadInput for any other text, not-a-number and infinity among them."""
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not np.isfinite(found):
        raise BadInput(N_("{text} is no number."), text=text)
    return found


def count(text: str) -> int:
    """A whole number from 0 up."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadInput(N_("{text} is no whole number from 0 up."), text=text)
    return int(text)


def numbered(*columns: Sequence[str]) -> tuple[list[str], list[NDArray[np.int64]]]:
    """The different texts of some columns in order, and each column as numbers; empty is -1."""
    names = sorted({text for column in columns for text in column if text})
    place = {name: n for n, name in enumerate(names)} | {"": -1}
    return names, [np.array([place[t] for t in column], dtype=np.int64) for column in columns]


def neutral(cell: object) -> object:
    """A cell to be written: a text that no spreadsheet runs as a formula."""
    return files.neutral(cell) if isinstance(cell, str) else cell


def shown_day(days: float) -> str:
    """A day since EPOCH as people write it; nothing for one that is missing."""
    if np.isnan(days):
        return ""
    return date.fromordinal(EPOCH.toordinal() + int(days)).isoformat()


def _text(path: Path) -> list[tuple[int, list[str]]]:
    with path.open("rb") as file, files.opened(file) as table:
        rows = [(1, table.header)]
        for number_, cells in table.rows:
            if len(rows) > MOST_ROWS:
                raise _too_many(path)
            rows.append((number_, [cell.strip() for cell in cells]))
        return rows


def _parquet(path: Path) -> list[tuple[int, list[str]]]:
    import duckdb

    try:
        with duckdb.connect() as database:
            found = database.execute("SELECT * FROM read_parquet(?) LIMIT ?",
                                     [str(path), MOST_ROWS + 1])  # fmt: skip
            titles = [column[0] for column in found.description or []]
            rows = found.fetchall()
    except duckdb.Error:
        raise BadInput(N_("{file} is no Parquet file that can be read."), file=path.name) from None
    if len(rows) > MOST_ROWS:
        raise _too_many(path)
    return [(1, titles), *((n, [_said(c) for c in row]) for n, row in enumerate(rows, start=1))]


def _said(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="minutes")
    return str(cell)


def _too_many(path: Path) -> BadInput:
    return BadInput(
        N_("{file} has more than {most} rows. Narrow it, or ask `linli exposed`."),
        file=path.name,
        most=MOST_ROWS,
    )

"""What does each row of a list say, by a form? Rows as the form reads them, and those refused.

For lists of what happened (results, visits, reports), which are added and never matched against
records. Columns are named by the form's fields; a row that does not fit is told with its number
and its reason, and the others go on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from linli.errors import N_, BadInput, Problem
from linli.forms import BadForm
from linli.registry.imports import files

Row = TypeVar("Row", bound=BaseModel)


@dataclass(frozen=True)
class Read(Generic[Row]):
    """One row of a file: its number there, and what it says, or the problem that it has."""

    number: int
    row: Row | None
    problem: Problem | None = None
    cells: Mapping[str, str] | None = None


@dataclass(frozen=True)
class RowRefused:
    """A row that was refused: its number in the file, and the problem."""

    number: int
    problem: Problem


class ForeignColumns(BadInput):
    """A list has columns that the form does not know, or lacks some that it needs."""

    code = "wrong_columns"


def rows_of(file: IO[bytes], form: type[Row]) -> Iterator[Read[Row]]:
    """The rows of a CSV, XLSX or Parquet file; raises WrongFile or ForeignColumns at once."""
    with files.opened(file) as table:
        header = [title.strip().casefold() for title in table.header]
        _check(header, form)
        for number, texts in table.rows:
            cells = {
                title: files.plain(text)
                for title, text in zip(header, texts, strict=True)
                if title and text.strip()
            }
            yield _read(number, cells, form)


def in_parts(rows: Iterator[Read[Row]], most: int) -> Iterator[list[Read[Row]]]:
    """The rows so many at a time, each part for a transaction of its own."""
    while part := list(islice(rows, most)):
        yield part


def _check(header: list[str], form: type[BaseModel]) -> None:
    known = form.model_fields.keys()
    foreign = tuple(sorted({title for title in header if title} - known))
    if foreign:
        raise ForeignColumns(
            N_("The list has columns nobody knows here: {foreign}. Known are: {known}."),
            foreign=foreign,
            known=tuple(known),
        )
    needed = {name for name, field in form.model_fields.items() if field.is_required()}
    missing = tuple(sorted(needed - set(header)))
    if missing:
        raise ForeignColumns(
            N_("The list lacks the columns {missing}. Add them, and try again."), missing=missing
        )


def checked(form: type[Row], given: Mapping[str, Any]) -> Row:
    """One row from what was given by name; raises BadForm naming each field that is wrong."""
    try:
        return form.model_validate(dict(given))
    except ValidationError as error:
        raise BadForm(error.errors()) from None


def _read(number: int, cells: Mapping[str, str], form: type[Row]) -> Read[Row]:
    try:
        return Read(number, checked(form, cells), None, cells)
    except BadForm as problem:
        return Read(number, None, problem, cells)

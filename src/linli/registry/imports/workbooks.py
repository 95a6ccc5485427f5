"""What does the first sheet of an XLSX workbook hold? Values only, row by row."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import IO, Any

from linli.errors import N_, BadInput

MOST_UNPACKED = 2 * 1024 * 1024 * 1024  # bytes of a workbook once unpacked
MOST_RATIO = 200  # unpacked to packed; an honest sheet stays below 40


class BrokenWorkbook(BadInput):
    """A workbook that cannot be read, or should not be."""

    code = "wrong_file"


class FormulaInside(BadInput):
    """A cell that would be worked out by a spreadsheet: we take values only."""

    code = "wrong_file"
    sentence = N_("Cell {cell} holds a formula. Copy the sheet and paste it as values, then save.")


@contextmanager
def rows_of(file: IO[bytes]) -> Iterator[Iterator[tuple[int, list[Any]]]]:
    """The rows of the first sheet with their numbers; raises a sentence for a broken workbook."""
    from openpyxl import load_workbook

    _check(file)
    try:
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, SyntaxError, TypeError):
        raise _broken() from None
    try:
        yield _rows(book.worksheets[0])
    finally:
        book.close()


def said(value: Any) -> str:
    """A cell's value as a text: whole numbers without a point, days as 2020-02-09."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # what the file says of its size may be wrong
    try:
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            for cell in cells:
                if getattr(cell, "data_type", None) == "f":
                    raise FormulaInside(cell=cell.coordinate)
            yield number, [cell.value for cell in cells]
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, SyntaxError):
        raise _broken() from None


def _check(file: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
    except zipfile.BadZipFile:
        raise _broken() from None
    finally:
        file.seek(0)
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise BrokenWorkbook(N_("This is an archive, not a workbook. Choose a CSV or XLSX file."))
    unpacked = sum(part.file_size for part in parts)
    packed_size = sum(part.compress_size for part in parts) or 1
    if unpacked > MOST_UNPACKED or (unpacked > 1 << 26 and unpacked / packed_size > MOST_RATIO):
        raise BrokenWorkbook(
            N_("The workbook unpacks to {size} MB. Save the one sheet as CSV."), size=unpacked >> 20
        )


def _broken() -> BrokenWorkbook:
    return BrokenWorkbook(N_("The workbook is damaged. Open it, save it again, and try that file."))

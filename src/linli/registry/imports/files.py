"""What does a file hold? Its header and its rows as texts, or one sentence why it is no table."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from linli.errors import N_, BadInput, Word
from linli.registry.imports import columnar, workbooks

MOST_BYTES = 512 * 1024 * 1024
MOST_CELL = 10_000  # characters; the longest field of the registry holds 500
MOST_COLUMNS = 500
CHUNK = 1 << 20
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"%PDF", b"II*\x00", b"MM\x00*")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_SEPARATORS = {";": N_("semicolons"), "\t": N_("tabs"), "|": N_("bars")}


class WrongFile(BadInput):
    """A file is not the table that was asked for."""

    code = "wrong_file"


@dataclass(frozen=True)
class Table:
    """A table in a file: its encoding, its header, and its rows with their numbers in the file."""

    encoding: str
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Table]:
    """Read a file as CSV, XLSX or Parquet, row by row; raises WrongFile with one sentence."""
    start = _start(file)
    if start.startswith(b"PK\x03\x04"):
        with workbooks.rows_of(file) as rows:
            yield _table("xlsx", rows)
        return
    if start.startswith(columnar.START):
        with columnar.rows_of(file) as rows:
            yield _table("parquet", rows)
        return
    encoding = _encoding(file, start)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield _table(encoding, _csv_rows(text))
    except UnicodeDecodeError:
        raise WrongFile(
            N_("The text is in no encoding we know. Save it as CSV in UTF-8.")
        ) from None
    finally:
        text.detach()


def neutral(text: str) -> str:
    """A text that no spreadsheet runs as a formula; `plain` takes it back."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def plain(text: str) -> str:
    """What a cell says, without the quote that keeps a spreadsheet from running it."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text


def _start(file: IO[bytes]) -> bytes:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    start = file.read(4096)
    file.seek(0)
    if not start.strip():
        raise WrongFile(N_("The file is empty. Choose one with a header line and rows."))
    if size > MOST_BYTES:
        raise WrongFile(
            N_("The file has {size} MB; at most {most} MB can be read. Split it."),
            size=size >> 20,
            most=MOST_BYTES >> 20,
        )
    if start.startswith(_PICTURES):
        raise WrongFile(N_("This is a picture or a document, not a table. Choose a CSV or XLSX."))
    if start.startswith(_OLD_EXCEL):
        raise WrongFile(N_("This is an old Excel file (.xls). Save it as .xlsx or CSV first."))
    return start


def _encoding(file: IO[bytes], start: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, or GB18030; nothing is guessed."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in start:
        raise WrongFile(N_("This is not a text. Choose a CSV or XLSX file."))
    for encoding in ("utf-8-sig", "gb18030"):
        if _decodes(file, encoding):
            return encoding
    raise WrongFile(N_("The text is in no encoding we know. Save it as CSV in UTF-8."))


def _decodes(file: IO[bytes], encoding: str) -> bool:
    import codecs

    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _csv_rows(text: IO[str]) -> Iterator[tuple[int, list[Any]]]:
    csv.field_size_limit(MOST_CELL * 4)
    reader = csv.reader(_short_lines(text), strict=False)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise _too_long(number) from None
        if "\x00" in "".join(row):
            raise WrongFile(N_("This is not a text. Choose a CSV or XLSX file."))
        yield number, row


def _short_lines(text: IO[str]) -> Iterator[str]:
    """Lines of a bearable length, so that a file without line ends is not read whole."""
    most = MOST_CELL * 40
    number = 0
    while line := text.readline(most):
        number += 1
        if len(line) >= most:
            raise _too_long(number)
        yield line


def _table(encoding: str, rows: Iterator[tuple[int, list[Any]]]) -> Table:
    header: list[str] = []
    for _, row in rows:
        header = [_said(cell).strip() for cell in row]
        if any(header):
            break
    while header and not header[-1]:
        header.pop()
    if not header:
        raise WrongFile(N_("The file is empty. Choose one with a header line and rows."))
    if len(header) > MOST_COLUMNS:
        raise WrongFile(
            N_("The header has {n} columns; at most {most} can be read."),
            n=len(header),
            most=MOST_COLUMNS,
        )
    if len(header) == 1:
        for separator, name in _SEPARATORS.items():
            if separator in header[0]:
                raise WrongFile(
                    N_("The columns are separated by {separator}. Save the file with commas."),
                    separator=Word(name),
                )
    twice = sorted({title for title in header if title and header.count(title) > 1})
    if twice:
        raise WrongFile(
            N_("The header names {columns} twice. Give every column its own title."), columns=twice
        )
    return Table(encoding, header, _filled(rows, header))


def _filled(
    rows: Iterator[tuple[int, list[Any]]], header: list[str]
) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, each as wide as the header."""
    width = len(header)
    for number, row in rows:
        cells = [_said(cell) for cell in row]
        if not any(cell.strip() for cell in cells):
            continue
        for place, cell in enumerate(cells[:width]):
            if len(cell) > MOST_CELL:
                raise _too_long(number, header[place])
        if number <= 3 and all(c.startswith("#") for c in cells[:width] if c.strip()):
            continue  # a second header line of tags, as our own exports have
        yield number, (cells + [""] * (width - len(cells)))[:width]


def _said(cell: Any) -> str:
    return cell if isinstance(cell, str) else workbooks.said(cell)


def _too_long(number: int, column: str = "") -> WrongFile:
    return WrongFile(
        N_("Row {row} {column} holds a cell of more than {most} characters. Shorten it."),
        row=number,
        column=column,
        most=MOST_CELL,
    )

"""What does a Parquet file hold? Its columns as texts, row by row, like every other list."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from linli.errors import N_, BadInput

START = b"PAR1"
ROWS_AT_ONCE = 10_000
COPY_CHUNK = 1 << 20
ALONE: dict[str, Any] = {
    "autoinstall_known_extensions": "false"
}  # nothing is fetched to read a file


class BrokenParquet(BadInput):
    """A Parquet file that cannot be read."""

    code = "wrong_file"
    sentence = N_("The Parquet file is damaged or cut short. Write it again, and try that file.")


@contextmanager
def rows_of(file: IO[bytes]) -> Iterator[Iterator[tuple[int, list[Any]]]]:
    """The header and the rows with their numbers; moments and days as texts, nothing for null."""
    import duckdb

    with tempfile.NamedTemporaryFile(suffix=".parquet") as copy:
        file.seek(0)
        while chunk := file.read(COPY_CHUNK):
            copy.write(chunk)
        copy.flush()
        with duckdb.connect(config=ALONE) as engine:
            try:
                found = engine.execute(
                    "SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?)", [copy.name]
                )
                header = [column[0] for column in found.description or ()]
                yield _rows(found, header)
            except duckdb.Error:
                raise BrokenParquet from None


def _rows(found: Any, header: list[str]) -> Iterator[tuple[int, list[Any]]]:
    yield 1, header
    number = 1
    while rows := found.fetchmany(ROWS_AT_ONCE):
        for row in rows:
            number += 1
            yield number, list(row)

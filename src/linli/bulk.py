"""How do many rows go into a table at once? COPY on PostgreSQL, one prepared insert on SQLite."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, models

INDEX_MEMORY = "256MB"  # that PostgreSQL may use to build one index, or to sort a heap
HEAP_BATCH = 50_000  # rows handed over at once


class Json(str):
    """The text of a JSON value, dumped once for the many rows that share it."""


def next_ids(model: type[models.Model], count: int) -> range | list[int]:
    """Take ``count`` fresh ids for a table, in the caller's transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [f'"{table}"', count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        cursor.execute(f'SELECT max(id) FROM "{table}"')
        first = max(row[0] if row else 0, cursor.fetchone()[0] or 0) + 1
        taken = [first + count - 1, table]  # so that the next call does not give them out again
        if row:
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", taken)
        else:
            cursor.execute("INSERT INTO sqlite_sequence (seq, name) VALUES (%s, %s)", taken)
        return range(first, first + count)


class Ids:
    """Fresh ids for a table, bit by bit: the more a call has taken, the more are fetched at once.

    What is left over in the end is a gap, never longer than what was used.
    """

    def __init__(self, model: type[models.Model]) -> None:
        self._model = model
        self._left: list[int] = []
        self._n_taken = 0

    def take(self, count: int) -> list[int]:
        """So many ids, in the caller's transaction."""
        short = count - len(self._left)
        if short > 0:
            self._left += next_ids(self._model, max(short, self._n_taken))
        self._n_taken += count
        given, self._left = self._left[:count], self._left[count:]
        return given


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows given as plain values in the order of ``columns``; returns how many.

    Moments are UTC seconds; JSON columns take what json can dump. No signals, no defaults but
    the database's own: every column without a database default has to be named.
    """
    fields = [model._meta.get_field(name) for name in columns]
    shapers = [(i, shape) for i, field in enumerate(fields) if (shape := _shaper(field))]
    plain: Iterable[Sequence[Any]] = _shaped(rows, shapers) if shapers else rows
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(getattr(field, "column", ""))) for field in fields)
    table = quote(model._meta.db_table)
    if connection.vendor == "postgresql":
        return _copy(f"COPY {table} ({names}) FROM STDIN", plain)
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(plain))
        return cursor.rowcount


def fill(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Fill a temporary table of this connection with plain values."""
    names = ", ".join(columns)
    if connection.vendor == "postgresql":
        _copy(f"COPY {table} ({names}) FROM STDIN", rows)
        return
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


@contextmanager
def indexes_aside(*filled: type[models.Model]) -> Iterator[None]:
    """Fill tables without their plain indexes, which are built once at the end.

    On PostgreSQL their foreign keys are set aside too, and checked for all rows in one query.
    Primary keys and unique constraints stay. In the caller's transaction; others wait for it.
    """
    postgresql = connection.vendor == "postgresql"
    set_aside = _set_aside_postgresql if postgresql else _set_aside_sqlite
    again: list[str] = []
    with connection.cursor() as cursor:
        if postgresql:
            _check_now(cursor)
            cursor.execute(f"SET LOCAL maintenance_work_mem = '{INDEX_MEMORY}'")
        for model in filled:
            again += set_aside(cursor, model._meta.db_table)
        yield
        if postgresql:
            _check_now(cursor)
        for statement in again:
            cursor.execute(statement)


def _check_now(cursor: Any) -> None:
    """Check foreign keys now: a table with checks due cannot be altered."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _set_aside_postgresql(cursor: Any, table: str) -> list[str]:
    again = []
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE indrelid = %s::regclass AND NOT indisunique",
        [f'"{table}"'],
    )
    for name, definition in cursor.fetchall():
        cursor.execute(f"DROP INDEX {name}")
        again.append(definition)
    cursor.execute(
        "SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype = 'f'",
        [f'"{table}"'],
    )
    for name, definition in cursor.fetchall():
        cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT {name}')
        again.append(f'ALTER TABLE "{table}" ADD CONSTRAINT {name} {definition}')
    return again


def _set_aside_sqlite(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s "
        "AND sql IS NOT NULL AND sql NOT LIKE 'CREATE UNIQUE%%'",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _, definition in indexes]


def insert_sorted(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Insert very many rows by way of a heap that the database sorts by ``columns`` first.

    An index that is filled in its own order grows at its end only, and never reads what it has.
    In the caller's transaction; the values go in as they are.
    """
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    names = ", ".join(quote(field.column) for field in fields)
    heap = quote(f"{model._meta.db_table}_heap")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {heap} AS SELECT {names} FROM {table} LIMIT 0")
        marks = ", ".join(["%s"] * len(columns))
        count = 0
        waiting = iter(rows)
        while batch := list(islice(waiting, HEAP_BATCH)):  # rows may be read on this connection
            if connection.vendor == "postgresql":
                _copy(f"COPY {heap} ({names}) FROM STDIN", batch)
            else:
                cursor.executemany(f"INSERT INTO {heap} VALUES ({marks})", batch)
            count += len(batch)
        if connection.vendor == "postgresql":
            cursor.execute(f"SET LOCAL work_mem = '{INDEX_MEMORY}'")
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {heap} ORDER BY {names}")
        cursor.execute(f"DROP TABLE {heap}")
    return count


def update(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Set columns of rows given as plain values in the order of ``columns``, the id last."""
    fields = [model._meta.get_field(name) for name in columns]
    shape = [_shaper(field) for field in fields]
    plain = [
        (*(s(v) if s and v is not None else v for s, v in zip(shape, row, strict=False)), row[-1])
        for row in rows
    ]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(str(getattr(field, 'column', '')))} = %s" for field in fields)
    key = quote(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {key} = %s", plain
        )
    return len(plain)


def _copy(statement: str, rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    # Django translates the errors of execute() only; a row that is there already is an
    # IntegrityError by this door too.
    told = connection.wrap_database_errors
    with connection.cursor() as cursor, told, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _json_text(value: Any) -> str:
    return value if isinstance(value, Json) else json.dumps(value, ensure_ascii=False)


def _shaped(
    rows: Iterable[Sequence[Any]], shapers: Sequence[tuple[int, Callable[[Any], Any]]]
) -> Iterator[Sequence[Any]]:
    for given in rows:
        row = list(given)
        for i, shape in shapers:
            if row[i] is not None:
                row[i] = shape(row[i])
        yield row


def _shaper(field: Any) -> Any:
    if isinstance(field, models.JSONField):
        return _json_text
    if connection.vendor == "postgresql":
        return None
    if isinstance(field, models.UUIDField):
        return lambda value: value.hex if isinstance(value, UUID) else str(value).replace("-", "")
    if isinstance(field, models.DateField):
        return lambda value: value.isoformat() if isinstance(value, date | datetime) else value
    if isinstance(field, models.BooleanField):
        return int
    return None

"""How is a statement run that is always the same? Prepared once a connection, nothing between.

For the few statements that every request runs: on PostgreSQL they are parsed and planned once,
and their values travel apart from them. SQLite keeps its own prepared statements.
"""

from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, connection

AT_ONCE = 0  # prepare when first met: there are few of them, and each comes again


def rows(text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement and fetch its rows; outside a transaction a lost connection is made anew.

    The statement has to bear being run again: the answer to the first try may be what was lost.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchall()
    connection.ensure_connection()
    try:
        return _run(text, values)
    except OperationalError:
        raw: Any = connection.connection
        if connection.in_atomic_block or not (raw is None or raw.closed):
            raise
        connection.close()
        connection.ensure_connection()
        return _run(text, values)


def _run(text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    from psycopg import Cursor

    raw: Any = connection.connection
    kept = raw.prepare_threshold  # Django prepares nothing on its own
    raw.prepare_threshold = AT_ONCE
    try:
        with connection.wrap_database_errors, Cursor(raw) as cursor:
            cursor.execute(text, values)
            return cursor.fetchall()
    finally:
        raw.prepare_threshold = kept

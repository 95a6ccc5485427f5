"""What a builder writes is written once in a process, and put back for every test that asks for it.

Most tests begin in the same small city. Appointing its people one by one took longer than most of
those tests; their rows, with their numbers, are put back by a statement a table.
"""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection, transaction

from linli.loops import limits, office, retime

Made = TypeVar("Made")
Rows = dict[str, dict[str, tuple[Any, ...]]]  # of each table, by what is written in them

_kept: dict[Callable[[], Any], tuple[Rows, Any]] = {}


def put(build: Callable[[], Made]) -> Made:
    """Leave the database and return what ``build`` would; it is called once in a process.

    ``build`` begins in a database that holds what migrations put there, adds rows and changes none.
    """
    if build in _kept:
        rows, made = _kept[build]
        _insert(rows)
    else:
        forget_caches()  # else the builder leaves out what an earlier database had
        before = _rows()
        made = build()
        _kept[build] = _added(before, _rows()), made
    return deepcopy(made)


def forget(build: Callable[[], Any]) -> None:
    """Call the builder again the next time."""
    _kept.pop(build, None)


def forget_caches() -> None:
    """Forget what the process remembers of signed limits and working days of a database."""
    limits.forget()
    retime.forget()
    office.forget()


@cache
def _tables() -> dict[str, list[str]]:
    """The columns of every table, quoted."""
    quote = connection.ops.quote_name
    return {
        quote(model._meta.db_table): [
            quote(field.column)
            for field in model._meta.local_concrete_fields
            if not field.generated
        ]
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def _rows() -> Rows:
    found = {}
    with connection.cursor() as cursor:
        for table, columns in _tables().items():
            cursor.execute(f"SELECT {', '.join(columns)} FROM {table}")
            found[table] = {repr(row): row for row in cursor.fetchall()}
    return found


def _added(before: Rows, after: Rows) -> Rows:
    changed = [table for table, rows in before.items() if not rows.keys() <= after[table].keys()]
    assert not changed, f"What was there before is changed or gone: {', '.join(changed)}."
    return {
        table: added
        for table, rows in after.items()
        if (added := {key: row for key, row in rows.items() if key not in before[table]})
    }


def _insert(rows: Rows) -> None:
    tables = _tables()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, added in rows.items():
            marks = ", ".join(["%s"] * len(tables[table]))
            cursor.executemany(
                f"INSERT INTO {table} ({', '.join(tables[table])}) VALUES ({marks})",
                list(added.values()),
            )

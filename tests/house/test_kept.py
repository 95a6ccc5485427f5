"""Is what is put back for a test what the builder would have written?"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from tests import kept
from tests.cast import build_with_limits
from tests.web.furnished import build_furnished

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.mark.parametrize("build", [build_with_limits, build_furnished])
def test_what_is_put_back_is_what_was_built(build: Callable[[], Any]) -> None:
    built = whole(build)
    kept.forget(build)
    first = whole(lambda: kept.put(build))
    again = whole(lambda: kept.put(build))

    assert again == first
    assert {name: len(rows) for name, rows in again.items()} == {
        name: len(rows) for name, rows in built.items()
    }


def whole(build: Callable[[], Any]) -> dict[str, list[Any]]:
    """Every row of every table of the database after a build that is undone."""
    kept.forget_caches()
    with transaction.atomic(), connection.cursor() as cursor:
        build()
        found = {}
        for table in connection.introspection.table_names(cursor):
            if "_" not in table:  # one for the length of a transaction
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(str(row) for row in cursor.fetchall())
        transaction.set_rollback(True)
    return found

"""The boards' sums as plain rows, to compare with a fresh count; and a planner that knows them."""

from typing import Any

from django.db import connection

from linli.loops.ledger import Tally


def tallies() -> list[dict[str, Any]]:
    """Every tally without its id, in a fixed order."""
    rows = Tally.objects.order_by("community_id", "loop", "item_class").values()
    return [{k: v for k, v in row.items() if k != "id"} for row in rows]


def count_rows() -> None:
    """Let the database know how many rows came in, as the demo does; else it plans for none."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

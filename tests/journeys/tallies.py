"""The boards' sums as plain rows, to compare with a fresh count."""

from typing import Any

from linli.loops.ledger import Tally


def tallies() -> list[dict[str, Any]]:
    """Every tally without its id, in a fixed order."""
    rows = Tally.objects.order_by("community_id", "loop", "item_class").values()
    return [{k: v for k, v in row.items() if k != "id"} for row in rows]

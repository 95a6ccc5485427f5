"""What stood on a curve when something happened, and what half a month later?

What came after need not have come of it: a curve with marks says when, never why.
"""

from collections.abc import Sequence
from typing import TypeVar

AFTER_DAYS = 15  # half a month: what is ordered today is seen in reports by then

Value = TypeVar("Value")


def then_and_later(values: Sequence[Value], at: int) -> tuple[Value | None, Value | None]:
    """What stood there on a day, and AFTER_DAYS later; None where the curve does not reach."""
    n = len(values)
    return (
        values[at] if 0 <= at < n else None,
        values[at + AFTER_DAYS] if 0 <= at + AFTER_DAYS < n else None,
    )

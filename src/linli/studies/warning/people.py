"""How many people are there in each area, for methods that compare by people?"""

from collections.abc import Sequence
from datetime import date

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from linli.studies.frames import By, Frame


def registered(frame: Frame) -> NDArray[np.float64]:
    """How many are registered in each unit, and live in each compound, on the last day."""
    day = frame.days[-1]
    one_day = Frame(frame.areas, (day,), frame.exercise)
    counts = one_day.zero
    for column, by in (("p.path", By.UNIT), ("a.path", By.HOME)):
        counts = one_day.spread(_by_path(column, day), counts, by=by)
    return counts[:, 0]


def _by_path(column: str, day: date) -> Sequence[tuple[str, date, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column}, count(*) FROM registry_person p "
            "LEFT JOIN registry_household h ON h.id = p.household_id "
            "LEFT JOIN registry_area a ON a.id = h.compound_id "
            "WHERE p.survivor_id IS NULL AND (p.left_on IS NULL OR p.left_on > %s) GROUP BY 1",
            [day],
        )
        return [(path, day, n) for path, n in cursor.fetchall() if path]

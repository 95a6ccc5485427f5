"""How many were announced in Wuhan on each day of 2020, and how many is that in a smaller city?"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from linli.demo.tables import table

FIRST_IN_DEMO = date(2020, 1, 23)  # the day the city closed; who was ill before comes with it
MOST_CASES = 400  # of the demo, however big its city: more would only take longer to look at
FEWEST_CASES = 36  # of the demo, however small its city


@dataclass(frozen=True)
class Announced:
    """Running totals at the end of a day; None where a figure was not announced."""

    on: date
    confirmed: int
    cured: int | None
    dead: int | None
    definition: str  # laboratory, or clinical beside it


@cache
def announced() -> tuple[Announced, ...]:
    """Every notice, the oldest first; days without one are left out."""
    return tuple(
        Announced(
            date.fromisoformat(row["date"]),
            int(row["confirmed"]),
            int(row["cured"]) if row["cured"] else None,
            int(row["dead"]) if row["dead"] else None,
            row["definition"],
        )
        for row in table("wuhan/daily_counts.csv")
    )


def confirmed_by(on: date) -> int:
    """The last total announced for this day or one before it; 0 before the first."""
    return max((a.confirmed for a in announced() if a.on <= on), default=0)


def share_of(people: int, whole: int, until: date) -> float:
    """Cases of the demo for one of Wuhan: as its people, within FEWEST_CASES and MOST_CASES."""
    total = confirmed_by(until)
    return min(max(people / whole, FEWEST_CASES / total), MOST_CASES / total)


def new_by_day(share: float, until: date) -> dict[date, int]:
    """New confirmed cases of each day from FIRST_IN_DEMO on, at this share of Wuhan's.

    Whole numbers whose running total is never more than half a case from the scaled one. A day
    without a notice adds none, and a correction downwards takes none away.
    """
    days = (until - FIRST_IN_DEMO).days + 1
    found, before = {}, 0
    for n in range(days):
        day = FIRST_IN_DEMO + timedelta(days=n)
        total = max(before, round(confirmed_by(day) * share))
        found[day], before = total - before, total
    return found


def ended_by(on: date, share: float) -> tuple[int, int]:
    """How many were cured and how many had died by a day, at this share of Wuhan's."""
    cured = max((a.cured or 0 for a in announced() if a.on <= on), default=0)
    dead = max((a.dead or 0 for a in announced() if a.on <= on), default=0)
    return round(cured * share), round(dead * share)

"""Which areas and which days does a study count, and how do rows of records fill them?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from linli import clock
from linli.policy.can import end_of
from linli.registry.areas import Area, AreaKind

DAY_S = 86_400
HOMES = (AreaKind.COMPOUND, AreaKind.BUILDING)  # where people live; grids answer for them


class By(Enum):
    """What the path of a row is: of who answers, of where people live, or of the thing itself."""

    UNIT = "unit"
    HOME = "home"
    PLACE = "place"


@dataclass(frozen=True)
class Frame:
    """The rows and columns of arrays (areas, days), and whose records fill them."""

    areas: tuple[Area, ...]
    days: tuple[date, ...]
    exercise: bool

    @property
    def unknown(self) -> NDArray[np.float64]:
        """Nothing is known."""
        return np.full((len(self.areas), len(self.days)), np.nan)

    @property
    def zero(self) -> NDArray[np.float64]:
        """Nothing happened."""
        return np.zeros((len(self.areas), len(self.days)))

    @cached_property
    def homes(self) -> NDArray[np.bool_]:
        """Which of the areas are compounds or buildings."""
        return np.array([area.kind in HOMES for area in self.areas], dtype=bool)

    @property
    def begins_s(self) -> int:
        """The first second of the first day of the city."""
        return clock.midnight_s(self.days[0])

    @property
    def ends_s(self) -> int:
        """The first second after the last day of the city."""
        return clock.midnight_s(self.days[-1]) + DAY_S

    def known_from(self, day: date) -> NDArray[np.float64]:
        """Nothing happened from a day on; before it nothing is known."""
        counts = self.zero
        counts[:, [one < day for one in self.days]] = np.nan
        return counts

    def spread(
        self,
        rows: Iterable[tuple[str, date, float]],
        into: NDArray[np.float64],
        *,
        by: By = By.UNIT,
    ) -> NDArray[np.float64]:
        """Add (path, day, count) rows to every area that holds the path.

        A row of a unit says nothing of compounds, whose people may belong to several grids, and a
        row of a home nothing of units.
        """
        where, lengths = self._where[by]
        column = {day: n for n, day in enumerate(self.days)}
        for path, day, count in rows:
            for length in lengths:
                row = where.get(path[:length]) if len(path) >= length else None
                if row is not None and day in column:
                    into[row, column[day]] += count
        return into

    @cached_property
    def _where(self) -> dict[By, tuple[dict[str, int], list[int]]]:
        """The row of each path that fits, and how long such paths are."""
        fits = {By.UNIT: ~self.homes, By.HOME: self.homes, By.PLACE: np.ones(len(self.areas), bool)}
        found = {}
        for by, mask in fits.items():
            where = {area.path: n for n, area in enumerate(self.areas) if mask[n]}
            found[by] = (where, sorted({len(path) for path in where}))
        return found

    def within(self, column: str = "path") -> str:
        """The condition that a path lies in any of the areas; its values are ``bounds``."""
        return " OR ".join([f"({column} >= %s AND {column} < %s)"] * len(self._tops))

    def bounds(self) -> list[str]:
        """The values of ``within``."""
        return [bound for path in self._tops for bound in (path, end_of(path))]

    @cached_property
    def _tops(self) -> list[str]:
        """The paths of the areas, none inside another."""
        tops: list[str] = []
        for path in sorted(area.path for area in self.areas):
            if not (tops and path.startswith(tops[-1])):
                tops.append(path)
        return tops


def as_day(value: date | str) -> date:
    """A day as either database gives it."""
    return value if isinstance(value, date) else date.fromisoformat(value)

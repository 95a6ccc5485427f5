"""Who was confirmed when, and since when ill? One row a case of this city's records, no names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import Count
from numpy.typing import NDArray

from linli import clock
from linli.loops.cases import confirmed
from linli.registry.areas import Area
from linli.studies.tables import EPOCH

UNKNOWN = -1
Days = NDArray[np.int64]


@dataclass(frozen=True)
class Cases:
    """Days since tables.EPOCH, one a case: of onset (UNKNOWN where not told) and of the report.

    ``part``: which of the areas below it lies in; UNKNOWN for none. ``n_reversed``: cases left out
    because they were reported before they fell ill.
    """

    onset: Days
    reported: Days
    part: Days
    n_reversed: int = 0

    @property
    def n_no_onset(self) -> int:
        """Cases of whom nobody told since when they are ill."""
        return int((self.onset == UNKNOWN).sum())

    def of(self, part: int) -> "Cases":
        """The cases of one area below."""
        use = self.part == part
        return Cases(self.onset[use], self.reported[use], self.part[use])


def diseases(area: Area, *, exercise: bool) -> list[str]:
    """The diseases with a confirmed case here, the most frequent first."""
    rows = confirmed.cases(area.path, exercise=exercise).values("kind").annotate(n=Count("id"))
    return [row["kind"] for row in rows.exclude(kind="").order_by("-n", "kind")]


def read(area: Area, parts: Sequence[Area], disease: str, *, until: date, exercise: bool) -> Cases:
    """Everybody confirmed here up to the end of a day, but who was excluded again.

    The report is the moment they became confirmed, not that they were first suspected.
    """
    where = {part.path: n for n, part in enumerate(parts)}
    lengths = sorted({len(path) for path in where})
    found = []
    for path, onset, at in confirmed.told(area.path, disease, exercise=exercise):
        reported = clock.day(at)
        if reported > until:
            continue
        part = next((where[path[:n]] for n in lengths if path[:n] in where), UNKNOWN)
        day = UNKNOWN if onset is None else (onset - EPOCH).days
        found.append((day, (reported - EPOCH).days, part))
    columns = np.array(found, dtype=np.int64).reshape(-1, 3)
    use = columns[:, 0] <= columns[:, 1]
    onset, day, part = columns[use].T
    return Cases(onset, day, part, int((~use).sum()))


def parts_of(area: Area) -> list[Area]:
    """The units directly below an area, each a curve of its own."""
    below = Area.objects.filter(parent=area, valid_until=None).order_by("path")
    return [one for one in below if one.tier is not None]

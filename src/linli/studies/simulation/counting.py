"""What of the reports of the last weeks is another way of counting? Taken out before a run begins.

Changes of definition are declared once, on the page of the outbreak's course. A jump that is one
looks like growth, and would be carried on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic import definition
from linli.analysis.simulation.observation import Observation
from linli.analysis.simulation.start import REMEMBERED_DAYS, Known, by_day
from linli.registry.areas import Area
from linli.studies.epidemic import marks
from linli.studies.epidemic.tables import CurveMark, MarkKind
from linli.studies.simulation.records import Moment


@dataclass(frozen=True)
class Counting:
    """How the cases of the days remembered count. ``weights``: what one of each day counts for.

    ``ratio``: how many are counted today for one of before; ``backlog``: days whose cases fell ill
    long before.
    """

    weights: NDArray[np.float64]  # (days remembered,)
    ratio: float
    backlog: NDArray[np.bool_]  # (days remembered,)
    n_changes: int

    def onsets(self, known: Known) -> NDArray[np.float64]:
        """Days of onset of cases reported by yesterday, as one definition would have counted them.

        Each with what its day of report counts for.
        """
        there = (known.onset >= 0) & (known.reported < known.today)
        day = np.maximum(known.reported[there], 0)
        found = np.bincount(known.onset[there], self.weights[day], minlength=known.today)
        return found.astype(np.float64)

    def observed(self, observation: Observation) -> Observation:
        """Who comes to be known from today on: so many more, or fewer, of the mildly ill."""
        share = min(1.0, observation.mild_seek * self.ratio)
        return replace(observation, mild_seek=share)


def counting(area: Area, known: Known, moment: Moment, *, disease: str) -> Counting:
    """What was declared of how cases count in an area, over the days remembered."""
    rows = marks.declared(area, disease, exercise=moment.exercise)
    changes = marks.changes(rows, first=moment.first_day, n_days=REMEMBERED_DAYS)
    counts = by_day(known.reported, known).astype(float)
    even = definition.even(counts[None], changes)
    backlog = np.zeros(REMEMBERED_DAYS, dtype=bool)
    for change in changes:
        backlog[change.first : change.first + change.backlog] = True
    weights = np.divide(even.counts[0], counts, out=np.ones(REMEMBERED_DAYS), where=counts > 0)
    in_force = [
        ratio for change, ratio in zip(sorted(changes, key=lambda c: c.first), even.ratios,
                                       strict=True)
        if change.last == REMEMBERED_DAYS - 1 and _holds(rows, moment)
    ]  # fmt: skip
    return Counting(weights, in_force[0] if in_force else 1.0, backlog, len(changes))


def _holds(rows: Sequence[CurveMark], moment: Moment) -> bool:
    """Whether the last declared change holds today too."""
    return any(
        row.kind == MarkKind.DEFINITION and (row.last_on is None or row.last_on >= moment.today)
        for row in rows
    )

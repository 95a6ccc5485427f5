"""What if the way of counting changed? Declared changes are taken out, others are warned of."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from linli.analysis.warning import glm
from linli.errors import N_, BadInput

SPAN = 7  # days either side of a change that its size is read from
NEAR = 3  # days either side that a day is compared with
JUMP = 4.0  # times the middle of its neighbours that makes a day a break; assumed
LEAST_CASES = 20  # of such a day; assumed


@dataclass(frozen=True)
class Change:
    """From ``first`` to ``last`` (columns) cases were counted by another definition.

    ``backlog``: so many days at its start hold cases that belong to earlier days. ``ratio``: how
    many it counts for one case of before; None: to be read from the days around its two ends.
    A revision of one day is a change whose days are all backlog.
    """

    first: int
    last: int
    backlog: int = 0
    ratio: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last or not 0 <= self.backlog <= self.last - self.first + 1:
            raise BadInput(N_("A change ends before it begins, or holds more backlog than days."))
        if self.ratio is not None and not self.ratio > 0:
            raise BadInput(N_("A change counts some cases for each of before: a ratio above 0."))


@dataclass(frozen=True)
class Even:
    """Counts as one definition would have given them, and what was done to get there.

    ``ratios``: of each change. ``set_aside``: cases of backlog that no day was given, shape
    (areas,): who they were is known, when they fell ill is not.
    """

    counts: NDArray[np.float64]
    ratios: tuple[float, ...]
    set_aside: NDArray[np.float64]


def even(counts: NDArray[np.float64], changes: Sequence[Change]) -> Even:
    """Take declared changes of definition out of counts.

    Parameters
    ----------
    counts
        Shape (areas, days), oldest first.
    changes
        In any order; they may not overlap.

    Returns
    -------
    Counts in the scale of the definition before the first change: days of a change are divided by
    its ratio, days of backlog get the level between their neighbours.

    Notes
    -----
    The ratio is the level shift of a Poisson line on the seven days before and after each end, of
    all areas together; what a real jump on the same day would have done cannot be told from it.

    Source
    ------
    Interrupted time series: Bernal, Cummins and Gasparrini (2017), doi:10.1093/ije/dyw098.
    """
    counts = np.array(counts, dtype=np.float64)
    ordered = sorted(changes, key=lambda change: change.first)
    for one, other in pairwise(ordered):
        if other.first <= one.last:
            raise BadInput(N_("Two changes of definition overlap. Declare them one after another."))
    if ordered and ordered[-1].last >= counts.shape[1]:
        raise BadInput(N_("A change of definition ends after the last day of the counts."))
    blocked = np.zeros(counts.shape[1], dtype=bool)
    for change in ordered:
        blocked[change.first : change.first + change.backlog] = True
    aside = np.where(blocked, counts, 0.0)
    ratios = []
    for change in ordered:
        ratio = change.ratio or _ratio(counts, change, blocked)
        inside = slice(change.first + change.backlog, change.last + 1)
        counts[:, inside] /= ratio
        ratios.append(ratio)
    filled = _between(counts, blocked)
    set_aside = np.maximum(aside - np.where(blocked, filled, 0.0), 0.0).sum(axis=1)
    return Even(filled, tuple(ratios), set_aside)


def breaks(counts: NDArray[np.float64], changes: Sequence[Change] = ()) -> NDArray[np.bool_]:
    """Days that stand so far above both neighbours that the counting is likelier to have changed.

    Returns True on days that hold at least 20 cases and four times the middle of the three days
    before and after, and on which no declared change begins; shape (areas, days).
    """
    n_days = counts.shape[1]
    found = np.zeros(counts.shape, dtype=bool)
    offsets = [k for k in range(-NEAR, NEAR + 1) if k]
    for day in range(NEAR, n_days):
        near = [day + k for k in offsets if 0 <= day + k < n_days]
        known = counts[:, near]
        rows = ~np.isnan(known).any(axis=1)
        middle = np.median(np.nan_to_num(known), axis=1)
        found[:, day] = rows & (counts[:, day] >= LEAST_CASES) & (counts[:, day] > JUMP * middle)
    for change in changes:
        found[:, change.first : change.first + max(change.backlog, 1)] = False
    return found


def _ratio(counts: NDArray[np.float64], change: Change, blocked: NDArray[np.bool_]) -> float:
    """The geometric mean of the level shifts at both ends, as far as there are days around."""
    shifts = []
    for at, sign in ((change.first, 1.0), (change.last + 1, -1.0)):
        days = np.arange(max(at - SPAN, 0), min(at + SPAN, counts.shape[1]))
        inside = (days >= change.first) & (days <= change.last)
        days, inside = days[~blocked[days]], inside[~blocked[days]]
        if inside.sum() >= 2 and (~inside).sum() >= 2:
            shifts.append(sign * _shift(np.nansum(counts[:, days], axis=0), days, days >= at))
    return float(np.exp(np.mean(shifts))) if shifts else 1.0


def _shift(city: NDArray[np.float64], days: NDArray[np.int64], after: NDArray[np.bool_]) -> float:
    design = np.stack([np.ones(len(days)), days - days.mean(), after.astype(float)], axis=1)
    fits = glm.fit(design, city[None, :], np.ones((1, len(days))))
    return float(fits.coefficients[0, 2]) if fits.settled[0] else 0.0


def _between(counts: NDArray[np.float64], blocked: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Days that are blocked get the level between their neighbours, on a logarithmic scale."""
    if not blocked.any() or blocked.all():
        return counts
    days = np.arange(counts.shape[1])
    filled = counts.copy()
    for row in filled:
        use = ~blocked & ~np.isnan(row)
        if use.any():
            row[blocked] = np.expm1(np.interp(days[blocked], days[use], np.log1p(row[use])))
    return filled

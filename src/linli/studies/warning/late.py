"""What if cases are told late? Counts as they will stand, so that the last days do not mislead."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput
from linli.studies import tables
from linli.studies.epidemic import outlook
from linli.studies.epidemic.counts import Counts

LEAST_TOLD = 0.5  # of a day's cases, before the day is tested


def from_cases(
    path: Path,
    *,
    begins: str,
    ends: str,
    area: str = "area",
    as_of: str = "",
    most_delay: int = 30,
    least_told: float = LEAST_TOLD,
) -> Counts:
    """Nowcast one row a case, and end on the last day of which enough is told.

    Raises BadInput for rows that cannot be read, and for too few days to learn the delays.
    """
    now = outlook.now(path, begins=begins, ends=ends, area=area, as_of=as_of, most_delay=most_delay)
    found = now.found
    expected = np.where(found.share >= least_told, found.expected, np.nan)
    return _told(Counts(now.areas, now.first, 1, expected))


def from_delays(counts: Counts, path: Path, *, least_told: float = LEAST_TOLD) -> Counts:
    """Divide each of the last days by the share that a table of delays says is told by now.

    The table has a row a delay: ``delay`` in days, and ``share`` told on that day of delay, from 0
    up and summing to 1. The last day of the counts is taken for the day they are of.
    """
    if counts.step != 1:
        raise BadInput(N_("Delays in days need counts a day; these are counts a week."))
    shares = np.cumsum(_shares(path))
    age = np.arange(counts.counts.shape[1])[::-1]
    told = shares[np.minimum(age, len(shares) - 1)]
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(told >= least_told, counts.counts / told, np.nan)
    return _told(replace(counts, counts=expected))


def _told(counts: Counts) -> Counts:
    """Up to the last day that some area has; raises BadInput if there is none."""
    known = np.flatnonzero(~np.isnan(counts.counts).all(axis=0))
    if not len(known):
        raise BadInput(N_("Of no day enough is told yet. Wait, or give more days."))
    return replace(counts, counts=counts.counts[:, : int(known[-1]) + 1])


def _shares(path: Path) -> NDArray[np.float64]:
    columns = tables.read(path, wanted=("delay", "share"))
    delays = columns.read("delay", tables.count, empty=-1)
    shares = columns.read("share", tables.number, empty=-1.0)
    found = np.zeros(max(delays, default=0) + 1)
    if sorted(delays) != list(range(len(found))):
        raise BadInput(
            N_("{file} needs one row for each delay from 0 days up, without a gap."),
            file=path.name,
        )
    found[delays] = shares
    if (found < 0).any() or not np.isclose(found.sum(), 1.0, atol=0.01):
        raise BadInput(
            N_("The shares of {file} add up to {sum}. They are 0 or more, and add up to 1."),
            file=path.name,
            sum=f"{found.sum():.3f}",
        )
    return found / found.sum()

"""Have counts begun to rise, whatever their level and however fast? Rising against constant."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from linli.analysis.warning.finding import Findings, checked, found, tested

MOST_COUNT = 2**24
LIMIT = 100.0  # likelihood ratio; Frisén, Andersson and Schiöler (2009)


def outbreak_p(counts: NDArray, *, last: int | None = None, limit: float = LIMIT) -> Findings:
    """Warn where a mean that only rises explains the counts much better than one that stays.

    Parameters
    ----------
    counts
        Cases, shape (areas, times), oldest first. The statistic looks at all of them: begin where
        the constant level began, such as at the end of the season before.
    last
        Tell only so many of the last times; None: all.
    limit
        The likelihood ratio that warns.

    Returns
    -------
    Findings; ``details["log_ratio"]`` is the log of the statistic, ``expected`` the rising mean of
    largest likelihood, ``upper`` the greatest
    count that would have left the statistic at or below the limit.

    Source
    ------
    Frisén, Andersson and Schiöler (2009), doi:10.1002/sim.3579, section 3: the maximum over
    monotone means by pooling adjacent violators, Poisson counts.
    """
    counts = checked(counts)
    times = tested(counts, last)
    seen = counts[:, : int(times[-1]) + 1] if len(times) else counts
    ratio, level, upper = (np.zeros(seen.shape) for _ in range(3))
    for area, row in enumerate(np.nan_to_num(seen).tolist()):
        blocks = _Blocks()
        for at, count in enumerate(row):
            upper[area, at] = blocks.most_without(float(np.log(limit)))
            ratio[area, at] = blocks.ratio(count)
            level[area, at] = blocks.add(count)
    known = ~np.isnan(np.cumsum(seen, axis=1))
    return found(
        "outbreak-p",
        {"limit": limit},
        counts,
        times,
        expected=np.where(known, level, np.nan)[:, times],
        upper=np.where(known, upper, np.nan)[:, times],
        alarm=((ratio > np.log(limit)) & known)[:, times],
        least_past=0,
        all_zero=(np.cumsum(np.nan_to_num(seen), axis=1) == 0)[:, times],
        details={"log_ratio": ratio[:, times]},
    )


class _Blocks:
    """A rising mean in blocks of one level: what each holds, and the log likelihood up to it."""

    def __init__(self) -> None:
        self.total: list[float] = []
        self.size: list[int] = []
        self.inner = [0.0]
        self.whole = 0.0
        self.n = 0

    def joined(self, count: float) -> tuple[int, float, int]:
        """How many blocks stay whole if this count comes next, and the last block's sum, size."""
        kept, total, size = len(self.total), count, 1
        while kept and self.total[kept - 1] * size >= total * self.size[kept - 1]:
            kept -= 1
            total, size = total + self.total[kept], size + self.size[kept]
        return kept, total, size

    def ratio(self, count: float) -> float:
        """The log ratio if this count comes next."""
        kept, total, size = self.joined(count)
        whole = self.whole + count
        rising = self.inner[kept] + float(xlogy(total, total / size))
        return rising - float(xlogy(whole, whole / (self.n + 1)))

    def add(self, count: float) -> float:
        """Take a count in; the last level."""
        kept, total, size = self.joined(count)
        self.total[kept:], self.size[kept:] = [total], [size]
        self.inner[kept + 1 :] = [self.inner[kept] + float(xlogy(total, total / size))]
        self.whole, self.n = self.whole + count, self.n + 1
        return total / size

    def most_without(self, wanted: float) -> int:
        """The greatest whole next count that leaves the log ratio at or below what is wanted."""
        low, high = -1, 1
        while self.ratio(high) <= wanted and high < MOST_COUNT:
            low, high = high, high * 2
        if high >= MOST_COUNT:
            return MOST_COUNT  # the first times: no count alone is evidence of a rise
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.ratio(middle) > wanted else (middle, high)
        return low

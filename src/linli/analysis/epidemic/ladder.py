"""What is still to come, as of today and as of earlier days, from one reporting triangle?

Counts are kept by the day of their report too, so that going a day back takes off one row.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOSTLY = 0.2  # of a day that has to be reported for it to speak of the area's level; assumed
LEAST_LEVEL = 0.01  # cases a day; assumed


@dataclass(frozen=True)
class Rest:
    """What is still to come of each open day, as of one day; arrays (areas, open days).

    ``days``: columns of the triangle, oldest first. ``shares``: (areas, delays), the share of a
    day's cases reported within each delay. ``variance``: of what is missing, by counting alone.
    """

    days: NDArray[np.int64]
    reported: Floats
    missing: Floats
    variance: Floats
    share: Floats
    shares: Floats


@dataclass(frozen=True)
class Ladder:
    """A triangle made ready: running sums along delays, and along the days of report.

    ``so_far``: (areas, days, delays), counts within each delay; a report to come adds nothing.
    ``at``, ``within``: (areas, rows, delays), sums over report days up to ``first`` + row.
    """

    so_far: Floats
    at: Floats
    within: Floats
    first: int
    learn_days: int

    @classmethod
    def of(cls, filled: Floats, *, learn_days: int, most_back: int) -> "Ladder":
        """From counts (areas, days, delays) with 0 where the report is still to come."""
        n_areas, n_days, n_delays = filled.shape
        so_far = np.cumsum(filled, axis=2)
        n_rows = min(learn_days + most_back, n_days)
        reports = np.arange(n_days - n_rows, n_days)
        delays = np.arange(n_delays)
        day = reports[:, None] - delays[None, :]
        there = day >= 0
        day = np.maximum(day, 0)
        sums = []
        for values in (filled, so_far):
            sheared = np.zeros((n_areas, n_rows + 1, n_delays))
            sheared[:, 1:] = values[:, day, delays[None, :]] * there
            sums.append(np.cumsum(sheared, axis=1, out=sheared))
        return cls(so_far, sums[0], sums[1], n_days - n_rows - 1, learn_days)

    def shares(self, back: int, *, pool: float) -> Floats:
        """The share of a day's cases reported within each delay, as of so many days ago."""
        end = self.at.shape[1] - 1 - back
        begin = max(end - self.learn_days, 0)
        at = self.at[:, end] - self.at[:, begin]
        within = self.within[:, end] - self.within[:, begin]
        city_at, city_within = at.sum(axis=0), within.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            city = np.where(city_within > 0, city_at / city_within, 0.0)
            hazard = np.nan_to_num((at + pool * city) / (within + pool))
        stay = 1 - hazard[:, 1:]
        found = np.ones(hazard.shape)
        found[:, :-1] = np.cumprod(stay[:, ::-1], axis=1)[:, ::-1]
        return found

    def rest(self, back: int, *, pool: float, prior_shape: float) -> Rest:
        """What was to come as of so many days ago."""
        n_days, n_delays = self.so_far.shape[1:]
        last = n_days - 1 - back
        shares = self.shares(back, pool=pool)
        days = np.arange(max(last - n_delays + 2, 0), last + 1)
        share = shares[:, last - days]
        reported = self.so_far[:, days, last - days]
        level = self._level(last, shares)[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            shape = prior_shape + reported
            rate = (prior_shape / level if prior_shape else 0.0) + share
            missing = np.where(rate > 0, (1 - share) * shape / rate, 0.0)
            variance = missing + np.where(rate > 0, (1 - share) ** 2 * shape / rate**2, 0.0)
        return Rest(days, reported, missing, variance, share, shares)

    def since(self, rest: Rest) -> Floats:
        """What has come of those days from then until today, within the delays told apart."""
        n_days, n_delays = self.so_far.shape[1:]
        now = np.minimum(n_days - 1 - rest.days, n_delays - 1)
        return self.so_far[:, rest.days, now] - rest.reported

    def _level(self, last: int, shares: Floats) -> Floats:
        """Each area's cases a day of late, over the days of which most is reported."""
        n_delays = self.so_far.shape[2]
        days = np.arange(max(last - 2 * n_delays + 1, 0), last + 1)
        age = np.minimum(last - days, n_delays - 1)
        share = shares[:, age]
        weight = np.where(share > MOSTLY, share, 0.0)
        reported = self.so_far[:, days, age]
        with np.errstate(divide="ignore", invalid="ignore"):
            level = (reported * (weight > 0)).sum(axis=1) / weight.sum(axis=1)
        return np.maximum(np.nan_to_num(level), LEAST_LEVEL)

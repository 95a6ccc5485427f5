"""How many does one case infect, day by day? From counts and the serial interval.

`reproduction` looks back from each day (Cori), `cohort` forward from those who fell ill on it
(Wallinga and Teunis).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincinv, ndtri

from linli.analysis.epidemic import intervals
from linli.analysis.warning.finding import checked
from linli.errors import N_, BadInput

WINDOW = 7  # days
PRIOR_MEAN, PRIOR_SD = 5.0, 5.0  # wide, and high, so that control is not believed too early
LEAST_CASES = 11  # a spread of 0.3 of the mean or less needs these; Cori et al., web appendix 3
SETTLED = 0.95  # share of a cohort's infections that has to have had the time to show
MOST_STEPS = 60


class Standing(StrEnum):
    """How far an estimate of one window can be trusted."""

    OK = "ok"
    TOO_FEW = "too_few"  # fewer cases than LEAST_CASES: mostly the prior speaks
    NO_PAST = "no_past"  # no earlier case that could have infected these
    MISSING = "missing"  # a count is not known
    UNSETTLED = "unsettled"  # the infected are still to come


STANDINGS = tuple(Standing)
WHY = {
    Standing.OK: N_("sound"),
    Standing.TOO_FEW: N_("too few cases in the window"),
    Standing.NO_PAST: N_("no earlier case that could have infected these"),
    Standing.MISSING: N_("counts of these days are not known"),
    Standing.UNSETTLED: N_("those whom these cases infect are still to come"),
}
OK, TOO_FEW, NO_PAST, MISSING, UNSETTLED = range(len(STANDINGS))


@dataclass(frozen=True)
class Reproduction:
    """R over windows of days; arrays (areas, windows), one window ends on each day of ``last``.

    ``first``, ``last``: columns of the counts, both within the window. ``low``, ``high``: 95 %.
    ``standing``: an index into STANDINGS; only 0 is to be shown as it stands.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    low: NDArray[np.float64]
    median: NDArray[np.float64]
    high: NDArray[np.float64]
    standing: NDArray[np.uint8]
    cases: NDArray[np.float64]

    def shown(self, which: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values where they can be trusted, NaN elsewhere."""
        return np.where(self.standing == OK, which, np.nan)


def reproduction(
    cases: NDArray,
    interval: NDArray,
    *,
    imported: NDArray | None = None,
    window: int = WINDOW,
    prior_mean: float = PRIOR_MEAN,
    prior_sd: float = PRIOR_SD,
    level: float = 0.95,
) -> Reproduction:
    """The number that a case would infect if the days of the window went on.

    Parameters
    ----------
    cases
        New cases by day of onset, imported ones included; shape (areas, days), oldest first, NaN
        where not known. The first day's cases count as imported: nobody is there to infect them.
    interval
        Chances of a serial interval of 0, 1, 2 ... days, shape (days,), or one row a draw where it
        is uncertain; all rows then weigh the same, and the answer holds their spread.
    imported
        Cases infected elsewhere, same shape as cases; they infect, and are not infected here.
    window
        Days in a window; shorter ones follow faster and waver more.
    prior_mean, prior_sd
        Of the gamma prior of R.

    Source
    ------
    Cori et al. (2013), doi:10.1093/aje/kwt133, equation of the posterior in closed form; imported
    cases as in Thompson et al. (2019), doi:10.1016/j.epidem.2019.100356, equation 2.
    """
    cases = checked(cases)
    draws = intervals.checked(interval)
    local = _local(cases, imported)
    n_days = cases.shape[1]
    if not 1 <= window < n_days:
        raise BadInput(
            N_("{n} days hold no window of {window} after the first day. Give more days, or a "
               "shorter window."),
            n=n_days,
            window=window,
        )  # fmt: skip
    first = np.arange(1, n_days - window + 1)
    infected = _windows(local, window)[:, 1:]
    shape_0, scale_0 = (prior_mean / prior_sd) ** 2, prior_sd**2 / prior_mean
    shape = shape_0 + infected
    force = np.stack([_windows(pressure(cases, row), window)[:, 1:] for row in draws])
    scale = 1 / (1 / scale_0 + force)
    mean, sd = _moments(shape, scale)
    low, median, high = _quantiles(shape, scale, ((1 - level) / 2, 0.5, (1 + level) / 2))
    standing = np.zeros(infected.shape, dtype=np.uint8)
    standing[infected < LEAST_CASES] = TOO_FEW
    standing[~(force > 0).all(axis=0)] = NO_PAST
    standing[np.isnan(mean)] = MISSING
    return Reproduction(first, first + window - 1, mean, sd, low, median, high, standing, infected)


def over_courses(
    courses: NDArray,
    interval: NDArray[np.float64],
    *,
    window: int = WINDOW,
    windows: int | None = None,
    level: float = 0.95,
) -> Reproduction:
    """R where the last counts are not known yet, only how they may stand.

    Parameters
    ----------
    courses
        Courses that the counts may have taken, all equally likely; shape (courses, areas, days),
        such as the evenly spaced quantiles of a nowcast. All days of one course lie high or low
        together, as the errors of a nowcast do; the interval is rather too wide than too narrow.
    windows
        Only so many latest windows; None: all.

    Notes
    -----
    The posterior is the even mixture over the courses, of the closed form of `reproduction`.
    """
    n_courses, n_areas, n_days = courses.shape
    flat = checked(courses.reshape(-1, n_days))
    found = reproduction(flat, interval, window=window, level=level)
    keep = slice(None if windows is None else -windows, None)
    mean, sd, cases, standing = (
        part.reshape(n_courses, n_areas, -1)[:, :, keep]
        for part in (found.mean, found.sd, found.cases, found.standing)
    )
    shape, scale = (mean / sd) ** 2, sd**2 / mean
    middle, wide = _moments(shape, scale)
    low, median, high = (_mixed(shape, scale, q) for q in ((1 - level) / 2, 0.5, (1 + level) / 2))
    half = n_courses // 2
    return Reproduction(
        found.first[keep], found.last[keep], middle, wide, low, median, high, standing[half],
        cases[half],
    )  # fmt: skip


def cohort(
    cases: NDArray, interval: NDArray, *, window: int = WINDOW, level: float = 0.95
) -> Reproduction:
    """The number that those who fell ill in a window did infect, by who can have infected whom.

    Parameters
    ----------
    cases
        New cases by day of onset, shape (areas, days), oldest first.
    interval
        Chances of a serial interval of 0, 1, 2 ... days, shape (days,).

    Notes
    -----
    The last windows have infected more than has been seen; their standing is ``unsettled`` while
    fewer than 95 % of the intervals have had the time to end. The interval comes from the
    variance of the sum of independent infections, in closed form; no dice are thrown.

    Source
    ------
    Wallinga and Teunis (2004), doi:10.1093/aje/kwh255, equations 1 to 3.
    """
    cases = checked(cases)
    chances = intervals.checked(interval)[0]
    n_days = cases.shape[1]
    if not 1 <= window < n_days:
        raise BadInput(N_("{n} days hold no window of {window}. Give more days, or a shorter "
                          "window."), n=n_days, window=window)  # fmt: skip
    force = pressure(cases, chances)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(force > 0, cases / force, 0.0 * force)  # of an infection, per case
    after = _toeplitz(chances, n_days)
    each = _through(share, after.T)
    first = np.arange(1, n_days - window + 1)
    inside = _windows(cases, window)[:, 1:]
    infected = _windows(cases * each, window)[:, 1:]
    variance = _variance(cases, force, after, first, window)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, sd = infected / inside, np.sqrt(variance) / inside
    reach = float(ndtri((1 + level) / 2))
    standing = np.zeros(inside.shape, dtype=np.uint8)
    ended = np.cumsum(chances)[np.minimum(n_days - first - window, len(chances) - 1)]
    standing[:, ended < SETTLED] = UNSETTLED
    standing[inside < LEAST_CASES] = TOO_FEW
    standing[np.isnan(infected)] = MISSING
    return Reproduction(first, first + window - 1, mean, sd, np.maximum(mean - reach * sd, 0.0),
                        mean, mean + reach * sd, standing, inside)  # fmt: skip


def pressure(cases: NDArray[np.float64], chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many would be infected each day if every case infected one; shape of the cases."""
    return _through(cases, _toeplitz(chances, cases.shape[1]))


def _through(values: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values times a matrix; unknown only where an unknown value has a weight."""
    unknown = np.isnan(values)
    if not unknown.any():
        return values @ matrix
    product = np.nan_to_num(values) @ matrix
    product[unknown.astype(np.float64) @ (matrix > 0) > 0] = np.nan
    return product


def _toeplitz(chances: NDArray[np.float64], n_days: int) -> NDArray[np.float64]:
    """The chance that a case of one day (row) is followed on another (column)."""
    padded = np.zeros(n_days)
    padded[: min(len(chances), n_days)] = chances[:n_days]
    gap = np.arange(n_days)[None, :] - np.arange(n_days)[:, None]
    return np.where(gap > 0, padded[np.abs(gap)], 0.0)


def _local(cases: NDArray[np.float64], imported: NDArray | None) -> NDArray[np.float64]:
    local = cases.copy() if imported is None else cases - checked(imported)
    if (local < 0).any():
        area, day = (int(n) for n in np.argwhere(local < 0)[0])
        raise BadInput(
            N_("Area {area}, day {day} has more imported cases than cases. Count them in both."),
            area=area + 1,
            day=day + 1,
        )
    local[:, 0] = 0.0
    return local


def _windows(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Sums over each window of days; a missing day makes those that hold it missing."""
    return np.lib.stride_tricks.sliding_window_view(values, window, axis=1).sum(axis=2)


def _moments(
    shape: NDArray[np.float64], scale: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation over all draws of the interval."""
    means = shape * scale
    variance = (shape * scale**2).mean(axis=0) + means.var(axis=0)
    return means.mean(axis=0), np.sqrt(variance)


def _quantiles(
    shape: NDArray[np.float64], scale: NDArray[np.float64], levels: tuple[float, ...]
) -> list[NDArray[np.float64]]:
    if len(scale) == 1:
        different, back = np.unique(shape, return_inverse=True)
        return [gammaincinv(different, q)[back].reshape(shape.shape) * scale[0] for q in levels]
    return [_mixed(shape, scale, q) for q in levels]


def _mixed(shape: NDArray[np.float64], scale: NDArray[np.float64], q: float) -> NDArray[np.float64]:
    """A quantile of the even mixture over draws, by halving."""
    each = gammaincinv(shape, q) * scale
    low, high = each.min(axis=0), each.max(axis=0)
    for _ in range(MOST_STEPS):
        middle = (low + high) / 2
        below = gammainc(shape, middle / scale).mean(axis=0) < q
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def _variance(
    cases: NDArray[np.float64],
    force: NDArray[np.float64],
    after: NDArray[np.float64],
    first: NDArray[np.int64],
    window: int,
) -> NDArray[np.float64]:
    """The variance of how many a window's cases infected: each later case is one coin."""
    found = np.zeros((len(cases), len(first)))
    for at, start in enumerate(first):
        part = np.nan_to_num(cases[:, start : start + window]) @ after[start : start + window]
        with np.errstate(divide="ignore", invalid="ignore"):
            chance = np.where(force > 0, part / force, 0.0)
        found[:, at] = np.nansum(cases * chance * (1 - chance), axis=1)
    return found

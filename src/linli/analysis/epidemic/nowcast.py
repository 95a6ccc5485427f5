"""How many have fallen ill by now, those not yet reported too? For every area, every day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from linli.errors import N_, BadInput

POOL = 50.0  # cases of the whole city that count as much as an area's own for its delays; assumed
PRIOR_SHAPE = (
    1.0  # cases that an area's own recent level is worth; assumed, tried on three data sets
)
LEVELS = (0.025, 0.25, 0.5, 0.75, 0.975)
LEAST_SHARE = 0.02  # of a day that has to be reported by now for a nowcast of it; assumed
MOST_BACK = 14  # earlier days on which the nowcast is tried for its spread


@dataclass(frozen=True)
class Nowcast:
    """Counts by day as they will stand once all reports are in.

    ``reported``, ``expected``: shape (areas, days). ``quantiles``: (areas, days, levels), whole
    counts. ``share``: of each day's cases, those expected to be reported by now. ``known``: False
    where less than a fiftieth is reported by now; there expected is the area's recent level.
    ``dispersion``: how much wider than counting alone the spread is, from earlier nowcasts.
    """

    reported: NDArray[np.float64]
    expected: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    levels: tuple[float, ...]
    share: NDArray[np.float64]
    known: NDArray[np.bool_]
    dispersion: float


def triangle(
    onset: NDArray[np.int64],
    reported: NDArray[np.int64],
    area: NDArray[np.int64],
    *,
    n_areas: int,
    n_days: int,
    n_delays: int,
    as_of: int,
) -> NDArray[np.float64]:
    """Counts by area, day and delay from one row a case; NaN where a report is still to come.

    Days count from 0; reports after ``as_of`` are left out, delays of ``n_delays`` or more count
    as the longest.
    """
    delay = reported - onset
    if (delay < 0).any():
        raise BadInput(
            N_("{n} cases are reported before their day. Mend the days, or leave them out."),
            n=int((delay < 0).sum()),
        )
    use = (reported <= as_of) & (onset >= 0) & (onset < n_days)
    late = np.minimum(delay, n_delays - 1)
    place = (area[use] * n_days + onset[use]) * n_delays + late[use]
    counts = np.bincount(place, minlength=n_areas * n_days * n_delays).astype(np.float64)
    found = counts.reshape(n_areas, n_days, n_delays)
    found[:, _to_come(n_days, n_delays, as_of)] = np.nan
    return found


def nowcast(
    counts: NDArray,
    *,
    pool: float = POOL,
    prior_shape: float = PRIOR_SHAPE,
    levels: tuple[float, ...] = LEVELS,
    learn_days: int | None = None,
    calibrate: bool = True,
) -> Nowcast:
    """Add to each day what experience says is still to be reported.

    Parameters
    ----------
    counts
        The reporting triangle, shape (areas, days, delays), oldest day first; NaN where the report
        is still to come: day t has delays 0 to (last day - t).
    pool
        How many cases the city's pattern of delays is worth to an area; 0: each for itself.
    prior_shape
        How many cases the area's own recent level is worth; 0 is the plain chain ladder, which
        multiplies what is reported and so gives zero where nothing is.
    learn_days
        Learn delays from what was reported in so many latest days only, which follows when
        reporting gets faster; None: as many as there are delays.
    calibrate
        Widen the spread to that of nowcasts made as of earlier days.

    Source
    ------
    Reverse-time hazards: Lawless (1994), doi:10.2307/3315820; the chain ladder as in Mack (1993),
    doi:10.2143/AST.23.2.2005092. Sharing between areas by pseudo-counts and the gamma prior on the
    level are ours; the spread is negative binomial.
    """
    counts = _checked(counts)
    expected, share, reported, extra = _expected(counts, pool, prior_shape, learn_days)
    dispersion = _dispersion(counts, pool, prior_shape, learn_days) if calibrate else 1.0
    missing = np.maximum(expected - reported, 0.0)
    quantiles = np.empty((*reported.shape, len(levels)))
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.maximum(extra * dispersion, missing * (1 + 1e-9))
        size = missing**2 / (variance - missing)
        chance = missing / variance
    for at, level in enumerate(levels):
        more = np.where(missing > 0, nbinom.ppf(level, size, chance), 0.0)
        quantiles[:, :, at] = reported + np.nan_to_num(more)
    return Nowcast(reported, expected, quantiles, levels, share, share >= LEAST_SHARE, dispersion)


def delay_shares(
    counts: NDArray[np.float64], *, pool: float = POOL, learn_days: int | None = None
) -> NDArray[np.float64]:
    """The share of a day's cases reported within each delay, by area; (areas, delays)."""
    n_days, n_delays = counts.shape[1:]
    known = ~np.isnan(counts[:1])
    known = known & _to_come(n_days, n_delays, n_days - 1 - (learn_days or n_delays))
    filled = np.nan_to_num(counts)
    so_far = np.cumsum(filled, axis=2) * known
    at, within = (filled * known).sum(axis=1), so_far.sum(axis=1)
    city_at, city_within = at.sum(axis=0), within.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        city = np.where(city_within > 0, city_at / city_within, 0.0)
        hazard = (at + pool * city) / (within + pool)
    hazard = np.where(within + pool > 0, np.nan_to_num(hazard), 0.0)
    stay = 1 - hazard[:, 1:]
    shares = np.ones(hazard.shape)
    shares[:, :-1] = np.cumprod(stay[:, ::-1], axis=1)[:, ::-1]
    return shares


def _expected(
    counts: NDArray[np.float64], pool: float, prior_shape: float, learn_days: int | None
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Expected totals, the share reported, what is reported, and the variance of the rest."""
    n_days, n_delays = counts.shape[1:]
    shares = delay_shares(counts, pool=pool, learn_days=learn_days)
    age = np.minimum(n_days - 1 - np.arange(n_days), n_delays - 1)
    share = shares[:, age]
    reported = np.nansum(counts, axis=2)
    level = _level(reported, share, age, n_delays)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        shape = prior_shape + reported
        rate = (prior_shape / level if prior_shape else 0.0) + share
        missing = np.where(rate > 0, (1 - share) * shape / rate, 0.0)
        variance = missing + np.where(rate > 0, (1 - share) ** 2 * shape / rate**2, 0.0)
    return reported + missing, share, reported, variance


def _level(
    reported: NDArray[np.float64],
    share: NDArray[np.float64],
    age: NDArray[np.int64],
    n_delays: int,
) -> NDArray[np.float64]:
    """Each area's cases a day of late, over the days of which most is reported."""
    recent = age < 2 * n_delays
    weight = np.where(recent & (share > 0.2), share, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = (reported * (weight > 0)).sum(axis=1) / weight.sum(axis=1)
    return np.maximum(np.nan_to_num(level), 0.01)


def _dispersion(
    counts: NDArray[np.float64], pool: float, prior_shape: float, learn_days: int | None
) -> float:
    """How many times its own variance the error of earlier nowcasts was; 1 or more."""
    n_days, n_delays = counts.shape[1:]
    squares, n = 0.0, 0
    for back in range(1, min(MOST_BACK, n_days - n_delays) + 1):
        as_of = n_days - 1 - back
        then = counts[:, : as_of + 1].copy()
        then[:, _to_come(as_of + 1, n_delays, as_of)] = np.nan
        expected, share, reported, variance = _expected(then, pool, prior_shape, learn_days)
        days = slice(max(as_of + 1 - n_delays, 0), as_of + 1)
        # What has come since, within the delays that are known today.
        since = np.nansum(counts[:, days], axis=2) - reported[:, days]
        now_share = delay_shares(then, pool=pool, learn_days=learn_days)
        age = np.minimum(n_days - 1 - np.arange(as_of + 1), n_delays - 1)[days]
        gained = now_share[:, age] - share[:, days]
        rest = 1 - share[:, days]
        part = np.divide(gained, rest, out=np.zeros_like(rest), where=rest > 1e-9)
        hoped = (expected - reported)[:, days] * part
        spread = variance[:, days] * part**2 + hoped * (1 - part)
        use = (share[:, days] >= LEAST_SHARE) & (spread > 1e-6)
        squares += float((((since - hoped) ** 2)[use] / spread[use]).sum())
        n += int(use.sum())
    return max(squares / n, 1.0) if n else 1.0


def _to_come(n_days: int, n_delays: int, as_of: int) -> NDArray[np.bool_]:
    return np.arange(n_days)[:, None] + np.arange(n_delays)[None, :] > as_of


def _checked(counts: NDArray) -> NDArray[np.float64]:
    found = np.asarray(counts, dtype=np.float64)
    if found.ndim != 3:
        raise BadInput(
            N_("A reporting triangle has the shape (areas, days, delays); this has {shape}."),
            shape=found.shape,
        )
    if (found < 0).any():
        raise BadInput(N_("A reporting triangle holds a count below 0. Mend it."))
    n_days, n_delays = found.shape[1:]
    if n_days <= n_delays:
        raise BadInput(
            N_("{n} days are too few to learn delays of up to {most} days. Give more days, or "
               "fewer delays."),
            n=n_days,
            most=n_delays - 1,
        )  # fmt: skip
    gaps = np.isnan(found) & ~_to_come(n_days, n_delays, n_days - 1)
    if gaps.any():
        raise BadInput(N_("{n} counts are missing that should be known by now. Fill them in."),
                       n=int(gaps.sum()))  # fmt: skip
    late = found[:, _to_come(n_days, n_delays, n_days - 1)]
    if not np.isnan(late).all() and np.nansum(late) > 0:
        raise BadInput(N_("Reports lie in the future. The last day has to be that of the records."))
    return found

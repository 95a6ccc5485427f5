"""How many have fallen ill by now, those not yet reported too? For every area, every day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic import negative_binomial
from linli.analysis.epidemic.hindsight import LEAST_SHARE, Hindsight, hindsight
from linli.analysis.epidemic.ladder import Ladder
from linli.errors import N_, BadInput

POOL = 50.0  # cases of the whole city that count as much as an area's own for its delays; assumed
PRIOR_SHAPE = (
    1.0  # cases that an area's own recent level is worth; assumed, tried on three data sets
)
LEVELS = (0.025, 0.25, 0.5, 0.75, 0.975)
MOST_BACK = 14  # earlier days as of which the nowcast is tried


@dataclass(frozen=True)
class Nowcast:
    """Counts by day as they will stand once all reports are in.

    ``reported``, ``expected``: shape (areas, days). ``quantiles``: (areas, days, levels), whole
    counts. ``share``: of each day's cases, those expected to be reported by now. ``known``: False
    where less than a fiftieth is reported by now; there expected is the area's recent level.
    ``dispersion``: how much wider than counting alone the spread is, from earlier nowcasts, and
    ``factor``: what is still to come for what the ladder alone would say, from the same.
    """

    reported: NDArray[np.float64]
    expected: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    levels: tuple[float, ...]
    share: NDArray[np.float64]
    known: NDArray[np.bool_]
    dispersion: float
    factor: float = 1.0


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
        Correct level, spread and quantiles by how nowcasts made as of earlier days erred.

    Source
    ------
    Reverse-time hazards: Lawless (1994), doi:10.2307/3315820; the chain ladder as in Mack (1993),
    doi:10.2143/AST.23.2.2005092. Sharing between areas by pseudo-counts and the gamma prior on the
    level are ours; the spread is negative binomial.
    """
    counts = checked_triangle(counts)
    reported = np.nansum(counts, axis=2)
    n_days, n_delays = counts.shape[1:]
    ladder = Ladder.of(
        np.nan_to_num(counts),
        learn_days=min(learn_days or n_delays, n_days),
        most_back=MOST_BACK if calibrate else 0,
    )
    learnt = Hindsight()
    if calibrate:
        learnt = hindsight(ladder, pool=pool, prior_shape=prior_shape, most_back=MOST_BACK)
    rest = ladder.rest(0, pool=pool, prior_shape=prior_shape)
    missing = rest.missing * learnt.factor
    variance = np.maximum(rest.variance * learnt.factor**2, missing) * learnt.dispersion
    expected, share = reported.copy(), np.ones(reported.shape)
    expected[:, rest.days] += missing
    share[:, rest.days] = rest.share
    quantiles = np.repeat(reported[:, :, None], len(levels), axis=2)
    quantiles[:, rest.days] += negative_binomial.quantiles(
        missing, variance, [learnt.level(level) for level in levels]
    )
    return Nowcast(
        reported, expected, quantiles, levels, share, share >= LEAST_SHARE, learnt.dispersion,
        learnt.factor,
    )  # fmt: skip


def delay_shares(
    counts: NDArray[np.float64], *, pool: float = POOL, learn_days: int | None = None
) -> NDArray[np.float64]:
    """The share of a day's cases reported within each delay, by area; (areas, delays)."""
    n_days, n_delays = counts.shape[1:]
    learn = min(learn_days or n_delays, n_days)
    return Ladder.of(np.nan_to_num(counts), learn_days=learn, most_back=0).shares(0, pool=pool)


def _to_come(n_days: int, n_delays: int, as_of: int) -> NDArray[np.bool_]:
    return np.arange(n_days)[:, None] + np.arange(n_delays)[None, :] > as_of


def checked_triangle(counts: NDArray) -> NDArray[np.float64]:
    """A reporting triangle as floats; raises BadInput naming what is wrong with it."""
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

"""How long from one thing to the next, when both are known to a day or to some days only?"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize
from scipy.special import gammainc, gammaincinv, ndtr, ndtri

from linli.errors import N_, BadInput

HALF_CHI2_95 = 1.920729  # a likelihood this far below its top bounds a 95 % profile interval
LEAST_N = 5  # fewer waits than this and nothing is fitted; assumed
TINY = 1e-300
WIDEST = 200.0  # how many times the estimate an interval is looked for


class Family(StrEnum):
    """The shape of a distribution of waits."""

    NORMAL = "normal"
    GAMMA = "gamma"
    LOG_NORMAL = "lognormal"


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Fit:
    """A fitted distribution of waits; days.

    ``n``: waits used. ``n_negative``: how many of them surely ended before they began.
    """

    family: Family
    mean: Estimate
    sd: Estimate
    log_likelihood: float
    n: int
    n_negative: int

    @property
    def aic(self) -> float:
        """Akaike's criterion, two parameters; of two fits to the same waits the smaller is."""
        return 4 - 2 * self.log_likelihood

    def density(self, days: NDArray[np.float64]) -> NDArray[np.float64]:
        """The share of waits per day around these lengths."""
        below, at, above = (
            _second_integral(days + step, self.family, self.mean.value, self.sd.value)
            for step in (-0.5, 0.0, 0.5)
        )
        return 4 * (above - 2 * at + below)

    def quantile(self, p: float) -> float:
        """The wait that a share p does not exceed."""
        mean, sd = self.mean.value, self.sd.value
        if self.family is Family.NORMAL:
            return float(mean + sd * ndtri(p))
        if self.family is Family.GAMMA:
            shape, scale = _gamma(mean, sd)
            return float(gammaincinv(shape, p) * scale)
        log_mean, log_sd = _log_normal(mean, sd)
        return float(np.exp(log_mean + log_sd * ndtri(p)))


@dataclass(frozen=True)
class Waits:
    """Two things per row, each within whole days: first and last day on which it can have been."""

    began_from: NDArray[np.float64]
    began_to: NDArray[np.float64]
    ended_from: NDArray[np.float64]
    ended_to: NDArray[np.float64]

    def __post_init__(self) -> None:
        columns = (self.began_from, self.began_to, self.ended_from, self.ended_to)
        if len({len(column) for column in columns}) > 1:
            raise BadInput(N_("The four columns of days differ in length."))
        if not all(np.isfinite(column).all() for column in columns):
            raise BadInput(N_("A day is missing. Leave such rows out, and say how many they were."))
        backwards = (self.began_to < self.began_from) | (self.ended_to < self.ended_from)
        if backwards.any():
            raise BadInput(
                N_("Row {row}: the last possible day lies before the first."),
                row=int(np.flatnonzero(backwards)[0]) + 1,
            )

    def __len__(self) -> int:
        return len(self.began_from)


def fit(waits: Waits, *, family: Family, seen_until: float | None = None) -> Fit:
    """The distribution of waits of largest likelihood, with profile-likelihood intervals.

    Parameters
    ----------
    waits
        Each thing is as likely on one moment of its days as on another (double interval censoring).
    seen_until
        The last day of the records: a wait that would have ended later could not be seen, and
        the likelihood is of what could be (right truncation). None: everything was seen.

    Raises
    ------
    BadInput
        If there are fewer than LEAST_N waits, if all are the same within their days, if a family
        without negative values meets a wait that surely is one, or if a row ends after seen_until.

    Source
    ------
    The likelihood of Reich et al. (2009), doi:10.1002/sim.3659, in closed form: for a distribution
    F the chance of a row is a second difference of the second integral of F; truncation as in
    Park et al. (2024), doi:10.1101/2024.01.12.24301247, section 2.
    """
    _check(waits, family, seen_until)
    middle = (waits.ended_from + waits.ended_to - waits.began_from - waits.began_to) / 2

    rows = _rows(waits, seen_until)

    def cost(mean: float, sd: float) -> float:
        return -_log_likelihood(rows, family, mean, sd)

    start = _start(middle, family)
    best = minimize(
        lambda p: cost(_mean_of(p[0], family), np.exp(p[1])), start, method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 4_000},
    )  # fmt: skip
    mean, sd = float(_mean_of(best.x[0], family)), float(np.exp(best.x[1]))
    top = float(best.fun)
    return Fit(
        family,
        _interval(mean, sd, cost, top, family),
        _interval_of_sd(mean, sd, cost, top, family),
        -top,
        len(waits),
        int((waits.ended_to < waits.began_from).sum()),
    )


def _check(waits: Waits, family: Family, seen_until: float | None) -> None:
    if len(waits) < LEAST_N:
        raise BadInput(
            N_("{n} waits are too few to fit a distribution; it takes {least}."),
            n=len(waits),
            least=LEAST_N,
        )
    n_negative = int((waits.ended_to < waits.began_from).sum())
    if n_negative and family is not Family.NORMAL:
        raise BadInput(
            N_("{n} of {all} waits are negative, and a {family} has none. Choose normal."),
            n=n_negative,
            all=len(waits),
            family=family.value,
        )
    if seen_until is not None and (waits.ended_to > seen_until).any():
        raise BadInput(
            N_("{n} waits end after the last day of the records. Give a later last day."),
            n=int((waits.ended_to > seen_until).sum()),
        )
    shortest = (waits.ended_to - waits.began_from + 1).min()
    longest = (waits.ended_from - waits.began_to - 1).max()
    if longest < shortest:
        raise BadInput(
            N_("All waits may be the same length within their days: there is no spread to fit.")
        )


def _start(middle: NDArray[np.float64], family: Family) -> NDArray[np.float64]:
    mean, sd = float(middle.mean()), max(float(middle.std()), 0.5)
    return np.array([mean if family is Family.NORMAL else np.log(max(mean, 0.5)), np.log(sd)])


def _mean_of(parameter: float, family: Family) -> float:
    return parameter if family is Family.NORMAL else float(np.exp(parameter))


class _Rows(NamedTuple):
    """Different rows, counted from the first possible day of the beginning, and how many of each.

    ``stop``: when the beginning was over; ``end``, ``last``: between these it ended; ``seen``:
    when the records end, NaN where everything was seen.
    """

    stop: NDArray[np.float64]
    end: NDArray[np.float64]
    last: NDArray[np.float64]
    seen: NDArray[np.float64]
    n: NDArray[np.int64]


def _rows(waits: Waits, seen_until: float | None) -> _Rows:
    begin = waits.began_from
    seen = np.zeros(len(waits)) if seen_until is None else seen_until + 1 - begin
    table = np.stack(
        [waits.began_to + 1 - begin, waits.ended_from - begin, waits.ended_to + 1 - begin, seen]
    )
    different, n = np.unique(table, axis=1, return_counts=True)
    stop, end, last, seen = different
    return _Rows(stop, end, last, seen if seen_until is not None else seen * np.nan, n)


def _log_likelihood(rows: _Rows, family: Family, mean: float, sd: float) -> float:
    def twice(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return _second_integral(x, family, mean, sd)

    chance = twice(rows.last) - twice(rows.end)
    chance -= twice(rows.last - rows.stop) - twice(rows.end - rows.stop)
    if not np.isnan(rows.seen).any():
        chance = chance / np.maximum(twice(rows.seen) - twice(rows.seen - rows.stop), TINY)
    else:
        chance = chance / rows.stop
    return float(rows.n @ np.log(np.maximum(chance, TINY)))


def _second_integral(
    x: NDArray[np.float64], family: Family, mean: float, sd: float
) -> NDArray[np.float64]:
    """The integral of the cumulative distribution up to x."""
    if family is Family.NORMAL:
        z = (x - mean) / sd
        return (x - mean) * ndtr(z) + sd * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    positive = np.maximum(x, TINY)
    if family is Family.GAMMA:
        shape, scale = _gamma(mean, sd)
        found = positive * gammainc(shape, positive / scale) - mean * gammainc(
            shape + 1, positive / scale
        )
    else:
        log_mean, log_sd = _log_normal(mean, sd)
        z = (np.log(positive) - log_mean) / log_sd
        found = positive * ndtr(z) - mean * ndtr(z - log_sd)
    return np.where(x > 0, found, 0.0)


def _gamma(mean: float, sd: float) -> tuple[float, float]:
    return (mean / sd) ** 2, sd**2 / mean


def _log_normal(mean: float, sd: float) -> tuple[float, float]:
    log_var = np.log1p((sd / mean) ** 2)
    return float(np.log(mean) - log_var / 2), float(np.sqrt(log_var))


def _interval(
    mean: float, sd: float, cost: Callable[[float, float], float], top: float, family: Family
) -> Estimate:
    """The means at which the best likelihood over all sds falls below its top."""

    def excess(at: float) -> float:
        found = minimize(lambda p: cost(at, float(np.exp(p[0]))), [np.log(sd)],
                         method="Nelder-Mead")  # fmt: skip
        return float(found.fun) - top - HALF_CHI2_95

    least = -WIDEST * sd if family is Family.NORMAL else -mean * (1 - 1e-6)
    return Estimate(mean, _edge(excess, mean, -sd / 4, least), _edge(excess, mean, sd / 4, np.inf))


def _interval_of_sd(
    mean: float, sd: float, cost: Callable[[float, float], float], top: float, family: Family
) -> Estimate:
    """The sds at which the best likelihood over all means falls below its top."""

    def excess(at: float) -> float:
        start = mean if family is Family.NORMAL else np.log(mean)
        found = minimize(lambda p: cost(_mean_of(p[0], family), at), [start],
                         method="Nelder-Mead")  # fmt: skip
        return float(found.fun) - top - HALF_CHI2_95

    return Estimate(sd, _edge(excess, sd, -sd / 8, -sd * (1 - 1e-6)),
                    _edge(excess, sd, sd / 8, np.inf))  # fmt: skip


def _edge(excess: Callable[[float], float], at: float, step: float, least: float) -> float:
    """Where the excess crosses zero, walking from an estimate; infinite where it never does."""
    inner, outer = 0.0, step
    for _ in range(40):
        outer = max(outer, least) if step < 0 else outer
        if excess(at + outer) > 0:
            low, high = sorted((at + inner, at + outer))
            return float(brentq(excess, low, high, xtol=1e-4))
        if step < 0 and outer <= least:
            break
        if abs(outer) > WIDEST * max(abs(at), abs(step)):
            break
        inner, outer = outer, outer * 1.6
    return float("inf") if step > 0 else at + outer

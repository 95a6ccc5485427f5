"""How many cases in the days or weeks to come? Simple methods, averaged, as wide as they erred."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic import scores
from linli.analysis.epidemic.reproduction import pressure
from linli.analysis.warning.finding import checked
from linli.errors import N_, BadInput

LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
LEAST_TIMES = 8
MOST_ORIGINS = 26  # earlier times on which each method is tried
LEAST_ERRORS = 6
DAMPING = 0.85  # of the trend, each time further ahead; assumed
SLOPE_TIMES = 4
SMOOTH = 3
NEAR = 1.0  # added before logarithms

Points = Callable[[NDArray[np.float64], int], NDArray[np.float64]]


@dataclass(frozen=True)
class Forecast:
    """Quantiles of the counts to come; shape (areas, ahead, levels).

    ``by_method``: the middle of each method of the ensemble; shape (areas, ahead).
    """

    quantiles: NDArray[np.float64]
    levels: tuple[float, ...]
    by_method: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class BackTest:
    """What was forecast at earlier times and what came; arrays (origins, areas, ahead, levels)."""

    origins: NDArray[np.int64]
    observed: NDArray[np.float64]
    ensemble: NDArray[np.float64]
    persistence: NDArray[np.float64]
    levels: tuple[float, ...]
    figures: Mapping[str, float] = field(default_factory=dict)


def forecast(
    counts: NDArray,
    ahead: int,
    *,
    interval: NDArray | None = None,
    levels: tuple[float, ...] = LEVELS,
    only: tuple[str, ...] = (),
) -> Forecast:
    """The times to come by an ensemble: the same again, a damped trend, and renewal.

    Parameters
    ----------
    counts
        Cases, shape (areas, times), oldest first, none missing; give the nowcast, or the last
        times drag the forecast down.
    ahead
        How many times to look ahead.
    interval
        Chances of a serial interval in units of the times; without it there is no renewal.
    only
        Names of methods to use: persistence, trend, renewal. None named: all that can be.

    Notes
    -----
    Each method is as wide as it erred at the same distance at earlier times, on a logarithmic
    scale, in all areas together; the first forecasts of a series have no experience and are told.
    The ensemble is the mean of the methods' quantiles (Vincent averaging).

    Source
    ------
    Persistence with past errors is the baseline of Cramer et al. (2022),
    doi:10.1073/pnas.2113561119; the damped trend follows Gardner and McKenzie (1985),
    doi:10.1287/mnsc.31.10.1237; averaging quantiles Ray et al. (2023),
    doi:10.1016/j.ijforecast.2022.06.005.
    """
    counts = _checked(counts, ahead)
    methods = _methods(interval)
    if only:
        strange = tuple(name for name in only if name not in methods)
        if strange:
            raise BadInput(N_("There is no method {given}. Choose from: {known}."), given=strange,
                           known=tuple(methods))  # fmt: skip
        methods = {name: methods[name] for name in only}
    parts, middles = [], {}
    for name, points in methods.items():
        middle = points(counts, ahead)
        errors = _errors(counts, ahead, points)
        parts.append(_around(middle, errors, levels))
        middles[name] = middle
    mean = np.expm1(np.mean([np.log1p(part) for part in parts], axis=0))
    return Forecast(np.maximum(mean, 0.0), tuple(levels), middles)


def back_test(
    counts: NDArray,
    ahead: int,
    *,
    n_origins: int = MOST_ORIGINS,
    interval: NDArray | None = None,
    levels: tuple[float, ...] = LEVELS,
    nowcasts: Mapping[int, NDArray] | None = None,
) -> BackTest:
    """Forecast at earlier times with what was known then, and score what came.

    ``nowcasts``: for an origin (column of the last time known then) the counts as they stood;
    without it the final counts up to it stand for them.
    """
    counts = _checked(counts, ahead)
    last = counts.shape[1] - ahead
    origins = np.arange(max(LEAST_TIMES + ahead + LEAST_ERRORS, last - n_origins), last)
    if not len(origins):
        raise BadInput(
            N_("{n} times are too few to try forecasts of {ahead} on. Give {least} or more."),
            n=counts.shape[1],
            ahead=ahead,
            least=LEAST_TIMES + 2 * ahead + LEAST_ERRORS + 1,
        )
    seen = np.stack([counts[:, at + 1 : at + 1 + ahead] for at in origins])
    known = [(nowcasts or {}).get(int(at), counts[:, : at + 1]) for at in origins]
    ours = np.stack([forecast(k, ahead, interval=interval, levels=levels).quantiles for k in known])
    same = np.stack([
        forecast(k, ahead, levels=levels, only=("persistence",)).quantiles for k in known
    ])  # fmt: skip
    figures = {}
    for name, quantiles in (("ensemble", ours), ("persistence", same)):
        score = scores.weighted_interval_score(seen, quantiles, np.array(levels))
        figures[f"{name}_wis"] = float(np.nanmean(score))
        for central in (0.5, 0.9):
            figures[f"{name}_coverage_{central:g}"] = scores.coverage(
                seen, quantiles, np.array(levels), central=central
            )
    return BackTest(origins, seen, ours, same, tuple(levels), figures)


def _methods(interval: NDArray | None) -> dict[str, Points]:
    methods: dict[str, Points] = {"persistence": _persistence, "trend": _trend}
    if interval is not None:
        chances = np.asarray(interval, dtype=np.float64)
        methods["renewal"] = lambda counts, ahead: _renewal(counts, ahead, chances)
    return methods


def _persistence(counts: NDArray[np.float64], ahead: int) -> NDArray[np.float64]:
    return np.repeat(counts[:, -1:], ahead, axis=1)


def _trend(counts: NDArray[np.float64], ahead: int) -> NDArray[np.float64]:
    """The slope of the last times, on a logarithmic scale, weaker each time further on."""
    log = np.log(counts[:, -SLOPE_TIMES:] + NEAR)
    time = np.arange(SLOPE_TIMES) - (SLOPE_TIMES - 1) / 2
    slope = (log - log.mean(axis=1, keepdims=True)) @ time / (time @ time)
    gone = np.cumsum(DAMPING ** np.arange(1, ahead + 1))
    return np.maximum(np.exp(log[:, -1:] + slope[:, None] * gone) - NEAR, 0.0)


def _renewal(
    counts: NDArray[np.float64], ahead: int, chances: NDArray[np.float64]
) -> NDArray[np.float64]:
    """R of the last times goes on, drawn towards 1 the further ahead."""
    force = pressure(counts, chances)[:, -SMOOTH:].sum(axis=1)
    factor = (counts[:, -SMOOTH:].sum(axis=1) + NEAR) / (force + NEAR)
    whole = counts
    for step in range(ahead):
        push = pressure(np.pad(whole, ((0, 0), (0, 1))), chances)[:, -1]
        weaker = factor ** (DAMPING ** (step + 1))
        whole = np.concatenate([whole, (push * weaker)[:, None]], axis=1)
    return whole[:, -ahead:]


def _errors(counts: NDArray[np.float64], ahead: int, points: Points) -> NDArray[np.float64]:
    """Log errors at earlier times; shape (origins x areas, ahead)."""
    last = counts.shape[1] - ahead
    found = []
    for at in range(max(SLOPE_TIMES, last - MOST_ORIGINS), last):
        said = points(counts[:, : at + 1], ahead)
        came = counts[:, at + 1 : at + 1 + ahead]
        found.append(np.log(came + NEAR) - np.log(said + NEAR))
    return np.concatenate(found) if found else np.zeros((0, ahead))


def _around(
    middle: NDArray[np.float64], errors: NDArray[np.float64], levels: tuple[float, ...]
) -> NDArray[np.float64]:
    """The middle times the quantiles of past errors, made symmetric so that none drifts."""
    both = np.concatenate([errors, -errors])
    spread = np.quantile(both, levels, axis=0)  # (levels, ahead)
    moved = (middle[:, :, None] + NEAR) * np.exp(spread.T[None]) - NEAR
    return np.maximum(moved, 0.0)


def _checked(counts: NDArray, ahead: int) -> NDArray[np.float64]:
    found = checked(counts)
    if ahead < 1:
        raise BadInput(N_("A forecast looks 1 time ahead or more; {ahead} is none."), ahead=ahead)
    if found.shape[1] < LEAST_TIMES + ahead:
        raise BadInput(
            N_("{n} times are too short a past to forecast {ahead}; it takes {least}."),
            n=found.shape[1],
            ahead=ahead,
            least=LEAST_TIMES + ahead,
        )
    if np.isnan(found).any():
        raise BadInput(N_("{n} counts are missing. A forecast needs them all; fill them in."),
                       n=int(np.isnan(found).sum()))  # fmt: skip
    return found

"""How many cases in the days or weeks to come? Simple methods, averaged, as wide as they erred."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic import outlooks, scores
from linli.analysis.warning.finding import checked
from linli.errors import N_, BadInput

LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
LEAST_TIMES = 8
LEAST_ERRORS = 6  # earlier times on which a method has to be tried before it is believed
MOST_ORIGINS = 52  # and at most
NEAR = 1.0  # added before logarithms
SHARED = 10.0  # errors of all areas that count as much as an area's own for its spread; assumed
SHARPNESS = 4.0  # how much more an accurate method weighs; assumed


@dataclass(frozen=True)
class Forecast:
    """Quantiles of the counts to come; shape (areas, ahead, levels).

    ``by_method``: the middle of each method of the ensemble; shape (areas, ahead). ``weights``:
    how much each counts, from how it erred before.
    """

    quantiles: NDArray[np.float64]
    levels: tuple[float, ...]
    by_method: Mapping[str, NDArray[np.float64]]
    weights: Mapping[str, float]


@dataclass(frozen=True)
class BackTest:
    """What was forecast at earlier times and what came; arrays (origins, areas, ahead, levels)."""

    origins: NDArray[np.int64]
    observed: NDArray[np.float64]
    ensemble: NDArray[np.float64]
    persistence: NDArray[np.float64]
    levels: tuple[float, ...]
    figures: Mapping[str, float]


def forecast(
    counts: NDArray,
    ahead: int,
    *,
    period: int = 0,
    interval: NDArray | None = None,
    levels: tuple[float, ...] = LEVELS,
    only: tuple[str, ...] = (),
    cautious: bool = True,
) -> Forecast:
    """The times to come by an ensemble of simple methods that weigh by how they did before.

    Parameters
    ----------
    counts
        Cases, shape (areas, times), oldest first, none missing; give the nowcast, or the last
        times drag the forecast down.
    ahead
        How many times to look ahead.
    period
        Times of a season, such as 52 weeks or the 7 days of a week; 0: there is none.
    interval
        Chances of a serial interval in units of the times; without it there is no renewal.
    only
        Names of methods to use, of those in `outlooks`. None named: all that can be.
    cautious
        Widen past errors to a prediction interval, as far as they are few; the baseline does not.

    Notes
    -----
    Each method is as wide as it erred at the same distance at earlier times, on a logarithmic
    scale, times the root of 1 + 1/n for n independent errors. The ensemble is the weighted
    mean of the methods' quantiles (Vincent averaging); the weights fall with the fourth power of
    the past error, so that a poor method hardly counts.

    Source
    ------
    Persistence with past errors is the baseline of Cramer et al. (2022),
    doi:10.1073/pnas.2113561119; averaging quantiles and weighing by past skill: Ray et al. (2023),
    doi:10.1016/j.ijforecast.2022.06.005.
    """
    counts = _checked(counts, ahead)
    tried = {
        name: Tried.on(counts, ahead, said)
        for name, said in outlooks.methods(counts, ahead, period=period, interval=interval).items()
    }
    if only:
        strange = tuple(name for name in only if name not in tried)
        if strange:
            raise BadInput(N_("There is no method {given}. Choose from: {known}."), given=strange,
                           known=tuple(tried))  # fmt: skip
        tried = {name: tried[name] for name in only}
    weights = {name: one.error**-SHARPNESS for name, one in tried.items()}
    whole = sum(weights.values())
    mean = sum(
        tried[name].quantiles(levels, cautious=cautious) * (weights[name] / whole) for name in tried
    )
    quantiles = np.maximum(np.exp(mean) - NEAR, 0.0)
    return Forecast(
        quantiles,
        tuple(levels),
        {name: np.maximum(np.exp(one.middle) - NEAR, 0.0) for name, one in tried.items()},
        {name: float(weight / whole) for name, weight in weights.items()},
    )


@dataclass(frozen=True)
class Tried:
    """A method at the last time, and how it erred at earlier ones; on a logarithmic scale."""

    middle: NDArray[np.float64]  # (areas, ahead)
    errors: NDArray[np.float64]  # (areas, origins, ahead)

    @classmethod
    def on(cls, counts: NDArray[np.float64], ahead: int, said: NDArray[np.float64]) -> "Tried":
        """What a method said at every time, set beside what came."""
        log = np.log(counts + NEAR)
        n_times = counts.shape[1]
        origins = np.arange(max(LEAST_TIMES // 2, n_times - ahead - MOST_ORIGINS), n_times - ahead)
        came = np.stack([log[:, origins + step] for step in range(1, ahead + 1)], axis=2)
        return cls(said[:, -1], came - said[:, origins])

    @property
    def error(self) -> float:
        """The mean size of the errors."""
        return float(np.abs(self.errors).mean()) + 1e-6

    def quantiles(self, levels: tuple[float, ...], *, cautious: bool) -> NDArray[np.float64]:
        """The middle and, around it, the area's own spread in the shape that all areas share."""
        n = self.errors.shape[1]
        own = (self.errors**2).mean(axis=1)
        city = own.mean(axis=0, keepdims=True)
        spread = np.sqrt((n * own + SHARED * city) / (n + SHARED)) + 1e-9
        shape = self.errors / spread[:, None, :]
        both = np.concatenate([shape, -shape]).reshape(-1, shape.shape[2])  # so that none drifts
        around = np.quantile(both, levels, axis=0)
        wide = spread * (self.caution if cautious else 1.0)
        return self.middle[:, :, None] + wide[:, :, None] * around.T[None]

    @property
    def caution(self) -> float:
        """How much wider than past errors, for the next one is not among them.

        Errors of neighbouring times and of all areas go together: there are as many independent
        ones as stretches that do not overlap.
        """
        n_apart = max(self.errors.shape[1] / self.errors.shape[2], 1.0)
        return float(np.sqrt(1 + 1 / n_apart))


def back_test(
    counts: NDArray,
    ahead: int,
    *,
    n_origins: int = MOST_ORIGINS,
    period: int = 0,
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
    origins = np.arange(max(LEAST_TIMES + ahead + LEAST_ERRORS - 1, last - n_origins), last)
    if not len(origins):
        raise BadInput(
            N_("{n} times are too few to try forecasts of {ahead} on. Give {least} or more."),
            n=counts.shape[1],
            ahead=ahead,
            least=LEAST_TIMES + 2 * ahead + LEAST_ERRORS,
        )
    seen = np.stack([counts[:, at + 1 : at + 1 + ahead] for at in origins])
    known = [(nowcasts or {}).get(int(at), counts[:, : at + 1]) for at in origins]
    ours = np.stack(
        [
            forecast(k, ahead, period=period, interval=interval, levels=levels).quantiles
            for k in known
        ]
    )
    same = np.stack(
        [
            forecast(k, ahead, levels=levels, only=("persistence",), cautious=False).quantiles
            for k in known
        ]
    )
    figures = {}
    for name, quantiles in (("ensemble", ours), ("persistence", same)):
        score = scores.weighted_interval_score(seen, quantiles, np.array(levels))
        figures[f"{name}_wis"] = float(np.nanmean(score))
        for central in (0.5, 0.9):
            figures[f"{name}_coverage_{central:g}"] = scores.coverage(
                seen, quantiles, np.array(levels), central=central
            )
    return BackTest(origins, seen, ours, same, tuple(levels), figures)


def _checked(counts: NDArray, ahead: int) -> NDArray[np.float64]:
    found = checked(counts)
    if ahead < 1:
        raise BadInput(N_("A forecast looks 1 time ahead or more; {ahead} is none."), ahead=ahead)
    if found.shape[1] < LEAST_TIMES + ahead:
        raise BadInput(
            N_("{n} times are too short a past to forecast {ahead}; it takes {least}."),
            n=found.shape[1],
            ahead=ahead,
            least=LEAST_TIMES + ahead + LEAST_ERRORS,
        )
    if np.isnan(found).any():
        raise BadInput(N_("{n} counts are missing. A forecast needs them all; fill them in."),
                       n=int(np.isnan(found).sum()))  # fmt: skip
    return found

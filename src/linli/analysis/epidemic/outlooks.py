"""What would each simple method have said at every time? The parts of a forecast's ensemble.

All work on a logarithmic scale and see nothing later than the time they speak at.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic.reproduction import pressure

NEAR = 1.0  # added before logarithms
MEMORY = (0.2, 0.35, 0.5, 0.7, 0.9)  # weight of the newest count in the level
STEEP = (0.1, 0.3)  # weight of the newest change in the trend
DAMPING = (0.6, 0.85)  # of the trend, each time further ahead; Gardner and McKenzie (1985)
BELIEF = (0.5, 1.0)  # how much of the season of past years is expected again
SMOOTH = 3  # times that R is read from
WIDE = 2  # times either side that a season is smoothed over
TRIED_ON = 52  # latest times that settings are chosen on


def methods(
    counts: NDArray[np.float64], ahead: int, *, period: int, interval: NDArray | None
) -> dict[str, NDArray[np.float64]]:
    """What each method says at every time; arrays (areas, times, ahead) of logarithms.

    ``persistence``: the same again. ``level``: a smoothed level. ``trend``: a level and a damped
    trend. ``season``: a level that moves as in past years, where there are two. ``renewal``: R of
    late goes on, drawn towards 1, where there is a serial interval. Settings of each are those
    that erred least at the latest times.

    Source
    ------
    Exponential smoothing with a damped trend: Gardner and McKenzie (1985),
    doi:10.1287/mnsc.31.10.1237.
    """
    log = np.log(counts + NEAR)
    found = {
        "persistence": np.repeat(log[:, :, None], ahead, axis=2),
        "level": _best(log, ahead, (_smoothed(log, ahead, a) for a in MEMORY)),
        "trend": _best(log, ahead, (
            _smoothed(log, ahead, a, steep=b, damping=d)
            for a, b, d in product(MEMORY[1:], STEEP, DAMPING)
        )),
    }  # fmt: skip
    if period and counts.shape[1] >= 2 * period + ahead + WIDE:
        moves = _seasons(log, ahead, period)
        found["season"] = _best(log, ahead, (
            _smoothed(log, ahead, a) + belief * moves for a, belief in product(MEMORY, BELIEF)
        ))  # fmt: skip
    if interval is not None:
        found["renewal"] = _renewal(counts, ahead, np.asarray(interval, dtype=np.float64))
    return found


def _smoothed(
    log: NDArray[np.float64], ahead: int, memory: float, *, steep: float = 0.0, damping: float = 0.0
) -> NDArray[np.float64]:
    reach = np.cumsum(damping ** np.arange(1, ahead + 1))
    said = np.empty((*log.shape, ahead))
    level, trend = log[:, 0], np.zeros(len(log))
    for at in range(log.shape[1]):
        before = level
        level = memory * log[:, at] + (1 - memory) * (level + damping * trend)
        trend = steep * (level - before) + (1 - steep) * damping * trend
        said[:, at] = level[:, None] + trend[:, None] * reach
    return said


def _seasons(log: NDArray[np.float64], ahead: int, period: int) -> NDArray[np.float64]:
    """How the level moved from this time of year to the next ones, on average over past years."""
    wide = np.pad(log, ((0, 0), (WIDE, WIDE)), mode="edge")
    calm = np.lib.stride_tricks.sliding_window_view(wide, 2 * WIDE + 1, axis=1).mean(axis=2)
    n_times = log.shape[1]
    moves, years = np.zeros((*log.shape, ahead)), np.zeros((n_times, ahead))
    steps = np.arange(1, ahead + 1)
    for at in range(max(n_times - ahead - TRIED_ON - 1, 0), n_times):
        then = np.arange(at - period, -1, -period)
        for past in then:
            ends = past + steps
            use = ends + WIDE <= at  # the smoothing looks ahead: nothing later than now
            moves[:, at, use] += calm[:, ends[use]] - calm[:, [past]]
            years[at, use] += 1
    return moves / np.maximum(years, 1)


def _renewal(
    counts: NDArray[np.float64], ahead: int, chances: NDArray[np.float64]
) -> NDArray[np.float64]:
    force = pressure(counts, chances)
    n_areas, n_times = counts.shape

    def lately(values: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = np.cumsum(np.pad(values, ((0, 0), (SMOOTH, 0))), axis=1)
        return sums[:, SMOOTH:] - sums[:, :-SMOOTH]

    log_r = np.log((lately(counts) + NEAR) / (lately(force) + NEAR))
    said = np.zeros((n_areas, n_times, ahead))
    n_past = len(chances) - 1
    padded = np.pad(counts, ((0, 0), (n_past, 0)))
    back = chances[:0:-1]  # the oldest day's chance first
    for at in range(max(n_times - ahead - TRIED_ON - 1, 0), n_times):
        recent = padded[:, at + 1 : at + 1 + n_past]
        for step in range(ahead):
            push = recent @ back * np.exp(log_r[:, at] * DAMPING[1] ** (step + 1))
            recent = np.concatenate([recent[:, 1:], push[:, None]], axis=1)
            said[:, at, step] = np.log(push + NEAR)
    return said


def _best(
    log: NDArray[np.float64], ahead: int, candidates: Iterator[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The candidate that erred least lately, all areas and distances together."""
    origins = np.arange(max(log.shape[1] - ahead - TRIED_ON, 0), log.shape[1] - ahead)
    came = np.stack([log[:, origins + step] for step in range(1, ahead + 1)], axis=2)
    return min(candidates, key=lambda said: float(np.abs(came - said[:, origins]).mean()))

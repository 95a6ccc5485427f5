"""R, a nowcast or a forecast of a file's counts, as tables for a machine and as pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic import definition, intervals, nowcast
from linli.analysis.epidemic.definition import Change
from linli.analysis.epidemic.forecast import LEVELS, BackTest, Forecast, back_test, forecast
from linli.analysis.epidemic.growth import Growth, growth
from linli.analysis.epidemic.nowcast import Nowcast
from linli.analysis.epidemic.onsets import onsets
from linli.analysis.epidemic.renewal import renewal_nowcast
from linli.analysis.epidemic.reproduction import (
    STANDINGS,
    Reproduction,
    cohort,
    reproduction,
)
from linli.errors import N_, BadInput
from linli.studies import tables
from linli.studies.epidemic.counts import WHOLE, Counts
from linli.studies.pictures import Series, lines

MOST_INTERVAL_DAYS = 60
DRAWS = 200  # of an uncertain serial interval
MOST_DRAWN = 8.0  # a greater R says little, and would flatten the rest of a picture


@dataclass(frozen=True)
class Spread:
    """R and growth of each area, and how many cases of backlog were set aside."""

    counts: Counts
    r: Reproduction
    growth: Growth | None
    ratios: tuple[float, ...]
    set_aside: float

    def told(self) -> dict[str, Any]:
        """All of it for a machine to read."""
        return {
            "days": [self.counts.day(int(at)) for at in self.r.last],
            "ratios_of_changes": [round(ratio, 4) for ratio in self.ratios],
            "set_aside": round(self.set_aside, 1),
            "areas": [
                {
                    "area": name,
                    "standing": [str(STANDINGS[k]) for k in self.r.standing[n]],
                    **{
                        what: _row(getattr(self.r, what)[n])
                        for what in ("mean", "sd", "low", "median", "high")
                    },
                    "growth_rate": None if self.growth is None else _row(self.growth.rate[n]),
                }
                for n, name in enumerate(self.counts.areas)
            ],
        }

    def picture(self, area: int, names: Mapping[str, str]) -> str:
        """R with its interval and the line at 1, over the last days on which it can be trusted."""
        shown = [
            np.minimum(self.r.shown(values)[area], MOST_DRAWN)
            for values in (self.r.mean, self.r.low, self.r.high)
        ]
        use = _last_run(~np.isnan(shown[0]))
        if not use.any():
            raise BadInput(
                N_("{area} has too few cases for R in any window: there is nothing to draw."),
                area=self.counts.areas[area],
            )
        x = self.r.last[use].astype(float).tolist()
        parts = [Series(names[k], x, v[use].tolist()) for k, v in
                 zip(("mean", "low", "high"), shown, strict=True)]  # fmt: skip
        parts.append(Series("1", [x[0], x[-1]], [1.0, 1.0]))
        return lines(
            names["title"].format(area=self.counts.areas[area]),
            parts,
            x_label=names["x"].format(first=self.counts.day(0)),
            y_label=names["y"],
        )


def interval(said: str, *, seed: int = 1) -> NDArray[np.float64]:
    """A serial interval said as MEAN,SD or MEAN,SD,ERROR_OF_MEAN,ERROR_OF_SD, in days."""
    parts = [tables.number(part) for part in said.split(",")]
    if len(parts) == 2:
        chances = intervals.discretised(parts[0], parts[1], MOST_INTERVAL_DAYS)
        return chances / chances.sum()
    if len(parts) != 4:
        raise BadInput(
            N_("{text} is no serial interval. Write mean and spread in days, such as 7.5,3.4, or "
               "also how unsure both are: 7.5,3.4,0.5,0.3."),
            text=said,
        )  # fmt: skip
    dice = np.random.default_rng(seed)
    means = np.maximum(dice.normal(parts[0], parts[2], DRAWS), 1.1)
    sds = np.maximum(dice.normal(parts[1], parts[3], DRAWS), 0.2)
    rows = np.stack([intervals.discretised(float(m), float(s), MOST_INTERVAL_DAYS)
                     for m, s in zip(means, sds, strict=True)])  # fmt: skip
    return rows / rows.sum(axis=1, keepdims=True)


def spread(
    counts: Counts,
    serial: NDArray[np.float64],
    *,
    window: int,
    delay: tuple[float, float] | None = None,
    changes: Sequence[Change] = (),
    by_cohort: bool = False,
) -> Spread:
    """R of each area from its counts, taken back to onsets where a delay of reports is given."""
    _check_daily(counts)
    even = definition.even(counts.counts, changes)
    cases = even.counts
    if delay is not None:
        chances = intervals.delay_chances(*delay, MOST_INTERVAL_DAYS)
        cases = onsets(cases, chances)
    if by_cohort:
        r = cohort(cases, serial, window=window)
    else:
        r = reproduction(cases, serial, imported=counts.imported, window=window)
    span = min(max(window, 3), cases.shape[1])
    slope = growth(cases, window=span) if cases.shape[1] >= 3 else None
    return Spread(counts, r, slope, even.ratios, float(even.set_aside.sum()))


@dataclass(frozen=True)
class Now:
    """A nowcast of one row a case, by area and day."""

    areas: tuple[str, ...]
    first: float
    found: Nowcast

    def told(self) -> dict[str, Any]:
        """All of it for a machine to read."""
        n_days = self.found.reported.shape[1]
        return {
            "days": [tables.shown_day(self.first + at) for at in range(n_days)],
            "levels": list(self.found.levels),
            "dispersion": round(self.found.dispersion, 3),
            "areas": [
                {
                    "area": name,
                    "reported": _row(self.found.reported[n]),
                    "expected": _row(np.where(self.found.known[n], self.found.expected[n], np.nan)),
                    "share_reported": _row(self.found.share[n]),
                    "quantiles": [_row(day) for day in self.found.quantiles[n]],
                }
                for n, name in enumerate(self.areas)
            ],
        }

    def picture(self, area: int, names: Mapping[str, str]) -> str:
        """What is reported as bars, what is expected and its interval as lines."""
        found, use = self.found, self.found.known[area]
        x = np.arange(len(use), dtype=float)
        parts = [
            Series(names["expected"], x[use].tolist(), found.expected[area][use].tolist()),
            Series(names["low"], x[use].tolist(), found.quantiles[area][use][:, 0].tolist()),
            Series(names["high"], x[use].tolist(), found.quantiles[area][use][:, -1].tolist()),
        ]
        bars = list(zip(x.tolist(), found.reported[area].tolist(), strict=True))
        return lines(
            names["title"].format(area=self.areas[area]), parts, bars=bars,
            x_label=names["x"].format(first=tables.shown_day(self.first)), y_label=names["y"],
            bar_name=names["reported"],
        )  # fmt: skip


def now(
    path: Path,
    *,
    begins: str = "onset",
    ends: str = "reported",
    area: str = "area",
    as_of: str = "",
    most_delay: int = 30,
    learn_days: int | None = None,
    serial: NDArray[np.float64] | None = None,
) -> Now:
    """Nowcast a file of one row a case: its day, when it was reported, perhaps its area.

    With a serial interval by renewal, of all areas together; without by the ladder.
    """
    columns = tables.read(path, wanted=(begins, ends), also=(area,))
    began, ended = (np.array(columns.read(c, tables.day, empty=np.nan)) for c in (begins, ends))
    known = ~(np.isnan(began) | np.isnan(ended))
    names, (rows,) = tables.numbered([name or WHOLE for name in columns.cells[area]])
    if not known.any():
        raise BadInput(
            N_("{file} has no row with both {begins} and {ends}."),
            file=path.name,
            begins=begins,
            ends=ends,
        )
    late = np.flatnonzero(known & (ended < began))
    if len(late):
        raise BadInput(
            N_("{file}, row {row}: reported before its day. Mend the days, or take the row out."),
            file=path.name,
            row=columns.row[late[0]],
        )
    last = tables.day(as_of) if as_of else float(np.nanmax(ended))
    use = known & (began <= last) & (ended <= last)
    if not use.any():
        raise BadInput(N_("Nothing had been reported by {day}. Say a later --as-of."), day=as_of)
    first = float(began[use].min())
    n_days = int(last - first) + 1
    if serial is not None:
        names, rows = [WHOLE], np.zeros_like(rows)
    table = nowcast.triangle(
        (began[use] - first).astype(np.int64), (ended[use] - first).astype(np.int64), rows[use],
        n_areas=len(names), n_days=n_days, n_delays=min(most_delay + 1, n_days), as_of=n_days - 1,
    )  # fmt: skip
    if serial is not None:
        return Now(tuple(names), first, renewal_nowcast(table, serial, levels=LEVELS).now)
    return Now(tuple(names), first, nowcast.nowcast(table, levels=LEVELS, learn_days=learn_days))


@dataclass(frozen=True)
class Ahead:
    """A forecast of some counts and, where it was asked for, how earlier ones would have done."""

    counts: Counts
    found: Forecast
    tried: BackTest | None

    def told(self) -> dict[str, Any]:
        """All of it for a machine to read."""
        n_times, ahead = self.counts.counts.shape[1], self.found.quantiles.shape[1]
        return {
            "days": [self.counts.day(n_times + k) for k in range(ahead)],
            "levels": list(self.found.levels),
            "weights": {name: round(w, 4) for name, w in self.found.weights.items()},
            "areas": [
                {"area": name, "quantiles": [_row(q) for q in self.found.quantiles[n]]}
                for n, name in enumerate(self.counts.areas)
            ],
            "back_test": None if self.tried is None else dict(self.tried.figures),
        }

    def picture(self, area: int, names: Mapping[str, str]) -> str:
        """The counts as bars, the middle of the forecast and its 90 % interval as lines."""
        counts = self.counts.counts[area]
        x = np.arange(len(counts), len(counts) + self.found.quantiles.shape[1], dtype=float)
        columns = {"middle": 0.5, "low": 0.05, "high": 0.95}
        parts = [
            Series(names[k], x.tolist(),
                   self.found.quantiles[area][:, self.found.levels.index(q)].tolist())
            for k, q in columns.items()
        ]  # fmt: skip
        return lines(
            names["title"].format(area=self.counts.areas[area]), parts,
            bars=list(enumerate(counts.tolist())), bar_name=names["observed"],
            x_label=names["x"].format(first=self.counts.day(0)), y_label=names["y"],
        )  # fmt: skip


def ahead(
    counts: Counts,
    times: int,
    *,
    serial: NDArray[np.float64] | None = None,
    period: int = 0,
    changes: Sequence[Change] = (),
    try_it: bool = False,
) -> Ahead:
    """Forecast the times to come of each area."""
    if serial is not None:
        _check_daily(counts)
        serial = serial if serial.ndim == 1 else serial.mean(axis=0)
    values = definition.even(counts.counts, changes).counts
    found = forecast(values, times, period=period, interval=serial)
    tried = back_test(values, times, period=period, interval=serial) if try_it else None
    return Ahead(counts, found, tried)


def _check_daily(counts: Counts) -> None:
    if counts.step != 1:
        raise BadInput(
            N_("The counts are weekly, and a serial interval is in days. Give daily counts.")
        )


def _last_run(use: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The last days in a row that are to be used."""
    at = np.flatnonzero(use)
    if not len(at):
        return use
    begin = at[-1]
    while begin > 0 and use[begin - 1]:
        begin -= 1
    found = np.zeros_like(use)
    found[begin : at[-1] + 1] = True
    return found


def _row(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(v) else round(float(v), 4) for v in values]

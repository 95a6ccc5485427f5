"""What does a file of counts hold? Areas by days, each doubtful cell told with its remedy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linli import clock
from linli.analysis.epidemic.definition import Change
from linli.errors import N_, BadInput
from linli.studies import tables

WHOLE = "all"  # the name of the only area where a file tells of none
EARTH_M_PER_DEGREE = 111_195.0
MOST_SPAN_DAYS = 20_000


class Gaps(StrEnum):
    """What a day without a row means."""

    REFUSED = "refused"
    ZERO = "zero"  # nothing was counted
    MISSING = "missing"  # nobody knows
    SPREAD = "spread"  # the next row holds these days too; of running totals


class BadCounts(BadInput):
    """A file of counts has a cell that cannot be taken as it is."""

    code = "bad_counts"


@dataclass(frozen=True)
class Counts:
    """Counts by area and time, oldest first; NaN where not known. ``step``: days a time."""

    areas: tuple[str, ...]
    first: float  # days since tables.EPOCH
    step: int
    counts: NDArray[np.float64]
    imported: NDArray[np.float64] | None = None

    @property
    def days(self) -> NDArray[np.float64]:
        """The day each time begins on, since tables.EPOCH."""
        return self.first + self.step * np.arange(self.counts.shape[1], dtype=np.float64)

    def day(self, at: int) -> str:
        """A time's first day as people write it."""
        return tables.shown_day(self.first + self.step * at)

    def at(self, day: str) -> int:
        """The time that holds a day; raises BadInput for one outside."""
        found = int((tables.day(day) - self.first) // self.step)
        if not 0 <= found < self.counts.shape[1]:
            raise BadInput(
                N_("{day} lies outside the counts, which go from {first} to {last}."),
                day=day,
                first=self.day(0),
                last=self.day(self.counts.shape[1] - 1),
            )
        return found

    @property
    def first_weekday(self) -> int:
        """The weekday of the first time; Monday is 0."""
        return date.fromisoformat(self.day(0)).weekday()


def read(
    path: Path,
    *,
    day: str = "day",
    area: str = "area",
    count: str = "count",
    imported: str = "",
    cumulative: bool = False,
    falls: str = "refused",
    gaps: Gaps = Gaps.REFUSED,
    today: date | None = None,
) -> Counts:
    """Read one row an area and day: day, count, perhaps area, perhaps how many were imported.

    Parameters
    ----------
    cumulative
        The counts are running totals; the first says where counting stood and is no new count.
    falls
        What a running total that falls means: ``refused``, or ``zero`` new cases on that day.
    gaps
        What a day without a row means.
    today
        The last day that can have been; that of the city's clock if none is given.

    Raises
    ------
    BadCounts
        For a day in the future, two rows for one day, a day without a row, a count below zero or
        a total that falls; each with the row and what can be done.
    """
    columns = tables.read(path, wanted=(day, count), also=(area, imported or "imported"))
    days = np.array(columns.read(day, tables.day, empty=np.nan))
    columns.filled(day)
    values = np.array(columns.read(count, _count, empty=np.nan))
    names, (rows,) = tables.numbered([name or WHOLE for name in columns.cells[area]])
    _check_future(path, columns, days, today or clock.day(clock.now()))
    _check_twice(path, columns, names, rows, days)
    step = _step(days)
    first, last = days.min(), days.max()
    n_times = int((last - first) // step) + 1
    if n_times > MOST_SPAN_DAYS:
        raise BadCounts(
            N_("{file} spans {n} days. Look for a wrong year in {day}."),
            file=path.name,
            n=int(last - first),
            day=day,
        )
    at = ((days - first) // step).astype(np.int64)
    table = np.full((len(names), n_times), np.nan)
    table[rows, at] = values
    has_row = np.zeros(table.shape, dtype=bool)
    has_row[rows, at] = True
    table = _filled(path, table, has_row, names, first, step,
                    gaps=gaps, cumulative=cumulative)  # fmt: skip
    if cumulative:
        table = _new(path, table, names, first, step, falls=falls)
    extra = None
    if imported and columns.has(imported):
        extra = np.zeros(table.shape)
        extra[rows, at] = columns.read(imported, _count, empty=0.0)
    if cumulative:  # the first total tells where counting stood, not what was new
        first = first + step
        extra = None if extra is None else extra[:, 1:]
    return Counts(tuple(names), float(first), step, table, extra)


def changes(said: Sequence[str], counts: Counts) -> list[Change]:
    """Declared changes of definition, each as first:last, first:last:backlog or with a ratio."""
    found = []
    for text in said:
        parts = text.split(":")
        if not 2 <= len(parts) <= 4:
            raise BadInput(
                N_("{text} is no change. Write 2020-02-12:2020-02-18, and perhaps :1 for days of "
                   "backlog and :2.2 for the ratio."),
                text=text,
            )  # fmt: skip
        backlog = tables.count(parts[2]) if len(parts) > 2 and parts[2] else 0
        ratio = tables.number(parts[3]) if len(parts) > 3 else None
        found.append(Change(counts.at(parts[0]), counts.at(parts[1]), backlog, ratio))
    return found


@dataclass(frozen=True)
class Places:
    """People and points of the areas of some counts, in their order; in metres of one plane."""

    people: NDArray[np.float64] | None
    points: NDArray[np.float64] | None


def places(path: Path, counts: Counts) -> Places:
    """Read area, people, and perhaps lon and lat; raises BadCounts for an area without people."""
    columns = tables.read(path, wanted=("area",), also=("people", "lon", "lat"))
    where = {name: n for n, name in enumerate(columns.filled("area"))}
    lacking = [name for name in counts.areas if name not in where]
    if lacking:
        raise BadCounts(
            N_("{file} does not tell of {area} and {n} others. Add a row for each."),
            file=path.name,
            area=lacking[0],
            n=len(lacking) - 1,
        )
    order = [where[name] for name in counts.areas]
    people = points = None
    if columns.has("people"):
        people = np.array(columns.read("people", _count, empty=0.0))[order]
        for name, many in zip(counts.areas, people, strict=True):
            if not many > 0:
                raise BadCounts(
                    N_("{area} has no people in {file}, so no case can be expected there. Give its "
                       "people, or leave the area out."),
                    area=name,
                    file=path.name,
                )  # fmt: skip
    if columns.has("lon") and columns.has("lat"):
        lon, lat = (
            np.array(columns.read(c, tables.number, empty=np.nan))[order] for c in ("lon", "lat")
        )
        flat = np.cos(np.radians(np.nanmean(lat)))
        points = np.stack([lon * flat, lat], axis=1) * EARTH_M_PER_DEGREE
    return Places(people, points)


def _count(text: str) -> float:
    found = tables.number(text)
    if found < 0:
        raise BadInput(
            N_("{text} is below zero. A count is a number from 0 up; enter a correction on the "
               "day it belongs to, or leave the cell empty."),
            text=text,
        )  # fmt: skip
    return found


def _check_future(
    path: Path, columns: tables.Columns, days: NDArray[np.float64], today: date
) -> None:
    late = np.flatnonzero(days > (today - tables.EPOCH).days)
    if len(late):
        raise BadCounts(
            N_("{file}, row {row}: {day} lies in the future. Mend the day, or take the row out."),
            file=path.name,
            row=columns.row[late[0]],
            day=tables.shown_day(days[late[0]]),
        )


def _check_twice(
    path: Path,
    columns: tables.Columns,
    names: list[str],
    rows: NDArray[np.int64],
    days: NDArray[np.float64],
) -> None:
    order = np.lexsort((np.arange(len(rows)), days, rows))
    same = (np.diff(rows[order]) == 0) & (np.diff(days[order]) == 0)
    if same.any():
        one, other = order[np.flatnonzero(same)[0]], order[np.flatnonzero(same)[0] + 1]
        raise BadCounts(
            N_("{file}, rows {one} and {other}: {area} has two counts for {day}. Add them up, or "
               "take one out."),
            file=path.name,
            one=columns.row[one],
            other=columns.row[other],
            area=names[rows[one]],
            day=tables.shown_day(days[one]),
        )  # fmt: skip


def _step(days: NDArray[np.float64]) -> int:
    """7 where all days fall on one weekday, else 1."""
    apart = np.unique(days) - days.min()
    return 7 if len(apart) > 1 and not (apart % 7).any() else 1


def _filled(
    path: Path,
    table: NDArray[np.float64],
    has_row: NDArray[np.bool_],
    names: list[str],
    first: float,
    step: int,
    *,
    gaps: Gaps,
    cumulative: bool,
) -> NDArray[np.float64]:
    holes = ~has_row
    if not holes.any() or gaps is Gaps.MISSING:
        return table
    if gaps is Gaps.REFUSED:
        area, at = (int(n) for n in np.argwhere(holes)[0])
        raise BadCounts(
            N_("{file}: {area} has no row for {day}; {n} rows lack in all. Say --gaps zero if "
               "nothing was counted then, missing if nobody knows, spread if the next running "
               "total holds these days too."),
            file=path.name,
            area=names[area],
            day=tables.shown_day(first + step * at),
            n=int(holes.sum()),
        )  # fmt: skip
    if gaps is Gaps.SPREAD:
        if not cumulative:
            raise BadCounts(
                N_("Only running totals can be spread over days without a row. Say --cumulative, "
                   "or choose zero or missing.")
            )  # fmt: skip
        return _between(table)
    if cumulative:
        return _carried(table)
    return np.where(holes, 0.0, table)


def _between(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    at = np.arange(totals.shape[1])
    filled = totals.copy()
    for row in filled:
        known = ~np.isnan(row)
        if known.any():
            row[~known] = np.interp(at[~known], at[known], row[known], left=0.0)
    return filled


def _carried(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(totals)
    latest = np.maximum.accumulate(np.where(known, np.arange(totals.shape[1]), -1), axis=1)
    carried = np.take_along_axis(totals, np.maximum(latest, 0), axis=1)
    return np.where(latest < 0, 0.0, carried)


def _new(
    path: Path,
    totals: NDArray[np.float64],
    names: list[str],
    first: float,
    step: int,
    *,
    falls: str,
) -> NDArray[np.float64]:
    new = np.diff(totals, axis=1)
    with np.errstate(invalid="ignore"):
        down = np.argwhere(new < 0)
    if len(down) and falls != "zero":
        area, at = (int(n) for n in down[0])
        raise BadCounts(
            N_("{file}: the running total of {area} falls on {day}, and on {n} days in all. Say "
               "--falls zero to count no new case then, or mend the file."),
            file=path.name,
            area=names[area],
            day=tables.shown_day(first + step * (at + 1)),
            n=len(down),
        )  # fmt: skip
    return np.where(new < 0, 0.0, new)

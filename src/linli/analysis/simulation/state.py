"""Where does everybody stand on a day? Arrays that can be kept and taken up again.

People who were never infected cost a few bytes each; everything else is one row an infected person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from linli.analysis.simulation.calendar_kernel import Due

NOT_YET = -1
NO_DAY = 32_767  # where a whole day is written and there is none
DAYS_AHEAD = 256  # for which there is room from the start
FEW = 1024  # chunks of the calendar to begin with


Listed = dict[tuple[int, int], NDArray[np.int32]]  # rows by event and day


class Fate(IntEnum):
    """How an infection will go, if there is a bed."""

    ASYMPTOMATIC = 0
    MILD = 1
    SEVERE = 2
    CRITICAL = 3


class Kept(IntEnum):
    """Where an infected person is kept."""

    FREE = 0
    HOME = 1
    AWAY = 2  # isolation rooms, shelter hospital, ward: no contact at all


class Held(IntEnum):
    """Where somebody in quarantine is, as long as it lasts."""

    HOME = 0
    ROOM = 1
    WAITS = 2  # at home, until a room falls free


class Event(IntEnum):
    """What is due on a day for a row."""

    STARTS = 0  # becomes infectious
    VISITS = 1
    RESULT = 2  # a test or a doctor finds it: reported
    NEEDS_BED = 3
    NEEDS_INTENSIVE = 4
    ENDS = 5  # recovers or dies
    SCREEN_RESULT = 6


class Columns(NamedTuple):
    """The infected as compiled code reads them, a row each. Moments are float32, days are whole."""

    person: Any
    source: Any  # the row of who infected them
    layer: Any
    fate: Any
    kept: Any
    at: Any
    start: Any
    stop: Any
    onset: Any  # the day it falls in
    end: Any  # the first day that is over it
    strength: Any  # a place in `Prepared.strength`
    kept_from: Any
    reported: Any
    visits: Any
    tests: Any
    bed: Any
    waits_since: Any
    died: Any


COLUMNS: dict[str, type] = {
    "person": np.int32, "source": np.int32, "layer": np.uint8, "fate": np.uint8, "kept": np.uint8,
    "at": np.float32, "start": np.float32, "stop": np.float32, "onset": np.int16,
    "end": np.int16, "strength": np.uint16, "kept_from": np.int16,
    "reported": np.int16, "visits": np.int16, "tests": np.uint8, "bed": np.uint8,
    "waits_since": np.int16, "died": np.uint8,
}  # fmt: skip


class Infected:
    """One row for everybody ever infected; columns are numpy arrays that grow."""

    def __init__(self) -> None:
        self.n = 0
        self._room = 1024
        for name, kind in COLUMNS.items():
            setattr(self, name, np.zeros(self._room, dtype=kind))
        self.table = Columns(*(getattr(self, name) for name in Columns._fields))

    def __getattr__(self, name: str) -> NDArray[Any]:
        raise AttributeError(name)  # columns are set at the start; this tells the types of them

    def add(self, n: int) -> NDArray[np.int32]:
        """Make room for new rows and return their numbers."""
        first, self.n = self.n, self.n + n
        if self.n > self._room:
            self._room = max(self.n, int(self._room * 1.5))
            del self.table  # so that each column is let go of before the next is made
            for name in COLUMNS:
                old = getattr(self, name)
                new = np.zeros(self._room, dtype=old.dtype)
                new[:first] = old[:first]
                setattr(self, name, new)
            self.table = Columns(*(getattr(self, name) for name in Columns._fields))
        return np.arange(first, self.n, dtype=np.int32)

    def columns(self) -> dict[str, NDArray]:
        """The rows in use, by column; views, not copies."""
        return {name: getattr(self, name)[: self.n] for name in COLUMNS}


class Calendar:
    """What is due on which day: rows by event and day, in the order they were noted."""

    def __init__(self, due: Listed | None = None) -> None:
        from linli.analysis.simulation.calendar_kernel import CHUNK, NO_CHUNK, Due

        shape = (len(Event), DAYS_AHEAD)
        self.due = Due(
            np.full(shape, NO_CHUNK, np.int32), np.full(shape, NO_CHUNK, np.int32),
            np.zeros(shape, np.int32), np.empty((FEW, CHUNK), np.int32),
            np.array([NO_CHUNK, 0, 0], np.int32),
        )  # fmt: skip
        for (event, day), rows in (due or {}).items():
            self.add(Event(event), np.full(len(rows), day, np.float32), rows)

    def reserve(self, n: int, last_day: int) -> "Due":
        """Make room for so many rows more, none due later than a day."""
        from linli.analysis.simulation.calendar_kernel import LINK, N_FREE, NO_CHUNK, USED

        due = self.due
        n_days = due.head.shape[1]
        if last_day >= n_days:
            more = ((0, 0), (0, max(last_day + 1, 2 * n_days) - n_days))
            due = due._replace(
                head=np.pad(due.head, more, constant_values=NO_CHUNK),
                tail=np.pad(due.tail, more, constant_values=NO_CHUNK), fill=np.pad(due.fill, more),
            )  # fmt: skip
        needed = n // LINK + min(n, due.head.size) - int(due.pool[N_FREE])
        used, n_chunks = int(due.pool[USED]), len(due.chunk)
        if used + needed > n_chunks:
            chunk = np.empty(
                (max(used + needed, int(n_chunks * 1.5)), due.chunk.shape[1]), np.int32
            )
            chunk[:used] = due.chunk[:used]
            due = due._replace(chunk=chunk)
        self.due = due
        return due

    def add(self, event: Event, days: NDArray, rows: NDArray[np.int32]) -> None:
        """Note rows for days; those without a day (infinite) are left out."""
        from linli.analysis.simulation.calendar_kernel import note_all

        days = days.astype(np.float32, copy=False)
        some = days[np.isfinite(days)]
        if len(some):
            note_all(self.reserve(len(some), int(some.max())), int(event), days, rows)

    def take(self, event: Event, day: int) -> NDArray[np.int32]:
        """The rows of a day, in the order they were noted; they are taken out."""
        from linli.analysis.simulation.calendar_kernel import taken

        if day >= self.due.head.shape[1]:
            return np.empty(0, dtype=np.int32)
        return taken(self.due, int(event), day)

    def count(self, event: Event, day: int) -> int:
        """How many rows are due on a day."""
        from linli.analysis.simulation.calendar_kernel import counted

        if day >= self.due.head.shape[1]:
            return 0
        return counted(self.due, int(event), day)

    def listed(self) -> Listed:
        """All that is due, by event and day."""
        from linli.analysis.simulation.calendar_kernel import NO_CHUNK, listed

        events, days = np.nonzero(self.due.head != NO_CHUNK)
        keys = zip(events.tolist(), days.tolist(), strict=True)
        return {(event, day): listed(self.due, event, day) for event, day in keys}


@dataclass
class State:
    """One world at the start of a day. `arrays` and `restored` keep it and take it up again."""

    seed: int
    day: int
    status: NDArray[np.uint8]  # (people,): 0 susceptible, 1 infected at some time
    held_until: NDArray[np.int16]  # (people,): quarantined until before this day
    held_away: NDArray[np.uint8]  # (people,): Held
    row: NDArray[np.int32]  # (people,): of the infected, or NOT_YET; empty until somebody is kept
    infected: Infected
    calendar: Calendar
    active: NDArray[np.int32]  # rows that are infectious
    holds: dict[int, list[tuple[NDArray, int, bool, bool]]]  # day: people, days, test, away
    tally: dict[str, Any]  # queues and counts carried from day to day
    reports: NDArray[np.int32]  # (compounds, days so far): what is known
    shares: NDArray[np.float32]  # (days back, layers, compounds): which contacts go on
    series: dict[str, list[float]] = field(default_factory=dict)

    def find_rows(self) -> NDArray[np.int32]:
        """The row of each person; made when it is first asked for, and kept up from then on."""
        if not len(self.row):
            self.row = np.full(len(self.status), NOT_YET, np.int32)
            person = self.infected.columns()["person"]
            self.row[person] = np.arange(len(person), dtype=np.int32)
        return self.row

    def arrays(self) -> dict[str, NDArray]:
        """All of it as named arrays, to be written with ``numpy.savez``."""
        found: dict[str, NDArray] = {
            "head": np.array([self.seed, self.day], dtype=np.int64),
            **{n: getattr(self, n) for n in PLAIN},
            **{f"infected.{n}": a for n, a in self.infected.columns().items()},
            **{f"series.{n}": np.array(v) for n, v in self.series.items()},
            **{f"tally.{n}": np.array(v) for n, v in self.tally.items()},
        }
        for (event, day), rows in self.calendar.listed().items():
            found[f"due.{event}.{day}"] = rows
        for day, holds in self.holds.items():
            for n, (people, days, test, away) in enumerate(holds):
                found[f"hold.{day}.{n}.{days}.{int(test)}.{int(away)}"] = people
        return found

    @classmethod
    def restored(cls, arrays: Mapping[str, NDArray]) -> "State":
        """A world as it was kept."""
        infected, due = Infected(), {}
        rows = infected.add(len(arrays["infected.person"]))
        holds: dict[int, list[tuple[NDArray, int, bool, bool]]] = {}
        series, tally = {}, {}
        for name, value in arrays.items():
            part, _, rest = name.partition(".")
            if part == "infected":
                getattr(infected, rest)[: len(rows)] = value
            elif part == "series":
                series[rest] = list(value)
            elif part == "tally":
                tally[rest] = value.item() if value.ndim == 0 else value.copy()
            elif part == "due":
                event, day = map(int, rest.split("."))
                due[event, day] = value
            elif part == "hold":
                day, _, days, test, away = map(int, rest.split("."))
                holds.setdefault(day, []).append((value.copy(), days, bool(test), bool(away)))
        seed, day = map(int, arrays["head"])
        plain = {n: arrays[n].copy() for n in PLAIN}
        return cls(
            seed=seed, day=day, infected=infected, calendar=Calendar(due), holds=holds,
            tally=tally, series=series, **plain,
        )  # fmt: skip


PLAIN = ("status", "held_until", "held_away", "row", "active", "reports", "shares")

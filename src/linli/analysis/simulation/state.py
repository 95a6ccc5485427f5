"""Where does everybody stand on a day? Arrays that can be kept and taken up again.

People who were never infected cost a few bytes each; everything else is one row an infected person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

NOT_YET = -1
NO_DAY = 32_767  # where a whole day is written and there is none
FEW = 4096  # rows noted together that are not worth to be kept apart by day


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


class Event(IntEnum):
    """What is due on a day for a row."""

    STARTS = 0  # becomes infectious
    VISITS = 1
    RESULT = 2  # a test or a doctor finds it: reported
    NEEDS_BED = 3
    NEEDS_INTENSIVE = 4
    ENDS = 5  # recovers or dies
    SCREEN_RESULT = 6


# Moments are float32; days are whole: `onset` the day it falls in, `end` the first that is over it.
# `strength` is a place in `Prepared.strength`.
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

    def __getattr__(self, name: str) -> NDArray[Any]:
        raise AttributeError(name)  # columns are set at the start; this tells the types of them

    def add(self, n: int) -> NDArray[np.int32]:
        """Make room for new rows and return their numbers."""
        first, self.n = self.n, self.n + n
        if self.n > self._room:
            self._room = max(self.n, int(self._room * 1.5))
            for name in COLUMNS:
                old = getattr(self, name)
                new = np.zeros(self._room, dtype=old.dtype)
                new[:first] = old[:first]
                setattr(self, name, new)
        return np.arange(first, self.n, dtype=np.int32)

    def columns(self) -> dict[str, NDArray]:
        """The rows in use, by column; views, not copies."""
        return {name: getattr(self, name)[: self.n] for name in COLUMNS}


class Calendar:
    """What is due on which day: rows by event and day."""

    def __init__(self) -> None:
        self.due: dict[tuple[int, int], list[NDArray[np.int32]]] = {}

    def add(self, event: Event, days: NDArray, rows: NDArray[np.int32]) -> None:
        """Note rows for days; those without a day (infinite) are left out."""
        if not len(rows):
            return
        from linli.analysis.simulation.course_kernel import by_day

        ordered, which, cuts = by_day(days.astype(np.float32, copy=False), rows)
        kind, due, apart = int(event), self.due, len(ordered) > FEW
        begin = 0
        for day, end in zip(which.tolist(), cuts[1:].tolist(), strict=True):
            some = ordered[begin:end]
            due.setdefault((kind, day), []).append(some.copy() if apart else some)
            begin = end

    def take(self, event: Event, day: int) -> NDArray[np.int32]:
        """The rows of a day, in the order they were noted; they are taken out."""
        found = self.due.pop((int(event), day), None)
        return np.concatenate(found) if found else np.empty(0, dtype=np.int32)


@dataclass
class State:
    """One world at the start of a day. `arrays` and `restored` keep it and take it up again."""

    seed: int
    day: int
    status: NDArray[np.uint8]  # (people,): 0 susceptible, 1 infected at some time
    held_until: NDArray[np.int16]  # (people,): quarantined until before this day
    held_away: NDArray[np.uint8]  # (people,): 1 in a room of the quarantine, 0 at home
    row: NDArray[np.int32]  # (people,): of the infected, or NOT_YET; empty until somebody is kept
    infected: Infected
    calendar: Calendar
    active: NDArray[np.int32]  # rows that are infectious
    holds: dict[int, list[tuple[NDArray, int, bool, bool]]]  # day: people, days, test, away
    releases: dict[int, int]  # day: rooms of the quarantine that fall free
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
            "releases": np.array(sorted(self.releases.items()), dtype=np.int64).reshape(-1, 2),
        }
        for (event, day), rows in self.calendar.due.items():
            found[f"due.{event}.{day}"] = np.concatenate(rows)
        for day, holds in self.holds.items():
            for n, (people, days, test, away) in enumerate(holds):
                found[f"hold.{day}.{n}.{days}.{int(test)}.{int(away)}"] = people
        return found

    @classmethod
    def restored(cls, arrays: Mapping[str, NDArray]) -> "State":
        """A world as it was kept."""
        infected, calendar = Infected(), Calendar()
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
                calendar.due[event, day] = [value.copy()]
            elif part == "hold":
                day, _, days, test, away = map(int, rest.split("."))
                holds.setdefault(day, []).append((value.copy(), days, bool(test), bool(away)))
        seed, day = map(int, arrays["head"])
        releases = {int(d): int(n) for d, n in arrays["releases"]}
        plain = {n: arrays[n].copy() for n in PLAIN}
        return cls(
            seed=seed, day=day, infected=infected, calendar=calendar, holds=holds,
            releases=releases, tally=tally, series=series, **plain,
        )  # fmt: skip


PLAIN = ("status", "held_until", "held_away", "row", "active", "reports", "shares")

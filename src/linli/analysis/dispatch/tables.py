"""How are patients, beds, vehicles and crews written down? CSV in, with a sentence for a bad cell.

Every row is checked here, once: what gets in can be trusted inside. Moments are hours and minutes
since the plan's start, as 1:30.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite
from typing import TypeVar

from linli.analysis.dispatch.snapshot import (
    BedClass,
    Category,
    Crew,
    Facility,
    Group,
    Lot,
    Need,
    Severity,
    Vehicle,
    Window,
)
from linli.errors import N_, BadInput, Problem
from linli.geo import Point

YES = frozenset({"yes", "y", "1", "true", "是"})
NO = frozenset({"no", "n", "0", "false", "", "否"})
Choice = TypeVar("Choice", bound=StrEnum)


class WrongCell(BadInput):
    """A cell of a table cannot be used; the sentence names it and the remedy."""

    code = "wrong_dispatch_cell"
    sentence = N_("{table}, line {line}, column {column}: {reason}")


@dataclass(frozen=True)
class Row:
    """One line of a table, its cells read one by one."""

    table: str
    line: int
    cells: Mapping[str, str]

    def wrong(self, column: str, sentence: str, /, **values: object) -> WrongCell:
        """What to raise where a cell cannot be used."""
        return WrongCell(table=self.table, line=self.line, column=column,
                         reason=Problem(sentence, **values))  # fmt: skip

    def text(self, column: str, *, default: str | None = None) -> str:
        """What stands there; it has to be filled in unless there is a default."""
        said = self.cells.get(column, "").strip()
        if said or default is not None:
            return said or (default or "")
        raise self.wrong(column, N_("it is empty. Fill it in."))

    def whole(self, column: str, *, least: int = 0, default: int | None = None) -> int:
        """A whole number, no less than ``least``."""
        said = self.text(column, default=None if default is None else str(default))
        try:
            value = int(said)
        except ValueError:
            raise self.wrong(column, N_("{said} is no whole number. Write digits only."),
                             said=said) from None  # fmt: skip
        if value < least:
            raise self.wrong(column, N_("{value} is less than {least}. Write {least} or more, or "
                                        "leave the line out."),
                             value=value, least=least)  # fmt: skip
        return value

    def degrees(self, column: str, *, most: float) -> float:
        """A longitude or latitude."""
        said = self.text(column)
        try:
            value = float(said)
        except ValueError:
            value = float("nan")
        if isfinite(value) and abs(value) <= most:
            return value
        raise self.wrong(column, N_("{said} is no place. Write degrees, as 114.305."), said=said)

    def point(self) -> Point:
        """Longitude and latitude, in the columns lon and lat."""
        return self.degrees("lon", most=180), self.degrees("lat", most=90)

    def choice(self, column: str, kind: type[Choice], *, default: Choice | None = None) -> Choice:
        """One of a closed set."""
        said = self.text(column, default=None if default is None else default.value)
        if said in set(kind):
            return kind(said)
        known = tuple(k.value for k in kind if k.value)
        if not said:
            raise self.wrong(column, N_("it is empty. Say one of: {known}."), known=known)
        raise self.wrong(column, N_("{said} is not known. Say one of: {known}."), said=said,
                         known=known)  # fmt: skip

    def choices(
        self, column: str, kind: type[Choice], *, default: Iterable[Choice] = ()
    ) -> frozenset[Choice]:
        """Some of a closed set, with semicolons between."""
        said = [part.strip() for part in self.text(column, default="").split(";") if part.strip()]
        parts = [Row(self.table, self.line, {column: part}) for part in said]
        found = frozenset(part.choice(column, kind) for part in parts)
        return found or frozenset(default)

    def yes(self, column: str, *, default: bool = False) -> bool:
        """Yes or no."""
        said = self.text(column, default="yes" if default else "no").lower()
        if said in YES | NO:
            return said in YES
        raise self.wrong(column, N_("{said} is neither yes nor no. Say one of them."), said=said)

    def moment(self, column: str, *, default: int | None = None) -> int:
        """Hours and minutes since the start, in seconds."""
        said = self.text(column, default=None if default is None else "-")
        if said == "-" and default is not None:
            return default
        hours, colon, minutes = said.removeprefix("+").partition(":")
        if colon and hours.isdigit() and minutes.isdigit() and int(minutes) < 60:
            return int(hours) * 3600 + int(minutes) * 60
        raise self.wrong(column, N_("{said} is no moment. Write hours and minutes since the start, "
                                    "as 1:30."), said=said)  # fmt: skip

    def window(self) -> Window:
        """From and until, in the columns of these names; all night if they are empty."""
        whole = Window()
        return Window(self.moment("from", default=whole.from_s),
                      self.moment("until", default=whole.until_s))  # fmt: skip


@dataclass(frozen=True)
class Located:
    """Something read from a table with the point where it stands."""

    what: object
    point: Point


def read_rows(text: str, *, table: str, needed: Iterable[str], known: Iterable[str]) -> list[Row]:
    """The lines of a CSV text that has at least the columns needed and none that are not known."""
    lines = csv.reader(text.lstrip("\ufeff").splitlines())
    header = [h.strip() for h in next(lines, [])]
    for column in needed:
        if column not in header:
            raise WrongCell(table=table, line=1, column=column,
                            reason=Problem(N_("there is no such column. Add it.")))  # fmt: skip
    allowed = {*needed, *known}
    for at, column in enumerate(header):
        if column not in allowed or column in header[:at]:
            raise WrongCell(
                table=table, line=1, column=column or str(at + 1),
                reason=Problem(N_("it is there twice, or not known. Known are: {known}."),
                               known=tuple(sorted(allowed))),
            )  # fmt: skip
    rows = []
    for cells in lines:
        if not any(c.strip() for c in cells):
            continue
        if len(cells) != len(header):
            raise WrongCell(
                table=table, line=lines.line_num, column=header[min(len(cells), len(header)) - 1],
                reason=Problem(N_("the line has {n} cells and the header {of}. Quote commas."),
                               n=len(cells), of=len(header)),
            )  # fmt: skip
        rows.append(Row(table, lines.line_num, dict(zip(header, cells, strict=True))))
    if not rows:
        raise WrongCell(table=table, line=2, column=header[0] if header else "1",
                        reason=Problem(N_("there are no rows. Add one line each.")))  # fmt: skip
    return rows


def read_patients(text: str) -> list[tuple[Callable[[int], Lot], Point]]:
    """Lots, each waiting for the number of its place, and where they stand."""
    needed = ("id", "lon", "lat", "category")
    known = ("severity", "count", "needs", "group", "waited_hours", "priority", "told", "from",
             "until", "ride_limit_minutes")  # fmt: skip
    rows = read_rows(text, table="patients", needed=needed, known=known)
    _once(rows, "id")
    return [(_lot(row), row.point()) for row in rows]


def _lot(row: Row) -> Callable[[int], Lot]:
    limit = row.whole("ride_limit_minutes", least=1, default=0) if row.cells.get(
        "ride_limit_minutes") else None  # fmt: skip
    lot = Lot(
        row.text("id"),
        0,  # not known yet
        category=row.choice("category", Category),
        severity=row.choice("severity", Severity, default=Severity.UNKNOWN),
        count=row.whole("count", least=1, default=1),
        needs=row.choices("needs", Need),
        group=row.choice("group", Group, default=Group.ANYBODY),
        waiting_s=row.whole("waited_hours", default=0) * 3600,
        priority=row.whole("priority", default=0),
        confirmed=row.yes("told"),
        ready=row.window(),
        ride_limit_s=None if limit is None else limit * 60,
    )
    return lambda place: replace(lot, place=place)


def read_beds(text: str) -> list[tuple[Callable[[int], Facility], Point]]:
    """Facilities with their bed classes, one line a class, and where they stand."""
    needed = ("facility", "lon", "lat", "bed", "category", "severities", "free")
    known = ("reserve", "group", "equipment", "receiver", "from", "until")
    rows = read_rows(text, table="beds", needed=needed, known=known)
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.text("facility"), []).append(row)
    return [(_facility(name, own), own[0].point()) for name, own in by_name.items()]


def _facility(name: str, rows: list[Row]) -> Callable[[int], Facility]:
    _once(rows, "bed")
    beds = tuple(
        BedClass(
            row.text("bed"),
            row.choice("category", Category),
            row.choices("severities", Severity, default=Severity),
            row.whole("free"),
            group=row.choice("group", Group, default=Group.ANYBODY),
            equipment=row.choices("equipment", Need),
            reserve=row.whole("reserve", default=0),
        )
        for row in rows
    )
    for row in rows[1:]:
        if row.point() != rows[0].point():
            raise row.wrong("lon", N_("{name} stands elsewhere on line {line}. Give it one place."),
                            name=name, line=rows[0].line)  # fmt: skip
    receiver = next((r for r in (row.text("receiver", default="") for row in rows) if r), "")
    takes = rows[0].window()
    return lambda place: Facility(name, place, beds, receiver, takes)


def read_vehicles(text: str) -> list[tuple[Callable[[int], Vehicle], Point]]:
    """Vehicles, each waiting for the number of its yard, and where they stand."""
    needed = ("id", "lon", "lat", "seats")
    known = ("stretchers", "wheelchairs", "escort_seats", "equipment", "carries", "last_carried",
             "from", "until", "permits")  # fmt: skip
    rows = read_rows(text, table="vehicles", needed=needed, known=known)
    _once(rows, "id")
    return [(_vehicle(row), row.point()) for row in rows]


def _vehicle(row: Row) -> Callable[[int], Vehicle]:
    seats, stretchers = row.whole("seats"), row.whole("stretchers", default=0)
    if not seats + stretchers:
        raise row.wrong("seats", N_("{vehicle} has 0 seats and no stretcher. Give it some, or "
                                    "leave the line out."), vehicle=row.text("id"))  # fmt: skip
    last = row.choice("last_carried", Category) if row.cells.get("last_carried") else None
    vehicle = Vehicle(
        row.text("id"),
        0,  # not known yet
        seats=seats,
        stretchers=stretchers,
        wheelchairs=row.whole("wheelchairs", default=0),
        escort_seats=row.whole("escort_seats", least=1, default=2),
        equipment=row.choices("equipment", Need),
        carries=row.choices("carries", Category, default=Category),
        last_carried=last,
        duty=row.window(),
        passes=frozenset(p.strip() for p in row.text("permits", default="").split(";")
                            if p.strip()),
    )  # fmt: skip
    return lambda depot: replace(vehicle, depot=depot)


def read_crews(text: str) -> list[tuple[Callable[[int], Crew], Point]]:
    """Crews, each waiting for the number of its yard, and where they stand."""
    needed = ("id", "lon", "lat", "escorts")
    rows = read_rows(text, table="crews", needed=needed,
                     known=("cares_for", "protected", "from", "until"))  # fmt: skip
    _once(rows, "id")
    return [(_crew(row), row.point()) for row in rows]


def _crew(row: Row) -> Callable[[int], Crew]:
    crew = Crew(
        row.text("id"),
        0,  # not known yet
        escorts=row.whole("escorts", least=1),
        may_care_for=row.choices("cares_for", Severity, default=Severity),
        protected=row.yes("protected", default=True),
        duty=row.window(),
    )
    return lambda depot: replace(crew, depot=depot)


def _once(rows: list[Row], column: str) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        name = row.text(column)
        if name in seen:
            raise row.wrong(column, N_("{name} stands on line {line} already. Name each once."),
                            name=name, line=seen[name])  # fmt: skip
        seen[name] = row.line

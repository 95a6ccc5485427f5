"""How is an office calendar written? Opening hours, and by year which days are holidays or worked.

Pure: a text in, days out. Whoever reads or writes one does it here, so that every door refuses
the same mistakes with the same sentence.
"""

import csv
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from io import StringIO
from itertools import pairwise
from typing import Any

from linli import toml_text
from linli.errors import N_, BadInput
from linli.loops.calendar import FIRST_DAY, LAST_DAY, Hours

DAY: Hours = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))  # assumed; a city writes it
WORKING_WEEKDAYS = 5  # Monday to Friday
LONGEST_SOURCE = 300
MOST_BYTES = 60_000  # twenty years take a tenth of it
HOLIDAY, WORKED = "holiday", "worked"
NO_YEARS: tuple["Year", ...] = ()


class BadOfficeDays(BadInput):
    """An office calendar that cannot be used; the sentence names the place and the reason."""

    code = "bad_office_days"
    sentence = N_("This office calendar cannot be used.")


@dataclass(frozen=True)
class Year:
    """What a year was announced to hold: days off, and weekends worked for them; by whose word."""

    year: int
    source: str
    holidays: frozenset[date]
    worked: frozenset[date]


@dataclass(frozen=True)
class Office:
    """An office calendar as it is written: the hours of a working day, and the years entered."""

    hours: Hours = DAY
    years: tuple[Year, ...] = NO_YEARS

    @property
    def week(self) -> tuple[Hours, ...]:
        """Opening hours by weekday, where a year says nothing else."""
        return (self.hours,) * WORKING_WEEKDAYS + ((),) * (7 - WORKING_WEEKDAYS)

    @property
    def exceptions(self) -> dict[date, Hours]:
        """The days on which it is otherwise."""
        off = {day: () for year in self.years for day in year.holidays}
        return off | {day: self.hours for year in self.years for day in year.worked}

    def knows(self, year: int) -> bool:
        """Whether somebody entered this year."""
        return any(entered.year == year for entered in self.years)

    def with_year(self, new: Year) -> "Office":
        """The same calendar with a year entered, or entered anew."""
        others = [year for year in self.years if year.year != new.year]
        return Office(self.hours, tuple(sorted([*others, new], key=lambda y: y.year)))


def read(text: str) -> Office:
    """Read an office calendar from TOML; raises BadOfficeDays naming the entry that is wrong."""
    try:
        raw = toml_text.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadOfficeDays(N_("This is no TOML: {reason}"), reason=str(error)) from None
    given = raw.get("year", [])
    if set(raw) - {"hours", "year"} or not isinstance(given, list):
        raise BadOfficeDays(N_("An office calendar holds hours and [[year]], and nothing else."))
    hours = _hours(raw["hours"]) if "hours" in raw else DAY
    years = tuple(_year(f"year[{n}]", one) for n, one in enumerate(given))
    numbers = [year.year for year in years]
    twice = sorted({n for n in numbers if numbers.count(n) > 1})
    if twice:
        raise BadOfficeDays(N_("The year {year} is there twice. Leave one out."), year=twice[0])
    return Office(hours, tuple(sorted(years, key=lambda year: year.year)))


def year_of(year: int, source: str, holidays: Sequence[str], worked: Sequence[str]) -> Year:
    """A year from what somebody gives: days, or spells of days as first/last."""
    raw = {"year": year, "source": source, "holidays": [*holidays], "worked": [*worked]}
    return _year(str(year), raw)


def years_of(table: str, source: str) -> list[Year]:
    """The years of a CSV table with the columns day and kind (holiday or worked)."""
    rows = csv.DictReader(StringIO(table))
    if not {"day", "kind"} <= set(rows.fieldnames or ()):
        raise BadOfficeDays(N_("The first line of the table names the columns day and kind."))
    found: dict[int, dict[str, list[str]]] = {}
    for n, row in enumerate(rows, start=2):
        kind = (row["kind"] or "").strip()
        if kind not in (HOLIDAY, WORKED):
            raise BadOfficeDays(
                N_('Line {n}: "{given}" is no kind of day. Write {known}.'),
                n=n,
                given=kind[:40],
                known=(HOLIDAY, WORKED),
            )
        day = _day(f"CSV {n}", (row["day"] or "").strip())
        found.setdefault(day.year, {HOLIDAY: [], WORKED: []})[kind].append(day.isoformat())
    if not found:
        raise BadOfficeDays(N_("The table holds no day."))
    return [year_of(y, source, days[HOLIDAY], days[WORKED]) for y, days in sorted(found.items())]


def decoded(data: bytes) -> str:
    """The text of a file that somebody brought; raises BadOfficeDays where it is none."""
    if len(data) > MOST_BYTES:
        raise BadOfficeDays(N_("The file is longer than {most} bytes."), most=MOST_BYTES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadOfficeDays(
            N_("The file is not written in UTF-8. Save it so, and send it again.")
        ) from None


def written(office: Office) -> str:
    """The calendar as a text that reads back the same."""
    spans = [f"{opens:%H:%M}-{shuts:%H:%M}" for opens, shuts in office.hours]
    lines = [f"hours = {_list(spans)}"]
    for year in office.years:
        lines += [
            "",
            "[[year]]",
            f"year = {year.year}",
            f"source = {json.dumps(year.source, ensure_ascii=False)}",
            f"holidays = {_list(spells(year.holidays))}",
            f"worked = {_list(spells(year.worked))}",
        ]
    return "\n".join(lines) + "\n"


def spells(days: Iterable[date]) -> list[str]:
    """Days as they are written: one alone, or the first and last of those that follow each other.

    >>> spells([date(2020, 1, 1), date(2020, 1, 24), date(2020, 1, 25)])
    ['2020-01-01', '2020-01-24/2020-01-25']
    """
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return [f"{r[0]}/{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs]


def _list(words: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


def _hours(given: Any) -> Hours:
    try:
        spans = [text.split("-") for text in given]
        hours = tuple((_time(opens), _time(shuts)) for opens, shuts in spans)
    except (TypeError, ValueError, AttributeError):
        raise BadOfficeDays(
            N_('{given} is no list of opening hours. Write ["08:30-12:00", "14:00-17:30"].'),
            given=repr(given)[:80],
        ) from None
    bounds = [moment for span in hours for moment in span]
    if not bounds or any(a >= b for a, b in pairwise(bounds)):
        raise BadOfficeDays(N_("Opening hours follow each other in order, and do not overlap."))
    return hours


def _time(text: str) -> time:
    hour, minute = text.strip().split(":")
    return time(int(hour), int(minute))


def _year(place: str, raw: Any) -> Year:
    known = {"year", "source", "holidays", "worked"}
    if not isinstance(raw, Mapping) or set(raw) - known:
        raise BadOfficeDays(
            N_("{place}: a year holds {known}, and nothing else."),
            place=place,
            known=tuple(sorted(known)),
        )
    number, source = raw.get("year"), raw.get("source")
    if type(number) is not int or not FIRST_DAY.year <= number <= LAST_DAY.year:
        raise BadOfficeDays(
            N_("{place}: the year is a number from {first} to {last}."),
            place=place,
            first=FIRST_DAY.year,
            last=LAST_DAY.year,
        )
    if not (isinstance(source, str) and source.strip() and len(source) <= LONGEST_SOURCE):
        raise BadOfficeDays(
            N_("{place}: name the notice that announced the days, in at most {most} characters."),
            place=place,
            most=LONGEST_SOURCE,
        )
    holidays = _days(f"{place}.holidays", raw.get("holidays", ()), number)
    worked = _days(f"{place}.worked", raw.get("worked", ()), number)
    both = sorted(holidays & worked)
    if both:
        raise BadOfficeDays(
            N_("{place}: {day} cannot be a holiday and worked."), place=place, day=str(both[0])
        )
    if not holidays:
        raise BadOfficeDays(N_("{place}: there is no holiday. Every year has some."), place=place)
    return Year(number, source.strip(), holidays, worked)


def _days(place: str, given: Any, year: int) -> frozenset[date]:
    if not isinstance(given, list | tuple):
        raise BadOfficeDays(N_("{place}: give the days as a list."), place=place)
    days: set[date] = set()
    for text in given:
        first, _, last = str(text).partition("/")
        start = _day(place, first.strip())
        end = _day(place, last.strip()) if last else start
        if start > end or start.year != year or end.year != year:
            raise BadOfficeDays(
                N_("{place}: {given} does not lie in {year}."),
                place=place,
                given=str(text)[:40],
                year=year,
            )
        days.update(start + timedelta(days=n) for n in range((end - start).days + 1))
    return frozenset(days)


def _day(place: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadOfficeDays(
            N_('{place}: "{given}" is no day. Write it like 2020-01-24.'),
            place=place,
            given=text[:40],
        ) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadOfficeDays(
            N_("{place}: {day} lies outside {first} to {last}."),
            place=place,
            day=str(day),
            first=str(FIRST_DAY),
            last=str(LAST_DAY),
        )
    return day

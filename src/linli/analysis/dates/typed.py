"""Which day or days does a typed onset name? Read as it stands, or refused with a sentence."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from linli.analysis.dates import lunar, phrases
from linli.errors import N_, BadInput

MOST_CHARACTERS = 200  # nobody types a day at greater length
MOST_DAYS_BEFORE = 180  # an onset longer ago than this is taken for a slip of the year; assumed
FIRST_SHEET_DAY = date(1899, 12, 30)  # day 0 of a spreadsheet


class Precision(StrEnum):
    """How narrow the days are that a text names."""

    DAY = "day"
    DAYS = "days"  # a range that somebody wrote
    PART = "part"  # a third of a month
    MONTH = "month"


class Note(StrEnum):
    """What a reader of the day should know about how it was read."""

    YEAR_ASSUMED = "year_assumed"  # none was typed: the last such day that has been
    ABOUT = "about"  # the text says that it is not sure
    LUNAR = "lunar"
    RELATIVE = "relative"  # counted back from the day on which it was written


@dataclass(frozen=True)
class TypedDays:
    """The days a text names, how narrow they are, and what to know about the reading."""

    earliest: date
    latest: date
    precision: Precision
    notes: frozenset[Note] = frozenset()

    @property
    def day(self) -> date | None:
        """The day, if the text names just one and is sure of it."""
        one = self.earliest == self.latest and Note.ABOUT not in self.notes
        return self.earliest if one else None


def parse_onset(
    text: str, *, written_on: date, most_days_before: int = MOST_DAYS_BEFORE
) -> TypedDays:
    """The days of onset that a person typed, in Chinese or English.

    Parameters
    ----------
    text
        Such as 1月23日, 1.23, 2020/1/23, 年三十, 初五, 上周三, 昨天, 1月下旬, "23 Jan" or
        "3 days ago". Without a year the month comes first.
    written_on
        The day on which it was written; no onset lies after it.
    most_days_before
        An onset longer ago is refused. So 2019 typed for 2020 is told, and never mended unasked.

    Raises
    ------
    BadInput
        Where the text names no day, two days, a day that cannot be, a day that can be read in two
        ways, another event than onset, or more than is understood.
    """
    if len(text) > MOST_CHARACTERS:
        raise _no(
            N_("{text}... goes on for {n} characters. Type the day alone."), text[:20], n=len(text)
        )
    said = phrases.plain(text)
    if re.fullmatch(r"\d{5}", said):
        meant = FIRST_SHEET_DAY + timedelta(days=int(said))
        raise _no(N_("{text} is a spreadsheet's number for {day}. Type the date."), text, day=meant)
    if other := phrases.OTHER_EVENT.search(said):
        raise _no(N_("{text} speaks of {event}, and that is not onset."), text, event=other.group())
    about = phrases.ABOUT.search(said) is not None
    said = phrases.ABOUT.sub(" ", phrases.UNTIL_NOW.sub(" ", said))
    found, rest = _read(said, text, written_on)
    days = _joined(found, rest, text)
    if about:
        days = TypedDays(days.earliest, days.latest, days.precision, days.notes | {Note.ABOUT})
    return _plausible(days, text, written_on, most_days_before)


def _no(sentence: str, text: str, **values: object) -> BadInput:
    return BadInput(sentence, text=text.strip() or '""', **values)


def _read(said: str, text: str, written_on: date) -> tuple[list[TypedDays], list[str]]:
    """Every day the text names in turn, and what stands before, between and after them."""
    found: list[TypedDays] = []
    rest: list[str] = []
    at = 0
    for name, match in _matches(said):
        rest.append(said[at : match.start()])
        found.append(_days(name, match, text, written_on))
        at = match.end()
    tail = said[at:]
    if found and (more := re.match(r"\s*[-~至到]\s*(\d{1,2})\s*[日号]?(?!\d)(?![点:天])", tail)):
        rest.append("-")
        found.append(_same_month(found[-1], int(more.group(1)), text))
        tail = tail[more.end() :]
    return found, [*rest, phrases.TIME.sub(" ", f" {tail}")]


def _matches(said: str) -> Iterator[tuple[str, re.Match[str]]]:
    at = 0
    while at < len(said):
        for name, pattern in phrases.PHRASES:
            if match := pattern.match(said, at):
                yield name, match
                at = match.end()
                break
        else:
            at += 1


def _joined(found: list[TypedDays], rest: list[str], text: str) -> TypedDays:
    """One day, or the two ends of a range; anything else is refused."""
    left = " ".join(rest)
    if phrases.DURATION.search(left):
        if found:
            raise _no(N_("{text} names a day and how long. Type the day of onset alone."), text)
        raise _no(N_("{text} says how long, and not since when. Type the day of onset."), text)
    if not found:
        if bare := phrases.BARE_DAY.match(left):
            raise _no(N_("{text} names no month. Type month and day."), text, d=bare.group("d"))
        raise _no(N_("{text} names no day. Type it like 2020-01-23 or 1月23日."), text)
    if re.search(r"\d", left):
        raise _no(N_("{text} holds more figures than one day. Type the day of onset alone."), text)
    if len(found) == 1:
        return found[0]
    first, last = found[0], found[-1]
    follows = Note.LUNAR in first.notes and last.earliest - first.latest == timedelta(days=1)
    if len(found) == 2 and (phrases.TO.match(rest[1]) or (follows and not rest[1].strip())):
        if last.latest < first.earliest:
            raise _no(N_("{text} ends before it begins."), text)
        return TypedDays(first.earliest, last.latest, Precision.DAYS, first.notes | last.notes)
    raise _no(
        N_("{text} names {n} days. Type the one of onset, or two with 至 or - between them."),
        text,
        n=len(found),
    )


def _plausible(days: TypedDays, text: str, written_on: date, most_days_before: int) -> TypedDays:
    """Neither after the day of writing nor too long before it."""
    if days.earliest > written_on:
        raise _no(
            N_("{text} is {day}, after {written}, when it was written."),
            text,
            day=days.earliest,
            written=written_on,
        )
    if (written_on - days.latest).days > most_days_before:
        raise _no(
            N_("{text} is {day}, {n} days before it was written. If another year is meant, type "
               "that."),
            text,
            day=days.latest,
            n=(written_on - days.latest).days,
        )  # fmt: skip
    latest = min(days.latest, written_on)
    return TypedDays(days.earliest, latest, days.precision, days.notes)


def _days(name: str, match: re.Match[str], text: str, written_on: date) -> TypedDays:
    """The days of one phrase."""
    said = match.groupdict()
    if name == "day":
        month = _month(said)
        return _one(said.get("y"), month, int(said["d"]), text, written_on)
    if name == "either":
        return _either(int(said["a"]), int(said["b"]), int(said["y"]), text)
    if name in ("month", "part"):
        return _part(said, text, written_on)
    if name == "new year":
        return _one(None, 1, 1, text, written_on)
    if name == "ago":
        return _ago(said, written_on)
    if name == "weekday":
        return _weekday(said, text, written_on)
    return _lunar(name, match, text, written_on)


def _month(said: dict[str, str | None]) -> int:
    if english := said.get("en"):
        return phrases.MONTHS.index(english) + 1
    return int(said["m"] or 0)


def _one(year: str | None, month: int, day: int, text: str, written_on: date) -> TypedDays:
    """One day; without a year the last such day that has been."""
    notes = frozenset() if year else frozenset({Note.YEAR_ASSUMED})
    years = (int(year),) if year else (written_on.year, written_on.year - 1)
    possible = [found for y in years if (found := _date(y, month, day))]
    if not possible:
        raise _no(N_("{text}: there is no day {day} of month {month}."), text, day=day, month=month)
    been = [found for found in possible if found <= written_on] or possible
    return TypedDays(been[0], been[0], Precision.DAY, notes)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _either(a: int, b: int, year: int, text: str) -> TypedDays:
    """23/1/2020 and 1/23/2020 are clear; 3/2/2020 is not."""
    readings = {found for found in (_date(year, a, b), _date(year, b, a)) if found}
    if len(readings) == 1:
        (day,) = readings
        return TypedDays(day, day, Precision.DAY)
    if not readings:
        raise _no(N_("{text} is no day of any year."), text)
    raise _no(
        N_("{text} can be {one} or {other}. Type the year first."),
        text,
        one=min(readings),
        other=max(readings),
    )


def _part(said: dict[str, str | None], text: str, written_on: date) -> TypedDays:
    """A month, or a third of it."""
    month, typed = _month(said), said.get("y")
    first = _one(typed, month, 1, text, written_on).earliest if 1 <= month <= 12 else None
    if first is None:
        raise _no(N_("{text}: there is no month {month}."), text, month=month)
    notes = frozenset() if typed else frozenset({Note.YEAR_ASSUMED})
    last = monthrange(first.year, first.month)[1]
    begin, end = phrases.PARTS.get(said.get("part") or "", (1, last))
    precision = Precision.PART if said.get("part") else Precision.MONTH
    return TypedDays(first.replace(day=begin), first.replace(day=min(end, last)), precision, notes)


def _same_month(first: TypedDays, day: int, text: str) -> TypedDays:
    found = _date(first.latest.year, first.latest.month, day)
    if found is None:
        raise _no(
            N_("{text}: there is no day {day} of month {month}."),
            text,
            day=day,
            month=first.latest.month,
        )
    return TypedDays(found, found, Precision.DAY, first.notes)


def _ago(said: dict[str, str | None], written_on: date) -> TypedDays:
    weeks = said.get("w") or said.get("ew")
    if word := said.get("word"):
        back = phrases.DAYS_BACK[word]
    else:
        back = int(said.get("n") or said.get("en") or 0) + 7 * int(weeks or 0)
    day = written_on - timedelta(days=min(back, 10_000))
    notes = frozenset({Note.RELATIVE, Note.ABOUT} if weeks else {Note.RELATIVE})
    return TypedDays(day, day, Precision.DAY, notes)


def _weekday(said: dict[str, str | None], text: str, written_on: date) -> TypedDays:
    """The last such weekday that has been, today included; with a week said, that week's."""
    word = str(said["wd"])
    wanted = phrases.WEEKDAYS.index(word) if word.isalpha() and word.isascii() else (
        6 if word in "日天" else int(word) - 1
    )  # fmt: skip
    monday = written_on - timedelta(days=written_on.weekday())
    which = said.get("which")
    if which == "last":
        raise _no(N_("{text} can be this week's or the last. Type the date."), text)
    weeks_back = {"上上": 2, "上": 1, "本": 0, "这": 0, "this": 0}.get(which or "")
    if weeks_back is None:
        back = (written_on.weekday() - wanted) % 7
        day = written_on - timedelta(days=back)
    else:
        day = monday + timedelta(days=wanted - 7 * weeks_back)
    return TypedDays(day, day, Precision.DAY, frozenset({Note.RELATIVE}))


def _lunar(name: str, match: re.Match[str], text: str, written_on: date) -> TypedDays:
    """A day of the lunar calendar: the last such one that has been."""
    year, month = lunar.year_and_month(written_on)
    said = match.groupdict()
    named = re.match(r"正月|腊月|大年|年", match.group())
    number = 15 if name == "lantern" else int(said.get("d") or 1)
    if said.get("first") and not named and month != 1:
        raise _no(N_("{text} does not say which lunar month. Type 正月 before it, or the date."),
                  text)  # fmt: skip
    in_last_month = named is not None and named.group() == "腊月"
    been = []
    for y in (year, year - 1):
        try:
            day = (
                lunar.eve_of(y) if name == "eve"
                else lunar.day_of(y, 12 if in_last_month else 1, number)
            )  # fmt: skip
        except ValueError:
            continue
        been += [day] if day <= written_on else []
    if not been:
        raise _no(N_("{text} is no day of the lunar calendar that has been."), text)
    return TypedDays(been[0], been[0], Precision.DAY, frozenset({Note.LUNAR}))

"""How much working time lies between two moments? A calendar turns wall seconds into its own.

A calendar is a function that never falls: the seconds it has counted up to a moment. Round
the clock counts every second; an office calendar counts opening hours only. Limits, pauses and
rungs are sums on that count, so the engine compares plain integers, and a holiday added later
moves every deadline that lies behind it. What has been counted is never counted anew.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from linli.errors import N_, BadInput

FIRST_DAY = date(2019, 1, 1)  # no item is older
LAST_DAY = date(2040, 12, 31)
Hours = tuple[tuple[time, time], ...]  # spans of one day, in order, not overlapping
_MIDNIGHT = time(23, 59, 59)  # as an end: the whole of its last second


class OutsideCalendar(BadInput):
    """A moment lies before the first or after the last day that calendars know."""

    code = "outside_calendar"
    sentence = N_("{moment} lies outside the calendar, which runs from {first} to {last}.")


@dataclass(frozen=True)
class Era:
    """Other opening hours from a moment (UTC seconds) on; what was counted before it stands."""

    since_s: int
    week: tuple[Hours, ...]
    exceptions: Mapping[date, Hours] | None = None

    def hours(self, day: date) -> Hours:
        """When it is open on a day."""
        if self.exceptions and day in self.exceptions:
            return self.exceptions[day]
        return self.week[day.weekday()]


@dataclass(frozen=True)
class Calendar:
    """Opening hours by weekday (0 is Monday) with exceptions by date; local time of ``zone``.

    ``week`` empty means round the clock. ``later`` holds what was decided afterwards, in order.
    """

    name: str
    zone: str = "Asia/Shanghai"
    week: tuple[Hours, ...] = ()
    exceptions: Mapping[date, Hours] | None = None
    later: tuple[Era, ...] = ()

    @cached_property
    def _spans(self) -> tuple[list[int], list[int], list[int]]:
        """Starts and ends of every span in UTC seconds, and the count at each start."""
        first = Era(_utc(FIRST_DAY, time(0), ZoneInfo(self.zone)), self.week, self.exceptions)
        return _spans_of(self.zone, tuple(_plain(era) for era in (first, *self.later)))

    def count(self, moment_s: int) -> int:
        """The calendar's seconds up to a moment in UTC seconds."""
        if not self.week:
            return moment_s
        starts, ends, counts = self._spans
        if not starts[0] - 86_400 * 7 <= moment_s <= ends[-1]:
            raise OutsideCalendar(
                moment=datetime.fromtimestamp(moment_s, UTC).isoformat(),
                first=FIRST_DAY.isoformat(),
                last=LAST_DAY.isoformat(),
            )
        i = bisect_right(starts, moment_s) - 1
        if i < 0:
            return 0
        return counts[i] + min(moment_s, ends[i]) - starts[i]

    def moment(self, count: int) -> int:
        """The first moment, in UTC seconds, at which the calendar has counted this far."""
        if not self.week:
            return count
        starts, ends, counts = self._spans
        i = max(bisect_left(counts, count) - 1, 0)  # the last span begun before it was reached
        at = starts[i] + count - counts[i]
        if at > ends[-1]:
            raise OutsideCalendar(
                moment=f"+{count}", first=FIRST_DAY.isoformat(), last=LAST_DAY.isoformat()
            )
        return at


_Plain = tuple[int, tuple[Hours, ...], tuple[tuple[date, Hours], ...]]


def _plain(era: Era) -> _Plain:
    """An era as something that can be remembered by."""
    return era.since_s, era.week, tuple((era.exceptions or {}).items())


@lru_cache(maxsize=8)  # read anew with every version signed, and mostly the same
def _spans_of(zone_name: str, plain: tuple[_Plain, ...]) -> tuple[list[int], list[int], list[int]]:
    zone = ZoneInfo(zone_name)
    eras = [Era(since_s, week, dict(exceptions)) for since_s, week, exceptions in plain]
    begins = [era.since_s for era in eras]
    starts: list[int] = []
    ends: list[int] = []
    day = FIRST_DAY
    while day <= LAST_DAY:
        midnight, next_midnight = _utc(day, time(0), zone), _utc(day, _MIDNIGHT, zone)
        first = max(bisect_right(begins, midnight) - 1, 0)
        for n in range(first, bisect_left(begins, next_midnight)):
            until = begins[n + 1] if n + 1 < len(begins) else next_midnight
            for opens, shuts in eras[n].hours(day):
                start = max(_utc(day, opens, zone), begins[n], ends[-1] if ends else 0)
                end = min(_utc(day, shuts, zone), until)
                if end > start:  # an hour that a change of the clocks takes out counts nothing
                    starts.append(start)
                    ends.append(end)
        day += timedelta(days=1)
    lengths = (end - start for start, end in zip(starts, ends, strict=True))
    return starts, ends, list(accumulate(lengths, initial=0))[:-1]


def _utc(day: date, at: time, zone: ZoneInfo) -> int:
    """UTC seconds of a local time; midnight as an end is written 23:59:59 and counts as 24:00."""
    if at == _MIDNIGHT:
        return int(datetime.combine(day + timedelta(days=1), time(0), zone).timestamp())
    return int(datetime.combine(day, at, zone).timestamp())


ALWAYS = Calendar("always")

"""How much working time lies between two moments? A calendar turns wall seconds into its own.

A calendar is a function that never falls: the seconds it has counted up to a moment. Round
the clock counts every second; an office calendar counts opening hours only. Limits, pauses and
rungs are sums on that count, so the engine compares plain integers, and a holiday added later
moves every deadline that lies behind it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from zoneinfo import ZoneInfo

from linli.errors import N_, BadInput

FIRST_DAY = date(2019, 1, 1)  # no item is older
LAST_DAY = date(2040, 12, 31)
Hours = tuple[tuple[time, time], ...]  # spans of one day, in order, not overlapping


class OutsideCalendar(BadInput):
    """A moment lies before the first or after the last day that calendars know."""

    code = "outside_calendar"
    sentence = N_("{moment} lies outside the calendar, which runs from {first} to {last}.")


@dataclass(frozen=True)
class Calendar:
    """Opening hours by weekday (0 is Monday) with exceptions by date; local time of ``zone``.

    ``week`` empty means round the clock.
    """

    name: str
    zone: str = "Asia/Shanghai"
    week: tuple[Hours, ...] = ()
    exceptions: Mapping[date, Hours] | None = None

    @cached_property
    def _spans(self) -> tuple[list[int], list[int], list[int]]:
        """Starts and ends of every span in UTC seconds, and the count at each start."""
        zone = ZoneInfo(self.zone)
        starts: list[int] = []
        ends: list[int] = []
        day = FIRST_DAY
        while day <= LAST_DAY:
            for begins, stops in self._hours(day):
                start = max(_utc(day, begins, zone), ends[-1] if ends else 0)
                end = _utc(day, stops, zone)
                if end > start:  # an hour that a change of the clocks takes out is not counted
                    starts.append(start)
                    ends.append(end)
            day += timedelta(days=1)
        lengths = (end - start for start, end in zip(starts, ends, strict=True))
        return starts, ends, list(accumulate(lengths, initial=0))[:-1]

    def _hours(self, day: date) -> Hours:
        if self.exceptions and day in self.exceptions:
            return self.exceptions[day]
        return self.week[day.weekday()]

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


def _utc(day: date, at: time, zone: ZoneInfo) -> int:
    """UTC seconds of a local time; midnight as an end is written 23:59:59 and counts as 24:00."""
    if at == time(23, 59, 59):
        return int(datetime.combine(day + timedelta(days=1), time(0), zone).timestamp())
    return int(datetime.combine(day, at, zone).timestamp())


ALWAYS = Calendar("always")
_DAY: Hours = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))

# Public holidays of 2020 and the weekends worked for them: State Council notice of
# 21 November 2019, with the Spring Festival lengthened to 2 February by notice of 26 January.
HOLIDAYS_2020: Mapping[date, Hours] = {
    date(2020, 1, 1): (),
    **{date(2020, 1, 24) + timedelta(days=n): () for n in range(10)},
    **{date(2020, 4, 4) + timedelta(days=n): () for n in range(3)},
    **{date(2020, 5, 1) + timedelta(days=n): () for n in range(5)},
    **{date(2020, 6, 25) + timedelta(days=n): () for n in range(3)},
    **{date(2020, 10, 1) + timedelta(days=n): () for n in range(8)},
    date(2020, 1, 19): _DAY,
    date(2020, 4, 26): _DAY,
    date(2020, 5, 9): _DAY,
    date(2020, 6, 28): _DAY,
    date(2020, 9, 27): _DAY,
    date(2020, 10, 10): _DAY,
}
OFFICE = Calendar("office", week=(_DAY,) * 5 + ((),) * 2, exceptions=HOLIDAYS_2020)

CALENDARS: dict[str, Calendar] = {"always": ALWAYS, "office": OFFICE}

"""What time is it? The only place that asks.

A deployment runs on the wall clock. A demo or a drill runs on its own: it starts at a chosen
moment, goes at a chosen speed, and can be paused. The reading is a pure function of the wall
clock and of the dial, which the deployment stores, so every process reads the same time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

CITY_ZONE_DEFAULT = "Asia/Shanghai"


@dataclass(frozen=True)
class Dial:
    """How the city's clock runs: it read ``shown`` when the wall clock read ``wall``.

    Both are UTC seconds; ``speed`` is city seconds per wall second, 0 while paused.
    """

    wall: float = 0.0
    shown: float = 0.0
    speed: float = 1.0

    def reads(self, wall: float) -> float:
        """The city's time in UTC seconds at this moment of the wall clock."""
        return self.shown + (wall - self.wall) * self.speed

    def turned(self, wall: float, *, speed: float) -> "Dial":
        """The same clock going at another speed from now on, without a jump."""
        return Dial(wall=wall, shown=self.reads(wall), speed=speed)


WALL = Dial()
_find_dial: Callable[[], Dial] = lambda: WALL  # noqa: E731 - replaced as a whole by follow()


def follow(find_dial: Callable[[], Dial]) -> None:
    """Read the dial from here from now on (a demo, a drill, a test)."""
    global _find_dial
    _find_dial = find_dial


def wall_now() -> float:
    """The wall clock in UTC seconds, for leases and time-outs that must not follow a drill."""
    return time.time()


def now_s() -> int:
    """The city's time in whole UTC seconds."""
    return int(_find_dial().reads(time.time()))


def now() -> datetime:
    """The city's time as an aware moment in UTC."""
    return moment(now_s())


def moment(seconds: float) -> datetime:
    """The aware UTC moment of these seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def seconds(at: datetime) -> int:
    """The whole UTC seconds of an aware moment."""
    return int(at.timestamp())


def day(at: datetime, zone: str = CITY_ZONE_DEFAULT) -> date:
    """The city's day of a moment."""
    return at.astimezone(ZoneInfo(zone)).date()


def midnight_s(on: date, zone: str = CITY_ZONE_DEFAULT) -> int:
    """The first second of the city's day, in UTC seconds."""
    return int(datetime.combine(on, time_of_day.min, ZoneInfo(zone)).timestamp())

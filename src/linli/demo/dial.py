"""How does the demo's clock run? From the evening of 9 February 2020, at a speed one can follow."""

from datetime import UTC, datetime

from linli import clock
from linli.clock import Dial
from linli.errors import N_, BadInput
from linli.plans import chores
from linli.registry import dial

START = int(datetime(2020, 2, 9, 10, 0, tzinfo=UTC).timestamp())  # 18:00 in the city
SPEED = 20.0  # a city minute in three seconds: a quarter of an hour can be watched
FASTEST = 3600.0


class BadSpeed(BadInput):
    """A speed the clock cannot go at."""

    code = "bad_speed"
    sentence = N_("The clock goes at a speed from 0 to {most}; {given} is none.")


def stand_still_at_start() -> None:
    """Put the clock to the evening it all begins, not running yet."""
    _turn(Dial(clock.wall_now(), START, 0.0))


def set_speed(speed: float) -> Dial:
    """Let the clock go at this many city seconds a second, without a jump; 0 pauses it."""
    if not 0 <= speed <= FASTEST:
        raise BadSpeed(most=int(FASTEST), given=speed)
    return _turn(dial.find().turned(clock.wall_now(), speed=speed))


def pause() -> Dial:
    """Stop the clock; ``set_speed`` lets it go on."""
    return set_speed(0.0)


def go_on(speed: float | None) -> Dial:
    """Let a demo that was stopped go on where it was, not where the night has taken the clock.

    Its worker was last heard of when it stopped; from there on the clock has not been followed.
    """
    was = dial.find()
    wall = clock.wall_now()
    last = chores.last_beat_s()
    if last is not None:
        heard = min(wall, last + chores.HEARTBEAT_EVERY_S)
        was = Dial(wall, was.reads(heard), was.speed)
    return _turn(was.turned(wall, speed=was.speed if speed is None else speed))


def _turn(to: Dial) -> Dial:
    dial.turn(to)
    return to

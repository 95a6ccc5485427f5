"""`linli clock`: read the city's clock, and turn it in a demo or a drill."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput, Conflict

if TYPE_CHECKING:
    from linli.clock import Dial

app = typer.Typer(
    name="clock", help=_("The city's clock; a demo or a drill may turn it."), no_args_is_help=True
)


class RealTime(Conflict):
    """A city at work runs on the time of day."""

    code = "real_time"
    sentence = N_("This city runs on the time of day. Only a demo or a drill turns its clock.")


class BadMoment(BadInput):
    """A moment that cannot be read."""

    code = "bad_moment"
    sentence = N_("{given} is no moment. Write it as 2020-02-09T18:00+08:00.")


@app.command(help=_("Say what the city's clock shows, and how fast it goes."))
def show(
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
) -> None:
    """Read the clock."""
    get_ready()
    from linli.registry import dial

    _tell(dial.find(), as_json)


@app.command("set", help=_("Put the clock to a moment, such as 2020-02-09T18:00+08:00."))
def put(moment: str) -> None:
    """Move the hands; the speed stays."""
    get_ready()
    from linli import clock
    from linli.registry import dial

    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        raise BadMoment(given=moment) from None
    if at.tzinfo is None:
        from zoneinfo import ZoneInfo

        at = at.replace(tzinfo=ZoneInfo(clock.CITY_ZONE_DEFAULT))
    now = _turnable()
    dial.turn(clock.Dial(clock.wall_now(), at.timestamp(), now.speed))
    _tell(dial.find(), False)


@app.command(help=_("Let it go at this many city seconds a second."))
def speed(times: float) -> None:
    """Change the speed, without a jump."""
    get_ready()
    from linli.demo import dial as demo

    _turnable()
    _tell(demo.set_speed(times), False)


@app.command(help=_("Stop the clock; linli clock speed lets it go on."))
def pause() -> None:
    """Pause."""
    speed(0.0)


@app.command(help=_("End the drill's clock: the city runs on the time of day again."))
def clear() -> None:
    """Take the dial away; a server running now has to be started again."""
    get_ready()
    from linli.registry import dial

    _turnable()
    dial.clear()
    say(_("The city runs on the time of day. Start the server again."))


def _turnable() -> "Dial":
    from django.conf import settings

    from linli import clock
    from linli.registry import dial

    found = dial.find()
    if found == clock.WALL and not settings.DEMO:
        raise RealTime
    return found


def _tell(reading: "Dial", as_json: bool) -> None:
    from zoneinfo import ZoneInfo

    from linli import clock

    at = clock.moment(reading.reads(clock.wall_now())).astimezone(ZoneInfo(clock.CITY_ZONE_DEFAULT))
    if as_json:
        say_json({"shows": at.isoformat(), "speed": reading.speed, "own": reading != clock.WALL})
    else:
        say(
            _("The city's clock shows {moment} and goes at {speed} times the speed of time."),
            moment=at.strftime("%Y-%m-%d %H:%M:%S"),
            speed=f"{reading.speed:g}",
        )

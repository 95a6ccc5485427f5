"""What happens between `linli demo` and the first page? The city is built or found, and opened."""

import os
import sys
import threading
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from linli.cli import serving
from linli.cli.words import gettext as _
from linli.errors import N_

if TYPE_CHECKING:
    from linli.demo.stage import Progress as Tell
    from linli.demo.stage import Wanted

CAST_PAGE = "cast"
PARTS = {  # what the build tells of -> what is shown; a part has one bar
    "areas": N_("Areas, duties, posts and staff"),
    "households": N_("Homes"),
    "people": N_("Residents"),
    "names": N_("Indexes, and names to be found by"),
    "estates": N_("What estates lack"),
    "risk": N_("The risk of the communities"),
    "requests": N_("The days before: requests and answers"),
}
UNMEASURED = frozenset(
    {"areas", "names", "risk"}
)  # of many kinds, or one statement of the database


def raise_curtain(asked: Mapping[str, Any], *, fresh: bool, speed: float | None) -> "Wanted":
    """Find the city that stands, or build the one asked for; its clock runs when this returns."""
    from linli.demo import dial, stage

    _make_tables()
    found = stage.standing()
    if found is not None and not fresh:
        if replace(found, **asked) != found:
            raise stage.OtherCity(plan=found.plan, scale=found.scale, seed=found.seed)
        dial.go_on(speed)
        return found
    if _has_areas():
        _empty()
    wanted = stage.Wanted(**asked)
    with _bars() as tell:
        stage.set_up(wanted, tell)
    dial.set_speed(dial.SPEED if speed is None else speed)
    return wanted


def play(plan: serving.Plan, made: "Wanted", *, with_actors: bool) -> None:
    """Serve the city; when it answers, say where, and let its people act."""
    from linli.demo import actors
    from linli.registry import dial

    stop = threading.Event()
    address = f"http://{plan.host}:{plan.port}/"

    def when_up() -> None:
        if not _answers(address, stop):
            return
        _tell(address, dial.find().speed)
        _open_browser(address)
        if with_actors:
            actors.play(
                address,
                plan=made.plan,
                scale=made.scale,
                seed=made.seed,
                stop=stop,
                kept=Path(os.environ["LINLI_DATA_DIR"]) / "residents.txt",
            )

    thread = threading.Thread(target=when_up, name="actors", daemon=True)
    serving.serve(plan, on_start=thread.start, on_stop=stop.set)
    thread.join(serving.STOP_WITHIN_S)


def _make_tables() -> None:
    from django.core.management import call_command

    from linli.cli.ready import owed_migrations
    from linli.registry import dial

    if owed_migrations():
        call_command("migrate", interactive=False, verbosity=0)
    dial.follow()


def _has_areas() -> bool:
    from linli.registry.areas import Area

    return Area.objects.exists()


def _empty() -> None:
    """Take the demo's city down: a file is quicker thrown away than emptied."""
    from django.db import connection

    from linli.demo import stage

    if connection.vendor != "sqlite":
        stage.clear()
        return
    stage.standing()  # refuses when it is no demo's
    file = str(connection.settings_dict["NAME"])
    connection.close()
    for end in ("", "-wal", "-shm"):
        Path(file + end).unlink(missing_ok=True)
    _make_tables()


@contextmanager
def _bars() -> "Iterator[Tell]":
    """One bar for each part of the build; where nobody watches, one line as each begins."""
    console = Console()
    if not console.is_terminal:
        yield _lines(console)
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        bars: dict[str, TaskID] = {
            part: progress.add_task(_(label), total=None, start=False)
            for part, label in PARTS.items()
        }
        progress.start_task(bars["areas"])

        def tell(what: str, done: int, total: int) -> None:
            part = _part_of(what)
            for name, bar in bars.items():  # what comes before is finished, or says so itself
                if name == part:
                    break
                if name in UNMEASURED:
                    progress.update(bar, total=1, completed=1)
            progress.start_task(bars[part])
            if part not in UNMEASURED:
                progress.update(bars[part], total=total, completed=done)

        yield tell
        for bar in bars.values():
            progress.update(bar, total=1, completed=1)


def _lines(console: Console) -> "Tell":
    """Into a file or a log: a line when a part begins, and one at each tenth of it."""
    said: dict[str, int] = {}

    def tell(what: str, done: int, total: int) -> None:
        part = _part_of(what)
        tenths = 0 if part in UNMEASURED else done * 10 // max(total, 1)
        if tenths > said.get(part, -1):
            said[part] = tenths
            console.print(f"{_(PARTS[part])}: {tenths * 10} %" if tenths else _(PARTS[part]))

    return tell


def _part_of(what: str) -> str:
    """The part that something the build tells of belongs to."""
    return what if what in PARTS else "areas"


def _answers(address: str, stop: threading.Event) -> bool:
    """Wait until the server answers, however slow the machine; any answer will do."""
    while not stop.is_set():
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own address
        except urllib.error.HTTPError:
            return True
        except OSError:
            stop.wait(0.05)
        else:
            return True
    return False


def _tell(address: str, speed: float) -> None:
    lines = [
        _("City W is open: {address}").format(address=address),
        _("Sign in as one of the cast: {address}").format(address=address + CAST_PAGE),
        _pace(speed),
        _("Stop with Ctrl-C. The city is kept; --fresh builds it anew."),
    ]
    Console().print(Panel(Text("\n".join(lines)), expand=False))


def _pace(speed: float) -> str:
    if not speed:
        return _("Its clock stands still. A page's own buttons let it go on.")
    return _(
        "Its clock started on 9 February 2020 at 18:00 and goes {speed} times as fast."
    ).format(speed=f"{speed:g}")


def _open_browser(address: str) -> None:
    """Open the page where there is a screen to show it."""
    has_screen = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if has_screen:
        webbrowser.open(address)

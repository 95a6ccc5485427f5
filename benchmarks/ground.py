"""What every benchmark stands on: an empty database, the small city, and a way to say a figure."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection


def prepare(*, standing: bool = False) -> None:
    """Migrate an empty database; on PostgreSQL only one whose name starts with "bench"."""
    django.setup()
    if connection.vendor == "postgresql" and not standing:
        name = connection.settings_dict["NAME"]
        if not name.startswith("bench"):
            raise SystemExit(f'The database "{name}" would be emptied; name it "bench...".')
        connection.settings_dict["NAME"] = "postgres"
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
        connection.close()
        connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0)
    load = ", ".join(f"{minutes:.1f}" for minutes in os.getloadavg())
    print(f"{connection.vendor}, Django {django.get_version()}, load average {load}")


def say(what: str, figure: str, bar: str = "") -> None:
    """Print one figure beside its bar."""
    print(f"  {what:<58} {figure:>16}   {bar}", flush=True)


@contextmanager
def timed() -> Iterator[list[float]]:
    """The seconds of a block: by the wall, then at work."""
    took = [0.0, 0.0]
    started, before = time.perf_counter(), at_work_s()
    yield took
    took[:] = time.perf_counter() - started, at_work_s() - before


def at_work_s() -> float:
    """Seconds that this process and, if it can be seen from here, its server have been at work.

    Other people's work on the machine does not count in it, so it holds on a busy one too.
    """
    beside = 0.0
    if connection.vendor == "postgresql" and connection.connection is not None:
        server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
        if server.exists():
            beside = int(server.read_text().split()[0]) / 1e9
    return time.process_time() + beside


def worked(took: list[float], bar: str = "") -> str:
    """The seconds at work beside a bar, as the last column of a line says them."""
    return f"{bar + '; ' if bar else ''}at work {took[1]:.2f} s"


def median_s(do: Callable[[], object], *, runs: int) -> float:
    """The median wall seconds of a call over some runs."""
    found = []
    for _ in range(runs):
        started = time.perf_counter()
        do()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def analyze() -> None:
    """Let the database look at its tables before it is asked."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

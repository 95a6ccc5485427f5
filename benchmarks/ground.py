"""What every benchmark stands on: an empty database, the small city, and a way to say a figure."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
    """The wall seconds of a block, in a list of one."""
    took = [0.0]
    started = time.perf_counter()
    yield took
    took[0] = time.perf_counter() - started


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

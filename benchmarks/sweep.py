"""Three days of a sweep through the whole of city W: does every sum balance, and how fast is it?

The same journey as the test of that name, with as many people as asked for. Reports go by the
door that phones use. Beside it stands what the database takes for a sum over the same reports.
"""

import argparse
from collections.abc import Sequence

from django.db import connection

from benchmarks.ground import analyze, say, timed
from linli.loops.rounds import Seen
from linli.loops.screening.tables import Report
from linli.loops.shipped import ship_limits
from linli.registry.person import Person
from tests.journeys import sweep

SCALE = 0.01  # of the people of city W


def main(rest: Sequence[str]) -> None:
    """Build, sweep, and tell the share of each day with its reasons."""
    parser = argparse.ArgumentParser(prog="sweep")
    parser.add_argument("--scale", type=float, default=SCALE)
    asked = parser.parse_args(rest)
    ship_limits()
    with timed() as built:
        begun = sweep.begun(scale=asked.scale)
    analyze()
    say(f"city W with {Person.objects.count():,} people ({connection.vendor})", f"{built[0]:.0f} s")
    with timed() as took:
        done = sweep.run(begun)
    say(f"    {done.n_reports:,} person-days were reported", f"{took[0]:.0f} s")
    say(f"    {done.n_checked:,} sums held; faults", str(len(done.faults)), "0")
    for n, numbers in enumerate(done.shares, 1):
        reasons = ", ".join(f"{seen.name.lower()} {_of(numbers, seen):,}" for seen in Seen)
        say(f"    day {n}: {numbers.covered:,} of {numbers.expected:,}", f"{numbers.share:.4%}")
        say(f"        {reasons}, uncovered {numbers.uncovered:,}", "")
    with timed() as counted:
        _count()
    say("    all reports summed by area and day by the database alone", f"{counted[0]:.2f} s")
    if done.faults:
        raise SystemExit("\n".join(done.faults[:20]))


def _of(numbers: sweep.Coverage, seen: Seen) -> int:
    return int(getattr(numbers, seen.name.lower()))


def _count() -> None:
    table = Report._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT day, area_id, state, count(*) FROM {table} GROUP BY 1, 2, 3")
        cursor.fetchall()

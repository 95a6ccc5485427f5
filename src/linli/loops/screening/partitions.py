"""Where do the reports of a day go? On PostgreSQL into a partition of that day, made beforehand.

A report of a day that has none yet goes into the partition for the rest, which ought to be
empty: `linli check` says so when it is not, and the worker moves its rows out.
"""

from datetime import date, timedelta

from django.db import connection, transaction

from linli import clock

TABLE = "loops_screeningreport"
REST = f"{TABLE}_rest"
DAYS_AHEAD = 14


def chore() -> int:
    """Have a partition for yesterday, today and two weeks on; returns how many were made."""
    return ensure(clock.day(clock.now()))


def ensure(today: date, *, days_ahead: int = DAYS_AHEAD) -> int:
    """Make the partitions that are missing, and move what the rest held into them."""
    if connection.vendor != "postgresql":
        return 0
    there = set(days())
    wanted = {today + timedelta(days=n) for n in range(-1, days_ahead + 1)} | set(_in_the_rest())
    for day in sorted(wanted - there):
        _make(day)
    return len(wanted - there)


def days() -> list[date]:
    """The days that have a partition of their own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
            [TABLE],
        )
        names = [row[0].strip('"').rpartition("_d")[2] for row in cursor.fetchall()]
    return [date.fromisoformat(name) for name in names if name.isdigit()]


def left_over() -> int:
    """How many reports lie in the partition for the rest; 0 where there are no partitions."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {REST}")
        found: int = cursor.fetchone()[0]
        return found


def _in_the_rest() -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT day FROM {REST}")
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def _make(day: date) -> None:
    name = f"{TABLE}_d{day:%Y%m%d}"
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING ALL)")
        cursor.execute(
            f"WITH out AS (DELETE FROM {REST} WHERE day = %s RETURNING *) "
            f"INSERT INTO {name} SELECT * FROM out",
            [day],
        )
        cursor.execute(
            f"ALTER TABLE {TABLE} ATTACH PARTITION {name} "
            f"FOR VALUES FROM ('{day}') TO ('{day + timedelta(days=1)}')"
        )

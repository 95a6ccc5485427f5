"""How many are expected, and who was missed? The worker's share in the counters of a day.

The statement that writes reports moves the counters of states. What is expected follows from
the registry: whoever was reported in an area that day, and whoever is of it now and was reported
nowhere, but for those who had died or moved away by then. Counted anew every few minutes while
the day runs, and for good when it closes.
"""

import threading
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Sum

from linli import clock
from linli.loops.rounds import Seen
from linli.loops.screening.statements import STATEMENT_BEGINS
from linli.loops.screening.tables import Count, Day, Missed, Round
from linli.policy.can import end_of

CLOSES_AT_HOUR = 6  # of the next day, for phones that come home late; assumed
WAIT_S, WAIT_TURNS = 0.05, 100  # for the batches under way when a day ends
COUNTED = tuple(f"n_{seen.name.lower()}" for seen in Seen)
_SEEN = " + ".join(COUNTED)
_EACH = ", ".join(f"sum(CASE WHEN state = {int(seen)} THEN 1 ELSE 0 END)" for seen in Seen)


def covered_paths(day: date, *, exercise: bool) -> list[str]:
    """The areas that had a round on a day, none inside another."""
    rounds = Round.objects.filter(first_day__lte=day, last_day__gte=day, exercise=exercise)
    widest: list[str] = []
    for path in sorted(set(rounds.values_list("path", flat=True))):
        if not (widest and path.startswith(widest[-1])):
            widest.append(path)
    return widest


@transaction.atomic
def count_expected(day: date, *, exercise: bool = False) -> int:
    """Set what is expected of every area with a round on a day; returns how many areas.

    A day that has closed is left as it is.
    """
    if Day.objects.filter(day=day, exercise=exercise).exists():
        return 0
    return _set_expected(day, covered_paths(day, exercise=exercise), exercise)


def _set_expected(day: date, paths: Sequence[str], drill: bool) -> int:
    if not paths:
        return 0
    where, values = _within(paths)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loops_screeningcount AS k (day, area_id, exercise, path, n_expected, "
            f"{', '.join(COUNTED)}, n_fever) "
            "SELECT %s, a.id, %s, a.path, open.n, 0, 0, 0, 0, 0, 0 FROM ("
            "SELECT p.area_id, sum(CASE WHEN r.person_id IS NULL AND (p.left_on IS NULL OR "
            "p.left_on > %s) THEN 1 ELSE 0 END) AS n "
            "FROM registry_person p LEFT JOIN loops_screeningreport r "
            "ON r.day = %s AND r.person_id = p.id AND r.exercise = %s "
            f"WHERE p.survivor_id IS NULL AND ({where}) GROUP BY p.area_id) open "
            "JOIN registry_area a ON a.id = open.area_id WHERE 1 = 1 "
            "ON CONFLICT (day, area_id, exercise) DO UPDATE SET "
            f"n_expected = excluded.n_expected + {_SEEN.replace('n_', 'k.n_')}",
            [day, drill, day, day, drill, *values],
        )
        n_areas: int = cursor.rowcount
        where, values = _within(paths, "k")
        cursor.execute(  # areas nobody is of any more: what was seen there was expected there
            f"UPDATE loops_screeningcount AS k SET n_expected = {_SEEN} "
            f"WHERE k.day = %s AND k.exercise = %s AND ({where}) AND NOT EXISTS (SELECT 1 "
            "FROM registry_person p WHERE p.area_id = k.area_id AND p.survivor_id IS NULL)",
            [day, drill, *values],
        )
    return n_areas


def is_counted(day: date, *, exercise: bool = False) -> bool:
    """Whether what is expected on a day was counted at all."""
    return Count.objects.filter(day=day, exercise=exercise, n_expected__gt=0).exists()


def due_to_close(now: int, *, exercise: bool = False) -> list[date]:
    """The days with a round that ended, and whose grace is over, and that are not closed yet."""
    today = clock.day(clock.moment(now))
    last = today - timedelta(days=1)
    if clock.moment(now).astimezone(ZoneInfo(clock.CITY_ZONE_DEFAULT)).hour < CLOSES_AT_HOUR:
        last -= timedelta(days=1)
    closed = set(
        Day.objects.filter(exercise=exercise).exclude(closed_at=None).values_list("day", flat=True)
    )
    days: set[date] = set()
    spans = Round.objects.filter(exercise=exercise, first_day__lte=last, closed_at=None)
    for first, final in spans.values_list("first_day", "last_day"):
        days |= {first + timedelta(days=n) for n in range((min(final, last) - first).days + 1)}
    return sorted(days - closed)


def close_day(day: date, *, now: int, exercise: bool = False) -> int | None:
    """End a day: from now on its reports are refused, and who was missed is written down.

    Twice is once. None while a batch that began before is still being written: come again.
    """
    with transaction.atomic():
        made, _ = Day.objects.get_or_create(
            day=day, exercise=exercise, defaults={"ended_at": clock.moment(now)}
        )
    if made.closed_at is not None:
        return made.n_missed
    if _still_writing():
        return None
    with transaction.atomic():
        locked = Day.objects.select_for_update().get(id=made.id)
        if locked.closed_at is None:
            paths = covered_paths(day, exercise=exercise)
            locked.n_missed = _note_missed(day, paths, exercise)
            _set_expected(day, paths, exercise)
            locked.closed_at = clock.moment(now)
            locked.save()
    return locked.n_missed


def _still_writing() -> bool:
    """Whether a statement goes on that began before the day was ended, and cannot know of it."""
    if connection.vendor != "postgresql":
        return False  # one writer at a time
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        mark = cursor.fetchone()[0]
        for _ in range(WAIT_TURNS):
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND state <> 'idle' AND xact_start < %s "
                "AND query LIKE %s)",
                [mark, f"{STATEMENT_BEGINS}%"],
            )
            if not cursor.fetchone()[0]:
                return False
            threading.Event().wait(WAIT_S)
    return True


def _note_missed(day: date, paths: Sequence[str], drill: bool) -> int:
    if not paths:
        return 0
    where, values = _within(paths)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loops_screeningmissed (day, person_id, exercise, area_id, path, "
            "household_id) SELECT %s, p.id, %s, p.area_id, p.path, p.household_id "
            "FROM registry_person p LEFT JOIN loops_screeningreport r "
            "ON r.day = %s AND r.person_id = p.id AND r.exercise = %s "
            "WHERE p.survivor_id IS NULL AND r.person_id IS NULL "
            f"AND (p.left_on IS NULL OR p.left_on > %s) AND ({where})",
            [day, drill, day, drill, day, *values],
        )
        found: int = cursor.rowcount
        return found


def _within(paths: Sequence[str], table: str = "p") -> tuple[str, list[str]]:
    where = " OR ".join([f"({table}.path >= %s AND {table}.path < %s)"] * len(paths))
    return where, [bound for path in paths for bound in (path, end_of(path))]


def recount(day: date, *, exercise: bool = False) -> dict[int, tuple[int, ...]]:
    """The counters of a day, counted from its reports: states in their order, then fevers."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT area_id, {_EACH}, sum(CASE WHEN fever THEN 1 ELSE 0 END) "
            "FROM loops_screeningreport WHERE day = %s AND exercise = %s GROUP BY area_id",
            [day, exercise],
        )
        return {row[0]: tuple(int(n) for n in row[1:]) for row in cursor.fetchall()}


def differences(day: date, *, exercise: bool = False) -> list[int]:
    """The areas whose counters are not what their reports say; none, ever."""
    fresh = recount(day, exercise=exercise)
    kept = {
        row[0]: row[1:]
        for row in Count.objects.filter(day=day, exercise=exercise).values_list(
            "area_id", *COUNTED, "n_fever"
        )
    }
    zero = (0,) * (len(COUNTED) + 1)
    areas = fresh.keys() | kept.keys()
    return sorted(a for a in areas if fresh.get(a, zero) != kept.get(a, zero))


def n_missed(path: str, day: date, *, exercise: bool = False) -> int:
    """How many were missed below a path on a day that has closed."""
    return Missed.objects.filter(
        path__gte=path, path__lt=end_of(path), day=day, exercise=exercise
    ).count()


def n_reports(day: date, *, exercise: bool = False) -> int:
    """The sum of the counters of a day."""
    sums = Count.objects.filter(day=day, exercise=exercise).aggregate(
        **{name: Sum(name) for name in COUNTED}
    )
    return sum(n or 0 for n in sums.values())

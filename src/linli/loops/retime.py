"""The mode or the calendar has changed: which clocks change with it? In small bites.

An item keeps the share of its limit that it has used: half of four office hours becomes half
of three days round the clock. What it was told of stays told; what is due next is set anew.
There and back is the same clock again; to the second where the other limit is not shorter, and
else to within half of how many times shorter it is. Where the new mode has no limit for the
stage, the clock that runs goes on. A drill's mode moves the drill's clocks only. Where the
office calendar has changed, the moment that an item was told it is due at follows it.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.db import connection, transaction

from linli.loops import office
from linli.loops.calendar import ALWAYS, Calendar
from linli.loops.ladder import ladder
from linli.loops.limits import StageClock
from linli.policy.can import end_of
from linli.registry.declarations import Mode, active

AIM_S = 0.05  # wall seconds a bite should hold its locks; a disk may double them
LEAST, MOST = 200, 5_000  # items a bite


Counted = Mapping[str, tuple[Calendar, int]]  # each calendar, and how far it has counted by now


class _Clocked(NamedTuple):
    """An item's clock before or after: the columns that a change of mode touches."""

    id: int
    clock_id: int
    calendar: str
    entered_c: int
    next_c: int | None
    due_at: int | None
    used_c: int | None
    level: int


@dataclass(frozen=True, slots=True)
class _Limit:
    clock_id: int
    calendar: str
    limit_s: int
    mode: str
    twins: dict[str, int]  # mode -> clock of the same stage and class in the same set


@dataclass(frozen=True)
class Retimed:
    """What a pass did: items moved to another clock, bites, and the longest bite in seconds."""

    items: int
    bites: int
    longest_s: float


def retime(path: str, now: int, *, aim_s: float = AIM_S) -> Retimed:
    """Bring every clock under a path in line with the mode and the calendars of now."""
    modes = {drill: active(now, exercise=drill) for drill in (False, True)}
    items = bites = last = 0
    longest = 0.0
    bite = 1_000
    while True:
        started = time.perf_counter()
        with transaction.atomic():
            seen, last, changed = _bite(path, last, bite, now, modes)
        took = time.perf_counter() - started
        if not seen:
            return Retimed(items, bites, longest)
        items, bites, longest = items + changed, bites + 1, max(longest, took)
        bite = int(min(MOST, max(LEAST, bite * min(2.0, aim_s / max(took, 1e-3)))))


def _bite(
    path: str, after: int, most: int, now: int, modes: dict[bool, list[tuple[str, str]]]
) -> tuple[int, int, int]:
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, clock_id, calendar, entered_c, next_c, due_at, used_c, level, path, "
            "exercise FROM loops_item WHERE id > %s AND clock_id IS NOT NULL AND state <> 'closed' "
            # the empty string keeps the planner on the ids, which are walked in order
            "AND path || '' >= %s AND path || '' < %s ORDER BY id LIMIT %s" + lock,
            [after, path, end_of(path), most],
        )
        rows = cursor.fetchall()
    counted = {calendar.name: (calendar, calendar.count(now)) for calendar in office.every()}
    changed = []
    for row in rows:
        before, where, drill = _Clocked(*row[:8]), row[8], bool(row[9])
        limit = _limit(before.clock_id)
        mode = next((mode for at, mode in modes[drill] if where.startswith(at)), Mode.PEACE.value)
        twin = limit.twins.get(mode)
        if twin is not None and twin != before.clock_id:
            changed.append(_moved(before, limit, _limit(twin), counted))
        elif before.calendar != ALWAYS.name and before.used_c is None:
            due_at = counted[before.calendar][0].moment(before.entered_c + limit.limit_s)
            if due_at != before.due_at:  # the calendar has changed
                changed.append(before._replace(due_at=due_at))
    _write(changed)
    return len(rows), rows[-1][0] if rows else after, len(changed)


def _moved(before: _Clocked, old: _Limit, new: _Limit, counted: Counted) -> _Clocked:
    _, was_at = counted[old.calendar]
    calendar, is_at = counted[new.calendar]
    held = before.used_c is not None
    used = before.used_c if before.used_c is not None else was_at - before.entered_c
    new_used = round(used / old.limit_s * new.limit_s)
    entered = is_at - new_used
    ahead = _ahead(new.clock_id, before.level)
    return _Clocked(
        before.id,
        new.clock_id,
        new.calendar,
        before.entered_c if held else entered,
        before.next_c if held else (None if ahead is None else entered + ahead),
        before.due_at if held else calendar.moment(entered + new.limit_s),
        new_used if held else None,
        before.level,
    )


@lru_cache(maxsize=4096)
def _ahead(clock_id: int, level: int) -> int | None:
    """The seconds after which the first rung above a level comes; None above the highest."""
    return min((r.after_s for r in ladder(clock_id) if r.level > level), default=None)


@lru_cache(maxsize=4096)
def _limit(clock_id: int) -> _Limit:
    clock = StageClock.objects.get(id=clock_id)
    twins = StageClock.objects.filter(
        limit_set=clock.limit_set_id, stage=clock.stage, item_class=clock.item_class
    )
    return _Limit(
        clock.id,
        clock.calendar,
        clock.limit_s,
        clock.mode,
        {twin.mode: twin.id for twin in twins},
    )


_COLUMNS = ("clock_id", "calendar", "entered_c", "next_c", "due_at", "used_c")


def _write(changed: list[_Clocked]) -> None:
    if not changed:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sets = ", ".join(f"{c} = new.{c}" for c in _COLUMNS)
            columns = [_array(column) for column in list(zip(*changed, strict=True))[:-1]]
            cursor.execute(
                f"UPDATE loops_item SET {sets} FROM unnest(%s::bigint[], %s::bigint[], "
                "%s::varchar[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) "
                f"AS new(id, {', '.join(_COLUMNS)}) "
                "WHERE loops_item.id = new.id",
                columns,
            )
        else:
            sets = ", ".join(f"{c} = %s" for c in _COLUMNS)
            cursor.executemany(
                f"UPDATE loops_item SET {sets} WHERE id = %s",
                [(*(getattr(row, c) for c in _COLUMNS), row.id) for row in changed],
            )


def _array(values: Iterable[int | str | None]) -> str:
    """Plain numbers and names as PostgreSQL reads an array; the driver would look into each."""
    return "{" + ",".join(["NULL" if v is None else str(v) for v in values]) + "}"


def forget() -> None:
    """Read the clocks anew (a test emptied the tables)."""
    _limit.cache_clear()
    _ahead.cache_clear()
    ladder.cache_clear()

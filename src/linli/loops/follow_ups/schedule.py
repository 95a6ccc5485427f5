"""Who asks which contact on which day? A schedule for a period, made for all in one statement.

The days and times come from the plan of the disease and the class of risk; the workers by
nearness and load, in turn, or as before. What was done stays as it was done: making a schedule
anew moves only what is still to be done.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

from linli import bulk, clock
from linli.errors import N_, BadInput
from linli.loops import observation
from linli.loops.advance import advance_many
from linli.loops.follow_ups.tables import (
    DAY_BITS,
    FIRST_DAY,
    RELEASE_SLOT,
    SLOT_BITS,
    TEST_SLOT,
    FollowUp,
    Seen,
    keys_of,
)
from linli.loops.follow_ups.teams import Teams, teams
from linli.loops.scene import Scene
from linli.policy.can import SYSTEM

MOST_PERIOD_DAYS = 400
FEW_CONTACTS = 100  # whose rows PostgreSQL finds by their keys sooner than by reading all; assumed


class Deal(StrEnum):
    """How contacts are given to workers."""

    NEAREST = "nearest"
    IN_TURN = "in_turn"
    KEEP = "keep"


@dataclass(frozen=True)
class Made:
    """What making a schedule did; ``kept`` were done already and stay as they were."""

    n_contacts: int
    n_made: int
    n_kept: int
    n_taken_back: int
    n_without_worker: int


Contact = tuple[int, str, str, str, int | None, str]  # id, disease, risk, path, holder, data


def make(
    contact_ids: Sequence[int] | None = None,
    *,
    now: int,
    first: date | None = None,
    last: date | None = None,
    deal: Deal = Deal.KEEP,
    exercise: bool = False,
) -> Made:
    """Make or remake the follow-ups of these contacts, or of all, for a period.

    ``first`` is today if left out and never lies before; ``last`` is the end of each contact's
    own plan. Raises BadInput for a period that is none.
    """
    today = clock.day(clock.moment(now))
    start = max(first or today, today)
    if last is not None and not start <= last <= start + timedelta(days=MOST_PERIOD_DAYS):
        raise BadInput(
            N_("From {first} to {last} is no period that can be planned. Choose other days."),
            first=start.isoformat(),
            last=last.isoformat(),
        )
    with transaction.atomic():
        rows = _contacts(contact_ids, exercise)
        dealt = _deal(rows, deal, now)
        plans, patterns = _patterns(rows, dealt, start, last)
        made = _write(plans, patterns, start, last, today)
        _hand_over(rows, dealt, now, exercise)
    return made


def end(contact_id: int, *, on: date) -> int:
    """Drop what is still to be done from a day on; what nobody did before stays in sight."""
    first, beyond = keys_of(contact_id)
    rows = FollowUp.objects.filter(id__gte=first, id__lt=beyond, status=Seen.DUE)
    return rows.filter(day__gte=on).delete()[0]


def _contacts(ids: Sequence[int] | None, exercise: bool) -> list[Contact]:
    """The contacts under way, in the order of where they are."""
    base = (
        "SELECT id, kind, item_class, path, holder_id, data FROM loops_item "
        "WHERE loop = 'contact' AND state <> 'closed' AND exercise = %s"
    )
    rows: list[Any] = []
    with connection.cursor() as cursor:
        if ids is None:
            cursor.execute(base, [exercise])
            rows = cursor.fetchall()
        else:
            for n in range(0, len(ids), 500):
                part = ids[n : n + 500]
                marks = ", ".join(["%s"] * len(part))
                cursor.execute(f"{base} AND id IN ({marks})", [exercise, *part])
                rows += cursor.fetchall()
    return sorted(rows, key=lambda row: row[0])


def _deal(rows: Iterable[Contact], deal: Deal, now: int) -> dict[int, int | None]:
    """Who gets each contact."""
    here = teams(now)
    return {row[0]: _one(here, deal, row[3], row[4]) for row in rows}


def _one(here: Teams, deal: Deal, path: str, holder: int | None) -> int | None:
    if deal is Deal.IN_TURN:
        return here.next(path)
    if deal is Deal.KEEP and here.works_near(holder, path):
        return holder
    return here.nearest(path, 1)


def _hand_over(
    rows: Iterable[Contact], dealt: dict[int, int | None], now: int, exercise: bool
) -> None:
    """Let the items name the same workers as the schedule, through the engine's own door."""
    moved = {row[0]: dealt[row[0]] for row in rows if dealt[row[0]] not in (None, row[4])}
    scene = Scene(replace(SYSTEM, exercise=exercise), now)
    each = {contact: {"holder_id": account} for contact, account in moved.items()}
    advance_many(moved, "hand", scene, each=each)


Planned = tuple[int, int, int | None]  # contact, pattern, holder
Pattern = tuple[int, int, str, int, int | None]  # pattern, number of the day, day, slot, since


def _patterns(
    rows: Iterable[Contact],
    dealt: dict[int, int | None],
    start: date,
    last: date | None,
) -> tuple[list[Planned], list[Pattern]]:
    """Each contact's pattern; contacts of one disease, class and last meeting share one."""
    known: dict[tuple[str, str, str], int] = {}
    planned: list[Planned] = []
    patterns: list[Pattern] = []
    for contact_id, disease, risk, _, _, data in rows:
        met = _met_on(data)
        key = (disease, risk, met)
        if key not in known:
            known[key] = len(known)
            met_on = date.fromisoformat(met)
            owed = _owed_since(disease, risk, met_on, start)
            for day, slot in days_of(disease, risk, met_on, start):
                if last is None or day <= last:
                    since = owed if (day, slot) == (start, TEST_SLOT) else None
                    n = (day - FIRST_DAY).days
                    patterns.append((known[key], n, day.isoformat(), slot, since))
        planned.append((contact_id, known[key], dealt[contact_id]))
    return planned, patterns


def days_of(disease: str, risk: str, met_on: date, start: date) -> list[tuple[date, int]]:
    """Every (day, slot) of a plan from a day on; a test day that has passed is owed on that day."""
    plan = observation.of(disease).plan(risk)
    found = [
        (met_on + timedelta(days=n), slot)
        for n in plan.follow_up_days()
        for slot in range(plan.times_a_day)
    ]
    tests = {max(met_on + timedelta(days=n), start) for n in plan.tests_on}
    found += [(day, TEST_SLOT) for day in tests if day <= met_on + timedelta(days=plan.days)]
    found.append((max(met_on + timedelta(days=plan.days + 1), start), RELEASE_SLOT))
    return sorted((day, slot) for day, slot in found if day >= start)


def _owed_since(disease: str, risk: str, met_on: date, start: date) -> int | None:
    """The number of the last test day before the period; None where its first day is one itself."""
    days = [met_on + timedelta(days=n) for n in observation.of(disease).plan(risk).tests_on]
    passed = [day for day in days if day <= start]
    if not passed or max(passed) == start:
        return None
    return (max(passed) - FIRST_DAY).days


def _met_on(data: Any) -> str:
    return str((json.loads(data) if isinstance(data, str) else data)["last_met_on"])


def _write(
    planned: Sequence[Planned],
    patterns: Sequence[Pattern],
    start: date,
    last: date | None,
    today: date,
) -> Made:
    """Let the rows say what is planned: what agrees with it already is not written again."""
    beyond = 1 << DAY_BITS if last is None else (last - FIRST_DAY).days + 1
    period = [(start - FIRST_DAY).days, beyond]
    with connection.cursor() as cursor:
        for statement in _TABLES:
            cursor.execute(statement)
        bulk.fill("plan", ("contact_id", "pattern_id", "holder_id"), planned)
        bulk.fill("pattern", ("pattern_id", "n", "day", "slot", "since"), patterns)
        postgresql = connection.vendor == "postgresql"
        if postgresql:
            for statement in _FOR_POSTGRESQL:
                cursor.execute(statement)
        cursor.execute(_NOT_OWED, [today.isoformat()])
        if postgresql and len(planned) > FEW_CONTACTS:
            cursor.execute(_EACH_TABLE_ONCE)
        cursor.execute(_DIFFERS, period)
        cursor.execute(_TAKE_BACK)
        taken_back = cursor.rowcount
        cursor.execute(_HAND)
        cursor.execute(_ADD)
        cursor.execute(_THERE_NOW, period)
        made, kept = cursor.fetchone()
        if postgresql:
            cursor.execute(_AS_IT_WILL)
    nobody = sum(holder is None for _, _, holder in planned)
    return Made(len(planned), made, kept, taken_back, nobody)


_TABLES = (
    "DROP TABLE IF EXISTS plan",
    "DROP TABLE IF EXISTS pattern",
    "DROP TABLE IF EXISTS differs",
    "CREATE TEMP TABLE plan (contact_id bigint PRIMARY KEY, pattern_id int, holder_id bigint, "
    "owes int NOT NULL DEFAULT 1)",
    "CREATE TEMP TABLE pattern (pattern_id int, n int, day date, slot smallint, since int, "
    "PRIMARY KEY (pattern_id, day, slot))",
)
# Without these its planner knows nothing of the two, and sorts a million rows on disk.
_FOR_POSTGRESQL = (
    "ANALYZE plan",
    "ANALYZE pattern",
    f"SET LOCAL work_mem = '{bulk.INDEX_MEMORY}'",
)
# Follow-ups that it has not looked at yet seem few to it, and it would walk them for each contact.
_EACH_TABLE_ONCE = "SET LOCAL enable_nestloop = off"
_AS_IT_WILL = "SET LOCAL enable_nestloop = on"
_KEY = f"(plan.contact_id * {1 << DAY_BITS} + {{n}}) * {1 << SLOT_BITS}"  # as key_of makes it
# A test is owed since the day it was planned for, unless a sample was taken from then on, or is
# still to be taken before the period.
_NOT_OWED = f"""
UPDATE plan SET owes = 0 WHERE EXISTS (
    SELECT 1 FROM pattern JOIN loops_followup done
    ON NOT done.contact_id <> plan.contact_id
    AND done.id >= {_KEY.format(n="pattern.since")} AND done.id < {_KEY.format(n="pattern.n")}
    WHERE pattern.pattern_id = plan.pattern_id AND pattern.since IS NOT NULL
    AND done.slot = {TEST_SLOT} AND (done.status = '{Seen.SAMPLED.value}'
        OR done.status = '' AND done.day >= %s))
"""
_PLANNED = "pattern.pattern_id = plan.pattern_id AND (pattern.since IS NULL OR plan.owes = 1)"
# The contacts' rows of the period, which is all that is touched: a few are found by their keys.
# SQLite takes the tables of a CROSS JOIN in the order given; where it is asked for what is equal
# it would make an index of the whole table for the pass, and so is asked for what does not differ.
_ROWS = f"""
NOT f.contact_id <> plan.contact_id
AND f.id >= {_KEY.format(n="%s")} AND f.id < {_KEY.format(n="%s")}
"""
_DIFFERS = f"""
CREATE TEMP TABLE differs AS
SELECT f.id, plan.holder_id, pattern.n IS NOT NULL AS planned
FROM plan CROSS JOIN loops_followup f
LEFT JOIN pattern ON {_PLANNED} AND pattern.day = f.day AND pattern.slot = f.slot
WHERE {_ROWS} AND NOT f.status <> ''
AND (pattern.n IS NULL OR COALESCE(f.holder_id, 0) <> COALESCE(plan.holder_id, 0))
"""
_TAKE_BACK = """
DELETE FROM loops_followup
WHERE status = '' AND id IN (SELECT id FROM differs WHERE NOT planned)
"""
_HAND = """
UPDATE loops_followup SET holder_id = differs.holder_id FROM differs
WHERE loops_followup.id = differs.id AND loops_followup.status = '' AND differs.planned
"""
_ADD = f"""
INSERT INTO loops_followup (id, contact_id, day, slot, holder_id, status)
SELECT {_KEY.format(n="pattern.n")} + pattern.slot,
       plan.contact_id, pattern.day, pattern.slot, plan.holder_id, ''
FROM plan JOIN pattern ON {_PLANNED}
WHERE NOT EXISTS (
    SELECT 1 FROM loops_followup there WHERE there.id = {_KEY.format(n="pattern.n")} + pattern.slot)
ORDER BY 1
ON CONFLICT (id) DO NOTHING
"""
_THERE_NOW = f"""
SELECT COUNT(CASE WHEN f.status = '' THEN 1 END), COUNT(CASE WHEN f.status <> '' THEN 1 END)
FROM plan CROSS JOIN loops_followup f WHERE {_ROWS}
"""

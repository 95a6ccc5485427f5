"""Which units have nobody who answers for them, now or soon? All units in one query."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from linli import clock
from linli.registry.areas import UNIT_KINDS

AHEAD_S = 4 * 3600  # a gap is found this long before it begins; assumed: time to find somebody


@dataclass(frozen=True, slots=True)
class Gap:
    """A unit and the moment (UTC seconds) from which nobody reachable answers for it."""

    area_id: int
    at: int


_UNITS = ", ".join(f"'{kind}'" for kind in UNIT_KINDS)

# Somebody stops answering when an assignment ends or an absence begins: only then, and now,
# can a gap begin. Those moments are looked at, and no others.
_FIND = f"""
WITH seats AS (
    SELECT post.area_id, assignment.account_id, assignment.starts_at, assignment.ends_at
    FROM registry_assignment assignment
    JOIN registry_post post ON post.id = assignment.post_id
    JOIN registry_account account ON account.id = assignment.account_id
    WHERE post.first_responsible AND post.topic = '' AND account.is_active
), moments AS (
    SELECT id AS area_id, CAST(%(now)s AS bigint) AS at FROM registry_area
    UNION SELECT area_id, ends_at FROM seats WHERE ends_at > %(now)s AND ends_at <= %(until)s
    UNION SELECT seats.area_id, absence.starts_at
    FROM registry_absence absence JOIN seats ON seats.account_id = absence.account_id
    WHERE absence.starts_at > %(now)s AND absence.starts_at <= %(until)s
)
SELECT moments.area_id, MIN(moments.at)
FROM moments JOIN registry_area area ON area.id = moments.area_id
WHERE area.kind IN ({_UNITS})
AND (area.valid_from IS NULL OR area.valid_from <= %(day)s)
AND (area.valid_until IS NULL OR area.valid_until >= %(day)s)
AND NOT EXISTS (
    SELECT 1 FROM seats
    WHERE seats.area_id = moments.area_id
    AND seats.starts_at <= moments.at AND (seats.ends_at IS NULL OR seats.ends_at > moments.at)
    AND NOT EXISTS (
        SELECT 1 FROM registry_absence absence
        WHERE absence.account_id = seats.account_id
        AND absence.starts_at <= moments.at AND absence.ends_at > moments.at
    )
)
GROUP BY moments.area_id ORDER BY moments.area_id
"""


def find_vacant(now: int, *, ahead_s: int = AHEAD_S) -> list[Gap]:
    """The units for which nobody reachable answers at some moment from now to ``ahead_s`` later.

    Who answers is first responsible for every topic: in the post or as deputy, and not absent.
    """
    day = clock.day(datetime.fromtimestamp(now, UTC)).isoformat()
    with connection.cursor() as cursor:
        cursor.execute(_FIND, {"now": now, "until": now + ahead_s, "day": day})
        return [Gap(*row) for row in cursor.fetchall()]

"""Whom nobody saw in time, whose time is over, and who met no case after all? Again and again."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from linli import clock
from linli.loops.advance import advance_many
from linli.loops.follow_ups import schedule
from linli.loops.follow_ups.tables import MET, RELEASE_SLOT, Seen
from linli.loops.scene import Scene
from linli.policy.can import SYSTEM

DUE_HOUR = 20  # of the city's day: what is not done by then was not done that day; assumed
AT_ONCE = 2000  # contacts moved in one transaction
LOOK_BACK_DAYS = 30


@dataclass(frozen=True)
class Watched:
    """What one look did."""

    planned: int
    missed: int
    released: int
    stopped: int
    turned: int

    @property
    def moved(self) -> int:
        """How many contacts it touched."""
        return self.planned + self.missed + self.released + self.stopped + self.turned


def look(now: int | None = None, *, exercise: bool = False) -> Watched:
    """See to all contacts up to a moment; a second look finds nothing."""
    at = clock.now_s() if now is None else now
    scene = Scene(replace(SYSTEM, exercise=exercise), at)
    stopped = _take(_without_case(exercise), "stop", scene)
    turned = _take(_ids(_ILL_ALREADY, [exercise]), "turn", scene, {"because": "clinical"})
    planned = _plan(at, exercise)
    missed = _take(_overdue(at, exercise), "miss", scene)
    released = _take(_over(at, exercise), "release", scene)
    return Watched(planned, missed, released, stopped, turned)


def chore() -> int:
    """The look as the worker does it; in a demonstration its contacts are an exercise."""
    return look(exercise=bool(settings.DEMO)).moved


def _take(ids: list[int], step: str, scene: Scene, data: dict[str, Any] | None = None) -> int:
    done = 0
    for n in range(0, len(ids), AT_ONCE):
        moved, _ = advance_many(ids[n : n + AT_ONCE], step, scene, data=data)
        done += len(moved)
    return done


def _plan(at: int, exercise: bool) -> int:
    """Contacts without any follow-up yet, by whichever door they came in, get their schedule."""
    ids = _ids(_UNPLANNED, [exercise])
    return schedule.make(ids, now=at, exercise=exercise).n_contacts if ids else 0


def _overdue(at: int, exercise: bool) -> list[int]:
    """Followed contacts with something undone on the last day that is over, and unseen since."""
    day = _last_due(at)
    since = day - timedelta(days=LOOK_BACK_DAYS)
    return _ids(_OVERDUE, [exercise, since.isoformat(), day.isoformat(), *sorted(MET)])


def _last_due(at: int) -> date:
    """The last day whose hour has come."""
    return clock.day(clock.moment(at - DUE_HOUR * 3600))


def _over(at: int, exercise: bool) -> list[int]:
    """Contacts whose day of release has come."""
    today = clock.day(clock.moment(at)).isoformat()
    return _ids(_RELEASE, [exercise, today])


def _without_case(exercise: bool) -> list[int]:
    """Contacts all of whose cases turned out to be none."""
    return _ids(_NO_CASE, [exercise])


def _ids(statement: str, values: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


_UNPLANNED = """
SELECT item.id FROM loops_item item
WHERE item.loop = 'contact' AND item.state = 'open' AND item.stage = 'to_reach'
AND item.exercise = %s AND NOT EXISTS (
    SELECT 1 FROM loops_followup f WHERE f.id >= item.id * 524288
    AND f.id < (item.id + 1) * 524288) ORDER BY item.id
"""
_OVERDUE = f"""
SELECT DISTINCT f.contact_id FROM loops_followup f JOIN loops_item item ON item.id = f.contact_id
WHERE item.exercise = %s AND item.stage = 'followed' AND f.status = ''
AND f.slot <> {RELEASE_SLOT} AND f.day >= %s AND f.day <= %s AND NOT EXISTS (
    SELECT 1 FROM loops_followup seen WHERE seen.id > f.id
    AND seen.id < (f.contact_id + 1) * 524288 AND seen.status IN ({", ".join(["%s"] * len(MET))}))
ORDER BY f.contact_id
"""
_RELEASE = f"""
SELECT f.contact_id FROM loops_followup f JOIN loops_item item ON item.id = f.contact_id
WHERE item.exercise = %s AND item.stage IN ('to_reach', 'followed') AND f.status = '{Seen.DUE}'
AND f.slot = {RELEASE_SLOT} AND f.day <= %s ORDER BY f.contact_id
"""
# Somebody reported a contact as a case by another door.
_ILL_ALREADY = """
SELECT item.id FROM loops_item item
WHERE item.loop = 'contact' AND item.state <> 'closed' AND item.exercise = %s
AND EXISTS (
    SELECT 1 FROM loops_item c WHERE c.loop = 'case' AND c.kind = item.kind
    AND c.state <> 'closed' AND c.subject_kind = item.subject_kind
    AND c.subject_id = item.subject_id AND c.exercise = item.exercise
    AND c.item_class IN ('confirmed', 'suspected'))
ORDER BY item.id
"""
_NO_CASE = """
SELECT item.id FROM loops_item item
WHERE item.loop = 'contact' AND item.state <> 'closed' AND item.exercise = %s
AND EXISTS (SELECT 1 FROM loops_exposure e WHERE e.contact_id = item.id)
AND NOT EXISTS (
    SELECT 1 FROM loops_exposure e JOIN loops_item c ON c.id = e.source_id
    WHERE e.contact_id = item.id AND e.decision = 'accepted' AND c.outcome <> 'excluded')
ORDER BY item.id
"""

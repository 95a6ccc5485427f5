"""What has become due? All clocks of all loops in a few statements, whatever they were doing.

One pass takes every item whose next rung has come, writes one event for each rung passed (so
an outage shows each rung that was missed; round the clock it bears the moment it was due, by
an office calendar the moment of the tick), moves the item to the tier of the highest one, and
sets the next. A second pass at the same moment finds nothing. Steps that a rung asks Linli to
take go through the ordinary door afterwards.
"""

import logging
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction

from linli import clock, uids
from linli.jobs import outbox
from linli.loops import office, write
from linli.loops.calendar import ALWAYS
from linli.loops.scene import Scene
from linli.loops.work import Work
from linli.policy.can import SYSTEM
from linli.policy.roles import Role
from linli.registry.areas import TIER_COLUMN, Tier
from linli.registry.roster import first_responsible_many

log = logging.getLogger("linli.loops")

_TABLES = ("due", "passed", "moved", "seats")  # this connection's own, emptied before each pass
ITEMS_A_PASS = 20_000  # a pass holds its locks for well under a second


@dataclass(frozen=True)
class Ticked:
    """What a tick did: items moved on, rungs passed, steps that Linli took."""

    items: int
    rungs: int
    steps: int

    def __add__(self, more: "Ticked") -> "Ticked":
        return Ticked(self.items + more.items, self.rungs + more.rungs, self.steps + more.steps)


def tick(now: int | None = None, *, items_a_pass: int = ITEMS_A_PASS) -> Ticked:
    """See to every clock up to a moment (UTC seconds)."""
    at = clock.now_s() if now is None else now
    done = Ticked(0, 0, 0)
    for name, count in _begun(at):
        while True:
            with transaction.atomic():
                passed, owed = _pass(name, count, at, items_a_pass)
            for item_id in owed:
                passed += _guarded(item_id, at)
            done += passed
            if passed.items < items_a_pass:
                break
    return done


def chore() -> int:
    """The tick as the worker does it; returns how many items it moved on."""
    return tick().items


def _begun(at: int) -> list[tuple[str, int]]:
    """The calendars by which something is due, with how far each has counted; one question.

    It asks for the earliest moment of each, which an index answers however many items there are
    and whatever the database believes of them. A tick that finds nothing has asked nothing else.
    """
    counts = {calendar.name: calendar.count(at) for calendar in office.every()}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([_EARLIEST] * len(counts))}", list(counts))
        earliest = zip(counts.items(), cursor.fetchone(), strict=True)
    return [counted for counted, first in earliest if first is not None and first <= counted[1]]


_EARLIEST = (
    "(SELECT next_c FROM loops_item WHERE calendar = %s AND next_c IS NOT NULL "
    "ORDER BY next_c LIMIT 1)"
)


def _pass(calendar: str, count: int, at: int, most: int) -> tuple[Ticked, list[int]]:
    """One pass, and the items left out of it because a rung of theirs names a step."""
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(_DUE[connection.vendor], [calendar, count, most])
        cursor.execute("SELECT count(*) FROM due")
        n_items = cursor.fetchone()[0]
        if not n_items:
            return Ticked(0, 0, 0), []
        cursor.execute(_PASSED, [count])
        cursor.execute("SELECT DISTINCT id FROM passed WHERE step <> '' ORDER BY id")
        owed = [row[0] for row in cursor.fetchall()]
        if owed:
            for statement in _LEAVE_OUT:
                cursor.execute(statement)
        cursor.execute(
            _EVENTS[connection.vendor].format(uid=uids.in_sql()),
            [uids.beginning(), Role.SYSTEM.value, calendar == ALWAYS.name, at, at],
        )
        n_rungs = cursor.rowcount
        cursor.execute(_AFTER, [count, count])
        cursor.execute(_TALLIES)
        cursor.execute(_UPDATE)
        _tell(cursor, at)
    return Ticked(n_items - len(owed), n_rungs, 0), owed


# The items whose next rung has come. They are locked, so that a step taken meanwhile waits.
_DUE_COLUMNS = (
    "id, clock_id, entered_c, level, tier, late, holder_id, state, stage, n_events, "
    "missed, replied_at, unit_id, topic, area_id, path, community_id, loop, item_class, exercise"
)
_DUE = {
    "sqlite": f"CREATE TEMP TABLE due AS SELECT {_DUE_COLUMNS} FROM loops_item "
    "WHERE calendar = %s AND next_c <= %s AND next_c IS NOT NULL ORDER BY next_c LIMIT %s",
    "postgresql": f"CREATE TEMP TABLE due AS SELECT {_DUE_COLUMNS} "
    "FROM loops_item WHERE calendar = %s AND next_c <= %s AND next_c IS NOT NULL "
    "ORDER BY next_c LIMIT %s FOR UPDATE SKIP LOCKED",
}

# One row for each rung that each of them has passed since its last tick.
_PASSED = """
CREATE TEMP TABLE passed AS
SELECT due.id, rung.level, rung.after_s, rung.share, rung.step, rung.late, rung.clears_holder,
       CASE WHEN rung.tier > due.tier THEN rung.tier ELSE due.tier END AS tier,
       due.n_events + rung.level - due.level AS n
FROM due JOIN loops_rung rung ON rung.clock_id = due.clock_id
WHERE rung.level > due.level AND due.entered_c + rung.after_s <= %s
"""

_LEAVE_OUT = (
    "DELETE FROM due WHERE id IN (SELECT id FROM passed WHERE step <> '')",
    "DELETE FROM passed WHERE id NOT IN (SELECT id FROM due)",
)

_EVENT = """
INSERT INTO loops_event (uid, item_id, n, step, from_stage, to_stage, actor_id, role, purpose,
                         tier, level, at, recorded_at, data, exercise)
SELECT {{uid}}, due.id, passed.n, 'rung', due.stage, due.stage, NULL, %s, '',
       passed.tier, passed.level, CASE WHEN %s THEN due.entered_c + passed.after_s ELSE %s END,
       %s, {data}, due.exercise
FROM passed JOIN due ON due.id = passed.id ORDER BY due.id, passed.level
"""
_EVENTS = {
    "sqlite": _EVENT.format(data="json_object('share', passed.share)"),
    "postgresql": _EVENT.format(data="jsonb_build_object('share', passed.share)"),
}

# Each item as it stood, and where it stands after its highest rung (new_): all that follows reads
# this alone. When the next rung comes is read off the span between two rungs in which it stands.
_UNIT = (
    "CASE top.tier "
    + " ".join(
        f"WHEN {tier.value} THEN COALESCE("
        + ", ".join(f"area.{TIER_COLUMN[t]}" for t in Tier if t >= tier)
        + ", due.unit_id)"
        for tier in Tier
    )
    + " ELSE due.unit_id END"
)
_AFTER = f"""
CREATE TEMP TABLE moved AS
SELECT due.*,
       COALESCE(top.level, due.level) AS new_level,
       COALESCE(top.tier, due.tier) AS new_tier,
       CASE WHEN top.tier > due.tier THEN {_UNIT} ELSE due.unit_id END AS new_unit_id,
       due.late OR COALESCE(top.late, 0) = 1 AS new_late,
       due.missed OR (due.replied_at IS NULL AND (due.late OR COALESCE(top.late, 0) = 1))
           AS new_missed,
       CASE WHEN top.clears_holder = 1 THEN NULL ELSE due.holder_id END AS new_holder_id,
       due.n_events + COALESCE(top.n_rungs, 0) AS new_n_events,
       due.entered_c + span.until_s AS new_next_c
FROM due
LEFT JOIN (SELECT id, MAX(level) AS level, MAX(tier) AS tier,
                  MAX(CASE WHEN late THEN 1 ELSE 0 END) AS late,
                  MAX(CASE WHEN clears_holder THEN 1 ELSE 0 END) AS clears_holder,
                  COUNT(*) AS n_rungs FROM passed GROUP BY id) top ON top.id = due.id
LEFT JOIN (SELECT clock_id, after_s AS until_s,
                  LAG(after_s) OVER (PARTITION BY clock_id ORDER BY after_s) AS since_s
           FROM loops_rung WHERE clock_id IN (SELECT clock_id FROM due)) span
       ON span.clock_id = due.clock_id AND due.entered_c + span.until_s > %s
      AND (span.since_s IS NULL OR due.entered_c + span.since_s <= %s)
LEFT JOIN registry_area area ON area.id = due.area_id
"""

_CHANGES = ("level", "tier", "unit_id", "late", "missed", "next_c", "holder_id", "n_events")
_UPDATE = (
    f"UPDATE loops_item SET {', '.join(f'{c} = moved.new_{c}' for c in _CHANGES)} "
    "FROM moved WHERE loops_item.id = moved.id"
)

# What the rungs change in the tallies, one row a tally.
_TALLIES = f"""
INSERT INTO loops_tally (community_id, path, loop, item_class, exercise,
                         {", ".join(write.TALLIES)})
SELECT area.id, area.path, moved.loop, moved.item_class, moved.exercise,
       {", ".join("{" + c + "}" for c in write.TALLIES)}
FROM moved JOIN registry_area area ON area.id = moved.community_id
WHERE moved.new_level > moved.level
GROUP BY area.id, area.path, moved.loop, moved.item_class, moved.exercise
ORDER BY area.id, moved.loop, moved.item_class
ON CONFLICT (community_id, loop, item_class, exercise) DO UPDATE SET {write.TALLY_SUMS}
""".format(
    **(dict.fromkeys(write.TALLIES, "0"))
    | {
        "n_unheld": "SUM(CASE WHEN state = 'open' AND holder_id IS NOT NULL "
        "AND new_holder_id IS NULL THEN 1 ELSE 0 END)",
        "n_missed": "SUM(CASE WHEN new_missed AND NOT missed AND replied_at IS NULL "
        "THEN 1 ELSE 0 END)",
        "n_late": "SUM(CASE WHEN new_late AND NOT late THEN 1 ELSE 0 END)",
        **{
            column: f"SUM(CASE WHEN new_tier = {tier} THEN 1 ELSE 0 END "
            f"- CASE WHEN tier = {tier} THEN 1 ELSE 0 END)"
            for tier, column in ((1, "n_street"), (2, "n_district"), (3, "n_city"))
        },
    }
)


def _tell(cursor: Any, at: int) -> None:
    """Put a message an item into the outbox for each who is to be told, as messages.told says."""
    cursor.execute("SELECT DISTINCT new_unit_id FROM moved")
    answerable = first_responsible_many([row[0] for row in cursor.fetchall()], at)
    cursor.execute("CREATE TEMP TABLE seats (unit_id bigint, topic varchar(40), account_id bigint)")
    rows = [(u, topic, a) for u, seats in answerable.items() for topic, a in seats.items()]
    cursor.executemany("INSERT INTO seats VALUES (%s, %s, %s)", rows)
    outbox.put_found(cursor, _TOLD[connection.vendor], [at, at])


# Who is told, in the order of outbox.MESSAGE_COLUMNS: the holder; and from the limit on, or
# where nobody holds it, whoever answers for the unit.
_MESSAGE = """
SELECT %s, CASE WHEN moved.new_late THEN 'late' ELSE 'due_soon' END, {account}, moved.id,
       {detail}, moved.item_class = 'urgent', moved.exercise
FROM moved
"""
_MOVED_UP = "WHERE moved.new_level > moved.level"
_TELLING = (
    _MESSAGE.replace("{account}", "moved.new_holder_id")
    + _MOVED_UP
    + " AND moved.new_holder_id IS NOT NULL UNION ALL "
    + _MESSAGE.replace("{account}", "COALESCE(topical.account_id, every.account_id)")
    + "LEFT JOIN seats topical ON topical.unit_id = moved.new_unit_id "
    "AND topical.topic = moved.topic AND moved.topic <> '' "
    "LEFT JOIN seats every ON every.unit_id = moved.new_unit_id AND every.topic = '' "
    + _MOVED_UP
    + " AND (moved.new_late OR moved.new_holder_id IS NULL) "
    "AND COALESCE(topical.account_id, every.account_id) IS NOT NULL "
    "AND COALESCE(topical.account_id, every.account_id) <> COALESCE(moved.new_holder_id, 0)"
)
_TOLD = {
    "sqlite": _TELLING.replace("{detail}", "json_object('level', moved.new_level)"),
    "postgresql": _TELLING.replace("{detail}", "jsonb_build_object('level', moved.new_level)"),
}


def _guarded(item_id: int, at: int) -> Ticked:
    try:
        return _see_to(item_id, at)
    except Exception:  # one item that breaks must not hold up the others; it comes again
        log.exception("Item %s could not be seen to.", item_id)
        return Ticked(0, 0, 0)


def _see_to(item_id: int, at: int) -> Ticked:
    """Pass an item's rungs and take the steps that they name, in one transaction.

    Rung by rung, so that it matters not whether one tick comes to them or several. A step is
    taken if the item still stands where it begins. A worker that dies in between leaves the
    rungs for the next tick.
    """
    with transaction.atomic():
        item = write.load(item_id)
        if item is None:
            return Ticked(0, 0, 0)
        work = Work(Scene(replace(SYSTEM, exercise=bool(item.exercise)), at))
        rungs = steps = 0
        while over := work.due(item):
            until = next((n for n, rung in enumerate(over, 1) if rung.step), len(over))
            work.climb(item, over[:until])
            rungs += until
            step = work.scene.loop(item.loop).step(over[until - 1].step)
            if step is not None and step.starts_at(item.stage):
                steps += work.take_if_possible(item, step.name)
        work.write()
    return Ticked(1, rungs, steps)

"""The loop engine at a million open items: idle tick, mass escalation, one step, a mode switch.

One step is compared with the same statements written by hand in the same run: read the item,
update it, add an event, count it, add a message, in one transaction.
"""

import argparse
import json
import time
from collections.abc import Sequence
from statistics import median
from uuid import uuid4

from django.db import connection, transaction

from benchmarks.ground import analyze, say, timed, worked
from linli import uids
from linli.loops import tick as engine
from linli.loops.advance import Opening, advance, open_item
from linli.loops.ledger import Event, Item
from linli.loops.requests.loop import LOOP
from linli.loops.retime import retime
from linli.loops.write import key, rebuild_tallies
from linli.plans import modes
from linli.registry.declarations import Declaration
from tests.cast import EVENING, HOUR, City, build_city

ITEMS = 1_000_000
DUE = 50_000
IDLE_TICKS = 50
STEPS = 400


def main(rest: Sequence[str]) -> None:
    """Fill the ledger, then measure each bar of the engine."""
    parser = argparse.ArgumentParser(prog="engine")
    parser.add_argument("--items", type=int, default=ITEMS)
    asked = parser.parse_args(rest)
    city = build_city()
    with timed() as took:
        _fill(city, asked.items)
    say(f"{asked.items:,} open items filled", f"{took[0]:.1f} s")
    analyze()
    _steps(city)
    _idle()
    mass = _mass()
    _outage()
    raw = _same_rows_by_hand(DUE)
    say("as many escalations as three raw statements", f"{raw[0]:.2f} s", worked(raw))
    say("ratio to raw, at work", f"{mass[1] / raw[1]:.2f}")
    _switch(city, asked.items)


def _fill(city: City, count: int) -> None:
    """Copies of one real item, each with its own place in the day."""
    opening = Opening(
        city.areas["oak1"].id, "normal", {"description": "Drums at night"}, kind="noise"
    )
    open_item(LOOP, opening, city.scene("ann"))
    columns = [f.column for f in Item._meta.concrete_fields if f.column not in ("id", "uid")]
    names = ", ".join(columns)
    moment = f"{EVENING * 1000} + n.i"  # each was opened a little later
    beginning = (
        f"lpad(to_hex({moment}), 12, '0') || '7'"
        if connection.vendor == "postgresql"
        else f"printf('%012x7', {moment})"
    )
    uid = uids.in_sql().replace("%s", beginning)
    numbers = (
        f"SELECT generate_series(1, {count - 1})"
        if connection.vendor == "postgresql"
        else "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        f"WHERE i < {count - 1}) SELECT i FROM n"
    )
    later = {"entered_c", "next_c"}  # each began at its own time of the last days
    values = ", ".join(f"item.{c} + n.i % 900000" if c in later else f"item.{c}" for c in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO loops_item (uid, {names}) SELECT {uid}, {values} "
            f"FROM loops_item item, ({numbers}) n(i)"
            if connection.vendor == "postgresql"
            else f"INSERT INTO loops_item (uid, {names}) SELECT {uid}, {values} "
            f"FROM loops_item item, (SELECT i FROM ({numbers})) n"
        )
    rebuild_tallies()


def _idle() -> None:
    wall, work = [], []
    for _ in range(IDLE_TICKS):
        with timed() as took:
            engine.tick(EVENING)
        wall.append(took[0])
        work.append(took[1])
    at_work = f"at work {median(work) * 1000:.2f} ms"
    say("idle tick", f"{median(wall) * 1000:.2f} ms", f"<= 2 ms; {at_work}")


def _mass() -> list[float]:
    _make_due(DUE, late_by=1)
    with timed() as took:
        done = engine.tick(EVENING)
    bar = "<= 1 s" if connection.vendor == "sqlite" else "<= 2.5 s"
    say(
        f"{done.items:,} escalations with events and messages",
        f"{took[0]:.2f} s",
        worked(took, bar),
    )
    again = engine.tick(EVENING)
    say("a second tick", f"{again.items} items", "0")
    return took


def _same_rows_by_hand(count: int) -> list[float]:
    """What as many escalations have to write, with nothing found out: items, events, messages."""
    untouched = (
        "SELECT id FROM loops_item WHERE level = 0 AND stage = 'assigned' ORDER BY id LIMIT %s"
    )
    with timed() as took, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE chosen AS {untouched}", [count])
        cursor.execute(
            "UPDATE loops_item SET level = 1, next_c = next_c + 60, n_events = n_events + 1 "
            "WHERE id IN (SELECT id FROM chosen)"
        )
        cursor.execute(
            "INSERT INTO loops_event (uid, item_id, n, step, from_stage, to_stage, role, purpose, "
            f"tier, level, at, recorded_at, data, exercise) SELECT {uids.in_sql()}, id, 3, 'rung', "
            "'assigned', 'assigned', 'system', '', 0, 1, %s, %s, '{}', %s FROM chosen",
            [uids.beginning(), EVENING, EVENING, False],
        )
        cursor.execute(
            "INSERT INTO jobs_message (at, kind, account_id, item_id, detail, urgent, exercise) "
            "SELECT %s, 'due_soon', 1, id, '{}', %s, %s FROM chosen",
            [EVENING, False, False],
        )
        cursor.execute("DROP TABLE chosen")
        transaction.set_rollback(True)
    return took


def _outage() -> None:
    before = Event.objects.filter(step="rung").count()
    _make_due(1000, late_by=100 * HOUR)
    done = engine.tick(EVENING)
    written = Event.objects.filter(step="rung").count() - before
    say(f"outage: {done.items} items, one event a rung", f"{written} events", f"{done.items * 5}")


def _make_due(count: int, *, late_by: int) -> None:
    """Let the clocks of some untouched items have begun so early that they are due now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loops_item SET entered_c = entered_c - (next_c - %s) - %s, next_c = %s "
            "WHERE id IN (SELECT id FROM loops_item WHERE level = 0 AND stage = 'assigned' "
            "AND next_c IS NOT NULL ORDER BY id LIMIT %s)",
            [_count(), late_by, _count() - late_by, count],
        )


def _count() -> int:
    from linli.loops import office

    return office.named("office").count(EVENING)


def _steps(city: City) -> None:
    ids = list(Item.objects.filter(stage="assigned").order_by("id").values_list("id", flat=True))
    ours, byhand = ids[:STEPS], ids[STEPS : 2 * STEPS]
    scene = city.scene("cy")
    engine_s, hand_s = [], []
    for mine, theirs in zip(ours, byhand, strict=True):
        started = time.perf_counter()
        advance(mine, "accept", scene, uid=uuid4())
        middle = time.perf_counter()
        _by_hand(theirs, city.accounts["cy"].id)
        engine_s.append(middle - started)
        hand_s.append(time.perf_counter() - middle)
    engine_ms = sorted(engine_s)[STEPS // 2] * 1000
    hand_ms = sorted(hand_s)[STEPS // 2] * 1000
    say("one step through the door", f"{engine_ms:.3f} ms")
    say("the same statements by hand", f"{hand_ms:.3f} ms")
    say("ratio", f"{engine_ms / hand_ms:.2f}", "<= 3")


def _by_hand(item_id: int, account: int) -> None:
    """What a step has to write, without declaration, policy, gates or arithmetic."""
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM loops_item WHERE id = %s" + lock, [item_id])
        cursor.fetchone()
        cursor.execute(
            "UPDATE loops_item SET stage = %s, holder_id = %s, entered_at = %s, entered_c = %s, "
            "next_c = %s, due_at = %s, clock_id = %s, n_events = n_events + 1 WHERE id = %s",
            ["working", account, EVENING, EVENING, EVENING + 60, EVENING + 120, 1, item_id],
        )
        cursor.execute(
            "INSERT INTO loops_event (uid, item_id, n, step, from_stage, to_stage, actor_id, "
            "role, purpose, tier, level, at, recorded_at, data, exercise) VALUES "
            "(%s, %s, 3, 'accept', 'assigned', 'working', %s, 'grid_worker', 'service', 0, 0, "
            "%s, %s, %s, %s)",
            [key(uuid4()), item_id, account, EVENING, EVENING, json.dumps({}), False],
        )
        cursor.execute(
            "INSERT INTO jobs_message (at, kind, account_id, item_id, detail, urgent, exercise) "
            "VALUES (%s, 'progress', %s, %s, %s, %s, %s)",
            [EVENING, account, item_id, json.dumps({}), False, False],
        )


def _switch(city: City, count: int) -> None:
    new = modes.NewDeclaration(
        "emergency", "City command", "Benchmark", EVENING, EVENING + 10 * 24 * HOUR
    )
    Declaration.objects.create(
        area=city.areas["w"],
        path=city.areas["w"].path,
        mode=new.mode,
        authority=new.authority,
        reason=new.reason,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
    )
    with timed() as took:
        done = retime(city.areas["w"].path, EVENING)
    say(f"mode switch over {count:,} items", f"{took[0]:.1f} s", worked(took))
    say(
        f"the longest of {done.bites} bites", f"{done.longest_s * 1000:.0f} ms",
        f"<= 200 ms; at work {took[1] / done.bites * 1000:.0f} ms a bite",
    )  # fmt: skip

"""How does the ledger write? The statements of the engine, the same on both databases."""

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from time import sleep
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import OperationalError, connection

from linli import bulk
from linli.loops.ledger import Event, Item, Tally
from linli.loops.standing import COLUMNS, TALLIES, Standing

P = ParamSpec("P")
R = TypeVar("R")
DEADLOCK = "40P01"  # PostgreSQL's code
TRIES = 8
LONGEST_WAIT_S = 0.1  # before the second try; each later one may wait that much longer

_SELECT = f"SELECT {', '.join(COLUMNS)} FROM loops_item WHERE "
_EVENT_COLUMNS = (
    "uid",
    "item_id",
    "n",
    "step",
    "from_stage",
    "to_stage",
    "actor_id",
    "role",
    "purpose",
    "tier",
    "level",
    "at",
    "recorded_at",
    "data",
    "exercise",
)
_INSERT_EVENT = (
    f"INSERT INTO loops_event ({', '.join(_EVENT_COLUMNS)}) "
    f"VALUES ({', '.join(['%s'] * len(_EVENT_COLUMNS))})"
)
TALLY_SUMS = ", ".join(f"{c} = loops_tally.{c} + excluded.{c}" for c in TALLIES)
UPSERT_TALLY = (
    f"INSERT INTO loops_tally (community_id, path, loop, item_class, exercise, "
    f"{', '.join(TALLIES)}) SELECT area.id, area.path, {', '.join(['%s'] * (3 + len(TALLIES)))} "
    "FROM registry_area area WHERE area.id = %s "
    f"ON CONFLICT (community_id, loop, item_class, exercise) DO UPDATE SET {TALLY_SUMS}"
)

_COUNTED_WHEN = {
    "n_opened": "1 = 1",
    "n_open": "state = 'open'",
    "n_waiting": "state = 'waiting'",
    "n_unheld": "state = 'open' AND holder_id IS NULL",
    "n_late": "state <> 'closed' AND late",
    "n_no_target": "state <> 'closed' AND clock_id IS NULL",
    "n_street": "state <> 'closed' AND tier = 1",
    "n_district": "state <> 'closed' AND tier = 2",
    "n_city": "state <> 'closed' AND tier = 3",
    "n_closed": "state = 'closed'",
    "n_replied": "replied_at IS NOT NULL",
    "n_in_time": "replied_at IS NOT NULL AND in_time",
    "n_missed": "(replied_at IS NOT NULL AND NOT in_time) OR (replied_at IS NULL AND missed)",
    "n_asked": "state = 'closed' AND rating_asked_at IS NOT NULL",
    "n_rated": "state = 'closed' AND solved IS NOT NULL",
    "n_solved": "state = 'closed' AND solved",
    "n_scored": "state = 'closed' AND satisfied IS NOT NULL",
    "n_satisfied": "state = 'closed' AND satisfied >= 4",
}
TALLY_COUNTS = ", ".join(  # of items, in the order of TALLIES
    f"SUM(CASE WHEN {_COUNTED_WHEN[c]} THEN 1 ELSE 0 END)" if c in _COUNTED_WHEN else f"SUM({c})"
    for c in TALLIES
)


def again_if_entangled(move: Callable[P, R]) -> Callable[P, R]:
    """Make a move again when PostgreSQL ended it because two callers waited for each other.

    Between tries it waits a little, each caller another while, so that the same ones do not meet
    again at once. Inside a caller's own transaction the error is the caller's: all of that has to
    be redone.
    """

    @wraps(move)
    def moved(*args: P.args, **kwargs: P.kwargs) -> R:
        for n in range(TRIES - 1):
            try:
                return move(*args, **kwargs)
            except OperationalError as error:
                entangled = getattr(error.__cause__, "sqlstate", "") == DEADLOCK
                if connection.in_atomic_block or not entangled:
                    raise
                sleep(random.uniform(0, LONGEST_WAIT_S * (n + 1)))  # noqa: S311 - no secret
        return move(*args, **kwargs)

    return moved


def key(uid: UUID) -> str | UUID:
    """A uid as the database keeps it."""
    return uid if connection.vendor == "postgresql" else uid.hex


def load(item_id: int, *, lock: bool = True) -> Standing | None:
    """An item as it stands, locked until the transaction ends."""
    return _one("id = %s", item_id, lock)


def load_by_uid(uid: UUID) -> Standing | None:
    """An item by the id its opener made."""
    return _one("uid = %s", key(uid), False)


def load_many(ids: Sequence[int]) -> list[Standing]:
    """Items as they stand, locked in order of id so that two callers never wait in a ring."""
    found: list[Standing] = []
    wanted = sorted(set(ids))
    for n in range(0, len(wanted), 500):
        part = wanted[n : n + 500]
        marks = ", ".join(["%s"] * len(part))
        found += _rows(f"id IN ({marks}) ORDER BY id", part, True)
    return found


def _one(where: str, value: Any, lock: bool) -> Standing | None:
    rows = _rows(where, [value], lock)
    return rows[0] if rows else None


def _rows(where: str, values: Sequence[Any], lock: bool) -> list[Standing]:
    for_update = " FOR UPDATE" if lock and connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + where + for_update, values)
        rows = [Standing(*row) for row in cursor.fetchall()]
    for standing in rows:
        standing.data = json.loads(standing.data)
    return rows


def update(item_id: int, changes: Mapping[str, Any]) -> None:
    """Set columns of one item."""
    sets = ", ".join([f"{column} = %s" for column in changes])
    values = [json.dumps(v, ensure_ascii=False) if c == "data" else v for c, v in changes.items()]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE loops_item SET {sets} WHERE id = %s", [*values, item_id])


def insert_items(standings: Sequence[Standing]) -> None:
    """Add items that already carry their ids."""
    bulk.insert(
        Item, COLUMNS, (tuple(getattr(standing, c) for c in COLUMNS) for standing in standings)
    )


def put_down(
    new: Sequence[Standing],
    changes: Mapping[int, Mapping[str, Any]],
    events: Sequence[Sequence[Any]],
) -> None:
    """Write items that are new, columns that changed, and what happened."""
    if new:
        insert_items(new)
    fresh = {made.id for made in new}
    for item_id, columns in changes.items():
        if item_id not in fresh:
            update(item_id, columns)
    if len(events) == 1:
        insert_event(events[0])
    elif events:
        insert_events(events)


def insert_event(row: Sequence[Any]) -> None:
    """Add one event; ``row`` is in the order that event_row gives."""
    values = list(row)
    values[0] = key(values[0])
    values[13] = json.dumps(values[13], ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_EVENT, values)


def insert_events(rows: Iterable[Sequence[Any]]) -> None:
    """Add many events."""
    bulk.insert(Event, _EVENT_COLUMNS, rows)


def events_known(uids: Iterable[UUID | None]) -> dict[UUID | None, tuple[int, str]]:
    """The item and stage that the events of these uids led to, as far as there are any."""
    wanted = {key(uid): uid for uid in uids if uid is not None}
    marks = list(wanted)
    found: dict[UUID | None, tuple[int, str]] = {}
    with connection.cursor() as cursor:
        for n in range(0, len(marks), 500):
            part = marks[n : n + 500]
            cursor.execute(
                "SELECT uid, item_id, to_stage FROM loops_event "
                f"WHERE uid IN ({', '.join(['%s'] * len(part))})",
                part,
            )
            found |= {wanted[uid]: (item, stage) for uid, item, stage in cursor.fetchall()}
    return found


TallyKey = tuple[int, str, str, bool]  # community, loop, class, exercise


def tally_key(standing: Standing) -> TallyKey:
    """The tally an item is counted in."""
    return (
        standing.community_id,
        standing.loop,
        standing.item_class,
        bool(standing.exercise),
    )


def add_to_tallies(deltas: Mapping[TallyKey, Sequence[int]]) -> None:
    """Add to the tallies; in order of key, so that two callers never wait in a ring."""
    rows: list[tuple[Any, ...]] = [
        (*k[1:], *delta, k[0]) for k, delta in sorted(deltas.items()) if any(delta)
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(UPSERT_TALLY, rows[0])
        else:
            cursor.executemany(UPSERT_TALLY, rows)


def rebuild_tallies() -> int:
    """Count every tally anew from the items; returns how many tallies there are."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM loops_tally")
        cursor.execute(
            f"INSERT INTO loops_tally (community_id, path, loop, item_class, exercise, "
            f"{', '.join(TALLIES)}) SELECT area.id, area.path, loop, item_class, exercise, "
            f"{TALLY_COUNTS} FROM loops_item "
            "JOIN registry_area area ON area.id = loops_item.community_id "
            "GROUP BY area.id, area.path, loop, item_class, exercise"
        )
    return Tally.objects.count()

"""A batch of reports goes in: which rows were written, whatever the database is?"""

import json
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from linli import prepared
from linli.loops.screening import statements
from linli.loops.screening.statements import COUNT_SETS, COUNTED, Given, Writer

# SQLite has one writer: threads of this process wait here, in turn, and not by trying again and
# again with longer and longer pauses.
_one_writer = threading.Lock()


# Plain texts and numbers: what a column is declared to be makes SQLite's driver read each value.
_RETURNED = ", ".join(
    {"day": "day || ''", "fever": "+fever", "was_fever": "+was_fever"}.get(name, name)
    for name in statements.RETURNED.split(", ")
)


class _Written(NamedTuple):
    """A row as it was written, in the order of RETURNED; ``was``: what it replaced."""

    day: str
    person_id: int
    area_id: int
    uid: str
    seq: int
    at: int
    account_id: int | None
    revision: int
    state: int
    how: int
    fever: int
    answers: str | None
    was_area_id: int
    was_state: int
    was_fever: int
    was_how: int
    was_seq: int
    was_uid: str
    was_at: int
    was_account_id: int | None
    was_answers: str | None


@dataclass(frozen=True)
class Put:
    """Whom a report met, and which revision of the day it became; None: a later one held."""

    uid: UUID
    person_id: int
    revision: int | None


def write(
    writer: Writer,
    given: Sequence[Given],
    *,
    household: bool,
    besides: Sequence[int] = (),
    batch: str = "",
) -> list[Put]:
    """Write the reports of people, or those of households, which hold a row a person.

    Nothing is raised for whom the writer does not reach or no round holds: they are not in the
    answer.
    """
    if not given:
        return []
    if connection.vendor == "postgresql":
        return _postgresql(writer, given, household, besides, batch)
    rows = _as_json(given)  # before the turn, so that nobody waits for it
    if connection.in_atomic_block:
        put = _sqlite(writer, rows, household, besides, batch)
    else:
        with _one_writer, transaction.atomic():
            put = _sqlite(writer, rows, household, besides, batch)
    uids = {one.uid.hex: one.uid for one in given}
    return [Put(uids[uid], person_id, revision) for uid, person_id, revision in put]


def _postgresql(
    writer: Writer, given: Sequence[Given], household: bool, besides: Sequence[int], batch: str
) -> list[Put]:
    earns = writer.own_person is not None
    text = _statement(len(writer.ranges), earns, household)
    parameters = statements.values(
        writer, given, household=household, besides=besides, batch=batch, earns=earns
    )
    return [Put(*row) for row in prepared.rows(text, parameters)]


@lru_cache(maxsize=64)
def _statement(n_ranges: int, earns: bool, household: bool) -> str:
    shape = Writer(None, "", "", "", False, 0, (("", ""),) * n_ranges, 0 if earns else None)
    return statements.postgresql(shape, household=household, earns=earns)


def _as_json(given: Sequence[Given]) -> str:
    return json.dumps(
        [
            (one.n, one.uid.hex, one.subject, one.day.isoformat(), int(one.state), int(one.how),
             one.seq, one.at, one.fever, one.answers)
            for one in given
        ]
    )  # fmt: skip


def _sqlite(
    writer: Writer, rows: str, household: bool, besides: Sequence[int], batch: str
) -> list[tuple[str, int, int | None]]:
    """Write; answers for each row written with the id of its report, its person, its revision."""
    condition, reaches = statements.reach(writer)
    column = "household_id" if household else "id"
    beside = " AND p.id NOT IN (SELECT value FROM json_each(%s))" if household else ""
    names = statements.GIVEN.split(", ")
    unpacked = ", ".join(f"value ->> {n} AS {name}" for n, name in enumerate(names))
    found = (
        f"FROM (SELECT {unpacked} FROM json_each(%s)) g "
        f"JOIN registry_person p ON p.{column} = g.subject AND p.survivor_id IS NULL "
        f"WHERE {condition} AND {statements.ROUND_HOLDS} AND {statements.DAY_RUNS}{beside}"
    )
    source = (
        "SELECT g.day, p.id, %s, 1, p.area_id, p.household_id, g.seq, g.uid, g.at, %s, g.state, "
        f"g.how, g.fever, g.answers {found}"
    )
    rounds = f"WITH open_rounds AS ({statements.OPEN_ROUNDS}) "
    drill = writer.exercise
    begins = [drill, writer.now, writer.now]
    narrowed = [rows, *reaches, drill, *([json.dumps(list(besides))] if household else [])]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{rounds}{statements.upsert(source)} RETURNING {_RETURNED}",
            [*begins, drill, writer.account_id, *narrowed],
        )
        put = [_Written._make(row) for row in cursor.fetchall()]
        if put:
            _count(cursor, put, drill)
            _keep(cursor, put, drill)
            _owe(cursor, put, drill)
            _note(cursor, writer, len(put), batch)
            if writer.own_person is not None:
                _earn(cursor, writer, put)
        done: list[tuple[str, int, int | None]] = [(r.uid, r.person_id, r.revision) for r in put]
        if household:
            cursor.execute(f"{rounds}SELECT g.uid, p.id {found}", [*begins, *narrowed])
            known = {(uid, person_id) for uid, person_id, _ in done}
            done += [(*met, None) for met in cursor.fetchall() if met not in known]
    return done


def _count(cursor: Any, put: list[_Written], drill: bool) -> None:
    """Move the counters by what was written and by what it replaced."""
    deltas: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0] * (len(COUNTED) + 1))
    for row in put:
        _add(deltas[row.day, row.area_id], row.state, row.fever, 1)
        if row.revision > 1:
            _add(deltas[row.day, row.was_area_id], row.was_state, row.was_fever, -1)
    columns = ", ".join((*COUNTED, "n_fever"))
    marks = ", ".join(["%s"] * (len(COUNTED) + 1))
    cursor.executemany(
        f"INSERT INTO loops_screeningcount AS k (day, area_id, exercise, path, {columns}) "
        f"SELECT %s, a.id, %s, a.path, {marks} FROM registry_area a WHERE a.id = %s "
        f"ON CONFLICT (day, area_id, exercise) DO UPDATE SET {COUNT_SETS}",
        [(day, drill, *numbers, area) for (day, area), numbers in sorted(deltas.items())],
    )


def _add(numbers: list[int], state: int, fever: int, n: int) -> None:
    numbers[state - 1] += n  # states count from 1, in the order of the counters
    numbers[-1] += n if fever else 0


def _keep(cursor: Any, put: list[_Written], drill: bool) -> None:
    cursor.executemany(
        "INSERT INTO loops_screeningbeaten (day, person_id, exercise, uid, seq, at, account_id, "
        "state, how, fever, answers, why) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, "
        "'replaced') ON CONFLICT (person_id, day, uid) DO NOTHING",
        [
            (r.day, r.person_id, drill, r.was_uid, r.was_seq, r.was_at,
             r.was_account_id, r.was_state, r.was_how, r.was_fever, r.was_answers)
            for r in put if r.revision > 1
        ],
    )  # fmt: skip


def _owe(cursor: Any, put: list[_Written], drill: bool) -> None:
    cursor.executemany(
        "INSERT INTO loops_screeningowed (day, person_id, exercise, area_id, uid, account_id, "
        "how, at, answers) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (r.day, r.person_id, drill, r.area_id, r.uid, r.account_id, r.how,
             r.at, r.answers)
            for r in put if r.fever or r.answers is not None
        ],
    )  # fmt: skip


def _note(cursor: Any, writer: Writer, n: int, batch: str) -> None:
    cursor.execute(
        "INSERT INTO audit_record (at, actor_id, role, purpose, act, kind, subject, path, detail, "
        "exercise) VALUES (%s, %s, %s, %s, 'report', 'screening', %s, %s, %s, %s)",
        [writer.now, writer.account_id, writer.role, writer.purpose, batch, writer.path,
         json.dumps({"n": n}), writer.exercise],
    )  # fmt: skip


def _earn(cursor: Any, writer: Writer, put: list[_Written]) -> None:
    cursor.executemany(
        f"WITH open_rounds AS ({statements.OPEN_ROUNDS}) "
        "INSERT INTO loops_screeningreward (person_id, day, exercise, path, cents) "
        "SELECT %s, %s, %s, a.path, max(o.reward_cents) FROM registry_area a, open_rounds o "
        "WHERE a.id = %s AND %s >= o.first_day AND %s <= o.last_day AND a.path >= o.path "
        "AND a.path < o.path_end AND o.reward_cents > 0 GROUP BY a.path "
        "ON CONFLICT (person_id, day, exercise) DO NOTHING",
        [
            (writer.exercise, writer.now, writer.now, r.person_id, r.day, writer.exercise,
             r.area_id, r.day, r.day)
            for r in put
        ],
    )  # fmt: skip

"""How is a batch of reports written? On PostgreSQL by one statement, which every batch shares.

The statement finds who is meant, in which area, within the writer's reach and under an open
round; writes each report unless a later one is there; moves the counters by what it replaced;
keeps what was replaced; notes what a fever owes and what a resident has earned; and writes one
line into the audit. On SQLite, which has no such statement, the same is done in a transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from linli.loops.rounds import Seen
from linli.loops.screening.tables import How

STATEMENT_BEGINS = "WITH given AS"
GIVEN = "n, uid, subject, day, state, how, seq, at, fever, answers"
SET = "area_id, household_id, seq, uid, at, account_id, state, how, fever, answers"
WAS = "area_id, state, fever, how, seq, uid, at, account_id, answers"
STATE_SUMS = ", ".join(f"sum(CASE WHEN state = {int(seen)} THEN n ELSE 0 END)" for seen in Seen)
COUNTED = tuple(f"n_{seen.name.lower()}" for seen in Seen)
COUNT_SETS = ", ".join(f"{c} = k.{c} + excluded.{c}" for c in (*COUNTED, "n_fever"))


class Given(NamedTuple):
    """One report as it is written: of a person, or of all behind a household's door."""

    n: int
    uid: UUID
    subject: int
    household: bool
    day: date
    state: Seen
    how: How
    seq: int
    at: int
    fever: bool = False
    answers: str | None = None  # as JSON text

    def row(self) -> tuple[Any, ...]:
        """Its values in the order of GIVEN."""
        return (
            self.n, self.uid, self.subject, self.day, int(self.state), int(self.how), self.seq,
            self.at, self.fever, self.answers,
        )  # fmt: skip


@dataclass(frozen=True)
class Writer:
    """Who writes, as the statement needs it: the reach, and what the audit keeps."""

    account_id: int | None
    role: str
    purpose: str
    path: str
    exercise: bool
    now: int
    ranges: tuple[tuple[str, str], ...] = ()
    own_person: int | None = None  # a resident, who reports for the own household


def reach(writer: Writer) -> tuple[str, list[Any]]:
    """The condition on people that lie within a writer's reach."""
    if writer.own_person is not None:
        own = "(SELECT household_id FROM registry_person WHERE id = %s)"
        return f"(p.id = %s OR p.household_id = {own})", [writer.own_person, writer.own_person]
    within = " OR ".join(["(p.path >= %s AND p.path < %s)"] * len(writer.ranges))
    return f"({within})", [bound for pair in writer.ranges for bound in pair]


OPEN_ROUNDS = (
    "SELECT o.path, o.path_end, o.first_day, o.last_day, o.reward_cents "
    "FROM loops_screeninground o LEFT JOIN registry_declaration d ON d.id = o.declaration_id "
    "WHERE o.closed_at IS NULL AND o.exercise = %s AND (o.declaration_id IS NULL OR "
    "(d.ends_at > %s AND (d.lifted_at IS NULL OR d.lifted_at > %s)))"
)
ROUND_HOLDS = (
    "EXISTS (SELECT 1 FROM open_rounds o WHERE g.day >= o.first_day AND g.day <= o.last_day "
    "AND p.path >= o.path AND p.path < o.path_end)"
)
DAY_RUNS = "NOT EXISTS (SELECT 1 FROM loops_screeningday e WHERE e.day = g.day AND e.exercise = %s)"


def met(writer: Writer, *, household: bool) -> tuple[str, list[Any]]:
    """Who is meant by the given rows, as a SELECT of what the report needs; needs open_rounds."""
    condition, values = reach(writer)
    column = "household_id" if household else "id"
    besides = " AND p.id <> ALL(%s)" if household else ""
    return (
        "SELECT g.*, p.id AS person_id, p.area_id, p.household_id FROM given g "
        f"JOIN registry_person p ON p.{column} = g.subject AND p.survivor_id IS NULL "
        f"WHERE {condition} AND {ROUND_HOLDS} AND {DAY_RUNS}{besides}",
        [*values, writer.exercise],
    )


def upsert(source: str) -> str:
    """Write reports unless a later one is there, and remember what each replaced."""
    was = ", ".join(f"was_{c} = r.{c}" for c in WAS.split(", "))
    sets = ", ".join(f"{c} = excluded.{c}" for c in SET.split(", "))
    return (
        f"INSERT INTO loops_screeningreport AS r (day, person_id, exercise, revision, {SET}) "
        f"{source} ON CONFLICT (day, person_id, exercise) DO UPDATE SET {was}, {sets}, "
        "revision = r.revision + 1 WHERE (excluded.seq, excluded.uid) > (r.seq, r.uid) "
    )


RETURNED = (
    "day, person_id, area_id, uid, seq, at, account_id, revision, state, how, fever, answers, "
    "was_area_id, was_state, was_fever, was_how, was_seq, was_uid, was_at, was_account_id, "
    "was_answers"
)


def postgresql(writer: Writer, *, household: bool, earns: bool) -> str:
    """The one statement; its parameters are those of ``values``, in the same order."""
    who, _ = met(writer, household=household)
    put = upsert(
        "SELECT m.day, m.person_id, %s::boolean, 1, m.area_id, m.household_id, m.seq, m.uid, m.at, "
        "%s::bigint, m.state, m.how, m.fever, m.answers FROM met m ORDER BY m.day, m.person_id"
    )
    parts = [
        "given AS (SELECT * FROM unnest(%s::int[], %s::uuid[], %s::bigint[], %s::date[], "
        "%s::smallint[], %s::smallint[], %s::bigint[], %s::bigint[], %s::boolean[], %s::jsonb[]) "
        f"AS g({GIVEN}))",
        f"open_rounds AS MATERIALIZED ({OPEN_ROUNDS})",
        f"met AS ({who})",
        f"put AS ({put} RETURNING {RETURNED})",
        "moved AS (SELECT day, area_id, state, fever, 1 AS n FROM put UNION ALL "
        "SELECT day, was_area_id, was_state, was_fever, -1 FROM put WHERE revision > 1)",
        "counted AS (INSERT INTO loops_screeningcount AS k (day, area_id, exercise, path, "
        f"{', '.join(COUNTED)}, n_fever) SELECT m.day, m.area_id, %s::boolean, a.path, "
        f"{STATE_SUMS}, sum(CASE WHEN fever THEN n ELSE 0 END) "
        "FROM moved m JOIN registry_area a ON a.id = m.area_id GROUP BY m.day, m.area_id, a.path "
        "ORDER BY m.day, m.area_id "
        f"ON CONFLICT (day, area_id, exercise) DO UPDATE SET {COUNT_SETS})",
        "kept AS (INSERT INTO loops_screeningbeaten (day, person_id, exercise, uid, seq, at, "
        "account_id, state, how, fever, answers, why) SELECT day, person_id, %s::boolean, was_uid, "
        "was_seq, was_at, was_account_id, was_state, was_how, was_fever, was_answers, 'replaced' "
        "FROM put WHERE revision > 1 ON CONFLICT (person_id, day, uid) DO NOTHING)",
        "owed AS (INSERT INTO loops_screeningowed (day, person_id, exercise, area_id, uid, "
        "account_id, how, at, answers) SELECT day, person_id, %s::boolean, area_id, uid, "
        "account_id, how, at, answers FROM put WHERE answers IS NOT NULL OR fever)",
        "noted AS (INSERT INTO audit_record (at, actor_id, role, purpose, act, kind, subject, "
        "path, detail, exercise) SELECT %s::bigint, %s::bigint, %s, %s, 'report', 'screening', %s, "
        "%s, jsonb_build_object('n', count(*)), %s::boolean FROM put HAVING count(*) > 0)",
    ]
    if earns:
        parts.append(
            "earned AS (INSERT INTO loops_screeningreward (person_id, day, exercise, path, cents) "
            "SELECT put.person_id, put.day, %s::boolean, a.path, max(o.reward_cents) FROM put "
            "JOIN registry_area a ON a.id = put.area_id JOIN open_rounds o ON put.day >= "
            "o.first_day AND put.day <= o.last_day AND a.path >= o.path AND a.path < o.path_end "
            "WHERE o.reward_cents > 0 GROUP BY put.person_id, put.day, a.path "
            "ON CONFLICT (person_id, day, exercise) DO NOTHING)"
        )
    return (
        f"WITH {', '.join(parts)} SELECT m.uid, m.person_id, put.revision FROM met m "
        "LEFT JOIN put ON put.day = m.day AND put.person_id = m.person_id"
    )


def values(
    writer: Writer,
    given: Sequence[Given],
    *,
    household: bool,
    besides: Sequence[int],
    batch: str,
    earns: bool,
) -> list[Any]:
    """The parameters of the one statement."""
    columns = [list(column) for column in zip(*(one.row() for one in given), strict=True)]
    _, reaches = met(writer, household=household)
    drill = writer.exercise
    return [
        *columns,
        drill, writer.now, writer.now,
        *reaches, *([list(besides)] if household else []),
        drill, writer.account_id,
        drill, drill, drill,
        writer.now, writer.account_id, writer.role, writer.purpose, batch, writer.path, drill,
        *([drill] if earns else []),
    ]  # fmt: skip

"""Why was a report not written? Known already, beaten by a later one, or refused with a reason.

Only what did not go in is asked about, so the way of a fresh report is not made longer.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from linli.errors import N_, Conflict, NotFound, Problem, Word
from linli.loops.screening import statements
from linli.loops.screening.statements import Given, Writer
from linli.loops.screening.tables import Beaten, Day, Report, Round
from linli.registry.person import Person

Told = tuple[str, Problem | None]


class DayOver(Conflict):
    """The day was closed; who was missed then stays missed."""

    code = "day_over"
    sentence = N_(
        "{day} is closed, and who was missed stays missed. Your report is kept beside it."
    )


class NoRound(Conflict):
    """No round is open for this person and day."""

    code = "no_round"
    sentence = N_("No round is open here on {day}. Ask the community when the next one begins.")


class HasLeft(Conflict):
    """Somebody had died or moved away by the day of the report."""

    code = "has_left"
    sentence = N_(
        "Person {person} left on {day}, and is not expected any more. If that is wrong, correct "
        "the record and send the report again."
    )


class NotYet(Conflict):
    """The registry or the round changed in the very moment of the report."""

    code = "not_yet"
    sentence = N_("Something changed just now. Send the report again.")


@dataclass(frozen=True)
class _Person:
    id: int
    path: str
    left_on: date | None


@dataclass(frozen=True)
class _Known:
    """What is there already about the people of some reports."""

    reports: Mapping[tuple[date, int], tuple[int, UUID]]
    beaten: Mapping[tuple[date, int, UUID], str]
    over: frozenset[date]
    rounds: Sequence[tuple[str, str, date, date]]


def explain(writer: Writer, given: Sequence[Given]) -> dict[int, Told]:
    """For each report by its number: duplicate, superseded, or rejected with the problem.

    What lost is kept, once.
    """
    people = {one.n: _people(writer, one) for one in given}
    ids = {person.id for found in people.values() for person in found}
    known = _known(writer, ids, {one.day for one in given}, [one.uid for one in given])
    told: dict[int, Told] = {}
    losers: list[Beaten] = []
    for one in given:
        outcomes = [_one(one, person, known) for person in people[one.n]]
        for person, (word, problem) in zip(people[one.n], outcomes, strict=True):
            why = "stale" if word == "superseded" else "day_over"
            if word == "superseded" or isinstance(problem, DayOver):
                losers.append(_loser(writer, one, person.id, why))
        told[one.n] = _worst(outcomes) or (
            "rejected",
            NotFound(what=Word(N_("household") if one.household else N_("person")),
                     value=one.subject),
        )  # fmt: skip
    Beaten.objects.bulk_create(losers, ignore_conflicts=True)
    return told


def _people(writer: Writer, one: Given) -> list[_Person]:
    """Those whom a report means, as far as its writer reaches."""
    condition, values = statements.reach(writer)
    column = "household_id" if one.household else "id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id, p.path, p.left_on FROM registry_person p WHERE p.{column} = %s "
            f"AND p.survivor_id IS NULL AND {condition} ORDER BY p.id",
            [one.subject, *values],
        )
        day = Person._meta.get_field("left_on").to_python
        people = [_Person(who, path, day(left)) for who, path, left in cursor.fetchall()]
    here = [p for p in people if p.left_on is None or p.left_on > one.day]
    return here or people  # of a household those who live there; of nobody else, who has left


def _known(writer: Writer, ids: set[int], days: set[date], uids: Iterable[UUID]) -> _Known:
    drill = writer.exercise
    rows = Report.objects.filter(day__in=days, person_id__in=ids, exercise=drill)
    lost = Beaten.objects.filter(person_id__in=ids, day__in=days, uid__in=list(uids))
    over = Day.objects.filter(day__in=days, exercise=drill).values_list("day", flat=True)
    return _Known(
        {(day, who): (seq, uid) for day, who, seq, uid in
         rows.values_list("day", "person_id", "seq", "uid")},
        {(day, who, uid): why for day, who, uid, why in
         lost.values_list("day", "person_id", "uid", "why")},
        frozenset(over),
        open_rounds(drill, writer.now),
    )  # fmt: skip


def open_rounds(drill: bool, now: int) -> list[tuple[str, str, date, date]]:
    """The rounds that take reports now: their paths, and their first and last day."""
    with connection.cursor() as cursor:
        cursor.execute(statements.OPEN_ROUNDS, [drill, now, now])
        convert = Round._meta.get_field("first_day").to_python
        return [
            (path, end, convert(first), convert(last))
            for path, end, first, last, _ in cursor.fetchall()
        ]


def _one(one: Given, person: _Person, known: _Known) -> Told:
    held = known.reports.get((one.day, person.id))
    if held is not None and held[1] == one.uid:
        return "duplicate", None
    if known.beaten.get((one.day, person.id, one.uid)) == "replaced":
        return "duplicate", None  # it was taken once, and something later holds now
    if one.day in known.over:
        return "rejected", DayOver(day=one.day)
    if person.left_on is not None and person.left_on <= one.day:
        return "rejected", HasLeft(person=person.id, day=person.left_on)
    if not any(
        path <= person.path < end and first <= one.day <= last
        for path, end, first, last in known.rounds
    ):
        return "rejected", NoRound(day=one.day)
    if held is None:
        return "rejected", NotYet()
    return "superseded", None


def _worst(outcomes: Sequence[Told]) -> Told | None:
    order = ("rejected", "superseded", "duplicate")
    return min(outcomes, key=lambda told: order.index(told[0]), default=None)


def _loser(writer: Writer, one: Given, person_id: int, why: str) -> Beaten:
    return Beaten(
        day=one.day,
        person_id=person_id,
        exercise=writer.exercise,
        uid=one.uid,
        seq=one.seq,
        at=one.at,
        account_id=writer.account_id,
        state=int(one.state),
        how=int(one.how),
        fever=one.fever,
        answers=json.loads(one.answers) if one.answers else None,
        why=why,
    )

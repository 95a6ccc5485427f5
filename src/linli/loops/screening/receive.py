"""A batch of reports arrives: may they be written, and what came of each one?

A door visit, a call and a resident's own report are the same record. Each report has an id and
a sequence made on the device; what comes twice is once, and what is older never wins.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, Field

from linli import clock
from linli.errors import N_, BadInput, NotAllowed, Problem
from linli.loops.rounds import Seen
from linli.loops.screening import explain, questionnaire, writing
from linli.loops.screening.statements import Given, Writer
from linli.loops.screening.tables import How
from linli.policy.can import OWNERS, Actor, Ask, Holding, can, scope
from linli.policy.powers import roles_for
from linli.policy.roles import PURPOSES, Purpose, Role
from linli.registry.person import Person, resolve

REPORT = "screening.report"
MOST_AT_ONCE = 500
DAYS_BACK = 14  # a phone that was offline longer has lost its round; assumed
AHEAD_S = 600  # how far a device's clock may be ahead; assumed
BIGGEST = 2**63 - 1
SEEN_BY_WORD = {seen.name.lower(): seen for seen in Seen}
HOW_BY_WORD = {how.name.lower(): how for how in How}
DEVICE_SEQ = Field(ge=1, le=BIGGEST, description="Milliseconds of the city's clock as the device "
                   "has it, raised by one where two fall together.")  # fmt: skip


class Outcome(StrEnum):
    """What came of a report."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # it had been taken before
    SUPERSEDED = "superseded"  # something said later holds; this one is kept beside it
    REJECTED = "rejected"  # the reason says why; the device keeps it


class ScreeningReport(BaseModel):
    """One report: of one person, or of everybody behind a door in one tap."""

    model_config = {"extra": "forbid"}

    uid: UUID
    seq: Annotated[int, DEVICE_SEQ]
    day: date
    person_id: Annotated[int, Field(ge=1, le=BIGGEST)] | None = None
    household_id: Annotated[int, Field(ge=1, le=BIGGEST)] | None = None
    seen: Literal["checked", "refused", "unreachable", "away", "exempt"] = "checked"
    how: Literal["door", "phone", "self", "list"] = "door"
    answers: dict[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """What came of one report, and of how many persons it spoke."""

    uid: UUID
    outcome: Outcome
    n_persons: int = 0
    problem: Problem | None = None


class OneSubject(BadInput):
    """A report speaks of one person or of one household."""

    code = "one_subject"
    sentence = N_("A report names either a person or a household, and not both.")


class DayOutOfReach(BadInput):
    """A report is for a day to come, or one too long ago."""

    code = "day_out_of_reach"
    sentence = N_("{day} cannot be reported now. Report a day from {first} to {last}.")


class ClockAhead(BadInput):
    """The sequence of a report lies in the future, so it would beat everything said meanwhile."""

    code = "clock_ahead"
    sentence = N_("The clock of the device is ahead by {minutes} minutes. Set it, then send again.")


def receive(
    actor: Actor,
    reports: Sequence[ScreeningReport],
    *,
    now: int,
    purpose: str | None,
    batch: UUID | None = None,
) -> list[Answer]:
    """Write a batch and answer for each report in its order; raises NotAllowed, PurposeNeeded.

    Refused reports leave the others alone.
    """
    writers = {
        own: writer_of(actor, now=now, purpose=purpose, own=own)
        for own in {report.how == "self" for report in reports}
    }
    answers: dict[int, Answer] = {}
    given: list[Given] = []
    form = questionnaire.in_force() if any(r.answers for r in reports) else None
    today = clock.day(clock.moment(now))
    for n, report in enumerate(reports):
        try:
            given.append(_given(n, report, form, today, now))
        except Problem as problem:
            answers[n] = Answer(report.uid, Outcome.REJECTED, problem=problem)
    text = str(batch or uuid4())
    for own, writer in writers.items():
        part = [one for one in given if (one.how is How.SELF) is own]
        if part:
            answers |= _write(writer, part, text)
    return [answers[n] for n in range(len(reports))]


def writer_of(actor: Actor, *, now: int, purpose: str | None, own: bool) -> Writer:
    """Who writes and how far they reach; ``own``: a resident for the own household."""
    if own:
        holding = can(actor, Ask(REPORT, OWNERS, about_residents=True, own=True)).required()
        if actor.person_id is None:
            raise NotAllowed(
                N_("Your account is not linked to a resident. The community desk can link it.")
            )
        return _writer(actor, holding, now, "", own_person=actor.person_id)
    chosen = Purpose(purpose) if purpose else None
    staff = roles_for(REPORT) - OWNERS
    holding = can(actor, Ask(REPORT, staff, purpose=chosen, about_residents=True)).required()
    may = frozenset(role for role in staff if chosen in PURPOSES.get(role, ()))
    return _writer(actor, holding, now, purpose or "", ranges=scope(actor, may))


def _writer(actor: Actor, holding: Holding, now: int, purpose: str, **reach: Any) -> Writer:
    path = "" if holding.role in {Role.RESIDENT, Role.VISITOR} else holding.path
    return Writer(actor.id, holding.role.value, purpose, path, actor.exercise, now, **reach)


def _given(
    n: int,
    report: ScreeningReport,
    form: questionnaire.Form | None,
    today: date,
    now: int,
) -> Given:
    """The report as it is written; raises the problem that keeps it out."""
    if (report.person_id is None) is (report.household_id is None):
        raise OneSubject()
    first = today - timedelta(days=DAYS_BACK)
    if not first <= report.day <= today:
        raise DayOutOfReach(day=report.day, first=first, last=today)
    ahead_s = report.seq // 1000 - now
    if ahead_s > AHEAD_S:
        raise ClockAhead(minutes=ahead_s // 60)
    kept: dict[str, Any] = {}
    if report.answers and form is not None:
        kept = form.checked(report.answers)
    return Given(
        n=n,
        uid=report.uid,
        subject=report.person_id or report.household_id or 0,
        household=report.household_id is not None,
        day=report.day,
        state=SEEN_BY_WORD[report.seen],
        how=HOW_BY_WORD[report.how],
        seq=report.seq,
        at=min(report.seq // 1000, now),
        fever=bool(kept) and questionnaire.is_fever(kept),
        answers=json.dumps(kept, ensure_ascii=False) if kept else None,
    )


def _write(writer: Writer, given: Sequence[Given], batch: str) -> dict[int, Answer]:
    """Write what may win, then say of the rest why it did not."""
    best: dict[tuple[bool, int, date], Given] = {}
    for one in given:
        key = (one.household, one.subject, one.day)
        known = best.get(key)
        if known is None or (one.seq, one.uid) > (known.seq, known.uid):
            best[key] = one
    people = [one for one in best.values() if not one.household]
    doors = [one for one in best.values() if one.household]
    put = writing.write(writer, people, household=False, batch=batch)
    besides = [one.subject for one in people]
    put += writing.write(writer, doors, household=True, besides=besides, batch=batch)
    n_of: dict[UUID, int] = {}
    partly: set[UUID] = set()
    for row in put:
        if row.revision is None:
            partly.add(row.uid)
        else:
            n_of[row.uid] = n_of.get(row.uid, 0) + 1
    answers = {
        one.n: Answer(one.uid, Outcome.ACCEPTED, n_of[one.uid])
        for one in best.values()
        if one.uid in n_of
    }
    rest = [one for one in given if one.n not in answers or one.uid in partly]
    meant = _as_merged(rest)
    if meant:
        answers |= _write(writer, meant, batch)
        rest = [one for one in rest if one.n not in answers]
    told = explain.explain(writer, rest) if rest else {}
    for one in rest:
        if one.n not in answers:
            word, problem = told[one.n]
            answers[one.n] = Answer(one.uid, Outcome(word), problem=problem)
    return answers


def _as_merged(given: Sequence[Given]) -> list[Given]:
    """Reports about records that were merged meanwhile, as about who stands for them now.

    A device that was away for hours does not know of it; asked of those only that met nobody.
    """
    ids = {one.subject for one in given if not one.household}
    merged = Person.objects.filter(id__in=ids, survivor_id__isnull=False)
    now = {person_id: resolve(person_id) for person_id in merged.values_list("id", flat=True)}
    return [
        one._replace(subject=now[one.subject])
        for one in given
        if not one.household and one.subject in now
    ]

"""What did the laboratory find, and what follows? Many results in one transaction.

A result whose person is found and positive opens a case, or moves the one that is there. A
result for somebody unknown waits in a queue with all that was told, and none is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from linli import bulk
from linli.audit.records import record
from linli.errors import N_, BadInput, NotFound, Word
from linli.loops.laboratory import orders, positive, whose
from linli.loops.laboratory.tables import Finding, LabResult, Match
from linli.loops.laboratory.whose import Told
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry import sight
from linli.registry.person import Person, resolve

MOST_AT_ONCE = 5_000
COLUMNS = (
    "uid", "sample", "test", "disease", "finding", "ct", "laboratory", "sampled_at", "found_at",
    "taken_at", "taken_by", "told", "person_id", "order_id", "path", "match", "matched_at",
    "exercise",
)  # fmt: skip


@dataclass(frozen=True)
class NewResult:
    """One finding, and what is known of whose sample it was; moments are UTC seconds."""

    test: str
    disease: str
    finding: str
    found_at: int
    told: Told
    ct: float | None = None
    laboratory: str = ""
    sampled_at: int | None = None
    uid: UUID = field(default_factory=uuid4)

    def has_happened(self, now: int) -> bool:
        """Whether neither the sample nor the finding lies in the future."""
        return max(self.found_at, self.sampled_at or 0) <= now


@dataclass(frozen=True)
class TakenIn:
    """What became of the results: new + again = given; matched + unmatched = new."""

    new: int
    again: int
    matched: int
    unmatched: int
    opened: int  # cases that a positive opened
    moved: int  # cases that a positive moved to confirmed


def take_in(actor: Actor, given: Sequence[NewResult], *, now: int) -> TakenIn:
    """Take results in, all or none; one whose uid is known changes nothing.

    Raises NotAllowed, or BadInput for one found in the future or too many at once.
    """
    holding = can(actor, Ask("laboratory.result", roles_for("laboratory.result"))).required()
    if len(given) > MOST_AT_ONCE:
        raise BadInput(
            N_("{n} results came at once; at most {most} are taken. Send them in parts."),
            n=len(given),
            most=MOST_AT_ONCE,
        )
    if not all(one.has_happened(now) for one in given):
        raise in_the_future()
    with transaction.atomic():
        fresh = _fresh(given)
        found = whose.find([one.told for one in fresh], exercise=actor.exercise)
        paths = _paths([w.person_id for w in found if w.person_id])
        rows = [_row(one, w, paths, actor, now) for one, w in zip(fresh, found, strict=True)]
        bulk.insert(LabResult, COLUMNS, rows)
        orders.done([w.order_id for w in found if w.order_id], now=now)
        follow = positive.follow([one.uid for one in fresh], now=now, exercise=actor.exercise)
        matched = sum(w.person_id is not None for w in found)
        detail = {"new": len(fresh), "again": len(given) - len(fresh), "matched": matched}
        record(actor, "take_in", "laboratory", "", holding=holding, detail=detail)
    return TakenIn(len(fresh), len(given) - len(fresh), matched, len(fresh) - matched, *follow)


def in_the_future() -> BadInput:
    """The problem of a result that has not been found yet."""
    return BadInput(N_("What is told cannot have happened in the future. Check the time."))


def results_of(person_id: int, *, exercise: bool = False) -> list[LabResult]:
    """The results of somebody, the newest first; who may see them is the caller's to ask."""
    rows = LabResult.objects.filter(person_id=resolve(person_id), exercise=exercise)
    return list(rows.order_by("-found_at", "-id"))


@dataclass(frozen=True)
class Waiting:
    """A result that belongs to nobody yet, and the people who may be meant."""

    result: LabResult
    candidates: tuple[Person, ...]


def unmatched(
    actor: Actor, *, purpose: str | None, after: int = 0, most: int = sight.ROWS_A_PAGE
) -> tuple[list[Waiting], int | None]:
    """A page of results that wait for a person to say whose they are; the look is recorded."""
    seen = sight.look(actor, "laboratory.match", purpose)
    most = sight.a_page(most)
    rows = list(
        LabResult.objects.filter(match="", id__gt=after, exercise=actor.exercise).order_by("id")[
            : most + 1
        ]
    )
    told = [_told(row) for row in rows[:most]]
    found = whose.find(told, exercise=actor.exercise)
    wanted = {i for w in found for i in (*w.candidates, *([w.person_id] if w.person_id else []))}
    people = {
        p.id: p for p in Person.objects.filter(id__in=wanted) if sight.paths_in(seen.ranges, p.path)
    }
    page = []
    for row, w in zip(rows[:most], found, strict=True):
        ids = (*w.candidates, *([w.person_id] if w.person_id else []))
        page.append(Waiting(row, tuple(people[i] for i in ids if i in people)))
    if page:
        record(
            actor, "list", "laboratory", "", holding=seen.holding, purpose=purpose,
            detail={"results": [w.result.id for w in page]},
        )  # fmt: skip
    return page, rows[most - 1].id if len(rows) > most else None


def decide(
    actor: Actor, result_id: int, *, person_id: int | None, purpose: str | None, now: int
) -> LabResult:
    """Somebody says whose a result is, or sets it aside (None); what was told is then let go.

    Raises NotFound for a result that does not wait any more, or a person out of reach.
    """
    seen = sight.look(actor, "laboratory.match", purpose)
    person = None if person_id is None else _in_reach(person_id, seen)
    with transaction.atomic():
        row = (
            LabResult.objects.select_for_update()
            .filter(id=result_id, match="", exercise=actor.exercise)
            .first()
        )
        if row is None:
            raise NotFound(what=Word(N_("result that waits")), value=result_id)
        if person is not None:
            row.person_id, row.path = person.id, person.path
        row.match = Match.DISMISSED if person is None else Match.PERSON
        row.matched_at, row.matched_by, row.told = now, actor.id, {}
        row.save()
        positive.follow([row.uid], now=now, exercise=actor.exercise)
        record(
            actor, "match", "laboratory", row.id, holding=seen.holding, purpose=purpose,
            path=row.path, detail={"person": row.person_id},
        )  # fmt: skip
    row.refresh_from_db()
    return row


def _in_reach(person_id: int, seen: sight.Sight) -> Person:
    person = Person.objects.filter(id=resolve(person_id)).first()
    if person is None or not sight.paths_in(seen.ranges, person.path):
        raise NotFound(what=Word(N_("person")), value=person_id)
    return person


def _fresh(given: Sequence[NewResult]) -> list[NewResult]:
    wanted = {one.uid: one for one in given}
    uids = list(wanted)
    for n in range(0, len(uids), 500):
        part = uids[n : n + 500]
        for uid in LabResult.objects.filter(uid__in=part).values_list("uid", flat=True):
            del wanted[uid]
    return list(wanted.values())


def _paths(person_ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for n in range(0, len(person_ids), 500):
        rows = Person.objects.filter(id__in=person_ids[n : n + 500])
        found |= dict(rows.values_list("id", "path"))
    return found


def _row(
    one: NewResult, who: whose.Whose, paths: dict[int, str], actor: Actor, now: int
) -> tuple[Any, ...]:
    by = Match.ORDER if who.order_id else Match.IDS if who.person_id else Match.UNMATCHED
    return (
        one.uid, one.told.sample, one.test, one.disease, one.finding, one.ct, one.laboratory,
        one.sampled_at, one.found_at, now, actor.id, {} if who.person_id else one.told.kept(),
        who.person_id, who.order_id, paths.get(who.person_id or 0, ""), by.value,
        now if who.person_id else None, actor.exercise,
    )  # fmt: skip


def _told(row: LabResult) -> Told:
    kept = dict(row.told)
    born = kept.pop("birth_date", "")
    return Told(sample=row.sample, birth_date=date.fromisoformat(born) if born else None, **kept)


__all__ = [
    "MOST_AT_ONCE", "Finding", "NewResult", "TakenIn", "Told", "Waiting", "decide", "results_of",
    "take_in", "unmatched",
]  # fmt: skip

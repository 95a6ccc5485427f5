"""Whose are the results that wait? What was told is seen where it was sampled, and by who sent it.

A result that found nobody carries the path it was sampled at, as far as the laboratory said; else
the path its sender reaches. Whoever may match sees the words of those within reach and of those
sent by themselves, and of all others how many there are.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from linli.audit.records import record
from linli.errors import N_, NotFound, Word
from linli.loops.laboratory import positive, whose
from linli.loops.laboratory.tables import LabResult, Match
from linli.loops.laboratory.whose import Told
from linli.policy.can import Actor
from linli.registry import sight
from linli.registry.areas import within
from linli.registry.person import Person, resolve

MATCH = "laboratory.match"


@dataclass(frozen=True)
class Waiting:
    """A result that belongs to nobody yet, and the people who may be meant."""

    result: LabResult
    candidates: tuple[Person, ...]


def unmatched(
    actor: Actor, *, purpose: str | None, after: int = 0, most: int = sight.ROWS_A_PAGE
) -> tuple[list[Waiting], int | None]:
    """A page of results that wait for a person to say whose they are; the look is recorded."""
    seen = sight.look(actor, MATCH, purpose)
    most = sight.a_page(most)
    rows = list(_waiting(actor, seen).filter(id__gt=after).order_by("id")[: most + 1])
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


def n_elsewhere(actor: Actor) -> int:
    """How many more wait whose words are for other desks."""
    seen = sight.look(actor, MATCH, None, about_residents=False)
    everywhere = LabResult.objects.filter(match=Match.UNMATCHED, exercise=actor.exercise)
    return everywhere.count() - _waiting(actor, seen).count()


def decide(
    actor: Actor, result_id: int, *, person_id: int | None, purpose: str | None, now: int
) -> LabResult:
    """Somebody says whose a result is, or sets it aside (None); what was told is then let go.

    Raises NotFound for a result or a person out of reach, or one that does not wait any more.
    """
    seen = sight.look(actor, MATCH, purpose)
    person = None if person_id is None else _in_reach(person_id, seen)
    with transaction.atomic():
        row = _waiting(actor, seen).select_for_update().filter(id=result_id).first()
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


def _waiting(actor: Actor, seen: sight.Sight) -> QuerySet[LabResult]:
    own = Q(taken_by=actor.id) if actor.id is not None else Q(pk__in=[])
    rows = LabResult.objects.filter(within(seen.ranges) | own)
    return rows.filter(match=Match.UNMATCHED, exercise=actor.exercise)


def _in_reach(person_id: int, seen: sight.Sight) -> Person:
    person = Person.objects.filter(id=resolve(person_id)).first()
    if person is None or not sight.paths_in(seen.ranges, person.path):
        raise NotFound(what=Word(N_("person")), value=person_id)
    return person


def _told(row: LabResult) -> Told:
    kept = dict(row.told)
    born = kept.pop("birth_date", "")
    return Told(sample=row.sample, birth_date=date.fromisoformat(born) if born else None, **kept)

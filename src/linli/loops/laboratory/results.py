"""What did the laboratory find, and what follows? Many results in one transaction.

A result whose person is found and positive opens a case, or moves the one that is there. A
result for somebody unknown waits in a queue with all that was told, and none is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from linli import bulk, clock, uids
from linli.audit.records import record
from linli.errors import N_, BadInput, Taken, Word
from linli.loops.laboratory import orders, positive, whose
from linli.loops.laboratory.tables import SHOWS, Finding, LabResult, Match
from linli.loops.laboratory.whose import Told
from linli.policy.can import Actor, Ask, Holding, can
from linli.policy.powers import roles_for
from linli.registry.person import Person, resolve

RESULT = "laboratory.result"
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
    path: str = ""  # where it was sampled, if that is known: whose desk says whose it is
    uid: UUID = field(default_factory=uids.fresh)

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

    Raises NotAllowed; BadInput for one found in the future or too many at once; Taken for one
    whose uid is another result's.
    """
    holding = can(actor, Ask(RESULT, roles_for(RESULT))).required()
    if len(given) > MOST_AT_ONCE:
        raise BadInput(
            N_("{n} results came at once; at most {most} are taken. Send them in parts."),
            n=len(given),
            most=MOST_AT_ONCE,
        )
    if not all(one.has_happened(now) for one in given):
        raise in_the_future()
    with transaction.atomic():
        for one in foreign(actor, given).values():
            raise one
        fresh = _fresh(given)
        found = whose.find([one.told for one in fresh], exercise=actor.exercise)
        paths = _paths([w.person_id for w in found if w.person_id])
        rows = [_row(*pair, paths, actor, holding, now) for pair in zip(fresh, found, strict=True)]
        bulk.insert(LabResult, COLUMNS, rows)
        usable = zip(fresh, found, strict=True)
        orders.done([w.order_id for o, w in usable if w.order_id and o.finding in SHOWS], now=now)
        follow = positive.follow([one.uid for one in fresh], now=now, exercise=actor.exercise)
        matched = sum(w.person_id is not None for w in found)
        detail = {"new": len(fresh), "again": len(given) - len(fresh), "matched": matched}
        record(actor, "take_in", "laboratory", "", holding=holding, detail=detail)
    return TakenIn(len(fresh), len(given) - len(fresh), matched, len(fresh) - matched, *follow)


def foreign(actor: Actor, given: Sequence[NewResult]) -> dict[int, Taken]:
    """Those whose uid is another result's, by their place in the list, each with the problem.

    The same result sent again says the same, and was sent from here or lies within reach.
    """
    reach = [holding.path for holding in actor.holds(roles_for(RESULT))]
    first = {one.uid: one for one in reversed(given)}
    known = {row.uid: row for row in _known(list(first))}
    found: dict[int, Taken] = {}
    for n, one in enumerate(given):
        row = known.get(one.uid)
        same = _said(one) == _said(first[one.uid])
        if row is not None:
            near = row.taken_by == actor.id or any(row.path.startswith(path) for path in reach)
            same = near and row.exercise == actor.exercise and _said(one) == _kept(row)
        if not same:
            found[n] = Taken(what=Word(N_("The result")), value=one.uid)
    return found


def _said(one: NewResult) -> tuple[Any, ...]:
    return (one.told.sample, one.test, one.disease, one.finding, one.found_at)


def _kept(row: LabResult) -> tuple[Any, ...]:
    return (row.sample, row.test, row.disease, row.finding, clock.seconds(row.found_at))


def in_the_future() -> BadInput:
    """The problem of a result that has not been found yet."""
    return BadInput(N_("What is told cannot have happened in the future. Check the time."))


def results_of(person_id: int, *, exercise: bool = False) -> list[LabResult]:
    """The results of somebody, the newest first; who may see them is the caller's to ask."""
    rows = LabResult.objects.filter(person_id=resolve(person_id), exercise=exercise)
    return list(rows.order_by("-found_at", "-id"))


def _fresh(given: Sequence[NewResult]) -> list[NewResult]:
    wanted = {one.uid: one for one in given}
    for row in _known(list(wanted)):
        del wanted[row.uid]
    return list(wanted.values())


def _known(uids: Sequence[UUID]) -> list[LabResult]:
    found: list[LabResult] = []
    for n in range(0, len(uids), 500):
        found += LabResult.objects.filter(uid__in=uids[n : n + 500])
    return found


def _paths(person_ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for n in range(0, len(person_ids), 500):
        rows = Person.objects.filter(id__in=person_ids[n : n + 500])
        found |= dict(rows.values_list("id", "path"))
    return found


def _row(
    one: NewResult,
    who: whose.Whose,
    paths: dict[int, str],
    actor: Actor,
    holding: Holding,
    now: int,
) -> tuple[Any, ...]:
    by = Match.ORDER if who.order_id else Match.IDS if who.person_id else Match.UNMATCHED
    path = paths[who.person_id] if who.person_id else one.path or holding.path
    return (
        one.uid, one.told.sample, one.test, one.disease, one.finding, one.ct, one.laboratory,
        one.sampled_at, one.found_at, now, actor.id, {} if who.person_id else one.told.kept(),
        who.person_id, who.order_id, path, by.value, now if who.person_id else None,
        actor.exercise,
    )  # fmt: skip


__all__ = [
    "MOST_AT_ONCE", "Finding", "NewResult", "TakenIn", "Told", "foreign", "in_the_future",
    "results_of", "take_in",
]  # fmt: skip

"""What follows from a positive result? A case, or another category of the one there is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from linli.errors import Problem
from linli.loops import catalogue, diseases
from linli.loops.acts import Act, Open, Take, act_many
from linli.loops.advance import advance_many
from linli.loops.laboratory.tables import Finding, LabResult, Test
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.policy.can import SYSTEM
from linli.registry.person import Person

# What shows the agent itself; an image or an antibody speaks for a disease and proves none.
PROVES = frozenset({Test.PCR, Test.SEQUENCE, Test.CULTURE})
CONFIRMED = "confirmed"
STEPS = {"unclassified": "classify", "ended": "confirm_after"}  # by the stage of a case


def follow(uids: Sequence[UUID], *, now: int, exercise: bool) -> tuple[int, int]:
    """Open or move the case of each positive among these results, in the caller's transaction.

    Returns how many cases were opened, and how many were moved to confirmed. One person with two
    positives has one case. Linli opens it, and a person still has to classify it. A late positive
    of an illness that has ended belongs to the case of that time, and confirms it if it was not.
    """
    rows = _positives(uids)
    if not rows:
        return 0, 0
    cases = _open_items("case", [row.person_id for row in rows], exercise)
    contacts = _open_items("contact", [row.person_id for row in rows], exercise)
    ended = _ended([row.person_id for row in rows], exercise)
    people = Person.objects.in_bulk({row.person_id for row in rows})
    scene = Scene(replace(SYSTEM, exercise=exercise), now)
    acts: dict[tuple[int, str], Act] = {}
    of: dict[tuple[int, str], LabResult] = {}
    for row in rows:
        key = (row.person_id or 0, row.disease)
        then = None if key in cases else _case_then(row, ended.get(row.person_id, []))
        if then is not None:
            LabResult.objects.filter(id=row.id).update(item_id=then.id)
        act = _act(row, then or cases.get(key), contacts.get(key), people, scene)
        if act is not None and key not in acts:
            acts[key], of[key] = act, row
    done = act_many(list(acts.values()))
    turned = [contacts[key].id for key in acts if key in contacts]
    advance_many(turned, "turn", scene, data={"because": "lab"})  # one who is a contact no more
    opened = moved = 0
    for key, act, outcome in zip(acts, acts.values(), done, strict=True):
        if isinstance(outcome, Problem):
            raise outcome
        LabResult.objects.filter(id=of[key].id).update(item_id=outcome.id)
        opened += isinstance(act, Open)
        moved += isinstance(act, Take)
    return opened, moved


def _positives(uids: Sequence[UUID]) -> list[LabResult]:
    found: list[LabResult] = []
    for n in range(0, len(uids), 500):
        rows = LabResult.objects.filter(
            uid__in=uids[n : n + 500],
            finding=Finding.POSITIVE,
            test__in=PROVES,
            person_id__isnull=False,
        )
        found += rows.order_by("found_at", "id")
    return found


def _open_items(
    loop: str, person_ids: Sequence[int | None], exercise: bool
) -> dict[tuple[int, str], Item]:
    found: dict[tuple[int, str], Item] = {}
    wanted = sorted({i for i in person_ids if i is not None})
    for n in range(0, len(wanted), 500):
        rows = Item.objects.filter(
            loop=loop, subject_kind="person", subject_id__in=wanted[n : n + 500], exercise=exercise
        ).exclude(state=State.CLOSED)
        found |= {(item.subject_id or 0, item.kind): item for item in rows.order_by("-id")}
    return found


def _case_then(row: LabResult, ended: Sequence[Item]) -> Item | None:
    """The case that a result belongs to though it has ended: of a sample taken before that.

    Whoever has died falls ill no more, whenever their result comes.
    """
    at = row.sampled_at or row.found_at
    found = [
        (case.closed_at, case.id, case)
        for case in ended
        if case.kind == row.disease and (case.outcome == "died" or _closed(case) >= at)
    ]
    return min(found)[2] if found else None


def _closed(case: Item) -> datetime:
    assert case.closed_at is not None  # only those that have ended are asked for
    return case.closed_at


def _ended(person_ids: Sequence[int | None], exercise: bool) -> dict[int | None, list[Item]]:
    """The cases of each that have ended other than by being excluded."""
    found: dict[int | None, list[Item]] = {}
    wanted = sorted({i for i in person_ids if i is not None})
    for n in range(0, len(wanted), 500):
        rows = Item.objects.filter(
            loop="case", subject_kind="person", subject_id__in=wanted[n : n + 500],
            exercise=exercise, state=State.CLOSED, closed_at__isnull=False,
        ).exclude(outcome="excluded")  # fmt: skip
        for case in rows:
            found.setdefault(case.subject_id, []).append(case)
    return found


def _act(
    row: LabResult,
    case: Item | None,
    contact: Item | None,
    people: dict[int, Person],
    scene: Scene,
) -> Act | None:
    evidence = diseases.evidence_for(row.disease, [f"{row.test}_positive"])
    if case is not None and case.item_class == CONFIRMED:
        return None
    if case is not None:
        step = STEPS.get(case.stage, "reclassify")
        form = {"category": CONFIRMED, "evidence": evidence, "result_id": row.id}
        return Take(case.id, step, scene, form)
    person = people[row.person_id or 0]
    opening = Opening(
        person.area_id,
        CONFIRMED,
        {
            "person_id": person.id,
            "source": "laboratory",
            "evidence": evidence,
            "result_id": row.id,
        },
        kind=row.disease,
        subject_kind="person",
        subject_id=person.id,
        parent_id=None if contact is None else contact.id,
    )
    return Open(catalogue.get("case"), opening, scene)

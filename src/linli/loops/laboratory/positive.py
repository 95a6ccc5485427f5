"""What follows from a positive result? A case, or another category of the one there is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from linli.errors import Problem
from linli.loops import catalogue
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
Ended = tuple[str, datetime, int]  # disease, when it ended, the case


def follow(uids: Sequence[UUID], *, now: int, exercise: bool) -> tuple[int, int]:
    """Open or move the case of each positive among these results, in the caller's transaction.

    Returns how many cases were opened, and how many were moved to confirmed. One person with two
    positives has one case. Linli opens it, and a person still has to classify it. A late positive
    of an illness that was confirmed and has ended belongs to the case of that time.
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
            LabResult.objects.filter(id=row.id).update(item_id=then)
            continue
        act = _act(row, cases.get(key), contacts.get(key), people, scene)
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


def _case_then(row: LabResult, ended: Sequence[Ended]) -> int | None:
    """The confirmed case that ended after the sample of a result, if there is one."""
    at = row.sampled_at or row.found_at
    found = [(closed, case) for kind, closed, case in ended if kind == row.disease and closed >= at]
    return min(found)[1] if found else None


def _ended(person_ids: Sequence[int | None], exercise: bool) -> dict[int | None, list[Ended]]:
    """The confirmed cases of each that have ended other than by being excluded."""
    found: dict[int | None, list[Ended]] = {}
    wanted = sorted({i for i in person_ids if i is not None})
    for n in range(0, len(wanted), 500):
        rows = Item.objects.filter(
            loop="case", subject_kind="person", subject_id__in=wanted[n : n + 500],
            exercise=exercise, state=State.CLOSED, item_class=CONFIRMED, closed_at__isnull=False,
        ).exclude(outcome="excluded")  # fmt: skip
        for case in rows.only("subject_id", "kind", "closed_at"):
            assert case.closed_at is not None
            found.setdefault(case.subject_id, []).append((case.kind, case.closed_at, case.id))
    return found


def _act(
    row: LabResult,
    case: Item | None,
    contact: Item | None,
    people: dict[int, Person],
    scene: Scene,
) -> Act | None:
    evidence = [f"{row.test}_positive"]
    if case is not None and case.item_class == CONFIRMED:
        return None
    if case is not None:
        step = "classify" if case.stage == "unclassified" else "reclassify"
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

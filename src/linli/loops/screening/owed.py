"""What does a report owe the city? A fever to be opened, a need to be written down.

Each is a row written with its report, so nothing is lost when the server dies in between. The
worker sees to them; doing one twice is the same as once, since what is opened has an uid made
from the person and the day, and a need is a code that a person has or has not.
"""

import logging
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from linli import clock
from linli.audit.records import record
from linli.errors import Problem
from linli.loops import catalogue
from linli.loops.advance import open_item
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.screening import questionnaire
from linli.loops.screening.tables import How, Owed
from linli.policy.can import SYSTEM
from linli.registry.person import Person

log = logging.getLogger("linli.loops")

FEVER = "fever"  # the loop, by its name; another folder declares it
FEVERS = UUID("0f7a0f2d-2c33-4a3f-9d3c-58f4a3b5e2a1")  # the name space of their uids; ours
AT_ONCE = 500


def chore(now: int | None = None) -> int:
    """See to what reports owe; returns how many were done. One that cannot be done waits."""
    at = clock.now_s() if now is None else now
    done = 0
    for owed in Owed.objects.filter(done_at=None).order_by("id")[:AT_ONCE]:
        try:
            done += _see_to(owed, at)
        except Problem as problem:
            log.warning("Follow-up %s waits: %s", owed.id, problem.code)
    return done


def owed_since() -> int | None:
    """The moment of the oldest report whose follow-up waits, None if none does."""
    oldest = Owed.objects.filter(done_at=None).order_by("id").first()
    return None if oldest is None else clock.seconds(oldest.at)


@transaction.atomic
def _see_to(owed: Owed, now: int) -> int:
    answers = owed.answers or {}
    person = Person.objects.select_for_update().filter(id=owed.person_id).first()
    item_id = None
    if person is not None and answers.get("needs"):
        _add_needs(person, answers["needs"], owed)
    if questionnaire.is_fever(answers):
        if FEVER not in catalogue.all_loops():
            return 0  # it waits for the loop, and is not lost
        item_id = _open_fever(owed, answers, now)
    Owed.objects.filter(id=owed.id).update(done_at=now, item_id=item_id)
    return 1


def _open_fever(owed: Owed, answers: dict[str, Any], now: int) -> int:
    """Open the fever through the engine, by its name; the same person and day is the same item."""
    loop = catalogue.get(FEVER)
    temperature_c = answers.get("temperature_c")
    if temperature_c is not None and temperature_c < questionnaire.FEVER_FROM_C:
        temperature_c = None  # said to be a fever, and not measured as one
    told = {
        "person_id": owed.person_id,
        "temperature_c": temperature_c,
        "symptoms": answers.get("symptoms", []),
        "onset_on": answers.get("onset_on"),
        "source": "self" if owed.how == How.SELF else "round",
        "report_uid": str(owed.uid),
    }
    data = {k: v for k, v in told.items() if k in loop.asks.model_fields and v is not None}
    opening = Opening(
        area_id=owed.area_id,
        item_class=FEVER if FEVER in loop.classes else next(iter(loop.classes)),
        data=data,
        uid=uuid5(FEVERS, f"{owed.person_id}:{owed.day}:{owed.exercise}"),
        happened_at=min(clock.seconds(owed.at), now),
        subject_kind="person",
        subject_id=owed.person_id,
        channel="visit",
    )
    scene = Scene(replace(SYSTEM, exercise=owed.exercise), now)
    return open_item(loop, opening, scene).item_id


def _add_needs(person: Person, needs: list[str], owed: Owed) -> None:
    """A need stated once is in the person's record, where every loop looks (S51)."""
    fresh = [need for need in needs if need not in person.needs]
    if not fresh or owed.exercise:
        return  # a drill leaves no trace in the registry
    person.needs = [*person.needs, *fresh]
    person.changed_at = owed.at
    person.save()
    record(
        replace(SYSTEM, id=owed.account_id), "edit", "people", person.id, path=person.path,
        purpose="screening", detail={"fields": ["needs"], "report": str(owed.uid)},
    )  # fmt: skip

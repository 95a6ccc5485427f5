"""Who in special care had no contact today? From six in the evening each of them is an item.

Daily contact is owed where a round is held: there everybody is looked at every day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from linli import clock
from linli.audit.records import record
from linli.errors import N_, NotFound, Word
from linli.loops.advance import advance_many, open_many
from linli.loops.calls.loop import CALLERS, LOOP
from linli.loops.calls.tables import By, CareContact
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.opening import Opening
from linli.loops.rounds import Seen
from linli.loops.scene import Scene
from linli.loops.screening.tables import Report
from linli.policy.can import SYSTEM, Actor, Ask, can
from linli.policy.roles import Purpose
from linli.registry.person import Person

CALLS = UUID("8e4f1b77-91c4-4a1f-8f0b-3a8e2d6c7b55")  # the name space of their uids; ours
OWED_AT_HOUR = 18
AT_ONCE = 2000
URGENT_NEEDS = ("lone_elder",)
CARE_NEEDS = (*URGENT_NEEDS, "disabled", "dialysis", "pregnant", "wheelchair")  # assumed


@dataclass(frozen=True)
class InCare:
    """Somebody in special care: where they belong, and whether a day without contact is urgent."""

    id: int
    area_id: int
    urgent: bool


def chore(now: int | None = None, *, exercise: bool = False) -> int:
    """Open an item for each without contact, close those who were seen; returns how many moved."""
    at = clock.now_s() if now is None else now
    local = clock.moment(at).astimezone(ZoneInfo(clock.CITY_ZONE_DEFAULT))
    day = local.date()
    scene = Scene(replace(SYSTEM, exercise=exercise), at)
    rows = Item.objects.filter(loop=LOOP.name, exercise=exercise).exclude(state=State.CLOSED)
    known = {row.subject_id: row for row in rows}
    reached = _reached([i for i in known if i is not None], day, exercise)
    seen, _ = advance_many([known[i].id for i in sorted(reached)], "seen", scene)
    if local.hour < OWED_AT_HOUR:
        return len(seen)
    owed = without_contact(day, exercise=exercise)
    openings = [_opening(one, day, exercise) for one in owed if one.id not in known]
    n_opened = 0
    for n in range(0, len(openings), AT_ONCE):  # each part is a transaction of its own
        opened, _ = open_many(LOOP, openings[n : n + AT_ONCE], scene)
        n_opened += sum(not one.again for one in opened)
    again = [
        row.id
        for subject, row in known.items()
        if subject not in reached and row.data.get("last_day", row.data["day"]) < day.isoformat()
    ]
    more, _ = advance_many(again, "another_day", scene, data={"day": day.isoformat()})
    return len(seen) + len(more) + n_opened


def without_contact(day: date, *, exercise: bool = False) -> list[InCare]:
    """Those in special care, where a round is held, with whom nobody had contact on a day."""
    marks = ", ".join(["%s"] * len(CARE_NEEDS))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, p.area_id, max(CASE WHEN n.text = %s THEN 1 ELSE 0 END) "
            "FROM registry_namepart n JOIN registry_person p ON p.id = n.person_id "
            f"WHERE n.text IN ({marks}) AND p.survivor_id IS NULL "
            "AND (p.left_on IS NULL OR p.left_on > %s) AND EXISTS (SELECT 1 "
            "FROM loops_screeninground o WHERE o.exercise = %s AND o.first_day <= %s "
            "AND o.last_day >= %s AND p.path >= o.path AND p.path < o.path_end) "
            "AND NOT EXISTS (SELECT 1 "
            "FROM loops_screeningreport r WHERE r.day = %s AND r.person_id = p.id "
            "AND r.exercise = %s AND r.state = %s) AND NOT EXISTS (SELECT 1 "
            "FROM loops_carecontact c WHERE c.day = %s AND c.person_id = p.id "
            "AND c.exercise = %s) GROUP BY p.id, p.area_id ORDER BY p.id",
            [
                f"#{URGENT_NEEDS[0]}", *(f"#{need}" for need in CARE_NEEDS),
                day, exercise, day, day, day, exercise, int(Seen.CHECKED), day, exercise,
            ],
        )  # fmt: skip
        return [InCare(row[0], row[1], bool(row[2])) for row in cursor.fetchall()]


def _reached(ids: Iterable[int], day: date, exercise: bool) -> set[int]:
    """Those of these people with whom there was contact on a day."""
    wanted = list(ids)
    rounds = Report.objects.filter(
        day=day, person_id__in=wanted, exercise=exercise, state=int(Seen.CHECKED)
    )
    calls = CareContact.objects.filter(day=day, person_id__in=wanted, exercise=exercise)
    found = set(rounds.values_list("person_id", flat=True))
    return found | set(calls.values_list("person_id", flat=True))


def _opening(one: InCare, day: date, exercise: bool) -> Opening:
    return Opening(
        area_id=one.area_id,
        item_class="urgent" if one.urgent else "normal",
        data={"day": day.isoformat()},
        uid=uuid5(CALLS, f"{one.id}:{day}:{exercise}"),
        subject_kind="person",
        subject_id=one.id,
    )


@transaction.atomic
def contacted(
    actor: Actor, person_id: int, told: Mapping[str, Any], *, now: int, purpose: str | None
) -> bool:
    """Write down a contact of today: ``uid``, ``by``, ``well``; False if it was known already."""
    person = Person.objects.filter(id=person_id, survivor_id=None).first()
    missing = NotFound(what=Word(N_("person")), value=person_id)
    if person is None or not any(person.path.startswith(h.path) for h in actor.holds(CALLERS)):
        raise missing
    chosen = Purpose(purpose) if purpose else None
    ask = Ask("call.reach", CALLERS, person.path, chosen, about_residents=True)
    holding = can(actor, ask).required()
    _, made = CareContact.objects.get_or_create(
        uid=told["uid"],
        defaults={
            "person_id": person.id,
            "day": clock.day(clock.moment(now)),
            "by": By(told["by"]),
            "well": bool(told["well"]),
            "at": clock.moment(now),
            "account_id": actor.id,
            "exercise": actor.exercise,
        },
    )
    if made:
        record(
            actor, "contact", "people", person.id, holding=holding, purpose=purpose,
            path=person.path,
        )  # fmt: skip
    return made

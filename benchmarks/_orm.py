"""The endpoint that an idiomatic ORM would give: the peer of the reports, with the same rules.

Reads people and reports that are there, decides in Python, writes with bulk_create, bulk_update
and F(), one transaction a batch. Sign-in, scope, purpose, rounds and audit are the same.
"""

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI, Schema

from linli import clock
from linli.api.auth import Caller
from linli.api.doors import purpose_of
from linli.audit.records import record
from linli.loops.rounds import Seen
from linli.loops.screening import receive
from linli.loops.screening.tables import Beaten, Count, How, Report, Round
from linli.policy.can import Holding
from linli.registry.areas import within
from linli.registry.person import Person
from linli.site import urls as house

api = NinjaAPI(auth=Caller(), urls_namespace="orm")
FIELDS = ["area_id", "seq", "uid", "at", "account_id", "state", "revision"]


class OrmReport(Schema):
    """One report."""

    uid: UUID
    seq: int
    day: date
    person_id: int
    seen: str = "checked"


class OrmBatch(Schema):
    """A batch of them."""

    reports: list[OrmReport]


class OrmAnswer(Schema):
    """What came of one."""

    uid: UUID
    outcome: str


@api.post("/reports", response=list[OrmAnswer])
@transaction.atomic
def reports(request: HttpRequest, body: OrmBatch) -> Any:
    """Write a batch the way most would."""
    now = clock.now_s()
    actor = request.auth  # type: ignore[attr-defined]
    writer = receive.writer_of(actor, now=now, purpose=purpose_of(request), own=False)
    ids = [r.person_id for r in body.reports]
    people = {
        p.id: p for p in Person.objects.filter(within(writer.ranges), id__in=ids, survivor_id=None)
    }
    rounds = list(Round.objects.filter(closed_at=None, exercise=actor.exercise))
    there = {
        (r.day, r.person_id): r
        for r in Report.objects.select_for_update().filter(
            day__in={r.day for r in body.reports}, person_id__in=ids, exercise=actor.exercise
        )
    }
    fresh, changed, lost, answers = [], [], [], []
    delta: Counter[tuple[date, int, str, Any]] = Counter()
    for r in body.reports:
        person = people.get(r.person_id)
        held = there.get((r.day, r.person_id))
        if person is None or not any(
            o.path <= person.path < o.path_end and o.first_day <= r.day <= o.last_day
            for o in rounds
        ):
            answers.append({"uid": r.uid, "outcome": "rejected"})
            continue
        state = Seen[r.seen.upper()]
        if held is not None and (r.seq, r.uid) <= (held.seq, held.uid):
            answers.append({"uid": r.uid, "outcome": "superseded"})
            continue
        column = f"n_{state.name.lower()}"
        delta[r.day, person.area_id, column, person.path] += 1
        if held is not None:
            delta[held.day, held.area_id, f"n_{Seen(held.state).name.lower()}", person.path] -= 1
            lost.append(
                Beaten(day=held.day, person_id=held.person_id, exercise=held.exercise,
                       uid=held.uid, seq=held.seq, at=held.at, account_id=held.account_id,
                       state=held.state, how=held.how, fever=held.fever, why="replaced")
            )  # fmt: skip
            held.seq, held.uid, held.at, held.state = r.seq, r.uid, clock.moment(now), int(state)
            held.area_id, held.account_id = person.area_id, actor.id
            held.revision += 1
            changed.append(held)
        else:
            fresh.append(
                Report(day=r.day, person_id=person.id, exercise=actor.exercise,
                       area_id=person.area_id, household_id=person.household_id, seq=r.seq,
                       uid=r.uid, at=clock.moment(now), account_id=actor.id, revision=1,
                       state=int(state), how=int(How.DOOR), fever=False)
            )  # fmt: skip
        answers.append({"uid": r.uid, "outcome": "accepted"})
    Report.objects.bulk_create(fresh)
    Report.objects.bulk_update(changed, FIELDS)
    Beaten.objects.bulk_create(lost)
    for (day, area, column, where), n in delta.items():
        count, _ = Count.objects.get_or_create(
            day=day, area_id=area, exercise=actor.exercise, defaults={"path": where}
        )
        Count.objects.filter(id=count.id).update(**{column: F(column) + n})
    holding = Holding(receive.Role(writer.role), writer.path)
    record(actor, "report", "screening", holding=holding, purpose=writer.purpose, path=writer.path)
    return answers


urlpatterns = [path("orm/", api.urls), *house.urlpatterns]

"""Which facts about people have had their time? Destroys them day by day, and reports it.

What fell under an emergency goes some days after it has ended, and everything goes some days
after it happened, by the terms that a city signs for each table.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from linli import clock
from linli.audit.records import record
from linli.loops import keeping
from linli.loops.collected import Collected, all_collected
from linli.loops.keeping import Destruction
from linli.loops.ledger import Item
from linli.loops.overdue import CLOSED, DAY_S, Due, over
from linli.policy.can import SYSTEM
from linli.registry.areas import Area, under
from linli.registry.person import Person


def due(now: int) -> list[tuple[Collected, Due]]:
    """All rows that are due at a moment, each with a query that finds what is still there."""
    found = []
    for one in all_collected():
        terms = keeping.terms(one.name)
        for ended, going in over(now - terms.after_emergency_days * DAY_S):
            q = _inside(one, ended.span, ended.path, ended.exercise)
            for other in going:
                q &= ~_inside(one, other.span, other.path, ended.exercise)
            found.append((one, ended.due(one.name, one.model._base_manager.filter(q))))
        for exercise in (False, True):
            q = _inside(one, (0, now - terms.closed_days * DAY_S), "", exercise)
            rows = one.model._base_manager.filter(q)
            found.append((one, Due(one.name, CLOSED, rows, exercise=exercise)))
    return found


def forget(now: int) -> list[Destruction]:
    """Destroy what is due, a day of a table at a time, and write a report of each."""
    made: list[Destruction] = []
    for one, what in due(now):
        while (report := _bite(one, what, now)) is not None:
            made.append(report)
    return made


def _inside(one: Collected, span: tuple[int, int], path: str, exercise: bool) -> Q:
    """The rows that happened in a span of moments, at a path, real or of an exercise."""
    start, end = span
    q = one.left
    if one.by_day:
        first, last = (clock.day(clock.moment(at)) for at in (start, max(end - 1, start)))
        q &= Q(**{f"{one.when}__gte": first, f"{one.when}__lte": last})
    else:
        q &= Q(**{f"{one.when}__gte": start, f"{one.when}__lt": end})
    if one.place == "path":
        return q & under(path) & Q(exercise=exercise)
    if one.place == "area_id":
        at = Q(area_id__in=Area.objects.filter(under(path)).values("id")) if path else Q()
        return q & at & Q(exercise=exercise)
    if one.place == "person_id":
        who = Q(person_id__in=Person.objects.filter(under(path)).values("id")) if path else Q()
        return q & who & Q(exercise=exercise)
    items = Item.objects.filter(under(path), exercise=exercise).values("id")
    return q & Q(**{f"{one.place}__in": items})


@transaction.atomic
def _bite(one: Collected, what: Due, now: int) -> Destruction | None:
    oldest = what.rows.order_by(one.when).values_list(one.when, flat=True).first()
    if oldest is None:
        return None
    day = oldest if one.by_day else clock.day(oldest)
    rows = what.rows.filter(_of_day(one, day))
    keys = [str(key) for key in rows.order_by("pk").values_list("pk", flat=True)]
    if one.words:
        one.model._base_manager.filter(pk__in=keys).update(**dict.fromkeys(one.words, ""))
    else:
        rows.delete()
    report = Destruction.objects.create(
        at=now,
        loop=one.name,
        cause=what.cause,
        declaration_id=what.declaration_id,
        path=what.path,
        n_items=len(keys),
        n_texts=len(keys) * len(one.words),
        digest=_digest(keys),
        exercise=what.exercise,
    )
    detail = {"rows": len(keys), "day": day.isoformat(), "cause": what.cause}
    record(SYSTEM, "destroy", one.name, report.id, path=what.path, detail=detail)
    return report


def _of_day(one: Collected, day: date) -> Q:
    if one.by_day:
        return Q(**{one.when: day})
    start, end = clock.midnight_s(day), clock.midnight_s(day + timedelta(days=1))
    return Q(**{f"{one.when}__gte": start, f"{one.when}__lt": end})


def _digest(keys: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()

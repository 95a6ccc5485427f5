"""Whose time has come? Destroys the words of items whose keeping is over, and reports it."""

import hashlib
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from linli import clock
from linli.audit.records import record
from linli.loops import catalogue, keeping
from linli.loops.forget import forget
from linli.loops.keeping import Destruction
from linli.loops.ledger import Item, Voice
from linli.loops.loop import Loop, State
from linli.loops.overdue import CLOSED, DAY_S, Due, opened_in, over
from linli.loops.said import Said
from linli.policy.can import SYSTEM
from linli.registry.areas import under

ITEMS_A_BITE = 500  # one transaction, so that nobody waits long


def due(now: int) -> list[Due]:
    """All items whose words are due at a moment; each with a query for what still has words."""
    found: list[Due] = []
    for loop in catalogue.all_loops().values():
        if loop.keeps_words:
            found += _of_emergencies(loop, now) if loop.emergency_only else _of_closed(loop, now)
    return found


def chore(now: int | None = None) -> int:
    """Destroy all that is due; returns how many items lost their words and how many rows went."""
    at = clock.now_s() if now is None else now
    return sum(report.n_items for report in [*destroy(at), *forget(at)])


def destroy(now: int) -> list[Destruction]:
    """Destroy words that are due, in bites of one transaction each, with a report of each bite."""
    made: list[Destruction] = []
    for one in due(now):
        while (report := _bite(one, now)) is not None:
            made.append(report)
    return made


def _of_closed(loop: Loop, now: int) -> list[Due]:
    until = now - keeping.terms(loop.name).closed_days * DAY_S
    rows = _with_words(loop).filter(state=State.CLOSED, closed_at__lte=until)
    return [Due(loop.name, CLOSED, rows.filter(exercise=e), exercise=e) for e in (False, True)]


def _of_emergencies(loop: Loop, now: int) -> list[Due]:
    """What was opened under an emergency that is over, where no other one holds on to it."""
    found = []
    for ended, going in over(now - keeping.terms(loop.name).after_emergency_days * DAY_S):
        rows = _with_words(loop).filter(
            opened_in(ended, under(ended.path)), exercise=ended.exercise
        )
        for other in going:
            rows = rows.exclude(opened_in(other, under(other.path)))
        found.append(ended.due(loop.name, rows))
    return found


def _with_words(loop: Loop) -> QuerySet[Item]:
    spoken = Exists(Said.objects.filter(item_id=OuterRef("id")))
    return Item.objects.filter(spoken, loop=loop.name).order_by("id")


@transaction.atomic
def _bite(one: Due, now: int) -> Destruction | None:
    items = list(one.rows.select_for_update()[:ITEMS_A_BITE])
    if not items:
        return None
    personal = catalogue.get(one.name).personal_fields()
    for item in items:
        item.data = {name: value for name, value in item.data.items() if name not in personal}
        item.title, item.token_hash = "", ""
        item.opened_by = item.subject_id = None
    Item.objects.bulk_update(
        items, ["data", "title", "token_hash", "opened_by", "subject_id"], batch_size=ITEMS_A_BITE
    )
    ids = [item.id for item in items]
    Voice.objects.filter(item_id__in=ids).delete()
    words = Said.objects.filter(item_id__in=ids)
    texts = list(words.order_by("event").values_list("event", "words"))
    words.delete()
    return _report(one, now, ids, texts)


def _report(one: Due, now: int, ids: Sequence[int], texts: Sequence[tuple]) -> Destruction:
    uids = "\n".join(str(uid) for uid, _ in texts)
    report = Destruction.objects.create(
        at=now,
        loop=one.name,
        cause=one.cause,
        declaration_id=one.declaration_id,
        path=one.path,
        n_items=len(ids),
        n_texts=sum(len(words) for _, words in texts),
        digest=hashlib.sha256(uids.encode()).hexdigest(),
        exercise=one.exercise,
    )
    detail = {"items": report.n_items, "texts": report.n_texts, "cause": report.cause}
    record(SYSTEM, "destroy", one.name, report.id, path=one.path, detail=detail)
    return report

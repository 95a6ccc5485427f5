"""Who is confirmed, since when ill, and since when confirmed? As rows for a study; no names."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import OuterRef, QuerySet, Subquery

from linli.loops import counted
from linli.loops.cases.forms import Category, End
from linli.loops.ledger import Event, Item
from linli.registry.areas import under

CONFIRMED = Category.CONFIRMED.value
CATEGORISED = ("classify", "reclassify", "confirm_after")  # steps that may confirm
ROWS_AT_A_TIME = 5_000


def cases(path: str, *, exercise: bool) -> QuerySet[Item]:
    """Every confirmed case in an area, but those who were excluded again and duplicates."""
    rows = counted.items(exercise=exercise).filter(
        under(path), loop="case", item_class=CONFIRMED, duplicate_of=None
    )
    return rows.exclude(outcome=End.EXCLUDED.value)


def told(path: str, disease: str, *, exercise: bool) -> Iterator[tuple[str, date | None, datetime]]:
    """Of each case of a disease the path, the day of onset, and the moment it became confirmed."""
    by_step = Event.objects.filter(
        item_id=OuterRef("id"), step__in=CATEGORISED, data__category=CONFIRMED
    ).order_by("at")
    rows = cases(path, exercise=exercise).filter(kind=disease)
    values = rows.annotate(confirmed_at=Subquery(by_step.values("at")[:1])).values_list(
        "path", "data", "opened_at", "confirmed_at"
    )
    for where, data, opened_at, confirmed_at in values.iterator(chunk_size=ROWS_AT_A_TIME):
        came_so = data.get("opened_as", CONFIRMED) == CONFIRMED or confirmed_at is None
        onset = data.get("onset_on")
        yield (
            where,
            date.fromisoformat(onset) if onset else None,
            (opened_at if came_so else confirmed_at),
        )

"""What happened where and when, for whoever counts it? Rows without names, of any loop."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Min

from linli.loops.ledger import Event, Item

CONFIRMED = "confirmed"
CONFIRMS = ("classify", "reclassify", "confirm_after")  # the steps of a case that may do so
AT_ONCE = 500


@dataclass(frozen=True)
class ConfirmedCase:
    """A case that stands as confirmed: whose, where, since when, and of which onset."""

    disease: str
    person_id: int | None
    path: str
    confirmed_at: datetime
    onset_on: date | None


def fevers_from(
    source: str, begins_s: int, ends_s: int, *, exercise: bool
) -> tuple[datetime | None, list[tuple[str, datetime]]]:
    """When a gate, a clinic or a round first told of a fever, and path and moment of each since."""
    kept = Item.objects.filter(loop="fever", exercise=exercise, data__source=source)
    began = kept.aggregate(at=Min("happened_at"))["at"]
    rows = kept.filter(happened_at__gte=begins_s, happened_at__lt=ends_s)
    return began, list(rows.values_list("path", "happened_at")) if began else []


def first_of(loop: str, *, exercise: bool) -> datetime | None:
    """When the first item of a loop that was kept happened; None if there is none."""
    kept = Item.objects.filter(loop=loop, exercise=exercise).order_by("id")
    return kept.values_list("happened_at", flat=True).first()


def diseases_of_cases(*, exercise: bool) -> list[str]:
    """The diseases of which a case was ever kept."""
    kept = Item.objects.filter(loop="case", exercise=exercise)
    return sorted(kept.values_list("kind", flat=True).distinct())


def confirmed_cases(*, exercise: bool) -> list[ConfirmedCase]:
    """Every case that stands as confirmed, with the moment it was first called so."""
    kept = Item.objects.filter(loop="case", exercise=exercise, item_class=CONFIRMED)
    rows = list(kept.values_list("id", "kind", "path", "subject_id", "opened_at", "data"))
    when = _confirmed_at([row[0] for row in rows])
    found = []
    for item_id, disease, path, person, opened_at, data in rows:
        as_told = data.get("opened_as", CONFIRMED) == CONFIRMED
        onset = data.get("onset_on")
        found.append(
            ConfirmedCase(
                disease, person, path, opened_at if as_told else when.get(item_id, opened_at),
                date.fromisoformat(onset) if onset else None,
            )
        )  # fmt: skip
    return found


def _confirmed_at(items: list[int]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for n in range(0, len(items), AT_ONCE):
        rows = Event.objects.filter(
            item_id__in=items[n : n + AT_ONCE], step__in=CONFIRMS, data__category=CONFIRMED
        )
        found |= dict(rows.values_list("item_id").annotate(first=Min("at")))
    return found

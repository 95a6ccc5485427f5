"""What may anybody know of a request? Its type, stage, unit and dates; nothing of the resident.

Only types that a city lists publicly are ever told of, and a place is its community. What a
resident wrote is never shown: a sentence typed in need holds names and doors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from linli.errors import N_, NotFound, Word
from linli.loops import catalogue
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.registry.areas import Area
from linli.registry.duties import RequestType, open_types

LOOP = "request"


@dataclass(frozen=True)
class PublicItem:
    """One request as anybody may know it."""

    id: int
    kind: RequestType
    closed: bool
    public: str  # what the stage says to the resident, in English
    community: Area
    unit: Area
    opened_at: datetime
    updated_at: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class PublicFilters:
    """What a list is narrowed to."""

    ids: Sequence[int] | None = None
    kinds: Sequence[str] = ()
    closed: bool | None = None
    opened_from: datetime | None = None
    opened_until: datetime | None = None


def listed(
    filters: PublicFilters, *, on: date, exercise: bool, most: int, skip: int = 0
) -> list[PublicItem]:
    """The public requests that fit, the newest first."""
    kinds = {kind.code: kind for kind in open_types(on)}
    wanted = Q(loop=LOOP, exercise=exercise, kind__in=list(kinds))
    if filters.ids is not None:
        wanted &= Q(id__in=list(filters.ids))
    if filters.kinds:
        wanted &= Q(kind__in=list(filters.kinds))
    if filters.closed is not None:
        wanted &= Q(state=State.CLOSED) if filters.closed else ~Q(state=State.CLOSED)
    if filters.opened_from is not None:
        wanted &= Q(opened_at__gte=filters.opened_from)
    if filters.opened_until is not None:
        wanted &= Q(opened_at__lte=filters.opened_until)
    rows = list(Item.objects.filter(wanted).order_by("-id")[skip : skip + most])
    places = Area.objects.in_bulk({r.community_id for r in rows} | {r.unit_id for r in rows})
    loop = catalogue.get(LOOP)
    return [
        PublicItem(
            id=row.id,
            kind=kinds[row.kind],
            closed=row.state == State.CLOSED,
            public=loop.stage(row.stage).public,
            community=places[row.community_id],
            unit=places[row.unit_id],
            opened_at=row.opened_at,
            updated_at=row.closed_at or row.entered_at,
            due_at=row.due_at,
        )
        for row in rows
    ]


def one(item_id: int, *, on: date, exercise: bool) -> PublicItem:
    """One public request; raises NotFound for any other, as if it were not there."""
    found = listed(PublicFilters(ids=[item_id]), on=on, exercise=exercise, most=1)
    if not found:
        raise NotFound(what=Word(N_("request")), value=item_id)
    return found[0]

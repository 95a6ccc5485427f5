"""What could have been noticed early? Counts by area and day, for any analysis outside."""

import math
from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel

from linli.api.auth import actor_of
from linli.api.doors import Id, door
from linli.policy.can import Ask, can, scope
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.areas import Area
from linli.studies import signals

router = Router(tags=["signals"])


class SignalSpan(BaseModel):
    """Which area (the caller's own if none), and from which day to which."""

    first: date
    last: date
    area_id: Id | None = None


class SignalArea(BaseModel):
    """One area: a row for each signal, a column a day; null where nothing is known."""

    area_id: int
    name_zh: str
    counts: dict[str, list[int | None]]


class SignalTable(BaseModel):
    """The days, oldest first, and the areas: the one asked for, then those below it."""

    days: list[date]
    areas: list[SignalArea]


@router.get(
    "/signals",
    response=SignalTable,
    operation_id="signals_read",
    summary="Fevers, unreachable households, medicine and positives by area and day",
    openapi_extra=door(signals.SEE),
)
def read(request: HttpRequest, wanted: Query[SignalSpan]) -> Any:
    """Unknown is null, and never zero."""
    actor = actor_of(request)
    if wanted.area_id is not None:
        area = areas.get(wanted.area_id)
    else:
        mine = [first for first, _ in scope(actor, roles_for(signals.SEE))]
        if not mine:
            can(actor, Ask(signals.SEE, roles_for(signals.SEE))).required()
        area = areas.at(min(mine, key=lambda path: (len(path), path), default=""))
    below = Area.objects.filter(parent=area, valid_until=None).order_by("path")
    listed = [area, *(one for one in below if one.tier is not None)]
    found = signals.read(actor, listed, wanted.first, wanted.last, exercise=actor.exercise)
    return SignalTable(
        days=list(found.days),
        areas=[
            SignalArea(
                area_id=one.id,
                name_zh=one.name_zh,
                counts={
                    name: [None if math.isnan(n) else int(n) for n in array[row]]
                    for name, array in found.counts.items()
                },
            )
            for row, one in enumerate(listed)
        ],
    )

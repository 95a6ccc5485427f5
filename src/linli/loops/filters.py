"""What may a list of items be narrowed to? The conditions that every face offers."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from linli.loops.loop import State


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; every field left out does not narrow."""

    loop: str = ""
    stages: tuple[str, ...] = ()
    state: str = ""
    alive: bool | None = None
    late: bool | None = None
    unheld: bool | None = None
    no_target: bool | None = None
    tier: int | None = None
    item_class: str = ""
    kind: str = ""
    area_path: str = ""
    unit_id: int | None = None
    holder_id: int | None = None
    opened_from: datetime | None = None
    opened_until: datetime | None = None
    back_check: str = ""
    carrier_id: int | None = None
    parent_id: int | None = None
    outcome: str = ""
    reopened: bool | None = None
    reply: str = ""  # "in_time" or "missed": replied too late, or overdue without a reply


def conditions(f: Filters, *, state: str = "state") -> Q:
    """What a list is narrowed to beside the area, which narrows the ranges.

    ``state``: the column, or an alias of it that no index has.
    """
    asked = Q()
    exact = {
        state: f.state,
        "tier": f.tier,
        "item_class": f.item_class,
        "kind": f.kind,
        "unit_id": f.unit_id,
        "holder_id": f.holder_id,
        "back_check": f.back_check,
        "carrier_id": f.carrier_id,
        "parent_id": f.parent_id,
        "outcome": f.outcome,
        "late": f.late,
        "opened_at__gte": f.opened_from,
        "opened_at__lt": f.opened_until,
    }
    asked &= Q(**{column: v for column, v in exact.items() if v is not None and v != ""})
    if f.stages:
        asked &= Q(stage__in=f.stages)
    if f.alive is not None or f.late:
        alive = ~Q(**{state: State.CLOSED})
        asked &= alive if f.alive or f.late else ~alive
    if f.unheld is not None:
        asked &= Q(holder_id__isnull=f.unheld)
        asked &= Q(**{state: State.OPEN}) if f.unheld else Q()
    if f.no_target is not None:
        asked &= Q(clock_id__isnull=f.no_target)
    if f.reopened is not None:
        asked &= Q(n_reopened__gt=0) if f.reopened else Q(n_reopened=0)
    if f.reply == "in_time":
        asked &= Q(replied_at__isnull=False, in_time=True)
    elif f.reply == "missed":
        asked &= Q(replied_at__isnull=False, in_time=False) | Q(replied_at=None, missed=True)
    return asked

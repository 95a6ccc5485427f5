"""Which units does an order reach, and where does it stand with each?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid5

from django.db.models import Count

from linli.loops.ledger import Item
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.registry.areas import TIER_OF, Area, Tier, under


def units(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """A receipt for each unit of the chosen tiers in the order's area, itself left out."""
    tiers = set(item.data["tiers"])
    kinds = [kind for kind, tier in TIER_OF.items() if tier in tiers]
    found = Area.objects.filter(under(item.path), kind__in=kinds).exclude(id=item.area_id)
    data = {key: item.data[key] for key in ("title", "text", "report")}
    return [
        Opening(
            area_id=unit,
            item_class=item.item_class,
            data=data,
            kind=item.kind,
            title=item.title,
            uid=uuid5(item.uid, str(unit)),
            channel="page",
        )
        for unit in found.order_by("path").values_list("id", flat=True)
    ]


@dataclass(frozen=True)
class Reached:
    """How an order stands at one tier: units asked, those that have it, those that are done."""

    tier: Tier
    n_units: int
    n_received: int
    n_done: int
    n_late: int


def reached(directive_id: int) -> list[Reached]:
    """The receipt state of an order, the upper tier first."""
    rows = (
        Item.objects.filter(parent_id=directive_id, loop="receipt")
        .values_list("found_tier", "stage", "late")
        .annotate(n=Count("id"))
    )
    found = []
    for tier in sorted({row[0] for row in rows}, reverse=True):
        here = [(stage, late, n) for at, stage, late, n in rows if at == tier]
        found.append(
            Reached(
                tier=Tier(tier),
                n_units=sum(n for _, _, n in here),
                n_received=sum(n for stage, _, n in here if stage != "sent"),
                n_done=sum(n for stage, _, n in here if stage == "done"),
                n_late=sum(n for stage, late, n in here if late and stage != "done"),
            )
        )
    return found

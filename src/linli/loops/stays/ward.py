"""Who comes to a ward, who is at its door, who lies in it? The receiving side's one list."""

from dataclasses import dataclass
from typing import Any

from linli.loops.beds import who
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.policy.can import Actor
from linli.registry import sight
from linli.registry.accounts import Account
from linli.registry.areas import within
from linli.registry.sites import Site
from linli.registry.wards import Ward

SEE = "wards.receive"
ORDER = ("arrived", "coming", "held", "confirmed", "admitted")  # what cannot wait comes first


@dataclass(frozen=True)
class Expected:
    """Somebody at a ward, or on the way to it."""

    item: Item
    person: dict[str, Any]
    ward: Ward | None
    site: Site | None
    receiver: str
    run: Item | None  # that brings them, with its last position


def listed(
    actor: Actor, *, purpose: str | None, site_id: int | None = None, most: int = 500
) -> list[Expected]:
    """Everybody whom the actor's wards expect or have, the most urgent first."""
    seen = sight.look(actor, SEE, purpose)
    rows = Item.objects.filter(within(seen.ranges), loop="stay", exercise=actor.exercise)
    items = list(rows.exclude(state=State.CLOSED).order_by("id")[:most])
    if site_id is not None:
        items = [item for item in items if item.data["site_id"] == site_id]
    people = who.people_of(items, seen, purpose=purpose)
    wards = Ward.objects.in_bulk({item.data["ward_id"] for item in items})
    sites = Site.objects.in_bulk({item.data["site_id"] for item in items})
    names = dict(
        Account.objects.filter(id__in={i.data.get("receiver_id") for i in items}).values_list(
            "id", "display_name"
        )
    )
    transfers = Item.objects.in_bulk({item.data["transfer_id"] for item in items})
    runs = Item.objects.in_bulk({t.carrier_id for t in transfers.values() if t.carrier_id})
    found = [
        Expected(
            item,
            people[item.id],
            wards.get(item.data["ward_id"]),
            sites.get(item.data["site_id"]),
            names.get(item.data.get("receiver_id"), ""),
            _run_of(transfers.get(item.data["transfer_id"]), runs),
        )
        for item in items
    ]
    return sorted(found, key=lambda e: (ORDER.index(e.item.stage), e.item.id))


def _run_of(transfer: Item | None, runs: dict[int, Item]) -> Item | None:
    return runs.get(transfer.carrier_id) if transfer and transfer.carrier_id else None

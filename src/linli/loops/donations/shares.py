"""Where is every part of a gift? What came in is in store, on the way, received, or written off.

Nothing is kept twice: a share is a hand-over below the donation, and these are its sums.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from linli.loops.ledger import Item

LOOP = "handover"
GIVEN_BACK = frozenset({"refused", "withdrawn"})  # stages in which a share is in store again
EXACT = 1e-6  # amounts that differ by less are the same


@dataclass(frozen=True)
class Share:
    """One part of a gift: to whom it goes, and where that stands."""

    handover_id: int
    organisation_id: int
    stage: str
    quantity: float
    received: float = 0.0
    receiver: str = ""
    opened_at: Any = None
    received_at: int | None = None


@dataclass(frozen=True)
class Whereabouts:
    """The sums of a gift: ``came_in`` is in_store + on_the_way + received + missing + spoilt."""

    came_in: float = 0.0
    in_store: float = 0.0
    on_the_way: float = 0.0
    received: float = 0.0
    missing: float = 0.0  # sent, and not counted when it arrived
    spoilt: float = 0.0  # written off with a reason
    shares: tuple[Share, ...] = field(default=())


def whereabouts(donation_id: int, data: Mapping[str, Any]) -> Whereabouts:
    """Where every part of a gift is now."""
    rows = Item.objects.filter(parent_id=donation_id, loop=LOOP).order_by("id")
    return add_up(data, [_share(row) for row in rows])


def add_up(data: Mapping[str, Any], shares: list[Share]) -> Whereabouts:
    """The sums of shares, of what came in, and of what was written off."""
    came_in = float(data.get("quantity_received", 0.0))
    spoilt = sum(float(one["quantity"]) for one in data.get("written_off", ()))
    alive = [share for share in shares if share.stage not in GIVEN_BACK]
    done = [share for share in alive if share.stage == "received"]
    on_the_way = sum(share.quantity for share in alive if share.stage != "received")
    received = sum(share.received for share in done)
    sent = sum(share.quantity for share in done)
    return Whereabouts(
        came_in=came_in,
        in_store=came_in - spoilt - on_the_way - sent,
        on_the_way=on_the_way,
        received=received,
        missing=sent - received,
        spoilt=spoilt,
        shares=tuple(shares),
    )


def _share(row: Item) -> Share:
    said = row.data
    return Share(
        row.id, said["organisation_id"], row.stage, float(said["quantity"]),
        float(said.get("quantity_received", 0.0)), said.get("receiver", ""), row.opened_at,
        said.get("received_at"),
    )  # fmt: skip

"""Who waits, who is at which ward, in a drill? For whoever plays its people.

No door for anybody: it asks for no right and shows all. What those people do goes through the
doors, which ask; here it is only found out what there is to do.
"""

from collections.abc import Collection, Iterable

from linli.loops.ledger import Item
from linli.registry import areas


def waiting(path: str, *, severities: Collection[str] = (), but: str = "") -> list[Item]:
    """Who waits for a bed within a place, but not within another; the first to ask first."""
    rows = Item.objects.filter(areas.under(path), loop="transfer", stage="needed", exercise=True)
    rows = rows.filter(item_class__in=list(severities)) if severities else rows
    rows = rows.exclude(areas.under(but)) if but else rows
    return list(rows.order_by("opened_at", "id"))


def stay_of(transfer_id: int) -> Item | None:
    """The newest stay of a transfer."""
    return Item.objects.filter(parent_id=transfer_id, loop="stay").order_by("-id").first()


def riding(run_id: int) -> list[int]:
    """The transfers that are on the road with a run."""
    rows = Item.objects.filter(carrier_id=run_id, loop="transfer", stage="departed")
    return list(rows.order_by("id").values_list("id", flat=True))


def sent_from(run_id: int, path: str) -> list[int]:
    """Of those a run was sent with, the transfers of people who live within a place."""
    sent = Item.objects.get(id=run_id).data.get("sent", [])
    rows = Item.objects.filter(areas.under(path), id__in=sent).order_by("id")
    return list(rows.values_list("id", flat=True))


def expected_with(run_id: int) -> list[Item]:
    """The stays of those on a run who are on the way or at the door."""
    sent = Item.objects.get(id=run_id).data.get("sent", [])
    stays = Item.objects.filter(loop="stay", parent_id__in=sent, stage__in=("coming", "arrived"))
    return list(stays.order_by("id"))


def severities(person_ids: Iterable[int]) -> dict[int, str]:
    """How ill each of them is, as their case says."""
    rows = Item.objects.filter(loop="case", subject_id__in=list(person_ids), exercise=True)
    told = rows.order_by("id").values_list("subject_id", "data")
    return {person or 0: str(data.get("severity") or "") for person, data in told}

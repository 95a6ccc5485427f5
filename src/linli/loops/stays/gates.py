"""What must be true before a ward confirms, admits, sends on and discharges?"""

from collections.abc import Mapping
from typing import Any

from linli.errors import N_
from linli.loops.beds import receivers
from linli.loops.ledger import Item
from linli.loops.loop import Gate, State, Unmet
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.loops.stays.forms import RecordPart, StayGoesOn
from linli.registry.sites import Site, takes_people


def receiver_of(form: Mapping[str, Any], scene: Scene) -> int | None:
    """Who receives: the one named, or whoever confirms."""
    return form.get("receiver_id") or scene.actor.id


def transfer_of(item: Standing) -> Item | None:
    """The transfer that brings them."""
    return Item.objects.filter(id=item.data["transfer_id"]).first()


def moving_from(stay_id: int) -> Item | None:
    """The transfer that takes somebody away from a stay, while it is open."""
    rows = Item.objects.filter(parent_id=stay_id, loop="transfer").exclude(state=State.CLOSED)
    return rows.order_by("id").first()


def _receiver(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Who is to receive them works at the site and is on duty now."""
    named = receiver_of(form, scene)
    if named in receivers.on_duty(item.path, scene.now):
        return None
    return Unmet(
        "receiver",
        N_("Account {id} is not on duty at this site now. Name somebody who is."),
        {"id": named},
    )


def _site_open(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Nobody is taken into a site that is not open."""
    site_id = item.data["site_id"]
    if Site.objects.filter(takes_people(), id=site_id).exists():
        return None
    return Unmet("site_open", N_("The site {id} is not open. Refuse, or open it."), {"id": site_id})


def _record(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Where a sender signed for a record, it is here."""
    transfer = transfer_of(item)
    if transfer is None or "record" not in transfer.data or form.get("record_came"):
        return None
    return Unmet("record", N_("The sender signed for a record. Ask the driver or the sender."))


def _whole_record(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """A sender signs for a whole record."""
    missing = tuple(part.value for part in RecordPart if not form.get(part.value))
    if not missing:
        return None
    return Unmet(
        "record", N_("The record lacks: {missing}. Put it in first."), {"missing": missing}
    )


def _asked(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Somebody is signed out only towards another bed."""
    if moving_from(item.id) is not None:
        return None
    return Unmet("asked", N_("No other bed is asked for. Ask for one first."))


def _not_asked(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """One other bed at a time."""
    found = moving_from(item.id)
    if found is None:
        return None
    return Unmet("not_asked", N_("Transfer {id} asks for another bed already."), {"id": found.id})


def _follow_on(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Whoever is cured and needs care goes on to a place that gives it."""
    if form["goes_on"] == StayGoesOn.NONE:
        return None
    site_id = form.get("follow_on_site_id")
    if site_id and Site.objects.filter(takes_people(), id=site_id).exists():
        return None
    return Unmet(
        "follow_on",
        N_("Care has to go on, and no open site is named for it. Name the site that sees to it."),
    )


RECEIVER = Gate("receiver", N_("who receives them is on duty"), _receiver)
SITE_OPEN = Gate("site_open", N_("the site takes people in"), _site_open)
RECORD = Gate("record", N_("the record came along"), _record)
WHOLE_RECORD = Gate("record", N_("the record is whole"), _whole_record)
ASKED = Gate("asked", N_("another bed is asked for"), _asked)
NOT_ASKED = Gate("not_asked", N_("no other bed is asked for yet"), _not_asked)
FOLLOW_ON = Gate("follow_on", N_("somebody sees to what goes on"), _follow_on)

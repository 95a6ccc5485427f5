"""What does each step of a stay set, and who goes with it?"""

from collections.abc import Mapping
from typing import Any

from linli import clock
from linli.loops.beds import ledger
from linli.loops.ledger import Item
from linli.loops.loop import Move, State
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.loops.stays import gates
from linli.loops.stays.forms import RecordPart, StayGoesOn


def confirmed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The bed is sure, and somebody receives them by name."""
    ledger.confirm(scene.actor, item.data["bed_id"], now=scene.now)
    return received_by(item, form, scene)


def received_by(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Who receives them, by name; the next shift names another."""
    receiver = gates.receiver_of(form, scene)
    return {"holder_id": receiver, "data": {**item.data, "receiver_id": receiver}}


def refused(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The ward does not take them, and why."""
    ledger.free(scene.actor, item.data["bed_id"], form["why"], now=scene.now)
    return {"outcome": form["why"]}


def expired(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Nobody confirmed in time: the bed is free for others."""
    ledger.free(scene.actor, item.data["bed_id"], "expired", now=scene.now)
    return {"outcome": "expired"}


def cancelled(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """They do not come."""
    ledger.free(scene.actor, item.data["bed_id"], "cancelled", now=scene.now)
    return {"outcome": "cancelled"}


def coming(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """They are on the way."""
    ledger.set_out(scene.actor, item.data["bed_id"], now=scene.now)
    return {}


def arrived(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Who received them signed how they arrived."""
    signed = {"condition": form["condition"], "by": scene.actor.id, "at": scene.now}
    return {"data": {**item.data, "arrival": signed}}


def admitted(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """They are in the bed, and in no other; the record they came with stays with them."""
    ledger.enter(scene.actor, item.data["bed_id"], now=scene.now)
    transfer = gates.transfer_of(item)
    record = transfer.data.get("record") if transfer else None
    return {
        "replied_at": scene.now,
        "in_time": None if item.clock_id is None else not item.missed,
        "solved_tier": item.tier,
        "data": {**item.data, **({"record": record} if record else {})},
    }


def left(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """They are in another bed now."""
    ledger.free(scene.actor, item.data["bed_id"], "moved", now=scene.now)
    return {"outcome": "moved"}


def signed_out(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The sender has signed for the record."""
    return {"data": {**item.data, "signed_out": {"by": scene.actor.id, "at": scene.now}}}


def discharged(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """They go, and what goes on is somebody's."""
    ledger.free(scene.actor, item.data["bed_id"], "discharged", now=scene.now)
    return {"outcome": "discharged", "data": {**item.data, "goes_on": form["goes_on"]}}


def died(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """They have died."""
    ledger.free(scene.actor, item.data["bed_id"], "died", now=scene.now)
    return {"outcome": "died"}


def _with_transfer(step: str, **data: Any) -> Any:
    """The transfer goes along by a step, while it is open."""

    def moves(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Move]:
        transfer = gates.transfer_of(item)
        if transfer is None or transfer.state == State.CLOSED:
            return []
        return [(transfer.id, step, data)]

    return moves


transfer_arrives = _with_transfer("arrive")
transfer_loses = _with_transfer("lose_place", why="refused")
transfer_expires = _with_transfer("lose_place", why="expired")
transfer_ends = _with_transfer("withdraw", reason="died")


def transfer_comes_back(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Move]:
    """The ward turned them away at the door: they wait for a bed again, by name."""
    return [(item.data["transfer_id"], "come_back", {"why": "refused"})]


def transfer_admitted(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Move]:
    """The transfer has ended, and so has the stay they came from."""
    before = Item.objects.filter(
        loop="stay", stage="admitted", subject_kind="person", subject_id=item.subject_id,
        exercise=item.exercise,
    ).exclude(id=item.id)  # fmt: skip
    old: list[Move] = [(stay_id, "leave", {}) for stay_id in before.values_list("id", flat=True)]
    return [(item.data["transfer_id"], "admit", {}), *old]


def record_goes(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Move]:
    """What the sender signed for stands with the transfer."""
    transfer = gates.moving_from(item.id)
    if transfer is None:
        return []
    parts = [part.value for part in RecordPart if form.get(part.value)]
    said = {"stay_id": item.id, "parts": parts, "signed_by": scene.actor.id}
    return [(transfer.id, "take_record", said)]


def asked_for(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """A transfer to another bed opens where the person belongs."""
    home = gates.transfer_of(item)
    needs = ("category", "oxygen", "icu", "dialysis", "posture")
    return [
        Opening(
            home.area_id if home else item.area_id,
            form["severity"],
            {
                "person_id": item.subject_id,
                **{name: form[name] for name in needs},
                "trigger": form["direction"],
                "from_site_id": item.data["site_id"],
                "from_stay_id": item.id,
            },
            kind=form["category"],
            subject_kind="person",
            subject_id=item.subject_id,
            loop="transfer",
        )
    ]


def _ride_home(item: Standing, home: Item | None, scene: Scene) -> Opening:
    """A car of the community fetches them at the ward's site; whoever books it says when."""
    data = {
        "person_id": item.subject_id,
        "goes_at": clock.moment(scene.now).isoformat(),
        "from_site_id": item.data["site_id"],
        "fever": False,
    }
    area = home.area_id if home else item.area_id
    return Opening(area, "home", data, subject_kind="person", subject_id=item.subject_id,
                   loop="trip")  # fmt: skip


def care_goes_on(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """Care that goes on is an item of its own, with its own limits (S35); so is the way home."""
    home = gates.transfer_of(item)
    ride = [_ride_home(item, home, scene)] if form.get("ride") else []
    if form["goes_on"] == StayGoesOn.NONE:
        return ride
    return [
        *ride,
        Opening(
            home.area_id if home else item.area_id,
            form["goes_on"],
            {
                "person_id": item.subject_id,
                "because": "discharged",
                "site_id": form["follow_on_site_id"],
            },
            subject_kind="person",
            subject_id=item.subject_id,
            loop="ongoing_care",
        ),
    ]

"""What does each step of a transfer set, what opens from it, and who goes with it?"""

from collections.abc import Mapping
from typing import Any

from linli.loops import needs
from linli.loops.beds import ledger
from linli.loops.ledger import Item
from linli.loops.loop import Move, State
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.registry import wards

RIDE_END = "end"


def held(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """A numbered bed is held for them."""
    bed = ledger.hold(scene.actor, form["ward_id"], item.data["person_id"], item.id, now=scene.now)
    ward = wards.get(form["ward_id"])
    return {
        "data": {**item.data, "bed_id": bed.id, "ward_id": ward.id, "site_id": ward.site_id},
    }


def stays(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """The ward gets to know of them: a stay opens at its site."""
    ward = wards.get(item.data["ward_id"])
    names = ("person_id", "category", "bed_id", "ward_id", "site_id")
    return [
        Opening(
            ward.site.area_id,
            item.item_class,
            {**{name: item.data[name] for name in names}, "transfer_id": item.id},
            kind=item.data["category"],
            subject_kind="person",
            subject_id=item.subject_id,
            loop="stay",
        )
    ]


def changed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Another severity: another clock, another place in the queue."""
    asked = {name: value for name, value in form.items() if name != "severity"}
    return {
        "item_class": form["severity"],
        "kind": form["category"],
        "data": {**item.data, **asked},
    }


def lost(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The place is gone: they wait again, and where they waited before is not forgotten."""
    kept = {k: v for k, v in item.data.items() if k not in ("bed_id", "ward_id", "site_id")}
    kept = _ride_ends(kept, form.get("why", ""))
    return {"carrier_id": None, "data": {**kept, "n_lost": item.data.get("n_lost", 0) + 1}}


def told(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The family knows; with a link, whoever has it may follow."""
    ward = item.data.get("ward_id")
    said = {"how": form["how"], "at": scene.now, "by": scene.actor.id, "ward": ward}
    changes: Changes = {"data": {**item.data, "told": said}}
    return {**changes, "token_hash": form["link"]} if form.get("link") else changes


def boarded(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """They go on a run."""
    return {"carrier_id": form["run_id"]}


def unboarded(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """They go on it no more."""
    return {"carrier_id": None}


def departed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """They are on the road: one more ride, whose end is kept."""
    rides = [*item.data.get("rides", ()), {"run": item.carrier_id, "at": scene.now}]
    return {"data": {**item.data, "rides": rides}}


def admitted(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """They are in the bed: what was asked is done, and whether it was in time stands with it."""
    return {
        "replied_at": scene.now,
        "in_time": None if item.clock_id is None else not item.missed,
        "solved_tier": item.tier,
        "outcome": "admitted",
        "data": _ride_ends(item.data, "admitted"),
    }


def withdrawn(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """No bed is needed any more, and why."""
    why = form.get("reason", "needless")
    on_road = item.stage in ("departed", "arrived")
    return {"outcome": why, "data": _ride_ends(item.data, why) if on_road else item.data}


def recorded(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The sender has signed: the record goes along."""
    return {"data": {**item.data, "record": {**form, "at": scene.now}}}


def stay_sets_out(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Move]:
    """The ward sees that they are coming."""
    return [(stay_id, "set_out", {}) for stay_id in open_stays(item.id)]


def stay_ends(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Move]:
    """The ward does not wait for them any more."""
    return [(stay_id, "cancel", {}) for stay_id in open_stays(item.id)]


def placed(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Move]:
    """What asked for the bed has it: the four ratios count the arrival."""
    required = needs.REQUIRED.get(item.data["category"])
    site = {"site_id": item.data["site_id"]}
    steps = {"needed": "arrive", "offered": "arrive", "arrived": "move_on"}
    return [
        (placement, steps[stage], site)
        for placement, need, stage in needs.of_person(item.subject_id or 0, scene)
        if need == required and stage in steps
    ]


def open_stays(transfer_id: int) -> list[int]:
    """The stay of a transfer that has not ended, if there is one."""
    rows = Item.objects.filter(parent_id=transfer_id, loop="stay").exclude(state=State.CLOSED)
    return list(rows.values_list("id", flat=True))


def _ride_ends(data: Mapping[str, Any], end: str) -> dict[str, Any]:
    """The data with the last ride ended, where one is open."""
    rides = list(data.get("rides", ()))
    if not rides or RIDE_END in rides[-1]:
        return dict(data)
    return {**data, "rides": [*rides[:-1], {**rides[-1], RIDE_END: end}]}

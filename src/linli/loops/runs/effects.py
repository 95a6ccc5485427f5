"""What does each step of a run set, and who goes with it?"""

from collections.abc import Mapping
from typing import Any

from linli.loops.beds.rules import worst
from linli.loops.ledger import Item
from linli.loops.loop import Move
from linli.loops.runs import manifest
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing


def loaded(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The run is as urgent as the worst of its passengers."""
    coming = Item.objects.filter(id__in=form["transfer_ids"], loop="transfer")
    ill = [*coming.values_list("item_class", flat=True)]
    ill += [transfer.item_class for transfer in manifest.aboard(item.id)]
    return {"item_class": worst(ill)}


def unloaded(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The run is as urgent as the worst of those who are left."""
    off = set(form["transfer_ids"])
    return {"item_class": worst(t.item_class for t in manifest.aboard(item.id) if t.id not in off)}


def crewed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Vehicle and crew as they are now; another vehicle has to be looked at anew."""
    names = ("vehicle_id", "driver_id", "escort_ids", "lead_vehicle_id")
    kept = {name: value for name, value in item.data.items() if name not in names}
    if form.get("vehicle_id") != item.data.get("vehicle_id"):
        kept.pop("equipment", None)
    return {"holder_id": form.get("driver_id"), "data": {**kept, **form}}


def equipped(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """What was seen, by whom and when."""
    return _evidence(item, "equipment", form, scene)


def route_seen(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Whether the road is open, by whom and when."""
    return _evidence(item, "route", form, scene)


def blocked(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The road ahead is closed: where it was met stands with the run."""
    met = {"open": False, "minutes": item.data.get("route", {}).get("minutes", 0), **form}
    return _evidence(item, "route", met, scene)


def picked_up(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Who is on board by now; who got on once stays on the list."""
    on = {*item.data.get("on_board", ()), *form["transfer_ids"]}
    return {"data": {**item.data, "on_board": sorted(on)}}


def rerouted(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The new way avoids what is known to be closed; who accepted it stands with it."""
    return _evidence(item, "route", {"open": True, **form}, scene)


def positioned(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Where the vehicle is now."""
    return {"data": {**item.data, "position": {**form, "at": scene.now}}}


def departed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Who is on board is written down: each of them has to be accounted for."""
    here = manifest.of(item, scene)
    sent = [p.transfer.id for p in here.passengers]
    site_id = next((p.site_id for p in here.passengers), None)
    return {"data": {**item.data, "sent": sent, "site_id": site_id, "left_at": scene.now}}


def handed_over(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The driver has signed that everybody is off."""
    return {
        "replied_at": scene.now,
        "in_time": None if item.clock_id is None else not item.missed,
        "data": {**item.data, "handed_over": {"by": scene.actor.id, "at": scene.now}},
    }


def disinfected(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The vehicle may go again."""
    return {"outcome": "done", **_evidence(item, "disinfected", form, scene)}


def cancelled(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """It did not go."""
    return {"outcome": "cancelled"}


def board(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Move]:
    """Each of them goes on this run."""
    return [(i, "board", {"run_id": item.id}) for i in sorted(set(form["transfer_ids"]))]


def unboard(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Move]:
    """Those of them who are on this run come off it."""
    off = set(form["transfer_ids"])
    return [(t.id, "unboard", {}) for t in manifest.aboard(item.id) if t.id in off]


def all_unboard(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Move]:
    """Everybody comes off it."""
    return [(t.id, "unboard", {}) for t in manifest.aboard(item.id)]


def all_depart(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Move]:
    """Everybody on it departs, or nobody."""
    return [(i, "depart", {}) for i in item.data["sent"]]


def all_come_back(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Move]:
    """Whoever is still on board waits for a bed again."""
    back = {"why": "turned_back"}
    return [(t.id, "come_back", back) for t in manifest.aboard(item.id) if t.stage == "departed"]


def _evidence(item: Standing, name: str, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"data": {**item.data, name: {**form, "by": scene.actor.id, "at": scene.now}}}

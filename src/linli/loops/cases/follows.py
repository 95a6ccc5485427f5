"""What follows from the category of a case: a place, an investigation, an end to the needless."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from linli import clock
from linli.loops import catalogue, needs
from linli.loops.cases.forms import End
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.registry import departures
from linli.registry.person import Left


def registered(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """What a new case needs in the category it came in."""
    return _opened(item, item.item_class, item.data.get("severity", ""), scene)


def classified(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """What a case needs in its new category and does not have yet."""
    return _opened(item, form["category"], _severity(item, form), scene)


def traced_after(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """Whoever was ill met others, also where the case has ended; a place is needed no more."""
    return [_child(item, "investigation", "case")] if _investigated(form["category"]) else []


def _investigated(category: str) -> bool:
    return category == "confirmed" and "investigation" in catalogue.all_loops()


def needless(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[int]:
    """Places that are asked for still and that the new category does not require."""
    need = needs.required(item.kind, form["category"], _severity(item, form))
    rows = needs.of_person(item.data["person_id"], scene)
    return [i for i, have, stage in rows if have != need and stage != "arrived"]


def reclassed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The category moves; what it was stands in the events."""
    said = {"severity": form["severity"]} if form.get("severity") else {}
    evidence = sorted({*item.data.get("evidence", ()), *form["evidence"]})
    return {
        "item_class": form["category"],
        "data": {"opened_as": item.item_class, **item.data, **said, "evidence": evidence},
    }


def told_again(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """What another report adds: evidence, and what was not known; its category is its own word."""
    new = {name: form[name] for name in ("onset_on", "severity") if form.get(name)}
    evidence = sorted({*item.data.get("evidence", ()), *form["evidence"]})
    known = {name: value for name, value in item.data.items() if value != ""}
    return {"data": {**new, **known, "evidence": evidence}}


def ended(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """How it ended; whoever has died is expected nowhere any more. A drill notes nothing."""
    if form["end"] == End.DIED and not item.exercise:
        on = date.fromisoformat(form["ended_on"]) if form.get("ended_on") else None
        departures.note(
            item.data["person_id"], on or clock.day(clock.moment(scene.now)), Left.DIED,
            source=f"case {item.id}", now=scene.now,
        )  # fmt: skip
    return {"outcome": form["end"], "data": {**item.data, **form}}


def _severity(item: Standing, form: Mapping[str, Any]) -> str:
    return str(form.get("severity") or item.data.get("severity", ""))


def _opened(item: Standing, category: str, severity: str, scene: Scene) -> list[Opening]:
    person = item.data["person_id"]
    need = needs.required(item.kind, category, severity)
    wanted = []
    if need is not None and need not in {have for _, have, _ in needs.of_person(person, scene)}:
        wanted.append(_child(item, "placement", need))
        needs.asked_for(person, need, scene)
    if _investigated(category):
        wanted.append(_child(item, "investigation", "case"))
    return wanted


def _child(item: Standing, loop: str, item_class: str) -> Opening:
    return Opening(
        item.area_id,
        item_class,
        {"person_id": item.data["person_id"]},
        kind=item.kind,
        subject_kind="person",
        subject_id=item.data["person_id"],
        loop=loop,
    )

"""What does each step set on a contact, and what opens from it?"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from linli import clock
from linli.errors import N_, BadInput
from linli.loops import observation
from linli.loops.contacts.forms import Because
from linli.loops.exposures.tables import Decision, Exposure
from linli.loops.follow_ups import schedule
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.needs import Need
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing

MOST_NAMED = 200  # exposures that a case names
CONFIRMED = "confirmed"  # the class of a case that a positive test shows


def managed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Until when somebody is followed up, and where they stay, by disease and class of risk."""
    del form, scene
    return {"data": {**item.data, **plan_of(item.kind, item.item_class, item.data["last_met_on"])}}


def plan_of(disease: str, risk: str, last_met_on: str) -> dict[str, Any]:
    """The last day and the place of stay, as the item keeps them."""
    plan = observation.of(disease).plan(risk)
    until = date.fromisoformat(last_met_on) + timedelta(days=plan.days)
    return {"until": until.isoformat(), "quarantine": plan.quarantine}


def placements(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """The place that a contact needs, where the plan asks for one."""
    del form, scene
    if not item.data.get("quarantine"):
        return []
    return [
        Opening(
            area_id=item.area_id,
            item_class=Need.OBSERVATION,
            data={"person_id": item.subject_id},
            kind=item.kind,
            uid=uuid5(_uid(item), "placement"),
            subject_kind=item.subject_kind,
            subject_id=item.subject_id,
            loop="placement",
        )
    ]


def ill(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """When symptoms were told, and which."""
    told = {"symptoms": form["symptoms"], "temperature_c": form.get("temperature_c")}
    return {"data": {**item.data, "ill": {**told, "on": _today(scene).isoformat()}}}


def turned(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The contact has become a case, and its follow-ups end today."""
    schedule.end(item.id, on=_today(scene))
    because = form.get("because", Because.SYMPTOMS)
    return {"outcome": "case", "data": {**item.data, "because": because}}


def cases(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """The case that a contact has become; its parent is the contact, so it is known from whom.

    A case that is open already, as a laboratory's door opens it, is not opened twice.
    """
    if _has_case(item):
        return []
    because = form.get("because", Because.SYMPTOMS)
    rule = observation.of(item.kind).opens_case
    item_class = form.get("case_class") or (CONFIRMED if because == Because.LAB else rule)
    exposures = Exposure.objects.filter(contact_id=item.id, decision=Decision.ACCEPTED)
    data: dict[str, Any] = {
        "person_id": item.subject_id,
        "source": "contact",
        "evidence": [because],
        "exposure_ids": list(exposures.order_by("id").values_list("id", flat=True)[:MOST_NAMED]),
    }
    if form.get("result_id"):
        data["result_id"] = form["result_id"]
    onset = form.get("onset_on") or item.data.get("ill", {}).get("on")
    if onset:
        data["onset_on"] = onset
    return [
        Opening(
            area_id=item.area_id,
            item_class=item_class,
            data=data,
            kind=item.kind,
            uid=uuid5(_uid(item), "case"),
            subject_kind=item.subject_kind,
            subject_id=item.subject_id,
            loop="case",
        )
    ]


def _has_case(item: Standing) -> bool:
    rows = Item.objects.filter(
        loop="case",
        kind=item.kind,
        subject_kind=item.subject_kind,
        subject_id=item.subject_id,
        exercise=bool(item.exercise),
    )
    return rows.exclude(state=State.CLOSED).exists()


def other_risk(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Another class of risk: other days, and perhaps another place."""
    known = scene.loop(item.loop).classes
    if form["risk"] not in known:
        raise BadInput(
            N_("{given} is no class of risk. Choose one of: {known}."),
            given=form["risk"],
            known=tuple(known),
        )
    plan = plan_of(item.kind, form["risk"], item.data["last_met_on"])
    return {"item_class": form["risk"], "data": {**item.data, **plan}}


def met_again(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """A case was met later than was known, so the days begin anew from there."""
    del scene
    last = max(form["last_met_on"], item.data["last_met_on"])
    plan = plan_of(item.kind, item.item_class, last)
    return {"data": {**item.data, "last_met_on": last, **plan}}


def released(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The period is over, and nothing speaks against it."""
    del form
    schedule.end(item.id, on=_today(scene))
    return {"outcome": "released", "solved_tier": item.tier}


def stopped(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Nobody whom they met is a case any more."""
    del form
    schedule.end(item.id, on=_today(scene))
    return {"outcome": "no_case"}


def _today(scene: Scene) -> date:
    return clock.day(clock.moment(scene.now))


def _uid(item: Standing) -> UUID:
    return item.uid if isinstance(item.uid, UUID) else UUID(str(item.uid))

"""The hand-over loop (S100): goods or a task go to an organisation, and it signs for them.

The organisation owns the stage: only its own people, or the desk that answers for its place, say
who receives. Whoever receives closes it, by a receipt with what was counted.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from linli import clock
from linli.errors import N_, BadInput
from linli.loops.ledger import Item
from linli.loops.loop import (
    Allotment,
    Form,
    Gate,
    Loop,
    Move,
    Stage,
    State,
    Step,
    Unmet,
    stages,
)
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import DESKS, DUTY_OFFICERS, FIELD_STAFF, Role
from linli.registry.accounts import Account
from linli.registry.organisations import Organisation

LINLI = frozenset({Role.SYSTEM})
TAKERS = FIELD_STAFF | {Role.PARTNER}
MOST = 1e9


class NoOrganisation(BadInput):
    """Nobody of that number can be handed anything."""

    code = "no_organisation"
    sentence = N_("There is no organisation {id} now. Choose one from the registry.")


class HandoverAsk(Form):
    """What goes to which organisation, how much, and what for; of a gift as its donor said."""

    personal: ClassVar[frozenset[str]] = frozenset({"what", "note"})

    organisation_id: int = Field(gt=0, title=N_("Number of the organisation"))
    what: str = Field(min_length=2, max_length=120, title=N_("What is handed over?"))
    quantity: float = Field(gt=0, le=MOST, allow_inf_nan=False, title=N_("How much?"))
    unit: str = Field(default="", max_length=24, title=N_("Of which unit?"))
    note: str = Field(default="", max_length=400, title=N_("What for?"))


class HandoverReceiver(Form):
    """Who will receive: a post or a name that can be asked for."""

    personal: ClassVar[frozenset[str]] = frozenset({"receiver"})

    receiver: str = Field(min_length=2, max_length=80, title=N_("Who receives it?"))


class HandoverReceipt(Form):
    """What was counted when it arrived, and what is said of a difference."""

    personal: ClassVar[frozenset[str]] = frozenset({"remark"})

    quantity_received: float = Field(
        ge=0, le=MOST, allow_inf_nan=False, title=N_("How much has arrived?")
    )
    remark: str = Field(default="", max_length=400, title=N_("If it differs: why?"))


class HandoverNo(Form):
    """Why not."""

    personal: ClassVar[frozenset[str]] = frozenset({"reason"})

    reason: str = Field(min_length=2, max_length=400, title=N_("Why not?"))


def _to_the_organisation(item: Standing, data: Mapping[str, Any], scene: Scene) -> Allotment:
    """It is the organisation's to accept; one that has ended, or never was, is refused."""
    found = Organisation.objects.filter(id=data["organisation_id"]).first()
    today = clock.day(clock.moment(scene.now))
    if found is None or (found.valid_until is not None and found.valid_until < today):
        raise NoOrganisation(id=data["organisation_id"])
    return Allotment(
        item.tier, None, "organisation", {"organisation": found.name_zh}, organisation_id=found.id
    )


def _ours(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """A partner's worker answers for the own organisation only; a desk for all at its place."""
    if scene.actor.holds(FIELD_STAFF | LINLI):
        return None
    account = Account.objects.filter(id=scene.actor.id or 0).values("organisation_id").first()
    if account is not None and account["organisation_id"] == item.organisation_id:
        return None
    return Unmet("ours", N_("It goes to another organisation. Only its own people sign for it."))


def _counted(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    if form["quantity_received"] == item.data["quantity"] or form.get("remark"):
        return None
    return Unmet(
        "counted",
        N_("{sent} were sent and {received} are said to have arrived. Say why they differ."),
        {"sent": item.data["quantity"], "received": form["quantity_received"]},
    )


def _named(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"data": {**item.data, "receiver": form["receiver"]}}


def _received(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    receipt = {"quantity_received": form["quantity_received"], "received_at": scene.now}
    if form.get("remark"):
        receipt["remark"] = form["remark"]
    return {
        "outcome": "received",
        "replied_at": scene.now,
        "in_time": None if item.clock_id is None else not item.missed,
        "solved_tier": item.tier,
        "data": {**item.data, **receipt},
    }


def _refused(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": "refused", "data": {**item.data, "reason": form["reason"]}}


def _withdrawn(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": "withdrawn"}


def _back_in_store(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Move]:
    """A part of a gift that is not taken is in store again, even if all had been given out."""
    parent = Item.objects.filter(id=item.parent_id or 0, loop="donation", stage="given_out")
    return [(found, "come_back", {}) for found in parent.values_list("id", flat=True)]


OURS = Gate("ours", N_("it goes to your organisation"), _ours)

LOOP = Loop(
    name="handover",
    label=N_("hand-over"),
    opens="offered",
    opened_by=DESKS | LINLI,
    asks=HandoverAsk,
    subject="place",
    seen_by=TAKERS | {Role.AUDITOR},
    about_residents=False,
    classes={"task": N_("a task"), "goods": N_("goods")},
    first_allot=_to_the_organisation,
    reasons={"organisation": N_("It goes to {organisation}, who says who receives it.")},
    stages=(
        Stage("offered", N_("offered: who receives is not named yet")),
        Stage("awaited", N_("awaited by a named receiver")),
        Stage("received", N_("received, with a receipt"), State.CLOSED),
        Stage("refused", N_("refused"), State.CLOSED),
        Stage("withdrawn", N_("withdrawn"), State.CLOSED),
    ),
    steps=(
        Step("name_receiver", N_("say who receives it"), stages("offered", "awaited"), "awaited",
             by=TAKERS, asks=HandoverReceiver, gates=(OURS,), effect=_named, takes=True),
        Step("receive", N_("sign the receipt"), stages("awaited"), "received", by=TAKERS,
             asks=HandoverReceipt,
             gates=(OURS, Gate("counted", N_("a difference is explained"), _counted)),
             effect=_received),
        Step("refuse", N_("do not take it"), stages("offered", "awaited"), "refused", by=TAKERS,
             asks=HandoverNo, gates=(OURS,), effect=_refused,
             moves=_back_in_store),
        Step("withdraw", N_("withdraw the offer"), stages("offered"), "withdrawn",
             by=DUTY_OFFICERS | {Role.SECRETARY}, effect=_withdrawn, moves=_back_in_store),
    ),
)  # fmt: skip

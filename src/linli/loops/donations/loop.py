"""The donation loop (S100): offered, counted in, given out in shares, each with its receipt.

It ends when every part of it has been received or written off, never before; and whoever gave it
sees where each part went.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from linli.errors import N_
from linli.loops.donations.shares import EXACT, whereabouts
from linli.loops.loop import Form, Gate, Loop, Stage, State, Step, Unmet, stages
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import DESKS, EVERYONE, Role
from linli.registry.organisations import Organisation

LINLI = frozenset({Role.SYSTEM})
KEEPERS = DESKS | {Role.PARTNER}
MOST = 1e9


class DonationAsk(Form):
    """What somebody gives, how much, what they wish it for, and how they can be reached."""

    personal: ClassVar[frozenset[str]] = frozenset({"what", "wish", "donor", "contact_phone"})

    what: str = Field(min_length=2, max_length=120, title=N_("What do you give?"))
    quantity: float = Field(gt=0, le=MOST, allow_inf_nan=False, title=N_("How much?"))
    unit: str = Field(default="", max_length=24, title=N_("Of which unit?"))
    wish: str = Field(default="", max_length=400, title=N_("Is it meant for somebody?"))
    donor: str = Field(default="", max_length=80, title=N_("Your name"))
    contact_phone: str = Field(default="", max_length=40, title=N_("Your phone"))


class DonationCount(Form):
    """What was counted when it came in, and where it is kept."""

    personal: ClassVar[frozenset[str]] = frozenset({"kept_at"})

    quantity_received: float = Field(
        gt=0, le=MOST, allow_inf_nan=False, title=N_("How much has arrived?")
    )
    kept_at: str = Field(min_length=2, max_length=80, title=N_("Where is it kept?"))


class DonationShare(Form):
    """How much of it goes to which organisation."""

    personal: ClassVar[frozenset[str]] = frozenset({"note"})

    organisation_id: int = Field(gt=0, title=N_("Number of the organisation"))
    quantity: float = Field(gt=0, le=MOST, allow_inf_nan=False, title=N_("How much?"))
    note: str = Field(default="", max_length=400, title=N_("What for?"))


class DonationLoss(Form):
    """What cannot be given any more, and why."""

    personal: ClassVar[frozenset[str]] = frozenset({"reason"})

    quantity: float = Field(gt=0, le=MOST, allow_inf_nan=False, title=N_("How much?"))
    reason: str = Field(min_length=2, max_length=400, title=N_("Why?"))


class DonationNo(Form):
    """Why it cannot be taken."""

    personal: ClassVar[frozenset[str]] = frozenset({"reason"})

    reason: str = Field(min_length=2, max_length=400, title=N_("Why not?"))


def _enough(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    left = whereabouts(item.id, item.data).in_store
    if form["quantity"] <= left + EXACT:
        return None
    return Unmet(
        "enough",
        N_("{left} are in store and {asked} are asked for. Give {left} or less."),
        {"left": round(left, 6), "asked": form["quantity"]},
    )


def _known(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    if Organisation.objects.filter(id=form["organisation_id"]).exists():
        return None
    return Unmet(
        "known",
        N_("There is no organisation {id}. Choose one from the registry."),
        {"id": form["organisation_id"]},
    )


def _all_given(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    left = whereabouts(item.id, item.data).in_store
    if left <= EXACT:
        return None
    return Unmet(
        "all_given",
        N_("{left} are still in store. Give them to an organisation, or write them off."),
        {"left": round(left, 6)},
    )


def _all_signed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    found = whereabouts(item.id, item.data)
    if found.on_the_way <= EXACT and found.in_store <= EXACT:
        return None
    return Unmet("all_signed", N_("Not every part of it has been signed for."))


def _counted(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"data": {**item.data, **form}, "replied_at": scene.now}


def _shared(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """A hand-over at the organisation's seat, where its own people find it."""
    seat = Organisation.objects.get(id=form["organisation_id"])
    said = {
        "organisation_id": seat.id, "what": item.data["what"], "quantity": form["quantity"],
        "unit": item.data.get("unit", ""), "note": form.get("note", ""),
    }  # fmt: skip
    return [Opening(seat.area_id, "goods", said, title=item.data["what"],
                    quantity=form["quantity"], opened_by=scene.actor.id)]  # fmt: skip


def _lost(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    loss = {"quantity": form["quantity"], "reason": form["reason"], "at": scene.now}
    return {"data": {**item.data, "written_off": [*item.data.get("written_off", []), loss]}}


def _ended(outcome: str) -> Any:
    def effect(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
        return {
            "outcome": outcome,
            "in_time": None if item.clock_id is None else not item.missed,
            "solved_tier": item.tier,
        }

    return effect


SIGNED = Gate("all_signed", N_("every part is signed for"), _all_signed)

LOOP = Loop(
    name="donation",
    label=N_("donation"),
    opens="promised",
    opened_by=EVERYONE | KEEPERS,
    asks=DonationAsk,
    subject="place",
    seen_by=KEEPERS | {Role.AUDITOR},
    classes={"money": N_("money"), "goods": N_("goods")},
    personal=frozenset({"written_off"}),
    when_children_close="arrive",
    stages=(
        Stage("promised", N_("promised"), public=N_("We have your offer; somebody will call.")),
        Stage("agreed", N_("agreed, not here yet"), public=N_("We await it.")),
        Stage("in_store", N_("in store"), public=N_("It is here, and is being given out.")),
        Stage("given_out", N_("given out, receipts awaited"), State.WAITING, auto="arrive",
              public=N_("All of it is given out; receipts are awaited.")),
        Stage("arrived", N_("arrived: every part is signed for"), State.CLOSED,
              public=N_("Every part of it has arrived. Thank you.")),
        Stage("declined", N_("declined"), State.CLOSED,
              public=N_("We cannot take it. Thank you all the same.")),
        Stage("taken_back", N_("withdrawn by the donor"), State.CLOSED,
              public=N_("You withdrew it.")),
    ),
    steps=(
        Step("agree", N_("agree to take it"), stages("promised"), "agreed", by=KEEPERS, takes=True),
        Step("count_in", N_("count it in"), stages("promised", "agreed"), "in_store", by=KEEPERS,
             asks=DonationCount, effect=_counted),
        Step("share", N_("give a part of it"), stages("in_store"), "in_store", by=KEEPERS,
             asks=DonationShare, stays=True, children=_shared, hands_over="handover",
             gates=(Gate("known", N_("the organisation is known"), _known),
                    Gate("enough", N_("so much is in store"), _enough))),
        Step("write_off", N_("write off what cannot be given"), stages("in_store"), "in_store",
             by=DESKS, asks=DonationLoss, stays=True, effect=_lost,
             gates=(Gate("enough", N_("so much is in store"), _enough),)),
        Step("give_out", N_("all of it is given"), stages("in_store"), "given_out", by=KEEPERS,
             gates=(Gate("all_given", N_("nothing is left in store"), _all_given),)),
        Step("come_back", N_("a part came back"), stages("given_out"), "in_store", by=LINLI),
        Step("arrive", N_("every part is signed for"), stages("given_out"), "arrived", by=LINLI,
             gates=(SIGNED,), effect=_ended("arrived")),
        Step("decline", N_("decline it"), stages("promised", "agreed"), "declined", by=KEEPERS,
             asks=DonationNo, effect=_ended("declined")),
        Step("take_back", N_("withdraw it"), stages("promised", "agreed"), "taken_back",
             by=EVERYONE, own=True, effect=_ended("taken_back")),
    ),
)  # fmt: skip

"""The placement loop (S20, S21): somebody needs a place, and it ends with them, not with a plan.

Whoever receives them says that they have arrived. A transfer fills it: the ward that admits them
is the arrival. Where none is needed, it is filled by hand: a place is offered, an arrival signed.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from linli.errors import N_
from linli.loops import needs
from linli.loops.beds.words import POSTURE_NAMES, SEVERITY, TransferPosture, names
from linli.loops.ledger import Item
from linli.loops.loop import Form, Gate, Loop, Stage, State, Step, Unmet, stages
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import DESKS, Role
from linli.registry.wards import BedSeverity

PLACERS = DESKS | {Role.CLINICIAN}
LINLI = frozenset({Role.SYSTEM})


class PlacementAsk(Form):
    """For whom, and since when."""

    person_id: int = Field(gt=0)


class PlacementOffer(Form):
    """The site where there is a place."""

    site_id: int = Field(gt=0, title=N_("Number of the site"))


class PlacementArrival(Form):
    """Where they have arrived; at home where observation at home will do."""

    site_id: int | None = Field(default=None, gt=0, title=N_("Number of the site"))
    at_home: bool = Field(default=False, title=N_("At home"))


class PlacementSend(Form):
    """How ill they are, what the bed needs, and how they can travel."""

    severity: BedSeverity = Field(title=N_("How ill?"), json_schema_extra=SEVERITY)
    oxygen: bool = Field(default=False, title=N_("Needs oxygen"))
    icu: bool = Field(default=False, title=N_("Needs intensive care"))
    dialysis: bool = Field(default=False, title=N_("Needs dialysis"))
    posture: TransferPosture = Field(
        default=TransferPosture.WALKS,
        title=N_("How can they travel?"),
        json_schema_extra=names(POSTURE_NAMES),
    )


class PlacementReason(Form):
    """Why: one sentence."""

    personal: ClassVar[frozenset[str]] = frozenset({"reason"})

    reason: str = Field(min_length=2, max_length=500, title=N_("Say it in a sentence"))


def _offered(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"data": {**item.data, "site_id": form["site_id"]}}


def _arrived(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """They are there: what was asked is done, and whether it was in time stands with it."""
    return {
        "replied_at": scene.now,
        "in_time": None if item.clock_id is None else not item.missed,
        "solved_tier": item.tier,
        "outcome": "arrived",
        "data": {**item.data, **form},
    }


def _moved_on(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """They are in a place of the same kind, at another site."""
    return {"data": {**item.data, "site_id": form["site_id"]}}


def _transfers(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """A bed is looked for: the transfer brings them to it."""
    category = next(c for c, need in needs.REQUIRED.items() if need == item.item_class)
    asked = {name: form[name] for name in ("oxygen", "icu", "dialysis", "posture")}
    return [
        Opening(
            item.area_id,
            form["severity"],
            {"person_id": item.data["person_id"], "category": category, **asked},
            kind=category,
            subject_kind="person",
            subject_id=item.data["person_id"],
        )
    ]


def _no_transfer_yet(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """One transfer at a time."""
    rows = Item.objects.filter(parent_id=item.id, loop="transfer").exclude(state=State.CLOSED)
    found = rows.values_list("id", flat=True).first()
    if found is None:
        return None
    return Unmet("one_transfer", N_("Transfer {id} looks for a bed already."), {"id": found})


def _others(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[int]:
    """Whoever arrives here has left the place they were in: nobody is in two."""
    rows = needs.of_person(item.data["person_id"], scene)
    return [i for i, _, stage in rows if i != item.id and stage == "arrived"]


def _ended(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": "left" if item.replied_at is not None else "not_needed"}


def _still_required(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """A person ends a place only when no case requires it; Linli ends those that are needless."""
    if scene.actor.id is None:
        return None
    case_id = needs.requiring(item.data["person_id"], item.item_class, exercise=item.exercise)
    if case_id is None:
        return None
    return Unmet(
        "needless",
        N_("Case {id} requires this place. Change its category, or end it, and the place ends."),
        {"id": case_id},
    )


ONE_TRANSFER = Gate("one_transfer", N_("no transfer is under way"), _no_transfer_yet)
NEEDLESS = Gate("needless", N_("no case requires the place any more"), _still_required)

LOOP = Loop(
    name="placement",
    label=N_("placement"),
    opens="needed",
    opened_by=LINLI,
    asks=PlacementAsk,
    subject="person",
    seen_by=PLACERS | {Role.TRACER},
    classes={need.value: name for need, name in needs.NAMES.items()},
    when_parent_closes="end",
    stages=(
        Stage("needed", N_("needed")),
        Stage("offered", N_("a place is offered"), keeps_clock=True),
        Stage("arrived", N_("arrived"), State.WAITING),
        Stage("ended", N_("ended"), State.CLOSED),
    ),
    steps=(
        Step(
            "offer",
            N_("offer a place"),
            stages("needed", "offered"),
            "offered",
            by=PLACERS,
            asks=PlacementOffer,
            effect=_offered,
        ),
        Step(
            "decline",
            N_("the place cannot be had"),
            stages("offered"),
            "needed",
            by=PLACERS,
            asks=PlacementReason,
            resumes=True,
        ),
        Step(
            "arrive",
            N_("say that they have arrived"),
            stages("needed", "offered"),
            "arrived",
            by=PLACERS | LINLI,
            asks=PlacementArrival,
            effect=_arrived,
            retires=_others,
        ),
        Step(
            "send",
            N_("ask for a transfer"),
            stages("needed", "offered"),
            "needed",
            by=PLACERS | LINLI,
            asks=PlacementSend,
            gates=(ONE_TRANSFER,),
            children=_transfers,
            hands_over="transfer",
            stays=True,
        ),
        Step(
            "move_on",
            N_("is at another site"),
            stages("arrived"),
            "arrived",
            by=LINLI,
            asks=PlacementArrival,
            effect=_moved_on,
            stays=True,
        ),
        Step(
            "end",
            N_("end"),
            stages("needed", "offered", "arrived"),
            "ended",
            by=PLACERS | LINLI,
            gates=(NEEDLESS,),
            effect=_ended,
        ),
    ),
)

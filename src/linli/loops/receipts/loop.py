"""The receipt loop: a unit signs for an order, and says when it has done it."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Allotment, Form, Gate, Loop, Stage, State, Step, Unmet, stages
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.policy.roles import DESKS, FIELD_STAFF, Role


class ReceiptAsk(Form):
    """The order as the unit reads it."""

    title: str
    text: str
    report: bool


class ReceiptReport(Form):
    """What the unit has done."""

    note: str = Field(min_length=2, max_length=2000)


def _first(item: Standing, form: Mapping[str, Any], scene: Scene) -> Allotment:
    return Allotment(item.tier, scene.answers(item.unit_id, ""), "first_responsible")


def _no_report(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    if not item.data["report"]:
        return None
    return Unmet("report", N_("This order asks for a report. Say what was done."))


LOOP = Loop(
    name="receipt",
    label=N_("receipt"),
    opens="sent",
    opened_by=frozenset({Role.SYSTEM}),
    asks=ReceiptAsk,
    seen_by=FIELD_STAFF | {Role.AUDITOR},
    classes={"urgent": N_("urgent: at once"), "normal": N_("normal")},
    about_residents=False,
    subject="place",
    first_allot=_first,
    when_parent_closes="drop",
    stages=(
        Stage("sent", N_("sent down")),
        Stage("received", N_("signed for")),
        Stage("done", N_("carried out"), State.CLOSED),
        Stage("dropped", N_("no longer asked for"), State.CLOSED),
    ),
    steps=(
        Step(
            "drop",
            N_("drop"),
            stages("sent", "received"),
            "dropped",
            by=frozenset({Role.SYSTEM}),
        ),
        Step("receive", N_("sign for it"), stages("sent"), "received", by=DESKS, takes=True),
        Step(
            "report",
            N_("report it done"),
            stages("received"),
            "done",
            by=DESKS,
            asks=ReceiptReport,
        ),
        Step(
            "note",
            N_("taken note of"),
            stages("sent", "received"),
            "done",
            by=DESKS,
            gates=(Gate("report", N_("no report is asked for"), _no_report),),
        ),
    ),
)

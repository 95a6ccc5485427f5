"""The directive loop: an order goes down to every unit and is complete when all have done it."""

from linli.errors import N_
from linli.loops.directives import reach
from linli.loops.directives.forms import DirectiveAsk, DirectiveReason
from linli.loops.loop import Loop, Stage, State, Step, stages
from linli.policy.roles import DESKS, DUTY_OFFICERS, FIELD_STAFF, Role

LOOP = Loop(
    name="directive",
    label=N_("directive"),
    opens="issued",
    opened_by=DUTY_OFFICERS,
    asks=DirectiveAsk,
    seen_by=FIELD_STAFF | {Role.AUDITOR},
    classes={"urgent": N_("urgent: at once"), "normal": N_("normal")},
    about_residents=False,
    subject="place",
    when_children_close="complete",
    stages=(
        Stage("issued", N_("issued"), auto="send"),
        Stage("sent", N_("sent down"), State.WAITING, public=N_("It is on its way.")),
        Stage("complete", N_("done by all"), State.CLOSED, public=N_("Every unit has done it.")),
        Stage("withdrawn", N_("withdrawn"), State.CLOSED, public=N_("Withdrawn.")),
    ),
    steps=(
        Step(
            "send",
            N_("send down"),
            stages("issued"),
            "sent",
            by=frozenset({Role.SYSTEM}),
            hands_over="receipt",
            children=reach.units,
        ),
        Step(
            "complete",
            N_("complete"),
            stages("sent"),
            "complete",
            by=frozenset({Role.SYSTEM}),
        ),
        Step(
            "withdraw",
            N_("withdraw"),
            stages("sent"),
            "withdrawn",
            by=DESKS,
            asks=DirectiveReason,
        ),
    ),
)

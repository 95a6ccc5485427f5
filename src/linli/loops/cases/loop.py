"""The case loop (S20, S22): who is in which category, why, and what each category requires.

A case asks at once for the place its category requires and, once confirmed, for an
investigation. A change of category is a step with its evidence; the history explains them all.
A case that has ended is still confirmed by a late result, and its contacts are traced.
"""

from linli.errors import N_
from linli.loops.cases import follows, gates
from linli.loops.cases.forms import CATEGORY_NAMES, CaseAgain, CaseAsk, CaseClass, CaseEnd
from linli.loops.loop import Loop, Stage, State, Step, stages
from linli.policy.roles import DESKS, Role

LINLI = frozenset({Role.SYSTEM})
CLINICAL = frozenset({Role.CLINICIAN, Role.TRACER})

LOOP = Loop(
    name="case",
    label=N_("case"),
    opens="reported",
    opened_by=CLINICAL | DESKS | LINLI,
    asks=CaseAsk,
    subject="person",
    seen_by=DESKS | CLINICAL | {Role.GRID_WORKER},
    classes={category.value: name for category, name in CATEGORY_NAMES.items()},
    stages=(
        Stage("reported", N_("reported"), auto="register"),
        Stage("unclassified", N_("to be classified")),
        Stage("managed", N_("in care")),
        Stage("ended", N_("ended"), State.CLOSED),
    ),
    steps=(
        Step(
            "register",
            N_("ask for what it needs"),
            stages("reported"),
            "unclassified",
            by=LINLI,
            children=follows.registered,
        ),
        Step(
            "classify",
            N_("classify"),
            stages("unclassified"),
            "managed",
            by=CLINICAL | LINLI,
            asks=CaseClass,
            gates=(gates.KNOWN,),
            effect=follows.reclassed,
            retires=follows.needless,
            children=follows.classified,
        ),
        Step(
            "reclassify",
            N_("change the category"),
            stages("managed"),
            "managed",
            by=CLINICAL | LINLI,
            asks=CaseClass,
            gates=(gates.KNOWN,),
            effect=follows.reclassed,
            retires=follows.needless,
            children=follows.classified,
            stays=True,
        ),
        Step(
            "report_again",
            N_("report again"),
            stages("unclassified", "managed"),
            "managed",
            by=CLINICAL | DESKS | LINLI,
            asks=CaseAgain,
            gates=(gates.KNOWN,),
            effect=follows.told_again,
            stays=True,
        ),
        Step(
            "end",
            N_("end"),
            stages("unclassified", "managed"),
            "ended",
            by=CLINICAL,
            asks=CaseEnd,
            gates=(gates.TRACED,),
            effect=follows.ended,
        ),
        Step(
            "confirm_after",
            N_("confirm after its end"),
            stages("ended"),
            "ended",
            by=CLINICAL | LINLI,
            asks=CaseClass,
            gates=(gates.KNOWN, gates.CONFIRMS),
            effect=follows.reclassed,
            children=follows.traced_after,
            stays=True,
        ),
    ),
)

"""The incident loop (S32): facts, review, a remedy for each person it struck, and the lesson.

It cannot be closed before each of them has had the remedy, or has said no to it. Whoever is
blamed is heard first: the review names the hearing.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from linli.errors import N_
from linli.loops.beds.words import apart
from linli.loops.ledger import Item
from linli.loops.loop import Form, Gate, Loop, Stage, State, Step, Unmet, stages
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.can import scope
from linli.policy.roles import DUTY_OFFICERS, Role
from linli.registry.areas import within

LINLI = frozenset({Role.SYSTEM})
REPORTERS = DUTY_OFFICERS | {Role.CLINICIAN, Role.SECRETARY, Role.COMMUNITY_DESK}
REVIEWERS = frozenset({Role.DISTRICT_COMMAND, Role.CITY_COMMAND})
MOST_STRUCK = 500


class IncidentFault(StrEnum):
    """What went wrong."""

    NO_BED = "no_bed"
    NO_RECEIVER = "no_receiver"
    WRONG_PLACE = "wrong_place"
    CROWDED = "crowded"
    LATE = "late"
    UNPROTECTED = "unprotected"
    OTHER = "other"


FAULT_NAMES = {
    IncidentFault.NO_BED: N_("no bed"),
    IncidentFault.NO_RECEIVER: N_("nobody received them"),
    IncidentFault.WRONG_PLACE: N_("the wrong place"),
    IncidentFault.CROWDED: N_("people stood or lay on the floor"),
    IncidentFault.LATE: N_("too late"),
    IncidentFault.UNPROTECTED: N_("driver or crew without protection"),
    IncidentFault.OTHER: N_("something else"),
}


class IncidentAsk(Form):
    """What went wrong, on which run, and whom it struck, by their transfers."""

    personal: ClassVar[frozenset[str]] = frozenset({"facts"})

    fault: IncidentFault = Field(
        title=N_("What went wrong?"),
        json_schema_extra={"names": {code.value: name for code, name in FAULT_NAMES.items()}},
    )
    facts: str = Field(min_length=2, max_length=2000, title=N_("What happened?"))
    run_id: int | None = Field(default=None, gt=0, title=N_("Number of the run"))
    transfer_ids: Annotated[list[int], BeforeValidator(apart)] = Field(
        default_factory=list, max_length=MOST_STRUCK, title=N_("Numbers of the transfers")
    )


class IncidentReview(Form):
    """What the review found, whether who is blamed was heard, and what is owed to each."""

    personal: ClassVar[frozenset[str]] = frozenset({"finding"})

    finding: str = Field(min_length=2, max_length=2000, title=N_("What was found?"))
    heard: bool = Field(title=N_("Was everybody heard who is blamed?"))
    apology: bool = Field(default=True, title=N_("Is an apology owed?"))


class IncidentLesson(Form):
    """What will be done otherwise, from which day on."""

    personal: ClassVar[frozenset[str]] = frozenset({"lesson"})

    lesson: str = Field(min_length=2, max_length=2000, title=N_("What will be done otherwise?"))


def _struck(item: Standing) -> list[Item]:
    """The transfers it struck: those named, or all that were sent on its run."""
    ids = item.data.get("transfer_ids") or []
    run_id = item.data.get("run_id")
    if not ids and run_id:
        run = Item.objects.filter(id=run_id, loop="run", exercise=item.exercise).first()
        ids = run.data.get("sent", []) if run else []
    rows = Item.objects.filter(id__in=ids, loop="transfer", exercise=item.exercise)
    return list(rows.order_by("id"))


def _known(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Everybody named is a transfer that the reviewer reaches; and there is somebody."""
    found = _struck(item)
    mine = Item.objects.filter(
        within(scope(scene.actor, REVIEWERS)), id__in=[transfer.id for transfer in found]
    ).count()
    named = set(item.data.get("transfer_ids") or [])
    if found and mine == len(found) and named <= {transfer.id for transfer in found}:
        return None
    return Unmet(
        "known",
        N_("It names nobody whom it struck, or somebody you do not reach. Name their transfers."),
    )


def _heard(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    if form["heard"]:
        return None
    return Unmet("heard", N_("Who is blamed has a right of reply. Hear them first."))


def _remedies(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """One remedy for each person, where they live."""
    seen: dict[int, Item] = {}
    for transfer in _struck(item):
        seen.setdefault(transfer.subject_id or 0, transfer)
    return [
        Opening(
            transfer.area_id,
            "apology" if form["apology"] else "other",
            {"person_id": person, "transfer_id": transfer.id},
            subject_kind="person",
            subject_id=person,
            loop="remedy",
        )
        for person, transfer in seen.items()
    ]


def _reviewed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"data": {**item.data, "n_struck": len({t.subject_id for t in _struck(item)})}}


def _closed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {
        "replied_at": scene.now,
        "in_time": None if item.clock_id is None else not item.missed,
        "solved_tier": item.tier,
        "outcome": "made_good",
    }


LOOP = Loop(
    name="incident",
    label=N_("incident"),
    opens="reported",
    opened_by=REPORTERS,
    asks=IncidentAsk,
    subject="run",
    seen_by=REPORTERS | {Role.AUDITOR},
    about_residents=True,
    classes={"harm": N_("somebody was harmed"), "near": N_("nobody was harmed")},
    when_children_close="made_good",
    stages=(
        Stage("reported", N_("reported")),
        Stage("owed", N_("remedies are owed"), State.WAITING),
        Stage("made_good", N_("made good, lesson to be drawn")),
        Stage("closed", N_("closed"), State.CLOSED),
    ),
    steps=(
        Step(
            "review",
            N_("review"),
            stages("reported"),
            "owed",
            by=REVIEWERS,
            asks=IncidentReview,
            gates=(
                Gate("known", N_("whom it struck is known"), _known),
                Gate("heard", N_("who is blamed was heard"), _heard),
            ),
            effect=_reviewed,
            children=_remedies,
            hands_over="remedy",
        ),
        Step(
            "made_good",
            N_("everybody has had the remedy"),
            stages("owed"),
            "made_good",
            by=LINLI,
        ),
        Step(
            "learn",
            N_("draw the lesson and close"),
            stages("made_good"),
            "closed",
            by=REVIEWERS,
            asks=IncidentLesson,
            effect=_closed,
        ),
    ),
)

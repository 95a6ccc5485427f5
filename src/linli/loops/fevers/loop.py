"""The fever loop (S14, S22): whoever has a fever is seen at a clinic, and it is said what it is.

A gate, a round, a clinic, a desk or the resident opens it. Who keeps a gate opens one and sees
nothing afterwards. It ends as excluded, or in a case that it opens.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field

from linli.errors import N_, BadInput, NotFound, Word
from linli.loops.loop import Form, Loop, Stage, State, Step, stages
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import DESKS, FIELD_STAFF, HEALTH_STAFF, Role
from linli.registry.person import Person, resolve

SEERS = FIELD_STAFF | {Role.CLINICIAN, Role.TRACER}
FEVER_C = 37.3  # degrees; the threshold of Wuhan's gates in 2020


class FeverSource(StrEnum):
    """Where the fever was found."""

    GATE = "gate"
    ROUND = "round"
    SELF = "self"
    CLINIC = "clinic"
    DESK = "desk"


class FeverAsk(Form):
    """Who has a fever, how high, and since when; the name only of whom we do not know yet."""

    personal: ClassVar[frozenset[str]] = frozenset({"name", "phone"})

    person_id: int | None = Field(default=None, gt=0, title=N_("Number of the person"))
    name: str = Field(default="", max_length=80, title=N_("Name, if the person is not known"))
    phone: str = Field(default="", max_length=40, title=N_("Phone, if the person is not known"))
    temperature_c: float | None = Field(default=None, ge=FEVER_C, le=45, title=N_("Temperature"))
    onset_on: date | None = Field(default=None, title=N_("Since which day?"))
    symptoms: list[str] = Field(default_factory=list, max_length=20, title=N_("Symptoms"))
    source: FeverSource = Field(title=N_("Where was it found?"))
    report_uid: str = Field(default="", max_length=36, pattern="^[0-9a-f-]*$")


class FeverExcluded(Form):
    """What it was instead."""

    diagnosis: str = Field(
        default="", max_length=20, pattern="^[A-Za-z0-9.]*$", title=N_("Code of the diagnosis")
    )


class FeverCategory(StrEnum):
    """As what somebody with a fever may become a case."""

    CONFIRMED = "confirmed"
    SUSPECTED = "suspected"
    FEVER = "fever"


CATEGORY_NAMES = {
    "confirmed": N_("confirmed"),
    "suspected": N_("suspected"),
    "fever": N_("fever that cannot be ruled out"),
}


class FeverCase(Form):
    """Which category, of which disease; and whom it is about, where the fever does not say."""

    person_id: int | None = Field(default=None, gt=0, title=N_("Number of the person"))
    disease: str = Field(
        default="covid19", max_length=24, pattern="^[a-z0-9_]+$", title=N_("Disease")
    )
    category: FeverCategory = Field(
        default=FeverCategory.FEVER,
        title=N_("Category"),
        json_schema_extra={"names": {**CATEGORY_NAMES}},
    )


def _seen(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"replied_at": scene.now, "in_time": None if item.clock_id is None else not item.missed}


def _case(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    person_id = _person(item, form)
    return {
        "outcome": form["category"],
        "subject_kind": "person",
        "subject_id": person_id,
        "data": {**item.data, "person_id": person_id},
    }


def _person(item: Standing, form: Mapping[str, Any]) -> int:
    """Whom the fever is of: as somebody says now, or as it was told; one of them has to be."""
    subject = item.subject_id if item.subject_kind == "person" else None
    found = form.get("person_id") or item.data.get("person_id") or subject
    if found is None:
        raise BadInput(N_("The fever does not say whose it is. Give the number of the person."))
    if not Person.objects.filter(id=found).exists():
        raise NotFound(what=Word(N_("person")), value=found)
    return resolve(int(found))


def _open_case(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    told = {name: item.data[name] for name in ("onset_on",) if item.data.get(name)}
    person_id = item.data["person_id"]  # of the step that was just taken
    return [
        Opening(
            item.area_id,
            form["category"],
            {"person_id": person_id, "source": "fever", **told},
            kind=form["disease"],
            subject_kind="person",
            subject_id=person_id,
            happened_at=item.happened_at,
            loop="case",
        )
    ]


def _excluded(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": "excluded"}


LOOP = Loop(
    name="fever",
    label=N_("fever"),
    opens="found",
    opened_by=FIELD_STAFF | HEALTH_STAFF | {Role.GATE_KEEPER, Role.RESIDENT, Role.SYSTEM},
    asks=FeverAsk,
    subject="person",
    seen_by=SEERS,
    classes={"fever": N_("fever")},
    stages=(
        Stage("found", N_("found"), public=N_("We know. Stay at home; somebody will call you.")),
        Stage("seen", N_("seen at a clinic"), public=N_("You have been seen.")),
        Stage("excluded", N_("excluded"), State.CLOSED, public=N_("It is not what we look for.")),
        Stage("case_opened", N_("a case"), State.CLOSED, public=N_("You are in our care.")),
    ),
    steps=(
        Step(
            "examine",
            N_("examine"),
            stages("found"),
            "seen",
            by=DESKS | {Role.CLINICIAN},
            effect=_seen,
            takes=True,
        ),
        Step(
            "exclude",
            N_("exclude"),
            stages("seen"),
            "excluded",
            by=frozenset({Role.CLINICIAN}),
            asks=FeverExcluded,
            effect=_excluded,
        ),
        Step(
            "open_case",
            N_("open a case"),
            stages("found", "seen"),
            "case_opened",
            by=frozenset({Role.CLINICIAN, Role.TRACER}),
            asks=FeverCase,
            effect=_case,
            children=_open_case,
        ),
    ),
)

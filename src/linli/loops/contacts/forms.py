"""What does each step of a contact ask? Ids and coded facts only."""

from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Form
from linli.registry.forms import Day


class Because(StrEnum):
    """What shows that a contact has become a case."""

    LAB = "lab"
    SYMPTOMS = "symptoms"
    CLINICAL = "clinical"


BECAUSE_NAMES = {
    Because.LAB: N_("a positive test"),
    Because.SYMPTOMS: N_("symptoms, by the rule of the disease"),
    Because.CLINICAL: N_("a clinician's word"),
}


def _names(names: Any) -> Any:
    return {"names": {str(code): name for code, name in names.items()}}


class ContactAsk(Form):
    """When somebody last met a case. Until when they are followed up goes by the disease."""

    last_met_on: Day = Field(title=N_("Last met the case on"))


class ContactNote(Form):
    """What became of a follow-up, where it is more than "well"."""

    day: Day = Field(title=N_("Which day?"))
    status: str = Field(max_length=12, title=N_("What is it?"))
    was: str = Field(default="", max_length=12, title=N_("What it was before"))


class ContactTurn(Form):
    """What shows that a contact has become a case, and which class that case has."""

    because: Because = Field(title=N_("What shows it?"), json_schema_extra=_names(BECAUSE_NAMES))
    case_class: str = Field(default="", max_length=24, title=N_("Category"))
    onset_on: Day | None = Field(default=None, title=N_("First symptoms on"))
    result_id: int | None = Field(default=None, ge=1, title=N_("Number of the result"))


class ContactRisk(Form):
    """A new class of risk, and why."""

    personal: ClassVar[frozenset[str]] = frozenset({"reason"})
    risk: str = Field(max_length=24, title=N_("Class of risk"))
    reason: str = Field(min_length=2, max_length=300, title=N_("Why?"))


class ContactMetAgain(Form):
    """A later day on which a case was met."""

    last_met_on: Day = Field(title=N_("Last met the case on"))


class ContactHand(Form):
    """Who asks from now on."""

    holder_id: int = Field(ge=1, title=N_("Who asks from now on?"))


class ContactClear(Form):
    """What shows that symptoms were of something else."""

    personal: ClassVar[frozenset[str]] = frozenset({"reason"})
    reason: str = Field(min_length=2, max_length=300, title=N_("What shows it?"))

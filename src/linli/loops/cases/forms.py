"""What does each step of a case ask? Ids and coded facts only: names stay in the registry."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Form

CODE = "^[a-z0-9_]+$"


class Category(StrEnum):
    """The four categories (四类人员)."""

    CONFIRMED = "confirmed"
    SUSPECTED = "suspected"
    FEVER = "fever"
    CONTACT = "contact"


CATEGORY_NAMES = {
    Category.CONFIRMED: N_("confirmed"),
    Category.SUSPECTED: N_("suspected"),
    Category.FEVER: N_("fever that cannot be ruled out"),
    Category.CONTACT: N_("close contact"),
}


class CaseSource(StrEnum):
    """How the case came to be known."""

    FEVER = "fever"
    CLINIC = "clinic"
    LABORATORY = "laboratory"
    CONTACT = "contact"
    LIST = "list"
    DESK = "desk"


class Severity(StrEnum):
    """How ill somebody is, by the clinical grades of the China protocol of 2020."""

    UNKNOWN = ""
    MILD = "mild"
    ORDINARY = "ordinary"
    SEVERE = "severe"
    CRITICAL = "critical"


class End(StrEnum):
    """How a case ends."""

    RECOVERED = "recovered"
    DIED = "died"
    EXCLUDED = "excluded"
    MOVED = "moved"


class CaseAsk(Form):
    """Whom it is about, since when, how it came to be known, and what speaks for it."""

    person_id: int = Field(gt=0, title=N_("Number of the person"))
    onset_on: date | None = Field(default=None, title=N_("Since which day ill?"))
    source: CaseSource = Field(title=N_("How did it come to be known?"))
    severity: Severity = Field(default=Severity.UNKNOWN, title=N_("How ill?"))
    evidence: list[str] = Field(default_factory=list, max_length=40, title=N_("Evidence"))
    result_id: int | None = Field(default=None, gt=0)  # the laboratory result it rests on
    exposure_ids: list[int] = Field(default_factory=list, max_length=200)


class CaseClass(Form):
    """The category, and the evidence it rests on; codes of the disease's criteria."""

    category: Category = Field(
        title=N_("Category"),
        json_schema_extra={"names": {c.value: name for c, name in CATEGORY_NAMES.items()}},
    )
    evidence: list[str] = Field(default_factory=list, max_length=40, title=N_("Evidence"))
    severity: Severity = Field(default=Severity.UNKNOWN, title=N_("How ill?"))
    result_id: int | None = Field(default=None, gt=0)


class CaseAgain(Form):
    """Another report about the same person: what it says, whether or not it is new."""

    category: Category = Field(title=N_("Category"))
    source: CaseSource = Field(title=N_("How did it come to be known?"))
    onset_on: date | None = Field(default=None, title=N_("Since which day ill?"))
    severity: Severity = Field(default=Severity.UNKNOWN, title=N_("How ill?"))
    evidence: list[str] = Field(default_factory=list, max_length=40, title=N_("Evidence"))


class CaseEnd(Form):
    """How it ended, and when."""

    end: End = Field(title=N_("How did it end?"))
    ended_on: date | None = Field(default=None, title=N_("On which day?"))

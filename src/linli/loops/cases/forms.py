"""What does each step of a case ask? Ids and coded facts only: names stay in the registry."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field
from pydantic.config import JsonDict

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


SOURCE_NAMES = {
    CaseSource.FEVER: N_("a fever that was examined"),
    CaseSource.CLINIC: N_("a clinic"),
    CaseSource.LABORATORY: N_("the laboratory"),
    CaseSource.CONTACT: N_("a contact who fell ill"),
    CaseSource.LIST: N_("a list taken in"),
    CaseSource.DESK: N_("a desk"),
}


class Severity(StrEnum):
    """How ill somebody is, by the clinical grades of the China protocol of 2020."""

    UNKNOWN = ""
    MILD = "mild"
    ORDINARY = "ordinary"
    SEVERE = "severe"
    CRITICAL = "critical"


SEVERITY_NAMES = {
    Severity.UNKNOWN: N_("not said"),
    Severity.MILD: N_("mild"),
    Severity.ORDINARY: N_("ordinary"),
    Severity.SEVERE: N_("severe"),
    Severity.CRITICAL: N_("critical"),
}


class End(StrEnum):
    """How a case ends."""

    RECOVERED = "recovered"
    DIED = "died"
    EXCLUDED = "excluded"
    MOVED = "moved"


END_NAMES = {
    End.RECOVERED: N_("recovered"),
    End.DIED: N_("died"),
    End.EXCLUDED: N_("excluded"),
    End.MOVED: N_("moved to another place"),
}


def _names(words: Mapping[Any, str]) -> JsonDict:
    return {"names": {str(code): name for code, name in words.items()}}


class CaseAsk(Form):
    """Whom it is about, since when, how it came to be known, and what speaks for it."""

    person_id: int = Field(gt=0, title=N_("Number of the person"))
    onset_on: date | None = Field(default=None, title=N_("Since which day ill?"))
    source: CaseSource = Field(
        title=N_("How did it come to be known?"), json_schema_extra=_names(SOURCE_NAMES)
    )
    severity: Severity = Field(
        default=Severity.UNKNOWN, title=N_("How ill?"), json_schema_extra=_names(SEVERITY_NAMES)
    )
    evidence: list[str] = Field(default_factory=list, max_length=40, title=N_("Evidence"))
    result_id: int | None = Field(default=None, gt=0)  # the laboratory result it rests on
    exposure_ids: list[int] = Field(default_factory=list, max_length=200)


class CaseClass(Form):
    """The category, and the evidence it rests on; codes of the disease's criteria."""

    category: Category = Field(title=N_("Category"), json_schema_extra=_names(CATEGORY_NAMES))
    evidence: list[str] = Field(default_factory=list, max_length=40, title=N_("Evidence"))
    severity: Severity = Field(
        default=Severity.UNKNOWN, title=N_("How ill?"), json_schema_extra=_names(SEVERITY_NAMES)
    )
    result_id: int | None = Field(default=None, gt=0, title=N_("Number of the result"))


class CaseAgain(Form):
    """Another report about the same person: what it says, whether or not it is new."""

    category: Category = Field(title=N_("Category"), json_schema_extra=_names(CATEGORY_NAMES))
    source: CaseSource = Field(
        title=N_("How did it come to be known?"), json_schema_extra=_names(SOURCE_NAMES)
    )
    onset_on: date | None = Field(default=None, title=N_("Since which day ill?"))
    severity: Severity = Field(
        default=Severity.UNKNOWN, title=N_("How ill?"), json_schema_extra=_names(SEVERITY_NAMES)
    )
    evidence: list[str] = Field(default_factory=list, max_length=40, title=N_("Evidence"))


class CaseEnd(Form):
    """How it ended, and when."""

    end: End = Field(title=N_("How did it end?"), json_schema_extra=_names(END_NAMES))
    ended_on: date | None = Field(default=None, title=N_("On which day?"))

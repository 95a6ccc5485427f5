"""What does an investigation ask? Ids and coded facts only; names stay in the registry."""

from enum import StrEnum

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Form


class Told(StrEnum):
    """Who told where the case had been."""

    CASE = "case"
    FAMILY = "family"
    RECORDS = "records"
    NOBODY = "nobody"


TOLD_NAMES = {
    Told.CASE: N_("the person"),
    Told.FAMILY: N_("the family"),
    Told.RECORDS: N_("records only"),
    Told.NOBODY: N_("nobody could be asked"),
}


class InvestigationAsk(Form):
    """Who is a case; the rest stands with the case."""

    person_id: int = Field(gt=0)


class InvestigationBegin(Form):
    """Who is asked."""

    told_by: Told = Field(
        default=Told.CASE,
        title=N_("Who tells where they were?"),
        json_schema_extra={"names": {str(code): name for code, name in TOLD_NAMES.items()}},
    )


class InvestigationFinish(Form):
    """How many places and people were found, as counted by Linli; nothing is asked."""

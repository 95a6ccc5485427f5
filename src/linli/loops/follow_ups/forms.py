"""What does a follow-up ask of whoever has symptoms?"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Form


class Symptom(StrEnum):
    """What somebody feels, as a tracer asks it."""

    FEVER = "fever"
    COUGH = "cough"
    SHORT_OF_BREATH = "short_of_breath"
    FATIGUE = "fatigue"
    SORE_THROAT = "sore_throat"
    DIARRHOEA = "diarrhoea"
    RASH = "rash"
    OTHER = "other"


SYMPTOM_NAMES = {
    Symptom.FEVER: N_("fever"),
    Symptom.COUGH: N_("cough"),
    Symptom.SHORT_OF_BREATH: N_("short of breath"),
    Symptom.FATIGUE: N_("very tired"),
    Symptom.SORE_THROAT: N_("sore throat"),
    Symptom.DIARRHOEA: N_("diarrhoea"),
    Symptom.RASH: N_("rash"),
    Symptom.OTHER: N_("something else"),
}


Temperature = Annotated[float, Field(ge=30, le=45)]


class ContactIll(Form):
    """What somebody feels, and how warm they are."""

    symptoms: list[Symptom] = Field(default_factory=list, max_length=8, title=N_("Symptoms"))
    temperature_c: Temperature | None = Field(default=None, title=N_("Temperature, °C"))

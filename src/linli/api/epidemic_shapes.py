"""What does the API say of an outbreak's course? One shape for each thing that is told."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from linli.api.doors import Id
from linli.registry.forms import Day, RecordForm

DiseaseCode = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9_]*$")]
Days = Annotated[int, Field(ge=1, le=28)]
SerialDays = Annotated[float, Field(gt=0, le=60)]


class EpidemicAsk(BaseModel):
    """Which area and disease (the most frequent if none), as of which day (yesterday if none)."""

    area_id: Id
    disease: DiseaseCode = ""
    as_of: Day | None = None
    by: Annotated[str, Field(pattern="^(onset|report|)$")] = ""
    window: Days = 7
    ahead: Days = 7
    serial_mean: SerialDays | None = None
    serial_sd: SerialDays | None = None


class EpidemicDay(BaseModel):
    """One day; R and onsets with 95 %, the forecast with 90 %; null is not known."""

    day: date
    reported: int | None
    evened: float | None
    onset_reported: int | None
    onset_expected: float | None
    onset_low: float | None
    onset_high: float | None
    r: float | None
    r_low: float | None
    r_high: float | None
    forecast: float | None
    forecast_low: float | None
    forecast_high: float | None


class EpidemicR(BaseModel):
    """The last R that can be trusted: of the window that ends on this day."""

    day: date
    mean: float
    low: float
    high: float


class EpidemicFollowed(BaseModel):
    """What stood on the curve on the day of a mark, and 15 days later."""

    on: date
    of: str
    words: str
    mark_id: int | None
    count: int
    then_on: date
    count_then: int | None
    r: float | None
    r_then: float | None


class EpidemicPart(BaseModel):
    """One unit below: cases, those of the last week as reported and as expected by onset, and R."""

    area_id: int
    name_zh: str
    n: int
    n_week: int
    expected_week: float | None
    expected_low: float | None
    expected_high: float | None
    r: float | None
    r_low: float | None
    r_high: float | None


class EpidemicStudy(BaseModel):
    """The course of an area; what cannot be said is null, and ``lacking`` says why."""

    area_id: int
    name: str
    disease: str
    by: str
    first: date
    last: date
    n_cases: int
    n_no_onset: int
    n_reversed: int
    delay_mean: float | None
    delay_sd: float | None
    latest_r: EpidemicR | None
    last_standing: str | None
    nowcast_factor: float | None
    nowcast_dispersion: float | None
    breaks: list[date]
    ratios_of_changes: list[float]
    set_aside: float
    n_more_marks: int
    lacking: list[str]
    marks: list[EpidemicFollowed]
    days: list[EpidemicDay]
    parts: list[EpidemicPart]


class EpidemicMarkAsk(BaseModel):
    """Which area, and which disease."""

    area_id: Id
    disease: DiseaseCode = ""


class EpidemicMark(BaseModel):
    """An order or a change of definition that somebody wrote onto a curve."""

    model_config = {"from_attributes": True}

    id: int
    kind: str
    disease: str
    area_id: int
    first_on: date
    last_on: date | None
    backlog_days: int
    ratio: float | None
    words: str
    declared_by: int | None
    declared_at: datetime


class EpidemicMarkNew(RecordForm):
    """What to write onto the curves of an area and all below."""

    area_id: Id
    kind: Annotated[str, Field(pattern="^(order|definition)$")]
    first_on: Day
    words: Annotated[str, Field(min_length=2, max_length=200, pattern=r"\S")]
    last_on: Day | None = None
    backlog_days: Annotated[int, Field(ge=0, le=60)] = 0
    ratio: Annotated[float, Field(gt=0, le=1000)] | None = None
    disease: DiseaseCode = ""

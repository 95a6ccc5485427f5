"""How do plans, their readiness and their runs look in the API?"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from linli.api.doors import Id
from linli.plans.reading import MOST_TEXT
from linli.registry.forms import Day, no_answer
from linli.registry.plans import ReserveKind, RunKind

PlanCode = Annotated[str, Field(min_length=1, max_length=40)]
Reason = Annotated[str, Field(min_length=2, max_length=500)]


class PlanRow(BaseModel):
    """A plan in its newest version; without title and steps where it cannot be read any more."""

    code: str
    version: int
    title_zh: str | None
    title_en: str | None
    mode: str | None
    phase: str | None
    days: int | None
    n_steps: int | None
    signed_by: int | None
    signed_at: datetime
    note: str


class PlanFull(PlanRow):
    """One version of a plan with its text, and the versions there are."""

    text: str
    versions: list[int]


class PlanText(BaseModel):
    """A plan as TOML, to be checked."""

    model_config = {"extra": "forbid"}

    text: Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]


class PlanSign(PlanText):
    """A plan as TOML, to be put in force, and what is new in it."""

    note: Annotated[str, Field(min_length=2, max_length=300)]


class PlanChecked(BaseModel):
    """The text holds a sound plan."""

    code: str
    n_steps: int


class PlanSigned(BaseModel):
    """The version that is in force now."""

    code: str
    version: int


class PlanGap(BaseModel):
    """What lacks at a place, why, since when, and which unit and account are to mend it."""

    area_id: int
    why: str
    needed: float | None
    have: float | None
    lacks: float | None
    since: int | None
    unit_id: int | None
    account_id: int | None


class PlanLine(BaseModel):
    """One thing a plan names; ``have`` counts it alone, ``together`` without what others hold."""

    part: str
    key: str
    label: str
    needed: float | None
    have: float | None
    lacks: float | None
    together: float | None
    lacks_together: float | None
    reserved: float
    unit: str
    verdict: str  # covered, short or no_record
    n_places: int
    n_covered: int
    known_at: int | None
    gaps: list[PlanGap]


class PlanReady(BaseModel):
    """Whether a plan could run in an area now."""

    plan: str
    area_id: int
    at: int
    n_lines: int
    n_covered: int
    n_short: int
    n_no_record: int
    n_gaps: int
    lines: list[PlanLine]
    signal_n: int | None
    signal_at_least: float | None


class PlanExercise(BaseModel):
    """An exercise: where, for how many hours, and why."""

    model_config = {"extra": "forbid"}

    area_id: Id
    hours: Annotated[int, Field(ge=1, le=336), BeforeValidator(no_answer)] = 8
    reason: Reason


class PlanStart(BaseModel):
    """A start for real: where, why, and that the caller is sure."""

    model_config = {"extra": "forbid"}

    area_id: Id
    reason: Reason
    sure: bool


class PlanRunRow(BaseModel):
    """A run of a plan."""

    id: int
    plan: str
    version: int
    kind: RunKind
    area_id: int
    reason: str
    started_by: int
    started_as: str
    started_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    n_gaps: int
    n_gaps_mended: int
    score: dict[str, Any]


class PlanRunStepRow(BaseModel):
    """A step of a run."""

    name: str
    title_zh: str
    title_en: str
    loop: str
    due_at: datetime
    opened_at: datetime | None
    finish_by: datetime | None
    finished_at: datetime | None
    waits_for: list[str]
    n_places: int
    n_opened: int
    n_refused: int
    refused_because: str | None
    n_done: int
    n_late: int
    item_ids: list[int]


class PlanRunAnswer(BaseModel):
    """Somebody who answered the call of a run: as what, when, and whether in time."""

    account_id: int
    role: str
    at: datetime
    in_time: bool


class PlanRunBoard(PlanRunRow):
    """A run with its steps, its gaps and who has answered."""

    steps: list[PlanRunStepRow]
    gap_ids: list[int]
    n_gaps_open: int
    n_called: int
    n_answers: int
    n_in_time: int
    answers: list[PlanRunAnswer]


class PlanRunEnd(BaseModel):
    """Why a run ends before its time."""

    model_config = {"extra": "forbid"}

    reason: Reason


class PlanGapsTaken(BaseModel):
    """How many gaps became the city's own work."""

    n_opened: int


class ReserveRow(BaseModel):
    """Something that is held back for a plan."""

    id: int
    kind: ReserveKind
    record_id: int
    quantity: float
    plan: str
    area_id: int
    until: date | None
    reason: str
    signed_by: int
    signed_at: datetime


class ReserveAsk(BaseModel):
    """What is to be held back, how much of it, for which plan and area, until when, and why."""

    model_config = {"extra": "forbid"}

    kind: ReserveKind
    record_id: Id
    quantity: Annotated[
        float, Field(gt=0, le=1e9, allow_inf_nan=False), BeforeValidator(no_answer)
    ] = 1
    plan: PlanCode
    area_id: Id
    until: Day | None = None
    reason: Annotated[str, Field(min_length=2, max_length=300)]

"""What does the API of the evaluation take and give?"""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from linli.api.doors import After, Id, Most
from linli.registry.forms import Day, Moment, RecordForm
from linli.studies.evaluation import opened

Indicator = Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9._-]+$")]
Phase = Annotated[str, Field(pattern="^(peacetime|response|recovery|)$")]


class EvaluationAsk(BaseModel):
    """Which area, in which phase (that of its mode if none), as of when, and since when."""

    area_id: Id
    phase: Phase = ""
    as_of: Moment | None = None
    since: Moment | None = None
    beside_id: Id | None = None


class EvaluationGroup(BaseModel):
    """A group of indicators: its score, and how many of them are known."""

    id: str
    name: str
    score: float | None
    n_known: int
    n_judged: int
    n: int


class EvaluationOutcome(BaseModel):
    """A group of outcomes; it stands beside the score and never in it."""

    id: str
    name: str
    score: float | None


class EvaluationIndicator(BaseModel):
    """An indicator: its value, what was counted, on what basis, or why there is no value."""

    indicator: str
    name: str
    unit: str
    phase: str
    in_phase: bool
    value: float | None
    count: float | None
    per: float | None
    basis: str
    reason: str
    target: float | None
    level: float | None
    worth: float | None
    gain: float | None


class EvaluationPeer(BaseModel):
    """A unit of the same tier with a similar profile."""

    area_id: int
    name: str
    score: float | None


class EvaluationBelow(EvaluationPeer):
    """A unit below, with its rank among them and the scores of its groups."""

    rank: float | None
    groups: dict[str, float | None]


class EvaluationSince(BaseModel):
    """What moved since the last snapshot, by indicator, in points of the score."""

    at: datetime
    before: float | None
    after: float | None
    moved: float | None
    n_compared: int
    not_compared: list[str]
    by_indicator: dict[str, float]


class EvaluationPoint(BaseModel):
    """The score at a snapshot, or now, over the indicators that were counted alike at all."""

    at: datetime
    score: float
    n_compared: int
    snapshot_id: int | None


class EvaluationBeside(BaseModel):
    """Another unit of the tier: [own, its] score by group, and what sets them apart most."""

    area_id: int
    name: str
    score: float | None
    apart: float | None
    unexplained: float
    groups: dict[str, list[float | None]]
    by_indicator: dict[str, float]


class EvaluationStudy(BaseModel):
    """One unit, scored and explained; null is unknown and never zero."""

    area_id: int
    framework: str
    phase: str
    at: datetime
    snapshot_id: int | None
    fingerprint: str
    recipe: str
    version: str
    score: float | None
    why_no_score: str
    rank: int | None
    n_ranked: int
    share_collected: float
    groups: list[EvaluationGroup]
    outcomes: list[EvaluationOutcome]
    indicators: list[EvaluationIndicator]
    helps_most: list[str]
    strengths: list[str]
    weaknesses: list[str]
    peers: list[EvaluationPeer]
    below: list[EvaluationBelow]
    since: EvaluationSince | None
    history: list[EvaluationPoint]
    beside: EvaluationBeside | None


class EvaluationRecordsAsk(BaseModel):
    """Which side of which indicator, in which area."""

    area_id: Id
    indicator: Indicator
    side: Annotated[str, Field(pattern="^(count|per)$")] = "count"
    part: Annotated[int, Field(ge=0, le=20)] = 0
    after: After = 0
    most: Most = opened.ROWS_A_PAGE


class EvaluationRecord(BaseModel):
    """One record behind a number: its id, what it is in a code, and the path where it lies."""

    model_config = {"from_attributes": True}

    id: int | str
    what: str
    path: str


class EvaluationRecords(BaseModel):
    """A page of the records behind one part of a number, as far as the caller reaches."""

    kind: str
    spelled: str
    n: int
    rows: list[EvaluationRecord]
    after: int | None


class EvaluationStaffing(BaseModel):
    """One community: its workers against the norm, and how many have a degree or certificate."""

    area_id: int
    name_zh: str
    n_households: int
    n_workers: int
    n_wanted: int
    n_lacking: int
    n_people: int
    n_college: int
    n_certified: int


class EvaluationQuarter(BaseModel):
    """Who left all community posts in the 91 days up to a day; no share of fewer than ten."""

    until: date
    n_left: int
    n_served: int
    share: float | None


class EvaluationGradeStep(BaseModel):
    """A step of somebody's grade, or an act of care for them, and what shows it."""

    id: int
    account_id: int
    kind: str
    step: str
    before: str
    evidence: str
    gained_on: date


class EvaluationReady(BaseModel):
    """A loop: who may take its first step, in how many communities somebody could, or alone."""

    loop: str
    roles: list[str]
    n_covered: int
    n_alone: int
    has_limits: bool


class EvaluationChecks(BaseModel):
    """The self-check of an area; steps of the grade only for who may see the roster."""

    area_id: int
    n_communities: int
    n_below_norm: int
    communities: list[EvaluationStaffing]
    quarters: list[EvaluationQuarter]
    n_vacant: int
    n_grade_steps: int
    n_care: int
    steps: list[EvaluationGradeStep] | None
    n_answered: int
    n_solved_where_found: int
    share_solved_where_found: float | None
    delay_hours: dict[str, float]
    n_closed: int
    n_sampled: int
    n_to_check: int
    n_checked_again: int
    n_mismatched: int
    share_mismatched: float | None
    loops: list[EvaluationReady]


class EvaluationJudgement(BaseModel):
    """What an expert says of an indicator of a unit."""

    model_config = {"from_attributes": True}

    id: int
    area_id: int
    indicator: str
    value: float
    expert: str
    judged_on: date
    reason: str
    recorded_at: datetime
    withdrawn_at: datetime | None


class EvaluationJudgementNew(RecordForm):
    """A judgement with the expert's name, the day and the reason."""

    area_id: Id
    indicator: Indicator
    value: float
    expert: Annotated[str, Field(min_length=2, max_length=120, pattern=r"\S")]
    judged_on: Day
    reason: Annotated[str, Field(min_length=2, max_length=500, pattern=r"\S")]


class EvaluationSnapshot(BaseModel):
    """Counts of all units of an area, kept as they stood."""

    model_config = {"from_attributes": True}

    id: int
    framework: str
    at: datetime
    taken_by: int | None
    n_units: int
    fingerprint: str
    version: str


class EvaluationSnapshotNew(RecordForm):
    """The area whose units are counted and kept."""

    area_id: Id


class EvaluationAreaAsk(BaseModel):
    """Which area."""

    area_id: Id

"""What does the API of what-ifs take and give?"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from linli.api.doors import After, Id, Most
from linli.registry.forms import RecordForm, no_answer
from linli.studies.simulation.choices import MOST_AREAS, MOST_RUNGS, Closing
from linli.studies.simulation.documents import Sheet
from linli.studies.simulation.study import LONGEST_NAME, LONGEST_REASON, USUAL_DISEASE

Whole = Annotated[int, Field(ge=-(2**31), le=2**31 - 1), BeforeValidator(no_answer)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Named = Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S")]
Close = Annotated[str, Field(pattern="^(" + "|".join(Closing) + ")$")]
SheetName = Annotated[str, Field(pattern="^(" + "|".join(Sheet) + ")$")]
Disease = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9-]+$")]


class WhatIfChoice(RecordForm):
    """One choice; days count from today. What is left out is as the records say."""

    name: Named
    close: Close = "none"
    close_from: Whole = 0
    close_until: Whole | None = None
    areas: Annotated[list[Id], Field(max_length=MOST_AREAS)] = []
    n_first: Whole = 0
    leakage: Number = 0.1
    reopen_days: Annotated[list[Whole], Field(max_length=MOST_RUNGS)] = []
    reopen_shares: Annotated[list[Number], Field(max_length=MOST_RUNGS)] = []
    quarantine: bool = False
    trace_delay: Whole | None = None
    trace_share: Number | None = None
    rounds: Whole = 0
    samples_a_day: Whole = 10_000
    rounds_from: Whole = 0
    shelter_beds: Whole = 0
    shelter_from: Whole = 0
    school_share: Number = 1.0
    work_share: Number = 1.0
    city_share: Number = 1.0
    contacts_from: Whole = 0
    deliveries_a_day: Whole | None = None


class WhatIfNew(RecordForm):
    """A question: the area, how far ahead, and the choices; the first one is as it is now."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S")]
    area_id: Id
    disease: Disease = USUAL_DISEASE
    n_days: Whole = 30
    most_seeds: Whole = 20
    outcome: Annotated[str, Field(max_length=40)] = "infections"
    supposed: Whole = 0
    choices: Annotated[list[WhatIfChoice], Field(min_length=1, max_length=4)]


class WhatIfHead(BaseModel):
    """A what-if without its answer: how far it is, and what to cite."""

    id: int
    name: str
    area_id: int
    state: str
    asked_at: datetime
    n_done: int
    n_total: int
    problem: str
    fingerprint: str
    version: str


class WhatIfDecided(BaseModel):
    """Who signed which choice, when, and why."""

    id: int
    choice: str
    reason: str
    signed_name: str
    signed_as: str
    signed_at: datetime


class WhatIfDecisionNew(RecordForm):
    """Which choice is taken, and why."""

    choice: Named
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON, pattern=r"\S")]


class WhatIfDifference(BaseModel):
    """A choice less the first, in one outcome: mean and paired 95 % interval."""

    mean: float
    low: float
    high: float
    is_clear: bool


class WhatIfOutcome(BaseModel):
    """One outcome of a choice: mean of its worlds, the band of nine in ten, every world."""

    mean: float
    low: float
    high: float
    by_seed: list[float]
    less: WhatIfDifference | None


class WhatIfParameter(BaseModel):
    """One number of a run, where it comes from, and on how many records it stands."""

    name: str
    label: str
    value: float
    unit: str
    default: float
    n_records: int
    from_records: bool
    said: str


class WhatIfArea(BaseModel):
    """Infections of one compound under each choice, in the order of the choices."""

    area_id: int
    community_id: int
    people: int
    infections: list[float]


class WhatIfFirst(BaseModel):
    """A compound, and how many infections its gates alone would spare."""

    area_id: int
    spares: float


class WhatIfStand(BaseModel):
    """A value of a curve: the middle world with the band of nine in ten; counted without one."""

    middle: float
    low: float | None
    high: float | None


class WhatIfFollowed(BaseModel):
    """What stood on a curve on the day of a mark, and 15 days later; null is not known."""

    then: WhatIfStand | None
    later: WhatIfStand | None


class WhatIfWait(BaseModel):
    """Who waits for one thing: mean of the worlds, and the low and high of nine in ten, of each.

    ``most``: at a time; ``longest_days``: mean wait on the worst day, of those whose turn came or
    of those who wait still; ``total_days``: person days.
    """

    most: list[float]
    longest_days: list[float]
    total_days: list[float]


class WhatIfMark(BaseModel):
    """An order in force, or what some choices begin or end; ``series``: by series and choice.

    ``choices`` is empty where it holds whatever is chosen.
    """

    number: int
    day: int
    on: date
    later_on: date
    of: str
    words: str
    choices: list[str]
    series: dict[str, dict[str, WhatIfFollowed]]


class WhatIfAnswer(WhatIfHead):
    """A what-if with its answer; empty where it has none."""

    asked: dict[str, Any]
    starts_on: date | None
    n_people: int
    n_households: int
    seeds: list[int]
    names: list[str]
    unbeaten: list[str]
    outcomes: dict[str, dict[str, WhatIfOutcome]]
    bands: dict[str, dict[str, list[list[float]]]]
    parameters: list[WhatIfParameter]
    start: dict[str, Any]
    compounds: list[WhatIfArea]
    close_first: list[WhatIfFirst]
    waits: dict[str, dict[str, WhatIfWait]]
    marks: list[WhatIfMark]
    decisions: list[WhatIfDecided]


class WhatIfBasis(BaseModel):
    """What a run would begin with: parameters, and how it stands."""

    n_people: int
    parameters: list[WhatIfParameter]
    start: dict[str, Any]


class WhatIfBasisAsk(BaseModel):
    """Of which area and disease."""

    area_id: Id
    disease: Disease = USUAL_DISEASE


class WhatIfPage(BaseModel):
    """Which page of the list."""

    after: After = 0
    most: Most = 50


class WhatIfSheet(BaseModel):
    """Which table of an answer: days, worlds or areas."""

    sheet: SheetName = "days"

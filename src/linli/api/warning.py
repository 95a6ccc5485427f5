"""Which signals stand out, who decides, and what would each method have said?"""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from linli.api.auth import actor_of
from linli.api.doors import Id, door
from linli.policy.can import Actor, Ask, can, scope
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.areas import Area
from linli.registry.forms import Day
from linli.studies.warning import board as study
from linli.studies.warning import plan as plans
from linli.studies.warning import replays, watch
from linli.studies.warning.board import SEE, Lag, Line

router = Router(tags=["warning"])
SignalName = Annotated[str, Field(max_length=40, pattern="^[a-z0-9_.]*$")]
OneSignal = Annotated[str, Field(min_length=2, max_length=40, pattern="^[a-z0-9_.]+$")]


class WarningBoardAsk(BaseModel):
    """Which area (the caller's own if none), perhaps one signal, or the run of an earlier day."""

    area_id: Id | None = None
    signal: SignalName = ""
    day: Day | None = None
    parts: bool = Field(default=False, description="Those that a part of their area stands for.")


class WarningSeriesAsk(BaseModel):
    """Which signal of which area, tested on which day (yesterday if none)."""

    area_id: Id | None = None
    signal: OneSignal
    day: Day | None = None


class WarningReplayAsk(BaseModel):
    """Which signal of which area, and on which day it was known; see ``event_from`` if none."""

    area_id: Id | None = None
    signal: OneSignal
    event: Day | None = None


class WarningPast(BaseModel):
    """The last days, the oldest first; null where nothing is known."""

    first: date
    counts: list[float | None]
    expected: list[float | None]
    upper: list[float | None]
    alarm: list[bool]


class WarningLine(BaseModel):
    """One series that stands out, and its item."""

    rank: int
    signal: str
    level: str
    area_id: int
    name_zh: str
    day: date
    method: str
    observed: float
    expected: float
    upper: float
    p: float
    adjusted: float
    told_by_area_id: int | None
    item_id: int | None
    stage: str | None
    days_to_decision: int | None
    past: WarningPast


class WarningBreak(BaseModel):
    """A jump that looks like another way of counting, undeclared."""

    signal: str
    area_id: int
    day: date
    count: float
    edition: str


class WarningLag(BaseModel):
    """How long a warning took from its first signal, or waits."""

    item_id: int
    signal: str
    area_id: int
    first_on: date
    decided_on: date | None
    days: int


class WarningLook(BaseModel):
    """On what a look was, and how many series were sound, too short and so on."""

    id: int
    day: date
    at: datetime
    plan: str
    inputs: str
    version: str
    n_series: int
    n_loud: int
    n_raised: int
    statuses: dict[str, int]


class WarningBoard(BaseModel):
    """The last run within an area, the most telling first, and how fast warnings are decided."""

    run: WarningLook | None
    area_id: int
    lines: list[WarningLine]
    n_more: int
    breaks: list[WarningBreak]
    lags: list[WarningLag]
    median_days: float | None
    longest_wait_days: int | None
    first_signal_on: date | None
    first_decision_on: date | None
    days_to_first_decision: int | None


class WarningSeries(BaseModel):
    """One series of one area, tested now."""

    signal: str
    area_id: int
    level: str
    day: date
    method: str
    observed: float | None
    expected: float | None
    upper: float | None
    alarm: bool
    p: float | None
    status: str
    past: WarningPast


class WarningVerdict(BaseModel):
    """What one method would have said."""

    method: str
    first_on: date | None
    lead_days: int | None
    alarms: list[date]
    false_alarms: int
    quiet_times: int
    too_short: bool


class WarningReplay(BaseModel):
    """What each method would have said of a series, and when it was known."""

    area: str
    first: date
    step_days: int
    counts: list[float | None]
    event_on: date | None
    event_from: str
    methods: list[WarningVerdict]


class WarningAsked(BaseModel):
    """The job that looks; the board changes when it is done."""

    job_id: int


@router.get(
    "/warning/board",
    response=WarningBoard,
    operation_id="warning_board",
    summary="What stands out within an area, ranked, and how late decisions come",
    openapi_extra=door(SEE),
)
def board(request: HttpRequest, wanted: Query[WarningBoardAsk]) -> Any:
    """Counts only; unknown is null, and never zero."""
    actor, area = _area(request, wanted.area_id)
    found = study.board(actor, area, signal=wanted.signal, day=wanted.day, parts=wanted.parts)
    lags = found.lags
    return WarningBoard(
        run=None if found.run is None else WarningLook.model_validate(
            found.run, from_attributes=True
        ),
        area_id=area.id,
        lines=[_line(line) for line in found.lines],
        n_more=found.n_more,
        breaks=[
            WarningBreak(signal=one.signal, area_id=one.area.id, day=one.day, count=one.count,
                         edition=one.edition)
            for one in found.breaks
        ],
        lags=[_lag(one) for one in lags.lags],
        median_days=lags.median_days,
        longest_wait_days=lags.longest_wait_days,
        first_signal_on=lags.first_signal_on,
        first_decision_on=lags.first_decision_on,
        days_to_first_decision=lags.days_to_first_decision,
    )  # fmt: skip


@router.get(
    "/warning/series",
    response=WarningSeries,
    operation_id="warning_series",
    summary="One signal of one area: its last days, and what its method says",
    openapi_extra=door(SEE),
)
def series(request: HttpRequest, wanted: Query[WarningSeriesAsk]) -> Any:
    """Tested now on the records; a status in words says how sound it is."""
    actor, area = _area(request, wanted.area_id)
    found = study.pictured(actor, area, wanted.signal, plans.in_force(), day=wanted.day)
    return WarningSeries(
        signal=found.signal, area_id=area.id, level=str(found.level), day=found.day,
        method=found.method, observed=found.observed, expected=found.expected, upper=found.upper,
        alarm=found.alarm, p=found.p, status=found.why.tell(gettext),
        past=WarningPast.model_validate(found.past),
    )  # fmt: skip


@router.get(
    "/warning/back-test",
    response=WarningReplay,
    operation_id="warning_back_test",
    summary="What each method would have said of a series, and when",
    openapi_extra=door(SEE),
)
def back_test(request: HttpRequest, wanted: Query[WarningReplayAsk]) -> Any:
    """Each day is seen with what was known then."""
    actor, area = _area(request, wanted.area_id)
    plan = plans.in_force()
    return replays.on_records(actor, area, wanted.signal, plan, event_on=wanted.event).told()


@router.post(
    "/warning/runs",
    response={202: WarningAsked},
    operation_id="warning_run",
    summary="Look at all signals again, with the records as they are now",
    openapi_extra=door(watch.RUN, whole_city=True),
)
def run(request: HttpRequest) -> Any:
    """The worker looks at the whole city; new rises become items, and nothing else happens."""
    return Status(202, WarningAsked(job_id=watch.ask(actor_of(request)).id))


def _area(request: HttpRequest, area_id: int | None) -> tuple[Actor, Area]:
    actor = actor_of(request)
    if area_id is not None:
        return actor, areas.get(area_id)
    mine = [first for first, _ in scope(actor, roles_for(SEE))]
    if not mine:
        can(actor, Ask(SEE, roles_for(SEE))).required()
    return actor, areas.at(min(mine, key=lambda path: (len(path), path), default=""))


def _line(line: Line) -> WarningLine:
    row, decided = line.row, line.lag is not None and line.lag.is_decided
    return WarningLine(
        rank=row.rank, signal=row.signal, level=row.level, area_id=row.area_id,
        name_zh=line.area.name_zh, day=row.day, method=row.method, observed=row.observed,
        expected=row.expected, upper=row.upper, p=row.p, adjusted=row.adjusted,
        told_by_area_id=row.told_by, item_id=row.item_id,
        stage=line.item.stage if line.item else None,
        days_to_decision=line.lag.days if line.lag is not None and decided else None,
        past=WarningPast.model_validate(row.past),
    )  # fmt: skip


def _lag(one: Lag) -> WarningLag:
    return WarningLag(
        item_id=one.item.id, signal=one.item.signal, area_id=one.item.area_id,
        first_on=one.first_on, decided_on=one.decided_on, days=one.days,
    )  # fmt: skip

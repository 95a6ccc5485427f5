"""By which limits does the city work, and in which mode is it? Read them, sign them, declare."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Path, Query, Router, Status
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Done, Id, allow, door
from linli.api.openings import Happened
from linli.loops import catalogue, limits, office, office_signing, office_text
from linli.loops.calendar import FIRST_DAY, LAST_DAY
from linli.plans import modes
from linli.registry import areas, declarations
from linli.registry.forms import RecordForm

router = Router(tags=["rules"])
MOST_TEXT = 60_000
Words = Annotated[str, Field(min_length=2, max_length=500, pattern=r"\S\s*\S")]
CalendarNumber = Annotated[int, Path(ge=FIRST_DAY.year, le=LAST_DAY.year)]
LoopName = Annotated[str, Path(max_length=24, pattern=r"^[a-z_]+$")]


class LimitsText(BaseModel):
    """A signed version of a loop's limits and ladder, as it is written."""

    model_config = {"from_attributes": True}

    loop: str
    version: int
    signed_by: int | None
    signed_at: datetime
    note: str
    digest: str
    text: str


class LimitsNew(RecordForm):
    """A new version: the whole text, and why."""

    text: Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
    note: Annotated[str, Field(max_length=200)] = ""


class LimitsSigned(BaseModel):
    """The version that is in force for items opened from now on."""

    version: int
    digest: str


class CalendarText(BaseModel):
    """A signed version of the office calendar, as it is written, and what it does not say."""

    version: int
    signed_by: int | None
    signed_at: datetime
    note: str
    digest: str
    text: str
    years: list[int] = Field(description="The years that somebody entered.")
    unknown_years: list[int] = Field(
        description="Years that clocks reach now and nobody entered: counted in ordinary weeks."
    )


class CalendarNew(RecordForm):
    """A new version: the whole text, and why."""

    text: Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
    note: Annotated[str, Field(max_length=200)] = ""


class CalendarYear(RecordForm):
    """A year as it was announced: days off, weekends worked for them, and by which notice."""

    source: Annotated[str, Field(min_length=1, max_length=office_text.LONGEST_SOURCE)]
    holidays: Annotated[list[date], Field(min_length=1, max_length=366)]
    worked: Annotated[list[date], Field(max_length=366)] = []
    note: Annotated[str, Field(max_length=200)] = ""


class CalendarSigned(BaseModel):
    """The version that is in force from now on."""

    version: int
    digest: str


class ModeRow(BaseModel):
    """A declaration: an area's mode, by whose word, why, from and until when."""

    model_config = {"from_attributes": True}

    id: int
    area_id: int
    mode: str
    phase: str
    authority: str
    reason: str
    starts_at: datetime
    ends_at: datetime
    lifted_at: datetime | None
    exercise: bool


class ModeAsk(BaseModel):
    """The area asked about."""

    area_id: Id


class ModeSeen(BaseModel):
    """The mode in force at an area, and the declarations on it, above it and below it."""

    area_id: int
    mode: str
    declared: ModeRow | None
    history: list[ModeRow]


class ModeNew(RecordForm):
    """A declaration with its end; without an end there is none."""

    area_id: Id
    mode: Annotated[str, Field(max_length=12)]
    phase: Annotated[str, Field(max_length=12)] = ""
    authority: Annotated[str, Field(min_length=2, max_length=200, pattern=r"\S\s*\S")]
    reason: Words
    starts_at: Happened | None = None
    ends_at: Happened


@router.get(
    "/limits/{loop}",
    response=LimitsText,
    operation_id="limits_see",
    summary="The limits and ladder in force for a loop",
    openapi_extra=door("limits.see", placed=False),
)
def see_limits(request: HttpRequest, loop: LoopName) -> Any:
    """The newest signed version."""
    allow(request, "limits.see")
    return limits.in_force(catalogue.get(loop))


@router.post(
    "/limits/{loop}",
    response={201: LimitsSigned},
    operation_id="limits_sign",
    summary="Sign a new version of a loop's limits and ladder",
    openapi_extra=door("limits.edit", placed=False, whole_city=True),
)
def sign_limits(request: HttpRequest, loop: LoopName, body: Body[LimitsNew]) -> Any:
    """In force for items opened from now on; running items keep theirs."""
    actor = actor_of(request)
    made = limits.sign_as(actor, catalogue.get(loop), body.text, note=body.note, now=clock.now_s())
    return Status(201, LimitsSigned(version=made.version, digest=made.digest))


@router.get(
    "/calendar",
    response=CalendarText,
    operation_id="calendar_see",
    summary="The office calendar in force: hours, holidays, weekends worked",
    openapi_extra=door("limits.see", placed=False),
)
def see_calendar(request: HttpRequest) -> Any:
    """The newest signed version, and the years it says nothing of."""
    allow(request, "limits.see")
    row = office.in_force()
    return CalendarText(
        version=row.version,
        signed_by=row.signed_by,
        signed_at=row.signed_at,
        note=row.note,
        digest=row.digest,
        text=row.text,
        years=[year.year for year in office_text.read(row.text).years],
        unknown_years=office.unknown_years(clock.now_s()),
    )


@router.post(
    "/calendar",
    response={201: CalendarSigned},
    operation_id="calendar_sign",
    summary="Sign a new version of the office calendar",
    openapi_extra=door("limits.edit", placed=False, whole_city=True),
)
def sign_calendar(request: HttpRequest, body: Body[CalendarNew]) -> Any:
    """In force from now on; what clocks counted stays, and due moments follow."""
    actor = actor_of(request)
    made = office_signing.sign_as(actor, body.text, note=body.note, now=clock.now_s())
    return Status(201, CalendarSigned(version=made.version, digest=made.digest))


@router.put(
    "/calendar/{year}",
    response={201: CalendarSigned},
    operation_id="calendar_enter",
    summary="Enter the holidays of a year, or enter them anew",
    openapi_extra=door("limits.edit", placed=False, whole_city=True),
)
def enter_year(request: HttpRequest, year: CalendarNumber, body: Body[CalendarYear]) -> Any:
    """The other years stay as they are."""
    actor = actor_of(request)
    holidays, worked = ([str(day) for day in days] for days in (body.holidays, body.worked))
    new = office_text.year_of(year, body.source, holidays, worked)
    made = office_signing.enter_as(actor, [new], note=body.note, now=clock.now_s())
    return Status(201, CalendarSigned(version=made.version, digest=made.digest))


@router.get(
    "/modes",
    response=ModeSeen,
    operation_id="modes_see",
    summary="The mode of an area, and its declarations",
    openapi_extra=door("areas.see"),
)
def see_mode(request: HttpRequest, wanted: Query[ModeAsk]) -> Any:
    """Anybody may know by which mode they are governed, by whose word, and until when."""
    allow(request, "areas.see")
    area = areas.get(wanted.area_id)
    actor, now = actor_of(request), clock.now_s()
    declared = declarations.in_force(area.path, now, exercise=actor.exercise)
    rows = [
        ModeRow.model_validate(row)
        for row in modes.history(area.path, exercise=actor.exercise)[:100]
    ]
    return ModeSeen(
        area_id=area.id,
        mode=declarations.mode_at(area.path, now, exercise=actor.exercise),
        declared=ModeRow.model_validate(declared) if declared else None,
        history=rows,
    )


@router.post(
    "/modes",
    response={201: ModeRow},
    operation_id="modes_declare",
    summary="Declare a mode for an area, with its end",
    openapi_extra=door("mode.declare"),
)
def declare(request: HttpRequest, body: Body[ModeNew]) -> Any:
    """Clocks follow when it begins."""
    now = clock.now_s()
    new = modes.NewDeclaration(
        mode=body.mode,
        authority=body.authority,
        reason=body.reason,
        starts_at=clock.seconds(body.starts_at) if body.starts_at else now,
        ends_at=clock.seconds(body.ends_at),
        phase=body.phase,
    )
    made = modes.declare(actor_of(request), areas.get(body.area_id), new, now=now)
    made.refresh_from_db()
    return Status(201, ModeRow.model_validate(made))


@router.post(
    "/modes/{declaration_id}/lift",
    response=Done,
    operation_id="modes_lift",
    summary="End a declaration before its time",
    openapi_extra=door("mode.declare"),
)
def lift(request: HttpRequest, declaration_id: Path[Id]) -> Any:
    """Clocks go back to those of the mode before."""
    return Done(id=modes.lift(actor_of(request), declaration_id, now=clock.now_s()).id)

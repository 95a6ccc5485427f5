"""The rounds: reports in batches, coverage from the city to the door, the questionnaire, rewards.

A device sends what it has gathered, up to 500 reports at once, each with an id and a sequence
made on it, and keeps each until it has an answer.
"""

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Body, File, Path, Query, Router, UploadedFile
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Id, Rows, door, purpose_of
from linli.api.faults import Fault, fault_of
from linli.loops.rounds import Coverage
from linli.loops.screening import coverage, lost, questionnaire, receive, rewards
from linli.loops.screening.receive import MOST_AT_ONCE, ScreeningReport
from linli.policy.can import Actor, Ask, can, scope
from linli.policy.powers import roles_for
from linli.registry import areas, departures
from linli.registry.areas import Area
from linli.registry.forms import Day

router = Router(tags=["screening"])
COVERAGE, SEE = "coverage.see", "screening.see"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ScreeningBatch(BaseModel):
    """Reports of one device; ``batch`` names it in the audit."""

    model_config = {"extra": "forbid"}

    reports: Annotated[list[ScreeningReport], Field(min_length=1, max_length=MOST_AT_ONCE)]
    batch: UUID | None = None


class ScreeningAnswer(BaseModel):
    """What came of one report; a rejected one says why, and stays with the device."""

    uid: UUID
    outcome: Literal["accepted", "duplicate", "superseded", "rejected"]
    n_persons: int
    fault: Fault | None = None


class ScreeningAnswers(BaseModel):
    """An answer for each report, in their order."""

    answers: list[ScreeningAnswer]


class ScreeningPlace(BaseModel):
    """Which area (the caller's own if none), on which day (today if none)."""

    area_id: Id | None = None
    day: Day | None = None


class ScreeningCoverage(BaseModel):
    """How many were expected, and how each was found; what is uncovered is the rest."""

    area_id: int
    name_zh: str
    name_en: str
    day: date
    closed: bool
    counted: bool
    expected: int
    checked: int
    refused: int
    unreachable: int
    away: int
    exempt: int
    uncovered: int
    n_fever: int
    n_left: int
    below: list["ScreeningCoverage"] = []


class ScreeningPerson(BaseModel):
    """Somebody who was not checked: the state of the day (null: nobody came), the last before."""

    id: int
    name: str
    phone: str
    needs: list[str] | str
    state: str | None
    last_day: date | None
    last_state: str | None


class ScreeningDoor(BaseModel):
    """A door of the list, by building and floor."""

    household_id: int | None
    compound: str
    building: str
    floor: int | None
    door: str
    n_uncovered: int
    people: list[ScreeningPerson]


class ScreeningLost(BaseModel):
    """A report that does not hold: replaced, stale when it came, or come after the day closed."""

    day: date
    person_id: int
    seen: str
    at: datetime
    account_id: int | None
    why: str


class ScreeningQuestionnaire(BaseModel):
    """The questions in force, asked about exceptions only."""

    version: int
    title: str
    questions: list[dict[str, Any]]


class ScreeningOwed(BaseModel):
    """What a resident has earned by reporting and not been paid."""

    person_id: int
    name: str
    n_days: int
    cents: int


class ScreeningPayment(BaseModel):
    """Pay what was earned up to a day."""

    model_config = {"extra": "forbid"}

    until: date


class ScreeningPaid(BaseModel):
    """How much was paid."""

    person_id: int
    cents: int


@router.post(
    "/screening/reports",
    response=ScreeningAnswers,
    operation_id="screening_report",
    summary="Send reports; each is answered by itself",
    openapi_extra=door(receive.REPORT, about_residents=True, placed=False, own=True),
)
def report(request: HttpRequest, body: Body[ScreeningBatch]) -> HttpResponse:
    """Sending one twice is the same as once; what is older never wins."""
    answers = receive.receive(
        actor_of(request),
        body.reports,
        now=clock.now_s(),
        purpose=purpose_of(request),
        batch=body.batch,
    )
    told = [
        {"uid": str(answer.uid), "outcome": answer.outcome.value, "n_persons": answer.n_persons,
         "fault": fault_of(answer.problem).model_dump() if answer.problem else None}
        for answer in answers
    ]  # fmt: skip
    text = json.dumps({"answers": told}, default=str)
    return HttpResponse(text, content_type="application/json; charset=utf-8")


@router.get(
    "/screening/coverage",
    response=ScreeningCoverage,
    operation_id="screening_coverage",
    summary="Coverage of an area and of those directly below it",
    openapi_extra=door(COVERAGE),
)
def covered(request: HttpRequest, wanted: Query[ScreeningPlace]) -> Any:
    """Expected is covered and uncovered, at every tier."""
    actor, area, day = _place(request, wanted, COVERAGE)
    drill = actor.exercise
    whole = coverage.each(area.path, [area], day, exercise=drill)[0]
    ended = coverage.closed(day, exercise=drill)
    below = [_told(row, day, ended) for row in coverage.below(area, day, exercise=drill)]
    return _told(whole, day, ended, below)


@router.get(
    "/screening/uncovered",
    response=Rows[ScreeningDoor],
    operation_id="screening_uncovered",
    summary="Who was not checked, by building and floor, with the reason and the last report",
    openapi_extra=door(SEE, about_residents=True),
)
def uncovered(request: HttpRequest, wanted: Query[ScreeningPlace]) -> Any:
    """Names: for who works in the area, with the purpose of screening."""
    actor, area, day = _place(request, wanted, SEE)
    found = coverage.doors(actor, area, day, purpose=purpose_of(request))
    return {"rows": [vars(one) for one in found], "after": None}


@router.get(
    "/screening/lost",
    response=Rows[ScreeningLost],
    operation_id="screening_lost",
    summary="Reports that do not hold, kept beside those that do",
    openapi_extra=door(SEE, about_residents=True),
)
def lost_reports(request: HttpRequest, wanted: Query[ScreeningPlace]) -> Any:
    """What was replaced or came too late, so that the community can look."""
    actor, area, day = _place(request, wanted, SEE)
    return {"rows": lost.lost(actor, area, day, purpose=purpose_of(request)), "after": None}


@router.get(
    "/screening/questionnaire",
    response=ScreeningQuestionnaire,
    operation_id="screening_questionnaire",
    summary="The questions in force",
    openapi_extra=door(receive.REPORT, placed=False),
)
def questions(request: HttpRequest) -> Any:
    """Asked of exceptions only: whoever is well is one tap."""
    can(actor_of(request), Ask(receive.REPORT, roles_for(receive.REPORT))).required()
    return _form(questionnaire.in_force())


@router.post(
    "/screening/questionnaire",
    response=ScreeningQuestionnaire,
    operation_id="screening_questionnaire_sign",
    summary="Put an XLSForm (XLSX) into force",
    openapi_extra=door(questionnaire.EDIT, whole_city=True),
)
def sign(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """A new version from now on; the others stay."""
    data = file.read(questionnaire.MOST_BYTES + 1)
    return _form(questionnaire.sign(actor_of(request), data, now=clock.now_s()))


@router.get(
    "/screening/rewards",
    response=Rows[ScreeningOwed],
    operation_id="screening_rewards",
    summary="What residents have earned by reporting and not been paid",
    openapi_extra=door(rewards.PAY),
)
def earned(request: HttpRequest, wanted: Query[ScreeningPlace]) -> Any:
    """Amounts; never what was reported."""
    actor, area, _ = _place(request, wanted, rewards.PAY)
    return {"rows": [vars(one) for one in rewards.owed(actor, area)], "after": None}


@router.post(
    "/screening/rewards/{person_id}/pay",
    response=ScreeningPaid,
    operation_id="screening_rewards_pay",
    summary="Mark what a resident has earned as paid",
    openapi_extra=door(rewards.PAY, placed=False),
)
def pay(request: HttpRequest, person_id: Path[Id], body: Body[ScreeningPayment]) -> Any:
    """Paid twice is an answer that nothing is owed."""
    now = clock.now_s()
    cents = rewards.pay(actor_of(request), person_id, until=body.until, now=now)
    return ScreeningPaid(person_id=person_id, cents=cents)


def _place(request: HttpRequest, wanted: ScreeningPlace, verb: str) -> tuple[Actor, Area, date]:
    """The area asked for, or the widest of the caller's posts; refused where none reaches."""
    actor = actor_of(request)
    roles = roles_for(verb)
    day = wanted.day or clock.day(clock.now())
    if wanted.area_id is not None:
        area = areas.get(wanted.area_id)
    else:
        mine = [first for first, _ in scope(actor, roles)]
        if not mine:
            can(actor, Ask(verb, roles)).required()
        area = areas.at(min(mine, key=lambda path: (len(path), path), default=""))
    if verb != SEE:  # which asks with its purpose where the names are read
        can(actor, Ask(verb, roles, area.path)).required()
    return actor, area, day


def _told(row: coverage.AreaCoverage, day: date, ended: bool, below: Any = ()) -> ScreeningCoverage:
    numbers = {f: getattr(row.numbers, f) for f in Coverage.__dataclass_fields__}
    return ScreeningCoverage(
        area_id=row.area.id,
        name_zh=row.area.name_zh,
        name_en=row.area.name_en,
        day=day,
        closed=ended,
        counted=row.counted,
        uncovered=row.numbers.uncovered,
        n_fever=row.n_fever,
        n_left=departures.n_left(row.area.path, day),
        below=list(below),
        **numbers,
    )


def _form(form: questionnaire.Form) -> ScreeningQuestionnaire:
    plain = [
        {"name": q.name, "kind": q.kind, "label": dict(q.label), "hint": dict(q.hint),
         "required": q.required,
         "choices": [{"name": name, "label": dict(label)} for name, label in q.choices]}
        for q in form.questions
    ]  # fmt: skip
    return ScreeningQuestionnaire(
        version=form.version, title=form.title or gettext("Questionnaire"), questions=plain
    )

"""Which plans are kept, could one run here, what runs, and what is held back for it?"""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Body, Path, Query, Router, Status
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import MOST_ROWS, After, Done, Id, Most, Rows, door
from linli.api.plans_shapes import (
    PlanChecked,
    PlanCode,
    PlanExercise,
    PlanFull,
    PlanGapsTaken,
    PlanReady,
    PlanRow,
    PlanRunAnswer,
    PlanRunBoard,
    PlanRunEnd,
    PlanRunRow,
    PlanRunStepRow,
    PlanSign,
    PlanSigned,
    PlanStart,
    PlanText,
    ReserveAsk,
    ReserveRow,
)
from linli.plans import reserve, runs, shelf
from linli.plans.lines import in_language
from linli.plans.readiness import READY, ready_as
from linli.plans.reading import read
from linli.plans.starting import NewRun
from linli.plans.trigger import signal_of
from linli.policy.can import Ask, can
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.plans import PlanRun, RunKind

router = Router(tags=["plans"])


class PlanVersionAsk(BaseModel):
    """Which version; the newest if none is named."""

    version: Annotated[int, Field(ge=1, le=10**6)] | None = None


class PlanReadyAsk(BaseModel):
    """In which area."""

    area_id: Id


class PlanRunsAsk(BaseModel):
    """Perhaps of one plan; by pages."""

    plan: Annotated[str, Field(max_length=40)] = ""
    after: After = 0
    most: Most = 50


class ReservesAsk(BaseModel):
    """Perhaps for one plan; by pages."""

    plan: Annotated[str, Field(max_length=40)] = ""
    after: After = 0
    most: Most = 50


@router.get(
    "/plans",
    response=list[PlanRow],
    operation_id="plan_list",
    summary="The plans that the city keeps, in their newest versions",
    openapi_extra=door(shelf.SEE, placed=False),
)
def plans(request: HttpRequest) -> Any:
    """One row a plan."""
    return [PlanRow(**_row(kept)) for kept in shelf.listed(actor_of(request))]


@router.post(
    "/plans/check",
    response=PlanChecked,
    operation_id="plan_check",
    summary="Whether a text holds a sound plan; everything wrong is told at once",
    openapi_extra=door(shelf.SEE, placed=False),
)
def check(request: HttpRequest, body: Body[PlanText]) -> Any:
    """Nothing is kept."""
    can(actor_of(request), Ask(shelf.SEE, roles_for(shelf.SEE))).required()
    plan = read(body.text)
    return PlanChecked(code=plan.code, n_steps=len(plan.steps))


@router.post(
    "/plans",
    response={201: PlanSigned},
    operation_id="plan_sign",
    summary="Put a new version of a plan in force",
    openapi_extra=door(shelf.SIGN, whole_city=True),
)
def sign(request: HttpRequest, body: Body[PlanSign]) -> Any:
    """Runs under way keep the version they were started with."""
    made = shelf.sign(actor_of(request), body.text, note=body.note, now=clock.now_s())
    return Status(201, PlanSigned(code=made.code, version=made.version))


@router.get(
    "/plans/{code}",
    response=PlanFull,
    operation_id="plan_one",
    summary="A plan with its text as it was signed",
    openapi_extra=door(shelf.SEE, placed=False),
)
def one(request: HttpRequest, code: Path[PlanCode], wanted: Query[PlanVersionAsk]) -> Any:
    """The newest version, or the one that is named."""
    actor = actor_of(request)
    kept = shelf.get(actor, code, wanted.version)
    listed = [version.version for version in shelf.versions(actor, code)]
    return PlanFull(**_row(kept), text=kept.version.text, versions=listed)


@router.get(
    "/plans/{code}/ready",
    response=PlanReady,
    operation_id="plan_ready",
    summary="Whether a plan could run in an area now, with every gap",
    openapi_extra=door(READY),
)
def ready(request: HttpRequest, code: Path[PlanCode], wanted: Query[PlanReadyAsk]) -> Any:
    """Everything that the plan names, held against the records; reading changes nothing."""
    actor, now = actor_of(request), clock.now_s()
    area = areas.get(wanted.area_id)
    can(actor, Ask(READY, roles_for(READY), area.path)).required()
    _version, plan = shelf.sound(actor, code)
    found = ready_as(actor, plan, area, now=now)
    signal = signal_of(plan, area, now=now, exercise=actor.exercise)
    told = found.told(gettext)
    return PlanReady(
        **told, signal_n=signal.n if signal else None,
        signal_at_least=signal.at_least if signal else None,
    )  # fmt: skip


@router.post(
    "/plans/{code}/exercise",
    response={201: PlanRunRow},
    operation_id="plan_exercise",
    summary="Start a plan as an exercise; no real person is notified",
    openapi_extra=door("plans.exercise"),
)
def exercise(request: HttpRequest, code: Path[PlanCode], body: Body[PlanExercise]) -> Any:
    """It ends by itself after its hours."""
    new = NewRun(code, body.area_id, RunKind.EXERCISE, body.reason, body.hours)
    return Status(201, _run(runs.begin(actor_of(request), new, now=clock.now_s())))


@router.post(
    "/plans/{code}/start",
    response={201: PlanRunRow},
    operation_id="plan_start",
    summary="Start a plan for real, under a declared emergency",
    openapi_extra=door("plans.start"),
)
def start(request: HttpRequest, code: Path[PlanCode], body: Body[PlanStart]) -> Any:
    """Refused without an emergency, and without the word that the caller is sure."""
    new = NewRun(code, body.area_id, RunKind.REAL, body.reason, sure=body.sure)
    return Status(201, _run(runs.begin(actor_of(request), new, now=clock.now_s())))


@router.get(
    "/plan-runs",
    response=Rows[PlanRunRow],
    operation_id="plan_runs",
    summary="The runs of plans within sight, the newest first",
    openapi_extra=door(shelf.SEE, placed=False),
)
def list_runs(request: HttpRequest, wanted: Query[PlanRunsAsk]) -> Any:
    """Those in the caller's areas, and those of the areas around them."""
    rows = runs.listing(actor_of(request), wanted.plan)
    if wanted.after:
        rows = rows.filter(id__lt=wanted.after)
    found = list(rows[: min(wanted.most, MOST_ROWS)])
    after = found[-1].id if len(found) == wanted.most else None
    return {"rows": [_run(row) for row in found], "after": after}


@router.get(
    "/plan-runs/{plan_run_id}",
    response=PlanRunBoard,
    operation_id="plan_run",
    summary="The board of a run: steps, gaps, answers, and its score once it is over",
    openapi_extra=door(shelf.SEE),
)
def board(request: HttpRequest, plan_run_id: Path[Id]) -> Any:
    """Ids of items; those of an exercise are seen by who takes part in it."""
    found = runs.board(actor_of(request), plan_run_id)
    return PlanRunBoard(
        **_run(found.run).model_dump(), steps=[_step(one) for one in found.steps],
        gap_ids=[one.item.id for one in found.gaps], n_gaps_open=found.n_gaps_open,
        n_called=found.came["called"], n_answers=len(found.answered),
        n_in_time=found.came["in_time"],
        answers=[
            PlanRunAnswer(account_id=one.account_id, role=one.role, at=clock.moment(one.at or 0),
                          in_time=one.in_time)
            for one in found.answered
        ],
    )  # fmt: skip


@router.post(
    "/plan-runs/{plan_run_id}/answer",
    response=Done,
    operation_id="plan_run_answer",
    summary="Say: here I am",
    openapi_extra=door(runs.ANSWER),
)
def answer(request: HttpRequest, plan_run_id: Path[Id]) -> Any:
    """Twice is once."""
    return Done(id=runs.answer(actor_of(request), plan_run_id, now=clock.now_s()).id)


@router.post(
    "/plan-runs/{plan_run_id}/end",
    response=PlanRunRow,
    operation_id="plan_run_end",
    summary="End a run before its time",
    openapi_extra=door("plans.exercise"),
)
def end(request: HttpRequest, plan_run_id: Path[Id], body: Body[PlanRunEnd]) -> Any:
    """What an exercise has open ends with it; what a real run has opened goes on."""
    actor = actor_of(request)
    return _run(runs.finish(actor, plan_run_id, reason=body.reason, now=clock.now_s()))


@router.post(
    "/plan-runs/{plan_run_id}/take-on",
    response=PlanGapsTaken,
    operation_id="plan_run_take_on",
    summary="Make the gaps of an exercise that is over the city's own work",
    openapi_extra=door("plans.exercise"),
)
def take_on(request: HttpRequest, plan_run_id: Path[Id]) -> Any:
    """Until somebody does, no gap of an exercise reaches anybody at work."""
    return PlanGapsTaken(n_opened=runs.take_on(actor_of(request), plan_run_id, now=clock.now_s()))


@router.get(
    "/reserves",
    response=Rows[ReserveRow],
    operation_id="reserve_list",
    summary="What is held back for plans, the newest first",
    openapi_extra=door(shelf.SEE, placed=False),
)
def reserves(request: HttpRequest, wanted: Query[ReservesAsk]) -> Any:
    """Where the caller answers: what lies there, and what is kept for it."""
    rows = reserve.listed(actor_of(request), now=clock.now_s(), plan=wanted.plan)
    if wanted.after:
        rows = rows.filter(id__lt=wanted.after)
    found = list(rows[: min(wanted.most, MOST_ROWS)])
    shown = [ReserveRow.model_validate(row, from_attributes=True) for row in found]
    return {"rows": shown, "after": found[-1].id if len(found) == wanted.most else None}


@router.post(
    "/reserves",
    response={201: Done},
    operation_id="reserve_hold",
    summary="Hold so much of a record back for a plan in an area",
    openapi_extra=door(reserve.HOLD),
)
def hold(request: HttpRequest, body: Body[ReserveAsk]) -> Any:
    """Never more than there is; who answers where it lies lends it."""
    new = reserve.NewReserve(
        body.kind, body.record_id, body.quantity, body.plan, body.area_id, body.reason, body.until
    )
    return Status(201, Done(id=reserve.hold(actor_of(request), new, now=clock.now_s()).id))


@router.post(
    "/reserves/{reserve_id}/lift",
    response=Done,
    operation_id="reserve_lift",
    summary="Let a reserve go again",
    openapi_extra=door(reserve.HOLD),
)
def lift(request: HttpRequest, reserve_id: Path[Id]) -> Any:
    """Twice is once."""
    return Done(id=reserve.lift(actor_of(request), reserve_id, now=clock.now_s()).id)


def _row(kept: shelf.Kept) -> dict[str, Any]:
    plan, version = kept.plan, kept.version
    return {
        "code": version.code, "version": version.version, "note": version.note,
        "signed_by": version.signed_by, "signed_at": version.signed_at,
        "title_zh": plan.title.zh if plan else None, "title_en": plan.title.en if plan else None,
        "mode": plan.mode if plan else None, "phase": plan.phase if plan else None,
        "days": plan.days if plan else None, "n_steps": len(plan.steps) if plan else None,
    }  # fmt: skip


def _run(run: PlanRun) -> PlanRunRow:
    return PlanRunRow(
        id=run.id, plan=run.version.code, version=run.version.version, kind=RunKind(run.kind),
        area_id=run.area_id, reason=run.reason, started_by=run.started_by,
        started_as=run.started_as, started_at=run.started_at, ends_at=run.ends_at,
        ended_at=run.ended_at, n_gaps=run.n_gaps, n_gaps_mended=run.n_gaps_mended,
        score=run.score,
    )  # fmt: skip


def _step(one: runs.BoardStep) -> PlanRunStepRow:
    row = one.row
    return PlanRunStepRow(
        name=one.step.name, title_zh=one.step.title.zh, title_en=one.step.title.en,
        loop=one.step.loop, due_at=row.due_at, opened_at=row.opened_at, finish_by=row.finish_by,
        finished_at=row.finished_at, waits_for=list(one.waits_for), n_places=row.n_places,
        n_opened=row.n_opened, n_refused=row.n_refused, refused_because=in_language(row.problem),
        n_done=one.n_done, n_late=one.n_late, item_ids=[line.item.id for line in one.items],
    )  # fmt: skip

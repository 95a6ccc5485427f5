"""How able is a unit by its records? The study, its records, its snapshots and experts' words."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from ninja import Body, Query, Router, Status

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Done, Id, door, purpose_of
from linli.api.evaluation_shapes import (
    EvaluationAreaAsk,
    EvaluationAsk,
    EvaluationChecks,
    EvaluationJudgement,
    EvaluationJudgementNew,
    EvaluationRecord,
    EvaluationRecords,
    EvaluationRecordsAsk,
    EvaluationSnapshot,
    EvaluationSnapshotNew,
    EvaluationStudy,
)
from linli.api.reading import refuse_no_text
from linli.errors import N_, NotFound, Word
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.areas import Area
from linli.studies.evaluation import (
    checks,
    checks_told,
    judgements,
    opened,
    snapshots,
    spelling,
    study,
    told,
)
from linli.studies.evaluation.study import SEE, Basis
from linli.studies.evaluation.tables import Judgement, Snapshot

router = Router(tags=["evaluation"])
KEPT_SHOWN = 50


@router.get(
    "/evaluation",
    response=EvaluationStudy,
    operation_id="evaluation_read",
    summary="The score of a unit by its records, and what would help it most",
    openapi_extra=door(SEE),
)
def read(request: HttpRequest, wanted: Query[EvaluationAsk]) -> Any:
    """Counted now, or as the last snapshot by ``as_of`` has it."""
    actor, area = _area(request, wanted.area_id)
    until = clock.seconds(wanted.as_of) if wanted.as_of else None
    found = study.study(
        actor, area, basis=_basis(actor, area, until), phase=wanted.phase, language=_language(),
        since=clock.seconds(wanted.since) if wanted.since else None,
    )  # fmt: skip
    return told.as_values(found, _language(), gettext, beside=wanted.beside_id)


@router.get(
    "/evaluation/records",
    response=EvaluationRecords,
    operation_id="evaluation_records",
    summary="Which records stand behind a number",
    openapi_extra=door(SEE),
)
def records(request: HttpRequest, wanted: Query[EvaluationRecordsAsk]) -> Any:
    """Who may not see these records sees the number only; residents' records take a purpose."""
    actor, area = _area(request, wanted.area_id)
    basis = _basis(actor, area)
    formula = basis.formulas.get(wanted.indicator)
    if formula is None:
        raise NotFound(what=Word(N_("indicator")), value=wanted.indicator)
    found = opened.opened(
        actor, area, formula, side=wanted.side, part=wanted.part, purpose=purpose_of(request),
        now=basis.now, after=wanted.after, most=wanted.most,
    )  # fmt: skip
    return EvaluationRecords(
        kind=found.page,
        spelled=spelling.spelled(found.term, gettext),
        n=found.n,
        rows=[EvaluationRecord.model_validate(row) for row in found.rows],
        after=found.after,
    )


@router.get(
    "/evaluation/checks",
    response=EvaluationChecks,
    operation_id="evaluation_checks",
    summary="The self-check: staffing norm, turnover, found and solved, checked again",
    openapi_extra=door(SEE),
)
def self_check(request: HttpRequest, wanted: Query[EvaluationAreaAsk]) -> Any:
    """Each line is counted from records."""
    actor, area = _area(request, wanted.area_id)
    found = checks.checks(actor, area, now=clock.now_s())
    return checks_told.as_values(found, area)


@router.get(
    "/evaluation/judgements",
    response=list[EvaluationJudgement],
    operation_id="evaluation_judgements",
    summary="What experts said of a unit, the newest first",
    openapi_extra=door(SEE),
)
def words(request: HttpRequest, wanted: Query[EvaluationAreaAsk]) -> Any:
    """Those taken back as well, with the moment."""
    actor, area = _area(request, wanted.area_id)
    rows = Judgement.objects.filter(area_id=area.id, exercise=actor.exercise)
    return list(rows.order_by("-judged_on", "-id")[:KEPT_SHOWN])


@router.post(
    "/evaluation/judgements",
    response={201: Done},
    operation_id="evaluation_judge",
    summary="Write down what an expert judges, by name and day",
    openapi_extra=door(judgements.JUDGE),
)
def judge(request: HttpRequest, body: Body[EvaluationJudgementNew]) -> Any:
    """It counts only where no record does."""
    actor = actor_of(request)
    refuse_no_text(body.model_dump())
    area = areas.get(body.area_id)
    said = judgements.Judged(body.indicator, body.value, body.expert, body.judged_on, body.reason)
    made = judgements.judge(actor, area, said, framework=study.framework(), now=clock.now_s())
    return Status(201, Done(id=made.id))


@router.post(
    "/evaluation/judgements/{judgement_id}/withdraw",
    response=Done,
    operation_id="evaluation_withdraw",
    summary="Take an expert's word back; it stays readable",
    openapi_extra=door(judgements.JUDGE),
)
def withdraw(request: HttpRequest, judgement_id: Id) -> Any:
    """Twice is once."""
    gone = judgements.withdraw(actor_of(request), judgement_id, now=clock.now_s())
    return Done(id=gone.id)


@router.get(
    "/evaluation/snapshots",
    response=list[EvaluationSnapshot],
    operation_id="evaluation_snapshots",
    summary="The snapshots that hold an area, the newest first",
    openapi_extra=door(SEE),
)
def kept(request: HttpRequest, wanted: Query[EvaluationAreaAsk]) -> Any:
    """Counts as they stood."""
    actor, area = _area(request, wanted.area_id)
    rows = Snapshot.objects.filter(exercise=actor.exercise).order_by("-at", "-id")
    return [row for row in rows[:KEPT_SHOWN] if area.path.startswith(row.path)]


@router.post(
    "/evaluation/snapshots",
    response={201: Done},
    operation_id="evaluation_keep",
    summary="Count every unit of an area now, and keep the counts",
    openapi_extra=door(snapshots.KEEP),
)
def take(request: HttpRequest, body: Body[EvaluationSnapshotNew]) -> Any:
    """What later times are compared with."""
    actor = actor_of(request)
    area = areas.get(body.area_id)
    can(actor, Ask(snapshots.KEEP, roles_for(snapshots.KEEP), area.path)).required()
    basis = _basis(actor, area)
    made = snapshots.take(
        actor, area, framework=basis.framework, formulas=basis.formulas, now=basis.now
    )
    return Status(201, Done(id=made.id))


def _area(request: HttpRequest, area_id: int) -> tuple[Actor, Area]:
    actor = actor_of(request)
    area = areas.get(area_id)
    can(actor, Ask(SEE, roles_for(SEE), area.path)).required()
    return actor, area


def _basis(actor: Actor, area: Area, as_of: int | None = None) -> Basis:
    return study.basis_of(now=clock.now_s(), exercise=actor.exercise, path=area.path, as_of=as_of)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE

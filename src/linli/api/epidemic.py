"""How does the outbreak go? A course by the records, its parts, and what stands on its curve."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from ninja import Body, Query, Router, Status

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Done, Id, door
from linli.api.epidemic_shapes import (
    EpidemicAsk,
    EpidemicMark,
    EpidemicMarkAsk,
    EpidemicMarkNew,
    EpidemicStudy,
)
from linli.api.reading import refuse_no_text
from linli.policy.can import Ask, can
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.studies.epidemic import marks, study, told
from linli.studies.epidemic.asked import Asked
from linli.studies.epidemic.marks import DECLARE, Said
from linli.studies.epidemic.study import SEE

router = Router(tags=["epidemic"])


@router.get(
    "/epidemic",
    response=EpidemicStudy,
    operation_id="epidemic_read",
    summary="R, nowcast and forecast of an area by its confirmed cases, and of each unit below",
    openapi_extra=door(SEE),
)
def read(request: HttpRequest, wanted: Query[EpidemicAsk]) -> Any:
    """Null is not known, and ``lacking`` says why."""
    mean, sd = wanted.serial_mean, wanted.serial_sd
    asked = Asked(
        by=wanted.by, window=wanted.window, ahead=wanted.ahead,
        serial=None if mean is None or sd is None else (mean, sd),
    )  # fmt: skip
    found = study.study(
        actor_of(request), areas.get(wanted.area_id), asked=asked, disease=wanted.disease,
        as_of=wanted.as_of, language=get_language() or settings.LANGUAGE_CODE,
    )  # fmt: skip
    return told.values_of_study(found, gettext)


@router.get(
    "/epidemic/marks",
    response=list[EpidemicMark],
    operation_id="epidemic_marks",
    summary="Orders and changes of definition written onto the curves of an area",
    openapi_extra=door(SEE),
)
def listed(request: HttpRequest, wanted: Query[EpidemicMarkAsk]) -> Any:
    """Those of the areas above it too, for they hold there."""
    actor, area = actor_of(request), areas.get(wanted.area_id)
    can(actor, Ask(SEE, roles_for(SEE), area.path)).required()
    return marks.declared(area, wanted.disease, exercise=actor.exercise)


@router.post(
    "/epidemic/marks",
    response={201: Done},
    operation_id="epidemic_declare",
    summary="Write an order or a change of definition onto the curves of an area, by name",
    openapi_extra=door(DECLARE),
)
def declare(request: HttpRequest, body: Body[EpidemicMarkNew]) -> Any:
    """It holds for the area and all below."""
    refuse_no_text(body.model_dump())
    said = Said(
        body.kind, body.first_on, body.words, body.last_on, body.backlog_days, body.ratio,
        body.disease,
    )  # fmt: skip
    area = areas.get(body.area_id)
    made = marks.declare(actor_of(request), area, said, now=clock.now_s())
    return Status(201, Done(id=made.id))


@router.post(
    "/epidemic/marks/{mark_id}/withdraw",
    response=Done,
    operation_id="epidemic_withdraw",
    summary="Take back what was written onto a curve; it stays with the moment",
    openapi_extra=door(DECLARE),
)
def withdraw(request: HttpRequest, mark_id: Id) -> Any:
    """Twice is once."""
    gone = marks.withdraw(actor_of(request), mark_id, now=clock.now_s())
    return Done(id=gone.id)

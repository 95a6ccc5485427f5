"""What if? Ask about choices from today's records, follow the run, read it, cancel, sign."""

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from ninja import Body, Path, Query, Router, Status

from linli.api.auth import actor_of
from linli.api.doors import Id, Rows, allow, door
from linli.api.reading import refuse_no_text
from linli.api.what_if_shapes import (
    WhatIfAnswer,
    WhatIfBasis,
    WhatIfBasisAsk,
    WhatIfDecided,
    WhatIfDecisionNew,
    WhatIfHead,
    WhatIfNew,
    WhatIfPage,
    WhatIfParameter,
    WhatIfSheet,
)
from linli.registry import areas
from linli.registry.signed_in import attached
from linli.studies.simulation import documents, on_curve, running, study, told
from linli.studies.simulation.documents import Sheet
from linli.studies.simulation.study import DECIDE, RUN, SEE
from linli.studies.simulation.tables import WhatIf, WhatIfDecision

router = Router(tags=["what-if"])
EMPTY: dict[str, Any] = {
    "starts_on": None, "n_people": 0, "n_households": 0, "seeds": [], "names": [], "unbeaten": [],
    "outcomes": {}, "bands": {}, "parameters": [], "start": {}, "compounds": [], "close_first": [],
    "marks": [], "waits": {},
}  # fmt: skip


@router.get(
    "/what-if/basis",
    response=WhatIfBasis,
    operation_id="what_if_basis",
    summary="What a run of an area would begin with, and on how many records each number stands",
    openapi_extra=door(RUN),
)
def basis(request: HttpRequest, wanted: Query[WhatIfBasisAsk]) -> Any:
    """Read from the records as they stand now."""
    area = areas.get(wanted.area_id)
    actor, _ = allow(request, RUN, area.path)
    made = running.basis(actor, area, disease=wanted.disease)
    parameters = [_parameter(vars(p)) for p in made.parameters.values()]
    return WhatIfBasis(
        n_people=made.here.city.n_people, parameters=parameters, start=running.started(made)
    )


@router.post(
    "/what-if",
    response={202: WhatIfHead},
    operation_id="what_if_ask",
    summary="Ask what would follow from some choices; the worker answers",
    openapi_extra=door(RUN),
)
def ask(request: HttpRequest, body: Body[WhatIfNew]) -> Any:
    """Everything that cannot be is refused here, by name, before anything runs."""
    refuse_no_text(body.model_dump(mode="json"))
    area = areas.get(body.area_id)
    actor, _ = allow(request, RUN, area.path)
    made = study.ask(actor, study.question_of(body.model_dump(mode="json")))
    return Status(202, _head(made))


@router.get(
    "/what-if",
    response=Rows[WhatIfHead],
    operation_id="what_if_list",
    summary="The what-ifs within reach, the newest first",
    openapi_extra=door(SEE, placed=False),
)
def listing(request: HttpRequest, wanted: Query[WhatIfPage]) -> Any:
    """Without their answers."""
    rows = study.listing(actor_of(request))
    found = list((rows.filter(id__lt=wanted.after) if wanted.after else rows)[: wanted.most])
    return Rows[WhatIfHead](
        rows=[_head(row) for row in found],
        after=found[-1].id if len(found) == wanted.most else None,
    )


@router.get(
    "/what-if/{whatif_id}",
    response=WhatIfAnswer,
    operation_id="what_if_read",
    summary="A what-if: how far it is, and its answer",
    openapi_extra=door(SEE),
)
def read(request: HttpRequest, whatif_id: Path[Id]) -> Any:
    """Differences with paired intervals, bands by day, infections by compound, decisions."""
    actor = actor_of(request)
    found, _ = study.get(actor, whatif_id)
    result = {**EMPTY, **{k: v for k, v in found.result.items() if k in EMPTY}}
    if found.result:
        area = areas.get(found.area_id)
        result["marks"] = on_curve.values_of(
            actor, area, found.result, study.disease_of(found), gettext
        )
    result["parameters"] = [_parameter(p) for p in result["parameters"]]
    return WhatIfAnswer(
        **_head(found).model_dump(), **result, asked=found.asked,
        decisions=[_decided(d) for d in found.decisions.order_by("id")],
    )  # fmt: skip


@router.get(
    "/what-if/{whatif_id}/parquet",
    operation_id="what_if_parquet",
    summary="A table of an answer as a Parquet file: days, worlds or areas",
    openapi_extra=door(SEE)
    | {"responses": {"200": {"description": "OK", "content": {documents.PARQUET: {}}}}},
)
def parquet(
    request: HttpRequest, whatif_id: Path[Id], wanted: Query[WhatIfSheet]
) -> HttpResponseBase:
    """Streamed."""
    found, _ = study.get(actor_of(request), whatif_id)
    result = study.answer_of(found)
    answer = StreamingHttpResponse(
        documents.parquet(result, Sheet(wanted.sheet)), content_type=documents.PARQUET
    )
    name = f"what-if-{found.id}-{wanted.sheet}.parquet"
    answer["Content-Disposition"] = attached(actor_of(request), name)
    return answer


@router.post(
    "/what-if/{whatif_id}/cancel",
    response=WhatIfHead,
    operation_id="what_if_cancel",
    summary="Stop a what-if; nothing of it is kept but the question",
    openapi_extra=door(RUN),
)
def cancel(request: HttpRequest, whatif_id: Path[Id]) -> Any:
    """One that is over cannot be cancelled."""
    return _head(study.cancel(actor_of(request), whatif_id))


@router.post(
    "/what-if/{whatif_id}/decisions",
    response={201: WhatIfDecided},
    operation_id="what_if_decide",
    summary="Sign which choice is taken, and why; nothing acts by itself",
    openapi_extra=door(DECIDE),
)
def decide(request: HttpRequest, whatif_id: Path[Id], body: Body[WhatIfDecisionNew]) -> Any:
    """By name, in the caller's role."""
    refuse_no_text([body.choice, body.reason])
    made = study.decide(
        actor_of(request), whatif_id, choice=body.choice.strip(), reason=body.reason
    )
    return Status(201, _decided(made))


def _head(found: WhatIf) -> WhatIfHead:
    done, total = study.progress(found)
    problem = told.problem_of(found)
    return WhatIfHead(
        id=found.id, name=found.name, area_id=found.area_id, state=found.state,
        asked_at=found.asked_at, n_done=done, n_total=total,
        problem=problem.tell(gettext) if problem else "", fingerprint=found.fingerprint,
        version=found.version,
    )  # fmt: skip


def _parameter(kept: dict[str, Any]) -> WhatIfParameter:
    said = kept["source"] if kept["from_records"] else kept["default_source"]
    shown = {k: kept[k] for k in ("name", "value", "default", "n_records", "from_records")}
    label, unit = kept["label"], kept["unit"]
    return WhatIfParameter(**shown, label=gettext(label), unit=gettext(unit), said=gettext(said))


def _decided(made: WhatIfDecision) -> WhatIfDecided:
    return WhatIfDecided(
        id=made.id, choice=made.choice, reason=made.reason, signed_name=made.signed_name,
        signed_as=made.signed_as, signed_at=made.signed_at,
    )  # fmt: skip

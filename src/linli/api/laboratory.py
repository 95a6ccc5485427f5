"""Which tests are asked for, what was found, and whose is it? The laboratory's routes."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Body, Path, Query, Router, Status
from pydantic import BaseModel, Field

from linli import clock, uids
from linli.api.auth import actor_of
from linli.api.doors import After, Done, Id, Most, Rows, door, purpose_of
from linli.api.faults import Fault, fault_of
from linli.loops.laboratory import lists, matching, orders
from linli.loops.laboratory.lists import LabResultRow
from linli.loops.laboratory.orders import NewOrder
from linli.loops.laboratory.tables import Test, Why
from linli.registry.forms import Day, RecordForm

router = Router(tags=["laboratory"])
MOST_RESULTS = 1_000


class LabOrderNew(RecordForm):
    """Whom to test for what; the tube's code if there is one already."""

    person_id: Id
    test: Test = Test.PCR
    disease: Annotated[str, Field(max_length=24, pattern="^[a-z0-9_]+$")] = "covid19"
    item_id: Id | None = None
    sample: Annotated[str, Field(max_length=40, pattern="^[A-Za-z0-9-]*$")] = ""
    due_on: Day | None = None
    uid: UUID | None = None


class LabOrderMade(BaseModel):
    """The order, and the code for the tube."""

    id: int
    sample: str


class LabOrderCancelled(RecordForm):
    """Why a test is not done; with ``again``, the code on the new tube if there is one already."""

    why: Why
    sample: Annotated[str, Field(max_length=40, pattern="^[A-Za-z0-9-]*$")] = ""


class LabOrderRow(BaseModel):
    """A tube that waits: what is to be tested, and nobody's name."""

    model_config = {"from_attributes": True}

    id: int
    sample: str
    test: str
    disease: str
    due_on: date | None
    ordered_at: datetime


class LabPage(BaseModel):
    """The page asked for."""

    after: After = 0
    most: Most = 50


class LabResults(BaseModel):
    """Up to a thousand results, taken in one transaction."""

    model_config = {"extra": "forbid"}

    rows: Annotated[list[LabResultRow], Field(min_length=1, max_length=MOST_RESULTS)]


class LabRowRefused(BaseModel):
    """A result that was refused, and why."""

    index: int
    fault: Fault


class LabTaken(BaseModel):
    """What became of them: new + again + refused = sent; matched + unmatched = new."""

    new: int
    again: int
    matched: int
    unmatched: int
    opened: int
    moved: int
    refused: list[LabRowRefused]


class LabPersonRow(BaseModel):
    """Somebody who may be meant."""

    id: int
    name: str
    birth_date: date | None


class LabWaiting(BaseModel):
    """A result that belongs to nobody yet, what was told, and who may be meant."""

    id: int
    test: str
    disease: str
    finding: str
    found_at: datetime
    laboratory: str
    told: dict[str, str]
    candidates: list[LabPersonRow]


class LabWaitingPage(BaseModel):
    """A page of them, the key of the next, and how many more wait at other desks."""

    rows: list[LabWaiting]
    after: int | None
    n_elsewhere: int


class LabDecision(RecordForm):
    """Whose it is; null sets it aside."""

    person_id: Id | None


@router.post(
    "/laboratory/orders",
    response={201: LabOrderMade},
    operation_id="laboratory_order",
    summary="Ask for a test of somebody",
    openapi_extra=door("laboratory.order", about_residents=True),
)
def order(request: HttpRequest, body: Body[LabOrderNew]) -> Any:
    """The same uid again answers with the order that is there."""
    new = NewOrder(**body.model_dump(exclude={"uid"}), uid=body.uid or uids.fresh())
    made = orders.order(actor_of(request), new, purpose=purpose_of(request), now=clock.now_s())
    return Status(201, LabOrderMade(id=made.id, sample=made.sample))


@router.get(
    "/laboratory/orders",
    response=Rows[LabOrderRow],
    operation_id="laboratory_orders",
    summary="The tubes that wait for a result, without names",
    openapi_extra=door("laboratory.see", placed=False),
)
def waiting_orders(request: HttpRequest, wanted: Query[LabPage]) -> Any:
    """A page within reach."""
    rows, after = orders.open_orders(actor_of(request), after=wanted.after, most=wanted.most)
    return {"rows": rows, "after": after}


@router.post(
    "/laboratory/orders/{order_id}/cancel",
    response=LabOrderMade,
    operation_id="laboratory_cancel",
    summary="Say why a test is not done, or take another sample in its place",
    openapi_extra=door("laboratory.order", about_residents=True),
)
def cancel(request: HttpRequest, order_id: Path[Id], body: Body[LabOrderCancelled]) -> Any:
    """Answers with the order that stands now: the same, or the new one of another sample."""
    row = orders.cancel(
        actor_of(request),
        order_id,
        why=body.why,
        sample=body.sample,
        purpose=purpose_of(request),
        now=clock.now_s(),
    )
    return LabOrderMade(id=row.id, sample=row.sample)


@router.post(
    "/laboratory/results",
    response=LabTaken,
    operation_id="laboratory_results",
    summary="Take results in",
    openapi_extra=door("laboratory.result", placed=False),
)
def take_results(request: HttpRequest, body: Body[LabResults]) -> Any:
    """Those that are refused are told apart; the others go in together."""
    taken, refused = lists.take_rows(actor_of(request), body.rows, now=clock.now_s())
    told = [LabRowRefused(index=n, fault=fault_of(problem)) for n, problem in refused]
    return LabTaken(**asdict(taken), refused=told)


@router.get(
    "/laboratory/unmatched",
    response=LabWaitingPage,
    operation_id="laboratory_unmatched",
    summary="Results that wait for somebody to say whose they are",
    openapi_extra=door("laboratory.match", about_residents=True, placed=False),
)
def unmatched(request: HttpRequest, wanted: Query[LabPage]) -> Any:
    """A page of those sampled within reach or sent by oneself, and how many wait elsewhere."""
    actor = actor_of(request)
    page, after = matching.unmatched(
        actor, purpose=purpose_of(request), after=wanted.after, most=wanted.most
    )
    return {
        "rows": [_waiting(one) for one in page],
        "after": after,
        "n_elsewhere": matching.n_elsewhere(actor),
    }


@router.post(
    "/laboratory/results/{result_id}/match",
    response=Done,
    operation_id="laboratory_match",
    summary="Say whose a result is, or set it aside",
    openapi_extra=door("laboratory.match", about_residents=True),
)
def match(request: HttpRequest, result_id: Path[Id], body: Body[LabDecision]) -> Any:
    """What was told of the person goes with the decision."""
    row = matching.decide(
        actor_of(request),
        result_id,
        person_id=body.person_id,
        purpose=purpose_of(request),
        now=clock.now_s(),
    )
    return Done(id=row.id)


def _waiting(one: matching.Waiting) -> LabWaiting:
    row = one.result
    return LabWaiting(
        id=row.id,
        test=row.test,
        disease=row.disease,
        finding=row.finding,
        found_at=row.found_at,
        laboratory=row.laboratory,
        told=row.told,
        candidates=[
            LabPersonRow(id=p.id, name=p.name, birth_date=p.birth_date) for p in one.candidates
        ],
    )

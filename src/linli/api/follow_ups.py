"""Who asks which contact today, what became of it, and who plans it?"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Path, Query, Router
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Id, door, purpose_of
from linli.api.openings import Happened
from linli.api.visits import VisitRefused, refused_rows
from linli.loops.follow_ups import seen, today
from linli.loops.follow_ups.forms import Symptom
from linli.loops.follow_ups.schedule import Deal
from linli.loops.follow_ups.seen import SAID, Told
from linli.loops.follow_ups.tables import TEST_SLOT
from linli.loops.scene import Scene
from linli.registry.forms import Day, RecordForm

router = Router(tags=["follow-ups"])
_enum: Any = StrEnum
FollowUpStatus = _enum("FollowUpStatus", {code.upper(): code for code in sorted(SAID)})
MOST_AT_ONCE = 500


class FollowUpRow(BaseModel):
    """One follow-up of a contact on a day."""

    model_config = {"from_attributes": True}

    contact_id: int
    day: date
    slot: int
    holder_id: int | None
    status: str
    temperature_c: float | None
    symptoms: list[str] | None
    at: datetime | None
    by: int | None


class FollowUpTold(RecordForm):
    """What became of one follow-up; "well" needs nothing more."""

    contact_id: Id
    day: Day
    slot: Annotated[int, Field(ge=0, le=TEST_SLOT)] = 0
    status: FollowUpStatus  # type: ignore[valid-type]
    symptoms: Annotated[list[Symptom], Field(max_length=8)] = []
    temperature_c: Annotated[float, Field(ge=30, le=45, allow_inf_nan=False)] | None = None
    at: Happened | None = None


class FollowUpBatch(RecordForm):
    """Up to 500 follow-ups told together; the same ones twice are once."""

    rows: Annotated[list[FollowUpTold], Field(min_length=1, max_length=MOST_AT_ONCE)]


class FollowUpTaken(BaseModel):
    """What became of the rows."""

    n_new: int
    n_again: int
    refused: list[VisitRefused]


class FollowUpPlan(RecordForm):
    """Make the schedule of an area's contacts anew for a period; what was done stays."""

    area_id: Id
    first: Day | None = None
    last: Day | None = None
    deal: Deal = Deal.KEEP


class FollowUpPlanned(BaseModel):
    """What making the schedule did."""

    model_config = {"from_attributes": True}

    n_contacts: int
    n_made: int
    n_kept: int
    n_taken_back: int
    n_without_worker: int


class FollowUpAsked(BaseModel):
    """Which day; today if left out."""

    day: Day | None = None


@router.get(
    "/today",
    response=list[FollowUpRow],
    operation_id="follow_ups_today",
    summary="What the caller has to ask on a day",
    openapi_extra=door("follow_ups.do", about_residents=True, placed=False),
)
def mine(request: HttpRequest, wanted: Query[FollowUpAsked]) -> Any:
    """The caller's own, done and to be done."""
    return today.of_worker(_scene(request), day=wanted.day).rows


@router.post(
    "/tell",
    response=FollowUpTaken,
    operation_id="follow_ups_tell",
    summary="Tell what became of follow-ups",
    openapi_extra=door("follow_ups.do", about_residents=True, placed=False),
)
def tell(request: HttpRequest, body: Body[FollowUpBatch]) -> Any:
    """Symptoms, refusals and who was not there go on by themselves."""
    told = [
        Told(
            row.contact_id, row.day, row.slot, str(row.status.value),  # type: ignore[attr-defined]
            tuple(row.symptoms), row.temperature_c, clock.seconds(row.at) if row.at else None,
        )
        for row in body.rows
    ]  # fmt: skip
    done = seen.take_in(told, _scene(request))
    return FollowUpTaken(n_new=done.n_new, n_again=done.n_again, refused=refused_rows(done.refused))


@router.post(
    "/plan",
    response=FollowUpPlanned,
    operation_id="follow_ups_plan",
    summary="Make the schedule of an area's contacts, by nearness, in turn, or as before",
    openapi_extra=door("follow_ups.plan", about_residents=True),
)
def plan(request: HttpRequest, body: Body[FollowUpPlan]) -> Any:
    """What is still to be done is planned anew."""
    return today.plan(
        body.area_id, _scene(request), first=body.first, last=body.last, deal=body.deal
    )


@router.get(
    "/{contact_id}",
    response=list[FollowUpRow],
    operation_id="follow_ups_of_contact",
    summary="A contact's calendar",
    openapi_extra=door("follow_ups.do", about_residents=True),
)
def of_contact(request: HttpRequest, contact_id: Path[Id]) -> Any:
    """Every day of it, what was done and what was not."""
    return today.of_contact(contact_id, _scene(request))


def _scene(request: HttpRequest) -> Scene:
    return Scene(actor_of(request), clock.now_s(), purpose_of(request) or "")

"""Who books a trip or asks for ongoing care for somebody? Whoever reaches that person."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Body, Router, Status
from pydantic import BaseModel

from linli import clock, uids
from linli.api.auth import actor_of
from linli.api.doors import door, purpose_of
from linli.loops.for_person import About, open_about
from linli.loops.ongoing_care.loop import OngoingCareAsk
from linli.loops.trips.loop import TripAsk
from linli.registry.forms import RecordForm

router = Router(tags=["for somebody"])


class TripNew(RecordForm):
    """A trip by the community's car; with a fever it becomes a transfer by itself."""

    item_class: Literal["dialysis", "pregnancy", "clinic", "errand", "home"]
    form: TripAsk
    uid: UUID | None = None


class OngoingCareNew(RecordForm):
    """Care that has to go on, and has no place."""

    item_class: Literal["dialysis", "pregnancy", "chronic", "recovery"]
    form: OngoingCareAsk
    uid: UUID | None = None


class AskedFor(BaseModel):
    """The item that was opened, and where it stands."""

    id: int
    stage: str


@router.post(
    "/trips/ask",
    response={201: AskedFor},
    operation_id="trip_ask",
    summary="Book a trip for somebody",
    openapi_extra=door("trips.ask", about_residents=True),
)
def trip(request: HttpRequest, body: Body[TripNew]) -> Any:
    """The same uid again answers with the trip that is there."""
    return _opened(request, "trip", "trips.ask", body)


@router.post(
    "/ongoing_care/ask",
    response={201: AskedFor},
    operation_id="ongoing_care_ask",
    summary="Ask for care that has to go on, for somebody",
    openapi_extra=door("ongoing_care.ask", about_residents=True),
)
def care(request: HttpRequest, body: Body[OngoingCareNew]) -> Any:
    """The same uid again answers with the item that is there."""
    return _opened(request, "ongoing_care", "ongoing_care.ask", body)


def _opened(request: HttpRequest, loop: str, verb: str, body: TripNew | OngoingCareNew) -> Any:
    data = body.form.model_dump(mode="json", exclude_none=True)
    about = About(loop, body.item_class, body.form.person_id, data, uid=body.uid or uids.fresh())
    purpose = purpose_of(request)
    moved = open_about(actor_of(request), about, verb, purpose=purpose, now=clock.now_s())
    return Status(201, AskedFor(id=moved.item_id, stage=moved.stage))

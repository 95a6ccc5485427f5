"""What is done again every day: a contact with whoever is in special care, a place disinfected."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Body, Router
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Done, Id, door, purpose_of
from linli.loops.calls import watch as calls
from linli.loops.calls.loop import CALLERS
from linli.loops.disinfections import watch as disinfections
from linli.registry import areas
from linli.registry.forms import Day

router = Router(tags=["care"])


class CareContactMade(BaseModel):
    """Somebody in special care was spoken to; the id is made where it happened."""

    model_config = {"extra": "forbid"}

    uid: UUID
    person_id: Id
    by: Literal["door", "phone", "family"] = "phone"
    well: bool = True


class DisinfectionPlaced(BaseModel):
    """A place goes onto the sheet: on which days of the week (1 is Monday), with what.

    ``photo``: it is done only once a photo shows it.
    """

    model_config = {"extra": "forbid"}

    area_id: Id
    name: Annotated[str, Field(min_length=2, max_length=120, pattern=r"\S")]
    weekdays: Annotated[str, Field(min_length=1, max_length=7, pattern="^[1-7]+$")] = "1234567"
    agent: Annotated[str, Field(max_length=80)] = ""
    last_day: Day | None = None
    photo: bool = False


@router.post(
    "/calls/contacts",
    response=Done,
    operation_id="care_contact",
    summary="Somebody in special care was spoken to today; twice is once",
    openapi_extra=door("call.reach", roles=CALLERS, about_residents=True),
)
def contact(request: HttpRequest, body: Body[CareContactMade]) -> Any:
    """Whoever was spoken to is owed no call this evening."""
    told = {"uid": body.uid, "by": body.by, "well": body.well}
    calls.contacted(
        actor_of(request), body.person_id, told, now=clock.now_s(), purpose=purpose_of(request)
    )
    return Done(id=body.person_id)


@router.post(
    "/disinfections/places",
    response=Done,
    operation_id="disinfection_place",
    summary="Put a place onto the sheet of disinfections, or change it",
    openapi_extra=door(disinfections.PLAN),
)
def place(request: HttpRequest, body: Body[DisinfectionPlaced]) -> Any:
    """It comes back on its days from today on."""
    made = disinfections.plan(
        actor_of(request),
        areas.get(body.area_id),
        body.name,
        first_day=clock.day(clock.now()),
        weekdays=body.weekdays,
        agent=body.agent,
        last_day=body.last_day,
        photo=body.photo,
    )
    return Done(id=made.id)

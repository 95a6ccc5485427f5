"""Who sits in which post, who answers for a unit right now, and who is put where?"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Path, Query, Router, Status
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import After, Done, Id, Most, Rows, allow, door
from linli.api.openings import Happened
from linli.api.reading import refuse_no_text
from linli.policy.roles import STAFF, Role
from linli.registry import appointing, areas, roster
from linli.registry.forms import RecordForm

router = Router(tags=["roster"])
Topic = Annotated[str, Field(max_length=40)]


class RosterSeat(BaseModel):
    """A post, and who sits in it now; the account is null where it is vacant."""

    post_id: int
    role: str
    area_id: int
    topic: str
    title: str
    first_responsible: bool
    assignment_id: int | None
    account_id: int | None
    name: str
    deputy: bool
    starts_at: datetime | None
    ends_at: datetime | None


class RosterFilters(BaseModel):
    """Where to look."""

    area_id: Id | None = None
    after: After = 0
    most: Most = 50


class RosterFirst(BaseModel):
    """The one reachable person who answers for a unit, topic and moment; null if there is none."""

    account_id: int | None
    name: str
    phone: str
    post_id: int | None
    deputy: bool


class RosterFirstAsk(BaseModel):
    """The unit, the topic and the moment asked about."""

    area_id: Id
    topic: Topic = ""
    at: Happened | None = None


PostRole = StrEnum("PostRole", {role.name: role.value for role in sorted(STAFF)})  # type: ignore[misc]


class RosterPost(RecordForm):
    """A new seat."""

    role: PostRole
    area_id: Id
    topic: Topic = ""
    title: Annotated[str, Field(max_length=120)] = ""
    first_responsible: bool = False


class RosterAppointment(RecordForm):
    """Who takes a seat, from when to when, as its holder or as deputy."""

    post_id: Id
    account_id: Id
    starts_at: Happened
    ends_at: Happened | None = None
    deputy: bool = False


class RosterEnd(RecordForm):
    """When an assignment ends; now, if no moment is given."""

    ends_at: Happened | None = None


@router.get(
    "",
    response=Rows[RosterSeat],
    operation_id="roster_list",
    summary="Posts within reach and who sits in them",
    openapi_extra=door("roster.see"),
)
def seats(request: HttpRequest, wanted: Query[RosterFilters]) -> Any:
    """A page of seats."""
    path = areas.get(wanted.area_id).path if wanted.area_id else ""
    found, after = appointing.seats(
        actor_of(request),
        now=clock.now_s(),
        area_path=path,
        after=wanted.after,
        most=wanted.most,
    )
    return {"rows": [_seat(seat) for seat in found], "after": after}


@router.get(
    "/first-responsible",
    response=RosterFirst,
    operation_id="roster_first_responsible",
    summary="Who answers for a unit and topic at a moment?",
    openapi_extra=door("roster.see"),
)
def first(request: HttpRequest, wanted: Query[RosterFirstAsk]) -> Any:
    """The one reachable first-responsible person."""
    area = areas.get(wanted.area_id)
    allow(request, "roster.see", area.path)
    refuse_no_text(wanted.topic)
    at = clock.seconds(wanted.at) if wanted.at else clock.now_s()
    found = roster.first_responsible(area.id, wanted.topic, at)
    if found is None:
        return RosterFirst(account_id=None, name="", phone="", post_id=None, deputy=False)
    return RosterFirst(
        account_id=found.account_id,
        name=found.name,
        phone=found.phone,
        post_id=found.post_id,
        deputy=found.deputy,
    )


@router.post(
    "/posts",
    response={201: Done},
    operation_id="roster_add_post",
    summary="Make a post",
    openapi_extra=door("roster.edit"),
)
def add_post(request: HttpRequest, body: Body[RosterPost]) -> Any:
    """A new seat in an area within reach."""
    made = appointing.make_post(
        actor_of(request), **body.model_dump(exclude={"role"}), role=Role(body.role.value)
    )
    return Status(201, Done(id=made.id))


@router.post(
    "/appointments",
    response={201: Done},
    operation_id="roster_appoint",
    summary="Put somebody into a post",
    openapi_extra=door("roster.edit"),
)
def appoint(request: HttpRequest, body: Body[RosterAppointment]) -> Any:
    """A holder or a deputy from a moment on."""
    made = appointing.appoint(
        actor_of(request),
        body.post_id,
        body.account_id,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        deputy=body.deputy,
    )
    return Status(201, Done(id=made.id))


@router.post(
    "/appointments/{assignment_id}/end",
    response=Done,
    operation_id="roster_relieve",
    summary="End an assignment",
    openapi_extra=door("roster.edit"),
)
def relieve(request: HttpRequest, assignment_id: Path[Id], body: Body[RosterEnd]) -> Any:
    """The row stays, with its end."""
    at = body.ends_at or clock.now()
    return Done(id=appointing.relieve(actor_of(request), assignment_id, at=at).id)


def _seat(seat: appointing.Seat) -> RosterSeat:
    post, sitting = seat.post, seat.assignment
    return RosterSeat(
        post_id=post.id,
        role=post.role,
        area_id=post.area_id,
        topic=post.topic,
        title=post.title,
        first_responsible=post.first_responsible,
        assignment_id=sitting.id if sitting else None,
        account_id=sitting.account_id if sitting else None,
        name=sitting.account.display_name if sitting else "",
        deputy=bool(sitting and sitting.deputy),
        starts_at=sitting.starts_at if sitting else None,
        ends_at=sitting.ends_at if sitting else None,
    )

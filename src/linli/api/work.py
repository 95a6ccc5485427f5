"""What is mine to do, what was I told, what has changed, and who am I to Linli?"""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Body, Query, Router, Status
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import After, Id, Most, Rows, allow, door
from linli.api.loops_shapes import ItemRow
from linli.errors import SignInNeeded
from linli.jobs import outbox
from linli.loops import find
from linli.policy.can import Actor
from linli.policy.roles import NAMES, PURPOSES, STAFF, Role
from linli.registry import accounts
from linli.registry.forms import RecordForm

router = Router(tags=["work"])
EVERYBODY = STAFF | {Role.RESIDENT}  # whoever is signed in, for what is their own


class WorkAsk(BaseModel):
    """The page of work asked for; its key is a limit and an id."""

    after: Annotated[str, Field(pattern=r"^((none|[0-9]{1,12})-[0-9]{1,18})?$")] = ""
    most: Most = 50


class NoticeRow(BaseModel):
    """What an account was told at once: lines of [kind, item, detail]."""

    id: int
    at: datetime
    n_messages: int
    lines: list[list[Any]]
    urgent: bool
    exercise: bool
    read_at: datetime | None


class NoticeAsk(BaseModel):
    """The page of notices asked for, the newest first."""

    after: After = 0
    most: Most = 50


class NoticesRead(RecordForm):
    """The newest notice that was read; those before it count as read."""

    up_to: Id


class NoticesMarked(BaseModel):
    """How many notices had been unread."""

    n_marked: int


class ChangesAsk(BaseModel):
    """The event after which changes are asked for."""

    since: After = 0


class ChangesSeen(BaseModel):
    """What moved within reach, and the event to ask from next time."""

    since: int
    item_ids: list[int]


class MePost(BaseModel):
    """A role that the caller holds, where, and what they may need residents' data for."""

    role: str
    label: str
    path: str
    until: datetime | None
    purposes: list[str]


class Me(BaseModel):
    """Who the caller is to Linli just now."""

    account_id: int | None
    name: str
    two_factor: bool
    exercise: bool
    now: datetime
    posts: list[MePost]


@router.get(
    "/work",
    response=Rows[ItemRow],
    operation_id="work_mine",
    summary="What I hold, the earliest limit first",
    openapi_extra=door("work.see", placed=False),
)
def mine(request: HttpRequest, wanted: Query[WorkAsk]) -> Any:
    """A page of what the caller holds."""
    actor, _ = allow(request, "work.see")
    page = find.work_of(actor, now=clock.now_s(), after=wanted.after or None, most=wanted.most)
    return {"rows": page.rows, "after": page.after}


@router.get(
    "/work/unheld",
    response=Rows[ItemRow],
    operation_id="work_unheld",
    summary="What waits at my units and nobody holds",
    openapi_extra=door("work.see", placed=False),
)
def unheld(request: HttpRequest, wanted: Query[WorkAsk]) -> Any:
    """A page of what nobody holds."""
    actor, _ = allow(request, "work.see")
    page = find.unheld_of(actor, after=wanted.after or None, most=wanted.most)
    return {"rows": page.rows, "after": page.after}


@router.get(
    "/own",
    response=list[ItemRow],
    operation_id="work_own",
    summary="What I asked for myself",
    openapi_extra=door("own.see", roles=EVERYBODY, placed=False),
)
def own(request: HttpRequest) -> Any:
    """The newest things this account has asked for."""
    return find.own_items(_signed_in(request))


@router.get(
    "/notices",
    response=Rows[NoticeRow],
    operation_id="notices_list",
    summary="What I was told, the newest first",
    openapi_extra=door("own.see", roles=EVERYBODY, placed=False),
)
def notices(request: HttpRequest, wanted: Query[NoticeAsk]) -> Any:
    """A page of the account's own notices."""
    actor = _signed_in(request)
    told = outbox.notices_of(
        actor.id or 0, exercise=actor.exercise, before=wanted.after or None, most=wanted.most
    )
    rows = [NoticeRow.model_validate(n, from_attributes=True) for n in told]
    return {"rows": rows, "after": told[-1].id if len(told) == wanted.most else None}


@router.post(
    "/notices/read",
    response=NoticesMarked,
    operation_id="notices_read",
    summary="Mark notices as read",
    openapi_extra=door("own.see", roles=EVERYBODY, placed=False),
)
def read(request: HttpRequest, body: Body[NoticesRead]) -> Any:
    """Mark the account's own notices as read up to one of them."""
    actor = _signed_in(request)
    marked = outbox.mark_read(actor.id or 0, body.up_to, exercise=actor.exercise, now=clock.now_s())
    return NoticesMarked(n_marked=marked)


@router.get(
    "/changes",
    response={200: ChangesSeen, 204: None},
    operation_id="changes",
    summary="What has moved within reach since an event; 204 when nothing has",
    openapi_extra=door("own.see", roles=EVERYBODY, placed=False),
)
def changes(request: HttpRequest, wanted: Query[ChangesAsk]) -> Any:
    """For polling: cheap when there is nothing new."""
    found = find.changed(_signed_in(request), wanted.since)
    if found.since == wanted.since:
        return Status(204, None)
    return ChangesSeen(since=found.since, item_ids=list(found.item_ids))


@router.get(
    "/me",
    response=Me,
    operation_id="me",
    summary="Who am I, and what may I?",
    openapi_extra=door("me.see", roles=set(Role) - {Role.SYSTEM}, placed=False),
)
def me(request: HttpRequest) -> Any:
    """The caller's account and posts."""
    actor = actor_of(request)
    account = accounts.Account.objects.filter(id=actor.id).first() if actor.id else None
    return Me(
        account_id=actor.id,
        name=account.display_name if account else "",
        two_factor=actor.two_factor,
        exercise=actor.exercise,
        now=clock.now(),
        posts=[
            MePost(
                role=h.role,
                label=gettext(NAMES[h.role]),
                path=h.path,
                until=clock.moment(h.until) if h.until else None,
                purposes=sorted(PURPOSES.get(h.role, ())),
            )
            for h in actor.holdings
        ],
    )


def _signed_in(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if actor.id is None:
        raise SignInNeeded()
    return actor

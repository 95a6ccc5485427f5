"""Who can sign in, and how is somebody let in again? As on the pages, for programs."""

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Body, Path, Query, Router, Status
from pydantic import BaseModel, Field

from linli.api.auth import actor_of
from linli.api.doors import After, Done, Id, Rows, door
from linli.api.oversight import TokenRow
from linli.api.reading import refuse_no_text
from linli.registry import admissions, tokens
from linli.registry.forms import RecordForm

router = Router(tags=["accounts"])
LINK_HOURS = settings.PASSWORD_RESET_TIMEOUT // 3600
LANGUAGES = "|".join(code for code, _ in settings.LANGUAGES)


class AccountRow(BaseModel):
    """An account in a list."""

    model_config = {"from_attributes": True}

    id: int
    username: str
    display_name: str
    is_active: bool


class AccountAsk(BaseModel):
    """A part of a name, or a resident's whole user name."""

    text: Annotated[str, Field(max_length=admissions.MOST_NAME)] = ""
    after: After = 0


class AccountPost(BaseModel):
    """A seat it holds now or will hold."""

    role: str
    area_id: int


class AccountSeen(AccountRow):
    """One account: its seats, how it signs in, and which programs act for it."""

    language: str
    last_login: datetime | None
    has_password: bool
    second_factors: list[str]
    posts: list[AccountPost]
    tokens: list[TokenRow]


class AccountNew(RecordForm):
    """What it is called."""

    username: Annotated[
        str, Field(min_length=admissions.LEAST_NAME, max_length=admissions.MOST_NAME)
    ]
    display_name: Annotated[str, Field(max_length=admissions.MOST_NAME)] = ""
    language: Annotated[str, Field(pattern=f"^({LANGUAGES})$")] = settings.LANGUAGE_CODE


class AccountLink(BaseModel):
    """An address that sets a password once, told now and never again."""

    id: int
    link: str
    hours: int = Field(description="How long the link lasts.")


@router.get(
    "",
    response=Rows[AccountRow],
    operation_id="accounts_list",
    summary="The accounts within reach, found by a part of a name",
    openapi_extra=door("accounts.edit", placed=False),
)
def listed(request: HttpRequest, wanted: Query[AccountAsk]) -> Any:
    """A page of accounts; residents' are found by their whole user name only."""
    refuse_no_text(wanted.text)
    rows, after = admissions.listed(actor_of(request), text=wanted.text, after=wanted.after)
    return {"rows": rows, "after": after}


@router.post(
    "",
    response={201: AccountLink},
    operation_id="accounts_add",
    summary="Make an account, and the link by which it is entered",
    openapi_extra=door("accounts.edit", placed=False),
)
def add(request: HttpRequest, body: Body[AccountNew]) -> Any:
    """Nobody can sign in to it before the link was used."""
    actor = actor_of(request)
    made = admissions.add(
        actor,
        username=body.username,
        display_name=body.display_name,
        language=body.language,
    )
    return Status(201, _link(request, made.id))


@router.get(
    "/{account_id}",
    response=AccountSeen,
    operation_id="accounts_see",
    summary="One account: its seats, how it signs in, its tokens",
    openapi_extra=door("accounts.edit"),
)
def see(request: HttpRequest, account_id: Path[Id]) -> Any:
    """One account within reach."""
    actor = actor_of(request)
    found = admissions.one(actor, account_id)
    one = found.account
    return AccountSeen(
        id=one.id,
        username=one.username,
        display_name=one.display_name,
        is_active=one.is_active,
        language=one.language,
        last_login=one.last_login,
        has_password=found.has_password,
        second_factors=list(found.second_factors),
        posts=[AccountPost(role=role, area_id=area.id) for role, area in found.posts],
        tokens=[TokenRow.model_validate(row) for row in tokens.of_account(actor, account_id)],
    )


@router.post(
    "/{account_id}/link",
    response=AccountLink,
    operation_id="accounts_link",
    summary="Take the password away and give a link that sets a new one",
    openapi_extra=door("accounts.edit"),
)
def link(request: HttpRequest, account_id: Path[Id]) -> Any:
    """The account is signed out everywhere."""
    return _link(request, account_id)


@router.post(
    "/{account_id}/shut",
    response=Done,
    operation_id="accounts_shut",
    summary="Let an account in no more; its sessions and tokens end",
    openapi_extra=door("accounts.edit"),
)
def shut(request: HttpRequest, account_id: Path[Id]) -> Any:
    """Nothing that it did is deleted."""
    return Done(id=admissions.shut(actor_of(request), account_id).id)


@router.post(
    "/{account_id}/reopen",
    response=Done,
    operation_id="accounts_reopen",
    summary="Let an account in again",
    openapi_extra=door("accounts.edit"),
)
def reopen(request: HttpRequest, account_id: Path[Id]) -> Any:
    """Its seats stood in the roster meanwhile; its tokens have ended."""
    return Done(id=admissions.reopen(actor_of(request), account_id).id)


@router.post(
    "/{account_id}/forget-second-factor",
    response=Done,
    operation_id="accounts_forget_second_factor",
    summary="Forget the second factor of somebody who has lost it",
    openapi_extra=door("accounts.edit"),
)
def forget_second_factor(request: HttpRequest, account_id: Path[Id]) -> Any:
    """Another one is set up at the next sign-in."""
    admissions.forget_second_factor(actor_of(request), account_id)
    return Done(id=account_id)


def _link(request: HttpRequest, account_id: int) -> AccountLink:
    path = admissions.link_for(actor_of(request), account_id)
    return AccountLink(id=account_id, link=request.build_absolute_uri(path), hours=LINK_HOURS)

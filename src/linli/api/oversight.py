"""Who did and saw what, and which machines may call? For auditors, residents, administrators."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Body, Path, Query, Router, Status
from pydantic import BaseModel, Field

from linli.api.auth import actor_of
from linli.api.doors import After, Done, Id, Most, Rows, allow, door
from linli.api.reading import refuse_no_text
from linli.audit import acts, words
from linli.audit.records import Record
from linli.errors import N_, NotFound, SignInNeeded, Word
from linli.loops import catalogue, keeping
from linli.policy.powers import roles_for
from linli.policy.roles import STAFF, Role
from linli.registry import tokens
from linli.registry.accounts import Account
from linli.registry.forms import RecordForm

router = Router(tags=["oversight"])


class AuditAct(BaseModel):
    """One act: a write, or a look at residents' data; ids only."""

    model_config = {"from_attributes": True}

    id: int
    at: datetime
    actor_id: int | None
    role: str
    purpose: str
    act: str
    kind: str
    subject: str
    path: str
    detail: dict[str, Any]
    sentence: str = Field(description="The act in the caller's language.")


class AuditAsk(BaseModel):
    """What is looked for; the newest come first."""

    kind: Annotated[str, Field(max_length=40)] = ""
    subject: Annotated[str, Field(max_length=64)] = ""
    actor_id: Id | None = None
    after: After = 0
    most: Most = 50


class LookRow(BaseModel):
    """A look at the caller's own record: when, in which role, what for."""

    model_config = {"from_attributes": True}

    id: int
    at: datetime
    role: str
    purpose: str
    act: str
    sentence: str = Field(description="The look in the caller's language.")


class LookAsk(BaseModel):
    """The page asked for."""

    after: After = 0
    most: Most = 50


class TokenRow(BaseModel):
    """An access token without its text."""

    model_config = {"from_attributes": True}

    id: int
    account_id: int
    label: str
    made_at: datetime
    ends_at: datetime
    revoked_at: datetime | None


class TokenNew(RecordForm):
    """For which account, what it is for, and how long."""

    account_id: Id
    label: Annotated[str, Field(min_length=2, max_length=80, pattern=r"\S\s*\S")]
    days: Annotated[int, Field(ge=1, le=tokens.LONGEST_DAYS)] = 90


class TokenMade(BaseModel):
    """The token's text: told now and never again."""

    id: int
    token: str
    ends_at: datetime


@router.get(
    "/audit",
    response=Rows[AuditAct],
    operation_id="audit_list",
    summary="Who did and saw what, the newest first",
    openapi_extra=door("audit.see"),
)
def audit(request: HttpRequest, wanted: Query[AuditAsk]) -> Any:
    """A page of acts within the auditor's reach."""
    actor = actor_of(request)
    refuse_no_text(wanted.model_dump())
    found = acts.acts(
        actor,
        kind=wanted.kind,
        subject=wanted.subject,
        actor_id=wanted.actor_id,
        before=wanted.after or None,
        most=wanted.most,
    )
    loops = {loop.name: loop.label for loop in catalogue.all_loops().values()}
    rows = [_said(row, loops) for row in found]
    return {"rows": rows, "after": rows[-1]["id"] if len(rows) == wanted.most else None}


@router.get(
    "/looks",
    response=Rows[LookRow],
    operation_id="looks_at_me",
    summary="Who looked at my own record, when, and what for",
    openapi_extra=door("own.see", roles=STAFF | {Role.RESIDENT}, placed=False),
)
def looks(request: HttpRequest, wanted: Query[LookAsk]) -> Any:
    """The looks at the caller's own record; empty for who has none."""
    actor = actor_of(request)
    if actor.id is None:
        raise SignInNeeded()
    if actor.person_id is None:
        return {"rows": [], "after": None}
    found = acts.looks_at(actor.person_id, before=wanted.after or None, most=wanted.most)
    rows = [_said(row, {}) for row in found]
    return {"rows": rows, "after": rows[-1]["id"] if len(rows) == wanted.most else None}


def _said(row: Record, loops: Mapping[str, str]) -> dict[str, Any]:
    """An act as it is kept, and as a sentence."""
    kept = {name: getattr(row, name) for name in AuditAct.model_fields if name != "sentence"}
    return kept | {"sentence": words.sentence(row, gettext, loops=loops)}


class DestructionRow(BaseModel):
    """The report of one destruction: of which loop, why, how many items and texts, a digest."""

    model_config = {"from_attributes": True}

    id: int
    at: datetime
    loop: str
    cause: str
    declaration_id: int | None
    path: str
    n_items: int
    n_texts: int
    digest: str


@router.get(
    "/destructions",
    response=list[DestructionRow],
    operation_id="destructions_list",
    summary="What residents had said and has been destroyed, the newest reports first",
    openapi_extra=door(
        "audit.see",
        roles=roles_for("audit.see") | roles_for("limits.edit"),
        placed=False,
        whole_city=True,
    ),
)
def destructions(request: HttpRequest) -> Any:
    """The newest reports."""
    return keeping.reports(actor_of(request))


@router.get(
    "/tokens",
    response=Rows[TokenRow],
    operation_id="tokens_list",
    summary="The access tokens there are, without their text",
    openapi_extra=door("accounts.edit", placed=False),
)
def list_tokens(request: HttpRequest, wanted: Query[LookAsk]) -> Any:
    """A page of tokens."""
    rows, after = tokens.listed(actor_of(request), after=wanted.after, most=wanted.most)
    return {"rows": rows, "after": after}


@router.post(
    "/tokens",
    response={201: TokenMade},
    operation_id="tokens_issue",
    summary="Make an access token for an account",
    openapi_extra=door("accounts.edit"),
)
def issue_token(request: HttpRequest, body: Body[TokenNew]) -> Any:
    """The text is told once."""
    actor, _ = allow(request, "accounts.edit")
    account = Account.objects.filter(id=body.account_id, is_active=True).first()
    if account is None:
        raise NotFound(what=Word(N_("account")), value=body.account_id)
    made, text = tokens.issue(account, label=body.label, days=body.days, by=actor)
    made.refresh_from_db()
    return Status(201, TokenMade(id=made.id, token=text, ends_at=made.ends_at))


@router.post(
    "/tokens/{token_id}/revoke",
    response=Done,
    operation_id="tokens_revoke",
    summary="End an access token now",
    openapi_extra=door("accounts.edit"),
)
def revoke_token(request: HttpRequest, token_id: Path[Id]) -> Any:
    """Whoever calls with it is a stranger from now on."""
    tokens.revoke(token_id, by=actor_of(request))
    return Done(id=token_id)

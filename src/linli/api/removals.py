"""Who leaves the register of residents, what holds them, and who may sign or ask for it?"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Body, Path, Query, Router
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Done, Id, Most, Rows, door, purpose_of
from linli.loops import keeping
from linli.loops.removals import look, rules
from linli.loops.removals.holds import Hold
from linli.loops.removals.parts import PART_NAMES, Proof
from linli.loops.requests import own_record
from linli.loops.requests.forms import Reach
from linli.loops.requests.own_record import Answer, Asked
from linli.registry import areas
from linli.registry.forms import RecordForm

router = Router(tags=["removals"])
_enum: Any = StrEnum
RemovalRuleName = _enum("RemovalRuleName", {rule.name.upper(): rule.name for rule in rules.RULES})
RemovalPart = _enum("RemovalPart", {name.upper(): name for name in PART_NAMES})
MOST_KEY = 80


class RemovalArea(BaseModel):
    """How many are due to go in one area."""

    area_id: int
    n_due: int


class RemovalRule(BaseModel):
    """A rule with its terms: how many have left by it, and whose time has come, by area."""

    rule: RemovalRuleName  # type: ignore[valid-type]
    days: int
    signed_by: int | None
    signed_at: datetime | None
    note: str
    n_left: int | None = Field(description="Null for households: nobody counts those lived in.")
    n_due: int
    areas: list[RemovalArea]


class RemovalHold(BaseModel):
    """One reason why a record stays: an item or a table, and until which day if known."""

    why: str
    what: str
    item_id: int | None
    until: date | None
    sentence: str = Field(description="The reason in the caller's language.")


class RemovalPerson(BaseModel):
    """One resident who has left, or not: by which rule they go, from when on, what holds them."""

    person_id: int
    name: str
    area_id: int
    rule: str | None
    left_on: date | str | None
    goes_on: date | None
    holds: list[RemovalHold]


class RemovalAsk(BaseModel):
    """Where is looked; everywhere within reach if left out."""

    area_id: Id | None = None


class RemovalPeopleAsk(BaseModel):
    """Of which rule, or of any; where, and which page."""

    rule: RemovalRuleName | None = None  # type: ignore[valid-type]
    area_id: Id | None = None
    after: Annotated[str, Field(max_length=MOST_KEY)] = ""
    most: Most = look.ROWS_A_PAGE


class RemovalTerms(RecordForm):
    """Other days for one rule, and by whose authority."""

    days: Annotated[int, Field(ge=1, le=keeping.LONGEST_DAYS)]
    note: Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]


class RemovalWhose(BaseModel):
    """Whose record a request is about, where no account of theirs says it."""

    person_id: Id | None = None


class RemovalPartSeen(BaseModel):
    """A part of the record: whether it may go now, and why not."""

    part: str
    goes: bool
    reasons: list[str]


class RemovalAsked(BaseModel):
    """A request about a record: whose, what may go now, and what was put right since."""

    item_id: int
    kind: str
    person_id: int | None
    own_account: bool
    parts: list[RemovalPartSeen]
    corrected: list[str]


class RemovalAnswer(RecordForm):
    """What goes, how it is known whose it is, how they were told, and words of the clerk."""

    person_id: Id | None = None
    parts: Annotated[list[RemovalPart], Field(max_length=8)] = []  # type: ignore[valid-type]
    proof: Proof | None = None
    reach: Reach = Reach.PAGE
    words: Annotated[str, Field(max_length=own_record.MOST_WORDS)] = ""


@router.get(
    "/removals",
    response=list[RemovalRule],
    operation_id="removals_see",
    summary="How many leave the register by which rule and in which area; numbers only",
    openapi_extra=door(look.SEE),
)
def overview(request: HttpRequest, wanted: Query[RemovalAsk]) -> Any:
    """The rules with their terms and numbers."""
    area = areas.get(wanted.area_id) if wanted.area_id is not None else None
    found = look.overview(actor_of(request), now=clock.now_s(), area=area)
    return [
        RemovalRule(
            rule=one.rule.name,
            days=one.terms.closed_days,
            signed_by=one.terms.signed.signed_by if one.terms.signed else None,
            signed_at=one.terms.signed.signed_at if one.terms.signed else None,
            note=one.terms.signed.note if one.terms.signed else one.source["en"],
            n_left=one.n_left,
            n_due=one.n_due,
            areas=[RemovalArea(area_id=place.id, n_due=n) for place, n in one.areas],
        )
        for one in found
    ]


@router.get(
    "/removals/people",
    response=Rows[RemovalPerson],
    operation_id="removals_people",
    summary="Whose time has come by a rule, and what holds each of them",
    openapi_extra=door(look.NAMES, about_residents=True),
)
def people(request: HttpRequest, wanted: Query[RemovalPeopleAsk]) -> Any:
    """A page of them by area."""
    found, after = look.people(
        actor_of(request),
        purpose=purpose_of(request),
        now=clock.now_s(),
        rule=rules.get(str(wanted.rule)) if wanted.rule is not None else None,
        area_path=areas.get(wanted.area_id).path if wanted.area_id is not None else "",
        after=wanted.after or None,
        most=wanted.most,
    )
    return {"rows": [_person(one) for one in found], "after": after}


@router.get(
    "/removals/people/{person_id}",
    response=RemovalPerson,
    operation_id="removals_person",
    summary="When one resident's record goes, and what holds it",
    openapi_extra=door(look.NAMES, about_residents=True),
)
def one(request: HttpRequest, person_id: Path[Id]) -> Any:
    """One resident's record."""
    return _person(
        look.one(actor_of(request), person_id, purpose=purpose_of(request), now=clock.now_s())
    )


@router.post(
    "/removals/terms/{rule}",
    response=Done,
    operation_id="removals_sign",
    summary="Sign other days for one rule; they hold from now on",
    openapi_extra=door("limits.edit", whole_city=True),
)
def sign(
    request: HttpRequest,
    rule: Path[RemovalRuleName],  # type: ignore[valid-type]
    body: Body[RemovalTerms],
) -> Any:
    """A new version of the terms."""
    made = keeping.sign(
        actor_of(request),
        str(rule),
        closed_days=body.days,
        after_emergency_days=body.days,
        note=body.note,
    )
    return Done(id=made.id)


@router.get(
    "/removals/asked/{item_id}",
    response=RemovalAsked,
    operation_id="removals_asked",
    summary="What may be erased or was put right for a resident who asks, and what is held",
    openapi_extra=door(own_record.ERASE, about_residents=True),
)
def see_asked(request: HttpRequest, item_id: Path[Id], wanted: Query[RemovalWhose]) -> Any:
    """A request to be erased or put right."""
    found = own_record.see(
        actor_of(request),
        item_id,
        now=clock.now_s(),
        purpose=purpose_of(request),
        person_id=wanted.person_id,
    )
    return _asked(found)


@router.post(
    "/removals/asked/{item_id}",
    response=Done,
    operation_id="removals_answer",
    summary="Erase what was chosen and answer the resident, in one act",
    openapi_extra=door(own_record.ERASE, about_residents=True),
)
def answer(request: HttpRequest, item_id: Path[Id], body: Body[RemovalAnswer]) -> Any:
    """Either both are done or neither."""
    given = Answer(
        parts=[str(part) for part in body.parts],
        proof=body.proof.value if body.proof else "",
        reach=body.reach.value,
        words=body.words,
        person_id=body.person_id,
    )
    own_record.answer(actor_of(request), item_id, given, now=clock.now_s())
    return Done(id=item_id)


def _person(seen: look.Seen) -> RemovalPerson:
    return RemovalPerson(
        person_id=seen.row["id"],
        name=seen.row["name"],
        area_id=seen.row["area_id"],
        rule=seen.rule.name if seen.rule else None,
        left_on=seen.row["left_on"],
        goes_on=seen.goes_on,
        holds=_holds(seen.holds),
    )


def _holds(holds: Sequence[Hold]) -> list[RemovalHold]:
    return [
        RemovalHold(
            why=hold.why.value,
            what=hold.what,
            item_id=hold.item_id,
            until=hold.until,
            sentence=hold.says().tell(gettext),
        )
        for hold in holds
    ]


def _asked(found: Asked) -> RemovalAsked:
    return RemovalAsked(
        item_id=found.item.id,
        kind=found.item.kind,
        person_id=found.person.id if found.person is not None else None,
        own_account=found.own,
        parts=[
            RemovalPartSeen(
                part=part.name,
                goes=part.goes,
                reasons=[reason.tell(gettext) for reason in part.reasons],
            )
            for part in found.parts
        ],
        corrected=list(found.corrected),
    )

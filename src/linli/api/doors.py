"""What does an operation say of itself: who may, with which purpose? And how does it ask?"""

from collections.abc import Iterable
from typing import Annotated, Any, Generic, TypeVar

from django.http import HttpRequest
from pydantic import BaseModel, BeforeValidator, Field

from linli.api.auth import actor_of
from linli.errors import N_, BadInput
from linli.policy.can import Actor, Ask, Holding, can
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose, Role
from linli.registry.forms import BIGGEST_ID, no_answer

Row = TypeVar("Row")
MOST_ROWS = 200
Id = Annotated[int, Field(ge=1, le=BIGGEST_ID), BeforeValidator(no_answer)]
After = Annotated[int, Field(ge=0, le=BIGGEST_ID, description="The key that the last page gave.")]
Most = Annotated[int, Field(ge=1, le=MOST_ROWS, description="How many rows at most.")]

PURPOSE_PARAMETERS = [
    {
        "in": place,
        "name": name,
        "required": False,
        "description": "What residents' data is looked at for; the audit keeps it.",
        "schema": {"type": "string", "enum": [p.value for p in Purpose]},
    }
    for place, name in (("header", "X-Purpose"), ("query", "purpose"))
]


class Rows(BaseModel, Generic[Row]):
    """A page of rows and the key of the next one, null when there are no more."""

    rows: list[Row]
    after: int | str | None = None


class Done(BaseModel):
    """It was done; the id of what it was done to."""

    id: int


class UnknownPurpose(BadInput):
    """A purpose that is none of ours."""

    code = "unknown_purpose"
    sentence = N_("{given} is no purpose. Choose one of: {known}.")


def door(
    verb: str,
    *,
    roles: Iterable[Role] | None = None,
    about_residents: bool = False,
    placed: bool = True,
    own: bool = False,
    whole_city: bool = False,
) -> dict[str, Any]:
    """What an operation says of itself in the description; the crossing test holds it to this.

    ``placed``: what it is about lies in an area, and the caller's post has to reach that area.
    ``own``: residents and visitors may, with what is their own. ``whole_city``: it holds in
    every area, so the caller's post has to reach the top of the tree.
    """
    allowed = frozenset(roles if roles is not None else roles_for(verb))
    says: dict[str, Any] = {
        "x-verb": verb,
        "x-roles": sorted(allowed),
        "x-about-residents": about_residents,
        "x-placed": placed,
        "x-own": own,
        "x-whole-city": whole_city,
    }
    if about_residents:
        says["parameters"] = PURPOSE_PARAMETERS
    return says


def allow(request: HttpRequest, verb: str, path: str | None = None) -> tuple[Actor, Holding]:
    """The caller and the holding that lets them; raises the problem that says why not."""
    actor = actor_of(request)
    return actor, can(actor, Ask(verb, roles_for(verb), path)).required()


def purpose_of(request: HttpRequest) -> str | None:
    """The purpose that the caller names, by header or query; raises UnknownPurpose."""
    asked = [request.headers.get("X-Purpose"), *request.GET.getlist("purpose")]
    named = [purpose for purpose in asked if purpose is not None]
    for purpose in named:
        if purpose not in set(Purpose):
            plain = purpose[:40].encode("ascii", "replace").decode()
            raise UnknownPurpose(given=plain, known=tuple(p.value for p in Purpose))
    return named[0] if named else None

"""The routes of every kind of record in the registry, written from its declaration."""

from datetime import date, datetime
from typing import Annotated, Any

from django.db import models
from django.http import HttpRequest
from ninja import Body, Path, Query, Router, Status
from pydantic import BaseModel, Field, create_model

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import After, Done, Id, Most, Rows, door, purpose_of
from linli.api.reading import refuse_no_text
from linli.policy.can import OWNERS
from linli.policy.fields import SENSITIVE
from linli.policy.powers import roles_for
from linli.registry import areas, grants, keep, records
from linli.registry.forms import RecordForm, edit_of
from linli.registry.kinds import Kind

NARROWS = ("kind", "what", "key", "household_id", "parent_id", "topic")  # columns one may ask for

_PLAIN: tuple[tuple[type[models.Field], Any], ...] = (
    (models.BooleanField, bool),
    (models.JSONField, list[str]),
    (models.FloatField, float),
    (models.IntegerField, int),
    (models.ForeignKey, int),
    (models.DateField, date),
)


class GlassForm(RecordForm):
    """Why this resident's record has to be opened from outside its area."""

    reason: Annotated[str, Field(min_length=5, max_length=500, pattern=r"\S{2}")]


class Glass(BaseModel):
    """The access that was granted, and its end."""

    id: int
    ends_at: datetime


def router_of(kind: Kind) -> Router:
    """List, read, add and edit records of a kind."""
    router = Router(tags=[kind.name])
    word = kind.model.__name__
    shape = _shape(kind, f"{word}Record")
    _write_reading(router, kind, word, shape)
    _write_keeping(router, kind, word)
    if kind.name == "people":
        _write_glass(router)
    return router


def _write_reading(router: Router, kind: Kind, word: str, shape: Any) -> None:
    filters: Any = _filters(kind, word)
    extra = door(kind.sees, about_residents=kind.about_residents, placed=kind.placed)

    @router.get(
        "",
        response=Rows[shape],
        operation_id=f"{kind.name}_list",
        summary=f"List {kind.name} within reach",
        openapi_extra=extra,
    )
    def list_rows(request: HttpRequest, wanted: Query[filters]) -> Any:
        given = wanted.model_dump(exclude_none=True)
        refuse_no_text(given)
        found = records.listed(
            actor_of(request),
            kind,
            purpose=purpose_of(request),
            area_path=areas.get(given["area_id"]).path if "area_id" in given else "",
            name=given.get("name", ""),
            after=given["after"],
            most=given["most"],
            exact={column: given[column] for column in NARROWS if column in given},
        )
        return {"rows": found.rows, "after": found.after}

    @router.get(
        "/{row_id}",
        response=shape,
        operation_id=f"{kind.name}_see",
        summary=f"One of the {kind.name}",
        openapi_extra=_own(kind),
    )
    def see_row(request: HttpRequest, row_id: Path[Id]) -> Any:
        actor = actor_of(request)
        return records.one(actor, kind, row_id, purpose=purpose_of(request), now=clock.now_s())


def _write_keeping(router: Router, kind: Kind, word: str) -> None:
    form: Any = kind.form
    extra = door(
        kind.edits,
        about_residents=kind.about_residents,
        placed=kind.placed,
        whole_city=not kind.placed,
    )

    @router.post(
        "",
        response={201: Done},
        operation_id=f"{kind.name}_add",
        summary=f"Add one to the {kind.name}",
        openapi_extra=extra,
    )
    def add_row(request: HttpRequest, body: Body[form]) -> Any:
        values = body.model_dump()
        made = keep.add(actor_of(request), kind, values, purpose=purpose_of(request))
        return Status(201, Done(id=made))

    if not kind.edited:
        return
    edit: Any = edit_of(kind.form, f"{word}Edit")

    @router.patch(
        "/{row_id}",
        response=Done,
        operation_id=f"{kind.name}_edit",
        summary=f"Change one of the {kind.name}; what is left out stays",
        openapi_extra=extra,
    )
    def edit_row(request: HttpRequest, row_id: Path[Id], body: Body[edit]) -> Any:
        values = body.model_dump(exclude_unset=True)
        changed = keep.change(actor_of(request), kind, row_id, values, purpose=purpose_of(request))
        return Done(id=changed)


def _write_glass(router: Router) -> None:
    @router.post(
        "/{row_id}/break-glass",
        response={201: Glass},
        operation_id="people_break_glass",
        summary="Open one resident's record for three hours; the unit and the resident are told",
        openapi_extra=door("people.break_glass", placed=False),
    )
    def open_glass(request: HttpRequest, row_id: Path[Id], body: Body[GlassForm]) -> Any:
        now = clock.now_s()
        made = grants.break_glass(actor_of(request), row_id, reason=body.reason, now=now)
        return Status(201, Glass(id=made.id, ends_at=clock.moment(now + grants.GRANT_HOURS * 3600)))


def _own(kind: Kind) -> dict[str, Any]:
    """A resident may see the own record, whatever the roles of others."""
    roles = roles_for(kind.sees) | (OWNERS if kind.name == "people" else frozenset())
    return door(
        kind.sees,
        own=kind.name == "people",
        roles=roles,
        about_residents=kind.about_residents,
        placed=kind.placed,
    )


def _shape(kind: Kind, name: str) -> Any:
    """A record as it is shown; what may be masked may be a text whatever it is otherwise."""
    fields: dict[str, Any] = {}
    for column in kind.columns:
        field = kind.model._meta.get_field(column.removesuffix("_id") if _is_key(kind, column)
                                           else column)  # fmt: skip
        plain = next((to for of, to in _PLAIN if isinstance(field, of)), str)
        if kind.about_residents and column in SENSITIVE and plain is not str:
            plain = plain | str
        fields[column] = (plain | None if getattr(field, "null", False) else plain, ...)
    return create_model(name, __doc__=f"A {kind.noun} as the caller may see it.", **fields)


def _is_key(kind: Kind, column: str) -> bool:
    """Whether a column is the key of another table that Django knows by a shorter name."""
    names = {
        f.attname for f in kind.model._meta.concrete_fields if isinstance(f, models.ForeignKey)
    }
    return column in names


def _filters(kind: Kind, word: str) -> Any:
    columns = set(kind.columns)
    fields: dict[str, Any] = {"after": (After, 0), "most": (Most, 50)}
    if kind.placed:
        fields["area_id"] = (Id | None, None)
    if kind.search:
        fields["name"] = (Annotated[str, Field(max_length=60)], "")
    for column in NARROWS:
        if column in columns:
            wanted = (
                Id | None if column.endswith("_id") else Annotated[str, Field(max_length=80)] | None
            )
            fields[column] = (wanted, None)
    return create_model(f"{word}Filters", **fields)

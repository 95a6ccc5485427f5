"""The routes of every loop, written from its declaration: a new loop has its API by being there."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Body, Path, Query, Router
from pydantic import BaseModel, Field, create_model

from linli import clock
from linli.api import photos
from linli.api.auth import actor_of
from linli.api.doors import PURPOSE_PARAMETERS, After, Id, Most, Rows, door, purpose_of
from linli.api.faults import Fault, fault_of
from linli.api.loops_shapes import (
    ItemEvent,
    ItemRow,
    ItemSeen,
    ItemWhy,
    LoopDiagram,
    events,
    seen,
)
from linli.api.openings import Happened, acting, happened, opening_form, opening_of, told_of
from linli.api.reading import refuse_no_text
from linli.knocks import doors
from linli.loops import catalogue, find, token
from linli.loops.advance import advance, open_item, open_many
from linli.loops.find import Filters
from linli.loops.loop import Form, Loop, Step, diagram
from linli.loops.scene import Scene
from linli.loops.why import why
from linli.policy.can import OWNERS, Ask, can
from linli.policy.roles import Purpose, Role
from linli.registry import areas

MOST_AT_ONCE = 500
TOKEN_PARAMETERS = [
    {
        "in": place,
        "name": name,
        "required": False,
        "description": "The token given when the item was opened, for who has no account.",
        "schema": {"type": "string"},
    }
    for place, name in (("header", "X-Token"), ("query", "token"))
]


State = Literal["open", "waiting", "closed"]


class ItemFilters(BaseModel):
    """What a list of items is narrowed to."""

    stage: Annotated[str, Field(max_length=24)] = ""
    state: State | None = None
    late: bool | None = None
    unheld: bool | None = None
    no_target: bool | None = None
    tier: Annotated[int, Field(ge=0, le=3)] | None = None
    item_class: Annotated[str, Field(max_length=24)] = ""
    kind: Annotated[str, Field(max_length=40)] = ""
    area_id: Id | None = None
    unit_id: Id | None = None
    holder_id: Id | None = None
    after: After | None = None
    most: Most = 50


def plural(loop: Loop) -> str:
    """The word of a loop's routes: its folder's name."""
    folder = catalogue.folder_of(loop)
    return folder.rpartition(".")[2] if folder else f"{loop.name}s"


def router_of(loop: Loop) -> Router:
    """All routes of a loop."""
    router = Router(tags=[plural(loop)])
    word = loop.name.title().replace("_", "")
    opening = opening_form(loop, word)
    opened = create_model(
        f"{word}Opened",
        __doc__="The item that was opened; the token is told once, to who has no account.",
        id=(int, ...),
        uid=(UUID, ...),
        stage=(str, ...),
        again=(bool, ...),
        token=(str | None, None),
    )
    _write_opening(router, loop, opening, opened)
    _write_batch(router, loop, word, opening, opened)
    _write_reading(router, loop)
    if loop.photos:
        photos.write(router, loop)
    for step in loop.steps:
        if step.by != {Role.SYSTEM}:  # what Linli does by itself is nobody's to ask
            _write_step(router, loop, step, word)
    return router


def _write_opening(router: Router, loop: Loop, form: Any, answer: Any) -> None:
    @router.post(
        "",
        response={201: answer, 200: answer},
        operation_id=f"{loop.name}_open",
        summary=f"Open a {loop.name}",
        openapi_extra=_with_key(loop),
    )
    def open_one(request: HttpRequest, body: Body[form]) -> Any:
        actor = acting(actor_of(request), loop, body.on_behalf)
        doors.knock_to_file(request, actor)
        text = token.make() if body.on_behalf or actor.id is None else ""
        opening = opening_of(loop, body, actor, text, request.headers.get("Idempotency-Key"))
        moved = open_item(loop, opening, Scene(actor, clock.now_s(), purpose_of(request) or ""))
        return told_of(answer, moved, opening.uid, text)


def _write_batch(router: Router, loop: Loop, word: str, form: Any, answer: Any) -> None:
    batch: Any = create_model(
        f"{word}Batch",
        __doc__=f"Up to {MOST_AT_ONCE} items opened in one transaction.",
        __config__={"extra": "forbid"},
        rows=(Annotated[list[form], Field(min_length=1, max_length=MOST_AT_ONCE)], ...),
    )
    refused_row: Any = create_model(
        f"{word}Refused", __doc__="A row that was refused, and why.", index=(int, ...), fault=Fault
    )
    outcome = create_model(
        f"{word}BatchOpened",
        __doc__="What became of each row: opened or known, in the order sent; or refused.",
        opened=(list[answer], ...),
        refused=(list[refused_row], ...),
    )

    @router.post(
        "/batch",
        response=outcome,
        operation_id=f"{loop.name}_open_many",
        summary=f"Open many {plural(loop)} at once",
        openapi_extra=door(
            f"{loop.name}.open",
            roles=loop.opened_by - OWNERS,
            about_residents=loop.about_residents,
        ),
    )
    def open_batch(request: HttpRequest, body: Body[batch]) -> Any:
        actor = acting(actor_of(request), loop, on_behalf=True)
        openings = [opening_of(loop, row, actor, "", None) for row in body.rows]
        before = set(find.opened_as([o.uid for o in openings]))
        scene = Scene(actor, clock.now_s(), purpose_of(request) or "")
        _, refused = open_many(loop, openings, scene)
        bad = {r.index: r.problem for r in refused}
        stands = find.opened_as([o.uid for o in openings])
        told: list[Any] = []
        for index, opening in enumerate(openings):
            if index not in bad:
                item_id, stage = stands[opening.uid]
                again = opening.uid in before
                told.append(answer(id=item_id, uid=opening.uid, stage=stage, again=again))
                before.add(opening.uid)
        faults = [refused_row(index=i, fault=fault_of(p)) for i, p in sorted(bad.items())]
        return outcome(opened=told, refused=faults)


def _write_reading(router: Router, loop: Loop) -> None:
    see = f"{loop.name}.see"
    listing = door(see, roles=loop.seen_by, about_residents=loop.about_residents)

    @router.get(
        "",
        response=Rows[ItemRow],
        operation_id=f"{loop.name}_list",
        summary=f"List {plural(loop)} within reach, the newest first",
        openapi_extra=listing,
    )
    def list_items(request: HttpRequest, wanted: Query[ItemFilters]) -> Any:
        refuse_no_text(wanted.model_dump())
        actor, purpose = actor_of(request), purpose_of(request)
        widest = min((h.path for h in actor.holds(loop.seen_by)), key=len, default="")
        chosen = Purpose(purpose) if purpose else None
        can(actor, Ask(see, loop.seen_by, widest, chosen, loop.about_residents)).required()
        page = find.items(
            actor,
            filters=_filters(loop, wanted),
            purpose=purpose,
            after=str(wanted.after) if wanted.after else None,
            most=wanted.most,
        )
        return {"rows": page.rows, "after": page.after}

    @router.get(
        "/diagram",
        response=LoopDiagram,
        operation_id=f"{loop.name}_diagram",
        summary="The loop as a diagram",
        openapi_extra=door(f"{loop.name}.diagram", roles=set(Role) - {Role.SYSTEM}, placed=False),
    )
    def draw(request: HttpRequest) -> Any:  # noqa: ARG001 - ninja asks for it by name
        return LoopDiagram(mermaid=diagram(loop))

    one = door(see, roles=loop.seen_by | OWNERS, about_residents=loop.about_residents, own=True)
    one["parameters"] = [*one.get("parameters", []), *TOKEN_PARAMETERS]

    def view(request: HttpRequest, item_id: int) -> find.ItemView:
        actor = actor_of(request)
        with doors.guessing_token(request, if_given=token_of(request)):
            find.reach(
                actor, item_id, loop=loop, roles=loop.seen_by, token=token_of(request)
            )  # of this loop, and in sight
        return find.item_for(
            actor,
            item_id,
            now=clock.now_s(),
            purpose=purpose_of(request),
            token=token_of(request),
        )

    @router.get(
        "/{item_id}",
        response=ItemSeen,
        operation_id=f"{loop.name}_see",
        summary=f"One {loop.name} with the steps that are possible now",
        openapi_extra=one,
    )
    def see_one(request: HttpRequest, item_id: Path[Id]) -> Any:
        return seen(view(request, item_id))

    @router.get(
        "/{item_id}/history",
        response=list[ItemEvent],
        operation_id=f"{loop.name}_history",
        summary="What happened, from the first event on",
        openapi_extra=one,
    )
    def history(request: HttpRequest, item_id: Path[Id]) -> Any:
        return events(view(request, item_id))

    @router.get(
        "/{item_id}/why",
        response=ItemWhy,
        operation_id=f"{loop.name}_why",
        summary="Why this person, this date, this tier",
        openapi_extra=one,
    )
    def explain(request: HttpRequest, item_id: Path[Id]) -> Any:
        found = view(request, item_id)
        return ItemWhy(sentences=[reason.tell(gettext) for reason in why(found.item)])


def _write_step(router: Router, loop: Loop, step: Step, word: str) -> None:
    name = word + step.name.title().replace("_", "")
    form: Any = create_model(
        name,
        __base__=step.asks,
        __doc__=step.asks.__doc__ if step.asks is not Form else "Nothing is asked.",
        uid=(UUID | None, Field(default=None, description="Made by the sender: twice is once.")),
        happened_at=(Happened | None, None),
    )
    moved_to: Any = _moved(word)
    extra = door(
        f"{loop.name}.{step.name}",
        roles=step.by,
        about_residents=loop.about_residents,
        own=step.own,
    )
    extra["parameters"] = [*extra.get("parameters", []), *TOKEN_PARAMETERS]

    @router.post(
        f"/{{item_id}}/{step.name}",
        response=moved_to,
        operation_id=f"{loop.name}_{step.name}",
        summary=str(step.label).capitalize(),
        openapi_extra=extra,
    )
    def take(request: HttpRequest, item_id: Path[Id], body: Body[form]) -> Any:
        actor = actor_of(request)
        with doors.guessing_token(request, if_given=token_of(request)):
            own = find.reach(actor, item_id, loop=loop, roles=step.by, token=token_of(request))
        data = body.model_dump(mode="json", exclude={"uid", "happened_at"}, exclude_none=True)
        moved = advance(
            item_id,
            step.name,
            Scene(actor, clock.now_s(), purpose_of(request) or ""),
            data=data,
            uid=body.uid,
            own=own,
            happened_at=happened(body.happened_at),
        )
        label = gettext(loop.stage(moved.stage).label)
        return moved_to(id=item_id, stage=moved.stage, stage_label=label, again=moved.again)


_moved_models: dict[str, Any] = {}


def _moved(word: str) -> Any:
    if word not in _moved_models:
        _moved_models[word] = create_model(
            f"{word}Moved",
            __doc__="Where the item stands after the step; again: it had been taken before.",
            id=(int, ...),
            stage=(str, ...),
            stage_label=(str, ...),
            again=(bool, ...),
        )
    return _moved_models[word]


def token_of(request: HttpRequest) -> str | None:
    """The token that came with the call, None without one."""
    given = request.headers.get("X-Token") or request.GET.get("token")
    if given:
        refuse_no_text(given)
    return given or None


def _filters(loop: Loop, wanted: ItemFilters) -> Filters:
    same: Mapping[str, Any] = wanted.model_dump(
        include={"late", "unheld", "no_target", "tier", "item_class", "kind", "unit_id",
                 "holder_id"}
    )  # fmt: skip
    return Filters(
        loop=loop.name,
        stages=(wanted.stage,) if wanted.stage else (),
        state=wanted.state or "",
        area_path=areas.get(wanted.area_id).path if wanted.area_id else "",
        **same,
    )


def _with_key(loop: Loop) -> dict[str, Any]:
    """What opening says of itself; a purpose is for who asks on somebody's behalf.

    Where residents may open, staff may as the residents they are; elsewhere they need a purpose.
    """
    needs_purpose = loop.about_residents and not loop.opened_by & OWNERS
    extra = door(f"{loop.name}.open", roles=loop.opened_by, about_residents=needs_purpose)
    key = {
        "in": "header",
        "name": "Idempotency-Key",
        "required": False,
        "description": "The same key twice opens once, like the same uid.",
        "schema": {"type": "string"},
    }
    return {**extra, "parameters": [*PURPOSE_PARAMETERS, key]}

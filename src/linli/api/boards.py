"""How does the work stand? Counts by area, rates with their intervals, found and solved."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from linli.analysis.rates import Rate
from linli.api.auth import actor_of
from linli.api.doors import Id, door
from linli.api.reading import refuse_no_text
from linli.loops import board, catalogue
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.areas import Area

router = Router(tags=["boards"])
SEE = "board.see"


class BoardAsk(BaseModel):
    """Which area (the widest one of the caller's if none), which loop, which class."""

    area_id: Id | None = None
    loop: Annotated[str, Field(max_length=24)] = ""
    item_class: Annotated[str, Field(max_length=24)] = ""


class BoardCounts(BaseModel):
    """The counters of an area, and of each area directly below it."""

    area_id: int
    name_zh: str
    name_en: str
    numbers: dict[str, int]
    below: list["BoardCounts"] = []


class BoardRate(BaseModel):
    """A share of n with its 95 % interval; null where n is too small to say anything."""

    model_config = {"from_attributes": True}

    successes: int
    n: int
    share: float | None
    low: float | None
    high: float | None


class BoardRates(BaseModel):
    """Replied in time, solved, satisfied; what has no target counts in none of them."""

    area_id: int
    response: BoardRate
    solved: BoardRate
    satisfied: BoardRate
    no_target: int
    unrated: int


class BoardPair(BaseModel):
    """How many items were found at one tier and solved at another."""

    found_tier: int
    solved_tier: int
    n: int


class BoardFoundSolved(BaseModel):
    """Where items are found and where they are solved; mean hours until they reach a tier."""

    area_id: int
    pairs: list[BoardPair]
    share_at_found: BoardRate
    delay_hours: dict[str, float]


@router.get(
    "/counts",
    response=BoardCounts,
    operation_id="board_counts",
    summary="Counters of an area and of the areas directly below it",
    openapi_extra=door(SEE),
)
def counts(request: HttpRequest, wanted: Query[BoardAsk]) -> Any:
    """Sums of tallies; every number has a list behind it."""
    actor, area = _area(request, wanted)
    asked = _asked(wanted)
    below = board.children(area, exercise=actor.exercise, **asked)
    total = board.total(area.path, exercise=actor.exercise, **asked)
    return _counts(area, total, [_counts(b.area, dict(b.numbers), []) for b in below])


@router.get(
    "/rates",
    response=BoardRates,
    operation_id="board_rates",
    summary="Response, solved and satisfied rates with their intervals",
    openapi_extra=door(SEE),
)
def rates(request: HttpRequest, wanted: Query[BoardAsk]) -> Any:
    """The three rates of an area."""
    actor, area = _area(request, wanted)
    found = board.rates(board.total(area.path, exercise=actor.exercise, **_asked(wanted)))
    return BoardRates(
        area_id=area.id,
        response=_rate(found.response),
        solved=_rate(found.solved),
        satisfied=_rate(found.satisfied),
        no_target=found.no_target,
        unrated=found.unrated,
    )


@router.get(
    "/found-and-solved",
    response=BoardFoundSolved,
    operation_id="board_found_and_solved",
    summary="Where items are found, where they are solved, and the delay on the way up",
    openapi_extra=door(SEE),
)
def found_and_solved(request: HttpRequest, wanted: Query[BoardAsk]) -> Any:
    """Found and solved, by tier (S08)."""
    actor, area = _area(request, wanted)
    loop = catalogue.get(wanted.loop or "request").name
    found = board.found_and_solved(area.path, loop=loop, exercise=actor.exercise)
    return BoardFoundSolved(
        area_id=area.id,
        pairs=[
            BoardPair(found_tier=f, solved_tier=s, n=n) for (f, s), n in sorted(found.pairs.items())
        ],
        share_at_found=_rate(found.share_at_found),
        delay_hours={str(tier): hours for tier, hours in found.delay_h.items()},
    )


def _area(request: HttpRequest, wanted: BoardAsk) -> tuple[Actor, Area]:
    """The area asked for, or the widest the caller holds; refused where no post reaches."""
    actor = actor_of(request)
    refuse_no_text(wanted.model_dump())
    roles = roles_for(SEE)
    if wanted.area_id is None:
        held = min((h.path for h in actor.holds(roles)), key=len, default="")
        can(actor, Ask(SEE, roles, held)).required()
        return actor, areas.at(held)
    area = areas.get(wanted.area_id)
    can(actor, Ask(SEE, roles, area.path)).required()
    return actor, area


def _asked(wanted: BoardAsk) -> dict[str, str]:
    loop = catalogue.get(wanted.loop).name if wanted.loop else ""
    return {"loop": loop, "item_class": wanted.item_class}


def _counts(area: Area, numbers: dict[str, int], below: list[BoardCounts]) -> BoardCounts:
    return BoardCounts(
        area_id=area.id,
        name_zh=area.name_zh,
        name_en=area.name_en,
        numbers=numbers,
        below=below,
    )


def _rate(found: Rate) -> BoardRate:
    return BoardRate.model_validate(found)

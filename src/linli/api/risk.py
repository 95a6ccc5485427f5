"""Which communities are at risk by the city's records, and which estates lack what?"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from ninja import Body, Query, Router, Status
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Done, Id, Most, door
from linli.errors import N_, NotFound, Word
from linli.loops.substitutes import watch
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.areas import Area
from linli.registry.estates import Lack
from linli.studies.risk import reach, runs, story
from linli.studies.risk.runs import RUN, SEE, Run

router = Router(tags=["risk"])
ROWS = 54


class RiskAsk(BaseModel):
    """Which area, how many of its communities, and which count (the newest if none)."""

    area_id: Id
    most: Most = ROWS
    run_id: Id | None = None


class RiskUnitAsk(BaseModel):
    """Which community, and which count (the newest if none)."""

    area_id: Id
    run_id: Id | None = None


class RiskPart(BaseModel):
    """What a dimension adds to the logarithm of the score against the middle."""

    id: str
    name: str
    adds: float | None
    few: bool


class RiskRow(BaseModel):
    """One community: before counts (score, rank) and after (rate); ``few``: too few to tell."""

    area_id: int
    name: str
    district: str
    rank: int
    score: float | None
    listed: bool
    in_top: float | None
    rank_low: int | None
    rank_high: int | None
    parts: Sequence[RiskPart]
    types: Sequence[str]
    rate: float | None
    rate_low: float | None
    rate_high: float | None
    rate_rank: int | None
    few: bool
    way_off: Sequence[str]


class RiskOtherwise(BaseModel):
    """Which share of the list stays when one thing is done otherwise."""

    otherwise: str
    share: float


class RiskGap(BaseModel):
    """A factor that nobody knows anywhere; it takes no part and is not zero."""

    factor: str
    why: str


class RiskRead(BaseModel):
    """A count: what makes it again, the riskiest of the area, and what is not known."""

    run_id: int
    at: datetime
    phase: str
    k: int
    draws: int
    seed: int
    fingerprint: str
    version: str
    n_ranked: int
    stable: float
    rows: list[RiskRow]
    stays: list[RiskOtherwise]
    not_collected: list[RiskGap]
    lacking: list[str]
    n_left_out: int


class RiskFactor(BaseModel):
    """One factor of a community: its value, what it adds, and what an action would do."""

    id: str
    dimension: str
    name: str
    unit: str
    value: float | None
    few: bool
    adds: float | None
    why: str
    action: str
    score_after: float | None
    enough: bool


class RiskUnit(BaseModel):
    """One community of a count with every factor."""

    run_id: int
    fingerprint: str
    row: RiskRow
    factors: list[RiskFactor]


class EstatesAsk(BaseModel):
    """Which area."""

    area_id: Id


class EstateStand(BaseModel):
    """How an estate stands with one thing: has, in_place, asked, open or unknown."""

    lack: str
    how: str
    item_id: int | None
    what: str
    until: date | None


class EstateRow(BaseModel):
    """An estate that lacks something, and what stands in."""

    area_id: int
    name_zh: str
    three_without: bool
    no_property_manager: bool | None
    stands: list[EstateStand]


class EstatesAsked(BaseModel):
    """How many items were opened."""

    n_opened: int = Field(ge=0)


@router.get(
    "/risk",
    response=RiskRead,
    operation_id="risk_read",
    summary="The communities at the highest risk, with the reasons",
    openapi_extra=door(SEE),
)
def read(request: HttpRequest, wanted: Query[RiskAsk]) -> Any:
    """As it was last counted, or in an earlier count."""
    actor, area = _area(request, wanted.area_id, SEE)
    run = _run(actor, wanted.run_id)
    listed = reach.communities(actor, area)
    return story.as_values(run, listed, _language(), gettext, most=wanted.most)


@router.get(
    "/risk/community",
    response=RiskUnit,
    operation_id="risk_unit",
    summary="One community: every factor, what it adds, what would help",
    openapi_extra=door(SEE),
)
def unit(request: HttpRequest, wanted: Query[RiskUnitAsk]) -> Any:
    """A value behind which fewer than five residents stand is withheld."""
    actor, area = _area(request, wanted.area_id, SEE)
    run = _run(actor, wanted.run_id)
    at = run.place.get(area.id)
    if at is None:
        raise NotFound(what=Word(N_("ranked community")), value=area.id)
    return {
        "run_id": run.id,
        "fingerprint": run.fingerprint,
        "row": asdict(story.row(run, at, _language())),
        "factors": [asdict(one) for one in story.lines(run, at, _language(), gettext)],
    }


@router.post(
    "/risk/runs",
    response={201: Done},
    operation_id="risk_count",
    summary="Count the risk of the whole city now, and keep it",
    openapi_extra=door(RUN, placed=False),
)
def count(request: HttpRequest) -> Any:
    """It takes some seconds in a large city."""
    return Status(201, Done(id=runs.count(actor_of(request), now=clock.now_s()).id))


@router.get(
    "/estates",
    response=list[EstateRow],
    operation_id="estates_read",
    summary="Estates that lack a manager, guard, fence or cleaning, and what stands in",
    openapi_extra=door("estates.see"),
)
def estates(request: HttpRequest, wanted: Query[EstatesAsk]) -> Any:
    """What nobody wrote down is null, never false."""
    actor, area = _area(request, wanted.area_id, "estates.see")
    return [
        {
            "area_id": one.estate.area.id,
            "name_zh": one.estate.area.name_zh,
            "three_without": one.estate.three_without,
            "no_property_manager": one.estate.lacks[Lack.MANAGER],
            "stands": [
                {"lack": s.lack, "how": s.how, "item_id": s.item_id, "what": s.what,
                 "until": s.until}
                for s in one.stands
            ],
        }
        for one in reach.estates(actor, area, now=clock.now_s())
    ]  # fmt: skip


@router.post(
    "/estates/ask",
    response=EstatesAsked,
    operation_id="estates_ask",
    summary="Open an item for each thing that the estates of an area lack",
    openapi_extra=door(watch.ASK),
)
def ask(request: HttpRequest, body: Body[EstatesAsk]) -> Any:
    """For estates without manager, guard and fence; twice is once."""
    actor, area = actor_of(request), areas.get(body.area_id)
    return EstatesAsked(n_opened=watch.ask_for(actor, area, now=clock.now_s()))


def _area(request: HttpRequest, area_id: int, verb: str) -> tuple[Actor, Area]:
    actor = actor_of(request)
    area = areas.get(area_id)
    can(actor, Ask(verb, roles_for(verb), area.path)).required()
    return actor, area


def _run(actor: Actor, run_id: int | None) -> Run:
    if run_id is None:
        return runs.latest(exercise=actor.exercise)
    return runs.get(run_id, exercise=actor.exercise)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE

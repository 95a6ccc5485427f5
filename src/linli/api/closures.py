"""Which roads are closed, and which way do runs take around them? Drawn, lifted, planned, taken."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Path, Query, Router, Status
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Done, Id, door, purpose_of
from linli.loops.beds.receivers import DISPATCHERS
from linli.loops.closures import draw
from linli.loops.closures.draw import ClosureAsk
from linli.loops.closures.tables import Shape
from linli.loops.runs import sheet as sheets
from linli.loops.scene import Scene
from linli.registry.vehicles import VehicleKind
from linli.studies.dispatch import desk, lifting, rerouting
from linli.studies.dispatch.closing import close

router = Router(tags=["transfers"])


class ClosureRow(BaseModel):
    """A closure: where, from when until when, who may pass, and why."""

    id: int
    shape: Shape
    points: list[tuple[float, float]]
    from_at: datetime
    until_at: datetime
    passes: list[VehicleKind]
    reason: str
    drawn_at: datetime


class ClosureMade(BaseModel):
    """A closure that was drawn or lifted, and the runs that were to drive there."""

    id: int
    run_ids: list[int]


class RunWay(BaseModel):
    """A run on the map: its next stop, where it was last, whether a closure stops it."""

    run_id: int
    stage: str
    n_people: int
    blocked: bool
    closure_id: int | None
    longitude: float | None
    latitude: float | None
    seen_at: datetime | None
    next_area_id: int | None
    next_site_id: int | None
    next_at: datetime | None
    next_transfer_ids: list[int]


class RunWays(BaseModel):
    """Every run under way within reach; ``estimate``: no map of the roads is loaded."""

    runs: list[RunWay]
    estimate: bool


class WayStop(BaseModel):
    """A stop of a way."""

    kind: str
    longitude: float
    latitude: float
    area_id: int | None
    site_id: int | None
    transfer_ids: list[int]
    arrive_at: datetime


class WayNew(BaseModel):
    """A run that meets a closure: its old way and a new one, and what the check refuses.

    ``open_again``: closures that it had met and that stop nobody any more.
    """

    run_id: int
    closures: list[int]
    old: list[WayStop]
    new: list[WayStop] | None
    more_minutes: int
    reordered: bool
    reasons: list[str]
    breaches: list[str]
    open_again: list[int]
    digest: str


class WayAsk(BaseModel):
    """The same seed proposes the same."""

    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


class WayTaken(BaseModel):
    """The digest of the way that was shown."""

    model_config = {"extra": "forbid"}

    digest: Annotated[str, Field(max_length=16)]
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


@router.get(
    "/closures",
    response=list[ClosureRow],
    operation_id="closure_list",
    summary="Roads that are closed now or later",
    openapi_extra=door(draw.SEE, placed=False),
)
def closures(request: HttpRequest) -> Any:
    """The next to end first; everybody who sends, drives or receives sees all of them."""
    rows = draw.listed(actor_of(request), now=clock.now_s())
    names = ClosureRow.model_fields
    return [ClosureRow(**{name: getattr(row, name) for name in names}) for row in rows]


@router.post(
    "/closures",
    response={201: ClosureMade},
    operation_id="closure_draw",
    summary="Close a road; runs that were to drive there are marked at once",
    openapi_extra=door(draw.DRAW, placed=False),
)
def shut(request: HttpRequest, body: Body[ClosureAsk]) -> Any:
    """It belongs to the area that the caller answers for."""
    done = close(actor_of(request), body, now=clock.now_s())
    return Status(201, ClosureMade(id=done.closure.id, run_ids=list(done.run_ids)))


@router.post(
    "/closures/{closure_id}/lift",
    response=ClosureMade,
    operation_id="closure_lift",
    summary="Open a closed road again",
    openapi_extra=door(draw.DRAW),
)
def lift(request: HttpRequest, closure_id: Path[Id]) -> Any:
    """Runs under way that had met it are named: whoever sends them is told, and may plan anew."""
    done = lifting.lift(actor_of(request), closure_id, now=clock.now_s())
    return ClosureMade(id=done.closure.id, run_ids=list(done.run_ids))


@router.get(
    "/runs/ways",
    response=RunWays,
    operation_id="run_ways",
    summary="Where the runs under way are, and where they go next",
    openapi_extra=door(sheets.SEE, placed=False),
)
def run_ways(request: HttpRequest) -> Any:
    """Numbers and points; a driver sees the own run."""
    told = desk.look(actor_of(request), now=clock.now_s())
    return RunWays(runs=[_way(one) for one in told.runs], estimate=told.estimate)


@router.get(
    "/transfers/ways",
    response=list[WayNew],
    operation_id="transfer_ways",
    summary="A new way for every run that meets a closure; nothing is changed",
    openapi_extra=door("run.open", roles=DISPATCHERS, placed=False),
)
def ways(request: HttpRequest, wanted: Query[WayAsk]) -> Any:
    """Old and new beside each other, and why."""
    found = rerouting.propose(actor_of(request), now=clock.now_s(), seed=wanted.seed)
    return [
        WayNew(
            run_id=one.run_id, closures=list(one.closures), old=_stops(one.old),
            new=_stops(one.new) if one.new else None, more_minutes=one.more_minutes,
            reordered=one.reordered, reasons=[reason.tell() for reason in one.reasons],
            breaches=[breach.tell() for breach in one.breaches],
            open_again=list(one.open_again), digest=one.digest,
        )
        for one in found
    ]  # fmt: skip


@router.post(
    "/transfers/ways/{run_id}",
    response=Done,
    operation_id="transfer_take_way",
    summary="Take the new way of a run, as it was shown",
    openapi_extra=door("run.reroute", roles=DISPATCHERS),
)
def take(request: HttpRequest, run_id: Path[Id], body: Body[WayTaken]) -> Any:
    """Refused when it is another by now, or when the check refuses it."""
    scene = Scene(actor_of(request), clock.now_s(), purpose_of(request) or "")
    rerouting.accept(scene, run_id, body.digest, seed=body.seed)
    return Done(id=run_id)


def _way(one: desk.DeskRun) -> RunWay:
    following = one.next
    lon, lat = one.position or (None, None)
    return RunWay(
        run_id=one.run.id, stage=one.run.stage, n_people=one.n_people, blocked=one.blocked,
        closure_id=one.closure_id, longitude=lon, latitude=lat, seen_at=one.seen_at,
        next_area_id=following.area.id if following and following.area else None,
        next_site_id=following.site.id if following and following.site else None,
        next_at=following.at if following else None,
        next_transfer_ids=list(following.transfer_ids) if following else [],
    )  # fmt: skip


def _stops(way: Any) -> list[WayStop]:
    return [
        WayStop(
            kind=stop.kind, longitude=stop.at[0], latitude=stop.at[1], area_id=stop.area_id,
            site_id=stop.site_id, transfer_ids=list(stop.transfer_ids),
            arrive_at=clock.moment(stop.arrive_at),
        )
        for stop in way.stops
    ]  # fmt: skip

"""What does the family see, by the link they were given? Where, when and who; nothing else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from linli import clock
from linli.errors import N_, NotFound, Word
from linli.loops import catalogue
from linli.loops.ledger import Event, Item
from linli.loops.loop import State
from linli.loops.routes import kept as routes
from linli.loops.token import digest
from linli.loops.transfers import queue
from linli.registry.accounts import Account
from linli.registry.sites import Site
from linli.registry.vehicles import Vehicle


@dataclass(frozen=True)
class Told:
    """One thing that happened, in the words that a family reads."""

    public: str
    at: datetime


@dataclass(frozen=True)
class FamilyView:
    """How it stands: the sentence, the place, who receives them, the vehicle, what happened."""

    number: int
    public: str
    position: int  # in the queue, 0 when they do not wait
    rule: str
    review_at: datetime | None
    site: Site | None
    receiver: str
    plate: str
    fetched_at: datetime | None  # when the vehicle should be at their door
    expected_at: datetime | None
    ended: bool
    history: tuple[Told, ...]


def seen(text: str, *, now: int) -> FamilyView:
    """What a link shows; raises NotFound for one that is none."""
    item = Item.objects.filter(loop="transfer", token_hash=digest(text)).first()
    if item is None:
        raise NotFound(what=Word(N_("transfer with the link")), value=text[:4] + "…")
    loop = catalogue.get("transfer")
    stay = Item.objects.filter(loop="stay", parent_id=item.id).order_by("-id").first()
    run = Item.objects.filter(id=item.carrier_id).first() if item.carrier_id else None
    waits = item.stage == "needed"
    events = Event.objects.filter(item_id=item.id).order_by("n")
    return FamilyView(
        number=item.id,
        public=loop.stage(item.stage).public or loop.stage(item.stage).label,
        position=queue.position(item),
        rule=queue.RULE,
        review_at=queue.review_at(item, clock.moment(now)) if waits else None,
        site=Site.objects.filter(id=item.data.get("site_id")).first(),
        receiver=_name(stay.data.get("receiver_id")) if stay and not waits else "",
        plate=_plate(run),
        fetched_at=_fetched(item, run),
        expected_at=_expected(item, run),
        ended=item.state == State.CLOSED,
        history=tuple(_told(loop, event) for event in events if _leads_on(event)),
    )


def _leads_on(event: Any) -> bool:
    return event.from_stage != event.to_stage


def _told(loop: Any, event: Event) -> Told:
    stage = loop.stage(event.to_stage)
    return Told(stage.public or stage.label, event.at)


def _name(account_id: int | None) -> str:
    if account_id is None:
        return ""
    found = Account.objects.filter(id=account_id).values_list("display_name", flat=True)
    return next(iter(found), "")


def _plate(run: Item | None) -> str:
    if run is None:
        return ""
    found = Vehicle.objects.filter(id=run.data.get("vehicle_id")).values_list("plate", flat=True)
    return next(iter(found), "")


def _fetched(item: Item, run: Item | None) -> datetime | None:
    """When the run should be where they get on, as long as they are not on board."""
    if run is None or item.stage not in ("planned", "departed"):
        return None
    route = routes.newest([run.id]).get(run.id)
    if route is None or item.id in run.data.get("on_board", ()):
        return None
    at = next((s["arrive_at"] for s in route.stops if item.id in s["transfer_ids"]), None)
    return None if at is None else clock.moment(at)


def _expected(item: Item, run: Item | None) -> datetime | None:
    """When the run should be there: by its way, else by the minutes that its road takes."""
    if run is None or item.stage != "departed":
        return None
    route = routes.newest([run.id]).get(run.id)
    if route is not None and route.stops:
        return clock.moment(route.stops[-1]["arrive_at"])
    if "route" not in run.data:
        return None
    return clock.moment(run.data["left_at"]) + timedelta(minutes=run.data["route"]["minutes"])

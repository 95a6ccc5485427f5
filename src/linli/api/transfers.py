"""Where is a bed, who waits for one, who is on a run, who comes to a ward? Beside the loops."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Body, Path, Query, Router, Status

from linli import clock, uids
from linli.api.auth import actor_of
from linli.api.doors import Done, Id, door, purpose_of
from linli.api.transfers_shapes import (
    BedsAsk,
    BedsBatch,
    BedsBatchNumber,
    BedsCount,
    BedsOpened,
    BedsRow,
    BedsWard,
    RunGate,
    RunPassenger,
    RunSheet,
    StayExpected,
    TransferClass,
    TransferGate,
    TransferGlance,
    TransferGlanceAsk,
    TransferMade,
    TransferNew,
    TransferPerson,
    TransferQueue,
    TransferQueueAsk,
    TransferWaiting,
)
from linli.loops.beds import search
from linli.loops.beds.fit import BedNeed
from linli.loops.conversions import batches
from linli.loops.runs import sheet as sheets
from linli.loops.scene import Scene
from linli.loops.stays import ward as lists
from linli.loops.transfers import ask as asking
from linli.loops.transfers import board as boards
from linli.loops.transfers import queue
from linli.policy.roles import DUTY_OFFICERS
from linli.registry import areas, wards
from linli.registry.wards import Counted, NewWard

router = Router(tags=["transfers"])


@router.get(
    "/beds",
    response=list[BedsRow],
    operation_id="beds_list",
    summary="Wards with their free beds; with a severity those that fit, the nearest first",
    openapi_extra=door(search.SEE, placed=False),
)
def beds(request: HttpRequest, wanted: Query[BedsAsk]) -> Any:
    """Counts only."""
    actor = actor_of(request)
    around = None
    if wanted.longitude is not None and wanted.latitude is not None:
        around = (wanted.longitude, wanted.latitude)
    if wanted.severity is None or wanted.category is None:
        category = wanted.category or ""
        found = search.everywhere(actor, category=category, site_id=wanted.site_id, around=around)
        return [_bed(place) for place in found[: wanted.most]]
    names = ("sex", "oxygen", "icu", "dialysis")
    need = BedNeed(
        wanted.category,
        wanted.severity,
        age_group=wanted.age_group or "",
        **{name: getattr(wanted, name) for name in names},
    )
    return [_bed(place) for place in search.find(actor, need, around=around, most=wanted.most)]


@router.get(
    "/beds/batches",
    response=list[BedsBatch],
    operation_id="beds_batches",
    summary="Hospitals in the batches in which they are put into use, with their free beds",
    openapi_extra=door(batches.SEE, placed=False),
)
def in_batches(request: HttpRequest) -> Any:
    """Counts only."""
    return batches.listed(actor_of(request))


@router.post(
    "/beds/batches/{number}/open",
    response=BedsOpened,
    operation_id="beds_open_batch",
    summary="Open every site of a batch that is ready; the others are named with their reason",
    openapi_extra=door("conversion.open_up", roles=DUTY_OFFICERS, placed=False),
)
def open_batch(request: HttpRequest, number: Path[BedsBatchNumber]) -> Any:
    """Within the caller's reach."""
    told = batches.open_batch(Scene(actor_of(request), clock.now_s()), number)
    return {
        **{name: getattr(told, name) for name in ("number", "opened", "n_free_before", "n_free")},
        "held_back": [
            {"site_id": one.site.site_id, "conversion_id": one.site.conversion_id,
             "why": one.why.tell(gettext)}
            for one in told.held_back
        ],
    }  # fmt: skip


@router.post(
    "/beds/wards",
    response={201: Done},
    operation_id="beds_add_ward",
    summary="Add a ward to a site, or describe and count it anew",
    openapi_extra=door(wards.REPORT),
)
def add_ward(request: HttpRequest, body: Body[BedsWard]) -> Any:
    """The same name at the same site is the same ward."""
    given = body.model_dump(exclude={"site_id", *BedsCount.model_fields})
    made = wards.add(
        actor_of(request), body.site_id, NewWard(**given), _counted(body), now=clock.now_s()
    )
    return Status(201, Done(id=made.id))


@router.post(
    "/beds/wards/{ward_id}/count",
    response=Done,
    operation_id="beds_count",
    summary="Count the beds of a ward anew",
    openapi_extra=door(wards.REPORT),
)
def count_ward(request: HttpRequest, ward_id: Path[Id], body: Body[BedsCount]) -> Any:
    """Every count is kept."""
    wards.count(actor_of(request), ward_id, _counted(body), now=clock.now_s())
    return Done(id=ward_id)


@router.post(
    "/transfers/ask",
    response={201: TransferMade},
    operation_id="transfer_ask",
    summary="Ask for a bed for somebody",
    openapi_extra=door(asking.ASK, about_residents=True),
)
def ask(request: HttpRequest, body: Body[TransferNew]) -> Any:
    """The same uid again answers with the transfer that is there."""
    new = asking.NewTransfer(body.severity, body.form, body.uid or uids.fresh())
    purpose = purpose_of(request)
    moved = asking.ask(actor_of(request), new, purpose=purpose, now=clock.now_s())
    return Status(201, TransferMade(id=moved.item_id, position=queue.position(moved.standing)))


@router.get(
    "/transfers/queue",
    response=TransferQueue,
    operation_id="transfer_queue",
    summary="Who waits for a bed, in the order of the queue",
    openapi_extra=door(queue.SEE, about_residents=True, placed=False),
)
def waiting(request: HttpRequest, wanted: Query[TransferQueueAsk]) -> Any:
    """A page within reach; the place is counted over the whole city, within a category."""
    rows, after = queue.listed(
        actor_of(request),
        purpose=purpose_of(request),
        category=wanted.category or "",
        area_path=areas.get(wanted.area_id).path if wanted.area_id else "",
        after=wanted.after,
        most=wanted.most,
    )
    return {"rows": [_waiting(row) for row in rows], "after": after, "rule": queue.RULE}


@router.get(
    "/transfers/board",
    response=TransferGlance,
    operation_id="transfer_board",
    summary="How the transfers stand: counts only",
    openapi_extra=door(boards.SEE, placed=False),
)
def glance(request: HttpRequest, wanted: Query[TransferGlanceAsk]) -> Any:
    """By severity, and by the gates that hold runs back."""
    path = areas.get(wanted.area_id).path if wanted.area_id else ""
    told = boards.board(actor_of(request), area_path=path)
    return TransferGlance(
        classes=[
            TransferClass(
                severity=row.severity,
                n_waiting=row.n_waiting,
                n_late=row.n_late,
                longest_s=None if row.longest is None else int(row.longest.total_seconds()),
                n_placed=row.n_placed,
                n_on_road=row.n_on_road,
                n_moved=row.n_moved,
            )
            for row in told.classes
        ],
        shut=[TransferGate(gate=gate.name, n=n) for gate, n in told.shut],
        n_drafted=told.n_drafted,
        n_on_road=told.n_on_road,
        n_blocked=told.n_blocked,
    )


@router.get(
    "/runs/{run_id}/sheet",
    response=RunSheet,
    operation_id="run_sheet",
    summary="A run on one sheet: who is on it, what is missing, what became of each",
    openapi_extra=door(sheets.SEE, about_residents=True),
)
def run_sheet(request: HttpRequest, run_id: Path[Id]) -> Any:
    """A driver sees the runs that name them."""
    told = sheets.sheet(actor_of(request), run_id, purpose=purpose_of(request), now=clock.now_s())
    return RunSheet(
        id=told.run.id,
        stage=told.run.stage,
        passengers=[_passenger(stop) for stop in told.stops],
        gates=[
            RunGate(gate=gate.name, open=unmet is None, sentence=unmet.tell() if unmet else "")
            for gate, unmet in told.gates
        ],
        arrived=told.sums.arrived,
        returned=told.sums.returned,
        ended=told.sums.ended,
        open=told.sums.open,
    )


@router.get(
    "/stays/expected",
    response=list[StayExpected],
    operation_id="stay_expected",
    summary="Who comes to the wards within reach, and who lies in them",
    openapi_extra=door(lists.SEE, about_residents=True, placed=False),
)
def expected(request: HttpRequest) -> Any:
    """What cannot wait comes first."""
    rows = lists.listed(actor_of(request), purpose=purpose_of(request))
    return [
        StayExpected(
            id=row.item.id,
            stage=row.item.stage,
            severity=row.item.item_class,
            category=row.item.kind,
            ward_id=row.item.data["ward_id"],
            site_id=row.item.data["site_id"],
            due_at=row.item.due_at,
            receiver=row.receiver,
            person=TransferPerson(**_known(row.person)),
        )
        for row in rows
    ]


def _counted(body: BedsCount) -> Counted:
    return Counted(body.n_beds, body.n_blocked, body.n_more_in_24h, body.source)


def _bed(place: search.BedPlace) -> BedsRow:
    given = {k: v for k, v in vars(place).items() if k != "site"}
    return BedsRow(**given, site_zh=place.site.name_zh, site_en=place.site.name_en)


def _known(person: dict[str, Any]) -> dict[str, Any]:
    return {name: person[name] for name in ("id", "name", "phone")}


def _waiting(row: queue.Waiting) -> TransferWaiting:
    return TransferWaiting(
        id=row.item.id,
        position=row.position,
        severity=row.item.item_class,
        category=row.item.kind,
        opened_at=row.item.opened_at,
        review_at=row.review_at,
        due_at=row.item.due_at,
        late=row.item.late,
        person=TransferPerson(**_known(row.person)),
    )


def _passenger(stop: sheets.Stop) -> RunPassenger:
    transfer = stop.passenger.transfer
    return RunPassenger(
        transfer_id=transfer.id,
        stage=transfer.stage,
        severity=transfer.item_class,
        category=stop.passenger.category,
        person=TransferPerson(**_known(stop.person)),
        area_id=transfer.area_id,
        ward_id=stop.ward.id if stop.ward else None,
        bed=stop.passenger.bed.number if stop.passenger.bed else None,
        receiver=stop.receiver,
    )

"""Where is a bed, who waits for one, who is on a run, who comes to a ward? Beside the loops."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from django.http import HttpRequest
from ninja import Body, Path, Query, Router, Status
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import After, Done, Id, Most, Rows, door, purpose_of
from linli.loops.beds import search
from linli.loops.beds.fit import BedNeed
from linli.loops.runs import sheet as sheets
from linli.loops.stays import ward as lists
from linli.loops.transfers import ask as asking
from linli.loops.transfers import board as boards
from linli.loops.transfers import queue
from linli.loops.transfers.forms import TransferAsk
from linli.registry import areas, wards
from linli.registry.forms import Latitude, Longitude, RecordForm
from linli.registry.wards import AgeGroup, BedCategory, BedSeverity, Counted, NewWard

router = Router(tags=["transfers"])
Beds = Annotated[int, Field(ge=0, le=wards.MOST_BEDS)]


class BedsAsk(BaseModel):
    """What a bed has to be, and where from; without a severity all wards are listed."""

    category: BedCategory | None = None
    severity: BedSeverity | None = None
    sex: Annotated[str, Field(max_length=8)] = ""
    age_group: AgeGroup | None = None
    oxygen: bool = False
    icu: bool = False
    dialysis: bool = False
    site_id: Id | None = None
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    most: Most = 50


class BedsRow(BaseModel):
    """A ward with its free beds; a distance is a straight line."""

    model_config = {"from_attributes": True}

    ward_id: int
    site_id: int
    site_zh: str
    site_en: str
    site_kind: str
    name_zh: str
    name_en: str
    category: str
    severity: str
    sex: str
    age_group: str
    oxygen: bool
    icu: bool
    dialysis: bool
    n_beds: int
    n_blocked: int
    n_free: int
    n_in_24h: int
    counted_at: datetime
    source: str
    distance_m: float | None


class BedsCount(RecordForm):
    """How many beds are set up, how many of these cannot be given, how many more in a day."""

    n_beds: Beds
    n_blocked: Beds = 0
    n_more_in_24h: Beds = 0
    source: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class BedsWard(BedsCount):
    """A ward of a site: whom it takes, and its beds."""

    site_id: Id
    name_zh: Annotated[str, Field(min_length=1, max_length=120, pattern=r"\S")]
    name_en: Annotated[str, Field(max_length=160)] = ""
    category: BedCategory
    severity: BedSeverity
    sex: Annotated[str, Field(pattern="^(female|male|)$")] = ""
    age_group: AgeGroup = AgeGroup.ANY
    oxygen: bool = False
    icu: bool = False
    dialysis: bool = False


class TransferNew(RecordForm):
    """Somebody who needs a bed."""

    severity: BedSeverity
    form: TransferAsk
    uid: UUID | None = None


class TransferMade(BaseModel):
    """The transfer, and its place in the queue."""

    id: int
    position: int


class TransferQueueAsk(BaseModel):
    """The page asked for."""

    category: BedCategory | None = None
    area_id: Id | None = None
    after: After = 0
    most: Most = 50


class TransferPerson(BaseModel):
    """Whoever it is, as the caller may see them."""

    model_config = {"from_attributes": True}

    id: int | None
    name: str
    phone: str


class TransferWaiting(BaseModel):
    """Somebody in the queue: the place, since when, and when somebody looks again."""

    id: int
    position: int
    severity: str
    category: str
    opened_at: datetime
    review_at: datetime
    due_at: datetime | None
    late: bool
    person: TransferPerson


class TransferQueue(Rows[TransferWaiting]):
    """The queue, with the rule that orders it."""

    rule: str


class TransferClass(BaseModel):
    """One severity at a glance."""

    severity: str
    n_waiting: int
    n_late: int
    longest_s: int | None
    n_placed: int
    n_on_road: int
    n_moved: int


class TransferGate(BaseModel):
    """A gate, and how many runs it holds back."""

    gate: str
    n: int


class TransferGlance(BaseModel):
    """How the transfers stand."""

    classes: list[TransferClass]
    shut: list[TransferGate]
    n_drafted: int
    n_on_road: int


class TransferGlanceAsk(BaseModel):
    """The area, or all within reach."""

    area_id: Id | None = None


class RunPassenger(BaseModel):
    """One who is on a run."""

    transfer_id: int
    stage: str
    severity: str
    category: str
    person: TransferPerson
    area_id: int
    ward_id: int | None
    bed: int | None
    receiver: str


class RunGate(BaseModel):
    """A gate of the departure; a sentence where it is shut."""

    gate: str
    open: bool
    sentence: str


class RunSheet(BaseModel):
    """A run on one sheet; the account adds up to those who were sent."""

    id: int
    stage: str
    passengers: list[RunPassenger]
    gates: list[RunGate]
    arrived: list[int]
    returned: list[int]
    ended: list[int]
    open: list[int]


class StayExpected(BaseModel):
    """Somebody whom a ward expects or has."""

    id: int
    stage: str
    severity: str
    category: str
    ward_id: int
    site_id: int
    due_at: datetime | None
    receiver: str
    person: TransferPerson


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
    new = asking.NewTransfer(body.severity, body.form, body.uid or uuid4())
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

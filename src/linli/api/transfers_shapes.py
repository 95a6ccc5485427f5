"""What do the routes of beds, transfers, runs and wards take and tell?"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from linli.api.doors import After, Id, Most, Rows
from linli.loops.conversions.batches import LAST_BATCH
from linli.loops.transfers.forms import TransferAsk
from linli.registry import wards
from linli.registry.forms import Latitude, Longitude, RecordForm
from linli.registry.wards import AgeGroup, BedCategory, BedSeverity

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
    level: str
    batch: int | None


BedsBatchNumber = Annotated[int, Field(ge=1, le=LAST_BATCH)]


class BedsBatchSite(BaseModel):
    """A site of a batch: where its conversion stands, and its beds."""

    model_config = {"from_attributes": True}

    conversion_id: int
    site_id: int
    name_zh: str
    name_en: str
    kind: str
    level: str
    stage: str
    n_beds_planned: int
    n_beds: int
    n_free: int


class BedsBatch(BaseModel):
    """All sites of a batch, and what they come to."""

    model_config = {"from_attributes": True}

    number: int
    sites: list[BedsBatchSite]
    n_open: int
    n_beds_planned: int
    n_free: int


class BedsHeldBack(BaseModel):
    """A site that is not opened with its batch, and why."""

    conversion_id: int
    site_id: int
    why: str


class BedsOpened(BaseModel):
    """What opening a batch brought: free beds before and after."""

    number: int
    opened: list[BedsBatchSite]
    held_back: list[BedsHeldBack]
    n_free_before: int
    n_free: int


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
    n_blocked: int


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

"""What does each step of a transfer ask? Ids and codes only: names stay in the registry."""

from enum import StrEnum

from pydantic import Field

from linli.errors import N_
from linli.loops.beds.words import CATEGORY, POSTURE_NAMES, SEVERITY, TransferPosture, names
from linli.loops.loop import Form
from linli.registry.wards import BedCategory, BedSeverity

DIGEST = "^[0-9a-f]{64}$"


class TransferTrigger(StrEnum):
    """Why somebody has to be moved."""

    NEED = "need"
    STEP_UP = "step_up"
    STEP_DOWN = "step_down"
    CLOSING = "closing"
    FEVER_TRIP = "fever_trip"


TRIGGER_NAMES = {
    TransferTrigger.NEED: N_("has no place yet"),
    TransferTrigger.STEP_UP: N_("worse: a higher ward"),
    TransferTrigger.STEP_DOWN: N_("better: a lower ward"),
    TransferTrigger.CLOSING: N_("the site closes"),
    TransferTrigger.FEVER_TRIP: N_("asked for a car, with a fever"),
}


class TransferLoss(StrEnum):
    """Why a place that was found is gone."""

    EXPIRED = "expired"
    REFUSED = "refused"
    GIVEN_BACK = "given_back"
    TURNED_BACK = "turned_back"


LOST_NAMES = {
    TransferLoss.EXPIRED: N_("the ward did not confirm in time"),
    TransferLoss.REFUSED: N_("the ward refused"),
    TransferLoss.GIVEN_BACK: N_("given back"),
    TransferLoss.TURNED_BACK: N_("the run turned back"),
}


class TransferReason(StrEnum):
    """Why no bed is needed any more."""

    NEEDLESS = "needless"
    BETTER = "better"
    DIED = "died"
    DECLINES = "declines"
    OTHER_PLACE = "other_place"


WITHDRAWN_NAMES = {
    TransferReason.NEEDLESS: N_("nothing asks for it any more"),
    TransferReason.BETTER: N_("is better"),
    TransferReason.DIED: N_("died"),
    TransferReason.DECLINES: N_("does not want to go"),
    TransferReason.OTHER_PLACE: N_("has another place"),
}


class TransferTelling(StrEnum):
    """How the family was told."""

    PHONE = "phone"
    VISIT = "visit"
    MESSAGE = "message"
    NO_FAMILY = "no_family"


TOLD_NAMES = {
    TransferTelling.PHONE: N_("by phone"),
    TransferTelling.VISIT: N_("at the door"),
    TransferTelling.MESSAGE: N_("by message"),
    TransferTelling.NO_FAMILY: N_("has no family; was told in person"),
}


class TransferAsk(Form):
    """Who needs a bed, of which category, with what, and how they can travel."""

    person_id: int = Field(gt=0, title=N_("Number of the person"))
    category: BedCategory = Field(title=N_("Category"), json_schema_extra=CATEGORY)
    oxygen: bool = Field(default=False, title=N_("Needs oxygen"))
    icu: bool = Field(default=False, title=N_("Needs intensive care"))
    dialysis: bool = Field(default=False, title=N_("Needs dialysis"))
    posture: TransferPosture = Field(
        default=TransferPosture.WALKS,
        title=N_("How can they travel?"),
        json_schema_extra=names(POSTURE_NAMES),
    )
    trigger: TransferTrigger = Field(
        default=TransferTrigger.NEED, title=N_("Why?"), json_schema_extra=names(TRIGGER_NAMES)
    )
    from_site_id: int | None = Field(
        default=None, gt=0, title=N_("Fetched at the site with number")
    )
    from_stay_id: int | None = Field(default=None, gt=0)


class TransferPlace(Form):
    """The ward in which a bed is held; the hold runs out by the limit of the stay."""

    ward_id: int = Field(gt=0, title=N_("Number of the ward"))


class TransferTold(Form):
    """How the family was told where, when and with whom; a link to follow it may go with it."""

    how: TransferTelling = Field(
        title=N_("How was the family told?"), json_schema_extra=names(TOLD_NAMES)
    )
    link: str = Field(
        default="", pattern=f"{DIGEST}|^$", max_length=64, title=N_("Digest of a link to follow it")
    )


class TransferChange(Form):
    """How ill they are now, and what they need."""

    severity: BedSeverity = Field(title=N_("How ill?"), json_schema_extra=SEVERITY)
    category: BedCategory = Field(title=N_("Category"), json_schema_extra=CATEGORY)
    oxygen: bool = Field(default=False, title=N_("Needs oxygen"))
    icu: bool = Field(default=False, title=N_("Needs intensive care"))
    dialysis: bool = Field(default=False, title=N_("Needs dialysis"))
    posture: TransferPosture = Field(
        default=TransferPosture.WALKS,
        title=N_("How can they travel?"),
        json_schema_extra=names(POSTURE_NAMES),
    )


class TransferLost(Form):
    """Why the place is gone."""

    why: TransferLoss = Field(
        default=TransferLoss.GIVEN_BACK, title=N_("Why?"), json_schema_extra=names(LOST_NAMES)
    )


class TransferWithdraw(Form):
    """Why no bed is needed any more."""

    reason: TransferReason = Field(
        default=TransferReason.NEEDLESS, title=N_("Why?"), json_schema_extra=names(WITHDRAWN_NAMES)
    )


class TransferBoard(Form):
    """The run they go on."""

    run_id: int = Field(gt=0)


class TransferRecord(Form):
    """What the sender signed for."""

    stay_id: int = Field(gt=0)
    parts: list[str] = Field(max_length=20)
    signed_by: int | None = None

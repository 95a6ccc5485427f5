"""What does each step of a stay ask? Ids and codes only."""

from enum import StrEnum

from pydantic import Field

from linli.errors import N_
from linli.loops.beds.words import CATEGORY, POSTURE_NAMES, SEVERITY, TransferPosture, names
from linli.loops.loop import Form
from linli.registry.wards import BedCategory, BedSeverity


class StayRefusalReason(StrEnum):
    """Why a ward does not take somebody."""

    FULL = "full"
    NO_STAFF = "no_staff"
    WRONG_WARD = "wrong_ward"
    TOO_ILL = "too_ill"
    NO_RECORD = "no_record"


REFUSAL_NAMES = {
    StayRefusalReason.FULL: N_("the bed is taken"),
    StayRefusalReason.NO_STAFF: N_("there is no staff"),
    StayRefusalReason.WRONG_WARD: N_("it is the wrong ward"),
    StayRefusalReason.TOO_ILL: N_("they are too ill for this ward"),
    StayRefusalReason.NO_RECORD: N_("the record is missing"),
}


class StayCondition(StrEnum):
    """How somebody arrived."""

    STABLE = "stable"
    WORSE = "worse"
    CRITICAL = "critical"


CONDITION_NAMES = {
    StayCondition.STABLE: N_("as told"),
    StayCondition.WORSE: N_("worse than told"),
    StayCondition.CRITICAL: N_("in danger"),
}


class StayDirection(StrEnum):
    """Which way somebody is moved."""

    STEP_UP = "step_up"
    STEP_DOWN = "step_down"
    CLOSING = "closing"


DIRECTION_NAMES = {
    StayDirection.STEP_UP: N_("up: is worse"),
    StayDirection.STEP_DOWN: N_("down: is better"),
    StayDirection.CLOSING: N_("away: the site closes"),
}


class RecordPart(StrEnum):
    """What a record holds that goes along with somebody."""

    DIAGNOSIS = "diagnosis"
    RESULTS = "results"
    MEDICINES = "medicines"
    ALLERGIES = "allergies"
    CARE = "care"


PART_NAMES = {
    RecordPart.DIAGNOSIS: N_("diagnosis and course"),
    RecordPart.RESULTS: N_("results"),
    RecordPart.MEDICINES: N_("medicines"),
    RecordPart.ALLERGIES: N_("allergies"),
    RecordPart.CARE: N_("what they need every day"),
}


class StayGoesOn(StrEnum):
    """What goes on after the illness, and needs care."""

    NONE = "none"
    DIALYSIS = "dialysis"
    PREGNANCY = "pregnancy"
    CHRONIC = "chronic"
    RECOVERY = "recovery"


CHRONIC_NAMES = {
    StayGoesOn.NONE: N_("nothing"),
    StayGoesOn.DIALYSIS: N_("dialysis"),
    StayGoesOn.PREGNANCY: N_("pregnancy"),
    StayGoesOn.CHRONIC: N_("a chronic illness"),
    StayGoesOn.RECOVERY: N_("recovery under observation"),
}


class StayAsk(Form):
    """Whose bed it is, in which ward, and by which transfer."""

    person_id: int = Field(gt=0)
    category: BedCategory
    bed_id: int = Field(gt=0)
    ward_id: int = Field(gt=0)
    site_id: int = Field(gt=0)
    transfer_id: int = Field(gt=0)


class StayReceiver(Form):
    """Who receives them, by account; whoever confirms, if nobody is named."""

    receiver_id: int | None = Field(default=None, gt=0, title=N_("Who receives them?"))


class StayRefusal(Form):
    """Why the ward does not take them."""

    why: StayRefusalReason = Field(title=N_("Why not?"), json_schema_extra=names(REFUSAL_NAMES))


class StayArrival(Form):
    """How they arrived; signed by who receives them."""

    condition: StayCondition = Field(
        title=N_("How did they arrive?"), json_schema_extra=names(CONDITION_NAMES)
    )


class StayAdmission(Form):
    """Whether the record came with them."""

    record_came: bool = Field(default=False, title=N_("Did the record come with them?"))


class StayMove(Form):
    """Which bed they need now, and why."""

    direction: StayDirection = Field(
        title=N_("Which way?"), json_schema_extra=names(DIRECTION_NAMES)
    )
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


class StaySignOut(Form):
    """What of the record goes along; the sender signs for it."""

    diagnosis: bool = Field(title=PART_NAMES[RecordPart.DIAGNOSIS])
    results: bool = Field(title=PART_NAMES[RecordPart.RESULTS])
    medicines: bool = Field(title=PART_NAMES[RecordPart.MEDICINES])
    allergies: bool = Field(title=PART_NAMES[RecordPart.ALLERGIES])
    care: bool = Field(title=PART_NAMES[RecordPart.CARE])

    def parts(self) -> list[str]:
        """The parts that go along."""
        return [part.value for part in RecordPart if getattr(self, part.value)]


class StayDischarge(Form):
    """What goes on after the illness, and who sees to it from now on."""

    goes_on: StayGoesOn = Field(
        title=N_("What needs care from now on?"), json_schema_extra=names(CHRONIC_NAMES)
    )
    follow_on_site_id: int | None = Field(
        default=None, gt=0, title=N_("Number of the site that sees to it")
    )
    ride: bool = Field(default=False, title=N_("Do they need a car home?"))

"""Which bed does somebody need, and does a ward fit? One list of reasons, in words."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from linli.errors import N_, BadInput, Word
from linli.loops.loop import Unmet
from linli.registry.wards import (
    SEVERITY_RANK,
    AgeGroup,
    BedCategory,
    BedSeverity,
    Ward,
)

ADULT_YEARS = 18
LABELS = {
    **dict(BedCategory.choices),
}
SEVERITY_LABELS = dict(BedSeverity.choices)


@dataclass(frozen=True)
class BedNeed:
    """What somebody needs of a bed. An empty sex or age is unknown, and fits open wards only."""

    category: str
    severity: str
    sex: str = ""
    age_group: str = ""
    oxygen: bool = False
    icu: bool = False
    dialysis: bool = False

    @classmethod
    def of(cls, data: dict[str, Any]) -> "BedNeed":
        """The need that stands in a transfer's data."""
        return cls(
            category=str(data["category"]),
            severity=str(data["severity"]),
            sex=str(data.get("sex", "")),
            age_group=str(data.get("age_group", "")),
            oxygen=bool(data.get("oxygen")),
            icu=bool(data.get("icu")),
            dialysis=bool(data.get("dialysis")),
        )

    def wards(self) -> Q:
        """The wards that fit, as a query."""
        found = Q(category=self.category, severity_rank__gte=SEVERITY_RANK[self.severity])
        found &= Q(sex__in=("", self.sex)) & Q(age_group__in=("", self.age_group))
        for equipment in ("oxygen", "icu", "dialysis"):
            if getattr(self, equipment):
                found &= Q(**{equipment: True})
        return found


def misfits(need: BedNeed, ward: Ward) -> list[Unmet]:
    """Everything in which a ward does not fit a need."""
    found = []
    if ward.category != need.category:
        found.append(
            Unmet(
                "category",
                N_("The ward takes {takes}, and this is {given}: categories are never mixed."),
                {"takes": _category(ward.category), "given": _category(need.category)},
            )
        )
    if ward.severity_rank < SEVERITY_RANK[need.severity]:
        found.append(
            Unmet(
                "severity",
                N_("The ward treats up to {takes}, and this is {given}. Choose a higher one."),
                {"takes": _severity(ward.severity), "given": _severity(need.severity)},
            )
        )
    if ward.sex not in ("", need.sex) or ward.age_group not in ("", need.age_group):
        found.append(
            Unmet("whom", N_("The ward is for another sex or age. Say both, or choose another."))
        )
    missing = [
        Word(EQUIPMENT[name])
        for name in EQUIPMENT
        if getattr(need, name) and not getattr(ward, name)
    ]
    if missing:
        found.append(
            Unmet("equipment", N_("The ward has no {missing}."), {"missing": tuple(missing)})
        )
    return found


EQUIPMENT = {
    "oxygen": N_("oxygen"),
    "icu": N_("intensive care"),
    "dialysis": N_("dialysis"),
}


def age_group(born: date | None, today: date) -> str:
    """The age group of somebody; unknown without a date of birth."""
    if born is None:
        return ""
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return AgeGroup.ADULT if years >= ADULT_YEARS else AgeGroup.CHILD


def _category(code: str) -> Word:
    return Word(LABELS[BedCategory(code)])


def _severity(code: str) -> Word:
    return Word(SEVERITY_LABELS[BedSeverity(code)])


def refuse_unknown(category: str, severity: str) -> None:
    """Raise unless both words are known or left empty."""
    for given, known in ((category, BedCategory.values), (severity, BedSeverity.values)):
        if given and given not in known:
            raise BadInput(
                N_("{given} is none we know. Choose one of: {known}."),
                given=given[:40],
                known=tuple(known),
            )

"""What does an emergency plan say? Steps, the roles, the stock and the places that they need.

A plan is written as TOML, and read by ``reading``, which refuses what is not sound.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from linli.analysis.evaluation.formulas import Term
from linli.errors import N_
from linli.policy.roles import NAMES, Role
from linli.registry.areas import AreaKind
from linli.registry.organisations import OrganisationKind
from linli.registry.sites import SiteKind
from linli.registry.vehicles import VehicleKind
from linli.registry.wards import BedCategory, BedSeverity

HOUR_S = 3600
DAY_S = 24 * HOUR_S
ANSWER_S = HOUR_S  # ours, where a plan says nothing else


@dataclass(frozen=True)
class Both:
    """A text in both languages."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        """The text in a language."""
        return self.zh if language.startswith("zh") else self.en


class Whereabouts(StrEnum):
    """Of what sort the places are that a step or a need goes to."""

    AREA = "area"  # the area that the plan is started for
    UNIT = "unit"  # every area of a kind in it
    SITE = "site"  # every site of a kind in it
    ORGANISATION = "organisation"  # every organisation of a kind in it


@dataclass(frozen=True)
class Each:
    """For each of what: the area itself, its areas of a kind, sites or organisations of a kind."""

    sort: Whereabouts
    kind: str = ""

    @property
    def label(self) -> str:
        """The kind in words, to be translated."""
        if self.sort is Whereabouts.UNIT:
            return str(AreaKind(self.kind).label)
        if self.sort is Whereabouts.SITE:
            return str(SiteKind(self.kind).label)
        if self.sort is Whereabouts.ORGANISATION:
            return str(OrganisationKind(self.kind).label)
        return N_("the area itself")


@dataclass(frozen=True)
class Step:
    """One step: which loop is opened where, filled with what, when, and after which other steps.

    ``at_s`` counts from the start of the run; ``within_s`` from the moment it is opened until
    all of it should be done. ``done_at`` names stages at which an item counts as done besides
    those that close it.
    """

    name: str
    title: Both
    loop: str
    item_class: str
    each: Each
    form: Mapping[str, Any]
    at_s: int = 0
    after: tuple[str, ...] = ()
    within_s: int | None = None
    done_at: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RoleNeed:
    """So many posts of a role at each place, or for 1,000 people there, held for some hours on."""

    role: Role
    each: Each
    count: int | None
    per_1000: float | None
    hours: int
    qualification: str = ""

    @property
    def label(self) -> str:
        """The role in words, to be translated."""
        return NAMES[self.role]


class Per(StrEnum):
    """By what a quantity of stock is multiplied."""

    PERSON = "person"
    HOUSEHOLD = "household"
    PLACE = "place"


PER_NAMES: dict[str, str] = {
    Per.PERSON: N_("a person"),
    Per.HOUSEHOLD: N_("a household"),
    Per.PLACE: N_("a place"),
}


@dataclass(frozen=True)
class StockNeed:
    """So much of a resource: once or a day, for each person, household or place."""

    what: str
    name: Both
    unit: str
    per: Per
    each: Each  # of the places, where ``per`` is the place
    quantity: float | None  # once
    a_day: float | None
    days: int

    @property
    def of_one(self) -> float:
        """What one person, household or place needs in all."""
        return self.quantity if self.quantity is not None else (self.a_day or 0) * self.days


class PlaceSort(StrEnum):
    """What sort of place is needed."""

    BEDS = "beds"
    SITES = "sites"
    VEHICLES = "vehicles"


PLACE_NAMES: dict[str, str] = {
    PlaceSort.BEDS: N_("free beds"),
    PlaceSort.SITES: N_("sites"),
    PlaceSort.VEHICLES: N_("vehicles"),
}


@dataclass(frozen=True)
class PlaceNeed:
    """So many free beds of a category, sites of a kind, or vehicles of a kind with seats."""

    sort: PlaceSort
    kind: str  # of the site or vehicle; the category of the beds
    count: int | None
    per_1000: float | None
    severity: str = ""  # of beds: for people at least so ill
    seats: int = 0  # of a vehicle: at least so many

    @property
    def label(self) -> str:
        """The kind in words, to be translated."""
        if self.sort is PlaceSort.BEDS:
            return str(BedCategory(self.kind).label)
        if self.sort is PlaceSort.SITES:
            return str(SiteKind(self.kind).label)
        return str(VehicleKind(self.kind).label)

    @property
    def severity_label(self) -> str:
        """How ill, in words to be translated; empty where it does not matter."""
        return str(BedSeverity(self.severity).label) if self.severity else ""


@dataclass(frozen=True)
class Trigger:
    """When to start it: in words, and where records can tell, from which number on."""

    words: Both
    count: Term | None = None
    at_least: float = 0


@dataclass(frozen=True)
class Plan:
    """A whole plan, as it was read and found sound."""

    code: str
    title: Both
    purpose: Both
    mode: str
    phase: str
    days: int
    areas: frozenset[str]  # kinds of area it can be started for
    trigger: Trigger
    steps: tuple[Step, ...]
    roles: tuple[RoleNeed, ...] = ()
    stock: tuple[StockNeed, ...] = ()
    places: tuple[PlaceNeed, ...] = ()
    answer_s: int = ANSWER_S  # within which whoever is called says that they are here
    text: str = field(default="", repr=False, compare=False)

    def step(self, name: str) -> Step | None:
        """The step of that name, None if there is none."""
        return next((step for step in self.steps if step.name == name), None)

    @property
    def lasts_s(self) -> int:
        """How long it is meant to run, seconds."""
        return self.days * DAY_S

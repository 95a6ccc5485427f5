"""What is a plan made from? Places, beds, people to be moved, vehicles, crews and travel times.

All of it is immutable and made of small integers: seconds since the plan's start, metres, persons.
Ids are codes of records; no name, phone or diagnosis stands here, nor can it: there is no field.
Whatever happens somewhere refers to a place by its number, so that ten lots at one gate share one
row of the travel times.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.errors import N_, BadInput

WHOLE_NIGHT_S = 12 * 3_600  # assumed: how long vehicles and crews may be out unless said


class Category(StrEnum):
    """Who may not share a vehicle or a ward: the four categories (四类人员), and all others."""

    CONFIRMED = "confirmed"
    SUSPECTED = "suspected"
    FEVER = "fever"
    CONTACT = "contact"
    RECOVERED = "recovered"  # discharged, on the way to a recovery station or home
    ORDINARY = "ordinary"  # dialysis, pregnancy and other care that an emergency displaced


class Severity(StrEnum):
    """How ill, by the clinical grades of the China protocol of 2020; empty where not said."""

    UNKNOWN = ""
    MILD = "mild"
    ORDINARY = "ordinary"
    SEVERE = "severe"
    CRITICAL = "critical"


class Need(StrEnum):
    """What somebody needs on board or at the bed, beyond a seat and a bed."""

    STRETCHER = "stretcher"
    WHEELCHAIR = "wheelchair"
    OXYGEN = "oxygen"
    LIFE_SUPPORT = "life_support"
    DIALYSIS = "dialysis"
    INTENSIVE_CARE = "intensive_care"


class Group(StrEnum):
    """For whom a ward is meant, where it is not for everybody."""

    ANYBODY = ""
    WOMEN = "women"
    MEN = "men"
    CHILDREN = "children"


@dataclass(frozen=True, slots=True)
class Place:
    """A point that vehicles stop at; everything else refers to it by its number."""

    id: str
    lon: float  # degrees, WGS 84
    lat: float


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when something may begin, in seconds since the plan's start."""

    from_s: int = 0
    until_s: int = WHOLE_NIGHT_S

    def __post_init__(self) -> None:
        if self.from_s > self.until_s:
            raise BadInput(
                N_("A window ends at {until} s, before it begins at {begins} s. Turn it round."),
                until=self.until_s,
                begins=self.from_s,
            )

    def holds(self, at_s: int) -> bool:
        """Whether a moment lies in it."""
        return self.from_s <= at_s <= self.until_s


@dataclass(frozen=True, slots=True)
class BedClass:
    """Beds of one kind in one facility: who may lie there, and how many are free to be promised."""

    id: str
    category: Category
    severities: frozenset[Severity]
    free: int  # persons; neither occupied nor held, unless for a lot of this snapshot
    group: Group = Group.ANYBODY
    equipment: frozenset[Need] = frozenset()
    reserve: int = 0  # of those free, kept back for whoever comes on foot

    def __post_init__(self) -> None:
        _not_below_zero("beds", self.id, self.free)
        _not_below_zero("reserve", self.id, self.reserve)


@dataclass(frozen=True, slots=True)
class Facility:
    """A hospital, shelter or site that takes people in."""

    id: str
    place: int
    beds: tuple[BedClass, ...] = ()
    receiver: str = ""  # the account or post on duty that signs for arrivals; empty: nobody
    takes: Window = field(default_factory=Window)  # when arrivals are received
    unloading_s: int = 20  # assumed: a person handed over, in seconds


@dataclass(frozen=True, slots=True)
class Lot:
    """People at one place who need the same: the unit that is placed and picked up."""

    id: str
    place: int
    category: Category
    severity: Severity
    count: int  # persons
    needs: frozenset[Need] = frozenset()
    group: Group = Group.ANYBODY
    waiting_s: int = 0  # how long they have waited when the plan starts
    ready: Window = field(default_factory=Window)  # when boarding may begin
    ride_limit_s: int | None = None  # the longest on board; None: the rules' limit
    priority: int = 0  # 0 is ordinary; higher goes first
    confirmed: bool = False  # told, and agreed to leave

    def __post_init__(self) -> None:
        if self.count < 1:
            raise BadInput(
                N_("The group {lot} holds {count} persons. Give 1 or more, or leave it out."),
                lot=self.id,
                count=self.count,
            )


@dataclass(frozen=True, slots=True)
class Depot:
    """A yard or a warehouse: where vehicles begin, end and load."""

    id: str
    place: int
    open: Window = field(default_factory=Window)
    reload_s: int = 0  # seconds to load or to clean between two trips


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A bus or ambulance, and how many it takes beside its driver and escorts."""

    id: str
    depot: int
    seats: int  # persons seated, escorts not among them
    stretchers: int = 0
    wheelchairs: int = 0
    escort_seats: int = 2
    equipment: frozenset[Need] = frozenset()
    duty: Window = field(default_factory=Window)
    carries: frozenset[Category] = frozenset(Category)
    last_carried: Category | None = None  # not cleaned since it carried these
    most_trips: int = 8
    passes: frozenset[str] = frozenset()  # the permits it holds where roads are closed

    def __post_init__(self) -> None:
        if self.seats + self.stretchers < 1 or min(self.seats, self.stretchers) < 0:
            raise BadInput(
                N_(
                    "The vehicle {vehicle} has {seats} seats and {stretchers} stretchers. "
                    "Give it 1 or more of either, or leave it out."
                ),
                vehicle=self.id,
                seats=self.seats,
                stretchers=self.stretchers,
            )


@dataclass(frozen=True, slots=True)
class Crew:
    """Escorts who travel together; one of them may lead a convoy."""

    id: str
    depot: int
    escorts: int  # persons
    may_care_for: frozenset[Severity] = frozenset(Severity)
    protected: bool = True  # wears protection for the category carried
    leads_convoys: bool = False
    duty: Window = field(default_factory=Window)


@dataclass(frozen=True, slots=True)
class Rules:
    """What every run has to keep. Each value is an assumption a city replaces by its own."""

    ride_limit_s: int = 3_600  # assumed: longest on board, an hour
    stopping_s: int = 120  # assumed: of a stop, before anybody boards
    boarding_s: int = 20  # assumed: a person
    cleaning_s: int = 1_800  # assumed: decontamination between two categories in one vehicle
    persons_per_escort: tuple[tuple[Severity, int], ...] = (
        (Severity.UNKNOWN, 20),
        (Severity.MILD, 20),
        (Severity.ORDINARY, 20),
        (Severity.SEVERE, 4),
        (Severity.CRITICAL, 1),
    )  # assumed
    estimate_share: float = 0.7  # of the ride limit, where travel times are estimates (measured)


@dataclass(frozen=True, eq=False)
class Travel:
    """From every place to every place: seconds and metres, masked where there is no way.

    ``seconds`` and ``metres`` are masked arrays of int32, shape (places, places), from and to.
    What is masked cannot be reached; it has no number, and adding it up stays masked.
    """

    seconds: np.ma.MaskedArray[Any, Any]
    metres: np.ma.MaskedArray[Any, Any]
    roads_id: str  # the digest of the network, its closures and who drives
    estimate: bool = False  # no road map: great circle and detour, closures not honoured

    def __post_init__(self) -> None:
        shape = self.seconds.shape
        if len(shape) != 2 or shape[0] != shape[1] or self.metres.shape != shape:
            raise BadInput(
                N_("Travel times need one row and one column a place; got {seconds} and {metres}."),
                seconds=str(shape),
                metres=str(self.metres.shape),
            )

    def __len__(self) -> int:
        return int(self.seconds.shape[0])

    @property
    def reachable(self) -> NDArray[np.bool_]:
        """Whether there is a way, from and to."""
        return ~np.ma.getmaskarray(self.seconds)

    def seconds_between(self, a: int, b: int) -> int | None:
        """Seconds from one place to another; None where there is no way."""
        return self._plain_seconds[a][b]

    def metres_between(self, a: int, b: int) -> int | None:
        """Metres from one place to another; None where there is no way."""
        return self._plain_metres[a][b]

    @cached_property
    def _plain_seconds(self) -> list[list[int | None]]:
        """The same as lists with None for masked: a masked array takes long to give one number."""
        plain: list[list[int | None]] = self.seconds.tolist()
        return plain

    @cached_property
    def _plain_metres(self) -> list[list[int | None]]:
        plain: list[list[int | None]] = self.metres.tolist()
        return plain


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Everything a plan is made from, as it stood at one moment.

    ``travel`` is that of whoever holds all permits that any vehicle holds: nobody is quicker. What
    a vehicle drives stands in ``by_permit``, under its own permits, where they differ.
    """

    places: tuple[Place, ...]
    travel: Travel
    facilities: tuple[Facility, ...] = ()
    lots: tuple[Lot, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    crews: tuple[Crew, ...] = ()
    depots: tuple[Depot, ...] = ()
    rules: Rules = field(default_factory=Rules)
    by_permit: Mapping[frozenset[str], Travel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(len(t) != len(self.travel) for t in self.by_permit.values()):
            raise BadInput(N_("Travel times differ in their places by permit. Make them again."))
        if len(self.travel) != len(self.places):
            raise BadInput(
                N_("There are {places} places and travel times between {known}. Make them again."),
                places=len(self.places),
                known=len(self.travel),
            )
        n_places, n_depots = len(self.places), len(self.depots)
        at = [(facility.id, facility.place, n_places) for facility in self.facilities]
        at += [(lot.id, lot.place, n_places) for lot in self.lots]
        at += [(depot.id, depot.place, n_places) for depot in self.depots]
        at += [(vehicle.id, vehicle.depot, n_depots) for vehicle in self.vehicles]
        at += [(crew.id, crew.depot, n_depots) for crew in self.crews]
        for name, number, n_known in at:
            if not 0 <= number < n_known:
                raise BadInput(
                    N_("{row} refers to number {number}, and there are {known}. Correct it."),
                    row=name,
                    number=number,
                    known=n_known,
                )

    def travel_of(self, vehicle: Vehicle) -> Travel:
        """The travel times of a vehicle, on the roads that its permits leave open to it."""
        return self.by_permit.get(vehicle.passes, self.travel)


def _not_below_zero(what: str, name: str, value: int) -> None:
    if value < 0:
        raise BadInput(
            N_("{what} of {name} is {value}. Give 0 or more."), what=what, name=name, value=value
        )

"""What is a plan? Trips with their stops and the roads between, who is left, and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from linli.analysis.dispatch.snapshot import Category
from linli.errors import Problem


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence with its values, told in the reader's language as a Problem's is."""

    code: str
    sentence: str
    values: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, code: str, sentence: str, /, **values: Any) -> "Reason":
        """A reason with its values in the order given."""
        return cls(code, sentence, tuple(values.items()))

    def tell(self, translate: Callable[[str], str] = str) -> str:
        """Say it in the language that ``translate`` turns our English into."""
        return Problem(self.sentence, **dict(self.values)).tell(translate)


@dataclass(frozen=True, slots=True)
class Placed:
    """Persons of one lot who got beds of one class in one facility. All numbers are indices."""

    lot: int
    facility: int
    bed: int  # which of the facility's bed classes
    count: int  # persons
    confirmed: bool = False  # the facility said yes; only these may depart
    because: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """Persons who board or leave together: so many of one placement."""

    placed: int  # index into the plan's placements
    count: int  # persons


class StopKind(StrEnum):
    """What happens at a stop."""

    YARD = "yard"
    PICK_UP = "pick_up"
    HAND_OVER = "hand_over"
    CLEANING = "cleaning"
    RELOAD = "reload"
    DELIVERY = "delivery"
    ON_THE_ROAD = "on_the_road"  # where a vehicle stood when a plan was mended


@dataclass(frozen=True, slots=True)
class Stop:
    """A vehicle at a place, in seconds since the plan's start."""

    kind: StopKind
    place: int
    arrive_s: int
    begin_s: int  # service begins; later than the arrival where it waits for a window
    leave_s: int
    boards: tuple[Party, ...] = ()
    leaves: tuple[Party, ...] = ()


@dataclass(frozen=True, slots=True)
class Leg:
    """The way from one stop to the next."""

    depart_s: int
    arrive_s: int
    metres: int
    arcs: tuple[int, ...] | None = None  # of the network, in order; None where it is an estimate

    @property
    def seconds(self) -> int:
        """How long it takes."""
        return self.arrive_s - self.depart_s


@dataclass(frozen=True, slots=True)
class Trip:
    """One vehicle from one yard visit to the next, one category, one facility: legs join stops."""

    id: str
    vehicle: int
    stops: tuple[Stop, ...]
    legs: tuple[Leg, ...]  # one fewer than the stops
    category: Category | None = None  # None: goods
    facility: int | None = None
    crew: int | None = None  # planned after the runs
    load: tuple[int, ...] = ()  # the most on board: seats, stretchers, wheelchairs; or of goods
    longest_ride_s: int = 0
    because: tuple[Reason, ...] = ()

    @property
    def depart_s(self) -> int:
        """When it leaves its first stop."""
        return self.stops[0].leave_s

    @property
    def arrive_s(self) -> int:
        """When its last passengers arrive where they go, or its last stop is reached."""
        over = [stop.arrive_s for stop in self.stops if stop.leaves]
        return max(over, default=self.stops[-1].arrive_s)

    @property
    def driving_s(self) -> int:
        """Seconds on the road."""
        return sum(leg.seconds for leg in self.legs)

    @property
    def persons(self) -> int:
        """Who boards on it, or was on board."""
        return sum(party.count for stop in self.stops for party in stop.leaves)


@dataclass(frozen=True, slots=True)
class Unserved:
    """Persons whom the plan does not move, and why, and what would help."""

    lot: int
    count: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Worth:
    """What an operator looks at, in this order; the smaller is the better plan."""

    unserved: int  # persons
    last_arrival_s: int
    longest_ride_s: int
    driving_s: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Trips, who is left, and all that an inquiry needs to make the very same plan again."""

    placed: tuple[Placed, ...]
    trips: tuple[Trip, ...]
    unserved: tuple[Unserved, ...]
    worth: Worth
    bound: Worth  # no plan can be better in any of these, each taken alone
    seed: int
    iterations: int
    roads_id: str
    estimate: bool
    versions: tuple[tuple[str, str], ...] = ()  # of the engines, by name
    reasons: tuple[Reason, ...] = ()
    figures: Mapping[str, int] = field(default_factory=dict, hash=False)  # such as trips at least

    def gap(self) -> tuple[float | None, ...]:
        """How far each part of the worth is above its bound, as a share; None where that is 0."""
        pairs = (
            (self.worth.last_arrival_s, self.bound.last_arrival_s),
            (self.worth.longest_ride_s, self.bound.longest_ride_s),
            (self.worth.driving_s, self.bound.driving_s),
        )
        return tuple(seen / least - 1 if least else None for seen, least in pairs)

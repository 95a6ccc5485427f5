"""What is a layer of the map? The pure words: its name, figures, who may see it, its legend."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from linli.errors import N_
from linli.policy.roles import Role
from linli.registry.areas import Area, Tier

MOST_CLASSES = 6  # more shades than these cannot be told apart (Brewer: at most seven)


class Form(StrEnum):
    """How a figure is written."""

    COUNT = "count"
    SHARE = "share"  # 0 to 1, written in per cent
    DENSITY = "density"


class Ramp(StrEnum):
    """Which colours a layer is painted in; light is little, dark is much."""

    WATER = "water"  # work in hand
    HEAT = "heat"  # what needs somebody
    LEAF = "leaf"  # what goes well
    DUSK = "dusk"  # what the city is like


class Discloses(StrEnum):
    """Whom a layer's figures could give away."""

    WORK = "work"  # pieces of work: exact, to those who answer for them
    PEOPLE = "people"  # residents: small figures are withheld


class Gap(StrEnum):
    """Why there is no figure; never shown as zero."""

    UNKNOWN = "unknown"
    FEW = "few"
    WITHHELD = "withheld"
    OUTSIDE = "outside"


GAP_NAMES: dict[Gap, str] = {
    Gap.UNKNOWN: N_("not known"),
    Gap.FEW: N_("too few to tell"),
    Gap.WITHHELD: N_("withheld"),
    Gap.OUTSIDE: N_("not your area"),
}
GAP_SENTENCES: dict[Gap, str] = {
    Gap.UNKNOWN: N_("No figure is recorded."),
    Gap.FEW: N_("Fewer than 10 cases: a rate would mislead."),
    Gap.WITHHELD: N_("So few people that somebody could be recognised."),
    Gap.OUTSIDE: N_("Figures are shown for the area you answer for."),
}


@dataclass(frozen=True)
class Measure:
    """One figure of a layer; the first measure of a layer is the one painted.

    ``opens`` are the filters of the list that a count of work opens, the same items it counts.
    """

    name: str
    title: str
    form: Form = Form.COUNT
    opens: Mapping[str, str | int | bool] | None = None  # fields of loops.find.Filters


Values = tuple[float | None, ...]  # in the order of the layer's measures


@dataclass(frozen=True)
class Figure:
    """What a layer says of one area; ``gap`` tells why the painted value is missing.

    ``people`` is how many residents the values tell of, for layers that disclose people.
    """

    values: Values
    gap: Gap | None = None
    people: int | None = None


@dataclass(frozen=True)
class Sight:
    """What is looked at: an area, and those below it at one tier.

    ``parts`` are the paths of the viewer's own grids in an area that is not wholly theirs.
    """

    area: Area
    tier: Tier
    children: tuple[Area, ...]
    exercise: bool = False
    parts: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def everywhere(self) -> tuple[Area, ...]:
        """The area itself, then those below it."""
        return (self.area, *self.children)


@dataclass(frozen=True)
class Layer:
    """One layer. ``read`` answers with a figure for each area of a sight that it knows of."""

    name: str
    title: str
    shows: str  # one sentence
    measures: tuple[Measure, ...]
    roles: frozenset[Role]  # who may see the figures
    ramp: Ramp
    read: Callable[[Sight], Mapping[int, Figure]]
    lists: frozenset[Role] = frozenset()  # who may open the lists behind the counts
    discloses: Discloses = Discloses.WORK
    scoped: bool = True  # figures only for the viewer's own areas; else published to all of roles
    bounds: tuple[float, ...] | None = None  # where classes begin; None: from the values
    order: int = 100
    notes: tuple[str, ...] = field(default=())  # what a reader has to know
    dated: Callable[[Sight], date | None] | None = None  # the day of figures that do not live

    @property
    def painted(self) -> Measure:
        """The measure that the colours stand for."""
        return self.measures[0]

    def __post_init__(self) -> None:
        if not self.measures:
            raise ValueError(f"The layer {self.name} has no measure.")
        if self.discloses is Discloses.PEOPLE and any(measure.opens for measure in self.measures):
            raise ValueError(f"{self.name} tells of people and would open a list of them.")
        if self.bounds is not None and (
            len(self.bounds) > MOST_CLASSES or list(self.bounds) != sorted(set(self.bounds))
        ):
            raise ValueError(f"The bounds of {self.name} must rise, at most {MOST_CLASSES}.")

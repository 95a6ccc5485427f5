"""Which steps does an evaluation take, with which choices? One frozen, typed recipe."""

import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from hashlib import sha256
from typing import Any

from linli.errors import N_, BadInput


class Impute(StrEnum):
    """What stands in for a missing value; `none` leaves it out and says so."""

    NONE = "none"
    MEAN = "mean"
    MEDIAN = "median"
    GROUP_MEAN = "group_mean"
    GROUP_MEDIAN = "group_median"
    EM = "em"


class Treat(StrEnum):
    """What is done about outliers."""

    NONE = "none"
    WINSORISE = "winsorise"
    LOG = "log"
    BOX_COX = "box_cox"


class Normalise(StrEnum):
    """How indicators of different units come on one scale."""

    GOALPOSTS = "goalposts"
    MIN_MAX = "min_max"
    Z_SCORE = "z_score"
    PERCENTILE = "percentile"
    TARGET = "target"
    BORDA = "borda"
    CATEGORIES = "categories"
    NONE = "none"


class Weighting(StrEnum):
    """Where the weights of indicators come from; groups keep those of the framework."""

    GIVEN = "given"
    EQUAL = "equal"
    ENTROPY = "entropy"
    CRITIC = "critic"
    MEREC = "merec"
    PCA = "pca"


class Aggregate(StrEnum):
    """How the parts of a group become one number."""

    ARITHMETIC = "arithmetic"
    GEOMETRIC = "geometric"
    HARMONIC = "harmonic"
    POWER = "power"
    SUM = "sum"
    MPI = "mpi"


@dataclass(frozen=True)
class Recipe:
    """All choices of one evaluation.

    Shares are 0 to 1; `levels` runs from the indicators upwards, and its last word holds for all
    levels above.
    """

    phase: str | None = None
    least_share: float = 2 / 3  # of a group's indicators that must be there; assumed
    impute: Impute = Impute.NONE
    treat: Treat = Treat.NONE
    most_skew: float = 2.0  # Groeneveld and Meeden's bound as used by COINr
    most_kurtosis: float = 3.5  # excess; the same source
    most_winsorised: int = 5  # points an indicator; the same source
    normalise: Normalise = Normalise.GOALPOSTS
    scale: float = 100.0
    decimals: int | None = None  # rounding of normalised values and sums, as CDC's index needs
    within_groups: bool = False  # compare a unit only with units of its group
    n_categories: int = 5
    weighting: Weighting = Weighting.GIVEN
    levels: tuple[Aggregate, ...] = (Aggregate.ARITHMETIC,)
    power: float = 0.5  # exponent of Aggregate.POWER
    floor: float = 0.0  # what normalised values are raised to before a geometric mean

    def __post_init__(self) -> None:
        if not 0 < self.least_share <= 1:
            raise BadInput(
                N_("least_share is {given}; give a share above 0 and up to 1."),
                given=self.least_share,
            )
        if not self.levels:
            raise BadInput(N_("levels is empty; name at least one way to aggregate."))
        if self.power == 0:
            raise BadInput(N_("power is 0; use the geometric mean for that."))

    def at_level(self, level: int) -> Aggregate:
        """How groups of this level are aggregated; 0 are the groups of indicators."""
        return self.levels[min(level, len(self.levels) - 1)]

    def fingerprint(self) -> str:
        """The same for the same choices, on any machine."""
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


def recipe_from(said: dict[str, Any]) -> Recipe:
    """A recipe from words, as a framework's head or a file holds them; raises BadInput."""
    enums = {"impute": Impute, "treat": Treat, "normalise": Normalise, "weighting": Weighting}
    known = {f.name: f.type for f in fields(Recipe)}
    chosen: dict[str, Any] = {}
    for key, value in said.items():
        if key not in known:
            raise BadInput(
                N_("{given} is no choice of a recipe. Choose among: {known}."),
                given=key,
                known=tuple(known),
            )
        if key == "levels":
            parts = value.split("|") if isinstance(value, str) else value
            chosen[key] = tuple(_word(Aggregate, part, key) for part in parts)
        elif key in enums:
            chosen[key] = _word(enums[key], value, key)
        elif key == "phase":
            chosen[key] = value or None
        elif key == "within_groups":
            chosen[key] = str(value).lower() in {"true", "1", "yes"}
        else:
            chosen[key] = _number(value, key, whole=key in {"decimals", "n_categories"})
    return Recipe(**chosen)


def _word(of: type[StrEnum], said: Any, key: str) -> StrEnum:
    if str(said) not in set(of):
        raise BadInput(
            N_("{key} is {given}. Choose one of: {known}."), key=key, given=said, known=tuple(of)
        )
    return of(str(said))


def _number(said: Any, key: str, *, whole: bool) -> float:
    try:
        return int(said) if whole else float(said)
    except (TypeError, ValueError):
        raise BadInput(N_("{key} is {given}, which is no number."), key=key, given=said) from None

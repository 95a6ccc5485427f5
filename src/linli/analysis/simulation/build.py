"""How does a city come about: from a table of grids with totals, or from census facts alone?

Households get the census's sizes and ages, adults a workplace, children a class, some adults the
response. Everything is drawn from one generator, so that the same seed builds the same city.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.city import NOWHERE, Areas, City, Contacts, WrongCity
from linli.errors import N_, Phrase

# Shares of family households by size, 1 to 10 and more: Fujian statistical yearbook 2021, table 3-6
# (2020; no table for Wuhan was found). Tilted until the mean is the one asked for.
SIZE_SHARES = (27.3, 26.3, 19.4, 14.2, 6.9, 4.0, 1.1, 0.4, 0.2, 0.2)
# People by age, Wuhan, census 2020: shares of 0-14, 15-59, 60-64 and 65 and over.
AGE_SHARES = ((0, 15, 0.1305), (15, 60, 0.6972), (60, 65, 0.0542), (65, 95, 0.1181))
OLDEST_FALL = 0.08  # how much rarer each year after 65 is than the one before; assumed
GRID_COLUMNS = ("grid", "compound", "community", "district", "people")
WORKING_AGES = (18, 60)
SCHOOL_AGES = (3, 18)
MOST_PEOPLE = 100_000_000
LARGEST_PLACE = 1_000_000  # people who work in one
# Years by which each of a household is older than its head: partner, children, elders; assumed.
WITHIN_YEARS = np.array([0, -2, -28, -28, 27], dtype=np.float32)
FINE = 64  # parts of a year by which people are ordered
HOUSEHOLDS_AT_ONCE = 200_000


@dataclass(frozen=True)
class CityPlan:
    """What a city is drawn by. Shares are of all people unless they say otherwise."""

    household_size: float = 2.47  # people, Wuhan, census 2020
    size_shares: tuple[float, ...] = SIZE_SHARES
    age_shares: tuple[tuple[int, int, float], ...] = AGE_SHARES
    floating: float = 0.32  # census 2020: 3.95 million of 12.33
    employed: float = 0.72  # of working age; assumed
    workplace_size: float = 20.0  # people; assumed
    class_size: float = 40.0  # pupils; assumed
    near_work: float = 0.4  # of the employed, who work in their own district; assumed
    response: float = 0.004  # riders, volunteers, testers; assumed, 1 for about 100 households
    contacts: Contacts = field(default_factory=Contacts)

    def __post_init__(self) -> None:
        for name in ("floating", "employed", "near_work", "response"):
            if not 0 <= getattr(self, name) <= 1:
                raise WrongCity(
                    reason=Phrase(
                        N_("{name} is {value}; a share is 0 to 1."),
                        name=name,
                        value=getattr(self, name),
                    )
                )
        for name in ("workplace_size", "class_size"):
            if not 2 <= getattr(self, name) <= LARGEST_PLACE:
                raise WrongCity(
                    reason=Phrase(
                        N_("{name} is {value}; give 2 to {most:,}."),
                        name=name,
                        value=getattr(self, name),
                        most=LARGEST_PLACE,
                    )
                )
        if not 1 <= self.household_size <= len(self.size_shares):
            most = len(self.size_shares)
            raise WrongCity(
                reason=Phrase(
                    N_("household_size is {household_size}; give a mean of 1 to {most}."),
                    household_size=self.household_size,
                    most=most,
                )
            )
        for name, value in vars(self.contacts).items():
            if not 0 <= value <= 200:
                raise WrongCity(
                    reason=Phrase(
                        N_("contacts.{name} is {value}; give 0 to 200 a day."),
                        name=name,
                        value=value,
                    )
                )


@dataclass(frozen=True)
class Grids:
    """A table of grids, sorted so that each compound, community and district is one range."""

    names: tuple[str, ...]
    compound: tuple[str, ...]  # of each grid
    community: tuple[str, ...]
    district: tuple[str, ...]
    people: NDArray[np.int64]


def read_grids(text: str) -> Grids:
    """Read a CSV of grids: grid, compound, community, district, people; raises WrongCity."""
    try:
        rows = list(csv.DictReader(text.splitlines()))
    except csv.Error as error:
        raise WrongCity(
            reason=Phrase(N_("the table of grids cannot be read: {error}."), error=str(error))
        ) from None
    missing = [c for c in GRID_COLUMNS if not rows or c not in rows[0]]
    if missing:
        raise WrongCity(
            reason=Phrase(
                N_("the table of grids lacks {value}. Add the columns."), value=tuple(missing)
            )
        )
    made = []
    for line, row in enumerate(rows, start=2):
        said = (row["people"] or "").strip()
        if not (said.isascii() and said.isdigit() and len(said.lstrip("0")) < 10):
            raise WrongCity(
                reason=Phrase(
                    N_("line {line}: people is {value}. Give a number."),
                    line=line,
                    value=said or "empty",
                )
            )
        cells = [(row[c] or "").strip() for c in GRID_COLUMNS[:4]]
        if not all(cells):
            raise WrongCity(
                reason=Phrase(N_("line {value}: grid and areas need a name each."), value=line)
            )
        made.append((*cells[::-1], int(said)))
    made.sort(key=lambda r: r[:3])  # grids keep the table's order within their compound
    seen: set[str] = set()
    for _, _, _, grid, _ in made:
        if grid in seen:
            raise WrongCity(
                reason=Phrase(N_("grid {value} stands twice. Name each once."), value=grid)
            )
        seen.add(str(grid))
    district, community, compound, grid, people = zip(*made, strict=True)
    return Grids(grid, compound, community, district, np.array(people, dtype=np.int64))


def even_grids(
    n_people: int,
    *,
    grid: int = 850,
    compound: int = 1550,
    community: int = 8770,
    n_districts: int = 13,
) -> Grids:
    """Grids of about equal size, with Wuhan's numbers of people for each kind of area."""
    if not 0 < n_people <= MOST_PEOPLE:
        raise WrongCity(
            reason=Phrase(
                N_("it has {people} people. Give 1 to {most:,}."), people=n_people, most=MOST_PEOPLE
            )
        )
    n_compounds = max(1, round(n_people / compound))
    n_grids = max(n_compounds, round(n_people / grid))
    n_communities = max(1, min(n_compounds, round(n_people / community)))
    n_districts = max(1, min(n_districts, n_communities))
    of = np.arange(n_grids) * n_compounds // n_grids
    held = of * n_communities // n_compounds
    lies = held * n_districts // n_communities
    people = np.diff(np.arange(n_grids + 1) * n_people // n_grids)
    return Grids(
        tuple(f"G{n + 1}" for n in range(n_grids)),
        tuple(f"X{n + 1}" for n in of),
        tuple(f"C{n + 1}" for n in held),
        tuple(f"D{n + 1}" for n in lies),
        people,
    )


def build(grids: Grids, plan: CityPlan, rng: np.random.Generator) -> City:
    """Draw the people of a city."""
    n_people = int(grids.people.sum())
    if not n_people:
        raise WrongCity(reason=Phrase(N_("it has no people. Give its grids some.")))
    if n_people > MOST_PEOPLE:
        raise WrongCity(
            reason=Phrase(
                N_("it has {people:,} people. Give at most {most:,}."),
                people=n_people,
                most=MOST_PEOPLE,
            )
        )
    start = np.concatenate([[0], np.cumsum(grids.people)])
    levels = {
        "grid": Areas(grids.names, start),
        "compound": _joined(grids.compound, grids.community, start),
        "community": _joined(grids.community, grids.district, start),
        "district": _joined(grids.district, ("",) * len(grids.names), start),
    }
    starts = _households(plan, start, levels["compound"], rng)
    sizes = np.diff(starts)
    household = np.repeat(np.arange(len(sizes), dtype=np.uint32), sizes)
    age = _ages(plan, starts, sizes, rng)
    compound = levels["compound"].of(starts[:-1]).astype(np.uint32)
    floating = rng.random(len(sizes), dtype=np.float32) < plan.floating
    return settle(plan, Homes(household, starts, compound, age, floating), levels, rng)


@dataclass(frozen=True, eq=False)
class Homes:
    """Who lives where: people (household, age) and households (start, compound, floating)."""

    household: NDArray[np.uint32]
    starts: NDArray[np.int64]
    compound: NDArray[np.uint32]
    age: NDArray[np.uint8]
    floating: NDArray[np.bool_]


def settle(
    plan: CityPlan, homes: Homes, levels: dict[str, Areas], rng: np.random.Generator
) -> City:
    """Give people who live somewhere their classes, their work, and some the response."""
    age, n_people = homes.age, len(homes.age)
    places = _places(plan, age, levels, rng)
    adult = (age >= WORKING_AGES[0]) & (age < WORKING_AGES[1])
    serves = np.flatnonzero(adult)
    share = min(1.0, plan.response * n_people / max(len(serves), 1))
    serves = serves[rng.random(len(serves), dtype=np.float32) < share]
    return City(
        age=age, household=homes.household, household_start=homes.starts.astype(np.uint32),
        household_compound=homes.compound, place=places[0], place_start=places[1],
        members=places[2], n_schools=places[3], responder=serves.astype(np.uint32),
        household_floating=homes.floating,
        contacts=plan.contacts, **levels,
    )  # fmt: skip


def _joined(names: Sequence[str], above: Sequence[str], start: NDArray[np.int64]) -> Areas:
    """Neighbouring grids of one name and one area above are one area."""
    first = [
        n
        for n in range(len(names))
        if not n or (names[n], above[n]) != (names[n - 1], above[n - 1])
    ]
    chosen = tuple(names[n] for n in first)
    if len(set(chosen)) < len(chosen):
        twice = next(n for k, n in enumerate(chosen) if n in chosen[:k])
        raise WrongCity(
            reason=Phrase(
                N_("{value} lies in two areas. Give each of them a name of its own."), value=twice
            )
        )
    return Areas(chosen, np.append(start[:-1][first], start[-1]))


def _households(
    plan: CityPlan, start: NDArray[np.int64], compound: Areas, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Where each household begins; where a grid ends, a household ends."""
    shares = _tilted(np.array(plan.size_shares, dtype=float), plan.household_size)
    people = np.diff(compound.start)
    small = np.flatnonzero((people > 0) & (people < plan.household_size))
    if len(small):
        raise WrongCity(
            reason=Phrase(
                N_(
                    "a household of {size} is larger than compound {compound} with {people} "
                    "people. Give smaller households."
                ),
                size=plan.household_size,
                compound=compound.names[small[0]],
                people=people[small[0]],
            )
        )
    n_people = int(start[-1])
    n = int(n_people / plan.household_size * 1.02) + 100
    ends = np.cumsum(rng.choice(len(shares), size=n, p=shares).astype(np.int32) + 1)
    while ends[-1] < n_people:
        more = rng.choice(len(shares), size=n // 10 + 100, p=shares) + 1
        ends = np.concatenate([ends, ends[-1] + np.cumsum(more)])
    return np.union1d(ends[ends < n_people], start)


def _tilted(shares: NDArray[np.float64], mean: float) -> NDArray[np.float64]:
    """Shares with the mean asked for, as near to those given as can be (exponential tilting)."""
    sizes = np.arange(1, len(shares) + 1)
    low, high = -20.0, 20.0
    for _ in range(80):
        tilt = (low + high) / 2
        weights = shares * np.exp(tilt * (sizes - mean))
        weights /= weights.sum()
        low, high = (tilt, high) if weights @ sizes < mean else (low, tilt)
    return weights


def _ages(
    plan: CityPlan, starts: NDArray[np.int64], sizes: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Ages with the census's shares, and couples, children and grandparents where they belong."""
    rough = np.empty(int(starts[-1]), dtype=np.int16)  # years times FINE
    for first in range(0, len(sizes), HOUSEHOLDS_AT_ONCE):
        some = sizes[first : first + HOUSEHOLDS_AT_ONCE]
        head = rng.uniform(22, 85, len(some)).astype(np.float32)
        grown = some >= 3
        head[grown] = rng.uniform(25, 55, int(grown.sum()))
        home = np.repeat(np.arange(len(some)), some)
        within = np.arange(len(home)) - np.repeat(np.cumsum(some) - some, some)
        years = head[home] + WITHIN_YEARS[np.minimum(within, len(WITHIN_YEARS) - 1)]
        years += rng.normal(0, 3, len(home)).astype(np.float32)
        begin = int(starts[first])
        rough[begin : begin + len(home)] = np.clip(years, 0, 110) * FINE
    return _as_census(plan, rough)


def _as_census(plan: CityPlan, rough: NDArray[np.int16]) -> NDArray[np.uint8]:
    """The same order of ages, and as many of each year as the census has."""
    per_year = np.zeros(111)
    for begin, end, share in plan.age_shares:
        years = np.arange(begin, end)
        fall = (1 - OLDEST_FALL) ** np.maximum(0, years - 65)
        per_year[begin:end] += share * fall / fall.sum()
    rank = np.cumsum(np.bincount(rough, minlength=111 * FINE)) / len(rough)
    year = np.searchsorted(np.cumsum(per_year) / per_year.sum(), rank - 1e-9)
    return np.minimum(year, 110).astype(np.uint8)[rough]


def _places(
    plan: CityPlan, age: NDArray[np.uint8], levels: dict[str, Areas], rng: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.uint32], NDArray[np.uint32], int]:
    """Classes of pupils of one community, then workplaces, some near and some across the city."""
    pupils = np.flatnonzero((age >= SCHOOL_AGES[0]) & (age < SCHOOL_AGES[1]))
    key = rng.random(len(pupils), dtype=np.float32) + levels["community"].of(pupils)
    pupils = pupils[np.argsort(key)].astype(np.uint32)
    grown = np.flatnonzero((age >= WORKING_AGES[0]) & (age < WORKING_AGES[1]))
    grown = grown[rng.random(len(grown), dtype=np.float32) < plan.employed].astype(np.uint32)
    n_districts = len(levels["district"])
    near = rng.random(len(grown), dtype=np.float32) < plan.near_work
    key = rng.random(len(grown), dtype=np.float32)
    key[near] += levels["district"].of(grown[near])
    key[~near] *= n_districts
    grown = grown[np.argsort(key)]
    n_classes = -(-len(pupils) // max(1, int(plan.class_size)))
    classes = np.arange(n_classes + 1) * len(pupils) // max(n_classes, 1)
    # Firms differ a lot in size: a lognormal with a spread of one, assumed.
    n_firms = int(len(grown) / plan.workplace_size * 3) + 10
    firms = rng.lognormal(np.log(plan.workplace_size) - 0.5, 1.0, n_firms)
    firms = np.cumsum(np.maximum(1, firms.round()).astype(np.int64))
    firms = np.append(firms[firms < len(grown)], len(grown))
    starts = np.concatenate([classes[:-1], len(pupils) + np.append(0, firms)]).astype(np.uint32)
    members = np.concatenate([pupils, grown])
    place = np.full(len(age), NOWHERE, dtype=np.int32)
    sizes = starts[1:].astype(np.int64) - starts[:-1]
    place[members] = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    return place, starts, members, n_classes

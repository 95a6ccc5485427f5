"""Who lives in one district? Buildings, households and people, from the facts and a seed.

A district is made whole and by itself, from its own generator, so that a city of twelve million
passes through memory district by district and each comes out the same in any order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from enum import IntFlag
from typing import Self

import numpy as np
from numpy.typing import NDArray

from linli.demo.dice import generator
from linli.demo.frame import LINE, Frame
from linli.demo.households import (
    COLLECTIVE_SHAPE,
    ELDER,
    HEAD,
    MATE,
    PARTNER,
    family_shape,
    roles_and_ages,
    sizes_that_sum,
)
from linli.demo.people_names import Names, given_names, surnames
from linli.demo.quotas import Quotas
from linli.demo.tables import fact

FLATS_PER_BUILDING = 60  # households in a building of a compound; assumed
HOUSES_PER_HAMLET = 30  # households in a hamlet of a village; assumed
FLATS_PER_FLOOR = 4
BUILDING_REACH = 0.0004  # degrees around the point of a compound, about 40 m; assumed
FLOATING_IN_COLLECTIVE = 0.85  # of people in dormitories; assumed
LONE_ELDER_AGE = 65
PHONE_FROM_AGE, PHONE_OLD_AGE = 12, 80
PHONE_SHARE = (0.55, 0.97, 0.60)  # of the young, of adults, of the old; assumed
PHONE_BASE = 999_1_00_00000000  # +999 is assigned to no country: these numbers reach nobody
PHONE_PRIME = 99_999_989  # the largest prime below 10**8
PREGNANT_AGES = (20, 40)


class Need(IntFlag):
    """What somebody needs that every service should know; a person may have several."""

    LONE_ELDER = 1
    WHEELCHAIR = 2
    DIALYSIS = 4
    PREGNANT = 8
    INFANT = 16
    SPECIAL_CARE = 32
    REPEAT_MEDICINE = 64


RATES = {  # share of people by age: below 18, 18 to 64, 65 and over; assumed
    Need.WHEELCHAIR: (0.001, 0.003, 0.035),
    Need.DIALYSIS: (0.0, 0.0004, 0.0022),
    Need.SPECIAL_CARE: (0.004, 0.008, 0.020),
    Need.REPEAT_MEDICINE: (0.005, 0.060, 0.480),
}
PREGNANT_SHARE = 0.035  # of women aged 20 to 39; assumed from about 10 births per 1,000 people


@dataclass(frozen=True)
class Residents:
    """Columns of three tables; row numbers of areas are the city's, the others are local.

    ``households`` and ``people`` refer to rows of the same object; joining renumbers them.
    """

    building_area: NDArray  # a compound, or a village without compounds
    building_number: NDArray  # from 1, within its area
    building_lon: NDArray
    building_lat: NDArray
    household_building: NDArray
    household_community: NDArray
    household_grid: NDArray
    household_number: NDArray  # from 0, within its building
    household_collective: NDArray
    household_size: NDArray
    person_household: NDArray
    person_role: NDArray
    person_male: NDArray
    person_born: NDArray  # datetime64[D]
    person_surname: NDArray
    person_first: NDArray
    person_second: NDArray
    person_needs: NDArray  # bits of Need
    person_floating: NDArray
    person_phone: NDArray  # digits after the plus sign; 0: none

    @property
    def names(self) -> Names:
        """The names of all people, as numbers of the table."""
        return Names(self.person_surname, self.person_first, self.person_second)

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """Several districts as one, with building and household numbers carried on."""
        columns = {f.name: [getattr(p, f.name) for p in parts] for f in fields(cls)}
        for column, counted in (
            ("household_building", "building_area"),
            ("person_household", "household_size"),
        ):
            before = 0
            for i, part in enumerate(parts):
                columns[column][i] = columns[column][i] + np.int32(before)
                before += len(getattr(part, counted))
        return cls(**{name: np.concatenate(values) for name, values in columns.items()})


def residents_by_district(
    frame: Frame, quotas: Quotas, *, today: date
) -> Iterator[tuple[int, Residents]]:
    """Each district's row number with its residents, in the order of the areas."""
    for district in frame.rows("district"):
        yield int(district), residents_of(frame, quotas, int(district), today=today)


def residents_of(frame: Frame, quotas: Quotas, district: int, *, today: date) -> Residents:
    """Make up the residents of one district."""
    rng = generator(frame.seed, "residents", str(frame.areas.code[district]))
    here = np.flatnonzero(frame.district_of == district)
    community, collective = _households(here, quotas, rng)
    size = np.zeros(len(community), dtype=np.int8)
    at = int(district - frame.blocks["district"].start)
    for kind, people, shape in (
        (False, quotas.family_people[at], family_shape(quotas.mean_family)),
        (True, quotas.collective_people[at], COLLECTIVE_SHAPE / COLLECTIVE_SHAPE.sum()),
    ):
        rows = np.flatnonzero(collective == kind)
        size[rows] = sizes_that_sum(len(rows), int(people), shape, rng)
    homes = _homes(frame, community, rng)
    return Residents(
        **homes,
        household_collective=collective,
        household_size=size,
        **_people(size, collective, at, today, rng),
    )


def _households(
    here: NDArray, quotas: Quotas, rng: np.random.Generator
) -> tuple[NDArray, NDArray[np.bool_]]:
    """Community number of every household, in order, and whether it is a collective one."""
    community = np.concatenate(
        [np.repeat(here, quotas.families[here]), np.repeat(here, quotas.collectives[here])]
    )
    collective = np.arange(len(community)) >= quotas.families[here].sum()
    order = np.lexsort((rng.random(len(community)), community))
    return community[order], collective[order]


def _homes(frame: Frame, community: NDArray, rng: np.random.Generator) -> dict[str, NDArray]:
    """Put households evenly along the line of their community; cut compounds into buildings."""
    n = np.bincount(community, minlength=len(frame.weight))
    rank = np.arange(len(community)) - np.searchsorted(community, community)
    step = ((rank + 0.5) / n[community] * LINE).astype(np.int64)
    key = community * LINE + step
    grid = np.searchsorted(frame.grid_start, key, side="right") - 1
    compound = np.searchsorted(frame.compound_start, key, side="right") - 1
    urban = (compound >= 0) & (frame.compound_start[compound] // LINE == community)
    area = np.where(
        urban,
        compound + frame.blocks["compound"].start,
        community + frame.blocks["community"].start,
    )
    areas, first, count = np.unique(area, return_index=True, return_counts=True)
    in_order = np.argsort(first)
    areas, first, count = areas[in_order], first[in_order], count[in_order]
    roomy = areas >= frame.blocks["compound"].start
    per_building = np.where(roomy, FLATS_PER_BUILDING, HOUSES_PER_HAMLET)
    buildings = -(-count // per_building)
    start = np.cumsum(buildings) - buildings
    own = np.repeat(np.arange(len(areas)), count)
    place = np.arange(len(area)) - first[own]
    local = place * buildings[own] // count[own]
    building = start[own] + local
    building_area = np.repeat(areas, buildings)
    shift = rng.uniform(-BUILDING_REACH, BUILDING_REACH, (2, len(building_area)))
    return {
        "building_area": building_area.astype(np.int32),
        "building_number": (np.arange(len(building_area)) - np.repeat(start, buildings) + 1).astype(
            np.int16
        ),
        "building_lon": (frame.areas.lon[building_area] + shift[0]).round(6),
        "building_lat": (frame.areas.lat[building_area] + shift[1]).round(6),
        "household_building": building.astype(np.int32),
        "household_community": (community + frame.blocks["community"].start).astype(np.int32),
        "household_grid": (grid + frame.blocks["grid"].start).astype(np.int32),
        "household_number": (np.arange(len(area)) - np.searchsorted(building, building)).astype(
            np.int16
        ),
    }


def _people(
    size: NDArray, collective: NDArray, district: int, today: date, rng: np.random.Generator
) -> dict[str, NDArray]:
    role, age = roles_and_ages(size, collective, rng)
    household = np.repeat(np.arange(len(size), dtype=np.int32), size)
    male = _sexes(role, household, rng)
    first, second = given_names(male, age, rng)
    return {
        "person_household": household,
        "person_role": role,
        "person_male": male,
        "person_born": _birthdays(age, today, rng),
        "person_surname": _surnames(role, male, household, len(size), rng),
        "person_first": first,
        "person_second": second,
        "person_needs": _needs(age, male, size[household], rng),
        "person_floating": _floating(size, collective, rng)[household],
        "person_phone": _phones(age, district, rng),
    }


def _sexes(role: NDArray, household: NDArray, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Couples of a man and a woman; the rest so that the census's share is met exactly."""
    male = rng.random(len(role)) < 0.5
    head = np.flatnonzero(role == HEAD)
    partner = np.flatnonzero(role == PARTNER)
    male[partner] = ~male[head[household[partner]]]
    wanted = round(len(role) * fact("male_2020") / fact("population_2020"))
    coupled = np.zeros(len(head), dtype=bool)
    coupled[household[partner]] = True
    free = np.flatnonzero((role != PARTNER) & ~((role == HEAD) & coupled[household]))
    missing = wanted - int(male.sum())
    change = free[male[free] != (missing > 0)]
    male[rng.choice(change, size=min(abs(missing), len(change)), replace=False)] ^= True
    return male


def _birthdays(age: NDArray, today: date, rng: np.random.Generator) -> NDArray:
    """Birthdays that make everybody exactly as old as they are, today."""
    now = np.datetime64(today, "D")
    month = now.astype("M8[M]")
    day = (now - month.astype("M8[D]")).astype(int)
    years_ago = (month - 12 * age.astype(int)).astype("M8[D]") + day
    return years_ago - rng.integers(0, 365, len(age)).astype("m8[D]")


def _surnames(
    role: NDArray, male: NDArray, household: NDArray, n: int, rng: np.random.Generator
) -> NDArray:
    """The father's surname for him and his children; their own for all who married in."""
    family = surnames(n, rng)[household]
    own = surnames(len(role), rng)
    head_male = male[np.flatnonzero(role == HEAD)][household]
    has_partner = np.zeros(n, dtype=bool)
    has_partner[household[role == PARTNER]] = True
    married_in = (
        ((role == PARTNER) & head_male)
        | ((role == HEAD) & ~male & has_partner[household])
        | (role == MATE)
        | ((role == ELDER) & ~male)
    )
    return np.where(married_in, own, family)


def _needs(age: NDArray, male: NDArray, size: NDArray, rng: np.random.Generator) -> NDArray:
    needs = np.zeros(len(age), dtype=np.uint8)
    band = np.digitize(age, (18, LONE_ELDER_AGE))
    for need, rates in RATES.items():
        needs[rng.random(len(age), dtype=np.float32) < np.array(rates)[band]] |= np.uint8(need)
    fertile = ~male & (age >= PREGNANT_AGES[0]) & (age < PREGNANT_AGES[1])
    needs[fertile & (rng.random(len(age), dtype=np.float32) < PREGNANT_SHARE)] |= np.uint8(
        Need.PREGNANT
    )
    needs[age < 1] |= np.uint8(Need.INFANT)
    needs[(age >= LONE_ELDER_AGE) & (size == 1)] |= np.uint8(Need.LONE_ELDER)
    return needs


def _floating(size: NDArray, collective: NDArray, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Whole households from elsewhere, so many that the census's share of people is near."""
    in_rooms = size[collective].sum() * FLOATING_IN_COLLECTIVE
    wanted = size.sum() * fact("floating_population") / fact("population_2020")
    families = max(1, int(size[~collective].sum()))
    chance = np.where(collective, FLOATING_IN_COLLECTIVE, max(0.0, wanted - in_rooms) / families)
    return rng.random(len(size)) < chance


def _phones(age: NDArray, district: int, rng: np.random.Generator) -> NDArray:
    """Numbers under a country code that nobody has, different for everybody in the city."""
    band = np.digitize(age, (PHONE_FROM_AGE, 18, PHONE_OLD_AGE))
    has = rng.random(len(age)) < np.array((0.0, *PHONE_SHARE))[band]
    factor, first = (int(v) for v in rng.integers(1, PHONE_PRIME, 2))
    scrambled = (np.arange(len(age), dtype=np.int64) * factor + first) % PHONE_PRIME
    return np.where(has, PHONE_BASE + (district + 1) * 10**8 + scrambled, 0)

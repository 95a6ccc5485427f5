"""Who lives where, by the registry, as the simulation reads it? People as contiguous ranges.

Everybody the registry knows is there, with their household, compound, grid, community and district.
Whoever belongs to no household lives alone; an unknown birth date is drawn by the census's shares.
A household counts as floating where most of its people do.
Work, classes and most contacts are in no record: they are drawn, as for a city made up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from linli.analysis.simulation.build import AGE_SHARES, CityPlan, Homes, settle
from linli.analysis.simulation.city import SCOPES, Areas, City
from linli.errors import N_, BadInput
from linli.policy.can import PATH_STEP
from linli.registry.areas import Area, AreaKind, under
from linli.registry.person import Person

UNKNOWN_AGE = 255
DAYS_A_YEAR = 365.2425
MOST_AGE = 110
SEED = 1  # of what no record holds: work, classes, unknown ages
OLDEST = 95  # the last year that the census's shares tell of


class NobodyThere(BadInput):
    """The registry holds nobody in the area."""

    code = "nobody_there"
    sentence = N_("The registry holds nobody in {area}. Take people in, or choose a wider area.")


@dataclass(frozen=True, eq=False)
class Registered:
    """A city as the registry has it, and how to find its people and areas again."""

    city: City
    person_ids: NDArray[np.int64]  # (people,), in the city's order
    compounds: tuple[int, ...]  # area id of each compound of the city, 0 for people without one
    communities: tuple[int, ...]  # area id of each compound's community
    streets: tuple[int, ...]  # of each compound's street
    n_alone: int  # people without a household
    n_ages_drawn: int
    fingerprint: str

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(self.person_ids)

    def find(self, person_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each person stands in the city; -1 for who does not live there."""
        ordered = self.person_ids[self._order]
        at = np.minimum(np.searchsorted(ordered, person_ids), len(ordered) - 1)
        return np.where(ordered[at] == person_ids, self._order[at], -1)

    def where(self, area_ids: tuple[int, ...]) -> tuple[str, ...]:
        """The compounds of some areas as policies name them; raises BadInput for one outside."""
        chosen: list[str] = []
        names = self.city.compound.names
        for area_id in area_ids:
            found = [
                n for n in range(len(names))
                if area_id in (self.compounds[n], self.communities[n], self.streets[n],
                               self._district(n))
            ]  # fmt: skip
            if not found:
                raise BadInput(
                    N_("Area {area} has nobody in this city. Choose one of its areas."),
                    area=area_id,
                )
            chosen += [f"compound:{names[n]}" for n in found]
        return tuple(dict.fromkeys(chosen))

    def _district(self, n: int) -> int:
        at = int(self.city.district.of(np.array([self.city.compound.start[n]]))[0])
        return int(self.city.district.names[at])


@dataclass(frozen=True)
class _Rows:
    """People as columns, in no order yet."""

    person: NDArray[np.int64]
    household: NDArray[np.int64]  # negative for who has none
    cell: NDArray[np.int64]  # (people, 4): district, community, compound, grid
    age: NDArray[np.uint8]
    floating: NDArray[np.bool_]
    street: Mapping[int, int]  # of each community

    @property
    def order(self) -> NDArray[np.intp]:
        """Sorted so that every area and household is a range."""
        return np.lexsort((self.person, self.household, *self.cell.T[::-1]))


def registered(area: Area, today: date) -> Registered:
    """Everybody who lives in an area today by the registry; raises NobodyThere."""
    rows = _read(area, today)
    order = rows.order
    cell, household = rows.cell[order], rows.household[order]
    dice = np.random.default_rng(SEED)
    age = rows.age[order]
    unknown = age == UNKNOWN_AGE
    age[unknown] = _drawn_ages(int(unknown.sum()), dice)
    begins = _begins(np.column_stack([cell, household]))
    starts = np.append(begins, len(age))
    sizes = np.diff(starts)
    levels, compounds = _levels(cell)
    compound = levels["compound"].of(begins).astype(np.uint32)
    of = np.repeat(np.arange(len(sizes), dtype=np.uint32), sizes)
    most = np.add.reduceat(rows.floating[order].astype(np.int64), begins) * 2 > sizes
    homes = Homes(of, starts, compound, age, most)
    city = settle(CityPlan(), homes, levels, dice)
    said = sha256(
        b"".join(a.tobytes() for a in (cell, household, age, homes.floating, rows.person[order]))
    )
    communities = tuple(int(c) for c in cell[levels["compound"].start[:-1], 1])
    return Registered(
        city, rows.person[order], compounds, communities,
        tuple(rows.street.get(c, 0) for c in communities),
        int((household < 0).sum()), int(unknown.sum()), said.hexdigest()[:16],
    )  # fmt: skip


def responding(found: Registered, plan: CityPlan) -> Registered:
    """The same people, with as many who work for the response as a plan says."""
    city = found.city
    levels = {name: city.areas(name) for name in SCOPES}
    homes = Homes(
        city.household, city.household_start.astype(np.int64), city.household_compound, city.age,
        city.household_floating,
    )  # fmt: skip
    return replace(found, city=settle(plan, homes, levels, np.random.default_rng(SEED)))


def _read(area: Area, today: date) -> _Rows:
    here = Q(left_on=None) | Q(left_on__gt=today)
    people = Person.objects.filter(here, under(area.path), survivor_id=None).values_list(
        "id", "household_id", "household__compound_id", "area_id", "birth_date", "floating"
    )
    listed: list[tuple[Any, ...]] = list(people.iterator(chunk_size=20_000))
    if not listed:
        raise NobodyThere(area=area.name_zh)
    person, household, compound, own, born, floating = zip(*listed, strict=True)
    of_area, street = _places(area)
    cell = np.array([of_area[a] for a in own], dtype=np.int64)
    cell[:, 2] = [c or 0 for c in compound]
    n_days = np.array([(today - b).days if b else -1 for b in born], dtype=np.float64)
    years = np.clip(np.floor(n_days / DAYS_A_YEAR), 0, MOST_AGE)
    age = np.where(n_days < 0, UNKNOWN_AGE, years).astype(np.uint8)
    ids = np.array(person, dtype=np.int64)
    home = np.array([h or -p for h, p in zip(household, person, strict=True)], dtype=np.int64)
    return _Rows(ids, home, cell, age, np.array(floating, dtype=bool), street)


def _places(area: Area) -> tuple[dict[int, tuple[int, int, int, int]], dict[int, int]]:
    """Of each area: district, community, no compound, grid; and of each community its street."""
    length = len(area.path)
    above = Q(path__in=[area.path[:n] for n in range(PATH_STEP, length, PATH_STEP)])
    rows = Area.objects.filter(under(area.path) | above).values_list(
        "id", "kind", "community_id", "street_id", "district_id", "city_id"
    )
    found, street = {}, {}
    for id_, kind, community, street_id, district, city in rows:
        community = community or street_id or district or city or id_
        street[community] = street_id or 0
        found[id_] = (district or city or 0, community, 0, id_ if kind == AreaKind.GRID else 0)
    return found, street


def _begins(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where a new key begins, the first row among them."""
    return np.append(0, np.flatnonzero((keys[1:] != keys[:-1]).any(axis=1)) + 1)


def _levels(cell: NDArray[np.int64]) -> tuple[dict[str, Areas], tuple[int, ...]]:
    """The levels as ranges. A grid is its part in a compound; people without one share one."""
    n = len(cell)
    at = {width: _begins(cell[:, :width]) for width in (1, 2, 3, 4)}
    compounds = cell[at[3]]
    names = {
        "district": [str(c[0]) for c in cell[at[1]]],
        "community": [str(c[1]) for c in cell[at[2]]],
        "compound": [str(c[2]) if c[2] else f"0@{c[1]}" for c in compounds],
        "grid": [f"{c[3]}@{c[2] or c[1]}" for c in cell[at[4]]],
    }
    width = {"district": 1, "community": 2, "compound": 3, "grid": 4}
    made = {
        level: Areas(_once(names[level]), np.append(at[width[level]], n).astype(np.int64))
        for level in names
    }
    return made, tuple(int(c) for c in compounds[:, 2])


def _once(names: list[str]) -> tuple[str, ...]:
    """Names that stand once: an area whose people two others answer for gets a number."""
    seen: dict[str, int] = {}
    made = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return tuple(made)


def _drawn_ages(n: int, dice: np.random.Generator) -> NDArray[np.uint8]:
    """Ages by the census's shares, for people whose birth date nobody noted."""
    shares = np.array([share for _, _, share in AGE_SHARES])
    band = dice.choice(len(shares), size=n, p=shares / shares.sum())
    first = np.array([a for a, _, _ in AGE_SHARES])
    last = np.array([min(b, OLDEST) for _, b, _ in AGE_SHARES])
    return (first[band] + dice.random(n) * (last - first)[band]).astype(np.uint8)

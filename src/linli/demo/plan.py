"""Which city is to be made up: Wuhan's real tree, or the fixture with made-up names?"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

import numpy as np

from linli.demo.tables import apportion, fact, outlines, table
from linli.errors import N_, BadInput

# Streets of the functional zones, whom the census counts apart from the districts they lie in.
CENSUS_AREA_OF_STREETS = {
    "42011108": "east_lake_high_tech",
    "42011508": "east_lake_high_tech",
    "42011407": "420113",  # the economic zone was counted together with Hannan
    "42010649": "east_lake_scenic",
    "42011149": "east_lake_scenic",
}
FIXTURE_DISTRICTS = 13
FIXTURE_RURAL_DISTRICTS = 6  # assumed: villages lie in the outer districts, as in Wuhan
FIXTURE_CENTRE = (0.5, 0.5)  # open sea: a made-up city lies nowhere
FIXTURE_RADIUS_DEGREES = 0.6


@dataclass(frozen=True, slots=True)
class Unit:
    """One area of a plan, from the city down to a community or village."""

    code: str
    kind: str
    parent: str
    name_zh: str
    name_pinyin: str
    name_en: str
    code_civil: str = ""
    census_area: str = ""  # of a street: whose published population it shares


@dataclass(frozen=True)
class Plan:
    """What a city is made up from: its tree, its outlines and its published figures.

    The figures are whole numbers at scale 1; ``populations`` maps a census area to its people.
    """

    name: str
    units: tuple[Unit, ...]
    outlines: dict[str, dict[str, Any]]
    outlines_schematic: bool
    populations: dict[str, float]
    people: int
    collective_people: int
    family_households: int
    collective_households: int
    n_compounds: int
    n_grids: int
    code_system: str
    source: str


def wuhan() -> Plan:
    """The real tree of Wuhan, with the population of the census of November 2020.

    Scale 1 is the census (12,326,518 people), not the 11,212,000 stated for the end of 2019:
    districts, households, sexes, ages and the floating population are all published by the
    census, on one day, and sum; the older figure has none of these splits.
    """
    streets = {r["code"] for r in table("wuhan/areas.csv") if len(r["code"]) == 9}
    units = tuple(
        Unit(
            code=r["code"],
            kind=r["kind"],
            parent=r["parent"],
            name_zh=r["name_zh"],
            name_pinyin=r["name_pinyin"],
            name_en=r["name_en"],
            code_civil=r["code_civil"],
            census_area=_census_area(r["code"]) if r["code"] in streets else "",
        )
        for r in table("wuhan/areas.csv")
    )
    areas = sorted({u.census_area for u in units if u.census_area})
    return Plan(
        name="wuhan",
        units=units,
        outlines=outlines(),
        outlines_schematic=False,
        populations={a: fact(f"population_2020.{a}") for a in areas},
        people=int(fact("population_2020")),
        collective_people=int(fact("collective_household_population_2020")),
        family_households=int(fact("family_households_2020")),
        collective_households=int(fact("collective_households_2020")),
        n_compounds=int(fact("compounds")),
        n_grids=int(fact("grids")),
        code_system="nbs",
        source="china-division 2.7.0 (statistical codes of 2023-06-30)",
    )


def fixture() -> Plan:
    """The city of the requirements: its exact counts, made-up names, nearly ten million people.

    Nearly ten million is taken as the census of 2010 (9,785,392), split like that of 2020.
    """
    people = int(fact("population_2010"))
    shrink = people / fact("population_2020")
    units = _fixture_units()
    districts = [u.code for u in units if u.kind == "district"]
    return Plan(
        name="fixture",
        units=units,
        outlines=_wedges(districts),
        outlines_schematic=True,
        populations=dict.fromkeys(districts, 1.0),
        people=people,
        collective_people=round(fact("collective_household_population_2020") * shrink),
        family_households=round(fact("family_households_2020") * shrink),
        collective_households=round(fact("collective_households_2020") * shrink),
        n_compounds=int(fact("compounds")),
        n_grids=int(fact("grids")),
        code_system="made_up",
        source="made up for tests; counts as in facts.csv",
    )


PLANS: dict[str, Callable[[], Plan]] = {"wuhan": wuhan, "fixture": fixture}


def plan_named(name: str) -> Plan:
    """The plan of this name: ``wuhan`` or ``fixture``."""
    if name not in PLANS:
        raise BadInput(
            N_("There is no plan {plan}. Possible now: {known}."), plan=name, known=tuple(PLANS)
        )
    return PLANS[name]()


def _census_area(street: str) -> str:
    return CENSUS_AREA_OF_STREETS.get(street[:8], street[:6])


def _fixture_units() -> tuple[Unit, ...]:
    words = [r for r in table("place_words.csv") if r["kind"] == "first"]
    units = [Unit("99", "city", "", "W市", "W", "City W")]
    units += [
        _named(f"99{d:02d}", "district", "99", words[d], "区", "District")
        for d in range(1, FIXTURE_DISTRICTS + 1)
    ]
    districts = [u.code for u in units[1:]]
    streets: list[Unit] = []
    for district, n in zip(
        districts, apportion(int(fact("streets_towns")), np.ones(len(districts))), strict=True
    ):
        streets += [
            _named(f"{district}{s:03d}", "street", district,
                   words[(int(district) * 7 + s) % len(words)], "街道", "Subdistrict")
            for s in range(1, n + 1)
        ]  # fmt: skip
    rural = [s for s in streets if s.parent in districts[-FIXTURE_RURAL_DISTRICTS:]]
    places = _below(streets, int(fact("communities")), "community", words, "社区", "Community")
    places += _below(rural, int(fact("villages")), "village", words, "村", "Village")
    places.sort(key=lambda u: u.code)
    return (*units, *streets, *places)


def _below(
    streets: list[Unit], total: int, kind: str, words: list[dict[str, str]], zh: str, en: str
) -> list[Unit]:
    first = {"community": 1, "village": 200}[kind]  # as the statistical codes do
    return [
        _named(f"{street.code}{first + i:03d}", kind, street.code,
               words[(j * 11 + i) % len(words)], zh, en)
        for j, (street, n) in enumerate(
            zip(streets, apportion(total, np.ones(len(streets))), strict=True)
        )
        for i in range(n)
    ]  # fmt: skip


def _named(code: str, kind: str, parent: str, word: dict[str, str], zh: str, en: str) -> Unit:
    return Unit(
        code=code,
        kind=kind,
        parent=parent,
        name_zh=word["zh"] + zh,
        name_pinyin=word["pinyin"],
        name_en=f"{word['en']} {en}",
        census_area=parent if kind == "street" else "",
    )


def _wedges(districts: list[str]) -> dict[str, dict[str, Any]]:
    """A round city cut like a cake, one slice a district."""
    lon, lat = FIXTURE_CENTRE
    steps = 8  # corners along the rim of a slice
    shapes = {}
    for d, code in enumerate(districts):
        angles = [2 * pi * (d + k / steps) / len(districts) for k in range(steps + 1)]
        rim = [
            [
                round(lon + FIXTURE_RADIUS_DEGREES * cos(a), 5),
                round(lat + FIXTURE_RADIUS_DEGREES * sin(a), 5),
            ]
            for a in angles
        ]
        shapes[code] = {"type": "Polygon", "coordinates": [[[lon, lat], *rim, [lon, lat]]]}
    return shapes

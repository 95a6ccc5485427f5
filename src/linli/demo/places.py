"""Where are the hospitals, shops and gates, and what drives? Sites, vehicles, resources.

Numbers are the published ones (facts.csv); shelter hospitals carry their names and beds as
reported. Everything else is made up, and says so in its name; points are approximate.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.demo.dice import generator
from linli.demo.frame import Frame
from linli.demo.tables import apportion, fact, table

HOSPITAL_BATCHES = 3
HOSPITAL_BEDS = (120, 900)  # least and most; assumed
SHELTER_BEDS_UNKNOWN = 500  # where no source gave a number; assumed
SHOPS_PER_STREET = 1  # neighbourhood shops beside the hub shops; assumed
CAR_SEATS, VAN_SEATS, BUS_SEATS, AMBULANCE_SEATS, TRUCK_SEATS = 4, 5, 30, 4, 2
VAN_WHEELCHAIRS, AMBULANCE_WHEELCHAIRS = 2, 1
NEAR = 0.0015  # degrees from the point of a community, about 150 m; assumed


@dataclass(frozen=True)
class Organisations:
    """Utilities, bureaus, companies and hub shops; ``area`` is a row number."""

    kind: NDArray
    name_zh: NDArray
    name_en: NDArray
    area: NDArray
    topic: NDArray


@dataclass(frozen=True)
class Sites:
    """Places that serve; ``organisation`` is a row number or -1, ``batch`` 0 if none."""

    kind: NDArray
    name_zh: NDArray
    name_en: NDArray
    area: NDArray
    lon: NDArray
    lat: NDArray
    beds: NDArray
    batch: NDArray
    organisation: NDArray
    source: NDArray


@dataclass(frozen=True)
class Vehicles:
    """What carries people and goods, with a plate that no vehicle has."""

    kind: NDArray
    plate: NDArray
    n_seats: NDArray
    n_wheelchairs: NDArray
    area: NDArray
    lon: NDArray
    lat: NDArray


@dataclass(frozen=True)
class Resources:
    """Things that can be lent, kept at a street's office."""

    what: NDArray
    name_zh: NDArray
    name_en: NDArray
    unit: NDArray
    quantity: NDArray
    area: NDArray
    lon: NDArray
    lat: NDArray


def organisations_of(frame: Frame) -> Organisations:
    """The city's utilities, each district's bureaus, and the hub shops of the districts."""
    areas, rows = frame.areas, []
    for row in table("organisations.csv"):
        for area in [0] if row["per"] == "city" else frame.rows("district"):
            rows.append(
                (
                    row["kind"],
                    f"{areas.name_zh[area]}{row['zh']}",
                    f"{areas.name_en[area]} {row['en']}",
                    int(area),
                    row["topic"],
                )
            )
    for number, district in enumerate(_hub_districts(frame), 1):
        name = areas.name_zh[district], areas.name_en[district]
        rows.append(
            ("shop", f"{name[0]}保供超市{number}号", f"{name[1]} hub shop {number}",
             int(district), "supply")
        )  # fmt: skip
    kind, zh, en, area, topic = zip(*rows, strict=True)
    return Organisations(*(np.array(c) for c in (kind, zh, en, area, topic)))


def sites_of(frame: Frame, organisations: Organisations) -> Sites:
    """Hospitals, shelter hospitals, clinics, stations, shops, depots, and a gate a compound."""
    rng = generator(frame.seed, "sites")
    areas = frame.areas
    found: list[tuple] = []

    def put(
        kind: str,
        zh: str,
        en: str,
        at: int,
        *,
        beds: int = 0,
        batch: int = 0,
        organisation: int = -1,
        source: str = "made up",
    ) -> None:
        lon, lat = _near(frame, int(at), rng)
        found.append((kind, zh, en, int(at), lon, lat, beds, batch, organisation, source))

    n = int(fact("designated_hospitals"))
    for i, at in enumerate(_communities(frame, n, rng)):
        beds = int(rng.integers(*HOSPITAL_BEDS))
        put("hospital", f"演示定点医院{i + 1}号", f"Demo designated hospital {i + 1}", at,
            beds=beds, batch=i * HOSPITAL_BATCHES // n + 1)  # fmt: skip
    for row in table("wuhan/shelter_hospitals.csv") if frame.plan.name == "wuhan" else ():
        district = int(np.flatnonzero(areas.name_zh[:14] == row["district"])[0])
        put("shelter_hospital", row["name_zh"], row["name_en"],
            _communities(frame, 1, rng, district)[0],
            beds=int(row["beds"] or SHELTER_BEDS_UNKNOWN),
            source=row["source"] + "; point approximate")  # fmt: skip
    for i, at in enumerate(_communities(frame, int(fact("fever_clinics")), rng), 1):
        put("clinic", f"演示发热门诊{i}号", f"Demo fever clinic {i}", at)
    for at in frame.rows("community"):
        put("station", f"{areas.name_zh[at]}服务站", f"{areas.name_en[at]} service station", at)
    for shop in np.flatnonzero(organisations.kind == "shop"):
        put("shop", organisations.name_zh[shop], organisations.name_en[shop],
            _communities(frame, 1, rng, int(organisations.area[shop]))[0],
            organisation=int(shop))  # fmt: skip
    for street in frame.rows("street"):
        for at in _communities(frame, SHOPS_PER_STREET, rng, int(street)):
            put("shop", f"{areas.name_zh[street]}便民店", f"{areas.name_en[street]} shop", at)
    for district in frame.rows("district"):
        put("depot", f"{areas.name_zh[district]}物资仓库", f"{areas.name_en[district]} depot",
            _communities(frame, 1, rng, int(district))[0])  # fmt: skip
    for at in frame.rows("compound"):
        put("gate", f"{areas.name_zh[at]}开放门岗", f"{areas.name_en[at]} open gate", at)
    return Sites(*(np.array(column) for column in zip(*found, strict=True)))


def vehicles_of(frame: Frame, sites: Sites) -> Vehicles:
    """Two or three cars a community, a wheelchair van a street, 800 buses, ambulances, trucks."""
    rng = generator(frame.seed, "vehicles")
    communities = frame.rows("community")
    urban = communities[frame.areas.kind[communities] == "community"]
    depots = np.flatnonzero(sites.kind == "depot")
    hospitals = np.flatnonzero(sites.kind == "hospital")
    hubs = np.flatnonzero((sites.kind == "shop") & (sites.organisation >= 0))
    buses = np.repeat(depots, apportion(int(fact("buses")), _weight_of_districts(frame)))
    vans = [_communities(frame, 1, rng, int(s))[0] for s in frame.rows("street")]
    cars = np.repeat(urban, rng.integers(2, 4, len(urban)))
    at_area = {
        "car": (cars, cars, CAR_SEATS, 0),
        "wheelchair_van": (frame.rows("street"), np.array(vans), VAN_SEATS, VAN_WHEELCHAIRS),
    }
    at_site = {
        "bus": (buses, BUS_SEATS, 0),
        "ambulance": (hospitals, AMBULANCE_SEATS, AMBULANCE_WHEELCHAIRS),
        "truck": (hubs, TRUCK_SEATS, 0),
    }
    columns: list[tuple] = []
    for kind, (areas, stands, seats, wheelchairs) in at_area.items():
        for n, (area, stand) in enumerate(zip(areas, stands, strict=True), 1):
            columns.append((kind, n, seats, wheelchairs, int(area), *_near(frame, stand, rng)))
    for kind, (rows, seats, wheelchairs) in at_site.items():
        for n, row in enumerate(rows, 1):
            point = sites.lon[row], sites.lat[row]
            columns.append((kind, n, seats, wheelchairs, int(sites.area[row]), *point))
    kinds, numbers, *rest = zip(*columns, strict=True)
    plates = [f"W-{k[0].upper()}{n:05d}" for k, n in zip(kinds, numbers, strict=True)]
    return Vehicles(*(np.array(c) for c in (kinds, plates, *rest)))


def resources_of(frame: Frame) -> Resources:
    """What each street's office has to lend; kinds it has none of are left out."""
    rng = generator(frame.seed, "resources")
    rows = []
    for street in frame.rows("street"):
        lon, lat = frame.areas.lon[street].round(6), frame.areas.lat[street].round(6)
        for r in table("resource_kinds.csv"):
            quantity = int(rng.integers(int(r["low"]), int(r["high"]) + 1))
            if quantity:
                rows.append(
                    (r["what"], r["zh"], r["en"], r["unit"], quantity, int(street), lon, lat)
                )
    return Resources(*(np.array(column) for column in zip(*rows, strict=True)))


def _near(frame: Frame, at: int, rng: np.random.Generator) -> tuple[float, float]:
    reach = NEAR if frame.areas.tier[at] >= 0 else NEAR / 10
    lon, lat = rng.uniform(-reach, reach, 2)
    return round(float(frame.areas.lon[at] + lon), 6), round(float(frame.areas.lat[at] + lat), 6)


def _communities(
    frame: Frame, n: int, rng: np.random.Generator, within: int | None = None
) -> NDArray:
    """n communities drawn by their people, of the city or of one district or street."""
    rows = frame.rows("community")
    weight = frame.weight.copy()
    if within is not None:
        street = frame.areas.parent[rows]
        weight[(street != within) & (frame.district_of != within)] = 0
    return rows[rng.choice(len(rows), size=n, p=weight / weight.sum())]


def _weight_of_districts(frame: Frame) -> NDArray:
    return np.bincount(frame.district_of - frame.blocks["district"].start, weights=frame.weight)


def _hub_districts(frame: Frame) -> NDArray:
    n = apportion(int(fact("supply_hub_shops")), _weight_of_districts(frame), least=1)
    return np.repeat(frame.rows("district"), n)

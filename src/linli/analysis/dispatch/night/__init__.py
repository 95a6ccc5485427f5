"""The night of 9 February 2020: who had to be moved, where to, with whom, over which roads?

494 patients of one district, 45 of them severely ill: one street sent those with two escorts, a
lead car and one bus, into a sealed road. `facts.csv` holds facts, each with its source;
pick-up points, roads and all that is marked assumed is made up, since no account tells it.
"""

import csv
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

import numpy as np

from linli.analysis.dispatch.by_hand import read_plan
from linli.analysis.dispatch.plan import Roads
from linli.analysis.dispatch.roads.closures import Closure, open_arcs, within
from linli.analysis.dispatch.roads.network import Network
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.snapshot import (
    BedClass,
    Category,
    Crew,
    Depot,
    Facility,
    Lot,
    Need,
    Place,
    Severity,
    Snapshot,
    Travel,
    Vehicle,
)
from linli.analysis.dispatch.trips import Plan
from linli.geo import METRES_PER_DEGREE, Point

STARTS_AT_H = 20  # in the evening; assumed
BLOCK_M, MAIN_EVERY = 400, 4  # a street every so many metres, every fourth of them a main road
STREET_KMH, MAIN_KMH = 20.0, 35.0  # assumed
SLOWEST_SHARE = 0.7  # how far a block may lag behind its speed; assumed
STREETS_SEED = 9
WEST, SOUTH, EAST, NORTH = 114.255, 30.500, 114.420, 30.612

# Where things stand is made up, within the district.
YARD: Point = (114.330, 30.560)
SHELTER: Point = (114.345, 30.540)
WARDS: tuple[Point, ...] = ((114.318, 30.590), (114.365, 30.575))
ISOLATION: Point = (114.325, 30.552)
OBSERVATION: Point = (114.352, 30.562)
# Sealed on that night, as rings of longitude and latitude; made up.
SEALED: dict[str, tuple[float, float, float, float]] = {
    "the road to the first hospital": (114.3040, 30.5640, 114.3165, 30.5665),
    "the lake road": (114.3700, 30.5450, 114.3730, 30.5570),
    "the south gate": (114.2880, 30.5180, 114.2960, 30.5200),
    "the railway crossing": (114.3330, 30.5790, 114.3360, 30.5880),
}

FREE_IN_SHELTER = 460  # of 784; assumed
FREE_IN_WARD = 26  # of each of two; assumed
FREE_IN_ISOLATION, FREE_IN_OBSERVATION = 130, 90  # assumed
BUS_SEATS, ESCORT_SEATS = 38, 2  # a city bus of 40 seats, two of them the escorts'; assumed
N_BUSES, N_CARE_BUSES, CARE_SEATS = 15, 8, 8  # care buses carry oxygen; assumed
ESCORTS_A_CREW = 2
SUSPECTED_SHARE, CONTACT_SHARE = 0.25, 0.15  # of the others, if sorted into categories; assumed
OXYGEN = frozenset({Need.OXYGEN})
GRAVE = frozenset({Severity.SEVERE, Severity.CRITICAL})
LIGHT = frozenset({Severity.MILD, Severity.ORDINARY})


@dataclass(frozen=True)
class Night:
    """One way that night might have stood: the snapshot, its roads, and the lead cars."""

    snapshot: Snapshot
    roads: Roads
    n_lead_cars: int | None = None


def facts() -> dict[str, int]:
    """The numbers that are known, by name."""
    return {row["key"]: int(row["value"]) for row in _rows("facts.csv")}


def as_there_was(*, mixed: bool = False) -> Night:
    """With the staff and vehicles that the district had: a crew a street, and one of its own.

    If ``mixed``, a quarter of those not severely ill are suspected and some are contacts, so that
    categories have to be kept apart.
    """
    n_crews = facts()["streets"] + 1
    crews = tuple(Crew(f"crew {n + 1}", 0, escorts=ESCORTS_A_CREW) for n in range(n_crews))
    buses = tuple(
        Vehicle(f"bus {n + 1}", 0, BUS_SEATS, escort_seats=ESCORT_SEATS) for n in range(N_BUSES)
    )
    care = tuple(
        Vehicle(f"care bus {n + 1}", 0, CARE_SEATS, escort_seats=ESCORT_SEATS, equipment=OXYGEN)
        for n in range(N_CARE_BUSES)
    )
    return _night(mixed=mixed, crews=crews, vehicles=(*buses, *care), received=True)


def as_staffed_then() -> Night:
    """With what was sent that night: two escorts, three buses, and nobody to receive or to ask."""
    known = facts()
    crew = Crew("the two of the street", 0, escorts=known["escorts_then"], protected=False)
    buses = tuple(Vehicle(f"bus {n + 1}", 0, 28, escort_seats=ESCORT_SEATS) for n in range(3))
    night = _night(mixed=False, crews=(crew,), vehicles=buses, received=False)
    return replace(night, n_lead_cars=known["lead_cars_then"])


def as_it_was() -> tuple[Night, Plan]:
    """The three departures that are told of that night, as somebody would have typed them.

    One bus takes the 45 severely ill of one street; one takes more than thirty aged people and no
    escort; one drives to the wrong hospital. The drivers do not know which roads are sealed.
    """
    night = as_staffed_then()
    network = night.roads.ways.network
    believed = Ways.of(network)
    nodes = [night.roads.node_of[n] for n in range(len(night.snapshot.places))]
    text = files(__name__).joinpath("as_it_was.csv").read_text("utf-8")
    typed = read_plan(
        text, night.snapshot, roads=Roads(believed, night.roads.node_of),
        travel=believed.travel(nodes),
    )  # fmt: skip
    return night, typed


def streets() -> Network:
    """A made-up grid of streets over the district; each block as fast as a seed says."""
    across = METRES_PER_DEGREE * np.cos(np.radians((SOUTH + NORTH) / 2))
    n_x = round((EAST - WEST) * across / BLOCK_M) + 1
    n_y = round((NORTH - SOUTH) * METRES_PER_DEGREE / BLOCK_M) + 1
    x, y = (a.ravel() for a in np.meshgrid(np.arange(n_x), np.arange(n_y)))
    number = (y * n_x + x).reshape(n_y, n_x)
    along = np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()])
    up = np.column_stack([number[:-1, :].ravel(), number[1:, :].ravel()])
    blocks = np.concatenate([along, up])
    line = np.concatenate([y[along[:, 0]], x[up[:, 0]]])
    kmh = np.where(line % MAIN_EVERY == 0, MAIN_KMH, STREET_KMH)
    kmh = kmh * np.random.default_rng(STREETS_SEED).uniform(SLOWEST_SHARE, 1, len(blocks))
    ms = np.rint(BLOCK_M * 3_600 / kmh)
    way = np.concatenate([line[: len(along)], 1_000 + line[len(along) :]])
    return Network.of(
        WEST + x * (EAST - WEST) / (n_x - 1), SOUTH + y * (NORTH - SOUTH) / (n_y - 1),
        np.concatenate([blocks[:, 0], blocks[:, 1]]), np.concatenate([blocks[:, 1], blocks[:, 0]]),
        ms=np.tile(ms, 2), dm=np.full(2 * len(blocks), BLOCK_M * 10), way=np.tile(way, 2),
    )  # fmt: skip


def sealed(network: Network) -> tuple[Closure, ...]:
    """The roads that nobody passed that night."""
    return tuple(
        Closure(name, within(network, [(w, s), (e, s), (e, n), (w, n)]))
        for name, (w, s, e, n) in SEALED.items()
    )


def _night(
    *, mixed: bool, crews: tuple[Crew, ...], vehicles: tuple[Vehicle, ...], received: bool
) -> Night:
    points = _rows("points.csv")
    at = [YARD, SHELTER, *WARDS, ISOLATION, OBSERVATION]
    at += [(float(row["lon"]), float(row["lat"])) for row in points]
    names = ["yard", "shelter", "ward 1", "ward 2", "isolation", "observation"]
    names += [row["point"] for row in points]
    roads, travel = _ways(tuple(at))
    n_fixed = len(at) - len(points)
    lots = [
        lot
        for n, row in enumerate(points)
        for lot in _lots(row, n_fixed + n, mixed=mixed, told=received)
    ]
    snapshot = Snapshot(
        tuple(Place(name, lon, lat) for name, (lon, lat) in zip(names, at, strict=True)),
        travel,
        facilities=_facilities(received=received),
        lots=tuple(lots),
        vehicles=vehicles,
        crews=crews,
        depots=(Depot("yard", 0),),
    )
    return Night(snapshot, roads)


@lru_cache(maxsize=2)
def _ways(at: tuple[Point, ...]) -> tuple[Roads, Travel]:
    network = streets()
    shut = sealed(network)
    ways = Ways.of(network, open_arcs(network, shut))
    nodes, near = network.snap(list(at))
    roads = Roads(ways, {k: int(n) for k, n in enumerate(nodes)}, shut)
    return roads, ways.travel(nodes, near=near)


def _facilities(*, received: bool) -> tuple[Facility, ...]:
    def host(name: str, place: int, bed: BedClass) -> Facility:
        return Facility(name, place, (bed,), receiver=f"duty desk, {name}" if received else "")

    confirmed, contact = Category.CONFIRMED, Category.CONTACT
    return (
        host("shelter", 1, BedClass("hall", confirmed, LIGHT, FREE_IN_SHELTER)),
        *(
            host(f"ward {n}", n + 1, BedClass("oxygen", confirmed, GRAVE, FREE_IN_WARD,
                                              equipment=OXYGEN))
            for n in (1, 2)
        ),
        host("isolation", 4, BedClass("rooms", Category.SUSPECTED, LIGHT, FREE_IN_ISOLATION)),
        host("observation", 5, BedClass("rooms", contact, LIGHT, FREE_IN_OBSERVATION)),
    )  # fmt: skip


def _lots(row: dict[str, str], place: int, *, mixed: bool, told: bool) -> list[Lot]:
    severe, others = int(row["severe"]), int(row["others"])
    suspected = round(others * SUSPECTED_SHARE) if mixed else 0
    contacts = round(others * CONTACT_SHARE) if mixed else 0
    kinds = (
        ("severe", Category.CONFIRMED, Severity.SEVERE, severe, OXYGEN),
        ("confirmed", Category.CONFIRMED, Severity.ORDINARY, others - suspected - contacts, None),
        ("suspected", Category.SUSPECTED, Severity.ORDINARY, suspected, None),
        ("contact", Category.CONTACT, Severity.MILD, contacts, None),
    )
    return [
        Lot(f"{row['point']} {name}", place, category, severity, n, needs=needs or frozenset(),
            confirmed=told)
        for name, category, severity, n, needs in kinds
        if n
    ]  # fmt: skip


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__name__).joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))

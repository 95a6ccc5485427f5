"""A made-up town that a reader can hold in the head, and the real extracts where they are there."""

from typing import Any

import numpy as np
import pytest

from benchmarks._notices import shared_data
from linli.analysis.dispatch.roads.network import Network
from linli.analysis.dispatch.roads.openstreetmap import network_of
from linli.analysis.dispatch.roads.ways import Ways
from linli.analysis.dispatch.snapshot import (
    Category,
    Depot,
    Facility,
    Lot,
    Place,
    Rules,
    Severity,
    Snapshot,
    Vehicle,
)
from linli.analysis.dispatch.trips import Placed

MINUTE_MS, BLOCK_DM, BLOCK_DEG = 60_000, 5_000, 0.0045


def grid(columns: int, rows: int) -> Network:
    """Streets a minute and 500 m apart, both ways; node = row * columns + column."""
    tail, head = [], []
    for y in range(rows):
        for x in range(columns):
            here = y * columns + x
            for there in [here + 1] * (x + 1 < columns) + [here + columns] * (y + 1 < rows):
                tail += [here, there]
                head += [there, here]
    n = np.arange(columns * rows)
    lon, lat = n % columns * BLOCK_DEG, n // columns * BLOCK_DEG
    return Network.of(
        lon, lat, tail, head, ms=[MINUTE_MS] * len(tail), dm=[BLOCK_DM] * len(tail),
        way=np.arange(len(tail)) + 1,
    )  # fmt: skip


def snapshot_on(
    ways: Ways, nodes: list[int], lots: list[Lot], *, hosts: int = 1, buses: int = 2,
    seats: int = 10, rules: Rules | None = None,
) -> Snapshot:  # fmt: skip
    """Places at these nodes: first the yard, then the facilities, then where people wait."""
    network = ways.network
    return Snapshot(
        places=tuple(
            Place(f"P{k}", float(network.lon[n]), float(network.lat[n]))
            for k, n in enumerate(nodes)
        ),
        travel=ways.travel(nodes),
        facilities=tuple(Facility(f"H{k}", 1 + k) for k in range(hosts)),
        lots=tuple(lots),
        vehicles=tuple(Vehicle(f"B{k}", 0, seats) for k in range(buses)),
        depots=(Depot("yard", 0),),
        rules=rules or Rules(),
    )


def people(place: int, count: int, category: Category = Category.CONFIRMED, **also: Any) -> Lot:
    """Some people at a place."""
    return Lot(f"L{place}", place, category, Severity.MILD, count, **also)


def all_to(facility: int, snapshot: Snapshot) -> list[Placed]:
    """Everybody to one facility."""
    return [Placed(n, facility, 0, lot.count) for n, lot in enumerate(snapshot.lots)]


@pytest.fixture(scope="session")
def baltimore() -> Network:
    folder = shared_data()
    if folder is None or not (folder / "roads" / "baltimore.osm.pbf").exists():
        pytest.skip("the extract of Baltimore is not here")
    return network_of((folder / "roads" / "baltimore.osm.pbf").read_bytes())

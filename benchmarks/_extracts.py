"""A real road extract, and a city-sized network made of copies of it side by side."""

import numpy as np

from benchmarks._notices import shared_data
from linli.analysis.dispatch.roads.network import Network
from linli.analysis.dispatch.roads.openstreetmap import network_of

BALTIMORE = "baltimore.osm.pbf"
STITCHES = 40  # roads that join a copy to its neighbour, each way
STITCH_KMH = 40


def extract(name: str = BALTIMORE) -> Network:
    """The extract by name, from the folder of shared data."""
    folder = shared_data()
    if folder is None or not (folder / "roads" / name).exists():
        raise SystemExit(f"{name} is not here; LINLI_SHARED_DATA names the folder above roads/.")
    return network_of((folder / "roads" / name).read_bytes())


def tiled(one: Network, *, across: int, down: int) -> Network:
    """Copies of a network beside and below each other, joined along their borders."""
    wide, high = np.ptp(one.lon), np.ptp(one.lat)
    lon, lat, tail, head = [], [], [], []
    for row in range(down):
        for column in range(across):
            shift = (row * across + column) * one.n_nodes
            lon.append(one.lon + column * wide)
            lat.append(one.lat + row * high)
            tail.append(one.tail.astype(np.int64) + shift)
            head.append(one.head.astype(np.int64) + shift)
    ms, dm = [np.tile(one.ms, across * down)], [np.tile(one.dm, across * down)]
    joined = one.joined
    east, west = _border(one, joined, one.lon), _border(one, joined, -one.lon)
    north, south = _border(one, joined, one.lat), _border(one, joined, -one.lat)
    for row in range(down):
        for column in range(across):
            here = (row * across + column) * one.n_nodes
            pairs = []
            if column + 1 < across:
                pairs.append((east + here, west + here + one.n_nodes))
            if row + 1 < down:
                pairs.append((north + here, south + here + across * one.n_nodes))
            for a, b in pairs:
                tail += [a, b]
                head += [b, a]
                long = np.full(2 * len(a), 2_000)  # 200 m
                dm.append(long)
                ms.append(np.round(long / 10 * 3_600 / STITCH_KMH).astype(int))
    return Network.of(
        np.concatenate(lon), np.concatenate(lat), np.concatenate(tail), np.concatenate(head),
        ms=np.concatenate(ms), dm=np.concatenate(dm),
    )  # fmt: skip


def _border(one: Network, joined: np.ndarray, side: np.ndarray) -> np.ndarray:
    """The nodes farthest to one side, in the order in which they lie along it."""
    farthest = joined[np.argsort(side[joined])[-STITCHES:]]
    along = one.lat if np.ptp(one.lat[farthest]) > np.ptp(one.lon[farthest]) else one.lon
    return farthest[np.argsort(along[farthest])]

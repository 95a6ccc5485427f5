"""How long from place to place where no map of the roads is loaded? An estimate, and marked so.

Great circle times a detour. A river breaks that, so places may lie on banks, and from one bank to
another the way leads over an open bridge. Closures cannot be honoured: there are no roads to close.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linli.analysis.dispatch.snapshot import Travel
from linli.errors import N_, BadInput
from linli.geo import EARTH_RADIUS_M, Point

DETOUR = 1.4  # of the great circle; medians of 1.24 to 1.55 were measured on five real extracts
SPEED_KMH = 25.0  # along the great circle of 25 to 33 measured: the slowest city


@dataclass(frozen=True, slots=True)
class Bridge:
    """A way over the water between two banks."""

    id: str
    banks: tuple[str, str]
    at: Point
    is_open: bool = True


def estimated(
    points: Sequence[Point],
    *,
    banks: Sequence[str] = (),
    bridges: Sequence[Bridge] = (),
    detour: float = DETOUR,
    speed_kmh: float = SPEED_KMH,
) -> Travel:
    """Seconds and metres between points by great circle, detour and bridges.

    Parameters
    ----------
    points
        (longitude, latitude) a place.
    banks
        On which bank each place lies; without them there is no river.
    bridges
        Those between banks. Banks without an open bridge cannot reach each other: masked.
    """
    if banks and len(banks) != len(points):
        raise BadInput(
            N_("There are {points} places and {banks} banks. Give each place its bank."),
            points=len(points),
            banks=len(banks),
        )
    if detour < 1 or speed_kmh <= 0:
        raise BadInput(
            N_("A detour of {detour} at {speed} km/h cannot be. Give 1 or more, and above 0."),
            detour=detour,
            speed=speed_kmh,
        )
    metres = _great_circle_m(points, points)
    if banks:
        where = np.array(banks)
        across = _over_bridges_m(points, where, [b for b in bridges if b.is_open])
        metres = np.where(where[:, None] == where[None, :], metres, across)
    metres = metres * detour
    mask = ~np.isfinite(metres)
    metres[mask] = 0
    return Travel(
        seconds=np.ma.MaskedArray(np.ceil(metres * 3.6 / speed_kmh).astype(np.int32), mask),
        metres=np.ma.MaskedArray(np.ceil(metres).astype(np.int32), mask),
        roads_id=_digest(points, banks, bridges, detour, speed_kmh),
        estimate=True,
    )


def _over_bridges_m(
    points: Sequence[Point], where: NDArray[np.str_], bridges: Sequence[Bridge]
) -> NDArray[np.float64]:
    n = len(points)
    shortest = np.full((n, n), np.inf)
    if not bridges:
        return shortest
    touches = np.array([[bank in b.banks for b in bridges] for bank in where])
    to = np.where(touches, _great_circle_m(points, [b.at for b in bridges]), np.inf)
    between = _between_bridges_m(bridges)
    reach = np.min(to[:, :, None] + between[None, :, :], axis=1)  # from a place, past any bridges
    for k in range(len(bridges)):
        np.minimum(shortest, reach[:, k][:, None] + to[:, k][None, :], out=shortest)
    return shortest


def _between_bridges_m(bridges: Sequence[Bridge]) -> NDArray[np.float64]:
    spots = [b.at for b in bridges]
    joined = np.array([[bool(set(a.banks) & set(b.banks)) for b in bridges] for a in bridges])
    metres = np.where(joined, _great_circle_m(spots, spots), np.inf)
    for k in range(len(bridges)):  # Floyd and Warshall; bridges are few
        np.minimum(metres, metres[:, k][:, None] + metres[k, :][None, :], out=metres)
    return metres


def _great_circle_m(a: Sequence[Point], b: Sequence[Point]) -> NDArray[np.float64]:
    """Metres from each to each; the haversine of `linli.geo`, for arrays."""
    lon_a, lat_a = np.radians(np.array(a, float).reshape(-1, 2)).T
    lon_b, lat_b = np.radians(np.array(b, float).reshape(-1, 2)).T
    up = np.sin((lat_b[None, :] - lat_a[:, None]) / 2) ** 2
    along = np.sin((lon_b[None, :] - lon_a[:, None]) / 2) ** 2
    h = up + np.cos(lat_a)[:, None] * np.cos(lat_b)[None, :] * along
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, h)))


def _digest(*parts: object) -> str:
    return "estimate-" + hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

"""How far, and where? Geometry on longitude and latitude (WGS 84, degrees)."""

from collections.abc import Mapping, Sequence
from math import asin, cos, radians, sin, sqrt
from typing import Any

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG 1980
METRES_PER_DEGREE = 111_195.08  # of a great circle, from the radius above

Point = tuple[float, float]  # (longitude, latitude)


def distance_m(a: Point, b: Point) -> float:
    """Great-circle distance in metres between two (longitude, latitude) points; haversine."""
    lon_a, lat_a, lon_b, lat_b = map(radians, (*a, *b))
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, h)))


def box(around: Point, radius_m: float) -> tuple[float, float, float, float]:
    """The (west, south, east, north) box that holds every point within the radius."""
    lon, lat = around
    dlat = radius_m / METRES_PER_DEGREE
    dlon = dlat / max(0.01, cos(radians(min(89.0, abs(lat) + dlat))))
    return lon - dlon, lat - dlat, lon + dlon, lat + dlat


def contains(ring: Sequence[Point], point: Point) -> bool:
    """Whether a closed ring holds the point (even-odd rule; the border is undecided)."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def area_km2(geometry: Mapping[str, Any]) -> float:
    """The area of a GeoJSON polygon or multipolygon in square kilometres; holes are taken away.

    Each ring is summed on the sphere (Chamberlain and Duquette 2007, JPL 07-03, equation 4):
    within one per cent of the ellipsoid, less than a coarse outline is off.
    """
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return sum(
        _ring_km2(rings[0]) - sum(_ring_km2(hole) for hole in rings[1:]) for rings in polygons
    )


def _ring_km2(ring: Sequence[Sequence[float]]) -> float:
    turned = sum(
        radians(b[0] - a[0]) * (2 + sin(radians(a[1])) + sin(radians(b[1])))
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
    )
    return abs(turned) * EARTH_RADIUS_M**2 / 2 / 1e6

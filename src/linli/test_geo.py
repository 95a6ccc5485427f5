"""Is a distance a distance, and an area an area?"""

from math import isclose, radians, sin

from linli.geo import EARTH_RADIUS_M, area_km2

CELL = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
HALF = [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0], [0.0, 0.0]]
CELL_KM2 = EARTH_RADIUS_M**2 * radians(1) * sin(radians(1)) / 1e6  # exact on the sphere: 12,364


def test_a_cell_of_one_degree_at_the_equator_has_its_exact_area_either_way_round() -> None:
    assert isclose(area_km2({"type": "Polygon", "coordinates": [CELL]}), CELL_KM2)
    assert isclose(area_km2({"type": "Polygon", "coordinates": [CELL[::-1]]}), CELL_KM2)


def test_a_hole_is_taken_away_and_parts_are_added() -> None:
    holed = {"type": "Polygon", "coordinates": [CELL, HALF[::-1]]}
    parted = {"type": "MultiPolygon", "coordinates": [[HALF], [CELL]]}

    assert isclose(area_km2(holed), CELL_KM2 / 2)
    assert isclose(area_km2(parted), CELL_KM2 * 1.5)

"""Does the map of a what-if stay grey where only luck differs?"""

import pytest

from linli.registry.areas import Area
from linli.studies.simulation import map_picture
from linli.studies.simulation.told import Place


def places(less: list[float], errors: list[float]) -> list[Place]:
    return [
        Place(Area(id=n), 100, (10.0, 10.0 + one), (0.0, error))
        for n, (one, error) in enumerate(zip(less, errors, strict=True))
    ]


def levels(found: list[Place]) -> list[int]:
    step = map_picture.step_of(found, 1)
    return [map_picture.level_of(place.less_beyond_luck(1), step) for place in found]


def test_differences_that_luck_explains_have_no_colour_however_large_beside_others():
    found = places([3.0, -4.0, 1.0, -2.0], [2.0, 2.5, 1.0, 1.5])

    assert levels(found) == [2, 2, 2, 2]


def test_what_is_beyond_luck_is_coloured_by_its_size():
    found = places([-9.0, -3.0, 8.0, 0.5, -20.0], [1.0, 1.0, 1.0, 0.1, 30.0])

    assert levels(found) == [0, 1, 4, 2, 2]
    assert found[4].less[1] == pytest.approx(-20.0)  # it is told in words all the same

"""Who has a wheelchair van within 2 km? Those that have one, the nearest first (S85)."""

from datetime import date
from typing import Any

import pytest

from linli.geo import METRES_PER_DEGREE
from linli.policy.can import end_of
from linli.registry.resources import Resource, near
from linli.registry.vehicles import Vehicle
from tests.cast import City

pytestmark = pytest.mark.db

HERE = (114.3, 30.6)
TODAY = date(2020, 2, 9)


def stands(city: City, plate: str, north_m: float, *, area: str = "elm", **more: Any) -> None:
    """A vehicle stands so many metres north of here."""
    given = {"kind": "wheelchair_van"} | more
    Vehicle.objects.create(
        plate=plate, n_seats=4, area=city.areas[area], path=city.areas[area].path,
        longitude=HERE[0], latitude=HERE[1] + north_m / METRES_PER_DEGREE, source="test",
        as_of=TODAY, **given,
    )  # fmt: skip


def test_the_vans_within_two_kilometres_are_told_the_nearest_first(city: City) -> None:
    stands(city, "far", 1999)
    stands(city, "near", 10)
    stands(city, "too far", 2001)
    stands(city, "a car", 5, kind="car")
    stands(city, "gone", 5, valid_until=date(2020, 2, 8))
    stands(city, "last day", 20, valid_until=TODAY)

    found = near("wheelchair_van", HERE, 2000, on=TODAY)

    assert [(van.name, round(van.distance_m)) for van in found] == [
        ("near", 10), ("last day", 20), ("far", 1999),
    ]  # fmt: skip


def test_what_lies_in_the_corner_of_the_box_is_not_within_the_circle(city: City) -> None:
    Vehicle.objects.create(
        plate="corner", kind="wheelchair_van", n_seats=4, area=city.areas["elm"],
        path=city.areas["elm"].path, longitude=HERE[0] + 1900 / (METRES_PER_DEGREE * 0.86),
        latitude=HERE[1] + 1900 / METRES_PER_DEGREE, source="test", as_of=TODAY,
    )  # fmt: skip

    assert near("wheelchair_van", HERE, 2000, on=TODAY) == []


def test_vehicles_and_resources_answer_alike_and_within_reach_only(city: City) -> None:
    stands(city, "here", 10)
    stands(city, "foreign", 5, area="fir")
    elm = city.areas["elm"]
    Resource.objects.create(
        what="wheelchair_van", name_zh="残联借用车", area=elm, path=elm.path, longitude=HERE[0],
        latitude=HERE[1], source="test", as_of=TODAY,
    )  # fmt: skip

    reach = ((elm.path, end_of(elm.path)),)
    found = near("wheelchair_van", HERE, 2000, on=TODAY, ranges=reach)

    assert [(one.kind, one.name) for one in found] == [
        ("resource", "残联借用车"), ("vehicle", "here"),
    ]  # fmt: skip

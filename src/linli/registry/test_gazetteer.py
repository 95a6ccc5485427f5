"""A place is found by part of its name, and told from its namesakes."""

import pytest

from linli.registry.areas import GridShare
from linli.registry.gazetteer import answering, places_called
from tests.cast import City

pytestmark = pytest.mark.db


def test_homes_come_first_and_each_says_where_it_lies(city: City):
    found = places_called("橡树")

    assert [p.area.id for p in found] == [city.areas["court"].id, city.areas["oak"].id]
    assert [a.id for a in found[0].above] == [city.areas[n].id for n in ("oak", "elm", "east")]


def test_a_search_keeps_within_its_ranges(city: City):
    west = city.areas["west"].path

    assert places_called("橡树", ranges=((west, west + ":"),)) == []


def test_nothing_is_found_for_nothing(city: City):
    assert places_called("  ") == []


def test_the_grid_with_most_of_a_compound_answers_for_its_buildings(city: City):
    for name, share in (("oak1", 0.3), ("oak2", 0.7)):
        GridShare.objects.create(compound=city.areas["court"], grid=city.areas[name], share=share)

    assert answering(city.areas["house1"]) == city.areas["oak2"]
    assert answering(city.areas["oak"]) == city.areas["oak"]

"""The depots of city W are stocked so that a plan is telling: enough, about to expire, unknown."""

import pytest

from linli.demo import reserves
from linli.plans import shelf
from linli.registry.plans import Reserve
from linli.registry.resources import Resource
from tests.cast import EVENING, City
from tests.plans import prepared

pytestmark = pytest.mark.db


def test_some_depots_have_packs_some_soon_none_and_some_say_nothing(city: City) -> None:
    shelf.ship_plans()
    prepared.people(city, 3)
    for area in ("oak", "pine", "elm"):
        prepared.site(city, area, "depot")
    masks = prepared.stock(city, "oak", "mask_box", 101)

    assert reserves.see_to(seed=1, now=EVENING) == 2

    packs = Resource.objects.filter(what="household_pack").order_by("id")
    assert [str(row.valid_until) for row in packs] == ["2020-04-09", "2020-02-15"]
    held = Reserve.objects.get()
    assert (held.record_id, held.quantity, held.plan) == (masks.id, 50, "mass-screening")
    assert held.path == city.areas["east"].path

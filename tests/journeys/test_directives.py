"""S01: an order goes down with receipts, and a grid's entry is in the city's total at once."""

import pytest

from linli.errors import GateShut, NotAllowed
from linli.loops import board, catalogue
from linli.loops.advance import Opening, advance, open_item
from linli.loops.directives.reach import reached
from linli.loops.ledger import Item
from linli.registry.areas import Area, AreaKind, Tier
from tests.cast import EVENING, City

pytestmark = pytest.mark.db


def order(city: City, by: str = "gil", area: str = "w", **data: object) -> int:
    """An order to wear masks, to every unit of every tier below."""
    said = {"title": "Masks at every gate", "text": "From tonight on.", **data}
    opening = Opening(city.areas[area].id, "normal", said, title="Masks")
    return open_item(catalogue.get("directive"), opening, city.scene(by)).item_id


def receipt(city: City, order_id: int, area: str) -> int:
    """The receipt of one unit."""
    return Item.objects.get(parent_id=order_id, unit_id=city.areas[area].id).id


def test_an_order_shows_who_has_it_and_who_has_done_it_at_each_tier(city: City) -> None:
    order_id = order(city)
    by = {"elm": "dee", "oak": "sam"}
    for area, name in by.items():
        advance(receipt(city, order_id, area), "receive", city.scene(name))
    advance(receipt(city, order_id, "oak"), "report", city.scene("sam"), data={"note": "Done."})

    seen = [(r.tier, r.n_units, r.n_received, r.n_done) for r in reached(order_id)]

    assert seen == [(Tier.DISTRICT, 2, 0, 0), (Tier.STREET, 2, 1, 0), (Tier.COMMUNITY, 3, 1, 1)]
    assert Item.objects.get(id=receipt(city, order_id, "ash")).holder_id == city.accounts["eve"].id


def test_the_order_is_complete_when_the_last_unit_has_done_it(city: City) -> None:
    order_id = order(city, by="dee", area="elm", report=False)

    for area in ("oak", "pine"):
        assert Item.objects.get(id=order_id).stage == "sent"
        advance(receipt(city, order_id, area), "note", city.scene("dee"))

    assert Item.objects.get(id=order_id).stage == "complete"


def test_an_order_withdrawn_is_no_longer_asked_of_anybody(city: City) -> None:
    order_id = order(city)

    advance(order_id, "withdraw", city.scene("gil"), data={"reason": "Overtaken."})

    assert set(Item.objects.filter(parent_id=order_id).values_list("stage", flat=True)) == {
        "dropped"
    }


def test_a_report_that_is_asked_for_cannot_be_left_out(city: City) -> None:
    order_id = order(city)

    with pytest.raises(GateShut, match="asks for a report"):
        advance(receipt(city, order_id, "oak"), "note", city.scene("sam"))


def test_a_community_cannot_order_a_street(city: City) -> None:
    with pytest.raises(NotAllowed):
        order(city, by="sam", area="oak")


def test_an_order_reaches_every_unit_of_a_whole_city(city: City) -> None:
    street = city.areas["fir"]
    Area.objects.bulk_create(
        Area(
            kind=AreaKind.COMMUNITY,
            name_zh=f"第{n}社区",
            parent=street,
            path=f"{street.path}{n:04d}",
            street_id=street.id,
            district_id=street.district_id,
            city_id=street.city_id,
        )
        for n in range(1000, 4345)
    )
    for area in Area.objects.filter(kind=AreaKind.COMMUNITY, community_id=None):
        area.community_id = area.id
        area.save(update_fields=["community_id"])

    order_id = order(city)

    assert sum(r.n_units for r in reached(order_id)) == 2 + 2 + 3 + 3345


def test_what_a_grid_enters_is_in_the_citys_total_without_anybody_forwarding_it(
    city: City,
) -> None:
    before = board.total(city.areas["w"].path)["n_opened"]

    open_item(
        catalogue.get("request"),
        Opening(city.areas["oak1"].id, "normal", {"description": "Drums"}, kind="noise"),
        city.scene("cy", EVENING),
    )

    assert board.total(city.areas["w"].path)["n_opened"] == before + 1

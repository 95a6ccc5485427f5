"""The tree of areas: any depth, no cycle, codes that differ by list, and a move that takes all."""

from datetime import date

import pytest

from linli.errors import BadInput, NotFound
from linli.loops import board, catalogue
from linli.loops.advance import Opening, open_item
from linli.loops.ledger import Item
from linli.registry import area_tree, areas, duties
from linli.registry.area_tree import CyclicTree, NewArea
from linli.registry.areas import Area, Tier
from linli.registry.duties import Duty, NoDuty, RequestType
from tests.cast import City

pytestmark = pytest.mark.db


def test_every_area_knows_its_unit_at_each_tier(city: City) -> None:
    grid = Area.objects.get(id=city.areas["oak1"].id)

    units = [areas.unit_at(grid, tier) for tier in Tier]
    assert units == [city.areas[name].id for name in ("oak", "elm", "east", "w")]
    assert [a.id for a in areas.ancestors(grid)] == units[::-1]


def test_one_street_carries_different_codes_in_two_lists(city: City) -> None:
    [street] = area_tree.add_many(
        [
            NewArea(
                "street",
                "同名街道",
                parent=city.areas["west"].id,
                codes=(("nbs", "420106001"), ("civil", "420106999")),
            )
        ]
    )

    assert list(areas.by_code("nbs", "420106001")) == [street]
    assert list(areas.by_code("civil", "420106001")) == []


def test_areas_that_lie_in_each_other_are_refused_by_name(db: None) -> None:
    with pytest.raises(CyclicTree, match="榆"):
        area_tree.add_many(
            [
                NewArea("street", "榆", parent="b", key="a"),
                NewArea("street", "杉", parent="a", key="b"),
            ]
        )


def test_an_area_cannot_be_moved_into_its_own_part(city: City) -> None:
    with pytest.raises(CyclicTree):
        area_tree.move(city.areas["elm"], city.areas["oak"])


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        (NewArea("planet", "火星"), BadInput),
        (NewArea("street", "  "), BadInput),
        (NewArea("street", "某街道", parent=987654), NotFound),
        (NewArea("street", "某街道", parent="nobody"), BadInput),
    ],
)
def test_bad_areas_are_refused_and_nothing_is_added(
    city: City, new: NewArea, problem: type[Exception]
) -> None:
    before = Area.objects.count()

    with pytest.raises(problem):
        area_tree.add(new)

    assert Area.objects.count() == before


def test_a_moved_community_takes_its_items_posts_and_counts_along(city: City) -> None:
    opening = Opening(city.areas["oak1"].id, "normal", {"description": "Drums"}, kind="noise")
    item = open_item(catalogue.get("request"), opening, city.scene("ann")).item_id

    moved = area_tree.move(city.areas["oak"], city.areas["fir"])

    assert moved.path.startswith(city.areas["fir"].path)
    assert Item.objects.get(id=item).path.startswith(moved.path)
    assert board.total(city.areas["west"].path)["n_open"] == 1
    assert board.total(city.areas["east"].path)["n_open"] == 0
    assert city.actor("sam").holdings[0].path == moved.path
    grid = Area.objects.get(id=city.areas["oak1"].id)
    assert grid.street_id == city.areas["fir"].id


def test_every_type_of_request_has_one_lead_duty_and_the_others_are_listed(city: City) -> None:
    day = date(2020, 2, 9)
    RequestType.objects.create(
        code="stray", name_zh="流浪猫", name_en="Stray cat", item_class="normal"
    )

    assert duties.lead_for("noise", day).code == "d-noise"
    assert [kind.code for kind in duties.unmapped(day)] == ["stray"]
    with pytest.raises(NoDuty, match="stray"):
        duties.lead_for("stray", day)


def test_a_duty_of_tomorrow_leads_from_tomorrow_on(city: City) -> None:
    Duty.objects.filter(code="d-noise").update(valid_until=date(2020, 2, 9))
    Duty.objects.create(
        code="d-noise",
        topic="noise",
        name_zh="噪声",
        name_en="Noise",
        tier=Tier.STREET,
        version=2,
        valid_from=date(2020, 2, 10),
    )

    assert duties.lead_for("noise", date(2020, 2, 9)).version == 1
    assert duties.lead_for("noise", date(2020, 2, 10)).version == 2


def test_there_is_no_area_nobody_made(db: None) -> None:
    with pytest.raises(NotFound, match="12345"):
        areas.get(12345)

"""Who sees which items, what explains them, and do the boards add up?"""

import pytest

from linli.errors import NotFound, PurposeNeeded
from linli.loops import board, catalogue, find, tick, write
from linli.loops.advance import Opening, advance, open_item
from linli.loops.find import Filters
from linli.loops.ledger import Item
from linli.loops.token import digest
from linli.loops.why import why
from linli.policy.can import VISITOR
from linli.policy.fields import MASK
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
LOOP = catalogue.get("request")


def opened(city: City, area: str = "oak1", **more: object) -> int:
    """Ann asks for something somewhere."""
    data = {"description": "No water", "contact_name": "Ann", "contact_phone": "000"}
    opening = Opening(
        city.areas[area].id,
        "utility",
        data,
        kind="water",
        opened_by=city.accounts["ann"].id,
        **more,  # type: ignore[arg-type]
    )
    return open_item(LOOP, opening, city.scene("ann")).item_id


def see(city: City, name: str, item_id: int, purpose: str | None = "service") -> find.ItemView:
    """An item through somebody's eyes."""
    return find.item_for(city.actor(name), item_id, now=EVENING, purpose=purpose)


def test_a_foreign_item_sounds_exactly_like_one_that_does_not_exist(city: City) -> None:
    item_id = opened(city)

    with pytest.raises(NotFound) as foreign:
        see(city, "eve", item_id)
    with pytest.raises(NotFound) as missing:
        see(city, "eve", item_id + 999)

    assert str(foreign.value).replace(str(item_id), "") == str(missing.value).replace(
        str(item_id + 999), ""
    )


def test_resident_data_needs_a_purpose_even_in_the_own_area(city: City) -> None:
    item_id = opened(city)

    with pytest.raises(PurposeNeeded, match="answering a request"):
        see(city, "cy", item_id, purpose=None)


def test_an_analyst_sees_no_single_item(city: City) -> None:
    with pytest.raises(NotFound):
        see(city, "jo", opened(city))


def test_contacts_are_masked_for_who_need_not_know(city: City) -> None:
    item_id = opened(city)

    assert see(city, "cy", item_id).data["contact_phone"] == "000"
    assert see(city, "ann", item_id, None).data["contact_phone"] == "000"
    assert MASK not in see(city, "gil", item_id).data.values()


def test_a_token_opens_its_own_request_and_no_other(city: City) -> None:
    mine = opened(city, token_hash=digest("apple"))
    other = opened(city, token_hash=digest("pear"))

    assert find.by_token("apple") == mine
    view = find.item_for(VISITOR, mine, now=EVENING, purpose=None, token="apple")
    assert [s.step.name for s in view.steps] == ["withdraw"]
    with pytest.raises(NotFound):
        find.item_for(VISITOR, other, now=EVENING, purpose=None, token="apple")


def test_lists_hold_only_the_own_area_and_page_by_key(city: City) -> None:
    here = [opened(city) for _ in range(5)]
    opened(city, "ash1")

    first = find.items(city.actor("bo"), filters=Filters(), purpose="service", most=3)
    rest = find.items(
        city.actor("bo"), filters=Filters(), purpose="service", most=3, after=first.after
    )

    assert [row.id for row in first.rows + rest.rows] == here[::-1]
    assert rest.after is None
    with pytest.raises(PurposeNeeded):
        find.items(city.actor("bo"), filters=Filters(), purpose=None)


def test_every_number_on_the_board_opens_a_list_of_that_length(city: City) -> None:
    for area in ("oak1", "oak1", "oak2", "ash1"):
        opened(city, area)
    tick.tick(EVENING + 8 * HOUR)
    gil = city.actor("gil")

    for counts in board.children(city.areas["w"]):
        for name, filters in (
            ("n_late", Filters(late=True, area_path=counts.area.path)),
            ("n_unheld", Filters(unheld=True, area_path=counts.area.path)),
            ("n_opened", Filters(area_path=counts.area.path)),
            ("n_city", Filters(alive=True, tier=3, area_path=counts.area.path)),
        ):
            rows = find.items(gil, filters=filters, purpose="service").rows
            assert (name, len(rows)) == (name, counts[name])
    assert board.total(city.areas["w"].path)["n_late"] == 4


def test_counts_two_tiers_down_and_counts_of_the_items_agree_with_the_tallies(city: City) -> None:
    for area in ("oak1", "oak1", "oak2", "ash1"):
        opened(city, area)
    tick.tick(EVENING + 8 * HOUR)
    names = ("w", "east", "elm", "oak", "pine", "ash")

    found = board.each(city.areas["w"].path, [city.areas[name] for name in names])

    assert [c["n_late"] for c in found] == [4, 3, 3, 3, 0, 1]
    for name, counts in zip(names, found, strict=True):
        assert board.counted(city.areas[name].path, loop="request") == counts.numbers
    assert board.counted(city.areas["oak2"].path, loop="request")["n_opened"] == 1


def test_a_reply_counts_as_in_time_only_before_a_limit_was_missed(city: City) -> None:
    for hours in (0, 8):
        item_id = opened(city)
        tick.tick(EVENING + hours * HOUR)
        scene = city.scene("gil", EVENING + hours * HOUR)
        advance(item_id, "take_over", scene)
        advance(
            item_id, "answer", scene, data={"note": "Done.", "result": "done", "reach": "phone"}
        )

    numbers = board.total(city.areas["w"].path)
    assert (numbers["n_in_time"], numbers["n_missed"]) == (1, 1)
    for reply in ("in_time", "missed"):
        filters = Filters(reply=reply)
        assert len(find.items(city.actor("gil"), filters=filters, purpose="service").rows) == 1
    found = board.found_and_solved(city.areas["w"].path)
    assert found.pairs == {(0, 0): 1, (0, 3): 1}
    assert found.delay_h == {1: 1.5, 2: 2.0, 3: 4.0}  # when due, though the tick came at eight


def test_an_item_explains_who_when_and_what_comes_next(city: City) -> None:
    item_id = opened(city)

    said = " ".join(reason.tell() for reason in why(write.load(item_id, lock=False)))  # type: ignore[arg-type]

    assert "d-water" in said
    assert "1.0 hours round the clock, by version 1" in said
    assert "Next, at 50 % of the limit: the community tier answers." in said


def test_what_is_mine_comes_with_the_earliest_limit_first(city: City) -> None:
    for _ in range(4):
        opened(city)
    Item.objects.update(holder_id=city.accounts["cy"].id)
    ids = list(Item.objects.order_by("id").values_list("id", flat=True))
    Item.objects.filter(id=ids[0]).update(due_at=None)
    Item.objects.filter(id=ids[3]).update(due_at=EVENING)
    cy = city.actor("cy")

    first = find.work_of(cy, now=EVENING, most=2)
    second = find.work_of(cy, now=EVENING, most=2, after=first.after)

    assert [row.id for row in first.rows + second.rows] == [ids[3], ids[1], ids[2], ids[0]]

"""Who sees which items, what explains them, and do the boards add up?"""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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


VIEWERS = ("cy", "bo", "sam", "dee", "fay", "gil", "eve")  # from a grid to the city
NARROWED = [
    Filters(),
    Filters(alive=True),
    Filters(late=True),
    Filters(unheld=True),
    Filters(no_target=True, alive=True),
    Filters(tier=3, alive=True),
    Filters(reopened=True),
    Filters(loop="request"),
    Filters(loop="directive"),
    Filters(kind="water", item_class="utility"),
    Filters(kind="breath"),
]


def spread(city: City) -> None:
    """Items of every sort, in three grids of two districts."""
    ids = [opened(city, area) for area in ("oak1", "oak2", "ash1") for _ in range(8)]
    for n, item_id in enumerate(ids):
        Item.objects.filter(id=item_id).update(
            late=n % 3 == 0,
            state="closed" if n % 4 == 1 else "open",
            holder_id=None if n % 5 == 2 else city.accounts["cy"].id,
            clock_id=None if n % 7 == 3 else 1,
            tier=3 if n % 8 in (3, 6) else 0,
            n_reopened=n % 2,
            kind="breath" if n % 6 == 4 else "water",
        )


def test_the_same_items_are_listed_whichever_way_the_database_is_led(city: City) -> None:
    spread(city)
    everything = list(Item.objects.order_by("-id"))

    for name, place in product(VIEWERS, ("", "w", "east", "oak1", "ash")):
        actor = city.actor(name)
        path = city.areas[place].path if place else ""
        within = [h.path for h in actor.holds(LOOP.seen_by)]
        seen = [i for i in everything if i.path.startswith(path) and i.path.startswith(within[0])]
        for filters in NARROWED:
            asked = replace(filters, area_path=path)
            first = find.items(actor, filters=asked, purpose="service", most=3)
            found = [row.id for row in first.rows]
            if first.after:
                rest = find.items(actor, filters=asked, purpose="service", after=first.after)
                found += [row.id for row in rest.rows]
            assert (name, asked, found) == (name, asked, [i.id for i in seen if fits(i, filters)])


def fits(item: Item, filters: Filters) -> bool:
    """What the database is asked, said once more in Python."""
    alive = item.state != "closed"
    tests = {
        "alive": alive,
        "late": item.late and alive,
        "unheld": item.holder_id is None and item.state == "open",
        "no_target": item.clock_id is None,
        "reopened": item.n_reopened > 0,
        "tier": item.tier == filters.tier,
        "loop": item.loop == filters.loop,
        "kind": item.kind == filters.kind,
        "item_class": item.item_class == filters.item_class,
    }
    return all(fit for name, fit in tests.items() if getattr(filters, name) not in (None, ""))


def test_a_page_of_items_is_one_question_however_much_is_seen(
    city: City, django_assert_num_queries: Any
) -> None:
    spread(city)

    for name, filters in product(VIEWERS, NARROWED):
        actor = city.actor(name)
        for most in (2, 20):
            with django_assert_num_queries(1):
                find.items(actor, filters=filters, purpose="service", most=most)


def test_a_list_of_somewhere_out_of_sight_is_empty_and_asks_nothing(
    city: City, django_assert_num_queries: Any
) -> None:
    opened(city, "ash1")
    elsewhere, bo = Filters(area_path=city.areas["ash"].path), city.actor("bo")

    with django_assert_num_queries(0):
        page = find.items(bo, filters=elsewhere, purpose="service")

    assert page.rows == []


SERVED_FROM = {
    "item_late": Filters(late=True),
    "item_unheld": Filters(unheld=True),
    "item_no_target": Filters(no_target=True, alive=True),
    "item_tier": Filters(tier=3, alive=True),
    "item_reopened": Filters(reopened=True),
    "item_loop": Filters(loop="directive"),
    "item_kind": Filters(kind="breath"),
    "item_alive": Filters(alive=True),
}


def test_what_is_rare_has_an_index_from_which_the_whole_city_is_served(city: City) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a small table whole; SQLite's plan does not go by its size.")
    gil = city.actor("gil")

    for index, filters in SERVED_FROM.items():
        with CaptureQueriesContext(connection) as asked:
            find.items(gil, filters=filters, purpose="service")
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked[-1]['sql']}".replace("%", "%%"))
            plan = " ".join(row[-1] for row in cursor.fetchall())
        assert index in plan
        assert "TEMP B-TREE" not in plan

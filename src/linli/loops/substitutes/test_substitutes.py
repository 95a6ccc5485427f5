"""Every estate without manager, guard and fence has substitutes or open items (S67)."""

from datetime import date

import pytest

from linli.errors import BadInput, NotAllowed
from linli.loops.advance import advance
from linli.loops.ledger import Item
from linli.loops.substitutes import watch
from linli.loops.substitutes.watch import How
from linli.registry.areas import Area
from linli.registry.estates import Lack
from linli.registry.facts import Fact
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
DAY = 24 * HOUR
PLACED = {"what": "two volunteers by turns", "who": "residents' committee", "until": "2020-02-11"}


def written(estate: Area, *, on: date = date(2020, 2, 1), **lacks: int) -> None:
    for key, value in lacks.items():
        Fact.objects.create(area=estate, path=estate.path, key=key, value=value, unit="1",
                            as_of=on, source="walk")  # fmt: skip


def three_without(city: City) -> Area:
    court = city.areas["court"]
    written(court, no_property_manager=1, no_guard=1, no_enclosure=1)
    return court


def stands(city: City, now: int = EVENING) -> dict[Lack, How]:
    oak = city.areas["oak"]
    (row,) = watch.register([(oak.path, oak.path + "~")], now=now)
    return {one.lack: one.how for one in row.stands}


def test_every_estate_without_the_three_has_a_substitute_or_an_open_item(city: City) -> None:
    three_without(city)

    assert set(stands(city).values()) == {How.OPEN}
    assert watch.chore(EVENING) == 3
    assert watch.chore(EVENING) == 0
    assert set(stands(city).values()) == {How.ASKED}
    assert sorted(Item.objects.values_list("item_class", flat=True)) == [
        "cleaning", "fence", "guard"]  # fmt: skip

    guard = Item.objects.get(item_class="guard")
    advance(guard.id, "place", city.scene("sam"), data=PLACED)

    assert stands(city)[Lack.GUARD] is How.IN_PLACE
    assert watch.chore(EVENING) == 0


def test_what_was_promised_until_a_day_is_asked_for_again_after_it(city: City) -> None:
    three_without(city)
    watch.chore(EVENING)
    guard = Item.objects.get(item_class="guard")
    advance(guard.id, "place", city.scene("sam"), data=PLACED)

    assert watch.chore(EVENING + 2 * DAY) == 0  # the last day
    assert watch.chore(EVENING + 3 * DAY) == 1
    assert watch.chore(EVENING + 3 * DAY) == 0


def test_what_nobody_wrote_down_is_unknown_and_asks_for_nothing(city: City) -> None:
    written(city.areas["court"], no_guard=1)

    assert stands(city) == {Lack.GUARD: How.OPEN, Lack.FENCE: How.UNKNOWN,
                            Lack.CLEANING: How.UNKNOWN}  # fmt: skip
    assert watch.chore(EVENING) == 0


def test_an_estate_that_got_its_own_guard_is_none_of_them_any_more(city: City) -> None:
    court = three_without(city)
    written(court, on=date(2020, 2, 5), no_guard=0)

    assert stands(city)[Lack.GUARD] is How.HAS
    assert watch.chore(EVENING) == 0


def test_who_answers_for_the_area_asks_at_once_and_others_cannot(city: City) -> None:
    three_without(city)

    for name in ("eve", "cy", "ann", "gus"):
        with pytest.raises(NotAllowed):
            watch.ask_for(city.actor(name), city.areas["elm"], now=EVENING)
    assert watch.ask_for(city.actor("dee"), city.areas["elm"], now=EVENING) == 3


def test_a_substitute_names_what_who_and_until_when(city: City) -> None:
    three_without(city)
    watch.chore(EVENING)

    with pytest.raises(BadInput):
        advance(Item.objects.first().id, "place", city.scene("sam"), data={"what": "volunteers"})

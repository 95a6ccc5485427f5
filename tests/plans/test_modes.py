"""A city goes into emergency and back; clocks follow, nothing is lost, and it ends by itself."""

import pytest

from linli.audit.models import Record
from linli.errors import BadInput, NotAllowed
from linli.loops import tick
from linli.loops.advance import Opening, advance, open_item
from linli.loops.ledger import Item
from linli.loops.limits import StageClock
from linli.loops.requests.loop import LOOP
from linli.plans import modes
from linli.plans.modes import NewDeclaration
from linli.registry.declarations import mode_at
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
DAY = 24 * HOUR


def opened(city: City) -> int:
    """A normal request of Ann's: four office hours to be accepted in peace."""
    opening = Opening(city.areas["oak1"].id, "normal", {"description": "Drums"}, kind="noise")
    return open_item(LOOP, opening, city.scene("ann")).item_id


def emergency(city: City, **more: int) -> NewDeclaration:
    """An emergency of ten days from this evening."""
    said = {"starts_at": EVENING, "ends_at": EVENING + 10 * DAY} | more
    return NewDeclaration("emergency", "City command", "Cases rise.", **said)


def clock_of(item_id: int) -> tuple[str, str]:
    """The calendar and mode that an item runs by."""
    item = Item.objects.get(id=item_id)
    return item.calendar, StageClock.objects.get(id=item.clock_id).mode


def test_all_clocks_switch_and_switch_back_and_both_acts_are_in_the_audit(city: City) -> None:
    items = [opened(city) for _ in range(3)]
    assert {clock_of(i) for i in items} == {("office", "peace")}
    before = list(Item.objects.values_list("id", "due_at", "level", "entered_c", "next_c"))

    made = modes.declare(city.actor("gil"), city.areas["w"], emergency(city), now=EVENING)
    assert {clock_of(i) for i in items} == {("always", "emergency")}
    assert Item.objects.get(id=items[0]).due_at.timestamp() == EVENING + 4 * HOUR
    modes.lift(city.actor("gil"), made.id, now=EVENING)

    assert {clock_of(i) for i in items} == {("office", "peace")}
    after = list(Item.objects.values_list("id", "due_at", "level", "entered_c", "next_c"))
    assert after == before
    acts = Record.objects.filter(kind="mode").values_list("act", flat=True)
    assert list(acts) == ["declare", "lift"]


def test_a_mode_that_has_expired_turns_itself_off(city: City) -> None:
    item = opened(city)
    modes.declare(city.actor("gil"), city.areas["w"], emergency(city), now=EVENING)

    end = EVENING + 10 * DAY
    assert mode_at(city.areas["oak1"].path, end - 1) == "emergency"
    assert mode_at(city.areas["oak1"].path, end) == "peace"
    modes.settle(end)

    assert clock_of(item) == ("office", "peace")
    assert Record.objects.filter(kind="mode", act="expire").exists()


def test_half_of_a_limit_used_stays_half_used(city: City) -> None:
    item = opened(city)
    modes.declare(city.actor("gil"), city.areas["w"], emergency(city), now=EVENING)
    tick.tick(EVENING + 2 * HOUR)  # half of four hours

    later = EVENING + 2 * HOUR
    found = Item.objects.get(id=item)
    advance(item, "accept", city.scene("cy", later))
    assert found.level == 1
    assert clock_of(item) == ("always", "emergency")


def test_a_district_declares_for_itself_and_not_for_its_neighbour(city: City) -> None:
    east = opened(city)
    west = open_item(
        LOOP,
        Opening(city.areas["ash1"].id, "normal", {"description": "Drums"}, kind="noise"),
        city.scene("ann"),
    ).item_id

    modes.declare(city.actor("fay"), city.areas["east"], emergency(city), now=EVENING)

    assert (clock_of(east)[1], clock_of(west)[1]) == ("emergency", "peace")
    with pytest.raises(NotAllowed):
        modes.declare(city.actor("fay"), city.areas["west"], emergency(city), now=EVENING)
    with pytest.raises(NotAllowed):
        modes.declare(city.actor("sam"), city.areas["oak"], emergency(city), now=EVENING)


@pytest.mark.parametrize("ends_at", [EVENING - 1, EVENING, EVENING + 400 * DAY])
def test_an_end_in_the_past_or_far_away_is_refused(city: City, ends_at: int) -> None:
    with pytest.raises(BadInput):
        modes.declare(
            city.actor("gil"), city.areas["w"], emergency(city, ends_at=ends_at), now=EVENING
        )

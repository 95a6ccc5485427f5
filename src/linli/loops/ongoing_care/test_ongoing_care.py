"""Every displaced patient has a new place, or an item that has climbed (S28)."""

import pytest

from linli.errors import GateShut
from linli.loops import tick
from linli.loops.for_person import About, open_about
from linli.loops.ledger import Item
from tests.bedside import Bedside
from tests.cast import HOUR, City

pytestmark = pytest.mark.db
DISPLACED = ["dialysis"] * 4 + ["pregnancy"] * 3 + ["chronic"] * 3


@pytest.fixture
def bedside(city: City) -> Bedside:
    """The small city; its clinic gives no ordinary care any more."""
    return Bedside(city)


def displaced(bedside: Bedside, item_class: str) -> int:
    """Somebody whose place was closed."""
    about = About("ongoing_care", item_class, bedside.person().id, {"because": "displaced"})
    actor = bedside.city.actor("bo")
    verb = "ongoing_care.ask"
    return open_about(actor, about, verb, purpose="service", now=bedside.now).item_id


def test_after_three_days_each_has_a_place_or_an_item_that_has_climbed(bedside: Bedside) -> None:
    ids = [displaced(bedside, item_class) for item_class in DISPLACED]
    clinic = bedside.site("透析中心", kind="hospital", stage="")
    for item_id in ids[::2]:
        bedside.take(item_id, "place", "bo", site_id=clinic.id)
        bedside.take(item_id, "begin", "bo")

    tick.tick(bedside.now + 73 * HOUR)

    items = Item.objects.filter(id__in=ids)
    assert all(i.stage == "given" or (i.late and i.tier >= 1) for i in items)
    assert sum(item.stage == "given" for item in items) == 5


def test_a_place_that_is_closed_is_no_place(bedside: Bedside) -> None:
    closed = bedside.site("改造中", kind="designated_hospital", stage="converting")

    with pytest.raises(GateShut, match="is not open"):
        bedside.take(displaced(bedside, "dialysis"), "place", "bo", site_id=closed.id)


def test_a_place_that_fell_through_twice_goes_up_a_tier(bedside: Bedside) -> None:
    item_id = displaced(bedside, "dialysis")
    clinic = bedside.site("透析中心", kind="hospital", stage="")
    for _ in range(2):
        bedside.take(item_id, "place", "bo", site_id=clinic.id)
        bedside.take(item_id, "lose", "bo")

    assert Item.objects.get(id=item_id).tier == 1

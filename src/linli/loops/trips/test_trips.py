"""The community's car takes who has no fever; a fever becomes a transfer by itself (S34)."""

from typing import Any

import pytest

from linli.errors import GateShut, NotFound
from linli.loops import tick
from linli.loops.for_person import About, open_about
from linli.loops.ledger import Item
from tests.bedside import Bedside
from tests.cast import HOUR, City

pytestmark = pytest.mark.db
AT = "2020-02-10T08:00:00+08:00"


@pytest.fixture
def bedside(city: City) -> Bedside:
    """The small city with a car of Elm Street."""
    return Bedside(city)


def trip(bedside: Bedside, **more: Any) -> int:
    """A trip to dialysis that Bo books at the desk."""
    data = {"goes_at": AT, "fever": False, **more}
    about = About("trip", "dialysis", bedside.person().id, data)
    actor = bedside.city.actor("bo")
    return open_about(actor, about, "trips.ask", purpose="service", now=bedside.now).item_id


@pytest.mark.parametrize("said", [{"fever": True}, {"temperature_c": 37.3}])
def test_a_fever_trip_goes_to_the_transfers_and_never_by_the_car(
    bedside: Bedside, said: dict[str, Any]
) -> None:
    asked = trip(bedside, **said)

    assert bedside.stage(asked) == "referred"
    transfer = Item.objects.get(loop="transfer")
    assert (transfer.parent_id, transfer.stage) == (asked, "needed")
    assert transfer.data["category"] == "fever"
    bedside.take(transfer.id, "withdraw", "dee", reason="better")
    assert bedside.stage(asked) == "settled"


def test_a_fever_at_the_door_is_seen_before_the_car_leaves(bedside: Bedside) -> None:
    asked = trip(bedside)
    bedside.take(asked, "book", "bo", vehicle_id=bedside.vehicle("car", n_seats=4).id)

    with pytest.raises(GateShut, match="Hand them to the transfers"):
        bedside.take(asked, "leave", "bo", temperature_c=37.5)
    bedside.take(asked, "leave", "bo", temperature_c=36.8)

    assert bedside.stage(asked) == "out"


def test_a_car_is_on_one_trip_at_a_time(bedside: Bedside) -> None:
    car = bedside.vehicle("car", n_seats=4)
    first, second = trip(bedside), trip(bedside, goes_at="2020-02-10T09:00:00+08:00")
    bedside.take(first, "book", "bo", vehicle_id=car.id)

    with pytest.raises(GateShut, match=f"The car is out then, on trip {first}"):
        bedside.take(second, "book", "bo", vehicle_id=car.id)


def test_dialysis_is_booked_once_and_goes_on(bedside: Bedside) -> None:
    asked = trip(bedside)

    bedside.take(asked, "repeat", "bo", weekdays="135", until="2020-02-21")

    again = Item.objects.filter(parent_id=asked).order_by("id")
    days = [str(trip.data["goes_at"])[:10] for trip in again]
    assert days == [
        "2020-02-12", "2020-02-14", "2020-02-17", "2020-02-19", "2020-02-21",
    ]  # fmt: skip


def test_a_trip_without_a_car_climbs(bedside: Bedside) -> None:
    asked = trip(bedside)

    tick.tick(bedside.now + 2 * HOUR)

    item = Item.objects.get(id=asked)
    assert item.late
    assert item.tier == 1


def test_nobody_books_for_somebody_out_of_reach(bedside: Bedside) -> None:
    about = About("trip", "clinic", bedside.person("ash1").id, {"goes_at": AT, "fever": False})

    with pytest.raises(NotFound):
        open_about(bedside.city.actor("bo"), about, "trips.ask", purpose="service", now=bedside.now)

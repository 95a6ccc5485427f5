"""A day without contact for somebody old and alone is an urgent item, until somebody makes it."""

from uuid import uuid4

import pytest

from linli.errors import NotFound
from linli.loops import tick
from linli.loops.advance import advance
from linli.loops.calls import watch
from linli.loops.ledger import Item
from tests.cast import EVENING, HOUR, City
from tests.doors import Doors, move_in, open_round, tell, told

pytestmark = pytest.mark.db
DAY = 24 * HOUR


@pytest.fixture
def doors(city: City) -> Doors:
    found = move_in(city)
    open_round(city)
    for name, need in (("Qian One", "lone_elder"), ("Sun One", "dialysis")):
        found.people[name].needs = [need]
        found.people[name].save()
    return found


def owed() -> dict[int, str]:
    """The class of the open item of each person."""
    rows = Item.objects.filter(loop="call", stage="owed")
    return {row.subject_id: row.item_class for row in rows}


def test_nobody_is_owed_a_call_before_six_in_the_evening(city: City, doors: Doors) -> None:
    assert watch.chore(EVENING - 1) == 0
    assert owed() == {}


def test_a_day_without_contact_is_an_item_urgent_for_a_lone_elder(city: City, doors: Doors) -> None:
    watch.chore(EVENING)

    elder, patient = doors.people["Qian One"].id, doors.people["Sun One"].id
    assert owed() == {elder: "urgent", patient: "normal"}
    assert watch.chore(EVENING) == 0


def test_who_was_checked_by_the_round_or_called_is_owed_nothing(city: City, doors: Doors) -> None:
    tell(city.actor("cy"), told(person=doors.people["Qian One"]))
    call = {"uid": uuid4(), "by": "phone", "well": True}
    patient = doors.people["Sun One"].id

    assert watch.contacted(city.actor("sam"), patient, call, now=EVENING, purpose="care")
    assert not watch.contacted(city.actor("sam"), patient, call, now=EVENING, purpose="care")
    watch.chore(EVENING)

    assert owed() == {}


def test_where_no_round_is_held_nobody_is_owed_a_daily_call(city: City) -> None:
    found = move_in(city)
    open_round(city, area="ash", by="eve")
    for name in ("Qian One", "Li One"):
        found.people[name].needs = ["lone_elder"]
        found.people[name].save()

    watch.chore(EVENING)

    assert owed() == {found.people["Li One"].id: "urgent"}


def test_being_unreachable_is_no_contact(city: City, doors: Doors) -> None:
    tell(city.actor("cy"), told(person=doors.people["Qian One"], seen="unreachable"))

    watch.chore(EVENING)

    assert doors.people["Qian One"].id in owed()


def test_a_contact_closes_it_and_a_report_does_too(city: City, doors: Doors) -> None:
    watch.chore(EVENING)
    item = Item.objects.get(subject_id=doors.people["Sun One"].id, loop="call")
    advance(item.id, "reach", city.scene("sam", purpose="care"), data={"by": "phone"})
    tell(city.actor("cy"), told(person=doors.people["Qian One"]))

    watch.chore(EVENING + 60)

    assert owed() == {}
    outcomes = Item.objects.filter(loop="call").values_list("outcome", flat=True)
    assert sorted(outcomes) == ["seen", "well"]


def test_each_further_day_is_told_of_once_and_the_street_hears_of_it(
    city: City, doors: Doors
) -> None:
    watch.chore(EVENING)
    tick.tick(EVENING + 2 * HOUR)
    for _ in range(2):
        watch.chore(EVENING + DAY)

    item = Item.objects.get(subject_id=doors.people["Qian One"].id, loop="call")
    assert item.data["n_days"] == 2
    assert (item.tier, item.late) == (1, True)


def test_a_neighbouring_community_has_no_business_here(city: City, doors: Doors) -> None:
    call = {"uid": uuid4(), "by": "phone", "well": True}

    with pytest.raises(NotFound):
        watch.contacted(
            city.actor("eve"), doors.people["Sun One"].id, call, now=EVENING, purpose="care"
        )

"""What hangs on a person in several loops follows them, and ends with them."""

import pytest

from linli.loops.calls import watch
from linli.loops.calls.tables import CareContact
from linli.loops.screening.tables import Reward
from linli.registry import departures, merges
from linli.registry.person import Left
from tests.cast import EVENING, City
from tests.doors import TODAY, Doors, move_in, open_round

pytestmark = pytest.mark.db


@pytest.fixture
def doors(city: City) -> Doors:
    found = move_in(city)
    open_round(city)
    return found


def test_what_was_earned_and_who_was_called_follow_too(city: City, doors: Doors) -> None:
    lost, kept = doors.people["Zhao One"], doors.people["Zhao Two"]
    Reward.objects.create(person_id=lost.id, day=TODAY, exercise=False, path=lost.path, cents=500)
    told_ = {"uid": "01234567-89ab-4def-8123-456789abcdef", "by": "phone", "well": True}
    watch.contacted(city.actor("cy"), lost.id, told_, now=EVENING, purpose="care")

    merges.merge(city.actor("ida"), lost.id, kept.id, now=EVENING)

    assert Reward.objects.get().person_id == kept.id
    assert CareContact.objects.get().person_id == kept.id


def test_nobody_in_special_care_who_has_left_is_owed_a_call(city: City, doors: Doors) -> None:
    elder = doors.people["Qian One"]
    elder.needs = ["lone_elder"]
    elder.save()
    assert [one.id for one in watch.without_contact(TODAY)] == [elder.id]

    departures.note(elder.id, TODAY, Left.DIED, source="test", now=EVENING)

    assert watch.without_contact(TODAY) == []

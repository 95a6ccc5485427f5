"""A household card shows who lives there, what they need and how they were found; to few."""

from datetime import date

import pytest

from linli.errors import NotFound, PurposeNeeded
from linli.loops.screening import card
from linli.registry.accounts import Account
from tests.cast import City
from tests.doors import TODAY, Doors, move_in, open_round, tell, told

pytestmark = pytest.mark.db


@pytest.fixture
def doors(city: City) -> Doors:
    found = move_in(city)
    open_round(city)
    return found


def test_the_card_holds_members_needs_and_how_each_was_found(city: City, doors: Doors) -> None:
    doors.people["Zhao Two"].needs = ["wheelchair"]
    doors.people["Zhao Two"].save()
    tell(city.actor("cy"), told(person=doors.people["Zhao One"], seen="away"))

    found = card.open_card(city.actor("cy"), doors.households["101"].id, TODAY, purpose="screening")

    assert [(p["name"], p["needs"], p["state"]) for p in found.people] == [
        ("Zhao One", [], "away"), ("Zhao Two", ["wheelchair"], None), ("Zhao Three", [], None),
    ]  # fmt: skip


def test_a_card_elsewhere_sounds_like_none(city: City, doors: Doors) -> None:
    for name in ("eve", "gus", "quin", "ann", "jo"):
        with pytest.raises(NotFound):
            card.open_card(city.actor(name), doors.households["101"].id, TODAY, purpose="screening")
    with pytest.raises(PurposeNeeded):
        card.open_card(city.actor("cy"), doors.households["101"].id, TODAY, purpose=None)


def test_a_resident_sees_the_own_card(city: City, doors: Doors) -> None:
    Account.objects.filter(username="ann").update(person_id=doors.people["Zhao One"].id)
    city.accounts["ann"].refresh_from_db()

    found = card.open_card(city.actor("ann"), doors.households["101"].id, TODAY, purpose=None)

    assert len(found.people) == 3


def test_completeness_says_what_is_lacking(city: City, doors: Doors) -> None:
    for name in ("Qian One",):
        doors.people[name].birth_date = date(1950, 1, 1)
        doors.people[name].save()

    found = card.completeness(city.areas["oak1"].path)

    assert (found.n_households, found.n_complete, found.share) == (2, 1, 0.5)
    assert found.lacks == {"phone": 0, "floor": 0, "people": 0, "birth_date": 1}
    assert card.completeness(city.areas["pine"].path).share is None

"""A fever told at a door is opened by Linli, once, and is not lost while nobody can do it."""

from collections.abc import Iterator

import pytest

from linli.loops import catalogue
from linli.loops.ledger import Item
from linli.loops.loop import Form, Loop, Stage, State, Step, stages
from linli.loops.screening import owed
from linli.loops.screening.tables import Owed
from linli.policy.roles import FIELD_STAFF, Role
from linli.registry.person import Person
from tests.cast import EVENING, City
from tests.doors import SEQ, Doors, move_in, open_round, tell, told

pytestmark = pytest.mark.db
FEVER = {"temperature_c": 38.6, "symptoms": ["fever"]}


class FeverTold(Form):
    """What a fever is told with."""

    person_id: int
    temperature_c: float | None = None
    symptoms: list[str] = []
    source: str


FEVERS = Loop(
    name="fever",
    label="fever",
    opens="found",
    opened_by=frozenset({Role.SYSTEM}),
    asks=FeverTold,
    seen_by=FIELD_STAFF,
    classes={"fever": "fever"},
    stages=(Stage("found", "found"), Stage("seen", "seen", State.CLOSED)),
    steps=(Step("see", "see", stages("found"), "seen", by=FIELD_STAFF),),
)


@pytest.fixture
def doors(city: City) -> Doors:
    found = move_in(city)
    open_round(city)
    return found


@pytest.fixture
def fevers() -> Iterator[None]:
    """A loop of that name, unless a folder declares it already."""
    known = "fever" in catalogue.all_loops()
    if not known:
        catalogue.add(FEVERS)
    yield
    if not known:
        catalogue.leave_out(FEVERS)


def test_a_fever_waits_as_a_row_of_its_report_until_it_is_opened(
    city: City, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(city.actor("cy"), told(person=doors.people["Qian One"], answers=FEVER))
    monkeypatch.setattr(owed, "FEVER", "no_such_loop")

    assert owed.chore(EVENING) == 0

    assert Owed.objects.get().done_at is None
    assert owed.owed_since() == EVENING


def test_a_fever_is_opened_through_the_engine_with_what_was_told(
    city: City, doors: Doors, fevers: None
) -> None:
    who = doors.people["Qian One"]
    tell(city.actor("cy"), told(person=who, answers=FEVER))

    assert owed.chore(EVENING) == 1

    item = Item.objects.get(loop="fever")
    assert (item.subject_id, item.area_id) == (who.id, city.areas["oak1"].id)
    assert item.data["temperature_c"] == 38.6
    assert Owed.objects.get().item_id == item.id


def test_a_second_report_of_the_same_day_opens_no_second_fever(
    city: City, doors: Doors, fevers: None
) -> None:
    who = doors.people["Qian One"]
    tell(city.actor("cy"), told(person=who, answers=FEVER))
    owed.chore(EVENING)
    tell(city.actor("cleo"), told(person=who, answers=FEVER, seq=SEQ + 1))
    owed.chore(EVENING)
    owed.chore(EVENING)

    assert Item.objects.filter(loop="fever").count() == 1
    assert not Owed.objects.filter(done_at=None).exists()


def test_whoever_is_well_owes_the_city_nothing(city: City, doors: Doors) -> None:
    tell(city.actor("cy"), told(household=doors.households["101"]))

    assert not Owed.objects.exists()


def test_a_need_stated_once_is_in_the_persons_record(city: City, doors: Doors) -> None:
    who = doors.people["Qian One"]
    tell(city.actor("cy"), told(person=who, answers={"needs": ["medicine", "wheelchair"]}))
    owed.chore(EVENING)
    tell(city.actor("cy"), told(person=who, answers={"needs": ["medicine"]}, seq=SEQ + 1))
    owed.chore(EVENING)

    assert Person.objects.get(id=who.id).needs == ["medicine", "wheelchair"]

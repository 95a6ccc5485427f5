"""A round is called by who answers, runs under its declaration, and closes when its days have."""

from datetime import timedelta

import pytest

from linli.errors import BadInput, GateShut, NotAllowed
from linli.loops import catalogue
from linli.loops.advance import advance, open_item
from linli.loops.campaigns import watch
from linli.loops.ledger import Item
from linli.loops.opening import Opening
from linli.loops.screening import counting, coverage
from linli.loops.screening.tables import Day, Missed, Round
from tests.cast import EVENING, HOUR, City
from tests.doors import SEQ, TODAY, Doors, declare, move_in, open_round, tell, told

pytestmark = pytest.mark.db
DAY = 24 * HOUR
MORNING = EVENING + 12 * HOUR  # six o'clock of the next day


@pytest.fixture
def doors(city: City) -> Doors:
    return move_in(city)


def stage(item_id: int) -> str:
    """Where a round stands."""
    return Item.objects.get(id=item_id).stage


def test_an_emergency_round_needs_a_declaration(city: City, doors: Doors) -> None:
    with pytest.raises(GateShut, match="Declare one first"):
        open_round(city, emergency_only=True)
    declare(city)

    assert stage(open_round(city, emergency_only=True)) == "open"


def test_a_round_ends_with_its_declaration(city: City, doors: Doors) -> None:
    declare(city, ends_at=EVENING + HOUR)
    item = open_round(city, emergency_only=True, last=TODAY + timedelta(days=9))

    watch.chore(EVENING + HOUR)
    assert stage(item) == "ending"
    watch.chore(MORNING)
    assert stage(item) == "closed"
    assert Round.objects.get().last_day == TODAY


def test_a_round_closes_by_itself_once_all_its_days_have(city: City, doors: Doors) -> None:
    item = open_round(city, last=TODAY + timedelta(days=1))

    for moment in (MORNING - 60, MORNING, MORNING + DAY):
        watch.chore(moment)
        if moment < MORNING + DAY:
            assert stage(item) == "open"

    assert stage(item) == "closed"
    assert list(Day.objects.values_list("n_missed", flat=True)) == [8, 8]


def test_who_was_missed_stays_missed_whoever_moves_or_goes(city: City, doors: Doors) -> None:
    open_round(city)
    tell(city.actor("cy"), told(household=doors.households["101"]))
    watch.chore(MORNING)
    gone, moved = doors.people["Qian One"], doors.people["Sun One"]
    gone_id = gone.id
    gone.delete()
    moved.area, moved.path = city.areas["ash1"], city.areas["ash1"].path
    moved.save()
    watch.chore(MORNING + DAY)

    missed = set(Missed.objects.values_list("person_id", "area_id"))
    assert (gone_id, city.areas["oak1"].id) in missed
    assert (moved.id, city.areas["oak2"].id) in missed
    assert len(missed) == 5
    assert coverage.total(city.areas["oak"].path, TODAY).uncovered == 3


def test_a_round_opened_late_does_not_blame_anybody_for_the_days_before(
    city: City, doors: Doors
) -> None:
    open_round(city, first=TODAY - timedelta(days=3), last=TODAY)

    assert Round.objects.get().first_day == TODAY


def test_a_round_whose_days_are_over_or_upside_down_is_refused(city: City, doors: Doors) -> None:
    for first, last in ((TODAY, TODAY - timedelta(days=1)), (TODAY - timedelta(days=3),) * 2):
        with pytest.raises(GateShut):
            open_round(city, first=first, last=last)


def test_who_may_call_a_round_does_so_where_they_answer(city: City, doors: Doors) -> None:
    assert stage(open_round(city, area="oak", by="sam")) == "open"
    for name, area in (("cy", "oak"), ("eve", "oak"), ("ann", "oak"), ("sam", "elm")):
        with pytest.raises(NotAllowed):
            open_round(city, area=area, by=name)
    data = {"title": "x", "first_on": "soon", "last_on": "later"}
    opening = Opening(city.areas["oak"].id, "sweep", data)
    with pytest.raises(BadInput):
        open_item(catalogue.get("campaign"), opening, city.scene("sam"))


def test_the_denominator_is_live(city: City, doors: Doors) -> None:
    open_round(city)
    watch.chore(EVENING)
    before = coverage.total(city.areas["w"].path, TODAY)
    doors.people["Li Two"].delete()
    tell(city.actor("cy"), told(person=doors.people["Qian One"]))

    counting.count_expected(TODAY)

    after = coverage.total(city.areas["w"].path, TODAY)
    assert (before.expected, before.covered) == (8, 0)
    assert (after.expected, after.covered, after.uncovered) == (7, 1, 6)


def test_a_round_ended_by_hand_keeps_today(city: City, doors: Doors) -> None:
    item = open_round(city, last=TODAY + timedelta(days=20))

    advance(item, "end", city.scene("gil"))

    assert Round.objects.get().last_day == TODAY
    assert tell(city.actor("cy"), told(person=doors.people["Qian One"], seq=SEQ)) == ["accepted"]

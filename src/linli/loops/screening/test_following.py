"""Whoever turns out to be one person is expected once; whoever has died or moved away, never."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from linli.loops.rounds import Coverage
from linli.loops.screening import card, counting, coverage
from linli.loops.screening import receive as door
from linli.loops.screening.tables import Beaten, Missed, Report
from linli.registry import departures, merges
from linli.registry.person import Left, Person
from tests.cast import EVENING, City
from tests.doors import SEQ, TODAY, Doors, move_in, open_round, tell, told

pytestmark = pytest.mark.db


@pytest.fixture
def doors(city: City) -> Doors:
    found = move_in(city)
    open_round(city)
    return found


def merge(city: City, doors: Doors, lost: str, kept: str) -> merges.Merge:
    """Ida says that two records are one person."""
    ida = city.actor("ida")
    return merges.merge(ida, doors.people[lost].id, doors.people[kept].id, now=EVENING)


def counted(city: City, area: str = "oak1") -> Coverage:
    """The coverage of an area, counted anew."""
    counting.count_expected(TODAY)
    assert counting.differences(TODAY) == []
    return coverage.total(city.areas[area].path, TODAY)


def leave(doors: Doors, name: str, on: date, because: Left = Left.MOVED) -> None:
    """Somebody leaves."""
    assert departures.note(doors.people[name].id, on, because, source="test", now=EVENING)


def test_whoever_was_reported_twice_by_two_records_is_one_person_after_a_merge(
    city: City, doors: Doors
) -> None:
    tell(city.actor("cy"), told(person=doors.people["Zhao One"]))
    assert counted(city).expected == 4

    merge(city, doors, "Zhao One", "Zhao Two")

    numbers = counted(city)
    assert (numbers.expected, numbers.checked, numbers.uncovered) == (3, 1, 2)
    assert Report.objects.get().person_id == doors.people["Zhao Two"].id


@pytest.mark.parametrize(("early", "late"), [("Zhao One", "Zhao Two"), ("Zhao Two", "Zhao One")])
def test_of_two_reports_the_later_holds_and_the_other_is_kept_beside_it(
    city: City, doors: Doors, early: str, late: str
) -> None:
    tell(city.actor("cy"), told(person=doors.people[early], seen="away", seq=SEQ - 9))
    tell(city.actor("cy"), told(person=doors.people[late], seen="refused", seq=SEQ))

    merge(city, doors, "Zhao One", "Zhao Two")

    numbers = counted(city)
    assert (numbers.expected, numbers.refused, numbers.away) == (3, 1, 0)
    assert Beaten.objects.get().why == "merged"


@pytest.mark.parametrize(("early", "late"), [("Zhao One", "Zhao Two"), ("Zhao Two", "Zhao One")])
def test_a_merge_that_is_taken_back_gives_each_their_report_again(
    city: City, doors: Doors, early: str, late: str
) -> None:
    tell(city.actor("cy"), told(person=doors.people[early], seen="away", seq=SEQ - 9))
    tell(city.actor("cy"), told(person=doors.people[late], seen="refused", seq=SEQ))
    done = merge(city, doors, "Zhao One", "Zhao Two")

    merges.undo(city.actor("ida"), done.id, now=EVENING)

    found = dict(Report.objects.values_list("person_id", "state"))
    assert found == {doors.people[early].id: 4, doors.people[late].id: 2}
    assert counted(city).covered == 2
    assert not Beaten.objects.exists()


def test_a_closed_day_says_what_it_said_whoever_is_merged(city: City, doors: Doors) -> None:
    tell(city.actor("cy"), told(person=doors.people["Zhao One"]))
    counting.close_day(TODAY, now=EVENING + 86_400)
    before = coverage.total(city.areas["oak1"].path, TODAY)

    merge(city, doors, "Zhao One", "Zhao Two")

    assert coverage.total(city.areas["oak1"].path, TODAY) == before
    assert Missed.objects.filter(person_id=doors.people["Zhao Two"].id).exists()


def test_a_device_that_knows_of_no_merge_reports_who_stands_for_them(
    city: City, doors: Doors
) -> None:
    merge(city, doors, "Zhao One", "Zhao Two")
    report = told(person=doors.people["Zhao One"])

    assert tell(city.actor("cy"), report) == ["accepted"]
    assert tell(city.actor("cy"), report) == ["duplicate"]
    assert Report.objects.get().person_id == doors.people["Zhao Two"].id


@pytest.mark.parametrize(("days", "expected"), [(-1, 3), (0, 3)])
def test_whoever_has_left_is_not_expected_from_that_day_on(
    city: City, doors: Doors, days: int, expected: int
) -> None:
    leave(doors, "Zhao One", TODAY + timedelta(days=days))

    assert counted(city).expected == expected
    assert departures.n_left(city.areas["oak1"].path, TODAY) == 1
    counting.close_day(TODAY, now=EVENING + 86_400)
    assert doors.people["Zhao One"].id not in Missed.objects.values_list("person_id", flat=True)


def test_a_day_before_somebody_left_still_expects_them(city: City, doors: Doors) -> None:
    Person.objects.filter(id=doors.people["Zhao One"].id).update(
        left_on=TODAY + timedelta(days=1), left_because=Left.MOVED
    )

    assert counted(city).expected == 4


def test_a_report_of_who_was_there_before_leaving_still_counts(city: City, doors: Doors) -> None:
    tell(city.actor("cy"), told(person=doors.people["Zhao One"]))

    leave(doors, "Zhao One", TODAY, Left.DIED)

    assert (counted(city).expected, counted(city).checked) == (4, 1)


def test_nobody_reports_somebody_who_has_left_and_the_sentence_says_since_when(
    city: City, doors: Doors
) -> None:
    leave(doors, "Zhao One", TODAY - timedelta(days=2), Left.DIED)

    assert tell(city.actor("cy"), told(person=doors.people["Zhao One"])) == ["rejected"]
    (answer,) = door.receive(
        city.actor("cy"), [told(person=doors.people["Zhao One"])], now=EVENING, purpose="screening"
    )
    assert answer.problem is not None
    assert "2020-02-07" in answer.problem.tell()
    assert tell(city.actor("cy"), told(household=doors.households["101"])) == ["accepted"]
    assert Report.objects.count() == 2


def test_a_list_of_doors_and_a_card_leave_out_who_has_left(city: City, doors: Doors) -> None:
    leave(doors, "Zhao One", TODAY)
    cy = city.actor("cy")

    listed = coverage.doors(cy, city.areas["oak1"], TODAY, purpose="screening")
    opened = card.open_card(cy, doors.households["101"].id, TODAY, purpose="screening")

    gone = doors.people["Zhao One"].id
    assert gone not in {person["id"] for door in listed for person in door.people}
    assert gone not in {person["id"] for person in opened.people}


def test_a_departure_is_noted_once(city: City, doors: Doors) -> None:
    leave(doors, "Zhao One", TODAY, Left.DIED)
    who = doors.people["Zhao One"].id

    assert not departures.note(who, TODAY, Left.MOVED, source="again", now=EVENING)
    assert Person.objects.get(id=who).left_because == "died"


def test_a_drill_of_the_same_day_is_merged_apart(city: City, doors: Doors) -> None:
    drill = replace(city.actor("cy"), exercise=True)
    assert tell(drill, told(person=doors.people["Zhao One"])) == ["rejected"]  # no round of a drill
    tell(city.actor("cy"), told(person=doors.people["Zhao One"]))

    merge(city, doors, "Zhao One", "Zhao Two")

    assert Report.objects.get().exercise is False

"""Who leaves the register goes by rule, with a report; who is held stays, and sums stay."""

from datetime import date, timedelta
from typing import Any

import pytest

from linli import clock
from linli.audit import sealed
from linli.audit.records import Record
from linli.jobs import queue
from linli.jobs.queue import Job
from linli.loops import catalogue, keeping
from linli.loops.advance import advance, open_item
from linli.loops.keeping import Destruction
from linli.loops.ledger import Item
from linli.loops.opening import Opening
from linli.loops.removals import remove, rules
from linli.loops.removals.holds import Looker, Why
from linli.loops.removals.night import ask_for_the_night
from linli.loops.screening.tables import Report, Reward
from linli.registry import departures, gone, merges
from linli.registry.accounts import Account
from linli.registry.duplicates import Candidate, suspect
from linli.registry.gone import GoneHome, LeftCount
from linli.registry.households import Household
from linli.registry.merges import Merge
from linli.registry.names import NamePart
from linli.registry.person import Left, Person
from tests.cast import EVENING, HOUR, City
from tests.doors import Doors, move_in

pytestmark = pytest.mark.db

DAY = 24 * HOUR
TODAY = date(2020, 2, 9)


@pytest.fixture
def doors(city: City) -> Doors:
    made = move_in(city)
    for person in Person.objects.all():
        person.save()  # with the parts of the name
    return made


def leave(doors: Doors, name: str, *, days: int, because: Left = Left.MOVED) -> Person:
    """Somebody left so many days ago."""
    person = doors.people[name]
    person.left_on, person.left_because = TODAY - timedelta(days=days), because
    person.save()
    return person


def about(city: City, person: Person, loop: str = "request", **data: Any) -> int:
    """An item about somebody, asked for at the desk."""
    asked = data or {"description": "Drums at night"}
    opening = Opening(
        city.areas["oak1"].id, "normal", asked, kind="noise", subject_kind="person",
        subject_id=person.id, opened_by=city.accounts["ann"].id,
    )  # fmt: skip
    return open_item(catalogue.get(loop), opening, city.scene("ann")).item_id


def here(person: Person) -> bool:
    return Person.objects.filter(id=person.id).exists()


def night(days: int = 0) -> remove.Night:
    return remove.remove_due(EVENING + days * DAY, pause_s=0)


def test_who_moved_away_goes_on_the_day_the_terms_say_and_not_before(doors: Doors) -> None:
    gone = leave(doors, "Zhao One", days=365)
    later = leave(doors, "Zhao Two", days=364)

    done = night()

    assert (here(gone), here(later), here(doors.people["Zhao Three"])) == (False, True, True)
    assert done.went == {"people_moved": 1}
    assert not NamePart.objects.filter(person_id=gone.id).exists()


@pytest.mark.parametrize("rule", rules.OF_LEAVING, ids=lambda rule: rule.name)
def test_each_reason_has_a_rule_with_days_and_a_source_of_its_own(doors: Doors, rule: Any) -> None:
    given = rules.shipped()[rule.name]
    gone = leave(doors, "Zhao One", days=given.days, because=rule.because)
    later = leave(doors, "Zhao Two", days=given.days - 1, because=rule.because)

    night()

    assert (here(gone), here(later)) == (False, True)
    assert given.source
    assert given.as_of


def test_a_city_signs_other_days_and_the_report_says_who_signed(city: City, doors: Doors) -> None:
    gone = leave(doors, "Zhao One", days=10)
    signed = keeping.sign(
        city.actor("lou"), "people_moved", closed_days=10, after_emergency_days=10,
        note="City rule 5", now=EVENING,
    )  # fmt: skip

    night()

    report = Destruction.objects.get()
    kept = Record.objects.get(act="destroy")
    assert not here(gone)
    assert (report.loop, report.cause, report.n_items) == ("people_moved", "left", 1)
    assert kept.detail["terms"] == signed.id
    assert kept.detail["by"] == city.accounts["lou"].id
    assert Record.objects.get(act="remove").subject == str(gone.id)


def test_an_open_item_holds_and_when_it_is_over_its_own_rule_holds(
    city: City, doors: Doors
) -> None:
    person = leave(doors, "Zhao One", days=400)
    item_id = about(city, person)

    assert [h.why for h in Looker(EVENING).held([person.id])[person.id]] == [Why.OPEN_ITEM]
    advance(item_id, "withdraw", city.scene("ann"), own=True)
    assert [h.why for h in Looker(EVENING).held([person.id])[person.id]] == [Why.KEPT_ITEM]
    assert night().held == {"people_moved": 1}
    assert here(person)
    assert Looker(EVENING + 365 * DAY).held([person.id]) == {}
    night(days=365)
    assert not here(person)
    assert Item.objects.filter(id=item_id).exists()


def test_what_they_asked_for_themselves_holds_while_it_is_open(city: City, doors: Doors) -> None:
    person = leave(doors, "Zhao One", days=400)
    Account.objects.filter(username="ann").update(person_id=person.id)
    opening = Opening(
        city.areas["oak1"].id, "normal", {"description": "My deposit"}, kind="noise",
        opened_by=city.accounts["ann"].id,
    )  # fmt: skip
    open_item(catalogue.get("request"), opening, city.scene("ann"))

    (hold,) = Looker(EVENING).held([person.id])[person.id]

    assert hold.why is Why.OWN_ITEM
    assert hold.is_open


def test_a_report_that_its_own_rule_keeps_holds_until_that_has_gone(doors: Doors) -> None:
    person = leave(doors, "Zhao One", days=400)
    Report.objects.create(
        day=TODAY - timedelta(days=300), person_id=person.id, exercise=False, seq=1, at=EVENING,
        area_id=person.area_id, uid="0" * 32, revision=1, state=1, how=1, fever=False,
    )  # fmt: skip

    (hold,) = Looker(EVENING).held([person.id])[person.id]

    assert (hold.why, hold.what) == (Why.KEPT_ROW, "screening_reports")
    assert hold.until == TODAY + timedelta(days=65)
    assert here(person)


def test_a_reward_that_nobody_paid_yet_holds(city: City, doors: Doors) -> None:
    person = leave(doors, "Zhao One", days=400)
    Reward.objects.create(
        person_id=person.id, day=TODAY - timedelta(days=401), exercise=False, path=person.path,
        cents=100,
    )  # fmt: skip

    (hold,) = Looker(EVENING).held([person.id])[person.id]

    assert hold.why is Why.OPEN_ROW
    assert night().held == {"people_moved": 1}


def test_a_duplicate_goes_with_whom_it_was_merged_into_and_holds_for_both(
    city: City, doors: Doors
) -> None:
    stays, double = leave(doors, "Zhao One", days=400), doors.people["Zhao Two"]
    suspect(stays.id, double.id, score=0.9, evidence=["phone 555"], now=EVENING)
    merges.merge(city.actor("ida"), double.id, stays.id, now=EVENING)
    reward = Reward.objects.create(
        person_id=double.id, day=TODAY, exercise=False, path=stays.path, cents=100,
    )  # fmt: skip

    assert list(Looker(EVENING).held([stays.id])) == [stays.id]
    reward.delete()
    night()

    assert not here(stays)
    assert not here(double)
    assert not Merge.objects.exists()
    assert not Candidate.objects.exists()


def test_an_account_of_their_own_is_emptied_and_one_of_staff_only_let_go(
    city: City, doors: Doors
) -> None:
    person = leave(doors, "Zhao One", days=400)
    ann, cy = city.accounts["ann"], city.accounts["cy"]
    Account.objects.filter(id__in=[ann.id, cy.id]).update(person_id=person.id, phone="555")

    night()

    ann.refresh_from_db()
    cy.refresh_from_db()
    assert (ann.person_id, ann.is_active, ann.display_name, ann.phone) == (None, False, "", "")
    assert "ann" not in ann.username
    assert (cy.person_id, cy.is_active, cy.phone, cy.username) == (None, True, "555", "cy")


def test_a_household_goes_some_days_after_the_last_one_has_gone(doors: Doors) -> None:
    leave(doors, "Qian One", days=365)
    leave(doors, "Zhao One", days=365)

    night()
    assert Household.objects.get(code="h102").empty_since == TODAY
    assert Household.objects.get(code="h101").empty_since is None
    night(days=29)
    assert Household.objects.filter(code="h102").exists()
    assert night(days=30).went["households_empty"] == 1

    assert not Household.objects.filter(code="h102").exists()
    assert Household.objects.filter(code="h101").exists()


def test_a_household_where_somebody_lives_again_stays(doors: Doors) -> None:
    leave(doors, "Qian One", days=365)
    night()
    newcomer = doors.people["Sun One"]
    newcomer.household = doors.households["102"]
    newcomer.save()

    night(days=40)

    assert Household.objects.get(code="h102").empty_since is None


def test_who_had_left_by_a_day_is_counted_as_before_and_the_chains_hold(doors: Doors) -> None:
    person = leave(doors, "Zhao One", days=365)
    leave(doors, "Zhao Two", days=3)
    days = [TODAY - timedelta(days=n) for n in (366, 365, 4, 3, 0)]
    before = [departures.n_left(person.path[:8], day) for day in days]
    sealed.seal_all()

    night()
    sealed.seal_all()

    assert before == [0, 1, 1, 2, 2]
    assert [departures.n_left(person.path[:8], day) for day in days] == before
    assert all(verdict.broken is None for verdict in sealed.verify())


def test_departures_of_two_nights_from_one_area_on_one_day_add_up(doors: Doors) -> None:
    first, second = leave(doors, "Zhao One", days=365), leave(doors, "Zhao Two", days=365)
    Person.objects.filter(id=second.id).update(left_because="died")
    gone.count([(first.path, first.left_on)])

    night()

    assert LeftCount.objects.get().n == 3
    assert departures.n_left(first.path, TODAY) == 3


def test_where_a_case_lived_stays_with_the_number_and_of_others_nothing(
    city: City, doors: Doors
) -> None:
    case, other = leave(doors, "Zhao One", days=800), leave(doors, "Zhao Two", days=800)
    item_id = about(city, case)
    Item.objects.filter(id=item_id).update(loop="case", state="closed", closed_at=EVENING)

    night(days=365)

    assert not here(case)
    assert not here(other)
    assert list(GoneHome.objects.values_list("person_id", flat=True)) == [case.id]
    assert Item.objects.get(id=item_id).subject_id == case.id


def test_a_night_that_is_killed_goes_on_with_what_is_left(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remove, "A_BITE", 1)
    names = ("Zhao One", "Zhao Two", "Zhao Three", "Qian One")
    people = [leave(doors, name, days=365) for name in names]

    def killed(n: int) -> None:
        if n == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        remove.remove_due(EVENING, told=killed, pause_s=0)
    left = [here(person) for person in people]
    night()

    assert left == [False, False, True, True]
    assert not any(here(person) for person in people)
    assert sum(r.n_items for r in Destruction.objects.filter(loop="people_moved")) == 4


def test_looking_ahead_says_who_would_go_and_what_holds_and_changes_nothing(
    city: City, doors: Doors
) -> None:
    goes, held = leave(doors, "Zhao One", days=365), leave(doors, "Zhao Two", days=365)
    about(city, held)

    seen = remove.look_ahead(EVENING)

    assert seen.went == {"people_moved": 1}
    assert seen.why == {("people_moved", "open_item", "request"): 1}
    assert seen.paths == {("people_moved", goes.path): 1}
    assert here(goes)
    assert not Destruction.objects.exists()


def test_the_same_number_is_never_given_to_somebody_else(city: City, doors: Doors) -> None:
    newest = max(doors.people.values(), key=lambda person: person.id)
    newest.left_on, newest.left_because = TODAY - timedelta(days=400), "moved"
    newest.save()
    night()

    place = city.areas["oak1"]
    comes = Person.objects.create(
        code="new", name="New", area=place, path=place.path, source="test", as_of=TODAY,
        changed_at=EVENING,
    )  # fmt: skip

    assert comes.id > newest.id
    assert clock.day(clock.moment(EVENING)) == TODAY


def test_the_night_is_asked_for_once_after_two_and_a_job_does_it(doors: Doors) -> None:
    person = leave(doors, "Zhao One", days=365)
    midnight = clock.midnight_s(TODAY)

    asked = [ask_for_the_night(midnight + at) for at in (2 * HOUR - 1, 2 * HOUR, 5 * HOUR)]
    queue.run_next()

    done = Job.objects.get(kind="removals_night")
    assert asked == [0, 1, 0]
    assert (done.state, done.n_done, done.result["went"]) == ("done", 1, {"people_moved": 1})
    assert not here(person)


def test_a_night_with_nobody_to_remove_asks_for_nothing(doors: Doors) -> None:
    assert ask_for_the_night(EVENING) == 0


def test_whom_only_a_report_of_a_case_named_goes_when_nothing_holds_them(city: City) -> None:
    oak1 = city.areas["oak1"]
    placed = {"area": oak1, "path": oak1.path, "as_of": TODAY, "changed_at": EVENING}
    named = Person.objects.create(code="a", name="Wei", source="case report", **placed)
    listed = Person.objects.create(code="b", name="Wen", source="list", **placed)
    case = about(city, named)

    night(days=30)
    advance(case, "withdraw", city.scene("ann"), own=True)
    night(days=300)
    before = here(named)
    done = night(days=365)

    assert (before, here(named), here(listed)) == (True, False, True)
    assert done.went == {"people_reported": 1}

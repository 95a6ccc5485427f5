"""A report counts once, a later one wins in whatever order they come, and nothing is lost."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from linli.audit.models import Record
from linli.errors import NotAllowed, PurposeNeeded
from linli.loops.rounds import Coverage
from linli.loops.screening import counting, coverage
from linli.loops.screening import receive as door
from linli.loops.screening.tables import Beaten, Count, Report, Reward
from linli.registry.accounts import Account
from tests.cast import EVENING, City
from tests.doors import SEQ, TODAY, Doors, declare, move_in, open_round, reasons, tell, told

pytestmark = pytest.mark.db


@pytest.fixture
def doors(city: City) -> Doors:
    found = move_in(city)
    open_round(city)
    return found


def test_one_tap_for_a_healthy_household_checks_all_its_people(city: City, doors: Doors) -> None:
    assert tell(city.actor("cy"), told(household=doors.households["101"])) == ["accepted"]

    assert set(Report.objects.values_list("person_id", "state")) == {
        (person, 1) for person in doors.ids("Zhao One", "Zhao Two", "Zhao Three")
    }
    assert coverage.total(city.areas["w"].path, TODAY).checked == 3
    assert counting.differences(TODAY) == []


def test_an_exception_in_the_same_batch_stands_beside_the_tap(city: City, doors: Doors) -> None:
    sick = told(person=doors.people["Zhao Two"], seen="refused")

    answers = door.receive(
        city.actor("cy"), [told(household=doors.households["101"]), sick], now=EVENING,
        purpose="screening",
    )  # fmt: skip

    assert [answer.n_persons for answer in answers] == [2, 1]
    numbers = coverage.total(city.areas["oak1"].path, TODAY)
    assert (numbers.checked, numbers.refused) == (2, 1)
    assert not Beaten.objects.exists()


def test_the_same_report_twice_is_once(city: City, doors: Doors) -> None:
    report = told(person=doors.people["Qian One"])

    assert tell(city.actor("cy"), report) == ["accepted"]
    assert tell(city.actor("cy"), report) == ["duplicate"]
    assert tell(city.actor("cy"), report, report) == ["duplicate", "duplicate"]

    assert Report.objects.get().revision == 1
    assert coverage.total(city.areas["w"].path, TODAY).covered == 1


def test_a_later_report_replaces_and_the_earlier_one_is_kept(city: City, doors: Doors) -> None:
    who = doors.people["Qian One"]
    tell(city.actor("cy"), told(person=who, seen="away", seq=SEQ - 5))

    assert tell(city.actor("cleo"), told(person=who, seq=SEQ)) == ["accepted"]

    assert Report.objects.get().state == 1
    lost = Beaten.objects.get()
    assert (lost.state, lost.seq, lost.account_id) == (4, SEQ - 5, city.accounts["cy"].id)
    assert counting.differences(TODAY) == []


def test_an_older_report_that_arrives_late_never_wins_and_is_kept_once(
    city: City, doors: Doors
) -> None:
    who = doors.people["Qian One"]
    tell(city.actor("cy"), told(person=who, seq=SEQ))
    stale = told(person=who, seen="refused", seq=SEQ - 60_000)

    assert tell(city.actor("cleo"), stale) == ["superseded"]
    assert tell(city.actor("cleo"), stale) == ["superseded"]

    assert Report.objects.get().state == 1
    assert list(Beaten.objects.values_list("why", "state")) == [("stale", 2)]


def test_equal_sequences_end_the_same_in_either_order(city: City, doors: Doors) -> None:
    low, high = sorted(uuid4() for _ in range(2))
    for who, first, second in (("Zhao One", low, high), ("Zhao Two", high, low)):
        person = doors.people[who]
        for uid in (first, second):
            tell(city.actor("cy"), told(person=person, uid=uid, seen=_seen(uid, high)))

    assert set(Report.objects.values_list("uid", "state")) == {(high, 2)}


def _seen(uid: UUID, high: UUID) -> str:
    return "refused" if uid == high else "checked"


def test_a_batch_that_speaks_twice_of_somebody_keeps_the_later(city: City, doors: Doors) -> None:
    who = doors.people["Qian One"]
    early, late = told(person=who, seq=SEQ - 1), told(person=who, seen="away", seq=SEQ)

    assert tell(city.actor("cy"), late, early) == ["accepted", "superseded"]
    assert Report.objects.get().state == 4
    assert Beaten.objects.get().uid == early.uid


def test_a_late_tap_for_a_household_leaves_what_was_said_later_of_one_of_them(
    city: City, doors: Doors
) -> None:
    tell(city.actor("cy"), told(person=doors.people["Zhao One"], seen="refused", seq=SEQ))

    answer = tell(city.actor("cleo"), told(household=doors.households["101"], seq=SEQ - 9))

    assert answer == ["accepted"]
    assert coverage.total(city.areas["w"].path, TODAY) == Coverage(0, 2, 1)
    assert Beaten.objects.get().person_id == doors.people["Zhao One"].id


def test_somebody_elsewhere_sounds_like_somebody_who_is_not_there(city: City, doors: Doors) -> None:
    far = told(person=doors.people["Li One"])
    missing = told(person=doors.people["Li One"])
    missing.person_id = 10**9

    answers = door.receive(city.actor("cy"), [far, missing], now=EVENING, purpose="screening")

    assert reasons(answers) == ["not_found", "not_found"]
    assert not Report.objects.exists()
    assert not Count.objects.exists()


def test_reports_take_a_purpose_and_a_post(city: City, doors: Doors) -> None:
    report = told(person=doors.people["Qian One"])

    with pytest.raises(PurposeNeeded):
        door.receive(city.actor("cy"), [report], now=EVENING, purpose=None)
    for name in ("quin", "gus", "jo", "hal", "gil"):
        with pytest.raises(NotAllowed):
            door.receive(city.actor(name), [report], now=EVENING, purpose="screening")
    assert tell(city.actor("eve"), report) == ["rejected"]


def test_a_batch_is_one_line_in_the_audit(city: City, doors: Doors) -> None:
    Record.objects.all().delete()
    batch = [told(person=doors.people[name]) for name in ("Qian One", "Zhao One")]

    tell(city.actor("cy"), *batch)

    line = Record.objects.get()
    assert (line.act, line.kind, line.detail, line.purpose) == (
        "report", "screening", {"n": 2}, "screening",
    )  # fmt: skip
    assert line.path == city.areas["oak1"].path


def test_a_day_to_come_long_ago_or_without_a_round_is_refused(city: City, doors: Doors) -> None:
    who = doors.people["Qian One"]
    days = [TODAY + timedelta(days=1), TODAY - timedelta(days=15), TODAY - timedelta(days=1)]

    answers = door.receive(
        city.actor("cy"), [told(person=who, day=day) for day in days], now=EVENING,
        purpose="screening",
    )  # fmt: skip

    assert reasons(answers) == ["day_out_of_reach", "day_out_of_reach", "no_round"]


def test_a_device_whose_clock_is_ahead_cannot_win_for_ever(city: City, doors: Doors) -> None:
    ahead = told(person=doors.people["Qian One"], seq=SEQ + 3_600_000)

    answers = door.receive(city.actor("cy"), [ahead], now=EVENING, purpose="screening")

    assert reasons(answers) == ["clock_ahead"]


def test_a_closed_day_takes_nothing_more_and_keeps_what_came(city: City, doors: Doors) -> None:
    tell(city.actor("cy"), told(household=doors.households["101"]))
    assert counting.close_day(TODAY, now=EVENING) == 5

    late = told(person=doors.people["Qian One"])
    answers = door.receive(city.actor("cy"), [late], now=EVENING, purpose="screening")

    assert reasons(answers) == ["day_over"]
    assert Beaten.objects.get().why == "day_over"
    assert coverage.total(city.areas["w"].path, TODAY) == Coverage(expected=8, checked=3)
    assert counting.close_day(TODAY, now=EVENING + 60) == 5


def test_a_resident_reports_for_the_own_household_and_is_paid_once_whatever_is_said(
    city: City, doors: Doors
) -> None:
    open_round(city, area="oak", by="sam", reward_cents=500)
    ann = _linked(city, "ann", doors.people["Zhao One"].id)
    fever = {"temperature_c": 38.5, "symptoms": ["fever"]}

    assert tell(ann, told(person=doors.people["Zhao One"], how="self", answers=fever)) == [
        "accepted"
    ]
    assert tell(ann, told(person=doors.people["Zhao Two"], how="self")) == ["accepted"]
    again = told(person=doors.people["Zhao Two"], how="self", seq=SEQ + 1)
    assert tell(ann, again) == ["accepted"]
    assert tell(ann, told(person=doors.people["Qian One"], how="self")) == ["rejected"]

    rows = list(Reward.objects.order_by("person_id").values("cents", "day", "paid_at", "path"))
    assert len(rows) == 2
    assert rows[0] == rows[1]
    words = {field.name for field in Reward._meta.fields}
    assert not words & {"state", "fever", "answers", "uid", "how", "class", "item_class"}


def _linked(city: City, name: str, person_id: int):
    Account.objects.filter(id=city.accounts[name].id).update(person_id=person_id)
    city.accounts[name].refresh_from_db()
    return city.actor(name)


def test_a_visit_earns_nothing(city: City, doors: Doors) -> None:
    open_round(city, area="oak", by="sam", reward_cents=500)

    tell(city.actor("cy"), told(household=doors.households["101"]))

    assert not Reward.objects.exists()


def test_an_emergency_round_takes_nothing_once_its_declaration_ends(city: City) -> None:
    doors, declared = move_in(city), declare(city)
    open_round(city, emergency_only=True)
    who = doors.people["Qian One"]
    assert tell(city.actor("cy"), told(person=who)) == ["accepted"]

    declared.lifted_at = EVENING - 1
    declared.save()
    answers = door.receive(
        city.actor("cy"), [told(person=who, seq=SEQ + 1)], now=EVENING, purpose="screening"
    )

    assert reasons(answers) == ["no_round"]


def test_a_drill_does_not_touch_the_real_day(city: City, doors: Doors) -> None:
    cy = city.actor("cy")
    tell(cy, told(person=doors.people["Qian One"]))

    drill = door.receive(
        replace(cy, exercise=True), [told(person=doors.people["Qian One"])], now=EVENING,
        purpose="screening",
    )  # fmt: skip

    assert reasons(drill) == ["no_round"]
    assert Report.objects.get().exercise is False


def test_who_moved_during_the_day_is_counted_where_the_last_report_was(
    city: City, doors: Doors
) -> None:
    who = doors.people["Qian One"]
    tell(city.actor("cy"), told(person=who))
    who.area, who.path = city.areas["oak2"], city.areas["oak2"].path
    who.save()

    tell(city.actor("sam"), told(person=who, seq=SEQ + 1))
    counting.count_expected(TODAY)

    assert coverage.total(city.areas["oak1"].path, TODAY) == Coverage(expected=3)
    assert coverage.total(city.areas["oak2"].path, TODAY) == Coverage(expected=3, checked=1)
    assert coverage.total(city.areas["w"].path, TODAY).expected == 8
    assert counting.differences(TODAY) == []

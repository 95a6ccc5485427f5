"""The round on a phone: one tap, a card in two, nothing lost, and nobody elsewhere sees it."""

from uuid import uuid4

import pytest
from django.test import Client

from linli.loops import find
from linli.loops.calls import watch
from linli.loops.calls.tables import CareContact
from linli.loops.find import Filters
from linli.loops.screening import counting
from linli.loops.screening.tables import Report, Reward
from linli.registry.accounts import Account
from tests.callers import still
from tests.cast import EVENING, City
from tests.doors import SEQ, Doors, move_in, open_round

pytestmark = pytest.mark.db


@pytest.fixture
def doors(city: City, settings) -> Doors:
    settings.SECOND_FACTOR = False
    still()
    found = move_in(city)
    open_round(city, reward_cents=250)
    return found


def phone(city: City, name: str) -> Client:
    """Somebody of the cast with a browser, looking for the purpose of screening."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(city.accounts[name])
    client.get("/screening", {"purpose": "screening"})
    return client


def report(client: Client, household, **more: object):
    form = {"uid": str(uuid4()), "seq": SEQ, "door": household.id, "seen": "checked", **more}
    return client.post("/screening/report", form, follow=True)


def test_the_round_is_one_tap_a_door_and_the_door_leaves_the_list(city: City, doors: Doors) -> None:
    cy = phone(city, "cy")
    assert cy.get("/screening").content.decode().count("data-report") == 2

    answer = report(cy, doors.households["101"], back="round", area=city.areas["oak1"].id)

    assert answer.status_code == 200
    assert answer.content.decode().count("data-report") == 1
    assert Report.objects.count() == 3


def test_the_same_form_sent_twice_is_once(city: City, doors: Doors) -> None:
    cy, uid = phone(city, "cy"), str(uuid4())

    report(cy, doors.households["102"], uid=uid)
    again = report(cy, doors.households["102"], uid=uid)

    assert "already" in again.content.decode()
    assert Report.objects.get().revision == 1


def test_what_cannot_be_taken_is_told_and_stays_typed(city: City, doors: Doors) -> None:
    who = doors.people["Qian One"]

    answer = report(
        phone(city, "cy"), doors.households["102"], person=who.id, seen="away",
        q_temperature_c="hot",
    )  # fmt: skip

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "cannot be taken" in text
    assert 'value="away" checked' in text
    assert not Report.objects.exists()


def test_somebody_without_a_household_is_one_tap_too(city: City, doors: Doors) -> None:
    who, cy = doors.people["Qian One"], phone(city, "cy")
    who.household = None
    who.save()
    assert "without a household" in cy.get("/screening").content.decode()

    form = {"uid": str(uuid4()), "seq": SEQ, "person": who.id, "back": "round"}
    answer = cy.post("/screening/report", form, follow=True)

    assert answer.status_code == 200
    assert Report.objects.get().person_id == who.id


def test_whoever_was_spoken_to_is_owed_no_call(city: City, doors: Doors) -> None:
    who, cy = doors.people["Qian One"], phone(city, "cy")
    who.needs = ["lone_elder"]
    who.save()
    door = cy.get(f"/screening/doors/{doors.households['102'].id}").content.decode()
    form = {"uid": str(uuid4()), "person": who.id, "by": "phone"}

    for _ in range(2):
        assert cy.post("/screening/spoken", form).status_code == 302
    watch.chore(EVENING)

    assert "Spoken to" in door
    assert CareContact.objects.count() == 1
    assert not find.items(city.actor("cy"), filters=Filters(loop="call"), purpose="care").rows


def test_an_exception_is_reported_for_one_person(city: City, doors: Doors) -> None:
    who = doors.people["Zhao Two"]

    report(
        phone(city, "cy"), doors.households["101"], person=who.id, q_temperature_c="38.4",
        q_symptoms=["cough", "fever"],
    )  # fmt: skip

    row = Report.objects.get()
    assert (row.person_id, row.fever) == (who.id, True)
    assert row.answers == {"temperature_c": 38.4, "symptoms": ["cough", "fever"]}


def test_a_resident_reports_and_earns_and_sees_no_other_door(city: City, doors: Doors) -> None:
    Account.objects.filter(username="ann").update(person_id=doors.people["Zhao One"].id)
    ann = phone(city, "ann")

    assert "/screening/own" in ann.get("/").content.decode()
    own = ann.get("/screening/own")
    report(ann, doors.households["101"])
    other = ann.get(f"/screening/doors/{doors.households['102'].id}")

    assert "Zhao Three" in own.content.decode()
    assert Reward.objects.count() == 3
    assert other.status_code == 404


def test_the_card_is_two_taps_from_the_menu_and_closed_to_others(city: City, doors: Doors) -> None:
    door = f"/screening/doors/{doors.households['101'].id}"
    assert door in phone(city, "cy").get("/screening").content.decode()

    for name in ("eve", "gus", "quin", "jo", "gil"):
        assert phone(city, name).get(door).status_code in (403, 404), name


def test_the_board_drills_down_and_only_who_works_there_opens_names(
    city: City, doors: Doors
) -> None:
    report(phone(city, "cy"), doors.households["101"])
    counting.count_expected(Report.objects.get(person_id=doors.people["Zhao One"].id).day)

    whole = phone(city, "gil").get("/coverage").content.decode()
    names = phone(city, "sam").get("/coverage/doors", {"area": city.areas["oak"].id})

    assert "38" in whole  # per cent: three of eight
    assert "Qian One" in names.content.decode()
    assert "Li One" not in names.content.decode()
    refused = phone(city, "gil").get("/coverage/doors", {"area": city.areas["oak"].id})
    assert refused.status_code == 403


def test_a_secretary_calls_a_round_opens_it_and_ends_it(city: City, doors: Doors) -> None:
    sam = phone(city, "sam")
    form = {"title": "Evening", "area": city.areas["oak"].id, "kind": "sweep",
            "first_on": "2020-02-09", "last_on": "2020-02-10", "reward": "2.50"}  # fmt: skip

    planned = sam.post("/rounds/call", form, follow=True).content.decode()
    wrong = sam.post("/rounds/call", form | {"reward": "much"})

    assert "Evening" in planned
    assert wrong.status_code == 422
    assert 'value="Evening"' in wrong.content.decode()
    item = find.items(city.actor("sam"), filters=Filters(loop="campaign"), purpose=None).rows[0]
    assert "running" in sam.post(f"/rounds/{item.id}/begin", follow=True).content.decode()
    assert "last days" in sam.post(f"/rounds/{item.id}/end", follow=True).content.decode()


def test_rewards_are_paid_once_and_say_nothing_of_the_report(city: City, doors: Doors) -> None:
    Account.objects.filter(username="ann").update(person_id=doors.people["Qian One"].id)
    report(phone(city, "ann"), doors.households["102"], person=doors.people["Qian One"].id,
           seen="exempt", q_temperature_c="39")  # fmt: skip
    sam = phone(city, "sam")

    owed = sam.get("/rounds/rewards").content.decode()
    paid = sam.post("/rounds/rewards", {"person": doors.people["Qian One"].id}, follow=True)
    again = sam.post("/rounds/rewards", {"person": doors.people["Qian One"].id})

    assert "2.50" in owed
    assert not {"exempt", "39", "fever"} & set(owed.split())
    assert "Nothing is owed" in paid.content.decode()
    assert again.status_code == 422

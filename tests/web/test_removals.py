"""Who leaves the register, on its page: numbers for some, names for others, and what is signed."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from linli.loops.advance import advance
from linli.loops.ledger import Item
from linli.loops.removals import remove
from linli.loops.requests import own_record
from linli.loops.requests.file import file_request
from linli.loops.requests.forms import Channel
from linli.registry.duties import RequestType
from linli.registry.person import Person
from tests.cast import EVENING, City
from tests.web.furnished import Furnished, furnish

pytestmark = pytest.mark.db


@pytest.fixture
def here(city: City, settings: Any) -> Furnished:
    settings.SECOND_FACTOR = False
    made = furnish(city)
    Person.objects.filter(id=made.ids["person"]).update(
        left_on=date(2019, 2, 1), left_because="moved"
    )
    return made


def as_(here: Furnished, who: str, language: str = "en") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(
        here.city.accounts[who], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_numbers_are_for_the_auditor_and_names_for_who_sees_people(here: Furnished) -> None:
    kim = text(as_(here, "kim"), "/removals?rule=people_moved")
    sam = text(as_(here, "sam"), "/removals?rule=people_moved&purpose=registry")

    assert "People who have moved away" in kim
    assert "安娜" not in kim
    assert "Sign other days" not in kim
    assert "安娜" in sam


@pytest.mark.parametrize("who", ["ann", "cy", "bo", "quin", "jo", "pat"])
def test_who_has_no_business_here_is_refused(here: Furnished, who: str) -> None:
    assert as_(here, who).get("/removals").status_code == 403


def test_days_are_signed_on_the_page_and_wrong_ones_are_told_with_what_was_typed(
    here: Furnished,
) -> None:
    lou = as_(here, "lou")

    for days in ("0", "9999", "soon", "-1", ""):
        wrong = lou.post("/removals/terms/people_moved", {"days": days, "note": "Rule 5"})
        assert (wrong.status_code, "Rule 5" in wrong.content.decode()) == (422, True), days
    assert lou.post("/removals/terms/people_moved", {"days": "90"}).status_code == 422
    lou.post("/removals/terms/people_moved", {"days": "90", "note": "City rule 5"})

    page = text(lou, "/removals")
    assert "90 days" in page
    assert "Signed by Lou: City rule 5" in page
    assert lou.post("/removals/terms/request", {"days": "9", "note": "x"}).status_code == 404


@pytest.mark.parametrize("who", ["kim", "sam", "ida"])
def test_who_may_not_sign_signs_nothing(here: Furnished, who: str) -> None:
    sent = as_(here, who).post("/removals/terms/people_moved", {"days": "9", "note": "x"})

    assert sent.status_code == 403


def test_the_page_of_a_person_says_what_holds_them(here: Furnished) -> None:
    person = here.ids["person"]
    Item.objects.filter(id=here.asked.item_id).update(subject_kind="person", subject_id=person)
    sam = as_(here, "sam")

    page = text(sam, f"/removals/people/{person}?purpose=registry")

    assert "from 2020-02-01 on" in page
    assert f"No. {here.asked.item_id}, request, is about them and still open." in page
    assert f"/removals/people/{person}" in text(sam, f"/registry/people/{person}")
    assert "已迁出的人员" in text(as_(here, "sam", "zh-hans"), "/removals")


def taken_in(here: Furnished, kind: str) -> int:
    """Ann asks, and Sam has it in hand."""
    RequestType.objects.create(
        code=kind, name_zh=kind, name_en=kind, item_class="normal", duty_code="d-noise"
    )
    filed = file_request(
        here.city.actor("ann"), now=EVENING, kind=kind, area_id=here.city.areas["oak1"].id,
        data={"description": "What do you know of me?"}, channel=Channel.PAGE,
    )  # fmt: skip
    to_sam = {"note": "For Sam", "holder_id": here.city.accounts["sam"].id}
    advance(filed.item_id, "reassign", here.scene("bo"), data=to_sam)
    advance(filed.item_id, "accept", here.scene("sam"))
    return filed.item_id


def test_the_clerk_sees_what_may_go_and_erases_and_the_resident_reads_it(here: Furnished) -> None:
    sam, person = as_(here, "sam"), here.ids["person"]
    item_id = taken_in(here, own_record.TO_ERASE)
    address = f"/removals/asked/{item_id}"

    assert address in text(sam, f"/items/{item_id}?purpose=registry")
    assert "Nothing says whose record it is" in text(sam, address)
    shown = text(sam, f"{address}?person={person}")
    assert 'value="record"' in shown
    wrong = sam.post(address, {"person": person, "parts": ["record"], "reach": "page"})
    assert wrong.status_code == 422
    assert "how that is known" in wrong.content.decode()
    given = {"person": person, "parts": ["record"], "reach": "phone", "proof": "document"}
    sam.post(address, given)

    assert not Person.objects.filter(id=person).exists()
    assert "Erased: the whole record." in Item.objects.get(id=item_id).data["reply"]
    assert sam.get(f"/removals/people/{person}").status_code == 404
    assert "People who asked to be erased" in text(as_(here, "kim"), "/removals").replace(
        "people who", "People who"
    )


def test_putting_right_leads_to_the_record_and_asks_for_words_where_nothing_changed(
    here: Furnished,
) -> None:
    sam, person = as_(here, "sam"), here.ids["person"]
    item_id = taken_in(here, own_record.TO_CORRECT)
    address = f"/removals/asked/{item_id}"
    text(sam, f"{address}?purpose=registry")
    given = {"person": person, "reach": "page", "proof": "known", "words": ""}

    assert f"/registry/people/{person}/edit" in text(sam, f"{address}?person={person}")
    assert sam.post(address, given).status_code == 422
    assert sam.post(address, given | {"reach": "pigeon", "words": "No"}).status_code == 422
    sam.post(address, given | {"words": "It was right already."})

    assert Item.objects.get(id=item_id).data["result"] == "cannot"


def test_a_nights_many_reports_stand_together_and_push_no_other_off_the_audit(
    here: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remove, "A_BITE", 1)
    again = here.ids["again"]
    Person.objects.filter(id=again).update(left_on=date(2019, 2, 1), left_because="moved")
    remove.remove_due(EVENING, pause_s=0)
    kim = as_(here, "kim")

    (went,) = kim.get("/removals").context["went"]

    assert (went.n, went.reports) == (2, 2)
    assert kim.get("/audit").context["destructions"] == []
    assert "/removals" in text(kim, "/audit")


def test_a_look_changes_nothing_and_who_may_not_erase_is_refused(here: Furnished) -> None:
    item_id = taken_in(here, own_record.TO_ERASE)
    for who in ("kim", "ida", "cy", "bo", "ann"):
        client = as_(here, who)
        got = client.get(f"/removals/asked/{item_id}?purpose=service").status_code
        sent = client.post(f"/removals/asked/{item_id}", {"person": here.ids["person"]}).status_code
        assert {got, sent} <= {403, 404}, who

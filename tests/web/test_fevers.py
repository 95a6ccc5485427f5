"""Whoever has a fever is found on one page, seen by one tap, and asked about in words."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from linli.errors import BadInput, NotFound
from linli.loops import catalogue
from linli.loops.advance import Opening, advance, open_item
from linli.loops.exposures import decide, find
from linli.loops.ledger import Item
from linli.policy.roles import Role
from linli.web.forms import fields_of
from tests.cast import EVENING, City
from tests.journeys.chained import Outbreak

pytestmark = pytest.mark.db


@pytest.fixture
def fever(city: City, settings) -> Item:
    """A fever that Gus measured at the gate of Oak Lane."""
    settings.SECOND_FACTOR = False
    told = {"temperature_c": 38.4, "source": "gate", "name": "王五", "phone": "555-0199"}
    opening = Opening(city.areas["oak"].id, "fever", told, uid=uuid4(), channel="page")
    scene = city.scene("gus", EVENING, purpose="screening")
    return Item.objects.get(id=open_item(catalogue.get("fever"), opening, scene).item_id)


def browser(city: City, name: str) -> Client:
    """Somebody of the cast with a browser in English."""
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(
        city.accounts[name], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def test_a_clinician_sees_a_fever_from_the_list_by_one_tap(city: City, fever: Item) -> None:
    hal = browser(city, "hal")
    assert "38.4 °C, at a gate" in hal.get("/fevers?purpose=care").content.decode()

    answer = hal.post(f"/items/{fever.id}/steps/examine", {"next": "/fevers"}, follow=True)

    assert answer.redirect_chain[-1][0] == "/fevers"
    assert "Seen at a clinic" in answer.content.decode()
    fever.refresh_from_db()
    assert fever.stage == "seen"


def test_whom_to_call_stands_on_the_page_of_the_fever(city: City, fever: Item) -> None:
    text = browser(city, "hal").get(f"/items/{fever.id}?purpose=care").content.decode()

    assert "王五" in text
    assert "555-0199" in text
    assert "38.4 °C" in text
    assert '<a href="/fevers">' in text.partition("<main")[2]  # the way back


@pytest.mark.parametrize("name", ["ann", "gus", "lil", "quin", "jo"])
def test_who_does_not_answer_fevers_does_not_open_their_list(
    city: City, fever: Item, name: str
) -> None:
    assert browser(city, name).get("/fevers?purpose=care").status_code == 403


def test_the_desk_of_the_next_district_finds_no_fever_of_ours(city: City, fever: Item) -> None:
    text = browser(city, "eve").get("/fevers?purpose=service").content.decode()

    assert "Nobody with a fever waits here." in text
    assert "38.4" not in text


def test_a_disease_is_chosen_by_its_name(city: City, fever: Item) -> None:
    text = browser(city, "hal").get(f"/items/{fever.id}?purpose=care").content.decode()

    assert '<option value="covid19" selected>COVID-19' in text


def test_a_contact_leads_to_their_page_and_offers_no_illness(city: City, settings) -> None:
    settings.SECOND_FACTOR = False
    outbreak = Outbreak(city)
    case = outbreak.confirm("Wang")
    outbreak.meet("Wang", "Li", place="渔家")
    find.look(case, outbreak.scene("tao"))
    decide.accept([outbreak.exposure(case, "Li").id], outbreak.scene("tao"))
    contact = outbreak.contact("Li")
    worker = next(name for name, one in city.accounts.items() if one.id == contact.holder_id)

    text = browser(city, worker).get("/work").content.decode()

    assert f'href="/contacts/{contact.id}"' in text
    assert f"/items/{contact.id}/steps/" not in text
    assert f"/items/{contact.id}?purpose=service#fall_ill" not in text


def test_the_jobs_of_the_day_are_one_tap_from_where_one_lands(city: City, settings) -> None:
    settings.SECOND_FACTOR = False
    for name, address in (("cy", "/screening"), ("hal", "/fevers"), ("tao", "/tracing")):
        text = browser(city, name).get("/work").content.decode()
        main = text.partition("<main")[2]

        assert f'href="{address}"' in main, name


def test_every_step_that_a_person_takes_asks_in_words_of_both_languages() -> None:
    coded = []
    with translation.override("zh-hans"):
        for loop in catalogue.all_loops().values():
            for step in loop.steps:
                if not step.by - {Role.SYSTEM}:
                    continue
                for field in fields_of(step.asks):
                    words = [(field.name, field.label), *field.choices]
                    coded += [
                        f"{loop.name}.{step.name}.{field.name}: {word!r}"
                        for _, word in words
                        if not word or gettext(word) == word
                    ]

    assert coded == []


def test_a_case_of_a_fever_is_of_whom_the_fever_is_and_nobody_types_a_number(
    city: City, settings
) -> None:
    settings.SECOND_FACTOR = False
    outbreak = Outbreak(city)
    who = outbreak.person("Li")
    opening = Opening(who.area_id, "fever", {"person_id": who.id, "source": "gate"})
    gus = city.scene("gus", purpose="screening")
    fever = open_item(catalogue.get("fever"), opening, gus).item_id
    hal = browser(city, "hal")

    form = hal.get(f"/items/{fever}?purpose=care").content.decode()
    hal.post(
        f"/items/{fever}/steps/open_case?purpose=care",
        {"open_case-disease": "covid19", "open_case-category": "suspected", "disease": "covid19",
         "category": "suspected"},
    )  # fmt: skip

    assert "Number of the person" not in form
    assert Item.objects.get(loop="case").subject_id == who.id


def test_a_fever_of_nobody_asks_for_the_person_in_a_sentence(city: City) -> None:
    opening = Opening(city.areas["oak1"].id, "fever", {"name": "somebody", "source": "gate"})
    gus = city.scene("gus", purpose="screening")
    fever = open_item(catalogue.get("fever"), opening, gus).item_id
    hal = city.scene("hal", purpose="care")

    for data, sentence in (({}, "whose it is"), ({"person_id": 999}, "no person 999")):
        with pytest.raises((BadInput, NotFound), match=sentence):
            advance(fever, "open_case", hal, data={"category": "suspected", **data})

"""Are records added and put right from the pages, by the registry's own door and nobody else?"""

import re

import pytest
from django.test import Client

from linli.audit.records import Record
from linli.policy.fields import MASK
from linli.registry.areas import Area
from linli.registry.facts import Fact
from linli.registry.person import Person
from linli.registry.sites import Site
from tests.web.furnished import PHONE, Furnished

pytestmark = pytest.mark.db
FOR = "?purpose=service"


def as_(here: Furnished, who: str, language: str = "en") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(
        here.city.accounts[who], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def filled(page: str) -> dict[str, str]:
    """What a browser would send back of a form as it stands."""
    form = page.split('<form method="post">')[1].split("</form>")[0]
    sent = {}
    for tag in re.findall(r"<input [^>]*>", form):
        kind = re.search(r'type="(\w+)"', tag)[1]
        name, value = re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)
        if kind in {"radio", "checkbox"} and " checked" not in tag:
            continue
        if name and name[1] != "csrfmiddlewaretoken":
            sent[name[1]] = value[1] if value else ""
    for name, body in re.findall(r'<select id="\w+" name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        sent[name] = chosen[1] if chosen else re.search(r'value="([^"]*)"', body)[1]
    for name, body in re.findall(
        r'<textarea id="\w+" name="(\w+)"[^>]*>(.*?)</textarea>', form, re.S
    ):
        sent[name] = body
    return sent


def of_person(here: Furnished) -> str:
    return f"/registry/people/{here.ids['person']}/edit{FOR}"


def test_a_grid_worker_puts_a_phone_right_and_nothing_else_moves(here):
    cy = as_(here, "cy")
    sent = filled(cy.get(of_person(here)).content.decode())
    before = Person.objects.values().get(id=here.ids["person"])

    answer = cy.post(of_person(here), {**sent, "phone": "027-555-0199"})

    after = Person.objects.values().get(id=here.ids["person"])
    assert answer.status_code == 302
    assert {k for k in before if before[k] != after[k]} <= {"phone", "changed_at"}
    assert after["phone"] == "027-555-0199"
    act = Record.objects.filter(act="edit", kind="people").get()
    assert (act.purpose, act.detail) == ("service", {"fields": ["phone"]})


def test_a_page_sent_back_as_it_came_changes_nothing_and_says_so(here):
    cy = as_(here, "cy")
    sent = filled(cy.get(of_person(here)).content.decode())

    answer = cy.post(of_person(here), sent, follow=True).content.decode()

    assert "nothing was changed" in answer
    assert not Record.objects.filter(act="edit").exists()


def test_what_a_role_does_not_see_is_not_on_the_page_and_a_mask_never_comes_back(here):
    Person.objects.filter(id=here.ids["person"]).update(document="ID-77")
    cy = as_(here, "cy")
    page = cy.get(of_person(here)).content.decode()

    assert "ID-77" not in page
    assert 'name="document"' not in page
    assert "hidden from your role" in page
    refused = cy.post(of_person(here), {**filled(page), "document": MASK})

    assert refused.status_code == 422
    assert Person.objects.get(id=here.ids["person"]).document == "ID-77"


def test_a_change_that_somebody_else_made_meanwhile_is_told_and_not_overwritten(here):
    cy, sam = as_(here, "cy"), as_(here, "sam")
    mine = filled(cy.get(of_person(here)).content.decode())
    theirs = filled(sam.get(of_person(here)).content.decode())
    sam.post(of_person(here), {**theirs, "phone": "027-555-0200"})

    refused = cy.post(of_person(here), {**mine, "phone": "027-555-0199"})

    text = refused.content.decode()
    assert refused.status_code == 409
    assert "It says now: 027-555-0200" in text
    assert 'value="027-555-0199"' in text
    assert Person.objects.get(id=here.ids["person"]).phone == "027-555-0200"
    cy.post(of_person(here), filled(text))
    assert Person.objects.get(id=here.ids["person"]).phone == "027-555-0199"


def test_needs_are_ticked_in_words_and_kept_as_codes(here):
    cy = as_(here, "cy")
    page = cy.get(of_person(here)).content.decode()
    assert "uses a wheelchair" in page

    cy.post(of_person(here), {**filled(page), "needs": ["wheelchair", "dialysis"]})

    assert Person.objects.get(id=here.ids["person"]).needs == ["wheelchair", "dialysis"]
    shown = as_(here, "cy", "zh-hans").get(f"/registry/people/{here.ids['person']}{FOR}")
    assert "需要透析" in shown.content.decode()


def test_somebody_new_is_written_down_in_the_area_that_was_chosen(here):
    cy, oak1 = as_(here, "cy"), here.city.areas["oak1"]
    chooser = cy.get(f"/registry/people/new{FOR}").content.decode()
    assert f'href="?area={oak1.id}"' in chooser
    address = f"/registry/people/new{FOR}&area={oak1.id}"
    sent = filled(cy.get(address).content.decode())

    answer = cy.post(
        address, {**sent, "code": "P9", "name": "王芳", "phone": PHONE, "source": "a visit"}
    )

    made = Person.objects.get(code="P9")
    assert answer["Location"] == f"/registry/people/{made.id}"
    assert made.path == oak1.path
    assert Record.objects.get(act="add", subject=str(made.id)).purpose == "service"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Name"),
        ({"birth_date": "yesterday"}, "2020-02-09"),
        ({"household_id": "999999"}, "999999"),
        ({"sex": "cat"}, "Sex"),
        ({"code": "P1"}, "P1"),
    ],
)
def test_what_cannot_be_taken_is_told_and_what_was_typed_stays(here, wrong, said):
    cy, oak1 = as_(here, "cy"), here.city.areas["oak1"]
    address = f"/registry/people/new{FOR}&area={oak1.id}"
    sent = filled(cy.get(address).content.decode())
    good = {"code": "P9", "name": "王芳", "phone": "027-555-0166", "source": "a visit"}

    answer = cy.post(address, {**sent, **good, **wrong})

    text = answer.content.decode()
    assert answer.status_code in {404, 409, 422}
    assert said in text
    assert "027-555-0166" in text
    assert not Person.objects.filter(code="P9").exists()


@pytest.mark.parametrize("who", ["ann", "bo", "dee", "gil", "jo", "kim", "lou", "eve"])
def test_nobody_else_adds_or_changes_a_resident_of_oak_lane(here, who):
    client, oak1 = as_(here, who), here.city.areas["oak1"]

    added = client.post(f"/registry/people/new{FOR}&area={oak1.id}", {"name": "x"})
    changed = client.post(of_person(here), {"name": "x", "seen": ""})

    assert {added.status_code, changed.status_code} <= {403, 404}
    assert Person.objects.get(id=here.ids["person"]).name == "安娜"


def test_the_data_office_adds_and_changes_places_sites_and_figures(here):
    ida, oak = as_(here, "ida"), here.city.areas["oak"]

    lane = filled(ida.get(f"/registry/areas/new?area={oak.id}").content.decode())
    ida.post(f"/registry/areas/new?area={oak.id}", {**lane, "kind": "grid", "name_zh": "第三网格"})
    site = filled(ida.get(f"/registry/sites/{here.ids['site']}/edit").content.decode())
    ida.post(f"/registry/sites/{here.ids['site']}/edit", {**site, "name_en": "Oak Clinic"})
    figure = filled(ida.get(f"/registry/facts/new?area={oak.id}").content.decode())
    ida.post(
        f"/registry/facts/new?area={oak.id}",
        {**figure, "key": "grids", "value": "3", "unit": "count", "source": "count"},
    )

    assert Area.objects.get(name_zh="第三网格").parent_id == oak.id
    assert Site.objects.get(id=here.ids["site"]).name_en == "Oak Clinic"
    assert Fact.objects.get(key="grids").value == 3
    assert ida.get(f"/registry/facts/{Fact.objects.get(key='grids').id}/edit").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", ["households", "organisations", "vehicles", "resources", "duties"])
def test_every_kind_has_its_form_in_both_languages(here, kind, language):
    ida, oak = as_(here, "ida", language), here.city.areas["oak1"]

    answer = ida.get(f"/registry/{kind}/new?purpose=registry&area={oak.id}")

    text = answer.content.decode()
    assert answer.status_code == 200
    assert ("Save" in text) == (language == "en")
    assert not re.search(r"<label[^>]*>\s*[a-z]+_[a-z]+", text), "a column's own name as a label"


def test_a_grid_worker_notes_that_somebody_has_left_with_the_day_and_the_reason(here):
    cy = as_(here, "cy")
    sent = filled(cy.get(of_person(here)).content.decode())

    half = cy.post(of_person(here), {**sent, "left_on": "2020-02-08"})
    cy.post(
        of_person(here),
        {
            **sent,
            "left_on": "2020-02-08",
            "left_because": "moved",
            "left_source": "told at the door",
        },
    )

    assert half.status_code == 422
    assert "Say both on which day" in half.content.decode()
    person = Person.objects.get(id=here.ids["person"])
    assert (str(person.left_on), person.left_because) == ("2020-02-08", "moved")
    shown = cy.get(f"/registry/people/{person.id}{FOR}").content.decode()
    assert "has moved away" in shown
    assert "told at the door" in shown

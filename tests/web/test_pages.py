"""Does every page open for whom it is, in both languages, and refuse everybody else?"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linli import clock
from linli.loops.ledger import Item
from linli.policy.roles import Role
from linli.registry.person import Person
from linli.web import pages
from tests.cast import EVENING
from tests.web.furnished import NOT_PAGES, VISITS, Furnished, Visit, ask, build_furnished

pytestmark = pytest.mark.db

MOST_QUERIES = {"work": 22, "items": 20, "board": 26, "item": 32, "records": 22, "registry": 16}


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Furnished]:
    """Furnish the city once for all pages: what a test does is undone, so none disturbs another."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_furnished()
        transaction.set_rollback(True)


@pytest.fixture
def here(built: Furnished, settings, db: None) -> Furnished:
    settings.SECOND_FACTOR = False
    clock.follow(lambda: clock.Dial(shown=EVENING + 900, speed=0))
    return built


def as_(here: Furnished, who: str | None, language: str = "en") -> Client:
    """A browser in which somebody is signed in, or nobody."""
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    if who is not None:
        client.force_login(
            here.city.accounts[who], backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    return client


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.page)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_page_opens_for_the_least_of_those_it_is_for(here, visit: Visit, language: str):
    linked = visit.page == "followed"  # by a link that leads on to the page without the code
    answer = as_(here, visit.who, language).get(visit.address(here), follow=linked)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{"zh-Hans" if language == "zh-hans" else "en"}">' in text
    assert text.count("<h1") == 1


@pytest.mark.parametrize("visit", [v for v in VISITS if v.refused], ids=lambda visit: visit.page)
def test_a_page_refuses_everybody_else(here, visit: Visit):
    answers = {who: as_(here, who).get(visit.address(here)) for who in visit.refused}

    wrong = {who: a.status_code for who, a in answers.items() if not _is_refusal(a)}
    assert wrong == {}
    assert all("安娜" not in a.content.decode() for a in answers.values())


def _is_refusal(answer) -> bool:
    if answer.status_code == 302:
        return answer["Location"].startswith(("/account/login", "/requests/follow"))
    return answer.status_code in {403, 404}


def test_every_address_is_visited_or_is_no_page():
    names = {url.name for module in pages.modules() for url in getattr(module, "URLS", ())}

    assert names - {visit.page for visit in VISITS} - NOT_PAGES - ELSEWHERE == set()


ELSEWHERE = frozenset(
    {"import_mapping", "import_run", "import_lines"}  # test_imports.py
    | {"map", "map_values", "map_shapes"}  # the map's own tests
)


@pytest.mark.parametrize("page", sorted(MOST_QUERIES))
def test_a_page_asks_as_often_for_three_rows_as_for_thirty(here, page: str):
    visit = next(v for v in VISITS if v.page == page)
    client = as_(here, visit.who)
    client.get(visit.address(here))

    few = _queries(client, visit.address(here))
    for n in range(30):
        ask(here.city, "breath", f"Number {n}")
    many = _queries(client, visit.address(here))

    assert many <= few + 1, "one more where a page without rows has nothing to look up"
    assert many <= MOST_QUERIES[page]


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_what_is_not_there_and_what_is_out_of_sight_read_the_same(here):
    client = as_(here, "eve")

    foreign = client.get(f"/items/{here.asked.item_id}?purpose=service")
    missing = client.get("/items/999999?purpose=service")

    same = foreign.content.decode().replace(str(here.asked.item_id), "999999")
    assert foreign.status_code == missing.status_code == 404
    assert same.replace("purpose=service", "").count("999999") >= 1
    assert _sentence(foreign).replace(str(here.asked.item_id), "N") == _sentence(missing).replace(
        "999999", "N"
    )


def _sentence(answer) -> str:
    text = answer.content.decode()
    return text.split('class="panel warm"><p>')[1].split("</p>")[0]


def test_resident_data_asks_what_for_once_and_remembers(here):
    client = as_(here, "cy")

    first = client.get(f"/items/{here.asked.item_id}")
    assert first.status_code == 403
    assert "What do you need these records for?" in first.content.decode()

    client.get(f"/items/{here.asked.item_id}?purpose=service")
    assert client.get(f"/items/{here.asked.item_id}").status_code == 200


def test_the_menu_holds_what_the_role_may_open(here):
    menus = {
        who: as_(here, who).get("/about/roles").context["menu"] for who in ("ann", "cy", "kim")
    }
    labels = {
        who: [entry.label for part in menu for entry in part.entries] for who, menu in menus.items()
    }

    assert labels["ann"] == []
    assert "Desk" in labels["cy"]
    assert "Audit" in labels["kim"]
    assert "Desk" not in labels["kim"]


def test_a_menu_that_outgrows_its_row_opens_at_the_section_of_the_page(here):
    menu = as_(here, "gil").get("/evaluation").context["menu"]

    assert len(menu) > 1
    assert [part.label for part in menu if part.opened] == ["Studies"]
    assert "Evaluation" in [e.label for part in menu if part.opened for e in part.entries]


def test_the_menu_marks_one_place_only(here):
    menu = as_(here, "gil").get("/transfers/board").context["menu"]

    marked = [(e.label, e.current) for part in menu for e in part.entries if e.current]
    assert marked == [("Transfers at a glance", "page")]


def test_the_page_of_roles_names_every_role_and_says_the_truth(here):
    answer = as_(here, None).get("/about/roles")

    powers = {f"{p.what}.{p.act}": p.may for p in answer.context["powers"]}
    auditor = [role for role in Role if role is not Role.SYSTEM].index(Role.AUDITOR)
    assert powers["the audit.see"][auditor]
    assert sum(powers["the audit.see"]) == 1


def test_pages_load_nothing_from_elsewhere_and_cannot_be_framed(here):
    answer = as_(here, "cy").get("/work")

    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert "http://" not in answer.content.decode().replace("http://www.w3.org", "")


@pytest.mark.parametrize(
    ("who", "home"),
    [("gus", "/gate"), ("kim", "/audit"), ("ida", "/registry"), ("lou", "/accounts")],
)
def test_whoever_has_no_list_of_work_lands_on_the_page_of_the_role(here, who: str, home: str):
    assert as_(here, who).get("/work")["Location"] == home


def test_a_courier_reads_what_a_courier_does_and_may_open(here):
    page = as_(here, "quin").get("/work").content.decode()

    assert "Carries things to doors" in page
    assert "No work is handed to you here" in page
    assert 'href="/registry"' in page


def test_a_row_of_work_says_of_what_sort_it_is_and_where_the_person_lives(here):
    Person.objects.filter(id=Item.objects.get(id=here.ids["contact"]).subject_id).update(
        household_id=here.ids["household"]
    )

    cy = as_(here, "cy").get("/work").content.decode()

    assert "Contact: close contact, 1栋 3-201" in cy


@pytest.mark.parametrize("page", ["case", "contact", "placement", "case_steps"])
def test_a_need_that_was_stated_once_is_seen_wherever_the_person_is_handled(here, page: str):
    contact = Item.objects.get(id=here.ids["contact"])
    case = Item.objects.get(id=here.ids["case"])
    placement = Item.objects.get(loop="placement", parent_id=case.id)
    for item in (contact, case):
        Person.objects.filter(id=item.subject_id).update(
            needs=["wheelchair"], household_id=here.ids["household"]
        )
    Person.objects.filter(id=here.ids["person"]).update(needs=["lone_elder"])
    where = {
        "case": f"/cases/{case.id}?purpose=care",
        "contact": f"/contacts/{contact.id}",
        "placement": f"/items/{placement.id}?purpose=care",
        "case_steps": f"/items/{case.id}?purpose=care",
    }[page]

    seen = as_(here, "hal").get(where).content.decode()
    unseen = as_(here, "tao").get(where.replace("care", "investigation")).content.decode()

    assert "uses a wheelchair" in seen
    assert "old and living alone" in seen  # behind the same door
    assert "wheelchair" not in unseen

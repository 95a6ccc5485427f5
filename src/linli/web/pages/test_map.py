"""Does the page of the map say what the map paints, to whom it may?"""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from linli.loops.advance import Opening, open_item
from linli.loops.requests.loop import LOOP
from linli.registry.areas import AreaShape
from tests.cast import City

pytestmark = pytest.mark.db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SQUARE = [[[114.0, 30.0], [114.2, 30.0], [114.2, 30.2], [114.0, 30.2], [114.0, 30.0]]]


@pytest.fixture(autouse=True)
def one_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = False


@pytest.fixture
def asked(city: City) -> City:
    """Two requests in Oak Lane and one in Ash Road."""
    for area in ("oak1", "oak2", "ash1"):
        data = {"description": "No water"}
        opening = Opening(city.areas[area].id, "utility", data, kind="water")
        open_item(LOOP, opening, city.scene("ann"))
    return city


def signed_in(city: City, name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(city.accounts[name], backend=BACKEND)
    return client


def rows(html: str) -> dict[str, list[str]]:
    """The name of each row of the table, and what its cells say."""
    table = re.findall(r"<tr data-area.*?</tr>", html, re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in table]
    plain = [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]
    return {row[0]: row[1:] for row in plain}


def test_the_table_holds_the_figures_and_each_count_leads_to_its_list(asked: City) -> None:
    client = signed_in(asked, "gil")

    html = client.get("/map?layer=open").content.decode()

    assert rows(html) == {"East": ["2", "0", "0"], "West": ["1", "0", "0"]}
    lists = re.findall(r'href="(/items\?[^"]+)">(\d+)</a>', html)
    assert len(lists) == 9  # three figures of two districts and of the city
    for address, count in lists:
        answer = client.get(address.replace("&amp;", "&") + "&purpose=service")
        assert len(answer.context["rows"]) == int(count), address


def test_a_number_without_its_list_is_no_link(asked: City) -> None:
    html = signed_in(asked, "jo").get("/map?layer=open").content.decode()

    assert rows(html) == {"East": ["2", "0", "0"], "West": ["1", "0", "0"]}
    assert "/items?" not in html


def test_nobody_signed_in_is_asked_to_sign_in(city: City) -> None:
    answer = Client().get("/map?layer=late")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login")
    assert Client().get("/map/values", headers={"HX-Request": "true"}).status_code == 401


def test_a_resident_has_no_map(city: City) -> None:
    client = signed_in(city, "ann")

    assert client.get("/map").status_code == 403
    assert client.get("/map/values").status_code == 403


def test_values_come_once_and_then_only_when_one_has_changed(asked: City) -> None:
    client = signed_in(asked, "gil")
    address = f"/map/values?layer=open&area={asked.areas['w'].id}&tier=2"

    first = client.get(address)
    again = client.get(f"{address}&since={first.json()['version']}")
    opening = Opening(asked.areas["ash1"].id, "normal", {"description": "Noise"}, kind="noise")
    open_item(LOOP, opening, asked.scene("ann"))
    changed = client.get(f"{address}&since={first.json()['version']}")

    east, west = asked.areas["east"].id, asked.areas["west"].id
    assert [row[0::2][0] for row in first.json()["rows"]] == [east, west]
    assert [row[2][0] for row in first.json()["rows"]] == [2, 1]
    assert (again.status_code, again.content) == (204, b"")
    moment, said = again["Linli-Now"].split(" ")
    assert datetime.fromisoformat(moment).utcoffset() == timedelta(hours=8)
    assert unquote(said).endswith(moment[11:16])
    assert [row[2][0] for row in changed.json()["rows"]] == [2, 2]


def test_outlines_are_kept_under_their_mark_and_asked_again_without_it(city: City) -> None:
    geometry = {"type": "Polygon", "coordinates": SQUARE}
    AreaShape.objects.create(area=city.areas["east"], geometry=geometry, source="a survey")
    AreaShape.objects.create(area=city.areas["elm"], geometry=geometry, schematic=True)
    html = signed_in(city, "gil").get("/map").content.decode()
    found = re.search(r'data-shapes="([^"]+)"', html)
    assert found is not None

    kept, old = Client().get(found[1]), Client().get(re.sub(r"/\w+\.json", "/old.json", found[1]))

    assert "immutable" in kept["Cache-Control"]
    assert old["Cache-Control"] == "no-cache"
    assert kept.content == old.content
    (east,) = kept.json()["features"]
    assert (east["id"], east["properties"]) == (city.areas["east"].id, {"part": "child"})
    assert "a survey" in html
    assert "schematic" not in html
    assert (
        "schematic, not surveyed"
        in signed_in(city, "gil").get(f"/map?area={city.areas['east'].id}").content.decode()
    )


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("layer=secrets", 404),
        ("area=999999", 404),
        ("area=x", 422),
        ("area=-1", 422),
        ("area=99999999999999999999", 422),
        ("tier=7", 422),
        ("tier=0", 422),
    ],
)
def test_what_is_asked_wrongly_is_answered_by_a_sentence(
    city: City, query: str, status: int
) -> None:
    for page in ("/map", "/map/values"):
        assert signed_in(city, "gil").get(f"{page}?{query}").status_code == status


@pytest.mark.parametrize("tier", [1, 2])
def test_a_page_asks_the_database_as_often_for_many_areas_as_for_few(
    asked: City, tier: int, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(asked, "gil")
    client.get("/map?layer=open")

    with django_assert_max_num_queries(32):
        client.get(f"/map?layer=open&tier={tier}")

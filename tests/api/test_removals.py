"""By the API: who leaves the register, what holds them, terms signed, and who asks to be erased."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from linli.loops.advance import advance
from linli.loops.ledger import Item
from linli.loops.requests import own_record
from linli.loops.requests.file import file_request
from linli.loops.requests.forms import Channel
from linli.registry.duties import RequestType
from linli.registry.person import Person
from tests.callers import still, token_for
from tests.cast import EVENING, City
from tests.doors import Doors, move_in

pytestmark = pytest.mark.db


class Api:
    """Calls of the cast by their tokens."""

    def __init__(self, city: City, doors: Doors) -> None:
        self.city, self.doors = city, doors
        self._tokens = {name: token_for(city.accounts[name]) for name in ("sam", "kim", "lou")}

    def call(self, who: str, method: str, path: str, body: Any = None) -> Any:
        return Client().generic(
            method, f"/api{path}", b"" if body is None else json.dumps(body).encode(),
            "application/json",
            headers={"Authorization": f"Bearer {self._tokens[who]}", "X-Purpose": "registry"},
        )  # fmt: skip


@pytest.fixture
def api(city: City, settings: Any) -> Api:
    settings.SECOND_FACTOR = False
    still()
    doors = move_in(city)
    Person.objects.filter(code="ZhaoOne").update(left_on=date(2019, 2, 1), left_because="moved")
    return Api(city, doors)


def test_rules_numbers_names_and_what_holds_are_told(api: Api) -> None:
    who = api.doors.people["Zhao One"].id
    (moved, *_) = api.call("kim", "GET", "/removals").json()
    listed = api.call("sam", "GET", "/removals/people?rule=people_moved").json()["rows"]
    one = api.call("sam", "GET", f"/removals/people/{who}").json()

    assert (moved["rule"], moved["days"], moved["n_due"]) == ("people_moved", 365, 1)
    assert "Assumed" in moved["note"]
    assert [row["person_id"] for row in listed] == [who]
    assert (one["rule"], one["goes_on"], one["holds"]) == ("people_moved", "2020-02-01", [])
    assert api.call("kim", "GET", "/removals/people").status_code == 403
    assert api.call("sam", "GET", "/removals/people?rule=people_lost").status_code == 422


def test_other_days_are_signed_by_who_may_and_wrong_ones_are_told(api: Api) -> None:
    path = "/removals/terms/people_moved"

    assert api.call("sam", "POST", path, {"days": 9, "note": "x"}).status_code == 403
    for wrong in ({"days": 0, "note": "x"}, {"days": 9}, {"days": 9, "note": " "}, {"note": "x"}):
        assert api.call("lou", "POST", path, wrong).status_code == 422, wrong
    assert api.call("lou", "POST", path, {"days": 9, "note": "City rule 5"}).status_code == 200

    (moved, *_) = api.call("kim", "GET", "/removals").json()
    assert (moved["days"], moved["note"]) == (9, "City rule 5")


def test_who_asks_is_erased_and_answered_in_one_call(api: Api) -> None:
    city, who = api.city, api.doors.people["Zhao One"].id
    RequestType.objects.create(
        code=own_record.TO_ERASE, name_zh="x", name_en="x", item_class="normal", duty_code="d-noise"
    )
    item = file_request(
        city.actor("ann"), now=EVENING, kind=own_record.TO_ERASE, area_id=city.areas["oak1"].id,
        data={"description": "Erase me"}, channel=Channel.PAGE,
    ).item_id  # fmt: skip
    to_sam = {"note": "For Sam", "holder_id": city.accounts["sam"].id}
    advance(item, "reassign", city.scene("bo"), data=to_sam)
    advance(item, "accept", city.scene("sam"))
    path = f"/removals/asked/{item}"

    seen = api.call("sam", "GET", f"{path}?person_id={who}").json()
    wrong = api.call("sam", "POST", path, {"person_id": who, "parts": ["record"]})
    given = {"person_id": who, "parts": ["record"], "proof": "document"}
    done = api.call("sam", "POST", path, given)

    assert {part["part"]: part["goes"] for part in seen["parts"]}["record"]
    assert (wrong.status_code, wrong.json()["code"]) == (422, "who_is_it")
    assert done.status_code == 200
    assert not Person.objects.filter(id=who).exists()
    assert Item.objects.get(id=item).stage == "answered"

"""Are types of request added and changed by page and API, by whoever keeps the list?"""

import pytest
from django.test import Client

from linli.audit.records import Record
from linli.registry.duties import RequestType
from tests.callers import Caller, still
from tests.cast import City

pytestmark = pytest.mark.db
LIFT = {
    "code": "lift",
    "name_zh": "电梯",
    "name_en": "Lift",
    "item_class": "utility",
    "duty_code": "d-noise",
    "public": "true",
}


@pytest.fixture(autouse=True)
def one_factor(settings) -> None:
    settings.SECOND_FACTOR = False
    still()


def as_(city: City, who: str, language: str = "en") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(
        city.accounts[who], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def test_a_type_is_added_and_changed_on_its_page_and_then_offered_to_residents(city: City):
    ida = as_(city, "ida")

    assert ida.post("/request-types/new", LIFT).status_code == 302
    ida.post("/request-types/lift", {**LIFT, "name_en": "Lifts", "keywords": "elevator"})

    made = RequestType.objects.get(code="lift")
    assert (made.name_en, made.keywords, made.item_class) == ("Lifts", "elevator", "utility")
    offered = {row["code"]: row for row in Caller(city, "ann").get("/api/request-types").json()}
    assert offered["lift"]["name_en"] == "Lifts"
    assert [r.act for r in Record.objects.filter(kind="request_types").order_by("id")] == [
        "add",
        "edit",
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"duty_code": "d-moon"}, "There is no duty d-moon"),
        ({"code": "noise"}, "noise"),
        ({"code": "two words"}, "Code"),
        ({"item_class": "divine"}, "Class"),
        ({"valid_until": "soon"}, "Last day"),
        ({"name_zh": " "}, "Name in Chinese"),
    ],
)
def test_a_type_that_cannot_be_is_told_and_what_was_typed_stays(city: City, change, told):
    answer = as_(city, "ida").post("/request-types/new", LIFT | change)

    page = answer.content.decode()
    assert 400 <= answer.status_code < 500
    assert told in page
    assert ">Lift</textarea>" in page
    assert not RequestType.objects.filter(name_en="Lift").exists()


def test_the_questions_a_type_asks_stay_when_its_name_changes(city: City) -> None:
    asks = [{"code": "floor", "datatype": "number", "name_zh": "楼层", "name_en": "Floor"}]
    RequestType.objects.filter(code="noise").update(attributes=asks)

    as_(city, "ida").post("/request-types/noise", LIFT | {"name_en": "Din"})

    kept = RequestType.objects.get(code="noise")
    assert (kept.name_en, kept.attributes) == ("Din", asks)


def test_a_type_that_no_duty_leads_is_marked(city: City) -> None:
    RequestType.objects.filter(code="noise").update(duty_code="")

    page = as_(city, "cy").get("/request-types").content.decode()

    assert "1 type is led by no duty" in page
    assert "Add a type" not in page


def test_whoever_does_not_keep_the_list_is_refused_at_every_door(city: City) -> None:
    body = {k: v for k, v in LIFT.items() if k not in ("code", "public")}

    callers = {who: Caller(city, who) for who in ("cy", "sam", "jo", "eve")}
    for who, caller in callers.items():
        assert as_(city, who).post("/request-types/new", LIFT).status_code == 403
        assert caller.send("PUT", "/api/request-types/x", body).status_code == 403
    assert Caller(city, "ida").send("PUT", "/api/request-types/lift", body).status_code == 200
    assert callers["cy"].get("/api/request-types/lift").json()["duty_code"] == "d-noise"
    assert RequestType.objects.filter(code__in=("x", "lift")).count() == 1

"""GeoReport v2 as its own description has it: every call, both formats, and nothing personal."""

import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from django.test import Client

from linli.loops.ledger import Item
from linli.registry.areas import Area, AreaCode
from linli.registry.duties import RequestType
from tests.callers import still, token_for
from tests.cast import City
from tests.exchange.georeport import SHAPES, fits_json, fits_xml

pytestmark = pytest.mark.db
KEY = "app-key"
ROOT = "/open311/v2"


@pytest.fixture(autouse=True)
def evening(settings: Any, city: City) -> None:
    still()
    settings.OPEN311_KEYS = [KEY]
    for name, point in (("oak", (114.30, 30.60)), ("pine", (114.34, 30.60))):
        Area.objects.filter(id=city.areas[name].id).update(longitude=point[0], latitude=point[1])
    AreaCode.objects.create(area=city.areas["pine"], system="gb", code="420102")
    kinds = [{"key": "loud", "name_zh": "响", "name_en": "Loud"}]
    question = {"code": "how", "datatype": "singlevaluelist", "required": True, "values": kinds,
                "name_zh": "多响", "name_en": "How loud?"}  # fmt: skip
    RequestType.objects.filter(code="noise").update(attributes=[question], group="peace")
    RequestType.objects.filter(code="breath").update(public=False)


def post(client: Client, format_: str = "json", **given: Any) -> Any:
    fields = {"api_key": KEY, "service_code": "water", "lat": "30.601", "long": "114.301"}
    return client.post(f"{ROOT}/requests.{format_}", {**fields, **given})


@pytest.mark.parametrize("format_", ["xml", "json"])
@pytest.mark.parametrize(
    ("call", "shape"),
    [
        ("discovery", "discovery"),
        ("services", "services"),
        ("services/noise", "service_definition"),
        ("requests", "service_requests"),
        ("requests/{id}", "service_requests"),
        ("tokens/{token}", "tokens"),
        ("services/unknown", "errors"),
    ],
)
def test_every_call_keeps_to_the_shape_of_the_specification(
    client: Client, format_: str, call: str, shape: str
) -> None:
    made = post(client).json()[0]
    path = call.format(id=made["service_request_id"], token=made["token"])

    answer = client.get(f"{ROOT}/{path}.{format_}", headers={"Accept-Language": "en"})

    if format_ == "json":
        assert answer["Content-Type"] == "application/json; charset=utf-8"
        assert fits_json(answer.json(), SHAPES[shape]) == []
    else:
        assert answer["Content-Type"] == "text/xml; charset=utf-8"
        assert fits_xml(ElementTree.fromstring(answer.content), SHAPES[shape]) == []


@pytest.mark.parametrize("format_", ["xml", "json"])
def test_a_filed_request_is_answered_in_the_shape_of_the_specification(
    client: Client, format_: str
) -> None:
    answer = post(client, format_, description="The tap is dry")

    assert answer.status_code == 200
    if format_ == "json":
        assert fits_json(answer.json(), SHAPES["filed"]) == []
    else:
        assert fits_xml(ElementTree.fromstring(answer.content), SHAPES["filed"]) == []


def test_a_filed_request_enters_the_loop_at_the_nearest_community(
    client: Client, city: City
) -> None:
    made = post(client, first_name="Ann", last_name="Example", phone="0100").json()[0]

    item = Item.objects.get(id=made["service_request_id"])
    assert (item.area_id, item.channel, item.stage) == (city.areas["oak"].id, "open311", "assigned")
    assert item.data["contact_name"] == "Ann Example"
    assert item.item_class == "utility"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"lat": "", "long": "", "address_id": "420102"}, "pine"),
        ({"lat": "", "long": "", "address_string": "W市松树里社区3号"}, "pine"),
        ({"lat": "30.60", "long": "114.335"}, "pine"),
    ],
)
def test_a_place_is_found_by_code_by_name_and_by_point(
    client: Client, city: City, given: dict[str, str], name: str
) -> None:
    made = post(client, **given).json()[0]

    item = Item.objects.get(id=made["service_request_id"])
    assert item.area_id == city.areas[name].id


def test_nothing_of_the_resident_is_ever_listed(client: Client) -> None:
    secret = {"description": "SECRET illness", "first_name": "SECRET", "last_name": "X",
              "phone": "0100-SECRET", "email": "SECRET@example.org", "address_string": "SECRET 7",
              "media_url": "https://example.org/SECRET.png"}  # fmt: skip
    made = post(client, **secret).json()[0]

    for path in ("requests", f"requests/{made['service_request_id']}"):
        for format_ in ("xml", "json"):
            told = client.get(f"{ROOT}/{path}.{format_}").content.decode()
            assert made["service_request_id"] in told
            assert "SECRET" not in told
            assert "30.601" not in told  # the point is the community's


def test_a_type_that_is_not_public_is_not_there(client: Client, city: City) -> None:
    made = post(client).json()[0]
    Item.objects.filter(id=made["service_request_id"]).update(kind="breath")

    services = client.get(f"{ROOT}/services.json").json()
    assert "breath" not in {service["service_code"] for service in services}
    assert client.get(f"{ROOT}/services/breath.json").status_code == 404
    assert client.get(f"{ROOT}/requests.json").json() == []
    assert client.get(f"{ROOT}/requests/{made['service_request_id']}.json").status_code == 404
    assert post(client, service_code="breath").status_code == 404


def test_status_dates_and_unit_follow_the_loop(client: Client, city: City) -> None:
    made = post(client).json()[0]
    Item.objects.filter(id=made["service_request_id"]).update(stage="closed", state="closed")

    told = client.get(
        f"{ROOT}/requests/{made['service_request_id']}.json", headers={"Accept-Language": "en"}
    ).json()[0]

    assert (told["status"], told["status_notes"]) == ("closed", "Closed.")
    assert told["agency_responsible"] == "Oak"
    assert told["requested_datetime"] == "2020-02-09T18:00:00+08:00"
    assert told["expected_datetime"] > told["requested_datetime"]


def test_the_list_is_narrowed_by_its_filters_and_paged(client: Client) -> None:
    ids = [post(client).json()[0]["service_request_id"] for _ in range(3)]
    Item.objects.filter(id=ids[0]).update(stage="closed", state="closed")
    Item.objects.filter(id=ids[1]).update(opened_at=0)

    def found(**query: str) -> list[str]:
        rows = client.get(f"{ROOT}/requests.json", query).json()
        return [row["service_request_id"] for row in rows]

    assert found() == [ids[2], ids[0]]  # ninety days back, the newest first
    assert found(status="closed") == [ids[0]]
    assert found(status="open,closed", service_code="water,noise") == [ids[2], ids[0]]
    assert found(service_code="noise") == []
    assert found(service_request_id=f"{ids[1]},x,{ids[2]}") == [ids[2], ids[1]]
    assert found(page_size="1", page="2") == [ids[0]]
    assert found(start_date="2020-02-09T18:00:01+08:00") == []


@pytest.mark.parametrize(
    ("given", "status", "sentence"),
    [
        ({"api_key": ""}, 403, "api_key"),
        ({"api_key": "guess"}, 403, "api_key"),
        ({"service_code": ""}, 400, "service_code is missing"),
        ({"service_code": "nothing"}, 404, "no service nothing"),
        ({"lat": "", "long": ""}, 400, "A location is missing"),
        ({"lat": "91"}, 400, "lat has to be in degrees"),
        ({"lat": "nan"}, 400, "lat has to be in degrees"),
        ({"lat": "0", "long": "0"}, 400, "outside this city"),
        ({"lat": "", "long": "", "address_id": "9" * 40}, 400, "no area"),
        ({"lat": "", "long": "", "address_string": "Nowhere 1"}, 400, "no community"),
        ({"service_code": "noise"}, 400, "The answer to how"),
        ({"service_code": "noise", "attribute[how]": "silent"}, 400, "singlevaluelist"),
        ({"attribute[what]": "x"}, 400, "The answer to what"),
        ({"media_url": "javascript:1"}, 400, "address on the web"),
        ({"description": "a\0b"}, 400, "no text"),
        ({"description": "x" * 4001}, 400, "at most 4000"),
        ({"phone": "1" * 41}, 400, "at most 40"),
    ],
)
@pytest.mark.parametrize("format_", ["xml", "json"])
def test_what_is_wrong_is_told_as_a_list_of_errors(
    client: Client, format_: str, given: dict[str, str], status: int, sentence: str
) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    answer = post(client, format_, **given)

    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert Item.objects.count() == 0
    fits = (
        fits_json(answer.json(), SHAPES["errors"])
        if format_ == "json"
        else fits_xml(ElementTree.fromstring(answer.content), SHAPES["errors"])
    )
    assert fits == []


def test_the_sentence_is_in_the_callers_language(client: Client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"

    told = post(client, lat="", long="").json()[0]["description"]

    assert "地点" in told


def test_an_access_token_is_a_key_and_lends_no_rights(client: Client, city: City) -> None:
    key = token_for(city.accounts["bo"])

    made = post(client, api_key=key).json()[0]

    assert Item.objects.get(id=made["service_request_id"]).opened_by is None


def test_an_answer_to_the_service_is_kept(client: Client) -> None:
    made = post(client, service_code="noise", **{"attribute[how]": "loud"}).json()[0]

    item = Item.objects.get(id=made["service_request_id"])
    assert item.data["attributes"] == {"how": "loud"}


def test_another_jurisdiction_method_or_call_is_told(client: Client, settings: Any) -> None:
    settings.OPEN311_JURISDICTION = "w.example"

    assert client.get(f"{ROOT}/services.json?jurisdiction_id=x.example").status_code == 404
    assert client.get(f"{ROOT}/services.json?jurisdiction_id=w.example").status_code == 200
    assert client.post(f"{ROOT}/services.xml").status_code == 405
    assert client.get(f"{ROOT}/nothing.json").json()[0]["code"] == 404
    assert client.get(f"{ROOT}/requests").status_code == 404


def test_ten_megabytes_are_refused_with_one_sentence(client: Client) -> None:
    answer = client.post(
        f"{ROOT}/requests.json",
        b"description=" + b"x" * 10_000_000,
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 413
    assert fits_json(answer.json(), SHAPES["errors"]) == []

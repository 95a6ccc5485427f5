"""Clients that others wrote file and follow requests here, over a real connection on loopback."""

import itertools
from types import ModuleType
from typing import Any
from xml.etree.ElementTree import ParseError

import pytest
from georeport import GeoReport

from linli.registry.areas import Area
from linli.registry.duties import RequestType
from tests.callers import still, token_for
from tests.cast import City

pytestmark = pytest.mark.db


@pytest.fixture
def endpoint(city: City, live_server: Any) -> str:
    still()
    Area.objects.filter(id=city.areas["oak"].id).update(longitude=114.30, latitude=30.60)
    question = {"code": "how", "datatype": "string", "name_zh": "多响", "name_en": "How loud?"}
    RequestType.objects.filter(code="noise").update(attributes=[question])
    return f"{live_server.url}/open311/v2/"


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Version 0.8.0 is Python 2: it imports once `itertools.ifilter` is there, and speaks JSON.

    Its XML cannot be exercised: its reader makes bytes into the text "b'<?xml ...'" first.
    """
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    import three

    return three


def test_three_discovers_files_and_follows_in_json(endpoint: str, three: Any, city: City) -> None:
    client = three.Three(endpoint, api_key=token_for(city.accounts["bo"]))

    assert client.discovery()["endpoints"][0]["url"] + "/" == endpoint
    assert "noise" in {service["service_code"] for service in client.services()}
    assert client.services("noise")["attributes"][0]["code"] == "how"
    filed = client.post(
        "water", lat="30.6", long="114.3", name="Ann Example", phone="0100", description="Dry tap"
    )[0]

    assert client.token(filed["token"])[0]["service_request_id"] == filed["service_request_id"]
    assert client.request(filed["service_request_id"])[0]["status"] == "open"
    assert [r["service_request_id"] for r in client.requests("water")] == [
        filed["service_request_id"]
    ]
    assert client.requests("noise") == []
    assert client.requests(count=1)[0]["service_code"] == "water"
    refused = three.Three(endpoint, api_key="none").post("water", lat="30.6", long="114.3")
    assert refused[0]["code"] == 403


def test_three_reads_no_xml_under_python_3(endpoint: str, three: Any) -> None:
    client = three.Three(endpoint, format="xml")

    assert client.get("services", convert=False).startswith(b"<?xml")
    with pytest.raises((ParseError, TypeError)):  # the latter where lxml is there to read it with
        client.services()


@pytest.mark.parametrize("format_", ["json", "xml"])
def test_georeport_reads_services_and_requests(
    endpoint: str, three: Any, city: City, format_: str
) -> None:
    filing = three.Three(endpoint, api_key=token_for(city.accounts["bo"]))
    ids = [
        filing.post("water", lat="30.6", long="114.3", description=f"Tap {n}")[0][
            "service_request_id"
        ]
        for n in range(2)
    ]
    client = GeoReport(endpoint, output_format=format_, jurisdiction="any.example")

    services = client.get_service_list()
    definition = client.get_service_definition("noise")
    listed = client.get_service_requests(status="open", service_code="water")
    one = client.get_service_request(ids[0])

    assert {"noise", "water"} <= {service["service_code"] for service in services}
    assert definition["service_code"] == "noise"
    assert [row["service_request_id"] for row in listed] == ids[::-1]
    assert one["service_request_id"] == ids[0]
    assert one["agency_responsible"]

"""What does GeoReport call what we hold? Types as services, public requests as its requests."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import get_language, gettext

from linli.loops.public import PublicItem
from linli.registry.areas import Area
from linli.registry.duties import RequestType

CHANGESET = "2020-02-09T00:00:00+08:00"  # of this description of the endpoints
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


def discovery(base: str, *, exercise: bool) -> dict[str, Any]:
    """Where the endpoint is and which formats it speaks."""
    return {
        "changeset": CHANGESET,
        "contact": gettext("Ask the command desk of the city."),
        "key_service": gettext("An administrator makes access tokens; one of them is the api_key."),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": base,
                "changeset": CHANGESET,
                "type": "test" if exercise else "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }


def service(kind: RequestType) -> dict[str, Any]:
    """A type of request as a service."""
    return {
        "service_code": kind.code,
        "service_name": named(kind),
        "description": named(kind),
        "metadata": bool(kind.attributes),
        "type": "realtime",
        "keywords": kind.keywords,
        "group": kind.group,
    }


def definition(kind: RequestType) -> dict[str, Any]:
    """What a service asks besides."""
    return {
        "service_code": kind.code,
        "attributes": [
            {
                "variable": True,
                "code": question["code"],
                "datatype": question["datatype"],
                "required": bool(question.get("required")),
                "datatype_description": "",
                "order": order,
                "description": named(question),
                "values": [
                    {"key": value["key"], "name": named(value)}
                    for value in question.get("values", ())
                ],
            }
            for order, question in enumerate(kind.attributes, start=1)
        ],
    }


def request(item: PublicItem) -> dict[str, Any]:
    """A public request: its point is its community's, and what was written stays with us."""
    return {
        "service_request_id": str(item.id),
        "status": "closed" if item.closed else "open",
        "status_notes": gettext(item.public) if item.public else "",
        "service_name": named(item.kind),
        "service_code": item.kind.code,
        "description": named(item.kind),
        "agency_responsible": named(item.unit),
        "service_notice": "",
        "requested_datetime": _local(item.opened_at),
        "updated_datetime": _local(item.updated_at),
        "expected_datetime": _local(item.due_at),
        "address": named(item.community),
        "address_id": str(item.community.id),
        "zipcode": "",
        "lat": item.community.latitude,
        "long": item.community.longitude,
        "media_url": "",
    }


def named(thing: RequestType | Area | dict[str, Any]) -> str:
    """The name in the reader's language; the Chinese one where there is no other."""
    name_en, name_zh = (
        (thing.get("name_en", ""), thing.get("name_zh", ""))
        if isinstance(thing, dict)
        else (thing.name_en, thing.name_zh)
    )
    chinese = (get_language() or "").startswith("zh")
    return str(name_zh if chinese or not name_en else name_en)


def _local(at: datetime | None) -> datetime | None:
    """A moment with the city's zone; null stays null."""
    return None if at is None else at.astimezone(ZoneInfo(settings.TIME_ZONE))

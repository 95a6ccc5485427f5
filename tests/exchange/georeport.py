"""What shape does GeoReport v2 give each answer? Our own reading of its specification, as data.

A shape is a mapping of fields to how their text reads, a list of one such, or a way to read.
A field with a question mark may be empty. In XML a list is an element whose children bear the
singular name; in JSON it is an array.
"""

import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
Reading = Callable[[str], bool]
READINGS: dict[str, Reading] = {
    "text": lambda text: bool(text.strip()),
    "moment": lambda text: bool(MOMENT.fullmatch(text)),
    "boolean": lambda text: text in {"true", "false"},
    "number": lambda text: bool(re.fullmatch(r"-?\d+(\.\d+)?", text)),
    "url": lambda text: text.startswith(("http://", "https://")),
    "status": lambda text: text in {"open", "closed"},
    "type": lambda text: text in {"realtime", "batch", "blackbox"},
    "endpoint_type": lambda text: text in {"production", "test", "dev"},
    "format": lambda text: text in {"text/xml", "application/json"},
    "datatype": lambda text: text in {
        "string", "number", "datetime", "text", "singlevaluelist", "multivaluelist",
    },
}  # fmt: skip

REQUEST = {
    "service_request_id": "text", "status": "status", "status_notes": "text?",
    "service_name": "text", "service_code": "text", "description": "text?",
    "agency_responsible": "text?", "service_notice": "text?", "requested_datetime": "moment",
    "updated_datetime": "moment", "expected_datetime": "moment?", "address": "text?",
    "address_id": "text?", "zipcode": "text?", "lat": "number?", "long": "number?",
    "media_url": "url?",
}  # fmt: skip
SERVICE = {
    "service_code": "text", "service_name": "text", "description": "text?", "metadata": "boolean",
    "type": "type", "keywords": "text?", "group": "text?",
}  # fmt: skip
ATTRIBUTE = {
    "variable": "boolean", "code": "text", "datatype": "datatype", "required": "boolean",
    "datatype_description": "text?", "order": "number", "description": "text",
    "values": [("value", {"key": "text", "name": "text"})],
}  # fmt: skip
ENDPOINT = {
    "specification": "url", "url": "url", "changeset": "moment", "type": "endpoint_type",
    "formats": [("format", "format")],
}  # fmt: skip
FILED = {"service_request_id": "text", "token": "text?", "service_notice": "text?",
         "account_id": "text?"}  # fmt: skip

SHAPES: dict[str, tuple[str, Any]] = {
    "discovery": (
        "discovery",
        {"changeset": "moment", "contact": "text", "key_service": "text",
         "endpoints": [("endpoint", ENDPOINT)]},
    ),
    "services": ("services", [("service", SERVICE)]),
    "service_definition": (
        "service_definition", {"service_code": "text", "attributes": [("attribute", ATTRIBUTE)]},
    ),
    "service_requests": ("service_requests", [("request", REQUEST)]),
    "filed": ("service_requests", [("request", FILED)]),
    "tokens": (
        "service_requests", [("request", {"token": "text", "service_request_id": "text"})],
    ),
    "errors": ("errors", [("error", {"code": "number", "description": "text"})]),
}  # fmt: skip


def fits_json(told: Any, shape: tuple[str, Any]) -> list[str]:
    """What is wrong with a JSON answer; nothing if it fits."""
    return _json(told, shape[1], shape[0])


def fits_xml(told: Element, shape: tuple[str, Any]) -> list[str]:
    """What is wrong with an XML answer; nothing if it fits."""
    root, wanted = shape
    return [f"the root is {told.tag}"] if told.tag != root else _xml(told, wanted, root)


def _json(told: Any, wanted: Any, at: str) -> list[str]:
    if isinstance(wanted, list):
        if not isinstance(told, list):
            return [f"{at} is no array"]
        return [e for n, part in enumerate(told) for e in _json(part, wanted[0][1], f"{at}[{n}]")]
    if isinstance(wanted, dict):
        if not isinstance(told, dict) or set(told) != set(wanted):
            return [f"{at} holds {told!r}"]
        return [e for k, part in wanted.items() for e in _json(told[k], part, f"{at}.{k}")]
    text = "" if told is None else str(told).lower() if isinstance(told, bool) else str(told)
    return _reads(text, wanted, at)


def _xml(told: Element, wanted: Any, at: str) -> list[str]:
    names = [child.tag for child in told]
    if isinstance(wanted, list):
        one, inner = wanted[0]
        if set(names) - {one}:
            return [f"{at} holds {names}"]
        return [e for n, child in enumerate(told) for e in _xml(child, inner, f"{at}[{n}]")]
    if isinstance(wanted, dict):
        if sorted(names) != sorted(wanted):
            return [f"{at} holds {names}"]
        return [e for child in told for e in _xml(child, wanted[child.tag], f"{at}.{child.tag}")]
    return _reads(told.text or "", wanted, at)


def _reads(text: str, way: str, at: str) -> list[str]:
    if way.endswith("?") and not text:
        return []
    return [] if READINGS[way.rstrip("?")](text) else [f"{at} reads {text!r}, not as {way}"]

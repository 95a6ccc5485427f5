"""How is an answer written as XML or as JSON? The same plain values in both."""

import json
import re
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.http import HttpResponse

# What holds many of something in XML, and what one of them is called there.
ONE_OF = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "values": "value",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
CONTENT_TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
# XML 1.0 has no way to write these characters, not even escaped.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def written(root: str, value: Any, format_: str, *, status: int = 200) -> HttpResponse:
    """An answer: in XML under its root element, in JSON as the value itself."""
    if format_ == "json":
        text = json.dumps(_plain(value), ensure_ascii=False).encode()
    else:
        text = tostring(_element(root, value), encoding="utf-8", xml_declaration=True)
    answer = HttpResponse(text, status=status, content_type=CONTENT_TYPES[format_])
    answer["Cache-Control"] = "no-store"
    return answer


def _element(name: str, value: Any) -> Element:
    made = Element(name)
    _fill(made, name, value)
    return made


def _fill(element: Element, name: str, value: Any) -> None:
    if isinstance(value, dict):
        for key, part in value.items():
            _fill(SubElement(element, key), key, part)
    elif isinstance(value, list | tuple):
        for part in value:
            _fill(SubElement(element, ONE_OF[name]), ONE_OF[name], part)
    elif value not in (None, ""):
        text = str(_plain(value))
        element.text = NOT_IN_XML.sub("\ufffd", text.lower() if isinstance(value, bool) else text)


def _plain(value: Any) -> Any:
    """Moments in W3C form, nothing as null."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value

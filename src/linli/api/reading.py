"""How is a body read? Strictly: nothing a database could not keep, nothing read two ways."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from linli.api.faults import Unreadable, WrongType
from linli.errors import NoText

JSON_TYPES = {"application/json", ""}
MOST_DIGITS = 400  # of one number; the rest of the checking is the form's


class StrictParser(Parser):
    """Reads JSON and query strings, and refuses NUL, lone surrogates, NaN and twice-named keys."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as plain values."""
        if request.content_type not in JSON_TYPES:
            raise WrongType(wanted="application/json", given=(request.content_type or "-")[:60])
        try:
            text = request.body.decode("utf-8")
            read = json.loads(
                text,
                parse_constant=_refuse_constant,
                parse_int=_whole,
                object_pairs_hook=_object,
            )
        except (ValueError, RecursionError) as error:
            raise Unreadable(reason=_reason(error)) from None
        if "\\u" in text or "\0" in text:
            refuse_no_text(read)
        return read

    def parse_querydict(
        self, data: MultiValueDict, list_fields: list[str], request: HttpRequest
    ) -> Any:
        """The query string as plain values."""
        values = super().parse_querydict(data, list_fields, request)
        refuse_no_text(values)
        return values


def refuse_no_text(value: Any) -> None:
    """Raise if a text anywhere in a value holds NUL or half a character."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise NoText()
    elif isinstance(value, Mapping):
        for key, part in value.items():
            refuse_no_text(key)
            refuse_no_text(part)
    elif isinstance(value, list | tuple):
        for part in value:
            refuse_no_text(part)


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"{len(text)} digits")
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, {error.lineno}:{error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return f"UTF-8, byte {error.start}"
    if isinstance(error, RecursionError):
        return "nesting"
    return str(error)[:80]

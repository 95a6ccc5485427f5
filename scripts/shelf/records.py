"""Which tables are there, what does each column hold, and which types of request ship?"""

import csv
import inspect
import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

from django.apps import apps
from django.db import models

from scripts.shelf.page import code, codes, first_words, page, table

COLUMN = re.compile(r"^ {4}(\w+) = .*?(?:#\s*(.*))?$")


def pages() -> dict[str, str]:
    """The data dictionary, and the catalogue of types of request."""
    return {"tables.md": _tables(), "request-types.md": _request_types()}


def _tables() -> str:
    ours = [m for m in apps.get_models() if m.__module__.startswith("linli.")]
    ours.sort(key=lambda model: model._meta.db_table)
    others = sorted(
        m._meta.db_table for m in apps.get_models() if not m.__module__.startswith("linli.")
    )
    return page(
        "Tables and columns",
        "Every table of Linli, the same on SQLite and PostgreSQL. A Moment is kept as whole UTC "
        "seconds; an AreaPath as four digits a level. Each table is kept by one file.",
        table(
            ("Table", "What a row is"),
            ((f"[{m._meta.db_table}](#{m._meta.db_table})", first_words(m.__doc__)) for m in ours),
        ),
        *(part for model in ours for part in _table(model)),
        f"## Tables of what Linli stands on\n\n{codes(others)}",
    )


def _table(model: type[models.Model]) -> tuple[str, ...]:
    said = dict(_comments(model))
    rows = (
        (code(f.column), _kind(f), "yes" if f.null else "no", said.get(f.name, "") or _choices(f))
        for f in model._meta.concrete_fields
    )
    keys = [code(", ".join(f.lstrip("-") for f in i.fields)) for i in model._meta.indexes]
    indexed = f"Indexed by {'; '.join(dict.fromkeys(keys))}." if keys else ""
    return (
        f"## {model._meta.db_table}",
        f"{first_words(model.__doc__)} Kept by `{model.__module__.removeprefix('linli.')}`.",
        table(("Column", "Type", "May be empty", "Meaning"), rows),
        indexed,
    )


def _kind(field: Any) -> str:
    if field.is_relation:
        return f"{code(field.related_model._meta.db_table)} row"
    name = type(field).__name__.removesuffix("Field")
    size = f"({field.max_length})" if name == "Char" else ""
    return f"{name}{size}" + (", unique" if field.unique and not field.primary_key else "")


def _choices(field: Any) -> str:
    return (
        "one of " + codes(value or "(none)" for value, _ in field.choices) if field.choices else ""
    )


def _comments(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    for kind in reversed(model.__mro__):
        if kind.__module__.startswith("linli."):
            for line in inspect.getsource(kind).splitlines():
                found = COLUMN.match(line)
                if found and found[2]:
                    yield found[1], found[2]


def _request_types() -> str:
    duties = {row["code"]: row for row in _rows("duties.csv")}
    types = list(_rows("request_types.csv"))
    return page(
        "Types of request",
        f"The {len(types)} types and {len(duties)} duties that the demonstration city starts with. "
        "A city keeps its own list in the registry.",
        table(tuple(types[0]), (tuple(row.values()) for row in types)),
        "## Duties",
        table(tuple(next(iter(duties.values()))), (tuple(row.values()) for row in duties.values())),
    )


def _rows(name: str) -> Iterable[dict[str, str]]:
    with files("linli.demo").joinpath(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))

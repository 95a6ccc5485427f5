"""Who in the registry may a batch of rows be about? A handful of queries for all rows at once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from linli.registry.person import Person

FIELDS = (
    "id", "code", "name", "pinyin", "sex", "birth_date", "phone", "document", "household_id",
    "relation", "floating", "needs", "area_id", "path", "left_on", "left_because",
    "left_source", "source", "as_of", "survivor_id",
)  # fmt: skip
MOST_MERGES = 20  # a chain of merges is followed this far


def alike(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Everybody who shares a code, document, phone, household, or name and date of birth.

    Each row carries ``stands_for``, the id of who stands for it now, and ``merged``.
    """
    found: dict[int, dict[str, Any]] = {}
    for column in ("code", "document", "phone", "household_id"):
        wanted = {row[column] for row in rows if row.get(column)}
        if wanted:
            which = Person.objects.filter(**{f"{column}__in": wanted})
            found |= {row["id"]: row for row in which.values(*FIELDS)}
    ids = _ids_born(rows)
    missing = ids - found.keys()
    if missing:
        found |= {r["id"]: r for r in Person.objects.filter(id__in=missing).values(*FIELDS)}
    standing = _standing(found.values())
    for row in found.values():
        survivor = row.pop("survivor_id")
        row["merged"] = survivor is not None
        row["stands_for"] = standing.get(survivor, survivor) if survivor else row["id"]
    return list(found.values())


def _ids_born(rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """The ids of people with these pairs of name and date of birth; one index look-up a pair."""
    pairs = sorted(
        {
            (row["name"], row["birth_date"].isoformat())
            for row in rows
            if row.get("name") and row.get("birth_date")
        }
    )
    if not pairs:
        return set()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT p.id FROM unnest(%s::text[], %s::date[]) AS k(name, born)"
                " JOIN registry_person p ON p.name = k.name AND p.birth_date = k.born",
                [[name for name, _ in pairs], [born for _, born in pairs]],
            )
        else:
            cursor.execute(
                "SELECT p.id FROM json_each(%s) k CROSS JOIN registry_person p"
                " ON p.name = json_extract(k.value, '$[0]')"
                " AND p.birth_date = json_extract(k.value, '$[1]')",
                [json.dumps(pairs)],
            )
        return {row[0] for row in cursor.fetchall()}


def _standing(rows: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """For every survivor named by these rows, who stands for it in turn."""
    ends: dict[int, int] = {}
    waiting = {row["survivor_id"] for row in rows if row["survivor_id"] is not None}
    first = {s: s for s in waiting}
    for _ in range(MOST_MERGES):
        onward = (
            dict(
                Person.objects.filter(id__in=waiting, survivor_id__isnull=False).values_list(
                    "id", "survivor_id"
                )
            )
            if waiting
            else {}
        )
        if not onward:
            break
        first = {start: onward.get(at, at) for start, at in first.items()}
        waiting = set(onward.values())
    ends |= first
    return ends

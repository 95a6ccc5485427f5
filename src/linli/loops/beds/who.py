"""Whose items are these, as somebody may see it? Names by the sight of the reader; looks kept."""

from collections.abc import Sequence
from typing import Any

from linli.audit.records import record_many
from linli.loops.ledger import Item
from linli.registry.person import Person
from linli.registry.sight import Sight


def people_of(
    items: Sequence[Item], seen: Sight, *, purpose: str | None, path: str = ""
) -> dict[int, dict[str, Any]]:
    """The person of each item by the item's id; the look is recorded."""
    ids = sorted({item.subject_id for item in items if item.subject_id})
    people = Person.objects.select_related("household").in_bulk(ids)
    if ids:
        record_many(
            seen.actor, "list", "people", ids, holding=seen.holding, purpose=purpose,
            path=path or seen.holding.path,
        )  # fmt: skip
    return {
        item.id: seen.shows(_facts(people.get(item.subject_id or 0)), item.path) for item in items
    }


def _facts(person: Person | None) -> dict[str, Any]:
    if person is None:
        return {"id": None, "name": "", "phone": "", "address": "", "sex": "", "birth_date": None}
    return {
        "id": person.id,
        "name": person.name,
        "phone": person.phone,
        "address": person.household.door if person.household else "",
        "sex": person.sex,
        "birth_date": person.birth_date,
    }

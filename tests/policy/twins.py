"""An exercise in everything: each row of the city's own work stands once more, flagged so.

Whatever asks for one world only answers as it did before; what forgets to ask shows twice as much.
"""

from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import models

from linli.loops.follow_ups.tables import FIRST_DAY, key_of
from linli.registry.person import Person

APART = 10**6  # from the id of a row to that of its twin
FLAG = "exercise"
# What has no flag of its own and goes with an item, by the column that names the item.
BESIDE = {
    "loops.Said": "item_id", "loops.Voice": "item_id", "loops.FollowUp": "contact_id",
    "loops.RunRoute": "run_id", "studies.SnapshotRow": "snapshot_id",
    "studies.WarningRow": "run_id",
}  # fmt: skip
# Columns that name a row that has a twin.
LINKS = frozenset(
    {"item_id", "parent_id", "carrier_id", "transfer_id", "source_id", "contact_id", "case_id",
     "bed_id", "order_id", "run_id", "declaration_id", "notice_id", "snapshot_id",
     "what_if_id"}
)  # fmt: skip
IN_DATA = frozenset({"transfer_id", "run_id", "contact_id", "case_id", "sent", "transfer_ids"})
ABOUT = frozenset({"person_id", "source_person_id"})
ONCE = frozenset({"sample", "token_hash"})  # texts that no two rows share
# Who did and saw what, and which exercises are held, is told to everybody who may know, as what
# it is.
NOT_OURS = frozenset({"audit.Record", "registry.PlanRun"})


def flagged() -> list[type[models.Model]]:
    """Every table whose rows are the city's own or an exercise's."""
    tables = [m for m in apps.get_models() if any(f.name == FLAG for f in m._meta.fields)]
    return [m for m in tables if m._meta.label not in NOT_OURS]


def add_twins() -> dict[str, int]:
    """Put an exercise beside the city's own work; how many rows, by table."""
    made, others = {}, _others()
    for model in flagged():
        rows = list(model._default_manager.filter(**{FLAG: False}).values())
        made[model._meta.label] = _put(
            model, [_twin(model, row, others) | {FLAG: True} for row in rows]
        )
    for label, link in BESIDE.items():
        model = apps.get_model(label)
        rows = list(model._default_manager.filter(**{f"{link}__lt": APART}).values())
        made[label] = _put(model, [_twin(model, row, others) for row in rows])
    return made


def remove_own() -> None:
    """Take the city's own work away, so that only the exercise is left."""
    for label, link in BESIDE.items():
        apps.get_model(label)._default_manager.filter(**{f"{link}__lt": APART}).delete()
    for model in reversed(flagged()):
        rows: Any = model._default_manager.filter(**{FLAG: False})
        rows._raw_delete("default")


def _put(model: type[models.Model], rows: list[dict[str, Any]]) -> int:
    model._default_manager.bulk_create(model(**row) for row in rows)
    return len(rows)


def _others() -> dict[int, int]:
    """Of each person another one: an exercise is never about whom the city's own work is about."""
    people = list(Person.objects.order_by("id").values_list("id", flat=True))
    return dict(zip(people, [*people[1:], *people[:1]], strict=True))


def _twin(model: type[models.Model], row: dict[str, Any], others: dict[int, int]) -> dict[str, Any]:
    twin = {name: _as_twin(model, name, value) for name, value in row.items()}
    about = ABOUT | ({"subject_id"} if row.get("subject_kind") == "person" else frozenset())
    return twin | {name: others.get(row[name], row[name]) for name in about & row.keys()}


def _as_twin(model: type[models.Model], name: str, value: Any) -> Any:
    if value is None:
        return None
    field = model._meta.get_field(name)
    if isinstance(field, models.UUIDField):
        return uuid4()
    if name in ONCE:
        return f"{value}~" if value else value
    if model._meta.label == "loops.FollowUp" and field.primary_key:
        return value + key_of(APART, FIRST_DAY, 0)  # which begins with its contact
    if name in LINKS or (field.primary_key and isinstance(value, int)):
        return value + APART
    if isinstance(value, dict):
        return {k: _in_data(v) if k in IN_DATA else v for k, v in value.items()}
    return value


def _in_data(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_data(one) for one in value]
    return value + APART if isinstance(value, int) else value

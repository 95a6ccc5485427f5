"""What was done to the registry, and who looked at whom? One row an act, only ever added."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models

from linli import clock
from linli.audit.sealed import Sealed
from linli.columns import AreaPathField, MomentField
from linli.policy.can import Actor, Holding


class Record(Sealed):
    """One act: a write, or a look at sensitive fields. Ids only, never a name or a health fact."""

    at = MomentField()
    actor_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=24, blank=True)
    purpose = models.CharField(max_length=24, blank=True)
    act = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64, blank=True)  # the id of what it was done to
    path = AreaPathField(blank=True)
    detail = models.JSONField(default=dict)
    exercise = models.BooleanField(default=False)

    class Meta(Sealed.Meta):
        app_label = "audit"
        indexes = [
            *Sealed.Meta.indexes,
            models.Index(fields=["kind", "subject"], name="audit_subject"),
            models.Index(fields=["actor_id", "at"], name="audit_actor"),
            models.Index(fields=["at"], name="audit_at"),
        ]


def record(
    actor: Actor,
    act: str,
    kind: str,
    subject: Any = "",
    *,
    holding: Holding | None = None,
    purpose: str | None = None,
    path: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Record:
    """Append one act, in the caller's transaction."""
    return Record.objects.create(
        **_row(actor, act, kind, subject, holding, purpose, path, detail or {})
    )


def record_many(
    actor: Actor,
    act: str,
    kind: str,
    subjects: Iterable[Any],
    *,
    holding: Holding | None = None,
    purpose: str | None = None,
    path: str = "",
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Append the same act on many subjects in one statement; returns how many.

    Every list looked at writes a row for each person shown, so this goes past the model.
    """
    shared = _row(actor, act, kind, "", holding, purpose, path, detail or {})
    del shared["subject"]
    listed = [str(subject) for subject in subjects]
    values = [_as_kept(name, value) for name, value in shared.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO audit_record ({', '.join(shared)}, subject) "
            f"SELECT {', '.join(['%s'] * len(shared))}, each_of.value "
            f"FROM {_EACH[connection.vendor]}",
            [*values, json.dumps(listed)],
        )
    return len(listed)


_EACH = {  # the texts of a list in JSON, a row each
    "sqlite": "json_each(%s) AS each_of",
    "postgresql": "jsonb_array_elements_text(%s::jsonb) AS each_of (value)",
}


def _as_kept(column: str, value: Any) -> Any:
    field: Any = Record._meta.get_field(column)
    return field.get_db_prep_save(value, connection)


def _row(
    actor: Actor,
    act: str,
    kind: str,
    subject: Any,
    holding: Holding | None,
    purpose: str | None,
    path: str,
    detail: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "at": clock.now_s(),
        "actor_id": actor.id,
        "role": holding.role if holding else "",
        "purpose": purpose or "",
        "act": act,
        "kind": kind,
        "subject": str(subject),
        "path": path,
        "detail": dict(detail),
        "exercise": actor.exercise,
    }

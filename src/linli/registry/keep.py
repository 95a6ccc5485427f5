"""How are records of the registry added and changed by hand? Who may, what is checked, the trace.

Imports write in bulk by their own door; this one is for one record at a time.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from linli import clock
from linli.audit.records import record
from linli.errors import N_, BadInput, Conflict, NotFound, Taken, Word
from linli.policy.can import Actor, Ask, Holding, can, scope
from linli.policy.fields import refuse_masked
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry import area_tree, areas, departures, names
from linli.registry.area_tree import NewArea
from linli.registry.areas import AreaKind
from linli.registry.duties import Duty
from linli.registry.households import Household
from linli.registry.kinds import Kind
from linli.registry.organisations import Organisation
from linli.registry.person import named

HOMES = {AreaKind.BUILDING, AreaKind.COMPOUND}
KEYS = ("code", "plate", "key")  # what tells a record from the others of its kind
MARK_DIGITS = 32


class ChangedMeanwhile(Conflict):
    """Somebody else changed the record after it was read; their change is not overwritten."""

    code = "changed_meanwhile"
    sentence = N_(
        "Somebody else changed {what} {value} meanwhile. Yours is not saved yet: "
        "look at what stands there now, and send again."
    )


@transaction.atomic
def add(actor: Actor, kind: Kind, values: Mapping[str, Any], *, purpose: str | None) -> int:
    """Add one record and say its id; raises NotAllowed, BadInput, or Taken."""
    refuse_masked(values)
    if kind.name == "areas":
        return _add_area(actor, kind, values)
    columns = dict(values)
    path = _place(actor, kind, columns, purpose)
    holding = _may(actor, kind, path, purpose)
    if kind.name == "duties":
        columns["version"] = 1
        _refuse_known_duty(values["code"])
    made = _saved(kind, columns)
    record(actor, "add", kind.name, made, holding=holding, purpose=purpose, path=path or "")
    return made


@transaction.atomic
def change(
    actor: Actor,
    kind: Kind,
    row_id: int,
    values: Mapping[str, Any],
    *,
    purpose: str | None,
    seen: str | None = None,
) -> int:
    """Change some columns of one record and say its id (a duty's is its new version's).

    A record out of the actor's reach sounds like one that is not there. With the mark of what
    was ``seen`` it raises ChangedMeanwhile if the record is another by now.
    """
    refuse_masked(values)
    row = kind.rows.select_for_update().filter(id=row_id).first()
    if row is None or not _within_reach(actor, kind, row):
        raise NotFound(what=Word(kind.noun), value=row_id)
    path = row.path if kind.placed else None
    holding = _may(actor, kind, path, purpose)
    if seen is not None and not constant_time_compare(seen, _mark(kind, row)):
        raise ChangedMeanwhile(what=Word(kind.noun), value=row_id)
    if kind.name == "duties":
        made = _next_version(row, values)
    elif kind.name == "areas":
        made = _change_area(actor, kind, row, dict(values))
    else:
        columns = {name: getattr(row, name) for name in kind.form.model_fields} | dict(values)
        _place(actor, kind, columns, purpose)
        made = _saved(kind, columns, row_id)
    detail = {"fields": sorted(values)}
    record(
        actor, "edit", kind.name, made, holding=holding, purpose=purpose, path=path or "",
        detail=detail,
    )  # fmt: skip
    return made


def mark_of(kind: Kind, row_id: int) -> str:
    """What a record is like just now, in a word that tells nothing of it; empty if it is gone."""
    row = kind.rows.filter(id=row_id).first()
    return "" if row is None else _mark(kind, row)


def _mark(kind: Kind, row: Any) -> str:
    columns = "\n".join(f"{name}={getattr(row, name)!r}" for name in kind.form.model_fields)
    return salted_hmac(f"linli.{kind.name}.{row.pk}", columns).hexdigest()[:MARK_DIGITS]


def _may(actor: Actor, kind: Kind, path: str | None, purpose: str | None) -> Holding:
    """What has no place, such as a duty, holds everywhere: it takes who reaches the whole city."""
    path = areas.whole_city() if path is None else path
    chosen = Purpose(purpose) if purpose else None
    return can(
        actor, Ask(kind.edits, roles_for(kind.edits), path, chosen, kind.about_residents)
    ).required()


def _within_reach(actor: Actor, kind: Kind, row: Any) -> bool:
    """Who may see or edit it somewhere, but not here, does not learn that it is there."""
    roles = roles_for(kind.edits) | roles_for(kind.sees)
    if not kind.placed or not actor.two_factor or not kind.about_residents:
        return True
    return any(first <= row.path < end for first, end in scope(actor, roles))


def _place(actor: Actor, kind: Kind, columns: dict[str, Any], purpose: str | None) -> str | None:
    """Check what a record points at, and set what follows from its area."""
    if not kind.placed:
        return None
    area = areas.get(columns["area_id"])
    _may(actor, kind, area.path, purpose)
    columns["path"] = area.path
    _check_organisation(columns)
    _check_end(columns)
    if kind.name == "households":
        home = areas.get(columns["home_id"])
        if home.kind not in HOMES:
            raise BadInput(
                N_("A household's home is a building or a compound; area {area} is a {kind}."),
                area=home.id,
                kind=Word(AreaKind(home.kind).label),
            )
        columns["compound_id"] = _compound_of(home)
        columns["changed_at"] = clock.now_s()
    if kind.name == "people":
        departures.refuse_half(columns, clock.day(clock.now()))
        household = columns.get("household_id")
        near = Household.objects.filter(id=household).first() if household else None
        if household and (near is None or not _within_reach(actor, kind, near)):
            raise NotFound(what=Word(N_("household")), value=household)
        columns["changed_at"] = clock.now_s()
    return area.path


def _compound_of(home: areas.Area) -> int | None:
    if home.kind == AreaKind.COMPOUND:
        return home.id
    above = home.parent
    return above.id if above is not None and above.kind == AreaKind.COMPOUND else None


def _check_organisation(columns: Mapping[str, Any]) -> None:
    wanted = columns.get("organisation_id")
    if wanted is not None and not Organisation.objects.filter(id=wanted).exists():
        raise NotFound(what=Word(N_("organisation")), value=wanted)


def _check_end(columns: Mapping[str, Any]) -> None:
    first, last = columns.get("valid_from"), columns.get("valid_until")
    if first and last and last < first:
        raise BadInput(
            N_("The last day, {last}, comes before the first, {first}. Choose a later one."),
            last=last.isoformat(),
            first=first.isoformat(),
        )
    if columns.get("temporary") and last is None:
        raise BadInput(N_("A temporary organisation needs its last day. Give one."))


def _saved(kind: Kind, columns: Mapping[str, Any], row_id: int | None = None) -> int:
    try:
        with transaction.atomic():
            if row_id is None:
                return kind.rows.create(**columns).id
            rows = kind.rows.filter(id=row_id)
            if kind.name != "people":
                rows.update(**columns)
                return row_id
            before = [named(person) for person in rows]
            rows.update(**columns)
            names.change(before, [named(person) for person in rows])
            return row_id
    except IntegrityError:
        value = next((columns[key] for key in KEYS if key in columns), "")
        raise Taken(what=Word(kind.noun), value=value) from None


def _add_area(actor: Actor, kind: Kind, values: Mapping[str, Any]) -> int:
    parent = areas.get(values["parent_id"])
    holding = _may(actor, kind, parent.path, None)
    columns = {k: v for k, v in values.items() if k not in {"parent_id", "longitude", "latitude"}}
    lon, lat = values.get("longitude"), values.get("latitude")
    point = (lon, lat) if lon is not None and lat is not None else None
    made = area_tree.add(NewArea(parent=parent.id, point=point, **columns))
    record(actor, "add", kind.name, made.id, holding=holding, path=made.path)
    return made.id


def _change_area(actor: Actor, kind: Kind, row: areas.Area, values: dict[str, Any]) -> int:
    parent_id = values.pop("parent_id", row.parent_id)
    if values.get("kind", row.kind) != row.kind:
        raise BadInput(N_("An area keeps its kind. Add a new area of the other kind instead."))
    if values:
        kind.rows.filter(id=row.id).update(**values)
    if parent_id != row.parent_id:
        parent = areas.get(parent_id)
        _may(actor, kind, parent.path, None)
        area_tree.move(row, parent)
    return row.id


def _refuse_known_duty(code: str) -> None:
    if Duty.objects.filter(code=code).exists():
        raise Taken(what=Word(N_("duty")), value=code)


def _next_version(row: Duty, values: Mapping[str, Any]) -> int:
    """A changed duty is a new version from a day on; the old one keeps its last day."""
    newest = Duty.objects.filter(code=row.code).order_by("-version").first() or row
    first = values.get("valid_from")
    if first is None or first <= newest.valid_from:
        raise BadInput(
            N_("Say from which day the new version holds: a day after {first}."),
            first=newest.valid_from.isoformat(),
        )
    if values.get("code", row.code) != row.code:
        raise BadInput(N_("A duty keeps its code. Add a new duty instead."))
    kept = {name: getattr(newest, name) for name in DUTY_COLUMNS} | dict(values)
    _check_end(kept)
    Duty.objects.filter(id=newest.id).update(valid_until=first - timedelta(days=1))
    return Duty.objects.create(**kept, version=newest.version + 1).id


DUTY_COLUMNS = ("code", "topic", "name_zh", "name_en", "tier", "lead_role", "skill", "source")

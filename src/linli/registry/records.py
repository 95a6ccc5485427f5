"""Which records may somebody see, and what of each? One answer for every kind and every face.

Rows lie within what the actor's posts reach; a row out of sight sounds like one that is not
there. Of residents only the fields of the role are shown, and every look is recorded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from linli.audit.records import record_many
from linli.errors import NotFound, Word
from linli.policy.can import OWNERS, Actor, Ask, Holding, can, scope
from linli.policy.fields import SENSITIVE, sees, shown
from linli.policy.powers import roles_for
from linli.policy.roles import PURPOSES, Purpose, Role
from linli.registry import names
from linli.registry.areas import under, within
from linli.registry.grants import Grant
from linli.registry.kinds import Kind

ROWS_A_PAGE = 50
Record = dict[str, Any]


@dataclass(frozen=True)
class Listed:
    """Some records, and the key to ask for the next ones; None when there are no more."""

    rows: list[Record]
    after: int | None = None


def listed(
    actor: Actor,
    kind: Kind,
    *,
    purpose: str | None = None,
    area_path: str = "",
    name: str = "",
    after: int = 0,
    most: int = ROWS_A_PAGE,
    exact: Mapping[str, Any] | None = None,
) -> Listed:
    """A page of records of a kind, in order of id; raises PurposeNeeded for residents' data."""
    holding = _may_list(actor, kind, purpose)
    wanted = Q(id__gt=after, **dict(exact or {})) & _reach(actor, kind)
    if area_path and kind.placed:
        wanted &= under(area_path)
    if name and kind.search == "name":
        wanted &= _named(actor, kind, name)
    found = list(kind.rows.filter(wanted).order_by("id").values(*kind.columns)[: most + 1])
    page = [_masked(actor, kind, row, purpose) for row in found[:most]]
    _note(actor, kind, page, holding, purpose, "list")
    return Listed(page, page[-1]["id"] if len(found) > most else None)


def one(actor: Actor, kind: Kind, row_id: int, *, purpose: str | None, now: int) -> Record:
    """One record; raises NotFound when there is none or it lies out of sight."""
    row = kind.rows.filter(id=row_id).values(*kind.columns).first()
    own = kind.name == "people" and actor.person_id == row_id
    granted = _granted(actor, kind, row_id, now)
    if row is None or not (own or granted or _in_sight(actor, kind, row)):
        raise NotFound(what=Word(kind.noun), value=row_id)
    roles = roles_for(kind.sees) | (OWNERS if own else frozenset())
    asking = _with(actor, granted)
    holding = can(
        asking,
        Ask(kind.sees, roles, row.get("path"), _chosen(purpose), kind.about_residents, own),
    ).required()
    told = _masked(asking, kind, row, purpose, own=own)
    if not own:
        _note(actor, kind, [told], holding, purpose, "see")
    return told


def _may_list(actor: Actor, kind: Kind, purpose: str | None) -> Holding:
    roles = roles_for(kind.sees)
    held = actor.holds(roles)
    path = min((h.path for h in held), key=len, default="") if kind.placed else None
    ask = Ask(kind.sees, roles, path, _chosen(purpose), kind.about_residents)
    return can(actor, ask).required()


def _reach(actor: Actor, kind: Kind) -> Q:
    roles = roles_for(kind.sees)
    if not kind.placed or (not kind.about_residents and actor.holds(roles & OWNERS)):
        return Q()
    return within(scope(actor, roles))


def _in_sight(actor: Actor, kind: Kind, row: Mapping[str, Any]) -> bool:
    held = actor.holds(roles_for(kind.sees))
    if not kind.placed:
        return True
    if not kind.about_residents and any(h.role in OWNERS for h in held):
        return True
    return any(h.role not in OWNERS and row["path"].startswith(h.path) for h in held)


def _granted(actor: Actor, kind: Kind, row_id: int, now: int) -> Grant | None:
    if kind.name != "people" or actor.id is None:
        return None
    return Grant.objects.filter(
        account_id=actor.id, person_id=row_id, starts_at__lte=now, ends_at__gt=now
    ).first()


def _with(actor: Actor, granted: Grant | None) -> Actor:
    if granted is None:
        return actor
    extra = Holding(Role(granted.role), granted.path, grant=granted.id)
    return replace(actor, holdings=(*actor.holdings, extra))


def _masked(
    actor: Actor, kind: Kind, row: Mapping[str, Any], purpose: str | None, *, own: bool = False
) -> Record:
    if own or not kind.about_residents:
        return dict(row)
    return shown(row, _fields(actor, kind, row["path"], purpose))


def _fields(actor: Actor, kind: Kind, path: str, purpose: str | None) -> frozenset[str]:
    """The sensitive fields that the posts reaching this row show for this purpose."""
    return sees(
        h.role
        for h in actor.holds(roles_for(kind.sees))
        if h.role not in OWNERS
        and path.startswith(h.path)
        and _chosen(purpose) in PURPOSES.get(h.role, frozenset())
    )


def _note(
    actor: Actor,
    kind: Kind,
    rows: Iterable[Record],
    holding: Holding,
    purpose: str | None,
    act: str,
) -> None:
    """Every look at residents' records is recorded, one line a resident."""
    if not kind.about_residents:
        return
    by_path: dict[str, list[Any]] = {}
    for row in rows:
        by_path.setdefault(row["path"], []).append(row["id"])
    for path, ids in by_path.items():
        record_many(
            actor,
            act,
            kind.name,
            ids,
            holding=holding,
            purpose=purpose,
            path=path,
            detail={"fields": sorted(SENSITIVE & set(kind.columns))},
        )


def _named(actor: Actor, kind: Kind, name: str) -> Q:
    if kind.name == "people":
        return Q(id__in=names.found(name, scope(actor, roles_for(kind.sees))))
    return Q(name_zh__contains=name) | Q(name_pinyin__startswith=name.lower())


def _chosen(purpose: str | None) -> Purpose | None:
    return Purpose(purpose) if purpose else None

"""How do two records become one person, and two again? By a pointer, with all that moved kept.

The duplicate's row stays and points at its survivor, so both ids and both codes keep resolving.
What hung on the duplicate hangs on the survivor: accounts, needs, and whatever other rings say
follows a person (`follow`). Nothing is thrown away, so a merge can be taken back.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef

from linli.audit.records import record
from linli.columns import MomentField
from linli.errors import N_, Conflict, NotFound, Word
from linli.policy.can import Actor, Ask, Holding, can, scope
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry.accounts import Account
from linli.registry.areas import within
from linli.registry.person import Person

# Moves what hangs on one person to another, all of it or these ids only; returns what it moved.
Follower = Callable[[int, int, Sequence[int] | None], list[int]]

FILLED = (
    "pinyin", "sex", "birth_date", "phone", "document", "household_id", "relation", "left_on",
    "left_because", "left_source",
)  # fmt: skip
MERGES_A_PAGE = 50
_followers: dict[str, Follower] = {}


class Merge(models.Model):
    """One merge: who was merged into whom, by whom, what moved, and whether it was taken back."""

    id = models.BigAutoField(primary_key=True)
    loser_id = models.BigIntegerField()
    survivor_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True)
    at = MomentField()
    moved = models.JSONField(default=dict)
    undone_at = MomentField(null=True)
    undone_by = models.BigIntegerField(null=True)

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["survivor_id"], name="merge_survivor"),
            models.Index(fields=["loser_id"], name="merge_loser"),
        ]


def follow(name: str, follower: Follower) -> None:
    """Let what another ring keeps about people follow them through merges."""
    _followers[name] = follower


@transaction.atomic
def merge(actor: Actor, loser_id: int, survivor_id: int, *, now: int) -> Merge:
    """Merge one person into another; blanks of the survivor are filled, needs are joined."""
    people = {
        p.id: p for p in Person.objects.select_for_update().filter(id__in=[loser_id, survivor_id])
    }
    for wanted in (loser_id, survivor_id):
        if wanted not in people:
            raise NotFound(what=Word(N_("person")), value=wanted)
    loser, survivor = people[loser_id], people[survivor_id]
    holding = _allowed(actor, loser, survivor)
    if loser_id == survivor_id or loser.survivor_id is not None or survivor.survivor_id is not None:
        raise Conflict(N_("These records are one person already, or one of them was merged away."))
    moved: dict[str, Any] = {"fields": _fill(survivor, loser)}
    loser.survivor_id = survivor.id
    loser.changed_at = survivor.changed_at = now
    loser.save()
    survivor.save()
    moved["accounts"] = _move_accounts(loser_id, survivor_id, None)
    for name, move in _followers.items():
        moved[name] = move(loser_id, survivor_id, None)
    done = Merge.objects.create(
        loser_id=loser_id, survivor_id=survivor_id, account_id=actor.id, at=now, moved=moved
    )
    _note(actor, "merge", done, holding, survivor.path)
    return done


@transaction.atomic
def undo(actor: Actor, merge_id: int, *, now: int) -> Merge:
    """Make two people of a merge again; what was changed since on the survivor stays changed."""
    done = Merge.objects.select_for_update().filter(id=merge_id).first()
    if done is None:
        raise NotFound(what=Word(N_("merge")), value=merge_id)
    if done.undone_at is not None:
        raise Conflict(N_("This merge was taken back already."))
    loser = Person.objects.get(id=done.loser_id)
    survivor = Person.objects.get(id=done.survivor_id)
    holding = _allowed(actor, loser, survivor)
    for field, (before, after) in done.moved["fields"].items():
        if _kept(getattr(survivor, field)) == after:
            setattr(survivor, field, _column(field).to_python(before))
    loser.survivor_id = None
    loser.changed_at = survivor.changed_at = now
    survivor.save()
    loser.save()
    _move_accounts(survivor.id, loser.id, done.moved["accounts"])
    for name, move in _followers.items():
        move(survivor.id, loser.id, done.moved.get(name, []))
    done.undone_at, done.undone_by = now, actor.id
    done.save()
    _note(actor, "unmerge", done, holding, survivor.path)
    return done


def listed(
    actor: Actor, *, purpose: str | None, before: int | None = None, most: int = MERGES_A_PAGE
) -> list[Merge]:
    """The merges that the actor may take back, the newest first; raises PurposeNeeded."""
    roles = roles_for("people.merge")
    path = min((h.path for h in actor.holds(roles)), key=len, default="")
    chosen = Purpose(purpose) if purpose else None
    can(actor, Ask("people.merge", roles, path, chosen, about_residents=True)).required()
    inside = Person.objects.filter(within(scope(actor, roles)))
    rows = Merge.objects.filter(
        Exists(inside.filter(id=OuterRef("survivor_id"))),
        Exists(inside.filter(id=OuterRef("loser_id"))),
    )
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.order_by("-id")[:most])


def _fill(survivor: Person, loser: Person) -> dict[str, list[Any]]:
    """Fill the survivor's blanks, and join the needs; returns each field as it was and is."""
    changed: dict[str, list[Any]] = {}
    for field in FILLED:
        mine, theirs = getattr(survivor, field), getattr(loser, field)
        if mine in (None, "") and theirs not in (None, ""):
            changed[field] = [_kept(mine), _kept(theirs)]
            setattr(survivor, field, theirs)
    needs = sorted({*survivor.needs, *loser.needs})
    if needs != survivor.needs:
        changed["needs"] = [survivor.needs, needs]
        survivor.needs = needs
    return changed


def _kept(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _move_accounts(old: int, new: int, only: Sequence[int] | None) -> list[int]:
    which = Account.objects.filter(person_id=old)
    if only is not None:
        which = which.filter(id__in=only)
    ids = sorted(which.values_list("id", flat=True))
    Account.objects.filter(id__in=ids).update(person_id=new)
    return ids


def _column(name: str) -> "models.Field[Any, Any]":
    """A column of a person by its name."""
    return next(field for field in Person._meta.concrete_fields if field.name == name)


def _allowed(actor: Actor, *people: Person) -> Holding:
    """Merging takes the power at both people's areas."""
    roles = roles_for("people.merge")
    asks = [Ask("people.merge", roles, p.path, Purpose.REGISTRY, True) for p in people]
    first, *_ = [can(actor, ask).required() for ask in asks]
    return first


def _note(actor: Actor, act: str, done: Merge, holding: Holding, path: str) -> None:
    for person_id in (done.loser_id, done.survivor_id):
        record(
            actor, act, "people", person_id, holding=holding, purpose=Purpose.REGISTRY, path=path,
            detail={"merge": done.id},
        )  # fmt: skip

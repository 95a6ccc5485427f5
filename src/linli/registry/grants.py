"""Who broke the glass? Access to one person outside the own area: reason, three hours, shown."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from linli import clock
from linli.audit.records import record
from linli.columns import AreaPathField, MomentField
from linli.errors import N_, BadInput, Conflict, NotFound, SignInNeeded, Word
from linli.jobs import outbox
from linli.policy.can import Actor, Ask, Holding, can, scope
from linli.policy.powers import roles_for
from linli.policy.roles import DESKS, Role
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.areas import TIER_COLUMN, Area, within
from linli.registry.person import Person, resolve

GRANT_HOURS = 3  # DHIS2's break-glass length
LEAST_REASON = 10  # characters: enough to say what happened
MOST_REASON = 500


class Grant(models.Model):
    """An account's access to one person it has no post for, for three hours, with its reason."""

    id = models.BigAutoField(primary_key=True)
    account_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    path = AreaPathField()  # of the person's responsible area, which is told
    role = models.CharField(max_length=24)
    reason = models.CharField(max_length=500)
    starts_at = MomentField()
    ends_at = MomentField()

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["account_id", "ends_at"], name="grant_account"),
            models.Index(fields=["person_id", "starts_at"], name="grant_person"),
            models.Index(fields=["path", "starts_at"], name="grant_path"),
        ]


class ReasonNeeded(BadInput):
    """The glass is not broken without a reason that the unit and the person can read."""

    code = "reason_needed"
    sentence = N_("Say why you need this record, in {least} to {most} characters; got {length}.")


class InSight(Conflict):
    """There is no glass: the person is in the actor's own area."""

    code = "in_sight"
    sentence = N_("Person {person} is in your own area. Open the record; no reason is needed.")


@transaction.atomic
def break_glass(actor: Actor, person_id: int, reason: str, now: int) -> Grant:
    """Open one person outside the own area for three hours; the unit and the person are told.

    Raises NotAllowed, ReasonNeeded, NotFound, or InSight when no glass stands between.
    """
    holding = can(actor, Ask("people.break_glass", roles_for("people.break_glass"))).required()
    if actor.id is None:
        raise SignInNeeded()
    reason = reason.strip()
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        raise ReasonNeeded(least=LEAST_REASON, most=MOST_REASON, length=len(reason))
    person = Person.objects.filter(id=resolve(person_id)).select_related("area").first()
    if person is None:
        raise NotFound(what=Word(N_("person")), value=person_id)
    if any(person.path.startswith(h.path) for h in actor.holds(roles_for("people.see"))):
        raise InSight(person=person.id)
    grant = Grant.objects.create(
        account_id=actor.id,
        person_id=person.id,
        path=person.path,
        role=holding.role,
        reason=reason,
        starts_at=now,
        ends_at=now + GRANT_HOURS * 3600,
    )
    record(
        actor, "break_glass", "people", person.id, holding=holding, path=person.path,
        detail={"grant": grant.id},
    )  # fmt: skip
    outbox.tell(
        _told(person, now),
        "break_glass",
        now=now,
        detail={"grant": grant.id, "person": person.id},
        urgent=True,
        exercise=actor.exercise and bool(settings.DEMO),  # the person is a real one
    )
    return grant


def widened(actor: Actor, person_id: int, path: str, now: int) -> Actor:
    """The actor with what a grant in force adds for this one person, and for nothing else."""
    if actor.id is None:
        return actor
    rows = Grant.objects.filter(
        account_id=actor.id, person_id=person_id, starts_at__lte=now, ends_at__gt=now
    ).order_by("id")
    added = tuple(
        Holding(Role(role), path, clock.seconds(ends_at), grant_id)
        for grant_id, role, ends_at in rows.values_list("id", "role", "ends_at")
    )
    return replace(actor, holdings=actor.holdings + added) if added else actor


def grants_seen_by(
    actor: Actor, *, before: int | None = None, most: int = 50
) -> list[dict[str, Any]]:
    """Who broke the glass over the actor's own units, and over the actor as a person, newest first.

    The unit's desk and the auditor see those of their areas; everybody sees those about oneself.
    """
    mine = within(scope(actor, DESKS | {Role.AUDITOR}))
    if actor.person_id is not None:
        mine |= Q(person_id=actor.person_id)
    if actor.id is not None:
        mine |= Q(account_id=actor.id)
    if before is not None:
        mine &= Q(id__lt=before)
    return _told_apart(list(Grant.objects.filter(mine).order_by("-id")[:most]))


def _told_apart(rows: Sequence[Grant]) -> list[dict[str, Any]]:
    accounts = Account.objects.in_bulk({row.account_id for row in rows})
    return [
        {
            "id": row.id,
            "account": str(accounts.get(row.account_id, "")),
            "role": row.role,
            "person_id": row.person_id,
            "path": row.path,
            "reason": row.reason,
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
        }
        for row in rows
    ]


def _told(person: Person, now: int) -> list[int]:
    """The first responsible of the person's unit, or of the nearest one above; and the person."""
    told = list(
        Account.objects.filter(person_id=person.id, is_active=True).values_list("id", flat=True)
    )
    for unit in _units(person.area):
        answerable = roster.first_responsible(unit, "", now)
        if answerable is not None:
            told.append(answerable.account_id)
            break
    return sorted(set(told))


def _units(area: Area) -> list[int]:
    tiers = [getattr(area, column) for _, column in sorted(TIER_COLUMN.items())]
    return list(dict.fromkeys(unit for unit in [area.id, *tiers] if unit is not None))

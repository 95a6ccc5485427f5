"""Who broke the glass? Access to one person outside the own area: reason, three hours, shown."""

from django.db import models, transaction

from linli.audit.records import record
from linli.columns import AreaPathField, MomentField
from linli.errors import N_, NotFound, SignInNeeded, Word
from linli.jobs import outbox
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.people import Person

GRANT_HOURS = 3  # DHIS2's break-glass length


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


@transaction.atomic
def break_glass(actor: Actor, person_id: int, *, reason: str, now: int) -> Grant:
    """Open one resident's record for three hours; the unit and the resident are told at once."""
    roles = roles_for("people.break_glass")
    holding = can(actor, Ask("people.break_glass", roles)).required()
    if actor.id is None:
        raise SignInNeeded()
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        raise NotFound(what=Word(N_("person")), value=person_id)
    grant = Grant.objects.create(
        account_id=actor.id,
        person_id=person.id,
        path=person.path,
        role=holding.role.value,
        reason=reason,
        starts_at=now,
        ends_at=now + GRANT_HOURS * 3600,
    )
    record(
        actor, "break_glass", "people", person.id, holding=holding, path=person.path,
        detail={"grant": grant.id},
    )  # fmt: skip
    unit = person.area.community_id or person.area_id
    first = roster.first_responsible(unit, "", now)
    told = {first.account_id} if first else set()
    told |= set(Account.objects.filter(person_id=person.id).values_list("id", flat=True))
    outbox.tell(
        sorted(told - {actor.id}),
        "break_glass",
        now=now,
        detail={"person": person.id, "grant": grant.id},
        exercise=actor.exercise,
    )
    return grant

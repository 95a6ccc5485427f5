"""Who has earned a reward by reporting, and has it been paid? The ledger never says what was said.

Every own report of a day under a round with a reward earns the same, whatever it tells, and once
(S23). The ledger holds person, day and amount; it has no column in which a class could stand.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Count, Q, Sum

from linli.audit.records import record
from linli.errors import N_, BadInput
from linli.loops.screening.tables import Reward
from linli.policy.can import Actor, Ask, can, end_of
from linli.policy.powers import roles_for
from linli.registry.areas import Area
from linli.registry.person import Person

PAY = "rewards.pay"
MOST_SHOWN = 500


@dataclass(frozen=True)
class Owed:
    """What a person has earned and not been paid."""

    person_id: int
    name: str
    n_days: int
    cents: int

    @property
    def yuan(self) -> str:
        """The amount as it is paid out."""
        return f"{self.cents // 100}.{self.cents % 100:02d}"


class NothingOwed(BadInput):
    """Nothing is owed to this person up to this day."""

    code = "nothing_owed"
    sentence = N_("Nothing is owed to person {person} up to {day}.")


def owed(actor: Actor, area: Area) -> list[Owed]:
    """What is owed in an area, by person; the look is recorded."""
    holding = can(actor, Ask(PAY, roles_for(PAY), area.path)).required()
    rows = (
        Reward.objects.filter(
            path__gte=area.path, path__lt=end_of(area.path), paid_at=None, exercise=actor.exercise
        )
        .values("person_id")
        .annotate(n=Count("id"), cents=Sum("cents"))
        .order_by("person_id")[:MOST_SHOWN]
    )
    found = list(rows)
    names = dict(
        Person.objects.filter(id__in=[row["person_id"] for row in found]).values_list("id", "name")
    )
    record(actor, "list", "reward", area.id, holding=holding, path=area.path)
    return [
        Owed(row["person_id"], names.get(row["person_id"], ""), row["n"], row["cents"])
        for row in found
    ]


@transaction.atomic
def pay(actor: Actor, person_id: int, *, until: date, now: int) -> int:
    """Mark what a person has earned up to a day as paid, and say how much; twice pays once.

    Raises NothingOwed, also for who is out of reach: it sounds the same.
    """
    roles = roles_for(PAY)
    can(actor, Ask(PAY, roles)).required()
    mine = Q(pk__in=[])
    for holding in actor.holds(roles):
        mine |= Q(path__gte=holding.path, path__lt=end_of(holding.path))
    rows = Reward.objects.select_for_update().filter(
        mine, person_id=person_id, day__lte=until, paid_at=None, exercise=actor.exercise
    )
    found = list(rows)
    if not found:
        raise NothingOwed(person=person_id, day=until)
    holding = can(actor, Ask(PAY, roles, found[0].path)).required()
    Reward.objects.filter(id__in=[row.id for row in found]).update(paid_at=now, paid_by=actor.id)
    cents = sum(row.cents for row in found)
    record(
        actor, "pay", "reward", person_id, holding=holding, path=found[0].path,
        detail={"n": len(found), "cents": cents},
    )  # fmt: skip
    return cents

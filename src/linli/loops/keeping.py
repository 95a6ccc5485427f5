"""How long are a resident's words kept, and what shows that they are gone? Emergency powers end.

A loop's items keep what residents said until some days after they closed. What is collected for
an emergency only goes some days after its declaration has ended, closed or not. Stages, times and
counts stay; a report says how much was destroyed, sealed like every other act.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import models, transaction

from linli import clock
from linli.audit.records import record
from linli.audit.sealed import Sealed
from linli.columns import AreaPathField, MomentField
from linli.errors import N_, BadInput, NotFound, Word
from linli.loops import catalogue
from linli.loops.collected import all_collected
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.areas import whole_city

CLOSED_DAYS = 365  # assumed; a city signs its own
AFTER_EMERGENCY_DAYS = 30  # ours: time to hand over and to object, then it goes
LONGEST_DAYS = 3660
_others: dict[str, int] = {}  # what others keep, and for how many days unless a city signs


class Keeping(models.Model):
    """One signed version of how long a loop keeps words; followed by another, never changed."""

    id = models.BigAutoField(primary_key=True)
    loop = models.CharField(max_length=24)
    closed_days = models.IntegerField()
    after_emergency_days = models.IntegerField()
    signed_by = models.BigIntegerField(null=True)
    signed_at = MomentField()
    note = models.CharField(max_length=300)

    class Meta:
        app_label = "loops"
        indexes = [models.Index(fields=["loop", "-id"], name="keeping_loop")]


class Destruction(Sealed):
    """The report of one destruction: of which loop, why, how much, and a digest of what went."""

    at = MomentField()
    loop = models.CharField(max_length=24)
    cause = models.CharField(max_length=12)  # "closed" or "emergency"
    declaration_id = models.BigIntegerField(null=True)
    path = AreaPathField(blank=True)
    n_items = models.IntegerField()
    n_texts = models.IntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 over the uids of the events, in order
    exercise = models.BooleanField(default=False)

    class Meta(Sealed.Meta):
        app_label = "loops"


@dataclass(frozen=True)
class Terms:
    """How long a loop keeps words, in days; ``signed`` is None while nobody chose otherwise."""

    loop: str
    closed_days: int = CLOSED_DAYS
    after_emergency_days: int = AFTER_EMERGENCY_DAYS
    signed: Keeping | None = None


def terms(name: str) -> Terms:
    """The terms in force for a loop, or for a table of what is collected about people."""
    row = Keeping.objects.filter(loop=name).order_by("-id").first()
    if row is None:
        return Terms(name, _others.get(name, CLOSED_DAYS))
    return Terms(name, row.closed_days, row.after_emergency_days, row)


def names() -> list[str]:
    """Everything that has terms: loops that hold words of people, and tables about people, runs."""
    loops = {loop.name for loop in catalogue.all_loops().values() if loop.keeps_words}
    return sorted(loops | {one.name for one in all_collected()} | _others.keys())


def also(name: str, days: int) -> None:
    """Let something that another ring keeps have terms too, so many days while nobody signs."""
    _others[name] = days


def all_terms() -> list[Terms]:
    """The terms of everything that has them, in order of name."""
    return [terms(name) for name in names()]


@transaction.atomic
def sign(
    actor: Actor,
    name: str,
    *,
    closed_days: int,
    after_emergency_days: int,
    note: str,
    now: int | None = None,
) -> Keeping:
    """Put new terms in force from now on.

    Raises NotFound for what has no terms, NotAllowed, or BadInput for days out of range.
    """
    if name not in names():
        raise NotFound(what=Word(N_("loop")), value=name)
    everywhere = whole_city()
    holding = can(actor, Ask("limits.edit", roles_for("limits.edit"), everywhere)).required()
    for days in (closed_days, after_emergency_days):
        if not 1 <= days <= LONGEST_DAYS:
            raise BadInput(
                N_("Words are kept from 1 to {most} days; got {days}."),
                most=LONGEST_DAYS,
                days=days,
            )
    if not note.strip():
        raise BadInput(N_("Say by whose authority, and why."))
    made = Keeping.objects.create(
        loop=name,
        closed_days=closed_days,
        after_emergency_days=after_emergency_days,
        signed_by=actor.id,
        signed_at=clock.now_s() if now is None else now,
        note=note.strip()[:300],
    )
    detail = {"loop": name, "closed": closed_days, "after_emergency": after_emergency_days}
    record(actor, "sign", "keeping", made.id, holding=holding, detail=detail)
    return made


def reports(actor: Actor, *, most: int = 50, but: Collection[str] = ()) -> list[Destruction]:
    """What was destroyed, the newest first, without some; for auditors and who sets the terms."""
    roles = roles_for("audit.see") | roles_for("limits.edit")
    can(actor, Ask("audit.see", roles, whole_city())).required()
    rows = Destruction.objects.filter(exercise=actor.exercise).exclude(loop__in=list(but))
    return list(rows.order_by("-id")[:most])

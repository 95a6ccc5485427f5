"""Who holds something back for a plan, and is the same thing ever held back twice?

What all reserves of a record hold together never exceeds what there is of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet, Sum

from linli import clock
from linli.audit.records import record
from linli.errors import N_, BadInput, Conflict, NotFound, Word
from linli.plans import shelf
from linli.policy.can import Actor, Ask, can, scope
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.areas import within
from linli.registry.plans import Reserve, ReserveKind, in_force
from linli.registry.resources import Resource
from linli.registry.sites import Site
from linli.registry.vehicles import Vehicle
from linli.registry.wards import Ward

HOLD = "plans.reserve"
REASON_MOST = 300  # letters
MOST = 1e9  # of anything
TABLES: dict[str, type[models.Model]] = {
    ReserveKind.RESOURCES: Resource, ReserveKind.WARDS: Ward, ReserveKind.SITES: Site,
    ReserveKind.VEHICLES: Vehicle,
}  # fmt: skip
THERE: dict[str, Callable[[Any], float]] = {
    ReserveKind.RESOURCES: lambda row: float(row.quantity),
    ReserveKind.WARDS: lambda row: float(row.n_beds - row.n_blocked),
    ReserveKind.SITES: lambda _: 1.0,
    ReserveKind.VEHICLES: lambda _: 1.0,
}


@dataclass(frozen=True)
class NewReserve:
    """What is held back, how much of it, for which plan, where, until when, and why."""

    kind: str
    record_id: int
    quantity: float
    plan: str
    area_id: int
    reason: str
    until: date | None = None


class HeldBack(Conflict):
    """More would be held back than there is."""

    code = "held_back"
    sentence = N_(
        "{asked} cannot be held back: there are {there}, and {held} are held back already. "
        "{left} are left."
    )


def hold(actor: Actor, new: NewReserve, *, now: int) -> Reserve:
    """Hold something back for a plan in an area.

    It takes the power where the record lies: what lies elsewhere is its keeper's to lend. Raises
    NotAllowed, NotFound, HeldBack or BadInput.
    """
    if new.kind not in TABLES:
        raise BadInput(
            N_("{given} cannot be held back. Choose one of: {known}."),
            given=new.kind[:20], known=tuple(ReserveKind.values),
        )  # fmt: skip
    table = TABLES[new.kind]
    row: Any = table._default_manager.filter(id=new.record_id).first()
    noun = Word(ReserveKind(new.kind).label)
    if row is None:
        raise NotFound(what=noun, value=new.record_id)
    holding = can(actor, Ask(HOLD, roles_for(HOLD), row.path)).required()
    shelf.get(actor, new.plan)
    area = areas.get(new.area_id)
    _check(new, clock.day(clock.moment(now)))
    with transaction.atomic():
        locked: Any = table._default_manager.select_for_update().get(id=new.record_id)
        there, held = THERE[new.kind](locked), _held(new.kind, new.record_id, now)
        if held + new.quantity > there:
            raise HeldBack(asked=f"{new.quantity:g}", there=f"{there:g}", held=f"{held:g}",
                           left=f"{max(0.0, there - held):g}")  # fmt: skip
        made = Reserve.objects.create(
            kind=new.kind, record_id=row.id, record_path=row.path, quantity=new.quantity,
            plan=new.plan, area=area, path=area.path, until=new.until, reason=new.reason.strip(),
            signed_by=actor.id or 0, signed_at=now,
        )  # fmt: skip
        record(actor, "add", "reserve", made.id, holding=holding, path=row.path,
               detail={"plan": new.plan, "quantity": new.quantity})  # fmt: skip
    return made


def lift(actor: Actor, reserve_id: int, *, now: int) -> Reserve:
    """Hold it back no longer; who may is who may hold it back, there or where it is kept for."""
    found = Reserve.objects.filter(id=reserve_id).first()
    if found is None:
        raise NotFound(what=Word(N_("reserve of a plan")), value=reserve_id)
    there = can(actor, Ask(HOLD, roles_for(HOLD), found.record_path))
    kept_for = can(actor, Ask(HOLD, roles_for(HOLD), found.path))
    holding = kept_for.holding or there.required()
    with transaction.atomic():
        n = Reserve.objects.filter(id=reserve_id, lifted_at=None).update(
            lifted_at=now, lifted_by=actor.id
        )
        if n:
            record(actor, "lift", "reserve", reserve_id, holding=holding, path=found.path)
    found.refresh_from_db()
    return found


def listed(actor: Actor, *, now: int, plan: str = "") -> QuerySet[Reserve]:
    """What is held back where somebody answers, the newest first."""
    can(actor, Ask(shelf.SEE, roles_for(shelf.SEE))).required()
    ranges = scope(actor, roles_for(shelf.SEE))
    rows = Reserve.objects.filter(in_force(clock.day(clock.moment(now)))).filter(
        within(ranges) | within(ranges, "record_path")
    )
    if plan:
        rows = rows.filter(plan=plan)
    return rows.select_related("area").order_by("-id")


def _held(kind: str, record_id: int, now: int) -> float:
    rows = Reserve.objects.filter(in_force(clock.day(clock.moment(now))), kind=kind,
                                  record_id=record_id)  # fmt: skip
    return float(rows.aggregate(n=Sum("quantity"))["n"] or 0.0)


def _check(new: NewReserve, today: date) -> None:
    if not 0 < new.quantity <= MOST:  # NaN fails this too
        raise BadInput(N_("{given} cannot be held back: give a number above 0."),
                       given=new.quantity)  # fmt: skip
    if new.until is not None and new.until < today:
        raise BadInput(N_("{given} is over. Choose a day from today on, or none."), given=new.until)
    if not 2 <= len(new.reason.strip()) <= REASON_MOST:
        raise BadInput(N_("Say in 2 to {most} letters what it is held back for."), most=REASON_MOST)

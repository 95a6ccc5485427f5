"""How does an area go into a mode, and out of it again? By a signed act with an end."""

from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F, Q

from linli import clock
from linli.audit.records import record
from linli.errors import N_, BadInput, Conflict, NotFound, Word
from linli.loops.retime import Retimed, retime
from linli.policy.can import SYSTEM, Actor, Ask, Holding, can
from linli.policy.powers import roles_for
from linli.registry.areas import Area
from linli.registry.declarations import Declaration, Mode, Phase

LONGEST_S = 180 * 86_400  # an emergency ends within half a year or is declared anew; ours


@dataclass(frozen=True)
class NewDeclaration:
    """What a declaration says; moments are UTC seconds."""

    mode: str
    authority: str
    reason: str
    starts_at: int
    ends_at: int
    phase: str = Phase.NONE.value


class AlreadyOver(Conflict):
    """A declaration that ended cannot be lifted."""

    code = "already_over"
    sentence = N_("That declaration is over already. Nothing needs lifting.")


def declare(actor: Actor, area: Area, new: NewDeclaration, *, now: int) -> Declaration:
    """Declare a mode for an area and all below it; clocks follow when it begins.

    Raises NotAllowed, or BadInput for an unknown mode, a past or missing end, or no reason.
    """
    holding = can(actor, Ask("mode.declare", roles_for("mode.declare"), area.path)).required()
    _check(new, now)
    with transaction.atomic():
        made = _put(actor, holding, area, new)
    settle(now)
    return made


def declare_exercise(
    actor: Actor, holding: Holding, area: Area, new: NewDeclaration, *, now: int
) -> Declaration:
    """Declare a mode for an exercise only, by the power to hold one; the city's mode stays.

    In the caller's transaction, who settles the clocks afterwards.
    """
    _check(new, now)
    return _put(replace(actor, exercise=True), holding, area, new)


def end_exercise(declaration_id: int, *, now: int) -> None:
    """End the declaration of an exercise with it; one of the city's own stays as it is.

    In the caller's transaction, who settles the clocks afterwards.
    """
    Declaration.objects.filter(
        id=declaration_id, exercise=True, lifted_at=None, ends_at__gt=now
    ).update(lifted_at=now)


def _put(actor: Actor, holding: Holding, area: Area, new: NewDeclaration) -> Declaration:
    made = Declaration.objects.create(
        area=area,
        path=area.path,
        mode=new.mode,
        phase=new.phase,
        authority=new.authority.strip(),
        reason=new.reason.strip(),
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        account_id=actor.id,
        exercise=actor.exercise,
    )
    record(
        actor,
        "declare",
        "mode",
        made.id,
        holding=holding,
        path=area.path,
        detail={"mode": new.mode, "phase": new.phase, "ends_at": new.ends_at},
    )
    return made


def lift(actor: Actor, declaration_id: int, *, now: int) -> Declaration:
    """End a declaration before its time; an exercise lifts none of the city's own."""
    found = Declaration.objects.filter(id=declaration_id, exercise=actor.exercise).first()
    if found is None:
        raise NotFound(what=Word(N_("declaration")), value=declaration_id)
    holding = can(actor, Ask("mode.declare", roles_for("mode.declare"), found.path)).required()
    open_still = Declaration.objects.filter(id=found.id, lifted_at=None, ends_at__gt=now)
    with transaction.atomic():
        if not open_still.update(lifted_at=now):
            raise AlreadyOver()
        record(actor, "lift", "mode", found.id, holding=holding, path=found.path)
    settle(now)
    found.refresh_from_db()
    return found


def settle(now: int) -> list[Retimed]:
    """Move the clocks for every declaration that has begun or ended since the last time."""
    done = []
    begun = Declaration.objects.filter(begun_at=None, starts_at__lte=now)
    over = Declaration.objects.filter(
        Q(ends_at__lte=now) | Q(lifted_at__lte=now), over_at=None, begun_at__isnull=False
    )
    for declaration in [*begun, *over]:
        done.append(retime(declaration.path, now))
        ended = declaration.begun_at is not None
        Declaration.objects.filter(id=declaration.id).update(
            **{"over_at" if ended else "begun_at": now}
        )
        if ended and declaration.lifted_at is None:
            record(SYSTEM, "expire", "mode", declaration.id, path=declaration.path)
    return done


def chore() -> int:
    """What the worker does: settle, and say how many clocks moved."""
    return sum(retimed.items for retimed in settle(clock.now_s()))


def history(path: str, *, exercise: bool) -> list[Declaration]:
    """The declarations on an area's path or below it, real or of exercises, newest first."""
    paths = [path[:n] for n in range(4, len(path) + 1, 4)]
    mine = Declaration.objects.filter(Q(path__in=paths) | Q(path__startswith=path))
    return list(
        mine.filter(exercise=exercise).select_related("area").order_by(F("starts_at").desc(), "-id")
    )


def _check(new: NewDeclaration, now: int) -> None:
    if new.mode not in Mode.values:
        raise BadInput(
            N_("{given} is no mode. Choose one of: {known}."),
            given=new.mode,
            known=tuple(Mode.values),
        )
    if new.phase not in Phase.values:
        raise BadInput(
            N_("{given} is no phase. Choose one of: {known}."),
            given=new.phase,
            known=tuple(p for p in Phase.values if p),
        )
    if new.ends_at <= max(now, new.starts_at):
        raise BadInput(N_("The end lies in the past or before the start. Choose a later end."))
    if new.ends_at - new.starts_at > LONGEST_S:
        raise BadInput(
            N_("A declaration runs at most {days} days; extend it later by another."),
            days=LONGEST_S // 86_400,
        )
    if not new.authority.strip() or not new.reason.strip():
        raise BadInput(N_("Say by whose authority, and why."))

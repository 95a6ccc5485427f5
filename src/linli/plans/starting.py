"""Who starts a plan, as an exercise or for real, and what is written down when they do?

A start is a signed act. It opens nothing that the plan does not name, and a plan starts no other.
"""

from dataclasses import dataclass, replace

from django.db import transaction

from linli import clock, uids
from linli.audit.records import record
from linli.errors import N_, BadInput, Conflict, Word
from linli.plans import modes, shelf
from linli.plans.lines import TwoTongues, told_in_both
from linli.plans.modes import NewDeclaration
from linli.plans.plan import HOUR_S, Plan
from linli.plans.readiness import Readiness, resolve
from linli.policy.can import Actor, Ask, Holding, can
from linli.policy.powers import roles_for
from linli.registry import areas, declarations
from linli.registry.accounts import Account
from linli.registry.areas import Area
from linli.registry.declarations import Declaration, Mode, Phase
from linli.registry.plans import PlanRun, PlanRunStep, PlanVersion, RunKind, under_way

VERBS = {RunKind.EXERCISE: "plans.exercise", RunKind.REAL: "plans.start"}
LEAST_HOURS, MOST_HOURS = 1, 14 * 24  # of an exercise; ours
REASON_MOST = 500


@dataclass(frozen=True)
class NewRun:
    """What somebody says who starts a plan."""

    code: str
    area_id: int
    kind: str
    reason: str
    hours: int = 0  # of an exercise
    sure: bool = False  # for real: it was confirmed


class NoEmergency(Conflict):
    """A plan runs for real under a declared emergency only."""

    code = "no_emergency"
    sentence = N_(
        "No emergency is declared for this area, so the plan does not start for real. Declare one "
        "first, or start it as an exercise."
    )


class OtherPhase(Conflict):
    """The plan is for another phase than the one declared."""

    code = "other_phase"
    sentence = N_("The plan is for the phase {wanted}; {declared} is declared. Declare that first.")


class NotSure(BadInput):
    """A start for real was not confirmed."""

    code = "not_sure"
    sentence = N_("A start for real opens work for real people. Say that you are sure.")


class RunsAlready(Conflict):
    """The plan is under way in this area, or around it."""

    code = "runs_already"
    sentence = N_("This plan is under way here already, as run {run}. End that first.")


def start(actor: Actor, new: NewRun, *, now: int) -> PlanRun:
    """Start a plan; what is due at once is opened by ``running.advance``.

    Raises NotAllowed, BadPlan, NoEmergency, OtherPhase, NotSure, RunsAlready or BadInput.
    """
    kind = _kind(new.kind)
    area = areas.get(new.area_id)
    holding = can(actor, Ask(VERBS[kind], roles_for(VERBS[kind]), area.path)).required()
    version, plan = shelf.sound(actor, new.code)
    _check(new, kind)
    in_force = _declared(plan, area, actor, now) if kind is RunKind.REAL else None
    exercise = actor.exercise or kind is RunKind.EXERCISE
    readiness = resolve(plan, area, now=now, exercise=exercise)
    with transaction.atomic():
        _only_one(version, area, kind)
        ends_at = _ends_at(plan, new, in_force, now)
        declared = in_force or modes.declare_exercise(
            actor, holding, area, _exercise(plan, new, ends_at, now), now=now
        )
        run = _written(actor, holding, version, area, kind, new, declared, readiness, ends_at, now)
        run.refresh_from_db()
        _steps(run, plan)
        said = {"plan": version.code, "version": version.version, "as": kind.value}
        record(actor, "start", "plan_run", run.id, holding=holding, path=area.path, detail=said)
    modes.settle(now)
    return run


def _kind(said: str) -> RunKind:
    if said not in RunKind.values:
        raise BadInput(
            N_("{given} is no way to start a plan. Choose one of: {known}."),
            given=said[:20],
            known=tuple(RunKind.values),
        )
    return RunKind(said)


def _check(new: NewRun, kind: RunKind) -> None:
    if not 2 <= len(new.reason.strip()) <= REASON_MOST:
        raise BadInput(N_("Say in 2 to {most} letters why it is started."), most=REASON_MOST)
    if kind is RunKind.REAL and not new.sure:
        raise NotSure()
    if kind is RunKind.EXERCISE and not LEAST_HOURS <= new.hours <= MOST_HOURS:
        raise BadInput(
            N_("An exercise of {given} hours cannot be held; give {least} to {most}."),
            given=new.hours, least=LEAST_HOURS, most=MOST_HOURS,
        )  # fmt: skip


def _declared(plan: Plan, area: Area, actor: Actor, now: int) -> Declaration:
    """The emergency under which the plan runs for real; raises NoEmergency or OtherPhase."""
    found = declarations.in_force(area.path, now, exercise=actor.exercise)
    if found is None or found.mode != Mode.EMERGENCY:
        raise NoEmergency()
    if plan.phase and found.phase and found.phase != plan.phase:
        raise OtherPhase(
            wanted=Word(Phase(plan.phase).label), declared=Word(Phase(found.phase).label)
        )
    return found


def _only_one(version: PlanVersion, area: Area, kind: RunKind) -> None:
    """The version's row is locked, so that two who start in the same moment start one."""
    PlanVersion.objects.select_for_update().get(id=version.id)
    for run in PlanRun.objects.filter(under_way(), version__code=version.code, kind=kind):
        if run.path.startswith(area.path) or area.path.startswith(run.path):
            raise RunsAlready(run=run.id)


def _ends_at(plan: Plan, new: NewRun, declared: Declaration | None, now: int) -> int:
    """An exercise ends after its hours; a real run after its days, or with the emergency."""
    if declared is None:
        return now + new.hours * HOUR_S
    return min(now + plan.lasts_s, clock.seconds(declared.ends_at))


def _exercise(plan: Plan, new: NewRun, ends_at: int, now: int) -> NewDeclaration:
    return NewDeclaration(
        mode=plan.mode,
        phase=plan.phase,
        authority=f"{plan.title.zh} / {plan.title.en}"[:200],
        reason=new.reason,
        starts_at=now,
        ends_at=ends_at,
    )


def _written(
    actor: Actor, holding: Holding, version: PlanVersion, area: Area, kind: RunKind, new: NewRun,
    declared: Declaration, readiness: Readiness, ends_at: int, now: int,
) -> PlanRun:  # fmt: skip
    who = Account.objects.filter(id=actor.id or 0).first()
    return PlanRun.objects.create(
        uid=uids.fresh(),
        version=version,
        kind=kind,
        area=area,
        path=area.path,
        reason=new.reason.strip(),
        started_by=actor.id or 0,
        started_name=who.display_name if who else "",
        started_as=holding.role.value,
        started_at=now,
        ends_at=ends_at,
        declaration_id=declared.id,
        exercise=actor.exercise or kind is RunKind.EXERCISE,
        looked_at=now,
        readiness=told_in_both(readiness.told),
        n_gaps=len(readiness.gaps),
    )


def _steps(run: PlanRun, plan: Plan) -> None:
    begins = clock.seconds(run.started_at)
    PlanRunStep.objects.bulk_create(
        PlanRunStep(run=run, name=step.name, due_at=begins + step.at_s) for step in plan.steps
    )


def acting(actor: Actor, run: PlanRun) -> Actor:
    """The same person in the world of the run: an exercise's items are the exercise's."""
    return replace(actor, exercise=run.exercise)


def plan_title(plan: Plan) -> TwoTongues:
    """Its title inside a sentence."""
    return TwoTongues(plan.title.zh, plan.title.en)

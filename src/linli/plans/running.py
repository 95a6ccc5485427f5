"""What does a plan under way do next? It opens what is due, for who started it, and ends.

The worker asks again and again; asked twice, nothing happens twice. A step is refused as it would
be refused to whoever started the plan, and then says why.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid5

from django.conf import settings

from linli import clock
from linli.audit.records import record
from linli.errors import BadInput, Problem
from linli.loops import catalogue, counted, limits
from linli.loops.advance import Moved, Opening, Refused, open_many
from linli.loops.exercise_over import end_with_exercise, family, first_acts
from linli.loops.loop import Loop, State
from linli.loops.scene import Scene
from linli.plans import gaps, modes, shelf
from linli.plans.filling import Place, filled
from linli.plans.lines import told_in_both
from linli.plans.plan import Plan, Step
from linli.plans.score import scored
from linli.plans.targets import places_of
from linli.policy.can import SYSTEM, Actor, Ask, can
from linli.policy.roles import Role
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.plans import PlanRun, PlanRunItem, PlanRunStep, RunKind, under_way

AT_ONCE = 500  # items in one transaction
LOOKS_AGAIN_S = 600  # how often the gaps of a run are compared with the records


def advance(run_id: int, *, now: int) -> int:
    """Open the steps that are due, note those that are done, look at the gaps; returns how many."""
    run = PlanRun.objects.select_related("version", "area").get(id=run_id)
    if run.ended_at is not None:
        return 0
    plan = shelf.kept_of(run.version).plan
    if plan is None:
        return 0
    steps = {row.name: row for row in run.steps.order_by("id")}
    n = _note_finished(run, plan, steps, now)
    for step in plan.steps:
        row = steps[step.name]
        ready = all(steps[name].finished_at is not None for name in step.after)
        if row.opened_at is None and clock.seconds(row.due_at) <= now and ready:
            n += _open(run, step, row, now)
    n += _note_finished(run, plan, steps, now)
    return n + _gaps(run, plan, now)


def chore(now: int | None = None) -> int:
    """What the worker does: every run goes on, and those whose time has come end."""
    at = clock.now_s() if now is None else now
    n = 0
    for run in PlanRun.objects.filter(under_way()).order_by("id"):
        if clock.seconds(run.ends_at) <= at:
            end(run, because="", by=None, now=clock.seconds(run.ends_at))
            n += 1
        else:
            n += advance(run.id, now=at)
    return n


def end(run: PlanRun, *, because: str, by: Actor | None, now: int) -> None:
    """Bring a run to its end: it is scored first, and what an exercise has open ends with it.

    What a real run has opened goes on: it is the city's work.
    """
    if not PlanRun.objects.filter(under_way(), id=run.id).update(
        ended_at=now, ended_by=by.id if by else None, ended_because=because
    ):
        return
    run.refresh_from_db()
    plan = shelf.of_version(run.version_id).plan
    ids = list(run.items.values_list("item_id", flat=True))
    everything = family(ids, exercise=run.exercise)
    if plan is not None:
        steps = {row.name: row for row in run.steps.order_by("id")}
        _note_finished(run, plan, steps, now)
        run.score = scored(run, plan, first_acts(everything), now=now)
        PlanRun.objects.filter(id=run.id).update(score=run.score)
    if run.kind == RunKind.EXERCISE:
        end_with_exercise(everything, now=now)
        modes.end_exercise(run.declaration_id or 0, now=now)
        modes.settle(now)
    record(by or SYSTEM, "end" if by else "expire", "plan_run", run.id, path=run.path)


def _open(run: PlanRun, step: Step, row: PlanRunStep, now: int) -> int:
    """Open a step at each of its places; what is refused is counted, with the first reason."""
    loop = catalogue.get(step.loop)
    scene = Scene(_opener(run, loop, now), now)
    limits.forget()
    day = clock.day(clock.moment(now))
    places = places_of(step.each, run.area, day)
    moved: list[Moved] = []
    refused: list[Refused] = []
    for n in range(0, len(places), AT_ONCE):
        part = places[n : n + AT_ONCE]
        scene.foresee([place.area_id for place in part])
        some, others = open_many(loop, [_opening(run, step, p, now) for p in part], scene)
        moved, refused = moved + some, refused + others
    PlanRunItem.objects.bulk_create(
        (PlanRunItem(run=run, step=step.name, item_id=one.item_id) for one in moved),
        ignore_conflicts=True,
    )
    row.opened_at = clock.moment(now)
    row.finish_by = None if step.within_s is None else clock.moment(now + step.within_s)
    row.n_places, row.n_opened, row.n_refused = len(places), len(moved), len(refused)
    row.problem = _told(refused[0].problem) if refused else {}
    row.save()
    return len(moved)


def _opening(run: PlanRun, step: Step, place: Place, now: int) -> Opening:
    language = settings.LANGUAGE_CODE  # an order is read by the city: in its language
    day = clock.day(clock.moment(now))
    data = filled(step, place, day, language)
    return Opening(
        area_id=place.area_id,
        item_class=step.item_class,
        data=data,
        title=str(data.get("title", ""))[:160] or step.title.said(language),
        uid=uuid5(run.uid, f"{step.name}:{place.key}"),
        opened_by=run.started_by,
        channel="page",
    )


def _opener(run: PlanRun, loop: Loop, now: int) -> Actor:
    """Whoever started the run, as what they are now; Linli, for what only Linli opens."""
    account = Account.objects.filter(id=run.started_by, is_active=True).first()
    if account is not None:
        actor = roster.actor_of(account, now, two_factor=True, exercise=run.exercise)
        if can(actor, Ask(f"{loop.name}.open", loop.opened_by - {Role.RESIDENT}, run.path)).allowed:
            return actor
        if Role.SYSTEM not in loop.opened_by:
            return actor  # and is refused, with a sentence
    return replace(SYSTEM, exercise=run.exercise)


def _note_finished(run: PlanRun, plan: Plan, steps: dict[str, PlanRunStep], now: int) -> int:
    """A step is finished when every item of it is closed, or stands where it counts as done."""
    n = 0
    for step in plan.steps:
        row = steps[step.name]
        if row.opened_at is None or row.finished_at is not None or not row.n_opened:
            continue
        ids = run.items.filter(step=step.name).values_list("item_id", flat=True)
        at = _finished_at(list(ids), step, exercise=run.exercise)
        if at is not None:
            row.finished_at = clock.moment(min(at, now))
            row.save()
            n += 1
    return n


def _finished_at(ids: Sequence[int], step: Step, *, exercise: bool) -> int | None:
    """When the last of some items was done; None while one is not."""
    latest = 0
    for n in range(0, len(ids), AT_ONCE):
        rows = counted.items(exercise=exercise).filter(id__in=ids[n : n + AT_ONCE])
        for state, stage, entered in rows.values_list("state", "stage", "entered_at"):
            if state != State.CLOSED and stage not in step.done_at:
                return None
            latest = max(latest, clock.seconds(entered))
    return latest


def _gaps(run: PlanRun, plan: Plan, now: int) -> int:
    """At the start each gap becomes an item; later those that the records show covered close."""
    first = not run.items.exclude(gap="").exists() and clock.seconds(run.looked_at) == now
    if not first and now - clock.seconds(run.looked_at) < LOOKS_AGAIN_S:
        return 0
    PlanRun.objects.filter(id=run.id).update(looked_at=now)
    try:
        n = gaps.look(run, plan, now=now)
    except BadInput:  # the area has changed its kind meanwhile
        return 0
    mended = gaps.n_mended(run)
    PlanRun.objects.filter(id=run.id).exclude(n_gaps_mended=mended).update(n_gaps_mended=mended)
    return n


def _told(problem: Problem) -> dict[str, str]:
    return told_in_both(problem.tell)

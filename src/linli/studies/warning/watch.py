"""Who is told of what stands out? Every night a run, and an item for each new rise (S93, S99).

A rise is told once. While it goes on, its item notes each further day; once it has been quiet for
longer than the plan says, the next one is another. A warning that was dismissed comes again only
when it has grown. Nothing else follows from a run: a person decides.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

import linli
from linli import clock
from linli.analysis.warning.detect import Method
from linli.audit.records import record
from linli.jobs import queue
from linli.jobs.queue import Job, JobState
from linli.loops.advance import advance_many, open_many
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.warnings import known as warned
from linli.loops.warnings.known import Warned
from linli.loops.warnings.loop import LOOP
from linli.policy.can import SYSTEM, Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.areas import Area, whole_city
from linli.studies import signals
from linli.studies.signals import Signals
from linli.studies.warning import night, people
from linli.studies.warning import plan as plans
from linli.studies.warning.night import Loud, Night
from linli.studies.warning.plan import Plan, level_of
from linli.studies.warning.tables import WarningRow, WarningRun

RUN = "warning.run"
KIND = "warning"  # of the job
WARNINGS = UUID("0d9c7a52-6a1e-4c0e-9a55-1f4d6d0a7e31")  # the name space of their uids; ours
AT_HOUR = 3  # of the night, when the day before is whole; assumed
ROWS_AT_ONCE = 500


def chore(now: int | None = None, *, exercise: bool = False) -> int:
    """Look at yesterday once it is over, if nobody has yet; returns how many warnings it raised."""
    at = clock.now_s() if now is None else now
    if not owed(at, exercise=exercise):
        return 0
    day = clock.day(clock.moment(at)) - timedelta(days=1)
    return run(plans.in_force(), day=day, now=at, exercise=exercise).n_raised


def owed(now: int, *, exercise: bool) -> bool:
    """Whether yesterday is over, there is a city, and nobody has looked yet."""
    today = clock.day(clock.moment(now))
    if now < clock.midnight_s(today) + AT_HOUR * 3600:
        return False
    day = today - timedelta(days=1)
    known = WarningRun.objects.filter(exercise=exercise, day__gte=day).exists()
    return not known and Area.objects.filter(parent=None).exists()


def run_now(actor: Actor, *, now: int) -> WarningRun:
    """Look again at all up to yesterday, with the records as they are now; recorded.

    Raises NotAllowed: it looks at the whole city, so who asks has to reach it.
    """
    top = whole_city()
    holding = can(actor, Ask(RUN, roles_for(RUN), top)).required()
    day = clock.day(clock.moment(now)) - timedelta(days=1)
    made = run(plans.in_force(), day=day, now=now, exercise=actor.exercise, by=actor.id)
    record(actor, "look_again", "warning", made.id, holding=holding, path=top)
    return made


def ask(actor: Actor) -> Job:
    """Let the worker look now; the same rights as run_now. Raises NotAllowed.

    Asked again before the worker has begun, it is the same look.
    """
    can(actor, Ask(RUN, roles_for(RUN), whole_city())).required()
    waiting = queue.under_way(KIND).filter(account_id=actor.id, state=JobState.WAITING).first()
    return waiting or queue.ask(KIND, account_id=actor.id)


def run(plan: Plan, *, day: date, now: int, exercise: bool, by: int | None = None) -> WarningRun:
    """Look at every series of the city up to a day, keep what was found, and raise what is new.

    What takes long is read before anything is written, so that nobody else waits to write.
    """
    found = gathered(plan, day, exercise=exercise)
    by_people = any(watch.method is Method.TAIL for watch in plan.watches)
    told = night.look(found, plan, people=people.registered(found.frame) if by_people else None)
    with transaction.atomic():
        made = WarningRun.objects.create(
            day=day, at=now, asked_by=by, plan=plan.digest(), inputs=told.inputs,
            version=linli.__version__, n_series=told.n_series, n_loud=len(told.loud),
            statuses=dict(told.statuses), breaks=list(told.breaks), notes=list(told.notes),
            exercise=exercise,
        )  # fmt: skip
        items, made.n_raised = _raise(told, plan, made.id, now=now, exercise=exercise)
        made.save(update_fields=["n_raised"])
        WarningRow.objects.bulk_create(_rows(told, made, items), batch_size=ROWS_AT_ONCE)
    return made


def gathered(plan: Plan, day: date, *, exercise: bool) -> Signals:
    """All signals of every area that the plan watches, up to a day."""
    wanted = set(plan.levels) | set(night.BREAK_LEVELS)
    areas = [
        area
        for area in Area.objects.filter(valid_until=None).order_by("path")
        if level_of(area.kind) in wanted
    ]
    first = day - timedelta(days=plan.history_days)
    return signals.count(areas, first, day, exercise=exercise)


def _raise(
    told: Night, plan: Plan, run_id: int, *, now: int, exercise: bool
) -> tuple[dict[tuple[str, int], int], int]:
    """Open an item for each new rise and note what goes on; items by signal and area, how many."""
    scene = Scene(replace(SYSTEM, exercise=exercise), now)
    known = warned.newest(exercise=exercise)
    again: dict[int, dict[str, Any]] = {}
    openings: list[Opening] = []
    items: dict[tuple[str, int], int] = {}
    for one in told.loud:
        key = (one.signal, one.area.id)
        before = known.get(key)
        if before is not None and _goes_on(before, one, plan):
            items[key] = before.id
            if before.last_day < one.day:
                again[before.id] = _seen(one)
        elif one.told_by is None:
            openings.append(_opening(one, plan, run_id, before, exercise))
    scene.foresee([opening.area_id for opening in openings])
    advance_many(again, "seen_again", scene, each=again)
    opened, refused = open_many(LOOP, openings, scene)
    if refused:
        raise refused[0].problem
    for opening, moved in zip(openings, opened, strict=True):
        items[opening.kind, opening.area_id] = moved.item_id
    return items, sum(not moved.again for moved in opened)


def _goes_on(before: Warned, one: Loud, plan: Plan) -> bool:
    """Whether it is the rise that a warning tells of already."""
    if not before.is_closed:
        return True
    if (one.day - before.last_day).days > plan.quiet_days:
        return False
    return not before.was_dismissed or one.observed < plan.grown * before.greatest


def _seen(one: Loud) -> dict[str, Any]:
    return {"day": one.day.isoformat(), "observed": round(one.observed, 3),
            "expected": round(one.expected, 3), "p": one.p}  # fmt: skip


def _opening(one: Loud, plan: Plan, run_id: int, before: Warned | None, exercise: bool) -> Opening:
    data = _seen(one) | {"signal": one.signal, "upper": round(one.upper, 3), "found_in": run_id,
                         "method": one.method}  # fmt: skip
    grown = before is not None and before.was_dismissed
    if before and grown and (one.day - before.last_day).days <= plan.quiet_days:
        data["before_id"] = before.id
    return Opening(
        one.area.id,
        "urgent" if one.p <= plan.urgent_p else "normal",
        data,
        kind=one.signal,
        uid=uuid5(WARNINGS, f"{one.signal}:{one.area.id}:{one.day}:{exercise}"),
        subject_kind="place",
        subject_id=one.area.id,
    )


def _rows(told: Night, made: WarningRun, items: Mapping[tuple[str, int], int]) -> list[WarningRow]:
    return [
        WarningRow(
            run=made, rank=rank, signal=one.signal, level=str(one.level), area_id=one.area.id,
            path=one.area.path, day=one.day, method=one.method, observed=one.observed,
            expected=one.expected, upper=one.upper, p=one.p, adjusted=one.adjusted,
            told_by=one.told_by, item_id=items.get((one.signal, one.area.id)), past=one.past,
        )
        for rank, one in enumerate(told.loud, 1)
    ]  # fmt: skip

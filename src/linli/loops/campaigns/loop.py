"""The round: planned, open while its days run, and closed when the last of them is."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from pydantic import Field

from linli import clock
from linli.errors import N_, BadInput
from linli.loops.loop import Form, Gate, Loop, Stage, State, Step, Unmet, stages
from linli.loops.scene import Scene
from linli.loops.screening.tables import Day, Round
from linli.loops.standing import Changes, Standing
from linli.policy.can import end_of
from linli.policy.roles import DUTY_OFFICERS, FIELD_STAFF, Role
from linli.registry import declarations
from linli.registry.declarations import Mode

CALLERS = DUTY_OFFICERS | {Role.SECRETARY}  # who may call a round
LINLI = frozenset({Role.SYSTEM})
LONGEST_DAYS = 366


class RoundAsk(Form):
    """A round: its words, its days, whether it is for emergencies only, what a report earns."""

    title: str = Field(min_length=2, max_length=160)
    first_on: date
    last_on: date
    emergency_only: bool = True
    reward_cents: int = Field(default=0, ge=0, le=100_000)


class RoundReason(Form):
    """Why a round is called off or ended."""

    reason: str = Field(min_length=2, max_length=500, title=N_("Why?"))


class BadDays(BadInput):
    """The days of a round are no days, or stand in the wrong order."""

    code = "bad_days"
    sentence = N_("A round from {first} to {last} cannot be held. Choose days in their order.")


def span(data: Mapping[str, Any]) -> tuple[date, date]:
    """The first and the last day of a round; raises BadDays."""
    first, last = (date.fromisoformat(data[key]) for key in ("first_on", "last_on"))
    if not first <= last <= first + timedelta(days=LONGEST_DAYS):
        raise BadDays(first=first, last=last)
    return first, last


def declared(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """What is for emergencies only runs under a declaration, and not without one (S11)."""
    if not item.data["emergency_only"] or _declaration(item, scene) is not None:
        return None
    return Unmet("declared", N_("No emergency is declared here. Declare one first."))


def days_in_order(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """The days of a round stand in their order, and the last one is not over."""
    try:
        _, last = span(item.data)
    except BadDays as problem:
        return Unmet("days", BadDays.sentence, problem.values)
    if last < clock.day(clock.moment(scene.now)):
        return Unmet("days", N_("The last day, {last}, is over."), {"last": last.isoformat()})
    return None


def all_closed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Every day of the round is closed, so that who was missed is written down."""
    found = Round.objects.filter(item_id=item.id).first()
    if found is None:
        return None
    closed = Day.objects.filter(
        day__gte=found.first_day, day__lte=found.last_day, exercise=found.exercise
    ).exclude(closed_at=None)
    wanting = (found.last_day - found.first_day).days + 1 - closed.count()
    if not wanting:
        return None
    return Unmet("days_closed", N_("{n} days are not closed yet."), {"n": wanting})


def opened(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """From now on reports are taken."""
    first, last = span(item.data)
    first = max(first, clock.day(clock.moment(scene.now)))  # nobody was asked on the days before
    declaration = _declaration(item, scene) if item.data["emergency_only"] else None
    Round.objects.update_or_create(
        item_id=item.id,
        defaults={
            "exercise": bool(item.exercise),
            "path": item.path,
            "path_end": end_of(item.path),
            "first_day": first,
            "last_day": last,
            "declaration_id": declaration.id if declaration else None,
            "reward_cents": item.data["reward_cents"],
            "closed_at": None,
        },
    )
    return {}


def ended(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Today is its last day; those that were to come are not held."""
    today = clock.day(clock.moment(scene.now))
    found = Round.objects.filter(item_id=item.id).first()
    if found is not None and found.last_day > today:
        found.last_day = max(today, found.first_day)
        found.save()
    return {"data": {**item.data, "ended_because": form.get("reason", "")}}


def closed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """Nothing is taken any more."""
    Round.objects.filter(item_id=item.id).update(closed_at=scene.now)
    return {"outcome": "held"}


def ended_with_exercise(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """No report is taken any more, and no day of it is asked about."""
    changes = ended(item, {}, scene)
    Round.objects.filter(item_id=item.id).update(closed_at=scene.now)
    return changes


def _declaration(item: Standing, scene: Scene) -> declarations.Declaration | None:
    found = declarations.in_force(item.path, scene.now, exercise=bool(item.exercise))
    return found if found is not None and found.mode == Mode.EMERGENCY else None


DECLARED = Gate("declared", N_("an emergency is declared, if the round is for one"), declared)
DAYS = Gate("days", N_("its days stand in their order"), days_in_order)
ALL_CLOSED = Gate("days_closed", N_("all its days are closed"), all_closed)

LOOP = Loop(
    name="campaign",
    label=N_("round"),
    opens="planned",
    opened_by=CALLERS,
    asks=RoundAsk,
    seen_by=FIELD_STAFF | {Role.ANALYST, Role.AUDITOR},
    classes={"sweep": N_("sweep: some days, everybody"), "daily": N_("daily: every day anew")},
    about_residents=False,
    subject="place",
    when_exercise_ends=ended_with_exercise,
    stages=(
        Stage("planned", N_("planned")),
        Stage("open", N_("running")),
        Stage("ending", N_("ending: its last days close")),
        Stage("closed", N_("closed"), State.CLOSED),
        Stage("called_off", N_("called off"), State.CLOSED),
    ),
    steps=(
        Step(
            "begin",
            N_("open the round"),
            stages("planned"),
            "open",
            by=CALLERS,
            gates=(DAYS, DECLARED),
            effect=opened,
        ),
        Step(
            "end",
            N_("end it today"),
            stages("open"),
            "ending",
            by=CALLERS | LINLI,
            effect=ended,
        ),
        Step(
            "close",
            N_("close"),
            stages("open", "ending"),
            "closed",
            by=LINLI,
            gates=(ALL_CLOSED,),
            effect=closed,
        ),
        Step(
            "call_off",
            N_("call off"),
            stages("planned"),
            "called_off",
            by=CALLERS,
            asks=RoundReason,
        ),
    ),
)

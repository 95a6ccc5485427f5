"""What does an expert say of an indicator that no record shows? By name and day, never a count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite

from linli import clock
from linli.analysis.evaluation.framework import Framework
from linli.audit.records import record
from linli.errors import N_, BadInput, NotFound, TooLong, Word
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.areas import Area
from linli.studies.evaluation.tables import Judgement

JUDGE = "evaluation.judge"
LASTS_DAYS = 365  # an older judgement is heard no more; assumed


@dataclass(frozen=True)
class Judged:
    """What an expert says: the indicator, its value in the indicator's own unit, who, when, why."""

    indicator: str
    value: float
    expert: str
    judged_on: date
    reason: str


def judge(actor: Actor, area: Area, said: Judged, *, framework: Framework, now: int) -> Judgement:
    """Write down what an expert says of a unit; an earlier word on the same stays readable.

    Raises NotAllowed, or BadInput for a value that is none, a day to come, or a missing name.
    """
    holding = can(actor, Ask(JUDGE, roles_for(JUDGE), area.path)).required()
    _check(said, framework, clock.day(clock.moment(now)))
    made = Judgement.objects.create(
        framework=framework.name, indicator=said.indicator, area_id=area.id, path=area.path,
        value=said.value, expert=said.expert.strip(), judged_on=said.judged_on,
        reason=said.reason.strip(), recorded_by=actor.id, recorded_at=now,
        exercise=actor.exercise,
    )  # fmt: skip
    record(
        actor, "judge", "evaluation", made.id, holding=holding, path=area.path,
        detail={"indicator": said.indicator, "area": area.id},
    )  # fmt: skip
    return made


def withdraw(actor: Actor, judgement_id: int, *, now: int) -> Judgement:
    """Take a judgement back; the row stays with the moment."""
    found = Judgement.objects.filter(id=judgement_id, exercise=actor.exercise).first()
    roles = roles_for(JUDGE)
    if found is None or not any(found.path.startswith(h.path) for h in actor.holds(roles)):
        raise NotFound(what=Word(N_("judgement")), value=judgement_id)
    holding = can(actor, Ask(JUDGE, roles, found.path)).required()
    if found.withdrawn_at is None:
        Judgement.objects.filter(id=found.id).update(withdrawn_at=now)
        record(actor, "withdraw", "evaluation", found.id, holding=holding, path=found.path)
    return found


def heard(
    areas: Iterable[Area], framework: Framework, *, now: int, exercise: bool
) -> Mapping[tuple[int, str], Judgement]:
    """The newest judgement of each unit and indicator that stood at a moment and is not too old."""
    day = clock.day(clock.moment(now))
    rows = Judgement.objects.filter(
        framework=framework.name,
        area_id__in=[area.id for area in areas],
        exercise=exercise,
        recorded_at__lte=now,
        judged_on__gt=day - timedelta(days=LASTS_DAYS),
    ).order_by("judged_on", "id")
    standing = (
        row for row in rows if row.withdrawn_at is None or clock.seconds(row.withdrawn_at) > now
    )
    return {(row.area_id, row.indicator): row for row in standing}


def _check(said: Judged, framework: Framework, today: date) -> None:
    known = {node.id: node for node in framework.indicators}
    node = known.get(said.indicator)
    if node is None:
        raise NotFound(what=Word(N_("indicator")), value=said.indicator[:40])
    for name, text, most in (("expert", said.expert, 120), ("reason", said.reason, 500)):
        if not text.strip():
            raise BadInput(N_("A judgement needs {field}. Say who judges, and why."), field=name)
        if len(text) > most:
            raise TooLong(field=name, length=len(text), most=most)
    if said.judged_on > today:
        raise BadInput(N_("{day} is still to come. Give the day of the judgement."),
                       day=said.judged_on)  # fmt: skip
    low, high = sorted((node.worst or 0.0, node.best or 0.0))
    if not isfinite(said.value):
        raise BadInput(N_("{given} is no number."), given=said.value)
    if node.best is not None and not low <= said.value <= high:
        raise BadInput(
            N_("{value} lies outside {low} to {high}, the scale of {indicator}."),
            value=f"{said.value:g}", low=f"{low:g}", high=f"{high:g}", indicator=node.id,
        )  # fmt: skip

"""How long does a study keep its runs whole? Old ones are thinned, by terms that a city signs.

Of the runs that the worker makes each night, the first of each month stays; a what-if that nobody
decided on goes. What somebody asked for by name, decided with, or what raised an item stays, and
so does the newest of each.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.db.models import Max, Q, QuerySet

from linli import clock
from linli.audit.records import record
from linli.loops import keeping
from linli.loops.keeping import Destruction
from linli.loops.overdue import CLOSED, DAY_S, EMERGENCY, Due, over
from linli.policy.can import SYSTEM
from linli.studies.evaluation.tables import Snapshot
from linli.studies.risk.tables import RiskRun
from linli.studies.simulation.tables import WhatIf, WhatIfState
from linli.studies.warning.tables import WarningRow, WarningRun

NIGHTS_DAYS = 35  # ours: five weeks, so that any night of the last month can be compared
WHATIF_DAYS = 365  # assumed
RUNS_A_BITE = 50  # one transaction; a run of a large city is a megabyte


@dataclass(frozen=True)
class Kept:
    """Runs of one study: their word, how long they stay whole, and which of them may go at all.

    ``like`` names the columns in which runs of one series agree; ``monthly``: the first one of
    each month stays.
    """

    name: str
    days: int
    model: type[models.Model]
    when: str
    free: Callable[[], Q]
    like: tuple[str, ...] = ("exercise",)
    monthly: bool = True


def _nobody_asked() -> Q:
    return Q(counted_by=None)


def _nobody_took() -> Q:
    return Q(taken_by=None)


def _raised_nothing() -> Q:
    """No look that raised an item, nor the last one that saw what an item stands for."""
    newest = WarningRow.objects.exclude(item_id=None).values("item_id").annotate(row=Max("id"))
    told = WarningRow.objects.filter(id__in=newest.values("row")).values("run_id")
    return Q(asked_by=None, n_raised=0) & ~Q(id__in=told)


def _nobody_decided() -> Q:
    over_with = (WhatIfState.DONE, WhatIfState.CANCELLED, WhatIfState.FAILED)
    return Q(decisions=None, state__in=over_with)


KINDS = (
    Kept("evaluation_nights", NIGHTS_DAYS, Snapshot, "at", _nobody_took,
         like=("framework", "path", "exercise")),
    Kept("risk_runs", NIGHTS_DAYS, RiskRun, "at", _nobody_asked),
    Kept("warning_looks", NIGHTS_DAYS, WarningRun, "at", _raised_nothing),
    Kept("what_ifs", WHATIF_DAYS, WhatIf, "asked_at", _nobody_decided, monthly=False),
)  # fmt: skip


def due(now: int) -> list[Due]:
    """The runs that go at a moment, by study and by why."""
    found = []
    for one in KINDS:
        for cause, old in _old(one, now):
            for exercise in (False, True):
                ids = _thinned(one, old & Q(exercise=exercise))
                rows = one.model._base_manager.filter(id__in=ids).order_by("id")
                found.append(Due(one.name, cause, rows, exercise=exercise))
    return found


def thin(now: int) -> list[Destruction]:
    """Take away what is due, in bites of one transaction each, with a report of each bite."""
    made: list[Destruction] = []
    for one in due(now):
        while (report := _bite(one, now)) is not None:
            made.append(report)
    return made


def chore(now: int | None = None) -> int:
    """Thin; returns how many runs went."""
    return sum(report.n_items for report in thin(clock.now_s() if now is None else now))


def _old(one: Kept, now: int) -> list[tuple[str, Q]]:
    """What is old enough: made so long ago, or under an emergency that is over as long as that."""
    terms = keeping.terms(one.name)
    found = [(CLOSED, Q(**{f"{one.when}__lt": now - terms.closed_days * DAY_S}))]
    for ended, going in over(now - terms.after_emergency_days * DAY_S):
        q = _within(one, ended.span) & Q(exercise=ended.exercise)
        for other in going:
            q &= ~_within(one, other.span)
        found.append((EMERGENCY, q))
    return found


def _within(one: Kept, span: tuple[int, int]) -> Q:
    return Q(**{f"{one.when}__gte": span[0], f"{one.when}__lt": span[1]})


def _thinned(one: Kept, old: Q) -> list[int]:
    """The ids that go: of the old ones that may, all but the first of a month and the newest."""
    rows = one.model._base_manager.all()
    newest = set(rows.values(*one.like).annotate(last=Max("id")).values_list("last", flat=True))
    months: set[tuple[object, ...]] = set()
    gone = []
    columns = ("id", one.when, *one.like)
    for row_id, at, *series in (
        rows.filter(old, one.free()).order_by(one.when, "id").values_list(*columns)
    ):
        first = _month(at, series) not in months
        months.add(_month(at, series))
        if row_id not in newest and not (one.monthly and first):
            gone.append(row_id)
    return gone


def _month(at: datetime, series: list[object]) -> tuple[object, ...]:
    day = clock.day(at)
    return (day.year, day.month, *series)


@transaction.atomic
def _bite(one: Due, now: int) -> Destruction | None:
    rows: QuerySet[models.Model] = one.rows
    ids = list(rows.values_list("id", flat=True)[:RUNS_A_BITE])
    if not ids:
        return None
    rows.model._base_manager.filter(id__in=ids).delete()
    report = Destruction.objects.create(
        at=now, loop=one.name, cause=one.cause, path="", n_items=len(ids), n_texts=0,
        digest=hashlib.sha256("\n".join(map(str, ids)).encode()).hexdigest(),
        exercise=one.exercise,
    )  # fmt: skip
    detail = {"rows": report.n_items, "cause": report.cause}
    record(SYSTEM, "destroy", one.name, report.id, path="", detail=detail)
    return report

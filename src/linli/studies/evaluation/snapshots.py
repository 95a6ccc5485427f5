"""What stood in the records then? Counts of all units, kept as they were, to compare with."""

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

import linli
from linli import clock
from linli.analysis.evaluation.formulas import Formula
from linli.analysis.evaluation.framework import Framework
from linli.audit.records import record
from linli.errors import N_, NotFound
from linli.jobs.turns import alone
from linli.policy.can import PATH_STEP, Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.areas import UNIT_KINDS, Area, under
from linli.studies.evaluation.counting import Figure, Figures, counted
from linli.studies.evaluation.tables import Snapshot, SnapshotRow

KEEP = "evaluation.keep"
ROWS_AT_ONCE = 500
LONGEST_S = 900  # of one that somebody asked for; after that another may begin
NIGHT_HOUR = 2  # of the city's clock: the day's reports are in by then


class NoSnapshot(NotFound):
    """Nobody kept the counts of that time."""

    code = "no_snapshot"
    sentence = N_("No snapshot of this area was kept by {day}. Ask for now, or for a later day.")


def fingerprint(framework: Framework, formulas: Mapping[str, Formula]) -> str:
    """The same for the same framework and the same way of counting."""
    digest = sha256(repr(framework.nodes).encode())
    for name in sorted(formulas):
        digest.update(f"{name}:{formulas[name].digest()}".encode())
    return digest.hexdigest()[:16]


def take(
    actor: Actor,
    area: Area,
    *,
    framework: Framework,
    formulas: Mapping[str, Formula],
    now: int,
) -> Snapshot:
    """Count every unit of an area now, and keep it; recorded. Raises NotAllowed or UnderWay.

    Everything is counted before anything is written, so that nobody else waits to write.
    """
    holding = can(actor, Ask(KEEP, roles_for(KEEP), area.path)).required()
    with alone("evaluation_snapshot", most_s=LONGEST_S):
        figures = _figures(area, formulas, now=now, exercise=actor.exercise)
        with transaction.atomic():
            made = _kept(area, framework, formulas, figures, now=now, by=actor.id,
                         exercise=actor.exercise)  # fmt: skip
            record(actor, "snapshot", "evaluation", made.id, holding=holding, path=area.path)
    return made


def keep(
    area: Area,
    framework: Framework,
    formulas: Mapping[str, Formula],
    *,
    now: int,
    by: int | None,
    exercise: bool,
    told: Callable[[int, int], None] | None = None,
) -> Snapshot:
    """Count every unit of an area now, and keep it; what a worker or a demo does by itself.

    ``told`` hears how many formulas of how many are counted.
    """
    figures = _figures(area, formulas, now=now, exercise=exercise, told=told)
    with transaction.atomic():
        return _kept(area, framework, formulas, figures, now=now, by=by, exercise=exercise)


def _figures(
    area: Area,
    formulas: Mapping[str, Formula],
    *,
    now: int,
    exercise: bool,
    told: Callable[[int, int], None] | None = None,
) -> dict[Area, dict[str, Figure]]:
    """What is counted of every unit of an area."""
    units = list(Area.objects.filter(under(area.path), kind__in=UNIT_KINDS, valid_until=None))
    figures: Figures = {unit.id: {} for unit in units}
    for n, (name, formula) in enumerate(formulas.items(), start=1):
        for area_id, found in counted(units, {name: formula}, now=now, exercise=exercise).items():
            figures[area_id] |= found
        if told is not None:
            told(n, len(formulas))
    return {unit: figures[unit.id] for unit in units}


def _kept(
    area: Area,
    framework: Framework,
    formulas: Mapping[str, Formula],
    figures: Mapping[Area, Mapping[str, Figure]],
    *,
    now: int,
    by: int | None,
    exercise: bool,
) -> Snapshot:
    made = Snapshot.objects.create(
        framework=framework.name, path=area.path, at=now, taken_by=by,
        digests={name: formula.digest() for name, formula in formulas.items()},
        fingerprint=fingerprint(framework, formulas), version=linli.__version__,
        n_units=len(figures), exercise=exercise,
    )  # fmt: skip
    SnapshotRow.objects.bulk_create(
        (
            SnapshotRow(
                snapshot=made, area_id=unit.id, path=unit.path,
                figures={name: one.kept() for name, one in found.items()},
            )
            for unit, found in figures.items()
        ),
        batch_size=ROWS_AT_ONCE,
    )  # fmt: skip
    return made


def nightly(
    framework: Framework,
    formulas: Mapping[str, Formula],
    *,
    now: int,
    exercise: bool,
    told: Callable[[int, int], None] | None = None,
) -> int:
    """Keep each city's counts once a night; how many were kept. Old nights are thinned later."""
    kept = 0
    for city in owed_tonight(framework, now=now, exercise=exercise):
        keep(city, framework, formulas, now=now, by=None, exercise=exercise, told=told)
        kept += 1
    return kept


def owed_tonight(framework: Framework, *, now: int, exercise: bool) -> list[Area]:
    """The cities whose counts of this night are not kept yet; none before two in the morning."""
    if clock.moment(now).astimezone(ZoneInfo(settings.TIME_ZONE)).hour < NIGHT_HOUR:
        return []
    today = clock.midnight_s(clock.day(clock.moment(now)))
    cities = Area.objects.filter(parent=None, valid_until=None).order_by("path")
    return [
        city for city in cities
        if not _nights(framework, city, exercise=exercise).filter(at__gte=today).exists()
    ]  # fmt: skip


def _nights(framework: Framework, city: Area, *, exercise: bool) -> QuerySet[Snapshot]:
    return Snapshot.objects.filter(
        framework=framework.name, exercise=exercise, path=city.path, taken_by=None
    )


def holding(
    path: str, *, framework: Framework, until: int, exercise: bool, most: int
) -> list[Snapshot]:
    """Snapshots that hold an area, taken by a moment, the newest first."""
    rows = Snapshot.objects.filter(
        framework=framework.name, exercise=exercise, at__lte=until,
        path__in=[path[:n] for n in range(PATH_STEP, len(path) + 1, PATH_STEP)],
    )  # fmt: skip
    return list(rows.order_by("-at", "-id")[:most])


def latest(
    path: str, *, framework: Framework, until: int, exercise: bool, before: int | None = None
) -> Snapshot | None:
    """The newest snapshot that holds an area, taken by a moment; ``before``: another than this."""
    found = holding(path, framework=framework, until=until, exercise=exercise, most=2)
    return next((row for row in found if before is None or row.id != before), None)


def required(path: str, *, framework: Framework, until: int, exercise: bool) -> Snapshot:
    """The newest snapshot by a moment, or a sentence that there is none."""
    found = latest(path, framework=framework, until=until, exercise=exercise)
    if found is None:
        raise NoSnapshot(day=clock.day(clock.moment(until)))
    return found


def figures_of(snapshot: Snapshot, areas: Iterable[Area]) -> Figures:
    """What a snapshot holds of these areas; an area that it does not hold is left out."""
    rows = SnapshotRow.objects.filter(snapshot=snapshot, area_id__in=[a.id for a in areas])
    return {
        row.area_id: {name: Figure.of(kept) for name, kept in row.figures.items()} for row in rows
    }

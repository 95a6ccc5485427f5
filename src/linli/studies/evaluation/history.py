"""How did a unit's score go over time? One line over what was counted alike at every point.

Goalposts are fixed, so the line moves only when the records do. An indicator that was unknown or
counted otherwise at some point is left out of all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from linli import clock
from linli.analysis.evaluation.evaluate import default_recipe
from linli.studies.evaluation import snapshots
from linli.studies.evaluation.counting import Figure
from linli.studies.evaluation.study import Study, scored
from linli.studies.evaluation.tables import Snapshot

MOST_READ = 400
MOST_POINTS = 36
LEAST_ALIKE = 0.75  # of what is known now; a point that shares less ends the line; assumed


@dataclass(frozen=True)
class Point:
    """The score of a unit at a moment; the last one is that of the study itself."""

    at: datetime
    score: float
    snapshot_id: int | None


@dataclass(frozen=True)
class History:
    """Points, the oldest first, over so many indicators; none where too little is comparable."""

    points: tuple[Point, ...]
    indicators: tuple[str, ...]


Moment = tuple[datetime, int | None, dict[str, Figure]]


def history(study: Study) -> History:
    """The scores of a unit at its snapshots and now, with the same goalposts and indicators."""
    basis = study.basis
    digests = basis.snapshot.digests if basis.snapshot else {
        name: formula.digest() for name, formula in basis.formulas.items()
    }  # fmt: skip
    now: Moment = (basis.at, basis.snapshot.id if basis.snapshot else None, dict(study.own))
    inside = {node.id for node in study.in_phase.indicators}
    common = {n for n, f in now[2].items() if f.value is not None and n in inside}
    least = LEAST_ALIKE * len(common)
    taken = [now]
    for row in _spread(study):
        figures = snapshots.figures_of(row, [study.area]).get(study.area.id, {})
        both = {
            name for name in common
            if row.digests.get(name) == digests.get(name)
            and name in figures and figures[name].value is not None
        }  # fmt: skip
        if len(both) < least:
            break  # what lies before cannot be compared with today
        common = both
        taken.append((row.at, row.id, dict(figures)))
    if len(taken) == 1:
        return History((), ())
    return History(tuple(_points(study, taken, common)), tuple(sorted(common)))


def _spread(study: Study) -> Sequence[Snapshot]:
    """Some of the earlier snapshots that hold the unit, evenly taken, the newest first."""
    basis = study.basis
    rows = snapshots.holding(
        study.area.path, framework=basis.framework, until=clock.seconds(basis.at),
        exercise=study.exercise, most=MOST_READ,
    )  # fmt: skip
    rows = [row for row in rows if basis.snapshot is None or row.id != basis.snapshot.id]
    step = -(-len(rows) // MOST_POINTS) or 1
    return rows[::step]


def _points(study: Study, taken: Sequence[Moment], common: set[str]) -> list[Point]:
    recipe = default_recipe(study.basis.framework, phase=study.phase)
    found = []
    for at, snapshot_id, figures in reversed(taken):
        only = {study.area.id: {name: figures[name] for name in common}}
        result = scored(study.basis.framework, [study.area], only, {}, recipe, least=0.0)
        score = float(result.score[0]) if result is not None else float("nan")
        if score == score:  # a group may be too thin for a score
            found.append(Point(at, round(score, 4), snapshot_id))
    return found

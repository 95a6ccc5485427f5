"""How does the outbreak go in an area, by this city's records, and in each unit below it?"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from linli import clock
from linli.analysis.epidemic import nowcast, reproduction
from linli.analysis.epidemic.reproduction import OK
from linli.errors import N_, BadInput, NotFound, Word
from linli.loops.cases import definitions
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.areas import Area
from linli.studies.epidemic import course, marks, records
from linli.studies.epidemic.asked import Asked, serial_of
from linli.studies.epidemic.course import LEVELS, Course
from linli.studies.epidemic.records import Cases
from linli.studies.epidemic.tables import CurveMark
from linli.studies.evaluation.study import called
from linli.studies.small import check_size
from linli.studies.tables import EPOCH

SEE = "epidemic.see"
COURSES = slice(3, None, 8)  # every eighth level: five courses an area below, enough for a row


@dataclass(frozen=True)
class Part:
    """One unit below: cases in all, of the last week as reported and as expected, and its R."""

    area: Area
    n: int
    n_week: int
    expected_week: tuple[float, float, float] | None  # middle, low, high of 95 %; by day of onset
    r: tuple[float, float, float] | None  # mean and 95 % interval


@dataclass(frozen=True)
class Study:
    """One area's course with what lies below, up to the end of the last whole day."""

    area: Area
    disease: str
    diseases: tuple[str, ...]
    course: Course
    parts: tuple[Part, ...]
    declared: tuple[CurveMark, ...]
    n_more_marks: int
    n_cases: int

    @property
    def last(self) -> date:
        """The last day that is over and counted."""
        return self.course.series.day(self.course.series.n_days - 1)


def study(
    actor: Actor,
    area: Area,
    *,
    asked: Asked,
    language: str,
    disease: str = "",
    as_of: date | None = None,
) -> Study:
    """The course of an area within reach, from its confirmed cases.

    ``as_of``: the last day known; yesterday if none is given, for today is not over.

    Raises NotAllowed, TooSmall, or BadInput for a day to come.
    """
    can(actor, Ask(SEE, roles_for(SEE), area.path)).required()
    check_size(actor, area)
    last = _last(as_of)
    found = records.diseases(area, exercise=actor.exercise)
    chosen = disease or (found[0] if found else next(iter(definitions.diseases())))
    if chosen not in {*found, *definitions.diseases()}:
        raise NotFound(what=Word(N_("disease")), value=chosen[:40])
    below = records.parts_of(area)
    cases = records.read(area, below, chosen, until=last, exercise=actor.exercise)
    last_at = (last - EPOCH).days
    first_at = course.first_of(cases, last_at)
    first = EPOCH + timedelta(days=first_at)
    declared = marks.declared(area, chosen, exercise=actor.exercise)
    shown, n_more = marks.on_curve(actor, area, declared, first=first, last=last)
    changes = marks.changes(declared, first=first, n_days=last_at - first_at + 1)
    made = course.of_cases(
        cases, name=called(area, language), disease=chosen, last=last_at, asked=asked,
        changes=changes, marks=shown,
    )  # fmt: skip
    return Study(
        area, chosen, tuple(dict.fromkeys((*found, *definitions.diseases()))), made,
        _parts(below, cases, made, chosen, asked), tuple(declared), n_more, len(cases.reported),
    )  # fmt: skip


def _last(as_of: date | None) -> date:
    yesterday = clock.day(clock.now()) - timedelta(days=1)
    if as_of is None:
        return yesterday
    if as_of > yesterday:
        raise BadInput(
            N_("{day} is not over. The last day that can be counted is {last}."),
            day=as_of, last=yesterday,
        )  # fmt: skip
    return as_of


def _parts(
    below: list[Area], cases: Cases, made: Course, disease: str, asked: Asked
) -> tuple[Part, ...]:
    """A row for each unit below; they share what is known of the delays."""
    if not below:
        return ()
    n_days, first = made.series.n_days, made.series.first
    expected: list[tuple[float, float, float] | None] = [None] * len(below)
    r: list[tuple[float, float, float] | None] = [None] * len(below)
    if made.now is not None and made.n_now:
        table = course.triangle_of(cases, first, n_days, n_parts=len(below))
        found = nowcast.nowcast(table, levels=LEVELS)
        expected = [course.week_of(found.quantiles[n, : made.n_now]) for n in range(len(below))]
        if made.r is not None:
            courses = np.moveaxis(found.quantiles[:, : made.n_now, COURSES], 2, 0)
            r = _latest(courses, disease, asked)
    rows = []
    for n, area in enumerate(below):
        own = cases.of(n)
        week = int((own.reported > first + n_days - 1 - course.WEEK).sum())
        rows.append(Part(area, len(own.reported), week, expected[n], r[n]))
    return tuple(rows)


def _latest(
    courses: course.Floats, disease: str, asked: Asked
) -> list[tuple[float, float, float] | None]:
    serial = serial_of(disease, asked)
    found = reproduction.over_courses(courses, serial, window=asked.window, windows=1)
    return [
        (float(found.mean[n, 0]), float(found.low[n, 0]), float(found.high[n, 0]))
        if found.standing[n, 0] == OK
        else None
        for n in range(courses.shape[1])
    ]

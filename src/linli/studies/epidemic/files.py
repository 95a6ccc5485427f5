"""What is seen in a file of counts or cases, as a city publishes it? Nothing of it is kept."""

import csv
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from linli import clock
from linli.analysis.epidemic.definition import Change
from linli.errors import N_, BadInput, NotFound, Word
from linli.studies import tables
from linli.studies.epidemic import counts as reading
from linli.studies.epidemic import course, marks
from linli.studies.epidemic.asked import Asked
from linli.studies.epidemic.counts import Gaps
from linli.studies.epidemic.course import Course
from linli.studies.epidemic.marks import Mark
from linli.studies.epidemic.records import UNKNOWN, Cases
from linli.studies.tables import EPOCH

PUBLISHED = files("linli.studies.epidemic.published")
WUHAN = "wuhan-2020"
EXAMPLES = {WUHAN: N_("Wuhan 2020, as published")}
WUHAN_DELAY = (9.1, 5.0)  # onset to report, days: Pan et al. 2020, doi:10.1001/jama.2020.6130
DISEASE = "covid19"
MOST_AREAS = 500


@dataclass(frozen=True)
class Wanted:
    """How a file is to be read. ``changes`` and ``orders``: one a line, as people type them."""

    area: str = ""
    cumulative: bool = False
    gaps: Gaps = Gaps.REFUSED
    falls: str = "refused"
    changes: str = ""
    orders: str = ""
    disease: str = DISEASE


@dataclass(frozen=True)
class Read:
    """The course of one area of a file, and which areas it holds."""

    course: Course
    areas: tuple[str, ...]
    area: str


def of_file(path: Path, wanted: Wanted, asked: Asked) -> Read:
    """The course in a file of counts by day, or of one row a case with onset and report."""
    if _has_cases(path):
        return _of_cases(path, wanted, asked)
    found = reading.read(path, cumulative=wanted.cumulative, gaps=wanted.gaps, falls=wanted.falls)
    if found.step != 1:
        raise BadInput(
            N_("The counts are weekly, and a serial interval is in days. Give daily counts.")
        )
    area = _area(wanted.area, found.areas)
    values = found.counts[found.areas.index(area)]
    if np.isnan(values).any():
        raise BadInput(N_("{n} days are not known. Say what a day without a row means."),
                       n=int(np.isnan(values).sum()))  # fmt: skip
    changes = reading.changes(wanted.changes.split(), found)
    made = course.of_counts(
        int(found.first), values, name=area, disease=wanted.disease, asked=asked, changes=changes,
        marks=_marks(wanted, [_change_mark(c, EPOCH + timedelta(days=int(found.first)))
                              for c in changes]),
    )  # fmt: skip
    return Read(made, found.areas, area)


def example(name: str, *, language: str, declared: bool, asked: Asked) -> Course:
    """A published series with its orders, its change of definition declared or not."""
    if name not in EXAMPLES:
        raise NotFound(what=Word(N_("example")), value=name[:40])
    rows = list(
        csv.DictReader(PUBLISHED.joinpath(f"{name}-marks.csv").read_text("utf-8").split("\n"))
    )
    told = "zh" if language.startswith("zh") else "en"
    with as_file(PUBLISHED.joinpath(f"{name}.csv")) as path:
        found = reading.read(
            path, count="total", cumulative=True, gaps=Gaps.SPREAD, falls="zero", today=_today()
        )
    shown = [
        Mark(date.fromisoformat(row["first"]), row[told], row["kind"])
        for row in rows
        if declared or row["kind"] != "definition"
    ]
    changes = reading.changes(
        [f"{row['first']}:{row['last']}:{row['backlog']}" for row in rows
         if row["kind"] == "definition" and declared],
        found,
    )  # fmt: skip
    return course.of_counts(
        int(found.first), found.counts[0], name="武汉" if told == "zh" else "Wuhan",
        disease=DISEASE, asked=replace(asked, delay=asked.delay or WUHAN_DELAY), changes=changes,
        marks=shown,
    )  # fmt: skip


def _today() -> date:
    """The day on the wall: a file tells of the world, also where the city's clock is a drill's."""
    return clock.day(clock.moment(clock.wall_now()))


def _has_cases(path: Path) -> bool:
    try:
        tables.read(path, wanted=("onset", "reported"))
    except BadInput:
        return False
    return True


def _of_cases(path: Path, wanted: Wanted, asked: Asked) -> Read:
    columns = tables.read(path, wanted=("onset", "reported"), also=("area",))
    names = [name or reading.WHOLE for name in columns.cells["area"]]
    areas = tuple(sorted(set(names)))
    area = wanted.area or (areas[0] if len(areas) == 1 else reading.WHOLE)
    if area != reading.WHOLE:
        area = _area(area, areas)
    onset = np.array(columns.read("onset", tables.day, empty=float(UNKNOWN)))
    reported = np.array(columns.read("reported", tables.day, empty=np.nan))
    today = (_today() - EPOCH).days
    use = ~np.isnan(reported) & (reported <= today)
    use &= np.array([area in (reading.WHOLE, name) for name in names])
    if not use.any():
        raise BadInput(N_("{file} has no case of {area} with a day of report up to today."),
                       file=path.name, area=area)  # fmt: skip
    right = use & (onset <= np.nan_to_num(reported))
    cases = Cases(
        onset[right].astype(np.int64), reported[right].astype(np.int64),
        np.full(int(right.sum()), UNKNOWN), int((use & ~right).sum()),
    )  # fmt: skip
    last = int(cases.reported.max())
    first = course.first_of(cases, last)
    changes = _changes_of(wanted.changes, first, last)
    made = course.of_cases(
        cases, name=area, disease=wanted.disease, last=last, asked=asked, changes=changes,
        marks=_marks(wanted, [_change_mark(c, EPOCH + timedelta(days=first)) for c in changes]),
    )  # fmt: skip
    return Read(made, (reading.WHOLE, *areas) if len(areas) > 1 else areas, area)


def _changes_of(said: str, first: int, last: int) -> list[Change]:
    frame = reading.Counts((), float(first), 1, np.zeros((0, last - first + 1)))
    return reading.changes(said.split(), frame)


def _marks(wanted: Wanted, changes: list[Mark]) -> list[Mark]:
    orders = [Mark(date.fromisoformat(day), words, "order")
              for day, words in marks.of_text(wanted.orders)]  # fmt: skip
    return sorted((*orders, *changes), key=lambda mark: mark.on)[: marks.MOST_MARKS]


def _change_mark(change: Change, first: date) -> Mark:
    return Mark(first + timedelta(days=change.first), marks.OF["definition"], "definition")


def _area(asked: str, areas: tuple[str, ...]) -> str:
    if len(areas) > MOST_AREAS:
        raise BadInput(N_("The file has {n} areas; look at {most} or fewer."), n=len(areas),
                       most=MOST_AREAS)  # fmt: skip
    if not asked:
        return areas[0]
    if asked not in areas:
        raise BadInput(N_("{area} is not in the counts."), area=asked[:60])
    return asked

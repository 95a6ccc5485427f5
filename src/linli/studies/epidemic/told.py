"""How does a machine read a course? As values for JSON, and as a table with a row a day."""

import csv
import io
from typing import Any

import numpy as np

from linli.analysis.epidemic.reproduction import OK, STANDINGS
from linli.studies.epidemic.course import LEVELS, Course, Followed
from linli.studies.epidemic.study import Part, Study

COLUMNS = (
    "day", "reported", "evened", "onset_reported", "onset_expected", "onset_low", "onset_high",
    "r", "r_low", "r_high", "forecast", "forecast_low", "forecast_high",
)  # fmt: skip


def days_of(course: Course) -> list[dict[str, Any]]:
    """A row a day, those of the forecast at the end; None is not known. Intervals: 95 %, forecast
    90 %."""
    series, rows = course.series, []
    r = {} if course.r is None else {int(at): k for k, at in enumerate(course.r.last)}
    n_ahead = 0 if course.ahead is None else course.ahead.quantiles.shape[1]
    for at in range(series.n_days + n_ahead):
        row: dict[str, Any] = dict.fromkeys(COLUMNS)
        row["day"] = series.day(at)
        if at < series.n_days:
            row["reported"] = int(series.reports[at])
            row["evened"] = _number(series.evened[at])
            if series.onset is not None:
                row["onset_reported"] = int(series.onset[at])
        if course.now is not None and at < course.n_now:
            row["onset_expected"] = _number(course.now.expected[0, at])
            for name, level in (("onset_low", 0.025), ("onset_high", 0.975)):
                row[name] = _number(course.now.quantiles[0, at, LEVELS.index(level)])
        if course.r is not None and at in r and course.r.standing[0, r[at]] == OK:
            for name, values in (
                ("r", course.r.mean), ("r_low", course.r.low), ("r_high", course.r.high)
            ):  # fmt: skip
                row[name] = _number(values[0, r[at]])
        if course.ahead is not None and at >= series.n_days:
            levels, said = course.ahead.levels, course.ahead.quantiles[0, at - series.n_days]
            for name, level in (
                ("forecast", 0.5), ("forecast_low", 0.05), ("forecast_high", 0.95)
            ):  # fmt: skip
                row[name] = _number(said[levels.index(level)])
        rows.append(row)
    return rows


def table_of(course: Course) -> str:
    """The same as CSV."""
    made = io.StringIO()
    writer = csv.DictWriter(made, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(days_of(course))
    return made.getvalue()


def values_of(course: Course, translate: Any) -> dict[str, Any]:
    """A course for a machine to read, its reasons in the reader's language."""
    series, latest = course.series, course.latest
    standing = None if course.r is None else str(STANDINGS[course.r.standing[0, -1]])
    return {
        "name": course.name,
        "by": course.by,
        "first": series.day(0),
        "last": series.day(series.n_days - 1),
        "latest_r": None if latest is None else {
            "day": latest[0], "mean": _number(latest[1]), "low": _number(latest[2]),
            "high": _number(latest[3]),
        },
        "last_standing": standing,
        "n_no_onset": course.n_no_onset,
        "n_reversed": course.n_reversed,
        "delay_mean": None if series.delay is None else _number(series.delay[0]),
        "delay_sd": None if series.delay is None else _number(series.delay[1]),
        "breaks": [series.day(at) for at in series.breaks],
        "ratios_of_changes": [_number(ratio) for ratio in series.ratios],
        "set_aside": _number(series.set_aside),
        "nowcast_factor": None if course.now is None else _number(course.now.factor),
        "nowcast_dispersion": None if course.now is None else _number(course.now.dispersion),
        "lacking": [problem.tell(translate) for problem in course.lacking],
        "marks": [_followed(one, translate) for one in course.followed()],
        "days": days_of(course),
    }  # fmt: skip


def values_of_study(found: Study, translate: Any) -> dict[str, Any]:
    """A study of an area for a machine to read."""
    return {
        "area_id": found.area.id,
        "disease": found.disease,
        "n_cases": found.n_cases,
        "n_more_marks": found.n_more_marks,
        **values_of(found.course, translate),
        "parts": [_part(part) for part in found.parts],
    }


def _part(part: Part) -> dict[str, Any]:
    week, r = part.expected_week, part.r
    return {
        "area_id": part.area.id,
        "name_zh": part.area.name_zh,
        "n": part.n,
        "n_week": part.n_week,
        "expected_week": None if week is None else _number(week[0]),
        "expected_low": None if week is None else _number(week[1]),
        "expected_high": None if week is None else _number(week[2]),
        "r": None if r is None else _number(r[0]),
        "r_low": None if r is None else _number(r[1]),
        "r_high": None if r is None else _number(r[2]),
    }


def _followed(one: Followed, translate: Any) -> dict[str, Any]:
    return {
        "on": one.mark.on,
        "of": one.mark.of,
        "words": one.mark.told(translate),
        "mark_id": one.mark.id,
        "count": int(one.count),
        "then_on": one.then_on,
        "count_then": None if one.count_then is None else int(one.count_then),
        "r": _number(one.r),
        "r_then": _number(one.r_then),
    }


def _number(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(float(value), 4)

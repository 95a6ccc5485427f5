"""How does a course look? Reports with what may come, onsets with what is missing, and R."""

from collections.abc import Callable, Sequence

import numpy as np

from linli.analysis.epidemic import reproduction
from linli.errors import N_
from linli.studies.epidemic.course import LEVELS, Course, Floats
from linli.studies.pictures import COLOURS, Series, lines

Translate = Callable[[str], str]
MOST_DRAWN = 8.0  # a greater R says little, and would flatten the rest
TICKS = 6
BLUE, ORANGE, GREEN = COLOURS[0], COLOURS[1], COLOURS[2]
WORDS = {
    "reports": N_("New cases by day of report"),
    "onsets": N_("Cases by day of onset"),
    "r": N_("R: how many one case infects"),
    "cases": N_("cases"),
    "reported": N_("reported"),
    "evened": N_("as one definition would have counted"),
    "fan": N_("what may come: middle, half of the time, nine times in ten"),
    "by_now": N_("reported by now"),
    "expected": N_("expected once all is reported, half of the time, 95 %"),
    "r_line": N_("R and its 95 % interval"),
    "one": N_("1: neither more nor fewer"),
}


def reports(course: Course, translate: Translate) -> str:
    """Reports as bars, evened where a definition changed, and the fan of what may come."""
    series, parts, last = course.series, [], course.series.n_days
    if series.changes:
        parts.append(
            Series(translate(WORDS["evened"]), _columns(series.n_days), series.evened.tolist(),
                   colour=GREEN, dashed=True)
        )  # fmt: skip
    if course.ahead is not None:
        quantiles, levels = course.ahead.quantiles[0], course.ahead.levels
        x = _columns(len(quantiles), begin=last)
        last += len(quantiles)
        parts += _fan(translate(WORDS["fan"]), x, quantiles, levels, (0.05, 0.25), ORANGE)
    return lines(
        f"{course.name}: {translate(WORDS['reports'])}",
        parts,
        bars=list(enumerate(series.reports.tolist())),
        bar_name=translate(WORDS["reported"]),
        x_label="",
        y_label=translate(WORDS["cases"]),
        ticks=_ticks(course, 0, last),
        marks=_marks(course, 0, last),
    )


def onsets(course: Course, translate: Translate) -> str:
    """What is reported by now by day of onset, and what is expected; empty without a nowcast."""
    now, onset = course.now, course.series.onset
    if now is None or onset is None or not course.n_now:
        return ""
    n = course.n_now
    parts = _fan(
        translate(WORDS["expected"]), _columns(n), now.quantiles[0, :n], LEVELS, (0.025, 0.25), BLUE
    )
    return lines(
        f"{course.name}: {translate(WORDS['onsets'])}",
        parts,
        bars=list(enumerate(onset.tolist())),
        bar_name=translate(WORDS["by_now"]),
        x_label="",
        y_label=translate(WORDS["cases"]),
        ticks=_ticks(course, 0, len(onset)),
        marks=_marks(course, 0, len(onset)),
    )


def r(course: Course, translate: Translate) -> str:
    """R with its interval and the line at 1, where it can be trusted; empty where it never can."""
    found = course.r
    if found is None:
        return ""
    sound = np.flatnonzero(found.standing[0] == reproduction.OK)
    if not len(sound):
        return ""
    runs = np.split(sound, np.flatnonzero(np.diff(sound) > 1) + 1)
    parts = []
    for number, run in enumerate(runs):
        mean, low, high = (
            np.minimum(v[0, run], MOST_DRAWN).tolist() for v in (found.mean, found.low, found.high)
        )
        x = found.last[run].astype(float).tolist()
        name = translate(WORDS["r_line"]) if number == 0 else ""
        parts.append(Series(name, x, mean, low=low, high=high, colour=BLUE))
    first, last = int(found.last[sound[0]]), int(found.last[sound[-1]])
    parts.append(
        Series(translate(WORDS["one"]), [first, last], [1.0, 1.0], colour=ORANGE, dashed=True)
    )
    return lines(
        f"{course.name}: {translate(WORDS['r'])}",
        parts,
        x_label="",
        y_label="R",
        ticks=_ticks(course, first, last),
        marks=_marks(course, first, last),
    )


def _columns(n: int, *, begin: int = 0) -> list[float]:
    return (begin + np.arange(n, dtype=float)).tolist()


def _fan(
    name: str,
    x: Sequence[float],
    quantiles: Floats,
    levels: Sequence[float],
    lows: Sequence[float],
    colour: str,
) -> list[Series]:
    """A line through the middle and a band for each of the low levels and its mirror."""
    middle = quantiles[:, levels.index(0.5)].tolist()
    parts = []
    for number, low in enumerate(lows):
        high = round(1 - low, 3)
        parts.append(
            Series(
                name if number == 0 else "", x, middle, colour=colour,
                low=quantiles[:, levels.index(low)].tolist(),
                high=quantiles[:, levels.index(high)].tolist(),
            )
        )  # fmt: skip
    return parts


def _ticks(course: Course, first: int, last: int) -> list[tuple[float, str]]:
    """Some days of the axis as month-day."""
    apart = max(-(-(last - first) // TICKS), 1)
    return [(float(at), f"{course.series.day(at):%m-%d}") for at in range(first, last + 1, apart)]


def _marks(course: Course, first: int, last: int) -> list[tuple[float, str]]:
    """The marks by their numbers in the table below; those of one day share a line."""
    day_0 = course.series.day(0)
    numbers: dict[int, list[str]] = {}
    for number, mark in enumerate(course.marks, start=1):
        at = (mark.on - day_0).days
        if first <= at <= last:
            numbers.setdefault(at, []).append(str(number))
    return [(float(at), ",".join(told)) for at, told in numbers.items()]

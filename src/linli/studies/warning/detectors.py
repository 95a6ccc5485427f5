"""Which areas stand out in a file of counts, by one method or several, and why?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.epidemic import definition
from linli.analysis.epidemic.definition import Change
from linli.analysis.warning import calendar
from linli.analysis.warning.detect import Method, detect
from linli.analysis.warning.finding import CODES, Findings
from linli.analysis.warning.scan import Cluster, scan
from linli.errors import N_, BadInput
from linli.studies import tables
from linli.studies.epidemic.counts import Counts, Places
from linli.studies.pictures import Series, lines

LONG = {Method.CUSUM, Method.GLR}  # their watch begins with the first time tested
NUMBERS = {"threshold", "least_spread", "alpha", "reference", "decision", "dispersion", "limit",
           "false_share", "trend_p", "weigh_above"}  # fmt: skip
WHOLES = {"baseline_days", "years", "half_window", "n_periods", "skip", "period", "window",
          "harmonics", "least_cases"}  # fmt: skip
FLAGS = {"seasonal", "trend", "this_year", "start_again"}


@dataclass(frozen=True)
class Said:
    """What one method said of all areas, worst first, and what it was asked on."""

    counts: Counts
    method: str
    findings: Findings

    def told(self) -> dict[str, Any]:
        """All of it for a machine to read."""
        found = self.findings
        return {
            "method": found.method,
            "parameters": dict(found.parameters),
            "days": [self.counts.day(int(at)) for at in found.times],
            "areas": [self._area(n) for n in self.order()],
        }

    def order(self) -> list[int]:
        """The areas with an alarm at the last time first, then by how far above the bound."""
        found = self.findings
        with np.errstate(invalid="ignore", divide="ignore"):
            over = (found.observed - found.expected) / np.maximum(found.upper - found.expected, 0.5)
        last = np.where(np.isnan(over[:, -1]), -np.inf, over[:, -1])
        return np.lexsort((-last, ~found.alarm[:, -1])).tolist()

    def _area(self, n: int) -> dict[str, Any]:
        found = self.findings

        def row(values: NDArray[np.float64]) -> list[float | None]:
            return [None if np.isnan(v) else round(float(v), 6) for v in values[n]]

        told = {
            "area": self.counts.areas[n],
            "status": [str(CODES[code]) for code in found.status[n]],
            "needs": int(found.needs[n]),
            "observed": row(found.observed),
            "expected": row(found.expected),
            "upper": row(found.upper),
            "alarm": found.alarm[n].tolist(),
        }
        if found.p is not None:
            told["p"] = row(found.p)
        return told

    def picture(self, area: int, names: Mapping[str, str]) -> str:
        """One area's counts as bars, what was expected and the bound as lines, alarms as dots."""
        found, counts = self.findings, self.counts
        x = np.arange(counts.counts.shape[1], dtype=float)
        bars = [(a, b) for a, b in zip(x, np.nan_to_num(counts.counts[area]), strict=True)]
        known = ~np.isnan(found.upper[area])
        at = found.times[known].astype(float)
        drawn = [
            Series(names["expected"], at.tolist(), found.expected[area][known].tolist()),
            Series(names["upper"], at.tolist(), found.upper[area][known].tolist()),
        ]
        loud = found.alarm[area]
        if loud.any():
            drawn.append(Series(names["alarm"], found.times[loud].astype(float).tolist(),
                                found.observed[area][loud].tolist(), dots=True))  # fmt: skip
        return lines(
            names["title"].format(area=counts.areas[area], method=self.method),
            drawn,
            x_label=names["x"].format(first=counts.day(0)),
            y_label=names["y"],
            bars=bars,
            bar_name=names["observed"],
        )


def said(
    counts: Counts,
    methods: Sequence[str],
    *,
    last: int = 1,
    options: Mapping[str, object] | None = None,
    places: Places | None = None,
    weekdays: bool = False,
    holidays: Sequence[str] = (),
    changes: Sequence[Change] = (),
) -> list[Said]:
    """Ask each method about the last times of a file of counts."""
    even = definition.even(counts.counts, changes) if changes else None
    values = even.counts if even is not None else counts.counts
    factor = None
    if weekdays or holidays:
        off = np.zeros(values.shape[1], dtype=bool)
        off[[counts.at(day) for day in holidays]] = True
        factor = calendar.terms(values, first_weekday=counts.first_weekday, holidays=off).factor
    found = []
    for name in methods:
        extra = dict(options or {})
        if name == Method.TAIL:
            if places is None or places.people is None:
                raise BadInput(
                    N_("The method tail compares by people. Give them: --areas with a file of "
                       "area and people.")
                )  # fmt: skip
            extra["people"] = places.people
        try:
            findings = detect(values, known(name), last=last, factor=factor, **extra)
        except TypeError:
            raise BadInput(
                N_("{method} has no option such as {given}."), method=name, given=tuple(extra)
            ) from None
        found.append(Said(counts, name, findings))
    return found


def clusters(
    counts: Counts, places: Places | None, *, seed: int, permutations: int, most_days: int
) -> list[Cluster]:
    """The circles of neighbouring areas with too many cases of late."""
    if places is None or places.points is None:
        raise BadInput(
            N_("A scan needs to know where areas are. Give --areas with a file of area, lon, lat "
               "and perhaps people.")
        )  # fmt: skip
    return scan(
        counts.counts, places.points, np.random.default_rng(seed), people=places.people,
        permutations=permutations, most_days=most_days,
    )  # fmt: skip


def broken(counts: Counts, changes: Sequence[Change]) -> list[tuple[str, str]]:
    """Area and day of each jump that looks like another way of counting, undeclared."""
    found = definition.breaks(counts.counts, changes)
    return [(counts.areas[area], counts.day(at)) for area, at in np.argwhere(found).tolist()]


def known(name: str) -> Method:
    """A method by its name; raises BadInput for none."""
    if name not in set(Method):
        raise BadInput(
            N_("{given} is no detector. Choose one of: {known}."),
            given=name,
            known=tuple(str(m) for m in Method),
        )
    return Method(name)


def option(text: str) -> tuple[str, object]:
    """One option of a method, such as threshold=2.5."""
    key, equals, value = (part.strip() for part in text.partition("="))
    if not equals or key not in NUMBERS | WHOLES | FLAGS | {"variant", "scale", "bound"}:
        raise BadInput(
            N_("{given} is no option. Write it like threshold=2.5; known are: {known}."),
            given=text,
            known=tuple(sorted(NUMBERS | WHOLES | FLAGS | {"variant", "scale", "bound"})),
        )
    if key in NUMBERS:
        return key, tables.number(value)
    if key in WHOLES:
        return key, tables.count(value)
    if key in FLAGS:
        return key, value.lower() in {"true", "yes", "1"}
    return key, _choice(key, value)


def _choice(key: str, value: str) -> object:
    from linli.analysis.warning.cusum import Scale
    from linli.analysis.warning.ears import Variant
    from linli.analysis.warning.farrington import Bound

    kind = {"variant": Variant, "scale": Scale, "bound": Bound}[key]
    if value not in {str(k) for k in kind}:
        raise BadInput(
            N_("{given} is none of: {known}."), given=value, known=tuple(str(k) for k in kind)
        )
    return kind(value)

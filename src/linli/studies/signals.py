"""What could have been noticed early? Counts by area and day as clean arrays, for any study (S99).

Fever reports, households where nobody could be reached, requests for medicine, and, a series for
each disease, people with a positive test that shows the agent. A count of which nothing can be
known stays missing (NaN): a day without a round, or on which nobody who was expected was asked,
says nothing about fevers; of a disease no test was kept of none is zero; and of days to come
nothing is known.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection
from django.db.models import Min
from numpy.typing import NDArray

from linli import clock
from linli.errors import N_, BadInput
from linli.loops.cases.definitions import diseases
from linli.loops.laboratory.positive import PROVES
from linli.loops.laboratory.tables import Finding, LabResult, Match
from linli.loops.rounds import Seen
from linli.loops.screening.statements import COUNTED
from linli.policy.can import Actor, Ask, can, end_of
from linli.policy.powers import roles_for
from linli.registry.areas import Area, AreaKind
from linli.registry.duties import RequestType

SEE = "signals.see"
MOST_DAYS = 400
MOST_AREAS = 20_000
DAY_S = 86_400
MEDICINE = "medicine"  # a request type whose code, group or keywords say so
HOMES = (AreaKind.COMPOUND, AreaKind.BUILDING)  # where people live; grids answer for them
SIGNALS = {
    "fevers": N_("fever reports"),
    "unreachable": N_("households where nobody could be reached"),
    "medicine": N_("requests for medicine"),
}
POSITIVES = "positives."  # and the disease: people with a positive test, once a day each


class BadSpan(BadInput):
    """The days asked for are none, or too many."""

    code = "bad_span"
    sentence = N_("Signals from {first} to {last} cannot be read. Ask for 1 to {most} days.")


@dataclass(frozen=True)
class Signals:
    """Counts of every signal: arrays (areas, days), the oldest day first, NaN where not known."""

    area_ids: tuple[int, ...]
    days: tuple[date, ...]
    counts: dict[str, NDArray[np.float64]]


def read(
    actor: Actor, areas: Sequence[Area], first: date, last: date, *, exercise: bool = False
) -> Signals:
    """The signals of some areas over some days; counts only, so no purpose is asked.

    Raises NotAllowed for an area out of reach, BadSpan for days that cannot be read.
    """
    n_days = (last - first).days + 1
    if not 1 <= n_days <= MOST_DAYS or len(areas) > MOST_AREAS:
        raise BadSpan(first=first, last=last, most=MOST_DAYS)
    for area in areas:
        can(actor, Ask(SEE, roles_for(SEE), area.path)).required()
    days = tuple(first + timedelta(days=n) for n in range(n_days))
    frame = _Frame(tuple(areas), days, exercise)
    readers: dict[str, Callable[[_Frame], NDArray[np.float64]]] = {
        "fevers": _fevers,
        "unreachable": _unreachable,
        "medicine": _medicine,
    }
    counts = {name: read(frame) for name, read in readers.items()} | _positives(frame)
    to_come = [day > clock.day(clock.now()) for day in days]
    for count in counts.values():
        count[:, to_come] = np.nan
    return Signals(tuple(area.id for area in areas), days, counts)


@dataclass(frozen=True)
class _Frame:
    """The rows and columns of the arrays."""

    areas: tuple[Area, ...]
    days: tuple[date, ...]
    exercise: bool

    @property
    def unknown(self) -> NDArray[np.float64]:
        """Nothing is known."""
        return np.full((len(self.areas), len(self.days)), np.nan)

    def spread(
        self, rows: Iterable[tuple[str, date, float]], into: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Add (path, day, count) rows to every area that holds the path."""
        where = {area.path: n for n, area in enumerate(self.areas)}
        lengths = sorted({len(path) for path in where})
        column = {day: n for n, day in enumerate(self.days)}
        for path, day, count in rows:
            for length in lengths:
                row = where.get(path[:length]) if len(path) >= length else None
                if row is not None and day in column:
                    into[row, column[day]] += count
        return into


def _fevers(frame: _Frame) -> NDArray[np.float64]:
    """Reports with a fever; known where a round was held."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT path, day, n_fever FROM loops_screeningcount WHERE day >= %s AND day <= %s "
            f"AND exercise = %s AND ({_in_any(frame)})",
            [frame.days[0], frame.days[-1], frame.exercise, *_bounds(frame)],
        )
        rows = [(path, _day(day), n) for path, day, n in cursor.fetchall()]
    return frame.spread(rows, _zero_where_held(frame))


def _unreachable(frame: _Frame) -> NDArray[np.float64]:
    """Households of which somebody was unreachable and nobody was seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.path, h.day, count(*) FROM (SELECT r.day, r.household_id, r.area_id "
            "FROM loops_screeningreport r WHERE r.day >= %s AND r.day <= %s AND r.exercise = %s "
            "AND r.household_id IS NOT NULL GROUP BY r.day, r.household_id, r.area_id "
            "HAVING max(CASE WHEN r.state = %s THEN 1 ELSE 0 END) = 1 "
            "AND max(CASE WHEN r.state IN (%s, %s) THEN 1 ELSE 0 END) = 0) h "
            f"JOIN registry_area a ON a.id = h.area_id WHERE {_in_any(frame, 'a.path')} "
            "GROUP BY a.path, h.day",
            [
                *(frame.days[0], frame.days[-1], frame.exercise),
                *(int(Seen.UNREACHABLE), int(Seen.CHECKED), int(Seen.REFUSED)),
                *_bounds(frame),
            ],
        )
        rows = [(path, _day(day), n) for path, day, n in cursor.fetchall()]
    return frame.spread(rows, _zero_where_held(frame))


def _medicine(frame: _Frame) -> NDArray[np.float64]:
    """Requests for medicine by the day they were made; known where requests are taken at all."""
    types = [
        row.code
        for row in RequestType.objects.all()
        if MEDICINE in f"{row.code} {row.group} {row.keywords}".lower()
    ]
    if not types:
        return frame.unknown
    offset = int(_zone_offset_s(frame.days[0]))
    marks = ", ".join(["%s"] * len(types))
    begin = _midnight(frame.days[0])
    end = _midnight(frame.days[-1]) + DAY_S
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT path, (happened_at + {offset}) / {DAY_S}, count(*) FROM loops_item "
            f"WHERE loop = 'request' AND kind IN ({marks}) AND happened_at >= %s "
            f"AND happened_at < %s AND exercise = %s AND ({_in_any(frame)}) GROUP BY 1, 2",
            [*types, begin, end, frame.exercise, *_bounds(frame)],
        )
        epoch = date(1970, 1, 1)
        rows = [(path, epoch + timedelta(days=int(n)), count) for path, n, count in
                cursor.fetchall()]  # fmt: skip
    return frame.spread(rows, np.zeros((len(frame.areas), len(frame.days))))


def _positives(frame: _Frame) -> dict[str, NDArray[np.float64]]:
    """People with a positive by the day of the result; known from the first kept of that disease.

    A person counts once a day, however many tubes were read. A result that nobody is found for
    counts by its tube.
    """
    kept = LabResult.objects.filter(exercise=frame.exercise, test__in=PROVES)
    began = dict(kept.values_list("disease").annotate(at=Min("found_at")))
    found: dict[str, set[tuple[str, date, str]]] = {name: set() for name in (*diseases(), *began)}
    rows = kept.filter(
        finding=Finding.POSITIVE,
        found_at__gte=_midnight(frame.days[0]),
        found_at__lt=_midnight(frame.days[-1]) + DAY_S,
    ).exclude(match=Match.DISMISSED)
    for disease, path, at, person, sample, row_id in rows.values_list(
        "disease", "path", "found_at", "person_id", "sample", "id"
    ):
        who = f"person {person}" if person is not None else f"tube {sample or row_id}"
        found[disease].add((path, clock.day(at), who))
    return {
        f"{POSITIVES}{disease}": _people(frame, people, began.get(disease))
        for disease, people in found.items()
    }


def _people(
    frame: _Frame, people: set[tuple[str, date, str]], began: datetime | None
) -> NDArray[np.float64]:
    if began is None:
        return frame.unknown
    counts = np.zeros((len(frame.areas), len(frame.days)))
    counts[:, [day < clock.day(began) for day in frame.days]] = np.nan
    return frame.spread(((path, day, 1) for path, day, _ in people), counts)


def _zero_where_held(frame: _Frame) -> NDArray[np.float64]:
    """Zero where a whole area had a round on a day and somebody was asked, missing elsewhere.

    A part is no whole, and a round in which nobody was reached tells of nobody.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT path, first_day, last_day FROM loops_screeninground WHERE exercise = %s "
            "AND first_day <= %s AND last_day >= %s",
            [frame.exercise, frame.days[-1], frame.days[0]],
        )
        rounds = [(path, _day(a), _day(b)) for path, a, b in cursor.fetchall()]
    found = frame.unknown
    known: dict[tuple[str, frozenset[str]], bool] = {}
    for m, day in enumerate(frame.days):
        held = frozenset(path for path, first, last in rounds if first <= day <= last)
        for n, area in enumerate(frame.areas):
            key = (area.path, held)
            if key not in known:
                known[key] = _wholly(area.path, held)
            if known[key]:
                found[n, m] = 0.0
    found[_nobody_asked(frame)] = np.nan
    return found


def _nobody_asked(frame: _Frame) -> NDArray[np.bool_]:
    """Where people were expected on a day and none of them was reported."""
    seen = " + ".join(COUNTED)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT path, day, coalesce(n_expected, 0), {seen} FROM loops_screeningcount "
            f"WHERE day >= %s AND day <= %s AND exercise = %s AND ({_in_any(frame)})",
            [frame.days[0], frame.days[-1], frame.exercise, *_bounds(frame)],
        )
        rows = [(path, _day(day), *numbers) for path, day, *numbers in cursor.fetchall()]
    shape = (len(frame.areas), len(frame.days))
    expected = frame.spread(((path, day, n) for path, day, n, _ in rows), np.zeros(shape))
    asked = frame.spread(((path, day, n) for path, day, _, n in rows), np.zeros(shape))
    return (expected > 0) & (asked == 0)


def _wholly(path: str, held: frozenset[str]) -> bool:
    """Whether rounds were held in all of an area: in it, above it, or in each of its parts."""
    if any(path.startswith(one) for one in held):
        return True
    if not any(one.startswith(path) for one in held):
        return False
    below = Area.objects.filter(parent__path=path, valid_until=None).exclude(kind__in=HOMES)
    parts = list(below.values_list("path", flat=True))
    return bool(parts) and all(_wholly(part, held) for part in parts)


def _in_any(frame: _Frame, column: str = "path") -> str:
    return " OR ".join([f"({column} >= %s AND {column} < %s)"] * len(_tops(frame)))


def _bounds(frame: _Frame) -> list[str]:
    return [bound for path in _tops(frame) for bound in (path, end_of(path))]


def _tops(frame: _Frame) -> list[str]:
    """The paths of the areas, none inside another."""
    tops: list[str] = []
    for path in sorted(area.path for area in frame.areas):
        if not (tops and path.startswith(tops[-1])):
            tops.append(path)
    return tops


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _midnight(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY_S - int(_zone_offset_s(day))


def _zone_offset_s(day: date) -> float:
    at = clock.moment((day - date(1970, 1, 1)).days * DAY_S)
    found = at.astimezone(ZoneInfo(clock.CITY_ZONE_DEFAULT)).utcoffset()
    return found.total_seconds() if found else 0.0

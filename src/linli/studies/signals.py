"""What could have been noticed early? Counts by area and day as clean arrays, for any study (S99).

Fevers told of by rounds, gates and clinics, households where nobody could be reached, requests
for medicine, and, a series for each disease, people with a positive test that shows the agent,
cases by the day they were confirmed, and cases by the day they fell ill. A count of which nothing
can be known stays missing (NaN): a day without a round, or on which nobody who was expected was
asked, says nothing about fevers; of a disease no test was kept of none is zero; and of days to
come nothing is known. Of a compound, rounds know whom nobody reached, and not the fevers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from linli import clock
from linli.errors import N_, BadInput
from linli.loops import happened
from linli.loops.rounds import Seen
from linli.loops.screening.statements import COUNTED
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.areas import Area
from linli.registry.duties import RequestType
from linli.studies import illness
from linli.studies.epidemic import marks
from linli.studies.epidemic.tables import CurveMark
from linli.studies.frames import DAY_S, HOMES, By, Frame, as_day
from linli.studies.illness import Confirmed

SEE = "signals.see"
MOST_DAYS = 400
MOST_AREAS = 40_000
MEDICINE = "medicine"  # a request type whose code, group or keywords say so
SIGNALS = {
    "fevers": N_("fever reports"),
    "gate_fevers": N_("fevers at gates"),
    "clinic_fevers": N_("fevers at clinics"),
    "unreachable": N_("households where nobody could be reached"),
    "medicine": N_("requests for medicine"),
}
POSITIVES = "positives."  # and the disease: people with a positive test, once a day each
CASES = "cases."  # and the disease: by the day they were confirmed
ONSETS = "onsets."  # and the disease: confirmed cases by the day they fell ill
OF_A_DISEASE = {
    POSITIVES: N_("positive tests"),
    CASES: N_("confirmed cases"),
    ONSETS: N_("confirmed cases by onset, as a nowcast"),
}


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
    frame: Frame
    cases: Mapping[str, Sequence[Confirmed]] = field(default_factory=dict)  # of a disease
    definitions: tuple[CurveMark, ...] = ()  # changes of how cases are counted, as declared


def words(signal: str) -> tuple[str, str]:
    """What a signal counts, as a text to be translated, and the disease it is of, if it is."""
    prefix = next((p for p in OF_A_DISEASE if signal.startswith(p)), "")
    known = OF_A_DISEASE.get(prefix) or SIGNALS.get(signal) or signal
    return known, signal.removeprefix(prefix) if prefix else ""


def read(
    actor: Actor, areas: Sequence[Area], first: date, last: date, *, exercise: bool = False
) -> Signals:
    """The signals of some areas over some days; counts only, so no purpose is asked.

    Raises NotAllowed for an area out of reach, BadSpan for days that cannot be read.
    """
    for area in areas:
        can(actor, Ask(SEE, roles_for(SEE), area.path)).required()
    return count(areas, first, last, exercise=exercise)


def count(areas: Sequence[Area], first: date, last: date, *, exercise: bool = False) -> Signals:
    """The same as Linli reads it for itself; whoever shows it asks first who may see it.

    Raises BadSpan for days that cannot be read.
    """
    n_days = (last - first).days + 1
    if not 1 <= n_days <= MOST_DAYS or len(areas) > MOST_AREAS:
        raise BadSpan(first=first, last=last, most=MOST_DAYS)
    days = tuple(first + timedelta(days=n) for n in range(n_days))
    frame = Frame(tuple(areas), days, exercise)
    held = _zero_where_held(frame)
    counts = {
        "fevers": _fevers(frame, held.copy()),
        "gate_fevers": illness.fevers_at(frame, "gate"),
        "clinic_fevers": illness.fevers_at(frame, "clinic"),
        "unreachable": _unreachable(frame, held.copy()),
        "medicine": _medicine(frame),
    }
    counts |= {f"{POSITIVES}{name}": count for name, count in illness.positives(frame).items()}
    cases = illness.confirmed(frame)
    for disease, confirmed in cases.items():
        counts[f"{CASES}{disease}"] = illness.by_confirmation(frame, disease, confirmed)
        counts[f"{ONSETS}{disease}"] = illness.by_onset(frame, disease, confirmed)
    to_come = [day > clock.day(clock.now()) for day in days]
    for count in counts.values():
        count[:, to_come] = np.nan
    declared = tuple(marks.definitions(exercise=exercise))
    return Signals(tuple(area.id for area in areas), days, counts, frame, cases, declared)


def _fevers(frame: Frame, held: NDArray[np.float64]) -> NDArray[np.float64]:
    """Reports with a fever; known where a round was held."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT path, day, n_fever FROM loops_screeningcount WHERE day >= %s AND day <= %s "
            f"AND exercise = %s AND ({frame.within()})",
            [frame.days[0], frame.days[-1], frame.exercise, *frame.bounds()],
        )
        rows = [(path, as_day(day), n) for path, day, n in cursor.fetchall()]
    counts = frame.spread(rows, held)
    counts[frame.homes] = np.nan
    return counts


def _unreachable(frame: Frame, held: NDArray[np.float64]) -> NDArray[np.float64]:
    """Households of which somebody was unreachable and nobody was seen."""
    counts = frame.spread(_in_vain(frame, "h.area_id"), held)
    if frame.homes.any():
        frame.spread(_in_vain(frame, "hh.home_id"), counts, by=By.HOME)
    return counts


def _in_vain(frame: Frame, area_id: str) -> list[tuple[str, date, int]]:
    """Path, day and number of households without anybody, by their unit or by their home."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.path, h.day, count(*) FROM (SELECT r.day, r.household_id, r.area_id "
            "FROM loops_screeningreport r WHERE r.day >= %s AND r.day <= %s AND r.exercise = %s "
            "AND r.household_id IS NOT NULL GROUP BY r.day, r.household_id, r.area_id "
            "HAVING max(CASE WHEN r.state = %s THEN 1 ELSE 0 END) = 1 "
            "AND max(CASE WHEN r.state IN (%s, %s) THEN 1 ELSE 0 END) = 0) h "
            "JOIN registry_household hh ON hh.id = h.household_id "
            f"JOIN registry_area a ON a.id = {area_id} WHERE {frame.within('a.path')} "
            "GROUP BY a.path, h.day",
            [
                *(frame.days[0], frame.days[-1], frame.exercise),
                *(int(Seen.UNREACHABLE), int(Seen.CHECKED), int(Seen.REFUSED)),
                *frame.bounds(),
            ],
        )
        return [(path, as_day(day), n) for path, day, n in cursor.fetchall()]


def _medicine(frame: Frame) -> NDArray[np.float64]:
    """Requests for medicine by the day they were made; known from the first request ever kept."""
    types = [
        row.code
        for row in RequestType.objects.all()
        if MEDICINE in f"{row.code} {row.group} {row.keywords}".lower()
    ]
    began = happened.first_of("request", exercise=frame.exercise)
    if not types or began is None:
        return frame.unknown
    marks = ", ".join(["%s"] * len(types))
    begins, ends = frame.begins_s, frame.ends_s
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT path, (happened_at - {begins}) / {DAY_S}, count(*) FROM loops_item "
            f"WHERE loop = 'request' AND kind IN ({marks}) AND happened_at >= %s "
            f"AND happened_at < %s AND exercise = %s AND ({frame.within()}) GROUP BY 1, 2",
            [*types, begins, ends, frame.exercise, *frame.bounds()],
        )
        rows = [(path, frame.days[int(n)], count) for path, n, count in cursor.fetchall()]
    return frame.spread(rows, frame.known_from(clock.day(began)), by=By.PLACE)


def _zero_where_held(frame: Frame) -> NDArray[np.float64]:
    """Zero where a whole area had a round on a day and somebody was asked, missing elsewhere.

    A part is no whole, and a round in which nobody was reached tells of nobody.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT path, first_day, last_day FROM loops_screeninground WHERE exercise = %s "
            "AND first_day <= %s AND last_day >= %s",
            [frame.exercise, frame.days[-1], frame.days[0]],
        )
        rounds = [(path, as_day(a), as_day(b)) for path, a, b in cursor.fetchall()]
    found = frame.unknown
    known: dict[frozenset[str], NDArray[np.bool_]] = {frozenset(): np.zeros(len(found), bool)}
    for m, day in enumerate(frame.days):
        held = frozenset(path for path, first, last in rounds if first <= day <= last)
        if held not in known:
            known[held] = np.array([_wholly(area.path, held) for area in frame.areas], dtype=bool)
        found[known[held], m] = 0.0
    found[_nobody_asked(frame)] = np.nan
    return found


def _nobody_asked(frame: Frame) -> NDArray[np.bool_]:
    """Where people were expected on a day and none of them was reported."""
    seen = " + ".join(COUNTED)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT path, day, coalesce(n_expected, 0), {seen} FROM loops_screeningcount "
            f"WHERE day >= %s AND day <= %s AND exercise = %s AND ({frame.within()})",
            [frame.days[0], frame.days[-1], frame.exercise, *frame.bounds()],
        )
        rows = [(path, as_day(day), *numbers) for path, day, *numbers in cursor.fetchall()]
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

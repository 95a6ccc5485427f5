"""Who was found ill, where and on which day? Fevers, positives and confirmed cases, as counts.

A person counts once a day. What is counted of whom nobody has begun to count is missing, never
zero: of a gate, from the first fever that any gate told of; of a disease, from the first result
or case that was kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import Min, QuerySet
from numpy.typing import NDArray

from linli import clock
from linli.analysis.epidemic import nowcast
from linli.loops import happened
from linli.loops.cases.definitions import diseases
from linli.loops.laboratory.positive import PROVES
from linli.loops.laboratory.tables import Finding, LabResult, Match
from linli.registry import gone
from linli.registry.person import Person
from linli.studies.frames import By, Frame

AT_ONCE = 500


@dataclass(frozen=True)
class Ill:
    """Somebody was found: whose records (0: nobody known), where they belong, on which day."""

    person_id: int
    path: str
    day: date


def fevers_at(frame: Frame, source: str) -> NDArray[np.float64]:
    """Fevers that a gate or a clinic told of, by the day; known from the first of that kind."""
    began, rows = happened.fevers_from(
        source, frame.begins_s, frame.ends_s, exercise=frame.exercise
    )
    if began is None:
        return frame.unknown
    counts = frame.known_from(clock.day(began))
    return frame.spread(((path, clock.day(at), 1) for path, at in rows), counts, by=By.PLACE)


def positives(frame: Frame) -> dict[str, NDArray[np.float64]]:
    """People with a positive by the day of the result, for each disease.

    A person counts once a day, however many tubes were read. A result that nobody is found for
    counts by its tube.
    """
    kept = LabResult.objects.filter(exercise=frame.exercise, test__in=PROVES)
    began = dict(kept.values_list("disease").annotate(at=Min("found_at")))
    rows = _inside(kept.filter(finding=Finding.POSITIVE), frame, "found_at")
    found: dict[str, dict[tuple[date, str], Ill]] = {n: {} for n in (*diseases(), *began)}
    for disease, path, at, person, sample, row_id in rows.exclude(
        match=Match.DISMISSED
    ).values_list("disease", "path", "found_at", "person_id", "sample", "id"):
        who = f"person {person}" if person is not None else f"tube {sample or row_id}"
        one = Ill(person or 0, path, clock.day(at))
        found[disease].setdefault((one.day, who), one)
    return {
        disease: _counted(frame, ill.values(), began.get(disease)) for disease, ill in found.items()
    }


@dataclass(frozen=True)
class Confirmed:
    """A confirmed case: who, where, the day it was confirmed, and of onset if it is known."""

    ill: Ill
    onset: date | None


def confirmed(frame: Frame) -> dict[str, list[Confirmed]]:
    """The cases that were confirmed in these days, or fell ill in them, for each disease."""
    found: dict[str, list[Confirmed]] = {
        name: [] for name in happened.diseases_of_cases(exercise=frame.exercise)
    }
    for case in happened.confirmed_cases(
        exercise=frame.exercise, first=frame.days[0], last=frame.days[-1]
    ):
        ill = Ill(case.person_id or 0, case.path, clock.day(case.confirmed_at))
        found[case.disease].append(Confirmed(ill, case.onset_on))
    return found


def by_confirmation(frame: Frame, disease: str, cases: Iterable[Confirmed]) -> NDArray[np.float64]:
    """Cases by the day they were confirmed; known from the first on."""
    began = happened.first_confirmed(disease, exercise=frame.exercise)
    counts = frame.unknown if began is None else frame.known_from(clock.day(began))
    ill = [case.ill for case in cases if frame.days[0] <= case.ill.day <= frame.days[-1]]
    return _spread(frame, ill, counts)


def by_onset(frame: Frame, disease: str, cases: Iterable[Confirmed]) -> NDArray[np.float64]:
    """Cases by the day they fell ill, as far as they are confirmed by now: the last days lack."""
    began = happened.first_onset(disease, exercise=frame.exercise)
    counts = frame.unknown if began is None else frame.known_from(began)
    ill = [
        Ill(case.ill.person_id, case.ill.path, case.onset)
        for case in cases if case.onset is not None and case.onset <= case.ill.day
    ]  # fmt: skip
    return _spread(frame, ill, counts)


def onset_triangle(
    frame: Frame, cases: Iterable[Confirmed], *, n_delays: int, as_of: date
) -> NDArray[np.float64]:
    """Cases by area, day of onset and delay to their confirmation; NaN where still to come.

    Shape (areas, days, delays). Cases without a day of onset, or confirmed before it, are not in
    it; ``n_without_onset`` says how many.
    """
    shape = (len(frame.areas), len(frame.days), n_delays)
    found = np.zeros(shape)
    for delay, ill in _by_delay(cases, n_delays, as_of).items():
        found[:, :, delay] = _spread(frame, ill, frame.zero)
    late = np.arange(shape[1])[:, None] + np.arange(n_delays)[None, :]
    found[:, late > (as_of - frame.days[0]).days] = np.nan
    return found


def n_without_onset(cases: Iterable[Confirmed]) -> int:
    """How many cases nobody knows the onset of, or were confirmed before it."""
    return sum(case.onset is None or case.onset > case.ill.day for case in cases)


def expected_onsets(
    triangle: NDArray[np.float64], *, least_share: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cases by day of onset as they will stand, NaN where too little is told; and which share is.

    Both have the shape (areas, days).
    """
    found = nowcast.nowcast(triangle, calibrate=False)
    return np.where(found.share >= least_share, found.expected, np.nan), found.share


def _by_delay(cases: Iterable[Confirmed], n_delays: int, as_of: date) -> dict[int, list[Ill]]:
    found: dict[int, list[Ill]] = {}
    for case in cases:
        if case.onset is None or case.onset > case.ill.day or case.ill.day > as_of:
            continue
        delay = min((case.ill.day - case.onset).days, n_delays - 1)
        found.setdefault(delay, []).append(Ill(case.ill.person_id, case.ill.path, case.onset))
    return found


def _inside(rows: QuerySet, frame: Frame, column: str) -> QuerySet:
    """The rows whose moment lies in the days of the frame."""
    return rows.filter(**{f"{column}__gte": frame.begins_s, f"{column}__lt": frame.ends_s})


def _counted(frame: Frame, ill: Iterable[Ill], began: datetime | None) -> NDArray[np.float64]:
    if began is None:
        return frame.unknown
    return _spread(frame, list(ill), frame.known_from(clock.day(began)))


def _spread(frame: Frame, ill: list[Ill], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add people where they belong, and where they live."""
    frame.spread(((one.path, one.day, 1) for one in ill), counts)
    if frame.homes.any():
        homes = _homes({one.person_id for one in ill if one.person_id})
        at_home = ((homes[i.person_id], i.day, 1) for i in ill if i.person_id in homes)
        frame.spread(at_home, counts, by=By.HOME)
    return counts


def _homes(people: set[int]) -> dict[int, str]:
    """The path of each person's building, as far as it is known."""
    found: dict[int, str] = {}
    wanted = sorted(people)
    for n in range(0, len(wanted), AT_ONCE):
        rows = Person.objects.filter(id__in=wanted[n : n + AT_ONCE], household__home__isnull=False)
        found |= dict(rows.values_list("id", "household__home__path"))
    return found | gone.homes(people - found.keys())

"""Is a change of definition declared once, and taken out alike by warning, course and what-if?"""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from linli import clock
from linli.analysis.epidemic.definition import Change
from linli.analysis.simulation.observation import Observation
from linli.studies import signals
from linli.studies.epidemic import marks, study
from linli.studies.epidemic.asked import Asked
from linli.studies.epidemic.marks import Said
from linli.studies.simulation import running
from linli.studies.simulation.counting import Counting
from linli.studies.warning import night
from linli.studies.warning import plan as plans
from tests.callers import still
from tests.cast import EVENING, City
from tests.crowd import TODAY, Crowd

FIRST, LAST = TODAY - timedelta(days=3), TODAY - timedelta(days=1)


@pytest.fixture
def crowd(city: City) -> Crowd:
    still()
    made = Crowd(city)
    made.fall_ill(24)
    return made


def declare(city: City, area: str = "w", **more: Any) -> None:
    said = {"kind": "definition", "first_on": FIRST, "last_on": LAST, "words": "by imaging"} | more
    marks.declare(city.actor("gil"), city.areas[area], Said(**said), now=EVENING)


def what_if(city: City) -> running.Ready:
    return running.basis(city.actor("gil"), city.areas["w"], disease="covid19")


@pytest.mark.db
def test_one_declaration_is_read_the_same_by_the_course_warnings_and_what_ifs(crowd: Crowd):
    city = crowd.city
    before = what_if(city)

    declare(city, ratio=2.0)

    course = study.study(city.actor("gil"), city.areas["w"], asked=Asked(), language="en").course
    [change] = course.series.changes
    assert course.series.day(change.first) == FIRST
    found = signals.count([city.areas["w"], city.areas["east"]], LAST - timedelta(days=20), LAST)
    [(places, [seen])] = night.declared(
        found, plans.in_force(), "cases.covid19", np.array([0, 1]), found.days
    )
    assert (places, seen) == ([0, 1], Change(18, 20, 0, 2.0))
    made = what_if(city)
    assert made.counting.n_changes == 1
    known = made.start.known
    counted = known.reported[(known.reported >= 25) & (known.reported < 28)]
    assert made.counting.weights[counted] == pytest.approx(0.5)
    assert made.counting.weights[:25] == pytest.approx(1)
    assert made.estimate.growth < before.estimate.growth
    assert made.fingerprint != before.fingerprint


@pytest.mark.db
def test_a_declaration_holds_for_its_area_and_below_its_disease_and_until_it_is_taken_back(crowd):
    city = crowd.city
    declare(city, "west", ratio=2.0)
    declare(city, disease="measles", ratio=3.0)
    found = signals.count([city.areas["w"], city.areas["west"]], LAST - timedelta(days=9), LAST)

    groups = night.declared(found, plans.in_force(), "cases.covid19", np.array([0, 1]), found.days)

    assert [(places, len(changes)) for places, changes in groups] == [([0], 0), ([1], 1)]
    assert what_if(city).counting.n_changes == 0
    for mark in marks.definitions(exercise=False):
        marks.withdraw(city.actor("gil"), mark.id, now=EVENING)
    assert marks.definitions(exercise=False) == []


@pytest.mark.db
def test_a_change_that_still_holds_counts_from_today_on_and_one_that_ended_does_not(crowd):
    declare(crowd.city, last_on=None, ratio=1.5)
    holds = what_if(crowd.city)
    for mark in marks.definitions(exercise=False):
        marks.withdraw(crowd.city.actor("gil"), mark.id, now=EVENING)
    declare(crowd.city, ratio=1.5)

    ended = what_if(crowd.city)

    assert holds.observation.mild_seek == pytest.approx(1.5 * Observation().mild_seek)
    assert ended.observation.mild_seek == Observation().mild_seek


@pytest.mark.db
def test_waits_of_a_backlog_are_no_waits_of_today(crowd):
    before = what_if(crowd.city).parameters["report_wait"].n_records

    declare(crowd.city, backlog_days=1, ratio=1.0)

    assert what_if(crowd.city).parameters["report_wait"].n_records == before - 2  # two a day


def test_what_one_case_counts_for_goes_with_its_day_of_report():
    weights = np.ones(28)
    weights[27] = 0.5
    counts = Counting(weights, 1.0, np.zeros(28, bool), 1)

    class Known:
        today, onset, reported = 28, np.array([20, 20, 21]), np.array([26, 27, 27])

    assert counts.onsets(Known)[20:22].tolist() == [1.5, 0.5]


def test_days_are_those_of_the_city():
    assert clock.day(clock.moment(EVENING)) == TODAY == date(2020, 2, 9)

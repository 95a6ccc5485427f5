"""The studies of the night are asked for once, and made beside the clocks of the items."""

import pytest

from linli.jobs import queue
from linli.jobs.queue import Job
from linli.studies import jobs
from linli.studies.warning.tables import WarningRun
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db


def test_a_night_is_asked_for_once_and_made_by_a_job(city: City) -> None:
    asked = [jobs.ask_for(jobs.WARNINGS, now=EVENING + n * HOUR, exercise=False) for n in (0, 1)]
    assert asked == [1, 0]
    assert not WarningRun.objects.exists()

    assert queue.run_next()

    assert WarningRun.objects.count() == 1
    assert Job.objects.get().state == "done"
    assert jobs.ask_for(jobs.WARNINGS, now=EVENING + 2 * HOUR, exercise=False) == 0


def test_nothing_is_asked_for_before_the_day_is_over_or_without_a_city(db: None) -> None:
    assert jobs.ask_for(jobs.RISK, now=EVENING, exercise=False) == 0

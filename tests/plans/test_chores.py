"""Does the worker ask for what is kept every night, and does a job keep it beside the clocks?"""

import pytest

from linli.jobs import queue
from linli.plans.chores import CHORES
from linli.studies.evaluation.tables import Snapshot
from tests.callers import still
from tests.cast import City

pytestmark = pytest.mark.db


def test_the_worker_asks_once_a_night_for_the_counts_and_a_job_keeps_them(city: City):
    still()
    chore = next(chore for chore in CHORES if chore.name == "snapshots")

    asked = [chore.do(), chore.do()]
    before = Snapshot.objects.filter(path=city.areas["w"].path).count()
    queue.run_next()

    assert asked == [1, 0]
    assert (before, Snapshot.objects.filter(path=city.areas["w"].path).count()) == (0, 1)

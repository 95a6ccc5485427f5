"""On PostgreSQL each day of reports has its partition, made beforehand; strays are moved."""

from datetime import timedelta

import pytest
from django.db import connection

from linli.loops.screening import counting, partitions
from linli.loops.screening.tables import Report
from tests.cast import City
from tests.doors import TODAY, move_in, open_round, tell, told

pytestmark = pytest.mark.db


def test_two_weeks_are_made_ahead_and_once(city: City) -> None:
    on_postgresql = connection.vendor == "postgresql"

    made = partitions.ensure(TODAY)

    assert made == (16 if on_postgresql else 0)
    assert partitions.ensure(TODAY) == 0
    assert partitions.ensure(TODAY + timedelta(days=1)) == (1 if on_postgresql else 0)


def test_reports_of_a_day_without_a_partition_are_told_of_and_moved(city: City) -> None:
    doors = move_in(city)
    open_round(city)
    tell(city.actor("cy"), told(household=doors.households["101"]))
    assert partitions.left_over() == (3 if connection.vendor == "postgresql" else 0)

    partitions.ensure(TODAY)

    assert Report.objects.count() == 3
    assert counting.differences(TODAY) == []
    assert tell(city.actor("cy"), told(person=doors.people["Qian One"])) == ["accepted"]
    assert partitions.left_over() == 0

"""Is what takes long done by one at a time, and again when that one has died?"""

import pytest

from linli import clock
from linli.jobs.turns import UnderWay, alone
from linli.jobs.worker import Lease

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_the_second_who_asks_for_the_same_is_told_that_it_is_being_done():
    with alone("risk_count", most_s=60), pytest.raises(UnderWay), alone("risk_count", most_s=60):
        pass


def test_another_thing_may_be_done_meanwhile_and_the_same_thing_afterwards():
    with alone("risk_count", most_s=60), alone("evaluation_snapshot", most_s=60):
        pass
    with alone("risk_count", most_s=60):
        assert Lease.objects.get(name="risk_count").holder


def test_one_who_died_stands_in_the_way_for_a_while_only():
    Lease.objects.create(name="risk_count", holder="died", until=int(clock.wall_now()) - 1)

    with alone("risk_count", most_s=60):
        pass


def test_one_who_breaks_gives_the_turn_back():
    with pytest.raises(RuntimeError), alone("risk_count", most_s=60):
        raise RuntimeError("It broke in the middle.")

    with alone("risk_count", most_s=60):
        pass

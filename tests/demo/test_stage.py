"""The demo opens what stands, never a real city, and its clock goes on where it was."""

import pytest

from linli import clock
from linli.audit.records import record
from linli.cli.opening import raise_curtain
from linli.demo import dial, stage
from linli.jobs.worker import Lease
from linli.plans import chores
from linli.policy.can import SYSTEM
from linli.registry import dial as city_dial
from tests.cast import City

pytestmark = pytest.mark.db


def built(**changed: object) -> None:
    """The mark that a demo leaves when all of it stands."""
    dial.stand_still_at_start()
    detail = {"plan": "wuhan", "scale": 0.01, "seed": 1} | changed
    record(SYSTEM, "build", "demo", "wuhan", detail=detail)


def shown() -> float:
    return city_dial.find().reads(clock.wall_now())


def test_a_city_that_no_demo_built_is_left_alone(city: City):
    with pytest.raises(stage.RealCity):
        raise_curtain({}, fresh=True, speed=None)
    with pytest.raises(stage.RealCity):
        stage.clear()


def test_the_city_that_stands_is_opened_again_and_another_has_to_be_asked_for(city: City):
    built(scale=0.02)

    assert raise_curtain({}, fresh=False, speed=30.0) == stage.Wanted(scale=0.02)
    assert city_dial.find().speed == 30
    with pytest.raises(stage.OtherCity, match=r"scale 0\.02"):
        raise_curtain({"scale": 0.5}, fresh=False, speed=None)


def test_the_clock_goes_on_where_its_worker_was_last_heard_not_after_the_night(db):
    night_s = 8 * 3600
    wall = clock.wall_now()
    city_dial.turn(clock.Dial(wall - night_s - 100, dial.START, 20.0))
    heard = wall - night_s
    Lease.objects.create(name=chores.HEARTBEAT, until=int(heard) + chores.HEARTBEAT_LASTS_S)

    dial.go_on(None)

    assert shown() == pytest.approx(dial.START + 100 * 20, abs=20 * (chores.HEARTBEAT_EVERY_S + 2))


def test_speed_changes_without_a_jump_and_zero_pauses(db):
    dial.stand_still_at_start()
    dial.set_speed(3600)
    before = shown()
    dial.pause()

    assert shown() == pytest.approx(before, abs=3600 * 0.5)
    assert shown() == shown()
    with pytest.raises(dial.BadSpeed):
        dial.set_speed(-1)


def test_the_emergency_is_declared_with_an_end():
    assert 0 < stage.ENDS_AFTER_S < 180 * stage.DAY - stage.DECLARED_S

"""Who starts a plan, and when? For real it takes an emergency, a commander and a word."""

from typing import Any

import pytest

from linli.errors import BadInput, NotAllowed
from linli.jobs.outbox import Message
from linli.loops.counted import items
from linli.plans import running, runs
from linli.plans.starting import NoEmergency, NotSure, OtherPhase, RunsAlready
from linli.registry.declarations import Declaration
from linli.registry.plans import PlanRun
from tests.cast import EVENING, HOUR, City
from tests.plans.prepared import DAY, PLAN, begin, emergency, of_step, signed

pytestmark = pytest.mark.db


@pytest.fixture
def drilled(city: City) -> PlanRun:
    """The small plan as an exercise in Elm Street, begun by Dee this evening."""
    signed(city)
    return begin(city, "dee", "elm")


def test_for_real_it_takes_an_emergency_a_commander_and_a_word(city: City) -> None:
    signed(city)
    with pytest.raises(NoEmergency):
        begin(city, "fay", "east", "real", sure=True)
    emergency(city)
    for name in ("dee", "sam", "jo", "eve"):
        with pytest.raises(NotAllowed):
            begin(city, name, "elm", "real", sure=True)
    with pytest.raises(NotSure):
        begin(city, "fay", "east", "real")
    assert items(exercise=False).count() == 0

    run = begin(city, "fay", "east", "real", sure=True)

    [order] = of_step(run, "order")
    assert (order.exercise, order.opened_by) == (False, city.accounts["fay"].id)
    assert run.ends_at.timestamp() == EVENING + 10 * DAY  # its own days
    assert Message.objects.filter(exercise=False).exists()


def test_a_real_run_leaves_its_work_to_the_city_when_it_ends(city: City) -> None:
    signed(city)
    declared = emergency(city)
    run = begin(city, "fay", "east", "real", sure=True)

    runs.finish(city.actor("fay"), run.id, reason="No longer needed.", now=EVENING + HOUR)

    assert {i.state for i in of_step(run, "order")} == {"waiting"}
    declared.refresh_from_db()
    assert declared.lifted_at is None
    running.chore(EVENING + 2 * HOUR)
    assert of_step(run, "guards") == []  # and nothing further is opened


def test_a_run_for_real_ends_with_the_emergency_at_the_latest(city: City) -> None:
    signed(city, PLAN.replace("days = 10\n", "days = 60\n"))
    emergency(city)

    run = begin(city, "gil", "east", "real", sure=True)

    assert run.ends_at.timestamp() == EVENING + 20 * DAY


def test_a_plan_for_another_phase_does_not_start(city: City) -> None:
    signed(city)
    emergency(city, phase="reopen")

    with pytest.raises(OtherPhase, match="for the phase contain; reopen is declared"):
        begin(city, "fay", "east", "real", sure=True)


def test_the_emergency_of_an_exercise_is_none_for_a_real_start(
    city: City, drilled: PlanRun
) -> None:
    with pytest.raises(NoEmergency):
        begin(city, "fay", "east", "real", sure=True)


def test_one_plan_runs_once_in_a_place(city: City, drilled: PlanRun) -> None:
    for name, area in (("dee", "elm"), ("fay", "east"), ("dee", "oak")):
        with pytest.raises(RunsAlready):
            begin(city, name, area)
    other = begin(city, "gil", "west")
    assert other.id != drilled.id


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "maybe"}, {"hours": 0}, {"hours": 1000}, {"reason": " "}, {"reason": "x" * 501}],
)
def test_a_start_that_makes_no_sense_is_refused(city: City, wrong: dict[str, Any]) -> None:
    signed(city)
    kind = wrong.pop("kind", "exercise")

    with pytest.raises(BadInput):
        begin(city, "dee", "elm", kind, **wrong)
    assert PlanRun.objects.count() == 0
    assert Declaration.objects.count() == 0


def test_only_duty_officers_hold_exercises_and_only_in_their_area(city: City) -> None:
    signed(city)
    for name in ("sam", "bo", "cy", "hal", "jo", "kim", "lou", "eve", "ann"):
        with pytest.raises(NotAllowed):
            begin(city, name, "oak")
    with pytest.raises(NotAllowed):
        begin(city, "dee", "fir")

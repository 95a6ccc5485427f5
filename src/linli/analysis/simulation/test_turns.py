"""Does a choice say on which days it begins and ends something, and only then?"""

import json

import numpy as np
import pytest

from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.disease import shipped
from linli.analysis.simulation.policies import (
    KINDS,
    Beds,
    CloseCompounds,
    Isolate,
    Reduce,
    Rung,
    Screen,
    Trigger,
)
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.turns import ENDS, phrase_of, turns_of


@pytest.fixture(scope="module")
def city():
    return build(even_grids(4_000), CityPlan(), np.random.default_rng(1))


def told(city, n_days=60, **choices):
    settings = {
        name: Setting(city, shipped("covid-19-2020"), policies)
        for name, policies in choices.items()
    }
    found = turns_of(settings, n_days=n_days)
    return [(turn.day, turn.words.tell(), turn.choices) for turn in found]


def test_what_begins_and_ends_within_the_run_is_a_turn_of_its_choice(city):
    gates = CloseCompounds(from_day=10, until_day=30, leakage=0.1)

    found = told(city, now=(Isolate(),), shut=(Isolate(), gates))

    assert found == [
        (10, "gates are kept; 10 % of contacts outside go on", ("shut",)),
        (30, "gates are open again", ("shut",)),
    ]


def test_what_holds_from_the_first_day_or_begins_after_the_last_is_none(city):
    assert (
        told(city, now=(Isolate(), Beds(ward=5), Reduce(from_day=70, layers={"work": 0.5}))) == []
    )


def test_what_two_choices_do_on_one_day_is_one_turn_of_both(city):
    beds = Beds(from_day=5, shelter=200)

    found = told(city, one=(beds,), other=(beds,), none=())

    assert found == [(5, "200 beds are opened", ("one", "other"))]


def test_rounds_of_tests_end_when_everybody_was_tested(city):
    slow = Screen(from_day=3, rounds=2, samples_a_day=100, pool=10)  # 8,000 tests, 1,000 a day

    assert told(city, now=(slow,)) == [
        (3, "everybody is tested, 2 rounds", ("now",)),
        (11, "rounds of tests are over", ("now",)),
    ]


def test_a_ladder_tells_when_its_first_rungs_may_be_climbed(city):
    ladder = CloseCompounds(from_day=4, reopen=(Rung(7, 0.5), Rung(14, 1.0)))

    days = [day for day, words, _ in told(city, now=(ladder,)) if "quiet" in words]

    assert days == [10, 17]  # the seventh quiet day is the day of closing and six more


def test_a_trigger_and_places_are_told_with_what_they_set_off(city):
    first = city.compound.names[0]
    shut = CloseCompounds(from_day=2, where=(f"compound:{first}",), when=Trigger(3, 7))

    [(_, words, _)] = told(city, now=(shut,))

    assert words.endswith("go on, once there are 3 reports in 7 days (areas: 1)")


def test_every_kind_of_policy_has_words_for_its_beginning_and_its_end(city):
    for kind in KINDS.values():
        found = told(city, now=(kind(from_day=2, until_day=9),))
        over = 3 if kind is Screen else 9  # everybody was tested on one day
        assert [day for day, *_ in found] == [2, over]
        assert kind in ENDS


def test_words_that_are_kept_come_back_and_can_be_told_in_another_language(city):
    schools = Reduce(from_day=2, layers={"school": 0.0, "work": 0.5})
    [turn] = turns_of({"now": Setting(city, shipped("covid-19-2020"), (schools,))}, n_days=9)

    kept = json.loads(json.dumps(turn.plain))

    assert phrase_of(kept).tell() == "contacts at school, at work fall to 0 / 50 %"
    in_chinese = {"at work": "工作"}
    told_again = phrase_of(kept).tell(lambda text: in_chinese.get(text, text))
    assert told_again == "contacts at school, 工作 fall to 0 / 50 %"

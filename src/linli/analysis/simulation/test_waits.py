"""Does every capacity bind, and is it told who waited for it how long?"""

import numpy as np
import pytest

from linli.analysis.simulation.build import CityPlan, build, even_grids
from linli.analysis.simulation.compare import compare, delivery_wait_days
from linli.analysis.simulation.disease import Duration, shipped
from linli.analysis.simulation.observation import Observation, Period
from linli.analysis.simulation.policies import (
    Beds,
    CloseCompounds,
    Deliver,
    Isolate,
    Trace,
)  # fmt: skip
from linli.analysis.simulation.setting import Setting
from linli.analysis.simulation.waits import WAIT_NAMES, WAITING, waits_of

N_DAYS = 40
MANY = 1_000_000
SHORT = (
    Isolate(rooms=3), Trace(cases_a_day=2, rooms=3), Beds(ward=4, intensive=1, shelter=5),
    CloseCompounds(from_day=25), Deliver(households_a_day=20),
)  # fmt: skip
ENOUGH = (
    Isolate(rooms=MANY), Trace(rooms=MANY), Beds(ward=MANY, intensive=MANY, shelter=MANY),
    CloseCompounds(from_day=25), Deliver(households_a_day=MANY),
)  # fmt: skip


@pytest.fixture(scope="module")
def told():
    city = build(even_grids(6_000), CityPlan(), np.random.default_rng(1))

    def setting(policies, tests):
        seen = Observation(periods=(Period(onset_to_visit=Duration(2.0, 1.0), tests_a_day=tests),))
        return Setting(city, shipped("covid-19-2020"), policies, seen, first=60)

    settings = {"short": setting(SHORT, 25), "enough": setting(ENOUGH, MANY)}
    return waits_of(compare(settings, n_days=N_DAYS, most_seeds=2, least_seeds=2))


@pytest.mark.parametrize("kind", WAITING)
def test_what_is_short_is_waited_for_and_what_is_enough_is_not(told, kind):
    short, enough = told["short"][kind], told["enough"].get(kind)  # no shelter was needed

    assert short.most[0] > 0
    assert short.longest_days[0] >= 1
    assert short.total_days[0] >= short.most[0]
    assert short.most[1] <= short.most[0] <= short.most[2]
    assert enough is None or enough.most[0] == 0
    assert kind in WAIT_NAMES


def test_nobody_waits_for_a_shelter_hospital_that_nobody_opens():
    city = build(even_grids(3_000), CityPlan(), np.random.default_rng(1))
    bare = Setting(city, shipped("covid-19-2020"), (Isolate(),), first=50)

    found = waits_of(compare({"bare": bare}, n_days=20, most_seeds=1))

    assert "shelters" not in found["bare"]
    assert found["bare"]["rooms"].most[0] == 0  # there are none, so nobody waits for one


def test_the_last_household_waits_for_all_before_it_at_the_days_pace():
    series = {"undelivered": np.array([0.0, 40.0, 60.0, 60.0]),
              "delivered": np.array([20.0, 20.0, 20.0, 0.0])}  # fmt: skip

    assert delivery_wait_days(series).tolist() == [0.0, 2.0, 3.0, 4.0]
